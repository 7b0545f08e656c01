package survey

import (
	"slices"

	"deckplan/internal/plan"
)

// Counts are how many rows an edit adds, changes and removes.
type Counts struct{ Added, Changed, Removed int }

// Any tells whether there is anything to do.
func (c Counts) Any() bool { return c.Added+c.Changed+c.Removed > 0 }

// Count tells what Edit would do with the same picks; the groups are those of
// the picks.
func (p *Proposal) Count(groups []Group, picks Picks) Counts {
	return p.work(groups, picks).counts()
}

// Edit makes one edit of what was picked. Its summary is the caller's to word
// (its id) and gets the counts as arguments.
func (p *Proposal) Edit(picks Picks, summary plan.Summary) (plan.Edit, Counts) {
	w := p.work(p.Groups(picks), picks)
	n := w.counts()
	summary.Args = map[string]any{"added": n.Added, "changed": n.Changed, "removed": n.Removed}
	return plan.Batch{Edits: w.edits(), Summary: summary}, n
}

// names gives the rows that a row names where it is added or changed.
func (r *Row) names() []ref {
	if r.Action == Add {
		return r.refs
	}
	var out []ref
	for _, c := range r.Changes {
		if c.ref != "" && c.now != "" {
			out = append(out, ref{c.ref, c.now})
		}
	}
	return out
}

// settle notes what groups need of groups that are not picked, and gives which
// rows there will be. A new row that cannot be without another is not added
// where that one is not.
func (p *Proposal) settle(groups []Group) (have func(kind, key string) bool) {
	added := map[ref]bool{}
	have = func(kind, key string) bool {
		_, in := p.in[kind][key]
		return in || added[ref{kind, key}]
	}
	var from map[ref]string // the groups of new rows
	for i := range groups {
		g := &groups[i]
		for _, r := range g.Rows {
			for _, to := range r.names() {
				if have(to.kind, to.key) {
					continue
				}
				if from == nil {
					from = origins(groups)
				}
				if id := from[to]; id != "" && id != g.ID && !slices.Contains(g.Needs, id) {
					g.Needs = append(g.Needs, id)
				}
			}
			if g.Action == Add && g.Picked && !slices.ContainsFunc(r.needs, func(to ref) bool { return !have(to.kind, to.key) }) {
				added[ref{r.Kind, r.Key}] = true
			}
		}
	}
	return have
}

func origins(groups []Group) map[ref]string {
	out := map[ref]string{}
	for _, g := range groups {
		for _, r := range g.Rows {
			if g.Action == Add {
				out[ref{r.Kind, r.Key}] = g.ID
			}
		}
	}
	return out
}

// work gathers what is done of a proposal: rows to add, changes by row, rows
// to remove.
type work struct {
	have    func(kind, key string) bool
	adds    []*Row
	sets    []setting
	removes []*Row
}

// setting is the changes of one row of the plan.
type setting struct {
	row     *Row
	changes []Change
}

func (p *Proposal) work(groups []Group, picks Picks) *work {
	single := set(picks.Rows)
	w := &work{have: p.settle(groups)}
	at := map[ref]int{} // of a row, its place in sets
	for _, g := range groups {
		for _, r := range g.Rows {
			switch {
			case g.Action == Add && g.Picked && w.have(r.Kind, r.Key):
				w.adds = append(w.adds, r)
			case g.Action == Fill && g.Picked, g.Action == Differ && (g.Picked || single[r.ID()]):
				w.set(at, r)
			case g.Action == Gone && single[r.ID()]:
				w.removes = append(w.removes, r)
			}
		}
	}
	return w
}

func (w *work) set(at map[ref]int, r *Row) {
	for _, c := range r.Changes {
		if c.ref != "" && !w.have(c.ref, c.now) {
			continue
		}
		i, ok := at[ref{r.Kind, r.Key}]
		if !ok {
			i = len(w.sets)
			at[ref{r.Kind, r.Key}] = i
			w.sets = append(w.sets, setting{row: r})
		}
		w.sets[i].changes = append(w.sets[i].changes, c)
	}
}

func (w *work) counts() Counts { return Counts{len(w.adds), len(w.sets), len(w.removes)} }

// edits puts what is removed last, and of that what others may be part of last.
func (w *work) edits() (out []plan.Edit) {
	var puts []plan.Put
	for _, r := range w.adds {
		n := len(puts)
		if n == 0 || puts[n-1].Kind != r.Kind {
			puts = append(puts, plan.Put{Kind: r.Kind})
			n++
		}
		puts[n-1].Items = append(puts[n-1].Items, r.item(w.have))
	}
	for _, e := range puts {
		out = append(out, e)
	}
	for _, s := range w.sets {
		e := plan.Set{Kind: s.row.Kind, Key: s.row.Key}
		for _, c := range s.changes {
			e.Fields = append(e.Fields, plan.FieldValue{Name: c.Field, Was: plan.Raw(c.was), Now: plan.Raw(c.now)})
		}
		out = append(out, e)
	}
	var removes []plan.Remove
	for _, r := range w.removes {
		i := slices.IndexFunc(removes, func(e plan.Remove) bool { return e.Kind == r.Kind })
		if i < 0 {
			i, removes = len(removes), append(removes, plan.Remove{Kind: r.Kind})
		}
		removes[i].Keys = append(removes[i].Keys, r.Key)
	}
	slices.SortFunc(removes, func(a, b plan.Remove) int { return slices.Index(tables, b.Kind) - slices.Index(tables, a.Kind) })
	for _, e := range removes {
		out = append(out, e)
	}
	return out
}
