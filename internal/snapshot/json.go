package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// metered counts lines, and holds each value to maxItem bytes.
type metered struct {
	r      io.Reader
	total  int64
	limit  int64   // of total
	lines  int     // before the first of marks
	breaks []int64 // offsets of the line breaks since
}

func (m *metered) Read(p []byte) (int, error) {
	if m.total >= m.limit {
		return 0, errItem
	}
	n, err := m.r.Read(p[:min(int64(len(p)), m.limit-m.total)])
	for at := 0; ; {
		i := bytes.IndexByte(p[at:n], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		m.breaks = append(m.breaks, m.total+int64(at))
	}
	m.total += int64(n)
	return n, err
}

// line gives the line of an offset that has not been forgotten.
func (m *metered) line(offset int64) int {
	n := m.lines + 1
	for _, b := range m.breaks {
		if b <= offset {
			n++
		}
	}
	return n
}

// forget lets go of all lines before an offset and allows one more value.
func (m *metered) forget(offset int64) {
	n := 0
	for n < len(m.breaks) && m.breaks[n] <= offset {
		n++
	}
	m.lines += n
	m.breaks = append(m.breaks[:0], m.breaks[n:]...)
	m.limit = max(offset, m.total) + maxItem
}

// parser reads JSON values one after the other.
type parser struct {
	*reading
	dec *json.Decoder
	in  *metered
}

// json reads one or more JSON values: lists, single objects, or our own file.
// before is the number of lines that were read already.
func (in *reading) json(r io.Reader, before int) error {
	m := &metered{r: r, limit: maxItem, lines: before}
	p := &parser{in, json.NewDecoder(m), m}
	for {
		token, err := p.dec.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return p.wrong(err)
		case token == json.Delim('['):
			err = p.each(p.object)
		case token == json.Delim('{'):
			err = p.document()
		default:
			err = fault("shape").at(0, p.in.line(p.dec.InputOffset()), "")
		}
		if err != nil {
			return err
		}
	}
}

// wrong makes a fault of what the decoder says.
func (p *parser) wrong(err error) error {
	var syntax *json.SyntaxError
	line := p.in.line(p.dec.InputOffset())
	switch {
	case errors.As(err, &syntax) && syntax.Error() != "unexpected end of JSON input":
		return fault("json", "detail", syntax.Error()).at(p.items+1, p.in.line(syntax.Offset), "")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), syntax != nil:
		return fault("cut").at(p.items+1, line, "")
	case errors.Is(err, errItem):
		return fault("item_large", "max", maxItem>>20).at(p.items+1, line, "")
	}
	return err
}

// value decodes the next value. What only has another type than expected is
// told apart, because it matters for the objects we read alone.
func (p *parser) value(v any) (typed, err error) {
	p.in.forget(p.dec.InputOffset())
	err = p.dec.Decode(v)
	var other *json.UnmarshalTypeError
	switch {
	case errors.As(err, &other):
		return errors.New(other.Field + ": " + other.Value), nil
	case err != nil:
		return nil, p.wrong(err)
	}
	return nil, nil
}

// each calls f for every element of an array that has been opened.
func (p *parser) each(f func() error) error {
	for p.dec.More() {
		if err := f(); err != nil {
			return err
		}
	}
	if _, err := p.dec.Token(); err != nil {
		return p.wrong(err)
	}
	return nil
}

// object reads an element of a list.
func (p *parser) object() error {
	var o object
	typed, err := p.value(&o)
	if err != nil {
		return err
	}
	return p.take(&o, p.in.line(p.dec.InputOffset()), typed)
}

// list reads a value that must be an array, element by element.
func (p *parser) list(f func() error) error {
	p.in.forget(p.dec.InputOffset())
	token, err := p.dec.Token()
	switch {
	case err != nil:
		return p.wrong(err)
	case token == nil: // null
		return nil
	case token != json.Delim('['):
		return fault("shape").at(p.items+1, p.in.line(p.dec.InputOffset()), "")
	}
	return p.each(f)
}

// document reads an object that has been opened: a list, a single object or
// our own file, whose first key says so.
func (p *parser) document() error {
	var o object
	var typed error
	listed := false
	for p.dec.More() {
		key, err := p.dec.Token()
		if err != nil {
			return p.wrong(err)
		}
		var odd error
		switch key {
		case "deckplan_snapshot":
			return p.ours()
		case "items":
			listed, err = true, p.list(p.object)
		case "apiVersion":
			odd, err = p.value(&o.APIVersion)
		case "kind":
			odd, err = p.value(&o.Kind)
		case "metadata":
			odd, err = p.value(&o.Metadata)
		case "spec":
			odd, err = p.value(&o.Spec)
		case "status":
			odd, err = p.value(&o.Status)
		default:
			odd, err = p.value(new(skipped))
		}
		if err != nil {
			return err
		}
		if odd != nil {
			typed = odd
		}
	}
	if _, err := p.dec.Token(); err != nil {
		return p.wrong(err)
	}
	if listed && o.Kind != "Secret" && o.Kind != "SecretList" && o.Kind != "ConfigMapList" {
		return nil
	}
	return p.take(&o, p.in.line(p.dec.InputOffset()), typed)
}

// skipped is a value that is not read.
type skipped struct{}

// UnmarshalJSON reads nothing.
func (*skipped) UnmarshalJSON([]byte) error { return nil }
