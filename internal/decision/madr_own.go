package decision

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// own is what a file's front matter holds under the key deckplan: what MADR has
// no place for, and what its Markdown cannot say to the letter.
//
// A field that Markdown changes, such as a text with spaces around it, stands
// under exact: its value, and the fingerprint of what the file's text is read
// as. Where the fingerprint no longer fits, somebody has edited the text, and
// the text counts.
const ownKey = "deckplan"

// ownFields are the fields that only the product's own key carries, by their
// JSON names.
var ownFields = [][2]string{{"number", "number"}, {"topic", "topic"}, {"subject", "subject"}, {"question", "question"}, {"review-by", "reviewBy"}, {"steps", "steps"}, {"sign-offs", "signOffs"}, {"reviews", "reviews"}, {"comments", "comments"}}

type fieldSet map[string]json.RawMessage

func fieldsOf(r Record) fieldSet {
	b := encode(r)
	var f fieldSet
	if json.Unmarshal(b, &f) != nil {
		return fieldSet{}
	}
	return f
}

// encode writes JSON without turning < and > into escapes.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return nil
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func fingerprint(b json.RawMessage) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// ownNode gives what the key deckplan holds for a record, beside exact.
func ownNode(r Record) *yaml.Node {
	all, out := fieldsOf(r), &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range ownFields {
		raw := all[f[1]]
		if len(raw) == 0 || bytes.Equal(raw, []byte(`""`)) || bytes.Equal(raw, []byte("0")) {
			continue
		}
		out.Content = append(out.Content, textNode(f[0]), jsonNode(raw))
	}
	return out
}

// exactNode gives the fields of want that got has otherwise; nil where none.
func exactNode(want, got Record) *yaml.Node {
	a, b := fieldsOf(want), fieldsOf(got)
	out := &yaml.Node{Kind: yaml.MappingNode}
	names := map[string]bool{}
	for _, f := range []fieldSet{a, b} {
		for name := range f {
			names[name] = true
		}
	}
	var sorted []string
	for name := range names {
		if !bytes.Equal(a[name], b[name]) {
			sorted = append(sorted, name)
		}
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		is := a[name]
		if is == nil {
			is = json.RawMessage("null")
		}
		out.Content = append(out.Content, textNode(name), &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
			textNode("reads"), textNode(fingerprint(b[name])), textNode("is"), jsonNode(is)}})
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

// applyOwn puts what the key deckplan says into a record that was read.
func applyOwn(r Record, v *yaml.Node, line int, n *notes) Record {
	if v.Kind != yaml.MappingNode {
		n.add(line, Doubt, "own", map[string]any{"key": ownKey})
		return r
	}
	var exact *yaml.Node
	for i := 0; i+1 < len(v.Content); i += 2 {
		k, value := v.Content[i], v.Content[i+1]
		at := slices.IndexFunc(ownFields, func(f [2]string) bool { return f[0] == k.Value })
		switch {
		case k.Value == "exact":
			exact = value
		case k.Value == "number" && r.Number != 0: // the file's name counts
		case at >= 0:
			if next, ok := with(r, ownFields[at][1], value); ok {
				r = next
				continue
			}
			fallthrough
		default:
			n.add(k.Line+1, Doubt, "own", map[string]any{"key": k.Value})
		}
	}
	if exact == nil {
		return r
	}
	return applyExact(r, exact, line, n)
}

func applyExact(r Record, exact *yaml.Node, line int, n *notes) Record {
	read := fieldsOf(r)
	for i := 0; i+1 < len(exact.Content); i += 2 {
		name, v := exact.Content[i].Value, exact.Content[i+1]
		reads, is := child(v, "reads"), child(v, "is")
		if reads == nil || is == nil {
			n.add(line, Doubt, "own", map[string]any{"key": name})
			continue
		}
		if reads.Value != fingerprint(read[name]) {
			n.add(line, Told, "edited", map[string]any{"key": name})
			continue
		}
		next, ok := with(r, name, is)
		if !ok {
			n.add(line, Doubt, "own", map[string]any{"key": name})
			continue
		}
		r = next
	}
	return r
}

// with gives the record with a field's value out of YAML.
func with(r Record, name string, v *yaml.Node) (Record, bool) {
	raw, err := nodeJSON(v)
	if err != nil {
		return r, false
	}
	next := r
	set := func(raw string) error { return json.Unmarshal([]byte("{"+string(encode(name))+":"+raw+"}"), &next) }
	for _, nothing := range []string{"null", `""`, "0"} {
		_ = set(nothing) // one of them is of the field's type
	}
	if string(raw) != "null" && set(string(raw)) != nil {
		return r, false
	}
	return next, true
}

func child(v *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(v.Content) && v.Kind == yaml.MappingNode; i += 2 {
		if v.Content[i].Value == key {
			return v.Content[i+1]
		}
	}
	return nil
}

// textNode is a text in YAML. What could be read as more than one line of
// printable text goes in quotes.
func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	odd := func(c rune) bool {
		return c < ' ' || c == 0x7f || c > 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029' || c == '\ufeff'
	}
	if s == "" || strings.TrimSpace(s) != s || strings.ContainsFunc(s, odd) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// jsonNode gives JSON as YAML, its keys in their order.
func jsonNode(raw json.RawMessage) *yaml.Node {
	switch raw[0] {
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s) // it was encoded here
		return textNode(s)
	case '{':
		out := &yaml.Node{Kind: yaml.MappingNode}
		d := json.NewDecoder(bytes.NewReader(raw))
		_, _ = d.Token()
		for d.More() {
			key, _ := d.Token()
			var v json.RawMessage
			if d.Decode(&v) != nil {
				break
			}
			name, _ := key.(string)
			out.Content = append(out.Content, textNode(name), jsonNode(v))
		}
		return out
	case '[':
		out := &yaml.Node{Kind: yaml.SequenceNode}
		var all []json.RawMessage
		_ = json.Unmarshal(raw, &all)
		for _, v := range all {
			out.Content = append(out.Content, jsonNode(v))
		}
		return out
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: string(raw)}
}

var errNode = errors.New("decision: no such value")

// nodeJSON gives YAML as JSON, its keys in their order.
func nodeJSON(v *yaml.Node) (json.RawMessage, error) {
	switch v.Kind {
	case yaml.MappingNode:
		var b bytes.Buffer
		b.WriteByte('{')
		for i := 0; i+1 < len(v.Content); i += 2 {
			raw, err := nodeJSON(v.Content[i+1])
			if err != nil {
				return nil, err
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(encode(v.Content[i].Value))
			b.WriteByte(':')
			b.Write(raw)
		}
		b.WriteByte('}')
		return b.Bytes(), nil
	case yaml.SequenceNode:
		parts := make([]json.RawMessage, len(v.Content))
		for i, c := range v.Content {
			raw, err := nodeJSON(c)
			if err != nil {
				return nil, err
			}
			parts[i] = raw
		}
		return encode(parts), nil
	case yaml.ScalarNode:
		switch v.Tag {
		case "!!str", "!!timestamp":
			if strings.ContainsRune(v.Value, 0) {
				return nil, errNode
			}
			return encode(v.Value), nil
		case "!!int", "!!bool", "!!null", "!!float":
			var x any
			if err := v.Decode(&x); err != nil {
				return nil, err
			}
			if raw := encode(x); raw != nil {
				return raw, nil
			}
		}
	}
	return nil, errNode
}
