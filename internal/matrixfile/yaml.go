package matrixfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
)

// yaml reads the document described at the package.
func (d *draft) yaml(b []byte) error {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(b)).Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return wrong(0, "matrixfile.empty", nil)
		}
		line, detail := 0, strings.TrimPrefix(err.Error(), "yaml: ")
		if rest, ok := strings.CutPrefix(detail, "line "); ok {
			num, text, _ := strings.Cut(rest, ": ")
			line, _ = strconv.Atoi(num)
			detail = text
		}
		return wrong(line, "plan.problem.yaml", map[string]any{"detail": detail})
	}
	var criteria, candidates, judgements, weights *yaml.Node
	d.fields(doc.Content[0], "matrix", func(key string, v *yaml.Node) bool {
		switch key = field(key); key {
		case "criteria":
			criteria = v
		case "candidates":
			candidates = v
		case "judgements":
			judgements = v
		case "weight":
			weights = v
		case "gates", "lifted":
			if v.Kind != yaml.SequenceNode {
				return d.set(key, d.text(v), v.Line)
			}
			var words []string
			d.each(v, func(_ int, g *yaml.Node) { words = append(words, d.text(g)) })
			return d.set(key, strings.Join(words, " "), v.Line)
		default:
			return d.sets(key) && d.set(key, d.text(v), v.Line)
		}
		return true
	})
	top := &branch{weight: 1, judgements: judgements}
	var later []func() // what names candidates
	d.entries(criteria, func(name string, n *yaml.Node) { later = append(later, d.yamlCriterion(name, n, top)...) })
	d.weights(weights, top)
	d.entries(candidates, d.yamlCandidate)
	for _, do := range later {
		do()
	}
	if most := plan.KindOf("criteria").Most(); len(d.plan.Criteria) > most {
		return nil // told by check
	}
	if top.deep() {
		d.weigh(top)
		return nil
	}
	d.pairs(judgements, top.names(), d.judge)
	return nil
}

// weights reads points that stand apart from the criteria: in their order, or by
// name.
func (d *draft) weights(n *yaml.Node, top *branch) {
	if n == nil || n.Tag == "!!null" {
		return
	}
	give := func(b *branch, v *yaml.Node) {
		w, ok := d.number(d.text(v), v.Line)
		if b.weight = w; !ok || b.leaf == "" {
			return
		}
		for i := range d.plan.Criteria {
			if c := &d.plan.Criteria[i]; c.ID == b.leaf {
				c.Weight = w
				d.say("criteria", c.ID, "weight")
			}
		}
	}
	if n.Kind == yaml.MappingNode {
		d.fields(n, "values", func(key string, v *yaml.Node) bool {
			for _, b := range top.members {
				if fold(b.name) == fold(key) {
					give(b, v)
					return true
				}
			}
			d.wrong(v.Line, "unknown", map[string]any{"table": "criteria", "name": clip(key)})
			return true
		})
		return
	}
	d.each(n, func(i int, v *yaml.Node) {
		if i < len(top.members) {
			give(top.members[i], v)
		} else if i == len(top.members) {
			d.wrong(v.Line, "too_many", map[string]any{"n": len(n.Content), "max": len(top.members)})
		}
	})
}

// entries visits a list's entries, or a mapping's with their names; an entry of
// a list that is one name with something to it counts as such, too.
func (d *draft) entries(n *yaml.Node, visit func(name string, n *yaml.Node)) {
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			visit(n.Content[i].Value, n.Content[i+1])
		}
		return
	}
	d.each(n, func(_ int, n *yaml.Node) {
		if n.Kind == yaml.MappingNode && len(n.Content) == 2 && !slices.Contains(fieldNames[:], field(n.Content[0].Value)) {
			visit(n.Content[0].Value, n.Content[1])
			return
		}
		visit("", n)
	})
}

