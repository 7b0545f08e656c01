package matrixfile

import (
	"cmp"

	"deckplan/internal/matrix"
	"deckplan/internal/plan"

	"go.yaml.in/yaml/v3"
)

// Group is a criterion of a file that has criteria of its own, or the goal,
// which has no name. A plan's criteria are those without such: the share of
// each is the product of the shares on the way to it.
type Group struct {
	Name    string    `json:"name"`
	Members []string  `json:"members"`
	Shares  []float64 `json:"shares"` // by member, adding up to 1
	// Judged is what judgements of the members come to; nil where points weigh.
	Judged *matrix.Priorities `json:"consistency,omitempty"`
}

// branch is a criterion of a file as it stands in the tree.
type branch struct {
	name       string
	line       int
	weight     float64
	up         *branch
	members    []*branch
	judgements *yaml.Node
	judged     []matrix.Pair
	leaf       string // key of the criterion, for one without members
}

func (b *branch) position() int {
	for i, m := range b.up.members {
		if m == b {
			return i
		}
	}
	return 0
}

func (b *branch) names() []string {
	out := make([]string, len(b.members))
	for i, m := range b.members {
		out[i] = m.name
	}
	return out
}

// deep tells whether some criterion has criteria of its own.
func (b *branch) deep() bool {
	for _, m := range b.members {
		if m.leaf == "" {
			return true
		}
	}
	return false
}

// weigh settles the weights of a tree of criteria: each group's by the
// judgements of its members, wherever they stand, else by their points.
func (d *draft) weigh(top *branch) {
	known := map[string]*branch{}
	d.know(top, known)
	var visit func(b *branch)
	visit = func(b *branch) {
		d.pairs(b.judgements, b.names(), func(first, second, ratio string, line int) { d.within(known, first, second, ratio, line) })
		for _, m := range b.members {
			visit(m)
		}
	}
	visit(top)
	if len(d.problems) == 0 {
		d.spread(top, 1)
		d.matrix().Weighting, d.given["weighting"] = plan.ByPoints, true
	}
}

// know notes all of a tree by their names.
func (d *draft) know(b *branch, known map[string]*branch) {
	for _, m := range b.members {
		if key := fold(m.name); known[key] != nil {
			d.wrong(m.line, "twice", map[string]any{"table": "criteria", "name": clip(m.name)})
		} else {
			known[key] = m
		}
		d.know(m, known)
	}
}

// within takes a judgement of two members of one group.
func (d *draft) within(known map[string]*branch, first, second, ratio string, line int) {
	a, b := known[fold(first)], known[fold(second)]
	for name, x := range map[string]*branch{first: a, second: b} {
		if x == nil {
			d.wrong(line, "unknown", map[string]any{"table": "criteria", "name": clip(name)})
		}
	}
	v, ok := d.number(ratio, line)
	switch {
	case a == nil || b == nil || !ok:
		return
	case a.up != b.up || a == b:
		d.wrong(line, "siblings", map[string]any{"first": clip(first), "second": clip(second)})
		return
	}
	_, problems := plan.KindOf("judgements").Decode(plan.Raw(plan.Judgement{First: "a", Second: "b", Ratio: v}))
	for _, p := range problems {
		p.Line = line
		d.problems = append(d.problems, p)
	}
	a.up.judged = append(a.up.judged, matrix.Pair{First: a.position(), Second: b.position(), Ratio: v})
}

// spread gives a branch's share to its members.
func (d *draft) spread(b *branch, share float64) {
	if b.leaf != "" {
		for i := range d.plan.Criteria {
			if c := &d.plan.Criteria[i]; c.ID == b.leaf {
				c.Weight = share
				d.say("criteria", c.ID, "weight")
			}
		}
		return
	}
	g := Group{Name: b.name, Members: b.names(), Shares: make([]float64, len(b.members))}
	if len(b.judged) > 0 {
		p := matrix.Prioritise(len(b.members), b.judged)
		if g.Judged = &p; p.Apart > 1 {
			d.wrong(b.line, "apart", map[string]any{"name": clip(cmp.Or(b.name, d.matrix().Name))})
			return
		}
		copy(g.Shares, p.Weights)
	} else {
		var sum float64
		for _, m := range b.members {
			sum += m.weight
		}
		for i, m := range b.members {
			if sum > 0 {
				g.Shares[i] = m.weight / sum
			}
		}
	}
	d.groups = append(d.groups, g)
	for i, m := range b.members {
		d.spread(m, share*g.Shares[i])
	}
}
