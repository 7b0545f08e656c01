package live

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Facet is a property rows are filtered and counted by.
type Facet int

// The facets.
const (
	ByHealth Facet = iota
	BySync
	ByInstance
	ByCluster
	ByProject
	facetCount
)

func (f Facet) of(a *Application) string {
	switch f {
	case ByHealth:
		return a.Health
	case BySync:
		return a.Sync
	case ByInstance:
		return a.Instance
	case ByCluster:
		return a.Cluster
	default:
		return a.Project
	}
}

// Column is what rows are sorted by.
type Column string

// The columns. Health and sync sort by gravity: the worst first.
const (
	SortName     Column = "name" // the default
	SortInstance Column = "instance"
	SortCluster  Column = "cluster"
	SortProject  Column = "project"
	SortHealth   Column = "health"
	SortSync     Column = "sync"
	SortSince    Column = "since"
	SortLastSync Column = "last_sync"
)

// Query selects rows. Values within one facet are alternatives; facets, words
// and Attention must all hold. The zero Query selects everything.
type Query struct {
	Text      string // words, each found in name, project, cluster, instance, either namespace or revision
	Health    []string
	Sync      []string
	Instance  []string
	Cluster   []string
	Project   []string
	Attention bool // only rows that are not Healthy or not Synced

	Sort       Column
	Descending bool
	Offset     int
	Limit      int // rows to return; 0 means none, below 0 all
}

func (q *Query) wanted(f Facet) []string {
	return [facetCount][]string{q.Health, q.Sync, q.Instance, q.Cluster, q.Project}[f]
}

// Row is an application with how current it is.
type Row struct {
	Application
	Stale    bool      // its instance is not connected: this is what was last known
	LastSeen time.Time // when the instance last answered
	AsOf     time.Time // of a snapshot's row: when the snapshot was made; zero for others
}

// Count is how many rows have a facet's value, all other filters applied.
type Count struct {
	Value    string
	Rows     int
	Selected bool
}

// Result answers a Query. Version is that of the table it was taken from.
type Result struct {
	Version   uint64
	Rows      []Row
	Total     int // rows that match, on all pages
	All       int // rows in the table
	Attention int // rows that need attention, all filters but Attention applied

	// Counts of each facet, most frequent first. A selected value is always
	// there, with 0 if no row has it.
	Health, Sync, Instance, Cluster, Project []Count
}

// snapshot is the state of the table a query works on without holding the lock.
type snapshot struct {
	rows   []*row
	names  [facetCount][]string
	ids    [facetCount]map[string]uint32 // of the wanted values only
	status map[string]Row                // Stale and LastSeen by instance
}

func (t *Table) snapshot(q *Query) (snapshot, uint64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	s := snapshot{rows: slices.Clone(t.rows), status: make(map[string]Row, len(t.instances))}
	for f, d := range t.facets {
		s.names[f] = slices.Clone(d.names)
		s.ids[f] = map[string]uint32{}
		for _, v := range q.wanted(Facet(f)) {
			if id, ok := d.ids[v]; ok {
				s.ids[f][v] = id
			}
		}
	}
	for name, i := range t.instances {
		s.status[name] = Row{Stale: i.Stale(), LastSeen: i.LastSeen, AsOf: i.AsOf()}
	}
	return s, t.version
}

// Query returns the selected rows and the counts of every facet. It works on a
// snapshot: writers wait only while pointers are copied.
func (t *Table) Query(q Query) Result {
	s, version := t.snapshot(&q)
	result := Result{Version: version, All: len(s.rows)}
	matched := s.scan(&q, &result)
	result.Total = len(matched)

	from := min(max(q.Offset, 0), len(matched))
	to := len(matched)
	if q.Limit >= 0 {
		to = min(to, from+min(q.Limit, len(matched)))
	}
	sortWindow(matched, from, to, q.order())
	result.Rows = make([]Row, 0, to-from)
	for _, r := range matched[from:to] {
		out := s.status[r.app.Instance]
		out.Application = r.app
		result.Rows = append(result.Rows, out)
	}
	return result
}

// scan returns the matching rows, in no order, and fills in the counts. A row
// that fails exactly one filter counts for that filter's facet alone.
func (s *snapshot) scan(q *Query, result *Result) []*row {
	var allowed [facetCount][]bool // by value id; nil allows all
	var counts [facetCount][]int
	for f := range allowed {
		counts[f] = make([]int, len(s.names[f]))
		if len(q.wanted(Facet(f))) == 0 {
			continue
		}
		allowed[f] = make([]bool, len(s.names[f]))
		for _, id := range s.ids[f] {
			allowed[f][id] = true
		}
	}
	words := strings.Fields(strings.ToLower(q.Text))
	matched := s.rows[:0] // the snapshot's own slice, filtered in place
	const none, attention = -1, int(facetCount)
rows:
	for _, r := range s.rows {
		for _, w := range words {
			if !strings.Contains(r.search, w) {
				continue rows
			}
		}
		failed, needs := none, r.app.Attention()
		if q.Attention && !needs {
			failed = attention
		}
		for f := range allowed {
			if allowed[f] != nil && !allowed[f][r.facet[f]] {
				if failed != none {
					continue rows
				}
				failed = f
			}
		}
		if needs && (failed == none || failed == attention) {
			result.Attention++
		}
		switch failed {
		case none:
			for f := range counts {
				counts[f][r.facet[f]]++
			}
			matched = append(matched, r)
		case attention:
		default:
			counts[failed][r.facet[failed]]++
		}
	}
	for f, out := range []*[]Count{&result.Health, &result.Sync, &result.Instance, &result.Cluster, &result.Project} {
		*out = facetCounts(s.names[f], counts[f], q.wanted(Facet(f)))
	}
	return matched
}

func facetCounts(names []string, counts []int, wanted []string) []Count {
	selected := make(map[string]bool, len(wanted))
	for _, v := range wanted {
		selected[v] = true
	}
	var out []Count
	for id, n := range counts {
		if n > 0 {
			out = append(out, Count{names[id], n, selected[names[id]]})
			delete(selected, names[id])
		}
	}
	for v := range selected {
		out = append(out, Count{v, 0, true})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Value, b.Value))
	})
	return out
}
