package snapshot

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/live"
)

// Limits of a YAML object.
const (
	maxDepth = 100  // of nesting
	maxKeys  = 1000 // of a mapping: the library compares each with every other
)

// chunk is a piece of YAML that the library reads at once: an item of a list,
// or a document that is none.
type chunk struct {
	text bytes.Buffer
	line int // of its beginning
}

// splitter cuts YAML into chunks where a line's indentation says that one
// begins: the library builds a tree of all it is given, ten times the text.
type splitter struct {
	*reading
	line   int
	head   chunk // of the document, without its items
	item   chunk
	inside bool // among the items
	seen   bool // the document has items
	indent int  // of the items' dashes; -1 until the first
}

// yaml reads documents of which each is a list or a single object. before is
// the number of lines that were read already.
func (in *reading) yaml(r *bufio.Reader, before int) error {
	s := &splitter{reading: in, line: before}
	for {
		line, err := longLine(r)
		if len(line) > 0 {
			s.line++
			if err := s.add(line); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return s.end()
		case errors.Is(err, errItem):
			return fault("item_large", "max", maxItem>>20).at(s.items+1, s.line+1, "")
		case err != nil:
			return err
		}
	}
}

// longLine reads a line with its end, of at most maxItem bytes.
func longLine(r *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(out)+len(part) > maxItem {
			return nil, errItem
		}
		if out == nil && !errors.Is(err, bufio.ErrBufferFull) {
			return part, err
		}
		out = append(out, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return out, err
		}
	}
}

func (s *splitter) add(line []byte) error {
	if bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("...")) {
		if err := s.end(); err != nil {
			return err
		}
		if rest := bytes.TrimSpace(line[3:]); len(rest) > 0 && rest[0] != '#' {
			return s.keep(&s.head, append(rest, '\n'))
		}
		return nil
	}
	trimmed := bytes.TrimLeft(line, " ")
	indent, text := len(line)-len(trimmed), bytes.TrimSpace(trimmed)
	switch {
	case len(text) == 0 || text[0] == '#' && indent == 0:
		if s.inside && s.item.text.Len() > 0 {
			return s.keep(&s.item, line)
		}
		return s.keep(&s.head, line)
	case !s.inside && indent == 0 && (string(text) == "items:" || bytes.HasPrefix(text, []byte("items: #"))):
		s.inside, s.seen, s.indent = true, true, -1
		return nil
	case !s.inside && indent == 0 && dash(trimmed) && len(bytes.TrimSpace(s.head.text.Bytes())) == 0:
		s.inside, s.seen, s.indent = true, true, 0
	}
	if !s.inside {
		return s.keep(&s.head, line)
	}
	switch begins := dash(trimmed); {
	case begins && (s.indent < 0 || indent == s.indent):
		s.indent = indent
		if err := s.flush(); err != nil {
			return err
		}
	case s.indent < 0 || indent <= s.indent: // the next key of the list itself
		s.inside = false
		if err := s.flush(); err != nil {
			return err
		}
		return s.keep(&s.head, line)
	}
	return s.keep(&s.item, line)
}

func dash(text []byte) bool {
	return len(text) > 0 && text[0] == '-' && (len(text) == 1 || text[1] == ' ' || text[1] == '\n' || text[1] == '\r')
}

func (s *splitter) keep(c *chunk, line []byte) error {
	if c.text.Len() == 0 {
		c.line = s.line
	}
	if c.text.Len()+len(line) > maxItem {
		return fault("item_large", "max", maxItem>>20).at(s.items+1, c.line, "")
	}
	c.text.Write(line)
	return nil
}

// flush reads the item that has come to its end.
func (s *splitter) flush() error {
	defer s.item.text.Reset()
	if s.item.text.Len() == 0 {
		return nil
	}
	var all []object
	typed, err := s.decode(&s.item, &all)
	if err != nil {
		return err
	}
	for i := range all {
		if err := s.take(&all[i], s.item.line, typed); err != nil {
			return err
		}
	}
	return nil
}

// end reads what is left of a document.
func (s *splitter) end() error {
	if err := s.flush(); err != nil {
		return err
	}
	defer func() { s.head.text.Reset(); s.inside, s.seen = false, false }()
	if len(bytes.TrimSpace(s.head.text.Bytes())) == 0 {
		return nil
	}
	var d struct {
		object `yaml:",inline"`
		Items  []object `yaml:"items"`
	}
	typed, err := s.decode(&s.head, &d)
	if err != nil {
		return err
	}
	for i := range d.Items {
		if err := s.take(&d.Items[i], s.head.line, typed); err != nil {
			return err
		}
	}
	if s.seen || d.Items != nil || d.Kind == "List" || d.Kind == "" && d.Metadata.Name == "" {
		return nil
	}
	return s.take(&d.object, s.head.line, typed)
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// decode reads a chunk. Aliases, which can stand for more than there is, are
// refused: kubectl writes none.
func (s *splitter) decode(c *chunk, v any) (typed, err error) {
	var root yaml.Node
	if err := yaml.Unmarshal(c.text.Bytes(), &root); err != nil {
		line, text := c.line, strings.TrimPrefix(err.Error(), "yaml: ")
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			line += n - 1
			text = strings.TrimPrefix(strings.Replace(text, m[0], "", 1), ": ")
		}
		return nil, fault("yaml", "detail", live.Clip(text, 200)).at(s.items+1, line, "")
	}
	if f := odd(&root, 0); f != nil {
		return nil, f.at(s.items+1, c.line+f.Line-1, "")
	}
	if root.Kind != 0 {
		err = root.Decode(v)
	}
	var other *yaml.TypeError
	if errors.As(err, &other) {
		return errors.New(strings.Join(other.Errors[:1], "")), nil
	}
	if err != nil {
		return nil, fault("yaml", "detail", live.Clip(err.Error(), 200)).at(s.items+1, c.line, "")
	}
	return nil, nil
}

func odd(n *yaml.Node, depth int) *Fault {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return fault("alias").at(0, n.Line, "")
	case depth > maxDepth:
		return fault("depth", "max", maxDepth).at(0, n.Line, "")
	case n.Kind == yaml.MappingNode && len(n.Content) > 2*maxKeys:
		return fault("keys", "max", maxKeys).at(0, n.Line, "")
	}
	for _, c := range n.Content {
		if f := odd(c, depth+1); f != nil {
			return f
		}
	}
	return nil
}
