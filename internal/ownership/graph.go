package ownership

import (
	"slices"

	"deckplan/internal/plan"
)

// order sorts stages so that each comes after those it follows (Kahn), in the
// plan's order among equals. Stages of a cycle, and those behind one, come
// last, as they stand, each in a column of its own.
func (a *Analysis) order(stages []plan.Stage) {
	at := map[string]int{}
	for i, s := range stages {
		at[s.ID] = i
	}
	column, left, next := make([]int, len(stages)), make([]int, len(stages)), make([][]int, len(stages))
	for i, s := range stages {
		for _, id := range s.After {
			if before, ok := at[id]; ok {
				left[i]++
				next[before] = append(next[before], i)
			}
		}
	}
	last := -1
	for range stages {
		i := slices.Index(left, 0)
		if i < 0 {
			break
		}
		left[i] = -1
		last = max(last, column[i])
		a.add(stages[i], column[i])
		for _, to := range next[i] {
			left[to]--
			column[to] = max(column[to], column[i]+1)
		}
	}
	for i, s := range stages {
		if left[i] > 0 {
			a.cyclic = true
			last++
			a.add(s, last)
		}
	}
}

func (a *Analysis) add(s plan.Stage, column int) {
	out := Stage{Stage: s, Column: column}
	team := owner(out)
	out.Lane = slices.IndexFunc(a.Lanes, func(l Lane) bool { return l.Team == team })
	if out.Lane < 0 {
		out.Lane = len(a.Lanes)
		a.Lanes = append(a.Lanes, Lane{team, a.index.team(team)})
	}
	a.describe(&out)
	a.Stages = append(a.Stages, out)
}

// connect draws the edges between stages, one for each pair.
func (a *Analysis) connect() {
	at := map[string]int{}
	for i, s := range a.Stages {
		at[s.ID] = i
	}
	for to, s := range a.Stages {
		for n, id := range s.After {
			from, ok := at[id]
			if !ok || slices.Contains(s.After[:n], id) {
				continue
			}
			before := a.Stages[from]
			wait, mandated := approval(s)
			a.Edges = append(a.Edges, Edge{From: from, To: to,
				HandOff: owner(before) != owner(s) && owner(before) != "" && owner(s) != "",
				Seam:    before.Installation != s.Installation && before.Installation != "" && s.Installation != "",
				ByHand:  s.Trigger == plan.Manual || s.Trigger == "",
				Wait:    s.WaitMinutes + wait + mandated, Mandated: mandated})
		}
	}
}

// follows tells whether a stage comes after another one, of this pipeline or
// of any other.
func (a *Analysis) follows(s Stage) bool {
	return slices.ContainsFunc(s.After, func(id string) bool { return a.index.known[id] })
}

// cycles are the sets of stages that wait for each other, as positions in
// Stages: the strongly connected components (Tarjan) of two stages or more,
// and stages that follow themselves.
func (a *Analysis) cycles() (out [][]int) {
	if !a.cyclic {
		return nil
	}
	next, self := make([][]int, len(a.Stages)), make([]bool, len(a.Stages))
	for _, e := range a.Edges {
		next[e.From] = append(next[e.From], e.To)
		self[e.From] = self[e.From] || e.From == e.To
	}
	met, low, on := make([]int, len(a.Stages)), make([]int, len(a.Stages)), make([]bool, len(a.Stages))
	var stack []int
	clock := 0
	var visit func(int)
	visit = func(v int) {
		clock++
		met[v], low[v], on[v] = clock, clock, true
		stack = append(stack, v)
		for _, w := range next[v] {
			if met[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if on[w] {
				low[v] = min(low[v], met[w])
			}
		}
		if low[v] != met[v] {
			return
		}
		start := slices.Index(stack, v)
		found := slices.Clone(stack[start:])
		stack = stack[:start]
		for _, w := range found {
			on[w] = false
		}
		if len(found) > 1 || self[v] {
			slices.Sort(found)
			out = append(out, found)
		}
	}
	for v := range a.Stages {
		if met[v] == 0 {
			visit(v)
		}
	}
	slices.SortFunc(out, slices.Compare)
	return out
}