// fields visits a mapping's entries; visit tells whether there is such a one.
func (d *draft) fields(n *yaml.Node, of string, visit func(key string, v *yaml.Node) bool) {
	if n.Kind != yaml.MappingNode {
		d.wrong(n.Line, "mapping", map[string]any{"field": of})
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		name := key
		if of == "matrix" || of == "criteria" {
			name = field(key)
		}
		if seen[name] {
			d.wrong(n.Content[i].Line, "field_twice", map[string]any{"field": clip(key)})
		}
		seen[name] = true
		if !visit(key, n.Content[i+1]) {
			d.wrong(n.Content[i].Line, "field", map[string]any{"field": clip(key), "of": of})
		}
	}
}

func (d *draft) each(n *yaml.Node, visit func(i int, n *yaml.Node)) {
	if n == nil || n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.wrong(n.Line, "list", nil)
		return
	}
	for i, c := range n.Content {
		visit(i, c)
	}
}

// text is a scalar's text; nothing for null.
func (d *draft) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		d.wrong(n.Line, "scalar", nil)
		return ""
	}
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// yamlCriterion adds a criterion, or the criteria it has, and gives what is to
// be done when the candidates are known.
func (d *draft) yamlCriterion(name string, n *yaml.Node, up *branch) (later []func()) {
	c, said := plan.Criterion{Name: name, Weight: 1}, []string{}
	var comparisons, members *yaml.Node
	b := &branch{line: n.Line, up: up}
	if n.Kind == yaml.ScalarNode {
		if text := d.text(n); name == "" {
			c.Name = text
		} else if text != "" {
			c.Weight, _ = d.number(text, n.Line)
			said = append(said, "weight")
		}
	} else {
		d.fields(n, "criteria", func(key string, v *yaml.Node) bool {
			was := key
			key = field(key)
			if was == "type" && slices.Contains(valuesOf["kind"], choice("kind", v.Value)) {
				key = "kind"
			}
			said = append(said, key)
			switch key {
			case "name":
				c.Name = d.text(v)
			case "id":
				c.ID = d.text(v)
			case "weight":
				c.Weight, _ = d.number(d.text(v), v.Line)
			case "kind":
				c.Kind = plan.CriterionKind(choice(key, d.text(v)))
			case "direction":
				c.Direction = plan.Direction(choice(key, d.text(v)))
			case "unit":
				c.Unit = d.text(v)
			case "note":
				c.Note = d.text(v)
			case "comparisons":
				comparisons = v
			case "criteria":
				members = v
			case "judgements":
				b.judgements = v
			default:
				return false
			}
			return true
		})
	}
	b.name, b.weight = c.Name, c.Weight
	up.members = append(up.members, b)
	if members != nil {
		if _, problems := plan.KindOf("criteria").Decode(plan.Raw(plan.Criterion{ID: "g", Matrix: "m", Name: c.Name, Weight: c.Weight})); len(problems) > 0 {
			problems[0].Line = n.Line
			d.problems = append(d.problems, problems[0])
		}
		if c.Kind != "" || c.Direction != "" || c.Unit != "" || c.ID != "" || comparisons != nil {
			d.wrong(n.Line, "group", map[string]any{"name": clip(c.Name)})
		}
		d.entries(members, func(name string, n *yaml.Node) { later = append(later, d.yamlCriterion(name, n, b)...) })
		if len(b.members) == 0 {
			d.wrong(n.Line, "group", map[string]any{"name": clip(c.Name)})
		}
		return later
	}
	b.leaf = cmp.Or(c.ID, "k"+strconv.Itoa(len(d.plan.Criteria)+1))
	for _, field := range said {
		d.say("criteria", b.leaf, field)
	}
	d.criterion(c, n.Line)
	if comparisons == nil {
		comparisons = b.judgements // of candidates, where there are no criteria to judge
	}
	return []func(){func() {
		d.pairs(comparisons, d.called(), func(first, second, ratio string, line int) { d.compare(c.Name, first, second, ratio, line) })
	}}
}

// called are the candidates' names, in order.
func (d *draft) called() []string {
	out := make([]string, len(d.plan.Candidates))
	for i, c := range d.plan.Candidates {
		out[i] = nameOr(c.Name, c.Tool)
	}
	return out
}
