package roadmap

import (
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Inspect finds what is wrong with the steps a plan holds, and what can be
// begun now. It gives a few findings however many steps there are.
func Inspect(p *plan.Plan) []verdict.Finding {
	at := make(map[string]int, len(p.Steps))
	for i, s := range p.Steps {
		at[s.ID] = i
	}
	var out []verdict.Finding
	add := func(severity verdict.Severity, id string, steps []int) {
		if len(steps) == 0 {
			return
		}
		names, about := make([]string, len(steps)), []verdict.Ref(nil)
		for n, i := range steps {
			names[n] = p.Steps[i].Name
			if n < 12 {
				about = append(about, verdict.Ref{Kind: "steps", Key: p.Steps[i].ID, Name: p.Steps[i].Name})
			}
		}
		out = append(out, verdict.Finding{ID: "roadmap.finding." + id, Severity: severity, About: about,
			Args: verdict.Args{"step": list(names), "n": len(steps)}})
	}
	for n, circle := range cycles(p.Steps, at) {
		if n < 10 {
			add(verdict.Error, "cycle", circle)
		}
	}
	var early, ownerless, oneWay, next []int
	for i, s := range p.Steps {
		waits := false
		for _, key := range s.After {
			if j, ok := at[key]; ok && !p.Steps[j].Done {
				waits = true
			}
		}
		switch {
		case s.Done:
			if waits {
				early = append(early, i)
			}
			continue
		case !waits:
			next = append(next, i)
		}
		if s.Team == "" {
			ownerless = append(ownerless, i)
		}
		if s.WayBack == "" {
			oneWay = append(oneWay, i)
		}
	}
	add(verdict.Warning, "early", early)
	add(verdict.Warning, "no_way_back", oneWay)
	add(verdict.Note, "no_owner", ownerless)
	add(verdict.Note, "next", next)
	return out
}

// cycles gives every set of steps that wait for each other, by Tarjan's
// strongly connected components, in the order of the steps.
func cycles(steps []plan.Step, at map[string]int) (out [][]int) {
	t := tarjan{steps: steps, at: at, index: make([]int, len(steps)), low: make([]int, len(steps)), on: make([]bool, len(steps)), found: map[int][]int{}}
	for i := range steps {
		if t.index[i] == 0 {
			t.visit(i)
		}
	}
	for i := range steps {
		if c := t.found[i]; c != nil {
			out = append(out, c)
		}
	}
	return out
}

type tarjan struct {
	steps      []plan.Step
	at         map[string]int
	index, low []int // from 1; 0 is not visited
	on         []bool
	stack      []int
	clock      int
	found      map[int][]int // cycles by their first step
}

// visit goes as deep as the longest chain of steps, of which there are at most
// plan.MaxSteps.
func (t *tarjan) visit(i int) {
	t.clock++
	t.index[i], t.low[i] = t.clock, t.clock
	t.stack, t.on[i] = append(t.stack, i), true
	self := false
	for _, key := range t.steps[i].After {
		j, ok := t.at[key]
		switch {
		case !ok:
		case j == i:
			self = true
		case t.index[j] == 0:
			t.visit(j)
			t.low[i] = min(t.low[i], t.low[j])
		case t.on[j]:
			t.low[i] = min(t.low[i], t.index[j])
		}
	}
	if t.low[i] != t.index[i] {
		return
	}
	members := map[int]bool{}
	for {
		j := t.stack[len(t.stack)-1]
		t.stack, t.on[j] = t.stack[:len(t.stack)-1], false
		members[j] = true
		if j == i {
			break
		}
	}
	if len(members) == 1 && !self {
		return
	}
	var circle []int
	for j := range t.steps {
		if members[j] {
			circle = append(circle, j)
		}
	}
	t.found[circle[0]] = circle
}
