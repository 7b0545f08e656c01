package decision

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// entry is a key of a file's front matter.
type entry struct {
	key   string
	value *yaml.Node
	line  int    // of the file
	text  string // its lines
}

// front is a file's front matter: the keys, and the lines that belong to none.
type front struct {
	entries []entry
	kept    string // lines between the keys: comments
}

var errAlias = errors.New("decision: an alias in front matter")

// splitFront takes the front matter off a file: the lines between two of three
// dashes, where they are YAML with keys. body is the rest, and its first line.
func splitFront(src string, n *notes) (f front, body string, line int, err error) {
	first, rest, _ := strings.Cut(src, "\n")
	if strings.TrimRight(first, " \t") != "---" {
		return f, src, 1, nil
	}
	var lines []string
	closed := false
	for s := range strings.SplitSeq(rest, "\n") {
		if t := strings.TrimRight(s, " \t"); t == "---" || t == "..." {
			closed = true
			break
		}
		lines = append(lines, s)
	}
	if !closed {
		return f, src, 1, nil
	}
	after := len(lines) + 3 // the first line of the body
	body = strings.Join(strings.Split(rest, "\n")[len(lines)+1:], "\n")
	root, err := frontYAML(lines, n)
	switch {
	case errors.Is(err, errAlias):
		return f, "", 0, &FileError{Note{n.file, 2, Refused, "decision.files.alias", nil}}
	case err != nil && keyLine.MatchString(lines[0]):
		return f, "", 0, &FileError{Note{n.file, yamlLine(err) + 1, Refused, "decision.files.yaml", nil}}
	case err != nil || root != nil && root.Kind != yaml.MappingNode:
		return f, src, 1, nil
	}
	if root == nil {
		f.kept = trimLines(strings.Join(lines, "\n"))
		return f, body, after, nil
	}
	f.cut(root, lines)
	return f, body, after, nil
}

var keyLine = regexp.MustCompile(`^([A-Za-z가-힣][\w가-힣 -]*):[ \t]+(\S.*)$`)

// frontYAML reads lines as YAML. A line that is none on its own, such as
// "deciders: @jimin", is read as the text it shows.
func frontYAML(lines []string, n *notes) (*yaml.Node, error) {
	root, err := yamlNode(strings.Join(lines, "\n"))
	if err == nil || errors.Is(err, errAlias) {
		return root, err
	}
	mended := false
	for i, line := range lines {
		m := keyLine.FindStringSubmatch(line)
		if m == nil || yaml.Unmarshal([]byte(line), new(any)) == nil {
			continue
		}
		lines[i], mended = m[1]+": "+strconv.Quote(strings.TrimSpace(m[2])), true
		n.add(i+2, Doubt, "mended", map[string]any{"key": m[1]})
	}
	if !mended {
		return nil, err
	}
	return yamlNode(strings.Join(lines, "\n"))
}

// yamlNode reads YAML without anchors and aliases; nil where there is none.
func yamlNode(src string) (root *yaml.Node, err error) {
	defer func() {
		if recover() != nil { // what the library does not catch of hostile input
			root, err = nil, errors.New("yaml: not understood")
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(src), &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	if aliased(doc.Content[0], 0) {
		return nil, errAlias
	}
	return doc.Content[0], nil
}

func aliased(n *yaml.Node, depth int) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || depth > 50 {
		return true
	}
	for _, c := range n.Content {
		if aliased(c, depth+1) {
			return true
		}
	}
	return false
}

var lineOf = regexp.MustCompile(`line (\d+)`)

func yamlLine(err error) int {
	if m := lineOf.FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 1
}

// cut gives every key its lines. Comments belong to the key below them, unless
// that is one of MADR's: then they are kept beside.
func (f *front) cut(root *yaml.Node, lines []string) {
	flow := root.Style&yaml.FlowStyle != 0
	at := 0 // the first line that no key has yet
	for i := 0; i+1 < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		e := entry{key: k.Value, value: v, line: k.Line + 1}
		if flow || k.Column != 1 {
			e.text = marshalled(k, v)
			f.entries = append(f.entries, e)
			continue
		}
		end := len(lines)
		if i+2 < len(root.Content) {
			end = root.Content[i+2].Line - 1
		}
		for end > k.Line && idle(lines[end-1]) {
			end--
		}
		if s := trimLines(strings.Join(lines[at:k.Line-1], "\n")); s != "" {
			f.entries = append(f.entries, entry{text: s})
		}
		e.text = strings.Join(lines[k.Line-1:end], "\n")
		at = end
		f.entries = append(f.entries, e)
	}
	if !flow {
		f.kept = trimLines(strings.Join(lines[min(at, len(lines)):], "\n"))
	}
}

// idle tells whether a line of YAML at its margin says nothing.
func idle(s string) bool { return strings.TrimSpace(s) == "" || strings.HasPrefix(s, "#") }

func marshalled(k, v *yaml.Node) string {
	b, err := yaml.Marshal(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{k, v}})
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(b), "\n")
}

// rest is the text of what no field has a place for.
func (f front) rest(known func(key string) bool) string {
	var parts []string
	for _, e := range f.entries {
		if e.value == nil || !known(e.key) {
			parts = append(parts, e.text)
		}
	}
	if f.kept != "" {
		parts = append(parts, f.kept)
	}
	return strings.Join(parts, "\n")
}

// scalar gives a value as the text it was written as.
func scalar(v *yaml.Node) (string, bool) {
	if v.Kind != yaml.ScalarNode {
		return "", false
	}
	if v.Tag == "!!null" {
		return "", true
	}
	return strings.TrimSpace(v.Value), true
}

// texts gives a value that is a list, or a text with commas, as a list.
func texts(v *yaml.Node) ([]string, bool) {
	if s, ok := scalar(v); ok {
		return people(s), true
	}
	if v.Kind != yaml.SequenceNode {
		return nil, false
	}
	var out []string
	for _, c := range v.Content {
		s, ok := scalar(c)
		if !ok {
			return nil, false
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out, true
}

// people cuts a line of names at its commas.
func people(s string) (out []string) {
	for _, name := range strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' || c == '、' || c == '\n' }) {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}
