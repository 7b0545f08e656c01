package live

import (
	"cmp"
	"slices"
)

// Group is what a query's rows have in common, with what there is of it.
type Group struct {
	Value     string
	Rows      int     // that match, on all pages
	Attention int     // of these
	Health    []Count // of these, the worst first
	OutOfSync int     // of these
	Folded    bool
	Continued bool // the page begins within the group
	Shown     int  // rows on this page; they follow those of the group before
}

// Groups are the columns that rows can be grouped by.
var Groups = []Column{SortInstance, SortCluster, SortProject, SortNamespace, SortOwner}

var facetOf = map[Column]Facet{SortInstance: ByInstance, SortCluster: ByCluster, SortProject: ByProject, SortNamespace: ByNamespace,
	SortOperation: ByOperation, SortHealth: ByHealth, SortSync: BySync, SortOwner: ByOwner}

// groups gives the number of the group of a row whose owner is known.
func (s *snapshot) groups(q *Query) func(r *row, owner uint32) uint32 {
	f, ok := facetOf[q.Group]
	switch {
	case !ok:
		return func(*row, uint32) uint32 { return 0 }
	case f == ByOwner:
		return func(_ *row, owner uint32) uint32 { return owner }
	default:
		return func(r *row, _ uint32) uint32 { return r.ids[f] }
	}
}

// group fills in the groups and the rows of a page.
func (s *snapshot) group(q *Query, hits []hit, order func(a, b hit) int, result *Result) {
	all, ids := s.gather(q, hits)
	from, to := max(q.Offset, 0), int(^uint(0)>>1)
	if q.Limit >= 0 {
		to = from + min(q.Limit, 2*len(hits)+1)
	}
	type part struct{ from, to int }
	parts := map[uint32]part{} // of the rows of groups on the page
	var onPage []uint32
	line := 0
	for i := range all {
		g := &all[i]
		head, begins := line, line+1
		if line++; !g.Folded {
			line += g.Rows
		}
		if head >= to || line <= from {
			continue
		}
		p := part{max(from-begins, 0), min(to, line) - begins}
		g.Continued, g.Shown = head < from, max(p.to-p.from, 0)
		result.Groups = append(result.Groups, *g)
		onPage = append(onPage, ids[i])
		if g.Shown > 0 {
			parts[ids[i]] = p
		}
	}
	result.Lines = line
	rows := map[uint32][]hit{}
	for _, h := range hits {
		if _, ok := parts[h.group]; ok {
			rows[h.group] = append(rows[h.group], h)
		}
	}
	for _, id := range onPage {
		if p, ok := parts[id]; ok {
			for _, h := range window(rows[id], p.from, p.to, order) {
				result.Rows = append(result.Rows, s.row(h.row))
			}
		}
	}
}

// gather counts the groups and puts those with the most to look at first: by
// applications in bad health, then by those that need attention, then by name.
func (s *snapshot) gather(q *Query, hits []hit) (all []Group, ids []uint32) {
	f, ok := facetOf[q.Group]
	names := []string{""}
	if ok {
		names = s.namesOf(int(f))
	}
	healths := len(s.names[ByHealth])
	counts, drifted, needing := make([]int, len(names)*healths), make([]int, len(names)), make([]int, len(names))
	needs, drifts := s.needing(), s.passing(int(BySync), func(name string) bool { return name == OutOfSync })
	for _, h := range hits {
		counts[int(h.group)*healths+int(h.row.ids[ByHealth])]++
		if drifts[h.row.ids[BySync]] {
			drifted[h.group]++
		}
		if needs(h.row) {
			needing[h.group]++
		}
	}
	type counted struct {
		Group
		id  uint32
		bad int
	}
	var found []counted
	for id, name := range names {
		g := counted{Group: Group{Value: name, Attention: needing[id], OutOfSync: drifted[id]}, id: uint32(id)}
		for h, n := range counts[id*healths : (id+1)*healths] {
			if n > 0 {
				g.Rows += n
				g.Health = append(g.Health, Count{Value: s.names[ByHealth][h], Rows: n})
				if rank(s.names[ByHealth][h]) <= gravity[Unknown] {
					g.bad += n
				}
			}
		}
		if g.Rows == 0 {
			continue
		}
		slices.SortFunc(g.Health, func(a, b Count) int {
			return cmp.Or(cmp.Compare(rank(a.Value), rank(b.Value)), cmp.Compare(a.Value, b.Value))
		})
		g.Folded = slices.Contains(q.Fold, name) || slices.Contains(q.Fold, "*") && !slices.Contains(q.Open, name)
		found = append(found, g)
	}
	slices.SortFunc(found, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.bad, a.bad), cmp.Compare(b.Attention, a.Attention), cmp.Compare(a.Value, b.Value))
	})
	for _, g := range found {
		all, ids = append(all, g.Group), append(ids, g.id)
	}
	return all, ids
}
