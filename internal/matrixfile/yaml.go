package matrixfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"
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
	var criteria, candidates, judgements *yaml.Node
	d.fields(doc.Content[0], "matrix", func(key string, v *yaml.Node) bool {
		switch key {
		case "criteria":
			criteria = v
		case "candidates":
			candidates = v
		case "judgements":
			judgements = v
		case "gates":
			var words []string
			d.each(v, func(_ int, g *yaml.Node) { words = append(words, d.text(g)) })
			return d.set(key, strings.Join(words, " "), v.Line)
		default:
			return d.set(key, d.text(v), v.Line)
		}
		return true
	})
	var later []func() // what names candidates
	d.each(criteria, func(_ int, n *yaml.Node) { later = append(later, d.yamlCriterion(n)) })
	d.each(candidates, func(_ int, n *yaml.Node) { d.yamlCandidate(n) })
	for _, do := range later {
		do()
	}
	d.each(judgements, func(_ int, n *yaml.Node) {
		if t := d.triple(n); t != nil {
			d.judge(t[0], t[1], t[2], n.Line)
		}
	})
	return nil
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
		if seen[key] {
			d.wrong(n.Content[i].Line, "field_twice", map[string]any{"field": clip(key)})
		}
		seen[key] = true
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

// triple reads [first, second, ratio].
func (d *draft) triple(n *yaml.Node) []string {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 3 {
		d.wrong(n.Line, "triple", nil)
		return nil
	}
	out := make([]string, 3)
	for i, c := range n.Content {
		out[i] = d.text(c)
	}
	return out
}

// yamlCriterion adds a criterion and gives what is to be done when the
// candidates are known.
func (d *draft) yamlCriterion(n *yaml.Node) func() {
	c, said := plan.Criterion{Weight: 1}, []string{}
	var comparisons *yaml.Node
	if n.Kind == yaml.ScalarNode {
		c.Name = d.text(n)
	} else {
		d.fields(n, "criteria", func(key string, v *yaml.Node) bool {
			said = append(said, key)
			switch key {
			case "name":
				c.Name = d.text(v)
			case "id":
				c.ID = d.text(v)
			case "weight":
				c.Weight, _ = d.number(d.text(v), v.Line)
			case "kind":
				c.Kind = plan.CriterionKind(d.text(v))
			case "direction":
				c.Direction = plan.Direction(d.text(v))
			case "unit":
				c.Unit = d.text(v)
			case "note":
				c.Note = d.text(v)
			case "comparisons":
				comparisons = v
			default:
				return false
			}
			return true
		})
	}
	for _, field := range said {
		d.say("criteria", cmp.Or(c.ID, "k"+strconv.Itoa(len(d.plan.Criteria)+1)), field)
	}
	d.criterion(c, n.Line)
	return func() {
		d.each(comparisons, func(_ int, n *yaml.Node) {
			if t := d.triple(n); t != nil {
				d.compare(c.Name, t[0], t[1], t[2], n.Line)
			}
		})
	}
}

func (d *draft) yamlCandidate(n *yaml.Node) {
	var c plan.Candidate
	var values, scores *yaml.Node
	name := ""
	if n.Kind == yaml.ScalarNode {
		name = d.text(n)
	} else {
		d.fields(n, "candidates", func(key string, v *yaml.Node) bool {
			switch key {
			case "name":
				name = d.text(v)
			case "id":
				c.ID = d.text(v)
			case "tool":
				c.Tool = d.text(v)
			case "values":
				values = v
			case "scores":
				scores = v
			default:
				return false
			}
			return true
		})
	}
	id := d.candidate(c, nameOr(name, c.Tool), n.Line)
	if c.Tool != "" {
		d.say("candidates", id, "tool")
	}
	value := func(s plan.Score, v *yaml.Node) {
		if v.Tag == "!!null" {
			return
		}
		if x, ok := d.number(d.text(v), v.Line); ok {
			s.Value = x
			d.score(s, v.Line)
		}
	}
	switch {
	case values == nil || values.Tag == "!!null":
	case values.Kind == yaml.SequenceNode:
		if len(values.Content) > len(d.plan.Criteria) {
			d.wrong(values.Line, "too_many", map[string]any{"n": len(values.Content), "max": len(d.plan.Criteria)})
			return
		}
		for i, v := range values.Content {
			value(plan.Score{Candidate: id, Criterion: d.plan.Criteria[i].ID}, v)
		}
	default:
		d.fields(values, "values", func(key string, v *yaml.Node) bool {
			if k, ok := d.find("criteria", key, v.Line); ok {
				value(plan.Score{Candidate: id, Criterion: k}, v)
			}
			return true
		})
	}
	d.each(scores, func(_ int, n *yaml.Node) {
		s := plan.Score{Candidate: id}
		var v *yaml.Node
		found := false
		d.fields(n, "scores", func(key string, x *yaml.Node) bool {
			switch key {
			case "person":
				s.Person = d.text(x)
			case "criterion":
				s.Criterion, found = d.find("criteria", d.text(x), x.Line)
			case "value":
				v = x
			case "evidence":
				s.Evidence = d.text(x)
			case "date":
				s.Date = d.text(x)
			default:
				return false
			}
			return true
		})
		if found && v != nil {
			value(s, v)
		} else if v == nil || s.Criterion == "" {
			d.wrong(n.Line, "score", nil)
		}
	})
}
