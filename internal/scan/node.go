package scan

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of one YAML document, every alias expanded.
const (
	maxNodes     = 100_000 // a long text counts for several
	maxNesting   = 64
	maxDocuments = 500
)

var errBomb = errors.New("scan: too many nodes, or too deep")

// documents parses YAML into nodes that are safe to follow: aliases cannot
// loop, and expanded they stay within the limits.
func documents(b []byte) ([]*yaml.Node, error) {
	var out []*yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(b))
	left := maxNodes
	for len(out) < maxDocuments {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if len(doc.Content) == 0 {
			continue
		}
		n, err := weigh(doc.Content[0], 0, map[*yaml.Node]weight{})
		if left -= n.nodes; err != nil || left < 0 {
			return out, errBomb
		}
		settle(doc.Content[0], map[*yaml.Node]bool{})
		out = append(out, doc.Content[0])
	}
	return out, errBomb
}

// weight is how large and how deep a node is with its aliases expanded.
type weight struct{ nodes, deep int }

func weigh(n *yaml.Node, depth int, known map[*yaml.Node]weight) (weight, error) {
	if w, ok := known[n]; ok {
		if w.nodes < 0 || depth+w.deep > maxNesting {
			return w, errBomb // an alias inside what it names, or too deep here
		}
		return w, nil
	}
	if depth > maxNesting {
		return weight{}, errBomb
	}
	known[n] = weight{nodes: -1}
	total := weight{nodes: 1 + len(n.Value)/64}
	children := n.Content
	if n.Kind == yaml.AliasNode {
		children = []*yaml.Node{n.Alias}
	}
	for _, c := range children {
		w, err := weigh(c, depth+1, known)
		if err != nil {
			return w, err
		}
		total.nodes += w.nodes
		total.deep = max(total.deep, w.deep+1)
		if total.nodes > maxNodes {
			return total, errBomb
		}
	}
	known[n] = total
	return total, nil
}

// yaml parses a file's documents and tells what is wrong with it.
func (r *reader) yaml(file string) ([]*yaml.Node, bool) {
	b, ok := r.read(file)
	if !ok {
		return nil, false
	}
	return r.parse(file, b)
}

func (r *reader) parse(file string, b []byte) ([]*yaml.Node, bool) {
	docs, err := documents(b)
	if errors.Is(err, errBomb) {
		r.miss(file, 0, "scan.missed.bomb", map[string]any{"max": maxNodes, "depth": maxNesting})
		return nil, false
	}
	if err != nil {
		line, detail := yamlError(err)
		r.miss(file, line, "scan.missed.yaml", map[string]any{"detail": fault(detail)})
		return docs, len(docs) > 0
	}
	return docs, len(docs) > 0
}

// yamlError takes the line out of the library's message, "yaml: line 3: …".
func yamlError(err error) (int, string) {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(s, "line "); ok {
		num, detail, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(num); err == nil {
			return n, detail
		}
	}
	return 0, s
}

// pair is an entry of a mapping.
type pair struct {
	key  string
	line int
	node *yaml.Node
}

func real(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// entries lists a mapping's entries.
func entries(n *yaml.Node) []pair {
	if n = real(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	out := make([]pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := real(n.Content[i]); k.Kind == yaml.ScalarNode {
			out = append(out, pair{k.Value, n.Content[i].Line, real(n.Content[i+1])})
		}
	}
	return out
}

// settle puts what mappings merge ("<<") in its place, after their own keys.
func settle(n *yaml.Node, done map[*yaml.Node]bool) {
	if n = real(n); done[n] {
		return
	}
	done[n] = true
	for _, c := range n.Content {
		settle(c, done)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	var own, merged []*yaml.Node
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "<<" {
			merged = append(merged, n.Content[i+1])
			if m := real(n.Content[i+1]); m.Kind == yaml.SequenceNode {
				merged = append(merged[:len(merged)-1], m.Content...)
			}
		} else if k := real(n.Content[i]); !seen[k.Value] {
			seen[k.Value] = true
			own = append(own, n.Content[i], n.Content[i+1])
		}
	}
	for _, m := range merged {
		for _, p := range entries(m) {
			if !seen[p.key] {
				seen[p.key] = true
				own = append(own, &yaml.Node{Kind: yaml.ScalarNode, Value: p.key, Line: p.line}, p.node)
			}
		}
	}
	n.Content = own
}

// get follows a path of keys; nil where there is nothing.
func get(n *yaml.Node, keys ...string) *yaml.Node {
	for _, k := range keys {
		next := (*yaml.Node)(nil)
		if n = real(n); n != nil && n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				if key := real(n.Content[i]); key.Kind == yaml.ScalarNode && key.Value == k {
					next = real(n.Content[i+1])
					break
				}
			}
		}
		if n = next; n == nil {
			return nil
		}
	}
	return n
}

// text is a scalar's value, empty for anything else.
func text(n *yaml.Node) string {
	if n = real(n); n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// items are a sequence's nodes; a scalar or a mapping is one item.
func items(n *yaml.Node) []*yaml.Node {
	n = real(n)
	switch {
	case n == nil || n.Tag == "!!null":
		return nil
	case n.Kind != yaml.SequenceNode:
		return []*yaml.Node{n}
	}
	out := make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		out[i] = real(c)
	}
	return out
}

// texts are the scalars of a sequence, those of sequences within it included.
func texts(n *yaml.Node) []string {
	var out []string
	for _, c := range items(n) {
		if c.Kind == yaml.SequenceNode {
			out = append(out, texts(c)...)
		} else if s := text(c); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// lineOf is where a node stands, or otherwise.
func lineOf(n *yaml.Node, otherwise int) int {
	if n == nil || n.Line == 0 {
		return otherwise
	}
	return n.Line
}

// scalars gathers every scalar below a node.
func scalars(n *yaml.Node, each func(string)) {
	n = real(n)
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		each(n.Value)
	}
	for _, c := range n.Content {
		scalars(c, each)
	}
}

// body is where a scalar's text begins: the line after the sign of a block.
func body(n *yaml.Node) int {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Line + 1
	}
	return n.Line
}
