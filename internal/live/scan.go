package live

import "slices"

// hit is a row that a query selects. key is what it is sorted by first, as a
// number: rows with equal keys are compared by themselves.
type hit struct {
	row   *row
	key   int64
	group uint32
}

// scan returns the matching rows, in no order, and fills in the counts. A row
// that fails exactly one filter counts for that filter's facet alone.
func (s *snapshot) scan(q *Query, result *Result) []hit {
	allowed, counts := s.facets(q)
	tests, key, group := s.tests(q), s.keys(q), s.groups(q)
	hits, needing := s.scratch.hits[:0], s.needing()
	const none, attention = -1, int(facetCount)
	ids := new([facetCount]uint32) // one for all rows
rows:
	for _, r := range s.rows {
		*ids = [facetCount]uint32(r.ids[:facetCount])
		ids[ByOwner] = s.ownerOf(r)
		for i := range tests {
			if !tests[i].holds(r, ids) {
				continue rows
			}
		}
		failed, needs := none, needing(r)
		if q.Attention && !needs {
			failed = attention
		}
		for f, ok := range allowed {
			if ok != nil && !ok(ids[f]) {
				if failed != none {
					continue rows
				}
				failed = f
			}
		}
		if needs && (failed == none || failed == attention) {
			result.Attention++
		}
		if n := int(ids[ByOwner]); n >= len(counts[ByOwner]) {
			counts[ByOwner] = append(counts[ByOwner], make([]int, n+1-len(counts[ByOwner]))...)
		}
		switch failed {
		case none:
			for f := range counts {
				counts[f][ids[f]]++
			}
			hits = append(hits, hit{row: r, key: key(r, ids[ByOwner]), group: group(r, ids[ByOwner])})
		case attention:
		default:
			counts[failed][ids[failed]]++
		}
	}
	for f, out := range result.facets() {
		if Facet(f) == ByOwner && s.roll == nil {
			continue
		}
		*out = facetCounts(s.namesOf(f), counts[f], q.wanted(Facet(f)))
	}
	if q.Sort == SortOwner && s.roll != nil {
		ranks := ranks(s.namesOf(int(ByOwner)))
		for i := range hits {
			hits[i].key = ranks[hits[i].key]
		}
	}
	return hits
}

// facets are what the facets allow, nil for all, and room to count their values.
func (s *snapshot) facets(q *Query) (allowed [facetCount]func(id uint32) bool, counts [facetCount][]int) {
	for f := range facetCount {
		wanted := q.wanted(f)
		switch {
		case f == ByOwner && s.roll == nil:
			if len(wanted) > 0 && !slices.Contains(wanted, "") {
				allowed[f] = func(uint32) bool { return false } // nobody owns anything
			}
			counts[f] = make([]int, 1)
			continue
		case f != ByOwner:
			counts[f] = make([]int, len(s.names[f]))
		}
		if len(wanted) > 0 {
			allowed[f] = s.table(int(f), func(name string) bool { return slices.Contains(wanted, name) })
		}
	}
	return allowed, counts
}

// needing tells which rows need attention, as Application.Attention does.
func (s *snapshot) needing() func(r *row) bool {
	fine := s.passing(int(ByHealth), func(name string) bool { return name == Healthy })
	synced := s.passing(int(BySync), func(name string) bool { return name == Synced })
	return func(r *row) bool { return !fine[r.ids[ByHealth]] || !synced[r.ids[BySync]] }
}

// ownerOf is the number of a row's owner, 0 where there is none.
func (s *snapshot) ownerOf(r *row) uint32 {
	if s.roll == nil {
		return 0
	}
	if known := r.owner.Load(); uint32(known>>32) == s.roll.generation {
		return uint32(known)
	}
	id := s.roll.number(s.owner(&r.app))
	r.owner.Store(uint64(s.roll.generation)<<32 | uint64(id))
	return id
}

// namesOf are the names that have been numbered so far.
func (s *snapshot) namesOf(f int) []string {
	if f == int(ByOwner) {
		if s.roll == nil {
			return []string{""}
		}
		return s.roll.all()
	}
	return s.names[f]
}

// table tells of each numbered name whether it passes, asking once a name.
// Owners are numbered on the way, so their names are asked for when they come.
func (s *snapshot) table(f int, passes func(name string) bool) func(id uint32) bool {
	if f != int(ByOwner) {
		return s.own(f, passes)
	}
	var known []int8
	return func(id uint32) bool {
		for int(id) >= len(known) {
			known = append(known, 0)
		}
		if known[id] == 0 {
			known[id] = -1
			if passes(s.namesOf(f)[id]) {
				known[id] = 1
			}
		}
		return known[id] > 0
	}
}

func (s *snapshot) own(f int, passes func(name string) bool) func(id uint32) bool {
	ok := s.passing(f, passes)
	return func(id uint32) bool { return ok[id] }
}

func (s *snapshot) passing(f int, passes func(name string) bool) []bool {
	ok := make([]bool, len(s.names[f]))
	for id, name := range s.names[f] {
		ok[id] = passes(name)
	}
	return ok
}
