package argocd

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/connect"
)

// MaxFile is how many bytes a file of connections may have.
const MaxFile = 1 << 20

// fileKeys are the settings of one connection in a file.
var fileKeys = []string{"name", "url", "token_env", "token_file", "ca", "ca_file", "pin", "insecure", "projects", "selector", "protocol"}

// ParseFile reads connections from the text of a YAML file, a list of mappings,
// in the file's order. Paths in it are relative to its folder; tokens are not in
// it, but in files or in variables that getenv knows. The names of taken are
// another's. All problems are returned, with the line, and only connections
// without one.
func ParseFile(path string, text []byte, getenv func(string) string, taken []Connection) ([]Connection, []Problem) {
	f := &connectionFile{path: path, getenv: getenv, names: map[string]string{}}
	for _, c := range taken {
		i := envInstance{name: strings.ToUpper(strings.ReplaceAll(c.Name, "-", "_"))}
		f.names[connect.NameKey(c.Name)] = i.variable("URL")
	}
	root := f.root(text)
	if root == nil {
		return nil, f.problems
	}
	if root.Kind != yaml.SequenceNode {
		f.problem(root.Line, "file_list", nil)
		return nil, f.problems
	}
	var out []Connection
	for _, item := range root.Content {
		before := len(f.problems)
		if c := f.connection(resolved(item)); len(f.problems) == before {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(f.problems, func(a, b Problem) int { return cmp.Compare(a.line(), b.line()) })
	return out, f.problems
}

func (p Problem) line() int {
	n, _ := strconv.Atoi(p.Where[strings.LastIndex(p.Where, ":")+1:])
	return n
}

// connectionFile is a file that is being read.
type connectionFile struct {
	path     string
	getenv   func(string) string
	names    map[string]string // where each is used, by its key
	problems []Problem
}

func (f *connectionFile) where(line int) string { return f.path + ":" + strconv.Itoa(max(line, 1)) }

func (f *connectionFile) problem(line int, id string, args map[string]any) {
	f.problems = append(f.problems, problem(f.where(line), id, args))
}

// root gives the document; nil if there is none.
func (f *connectionFile) root(text []byte) *yaml.Node {
	if len(text) > MaxFile {
		f.problem(1, "file_size", map[string]any{"max": MaxFile >> 20})
		return nil
	}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil: // "yaml: line 3: …"
		detail := strings.TrimPrefix(err.Error(), "yaml: ")
		line := 1
		if rest, ok := strings.CutPrefix(detail, "line "); ok {
			number, after, _ := strings.Cut(rest, ": ")
			line, _ = strconv.Atoi(number)
			detail = after
		}
		f.problem(line, "file_yaml", map[string]any{"detail": clip(detail, maxDetail)})
		return nil
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		f.problem(more.Line, "file_documents", nil)
		return nil
	}
	return resolved(doc.Content[0])
}

// resolved follows an alias.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// item is a connection's settings with the lines they are on.
type item struct {
	values map[string]string
	lines  map[string]int
	line   int
}

// at is a setting's line, or that of the connection.
func (i item) at(keys ...string) int {
	for _, k := range keys {
		if line := i.lines[k]; line > 0 {
			return line
		}
	}
	return i.line
}

func (f *connectionFile) connection(n *yaml.Node) Connection {
	if n.Kind != yaml.MappingNode {
		f.problem(n.Line, "file_entry", nil)
		return Connection{}
	}
	i := f.item(n)
	c := Connection{Name: strings.TrimSpace(i.values["name"]), URL: i.values["url"], TokenFile: f.beside(i.values["token_file"]),
		CA: i.values["ca"], CAFile: f.beside(i.values["ca_file"])}
	c = c.With(connect.Options{Pin: i.values["pin"], Projects: i.values["projects"], Selector: i.values["selector"], Protocol: i.values["protocol"]})
	f.name(i, c.Name)
	tokenless := false
	if variable := i.values["token_env"]; variable != "" {
		c.Token = Secret(strings.TrimSpace(f.getenv(variable)))
		if tokenless = c.Token == ""; tokenless {
			f.problem(i.at("token_env"), "token_env_empty", map[string]any{"name": c.Name, "variable": variable})
		}
	}
	if v := i.values["insecure"]; v != "" {
		insecure, err := strconv.ParseBool(v)
		if err != nil {
			f.problem(i.at("insecure"), "insecure_not_boolean", map[string]any{"name": c.Name, "value": clip(v, maxGot)})
		}
		c.Insecure = insecure
	}
	if e, err := c.endpoint(); err == nil {
		c.PlainText = e.plaintext
	}
	for _, fault := range c.Faults() {
		if fault.Setting == "token" && (tokenless || i.lines["token"] > 0) {
			continue // told already
		}
		line := i.at(fault.Setting)
		if fault.Setting == "token" {
			line = i.at("token_env", "token_file")
		}
		f.problem(line, fault.ID, map[string]any{"name": c.Name, "variable": "insecure", "file_variable": "token_file",
			"got": fault.Got, "path": i.values[fault.Setting]})
	}
	return c
}

// item reads a mapping's keys. Those that are none of ours, or twice there, or
// of another kind than a text are problems.
func (f *connectionFile) item(n *yaml.Node) item {
	i := item{map[string]string{}, map[string]int{}, n.Line}
	for at := 0; at+1 < len(n.Content); at += 2 {
		key, value := n.Content[at], resolved(n.Content[at+1])
		name := key.Value
		switch {
		case i.lines[name] > 0:
			f.problem(key.Line, "file_twice", map[string]any{"key": name})
			continue
		case name == "token":
			i.lines[name] = key.Line
			f.problem(key.Line, "file_token", nil)
			continue
		case !slices.Contains(fileKeys, name):
			f.problem(key.Line, "file_key", map[string]any{"key": clip(name, maxGot), "keys": strings.Join(fileKeys, ", ")})
			continue
		}
		i.lines[name] = key.Line
		text, ok := scalar(value)
		if name == "projects" && value.Kind == yaml.SequenceNode {
			text, ok = list(value)
		}
		if !ok {
			f.problem(value.Line, "file_text", map[string]any{"key": name})
		}
		i.values[name] = strings.TrimSpace(text)
	}
	return i
}

func scalar(n *yaml.Node) (string, bool) {
	if n.Tag == "!!null" {
		return "", true
	}
	return n.Value, n.Kind == yaml.ScalarNode
}

// list joins a list of texts by commas.
func list(n *yaml.Node) (string, bool) {
	texts := make([]string, len(n.Content))
	for at, one := range n.Content {
		text, ok := scalar(resolved(one))
		if !ok {
			return "", false
		}
		texts[at] = text
	}
	return strings.Join(texts, ","), true
}

func (f *connectionFile) name(i item, name string) {
	line := i.at("name")
	if fault := connect.NameFault(name); fault != "" {
		f.problem(line, "file_"+fault, map[string]any{"max": connect.MaxName})
		return
	}
	key := connect.NameKey(name)
	if other := f.names[key]; other != "" {
		f.problem(line, "file_name_twice", map[string]any{"name": name, "other": other})
		return
	}
	f.names[key] = f.where(line)
}

// beside is a path relative to the file's folder.
func (f *connectionFile) beside(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(f.path), path)
}
