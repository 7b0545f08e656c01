// Package backstage reads a Backstage catalogue, one or many catalog-info.yaml
// documents in one file, into what package survey makes proposals of. It uses
// the YAML library that plans are read with. Nothing in a catalogue is
// trusted: its size and number are bounded, aliases are not expanded, and
// every fault is told with its line.
package backstage

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

// Limits of a catalogue.
const (
	MaxBytes    = 8 << 20
	maxEntities = 20_000
	maxProblems = 100
	maxHops     = 8 // of one alias naming another
)

// kinds are Backstage's own; those without a place in a plan are listed.
var kinds = map[string]survey.EntityKind{"Group": survey.KindGroup, "System": survey.KindSystem, "Component": survey.KindComponent}

// Decode reads a catalogue. Faults are *plan.Invalid, all of them at once.
func Decode(r io.Reader) (survey.Observed, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return survey.Observed{}, err
	}
	if len(b) > MaxBytes {
		return survey.Observed{}, &plan.Invalid{Problems: []plan.Problem{{ID: "survey.catalog.size", Args: map[string]any{"max": MaxBytes >> 20}}}}
	}
	d := decoding{seen: map[string]int{}}
	d.documents(b)
	if len(d.problems) == 0 && len(d.out.Entities)+len(d.out.Ignored) == 0 {
		d.problem(0, "survey.catalog.empty", nil)
	} else if len(d.problems) == 0 && len(d.out.Entities) == 0 {
		d.problem(d.out.Ignored[0].Line, "survey.catalog.nothing", map[string]any{"kind": d.out.Ignored[0].Kind})
	}
	if len(d.problems) > 0 {
		return survey.Observed{}, &plan.Invalid{Problems: d.problems}
	}
	return d.out, nil
}

// decoding is a catalogue on its way.
type decoding struct {
	out      survey.Observed
	seen     map[string]int // line of an entity by kind and name
	problems []plan.Problem
}

func (d *decoding) problem(line int, id string, args map[string]any) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, plan.Problem{Line: line, ID: id, Args: args})
	}
}

func (d *decoding) documents(b []byte) {
	dec := yaml.NewDecoder(bytes.NewReader(b))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil { // what follows cannot be told apart from it
			line, detail := fault(err)
			d.problem(line, "plan.problem.yaml", map[string]any{"detail": detail})
			return
		}
		if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
			continue
		}
		if len(d.out.Entities)+len(d.out.Ignored) >= maxEntities {
			d.out.Dropped++
			continue
		}
		d.entity(doc.Content[0])
	}
}

// fault takes the line out of the library's message, "yaml: line 3: …".
func fault(err error) (int, string) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if number, detail, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				return n, detail
			}
		}
	}
	return 0, text
}

func (d *decoding) entity(n *yaml.Node) {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		d.problem(lineOf(n), "survey.catalog.mapping", nil)
		return
	}
	kind, name := d.text(n, "kind"), d.text(n, "metadata", "name")
	if kind == "" || name == "" {
		missing := "kind"
		if kind != "" {
			missing = "metadata.name"
		}
		d.problem(n.Line, "plan.problem.required", map[string]any{"field": missing})
		return
	}
	if space := d.text(n, "metadata", "namespace"); space != "" && space != "default" {
		name = space + "/" + name
	}
	known, ok := kinds[kind]
	if !ok {
		d.out.Ignored = append(d.out.Ignored, survey.Ignored{Kind: kind, Name: name, Line: n.Line})
		return
	}
	id := kind + "\x00" + strings.ToLower(name)
	if first, twice := d.seen[id]; twice {
		d.problem(n.Line, "survey.catalog.twice", map[string]any{"kind": kind, "name": name, "first": first})
		return
	}
	d.seen[id] = n.Line
	e := survey.Entity{Kind: known, Name: name, Title: d.text(n, "metadata", "title"), Line: n.Line,
		Owner: reference(d.text(n, "spec", "owner"), "group"), System: reference(d.text(n, "spec", "system"), "system"), Lifecycle: d.text(n, "spec", "lifecycle")}
	if known == survey.KindGroup {
		if shown := d.text(n, "spec", "profile", "displayName"); shown != "" {
			e.Title = shown
		}
	}
	e.Application = d.text(n, "metadata", "annotations", "argocd/app-name")
	e.Repository = repository(func(key string) string { return d.text(n, "metadata", "annotations", key) })
	d.out.Entities = append(d.out.Entities, e)
}

// text is the text at a path. What is not a text there is a fault, unless it
// is nothing at all.
func (d *decoding) text(n *yaml.Node, path ...string) string {
	for _, key := range path {
		n = child(n, key)
		if n == nil {
			return ""
		}
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		d.problem(n.Line, "survey.catalog.text", map[string]any{"field": strings.Join(path, ".")})
		return ""
	}
	if len(n.Value) > 2000 {
		d.problem(n.Line, "plan.problem.long", map[string]any{"field": strings.Join(path, "."), "got": len(n.Value), "max": 2000})
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// child is the value of a key of a mapping, or nil.
func child(n *yaml.Node, key string) *yaml.Node {
	if n = resolve(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	return nil
}

// resolve follows an alias to what it names.
func resolve(n *yaml.Node) *yaml.Node {
	for range maxHops {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

func lineOf(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

// reference is the name in a reference such as group:default/payments; nothing
// where it names another kind, such as a person.
func reference(s, kind string) string {
	if before, rest, ok := strings.Cut(s, ":"); ok {
		if !strings.EqualFold(before, kind) {
			return ""
		}
		s = rest
	}
	return strings.TrimPrefix(s, "default/")
}

// repository is the URL of the repository that annotations name.
func repository(annotation func(string) string) string {
	for _, key := range []string{"backstage.io/source-location", "backstage.io/managed-by-location"} {
		if url, ok := strings.CutPrefix(annotation(key), "url:"); ok {
			if url = root(url); url != "" {
				return url
			}
		}
	}
	for key, host := range map[string]string{"github.com/project-slug": "https://github.com/", "gitlab.com/project-slug": "https://gitlab.com/"} {
		if slug := strings.Trim(annotation(key), "/"); slug != "" && !strings.Contains(slug, "://") {
			return host + slug
		}
	}
	return ""
}

// root cuts the address of a file or folder down to its repository's.
func root(url string) string {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return ""
	}
	for _, mark := range []string{"/-/", "/tree/", "/blob/", "/src/", "/raw/"} {
		if i := strings.Index(url, mark); i > 0 {
			url = url[:i]
		}
	}
	return strings.TrimSuffix(strings.TrimRight(url, "/"), ".git")
}
