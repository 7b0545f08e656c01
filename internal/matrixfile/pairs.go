package matrixfile

import (
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// rounding is how far a lower half of a matrix may be from the reciprocals of
// its upper half: 0.33 for a third, 0.14 for a seventh.
const rounding = 0.05

// pairs reads judgements of pairs: [first, second, ratio] each, or with these
// as fields, or as first: {second: ratio}, or as the whole reciprocal matrix of
// the things in the order of names.
func (d *draft) pairs(n *yaml.Node, names []string, take func(first, second, ratio string, line int)) {
	if n == nil || n.Tag == "!!null" {
		return
	}
	if n.Kind == yaml.MappingNode {
		d.entries(n, func(first string, row *yaml.Node) {
			d.fields(row, first, func(second string, ratio *yaml.Node) bool {
				take(first, second, d.text(ratio), ratio.Line)
				return true
			})
		})
		return
	}
	if d.square(n, names) {
		d.reciprocal(n, names, take)
		return
	}
	d.each(n, func(_ int, n *yaml.Node) {
		if t := d.triple(n); t != nil {
			take(t[0], t[1], t[2], n.Line)
		}
	})
}

// triple reads one judgement.
func (d *draft) triple(n *yaml.Node) []string {
	out := make([]string, 3)
	if n.Kind == yaml.MappingNode {
		d.fields(n, "judgements", func(key string, v *yaml.Node) bool {
			at, ok := map[string]int{"first": 0, "a": 0, "second": 1, "b": 1, "ratio": 2, "value": 2}[fold(key)]
			if ok {
				out[at] = d.text(v)
			}
			return ok
		})
		if out[0] != "" && out[1] != "" && out[2] != "" {
			return out
		}
	} else if n.Kind == yaml.SequenceNode && len(n.Content) == 3 {
		for i, c := range n.Content {
			out[i] = d.text(c)
		}
		return out
	}
	d.wrong(n.Line, "triple", nil)
	return nil
}

// square tells whether a list is a row of as many figures for each name.
func (d *draft) square(n *yaml.Node, names []string) bool {
	if n.Kind != yaml.SequenceNode || len(n.Content) != len(names) || len(names) == 0 {
		return false
	}
	for _, row := range n.Content {
		if row.Kind != yaml.SequenceNode || len(row.Content) != len(names) {
			return false
		}
	}
	first := n.Content[0].Content[0]
	for _, name := range names {
		if first.Kind != yaml.ScalarNode || fold(name) == fold(first.Value) {
			return false
		}
	}
	_, err := strconv.ParseFloat(first.Value, 64)
	return err == nil || first.Tag == "!!null"
}

// reciprocal takes the pairs of a whole matrix, of each the figure above the
// diagonal, or the other where that is empty or a rounded part of 1.
func (d *draft) reciprocal(n *yaml.Node, names []string, take func(first, second, ratio string, line int)) {
	blank := func(text string) bool { return text == "" || text == "0" || text == "-" || text == "?" }
	for i := range names {
		for j := i + 1; j < len(names); j++ {
			over, under := n.Content[i].Content[j], n.Content[j].Content[i]
			a, b := d.text(over), d.text(under)
			switch {
			case blank(a) && blank(b):
			case blank(a):
				take(names[j], names[i], b, under.Line)
			case blank(b):
				take(names[i], names[j], a, over.Line)
			default:
				x, ok := d.number(a, over.Line)
				y, too := d.number(b, under.Line)
				switch {
				case !ok || !too:
				case math.Abs(x*y-1) > rounding:
					d.wrong(under.Line, "reciprocal", map[string]any{"first": clip(names[i]), "second": clip(names[j]), "over": clip(a), "under": clip(b)})
				case x < 1 && !strings.Contains(a, "/"):
					take(names[j], names[i], b, under.Line)
				default:
					take(names[i], names[j], a, over.Line)
				}
			}
		}
	}
}
