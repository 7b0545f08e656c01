package matrixfile

import (
	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
)

// yamlCandidate adds a candidate. Its values may stand beside its fields, or be
// all there is.
func (d *draft) yamlCandidate(name string, n *yaml.Node) {
	var c plan.Candidate
	var values, scores *yaml.Node
	beside := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line}
	if text := n.Kind == yaml.ScalarNode; text && name == "" {
		name = d.text(n)
	} else if text && n.Tag == "!!null" {
	} else if n.Kind == yaml.SequenceNode || text {
		values = n
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
				if _, ok := d.names["criteria"][fold(key)]; !ok {
					return false
				}
				beside.Content = append(beside.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key, Line: v.Line}, v)
			}
			return true
		})
	}
	if scores != nil && values == nil && (scores.Kind == yaml.MappingNode || len(scores.Content) > 0 && scores.Content[0].Kind == yaml.ScalarNode) {
		values, scores = scores, nil
	}
	if values == nil && len(beside.Content) > 0 {
		values = beside
	} else if len(beside.Content) > 0 {
		d.wrong(n.Line, "field", map[string]any{"field": clip(beside.Content[0].Value), "of": "candidates"})
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
