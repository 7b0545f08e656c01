package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of a file that comes from outside.
const (
	MaxBytes = 32 << 20
	maxDepth = 24
	maxNodes = 4_000_000 // counted with every alias expanded
)

// DecodeYAML reads a plan from YAML (or JSON, which is YAML too). Every fault
// is reported at once, as *Invalid, with the file's line.
func DecodeYAML(r io.Reader) (*Plan, error) {
	p, _, err := decodeYAML(r)
	return p, err
}

func decodeYAML(r io.Reader) (*Plan, *yaml.Node, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, nil, err
	}
	if len(b) > MaxBytes {
		return nil, nil, invalid("", "plan.problem.file_size", map[string]any{"max": MaxBytes >> 20})
	}
	root, err := parseYAML(b)
	if err != nil {
		return nil, nil, err
	}
	p, err := fromNode(root)
	var bad *Invalid
	if errors.As(err, &bad) {
		for i := range bad.Problems {
			if bad.Problems[i].Line == 0 {
				bad.Problems[i].Line = lineOf(root, splitPath(bad.Problems[i].Path))
			}
		}
	}
	return p, root, err
}

func parseYAML(b []byte) (*yaml.Node, error) {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, invalid("", "plan.problem.empty_file", nil)
		}
		line, detail := yamlError(err)
		return nil, refuse([]Problem{{Line: line, ID: "plan.problem.yaml", Args: map[string]any{"detail": detail}}})
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, &Invalid{[]Problem{{Line: more.Line, ID: "plan.problem.documents"}}}
	}
	return doc.Content[0], nil
}

// yamlError takes the line out of the library's message, "yaml: line 3: …".
func yamlError(err error) (int, string) {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	rest, ok := strings.CutPrefix(s, "line ")
	if !ok {
		return 0, s
	}
	num, detail, _ := strings.Cut(rest, ": ")
	n, _ := strconv.Atoi(num)
	return n, detail
}

func fromNode(root *yaml.Node) (*Plan, error) {
	v := valuer{left: maxNodes}
	tree, err := v.value(root, 0)
	if err != nil {
		return nil, err
	}
	m, ok := tree.(map[string]any)
	if n, isNumber := m["schema"].(json.Number); ok && isNumber && n.String() != strconv.Itoa(Schema) {
		return nil, invalid("schema", "plan.problem.schema", map[string]any{"got": n.String(), "want": Schema})
	}
	b, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	if problems := schemaProblems(compiled().document, tree, ""); len(problems) > 0 {
		return nil, refuse(append(problems, others(b)...))
	}
	p, err := DecodeJSON(b)
	if err != nil {
		return nil, err
	}
	return p, Check(p)
}

// others finds what else is wrong with a document that breaks its schema, so
// that everything is told at once: what can be read of it is checked.
func others(b []byte) []Problem {
	p := &Plan{}
	var wrongType *json.UnmarshalTypeError
	if err := json.Unmarshal(b, p); err != nil && !errors.As(err, &wrongType) {
		return nil // a value that a type of ours refuses; the schema has told of it
	}
	var bad *Invalid
	if errors.As(Check(p), &bad) {
		return bad.Problems
	}
	return nil
}

// valuer turns YAML nodes into plain values, counting what it makes so that
// aliases cannot multiply into a bomb.
type valuer struct{ left int }

func (v *valuer) value(n *yaml.Node, depth int) (any, error) {
	v.left--
	if depth > maxDepth || v.left < 0 {
		return nil, &Invalid{[]Problem{{Line: n.Line, ID: "plan.problem.bomb"}}}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return v.value(n.Alias, depth+1)
	case yaml.MappingNode:
		return v.mapping(n, depth)
	case yaml.SequenceNode:
		out := make([]any, 0, min(len(n.Content), v.left+1))
		for _, c := range n.Content {
			item, err := v.value(c, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, item)
		}
		return out, nil
	default:
		return scalar(n)
	}
}

func (v *valuer) mapping(n *yaml.Node, depth int) (any, error) {
	out := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return nil, &Invalid{[]Problem{{Line: key.Line, ID: "plan.problem.key"}}}
		}
		if _, twice := out[key.Value]; twice {
			return nil, refuse([]Problem{{Path: key.Value, Line: key.Line, ID: "plan.problem.key_twice",
				Args: map[string]any{"field": key.Value}}})
		}
		item, err := v.value(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		out[key.Value] = item
	}
	return out, nil
}

// scalar gives numbers as json.Number, and everything that JSON has no type
// for (dates, binary) as the text that stands in the file.
func scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err := n.Decode(&b)
		return b, err
	case "!!int":
		var i int64
		if err := n.Decode(&i); err != nil {
			return n.Value, nil // too large for a number of ours: the schema will say so
		}
		return json.Number(strconv.FormatInt(i, 10)), nil
	case "!!float":
		var f float64
		if err := n.Decode(&f); err != nil {
			return n.Value, nil
		}
		b, err := json.Marshal(f)
		if err != nil { // .inf and .nan
			return n.Value, nil
		}
		return json.Number(b), nil
	default:
		return n.Value, nil
	}
}

// lineOf finds the line of a path; of the nearest ancestor where the path
// itself is missing.
func lineOf(n *yaml.Node, path []string) int {
	line := n.Line
	for _, tok := range path {
		for n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		next := child(n, tok)
		if next == nil {
			return line
		}
		n, line = next, next.Line
	}
	return line
}

func child(n *yaml.Node, tok string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == tok {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(tok); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}

// EncodeYAML writes a plan as YAML in the document's own order.
func EncodeYAML(w io.Writer, p *Plan) error {
	b, err := EncodeJSON(p)
	if err != nil {
		return err
	}
	var n yaml.Node
	if err := yaml.Unmarshal(b, &n); err != nil { // JSON is YAML, and keeps its order
		return fmt.Errorf("plan: encode: %w", err)
	}
	plain(&n)
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(&n); err != nil {
		return err
	}
	return enc.Close()
}

// plain takes JSON's quotes and braces off; strings that would read as
// something else keep theirs, and so do short lists their brackets.
func plain(n *yaml.Node) {
	scalars := n.Kind == yaml.SequenceNode
	for _, c := range n.Content {
		plain(c)
		scalars = scalars && c.Kind == yaml.ScalarNode
	}
	if !scalars {
		n.Style = 0
	}
}

// DecodeJSON reads a plan as the database keeps it.
func DecodeJSON(b []byte) (*Plan, error) {
	p := &Plan{}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return nil, fmt.Errorf("plan: decode: %w", err)
	}
	return p, nil
}

// EncodeJSON writes a plan as the database keeps it.
func EncodeJSON(p *Plan) ([]byte, error) { return json.Marshal(p) }
