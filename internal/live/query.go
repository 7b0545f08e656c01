package live

import (
	"cmp"
	"iter"
	"slices"
	"sync"
	"time"
)

// Facet is a property rows are filtered and counted by.
type Facet int

// The facets. Owner is who Query.Owner names; the others are the row's own.
const (
	ByHealth Facet = iota
	BySync
	ByInstance
	ByCluster
	ByProject
	ByOperation // phase of the last operation
	ByNamespace // of the destination
	ByOwner
	facetCount
)

// What the table numbers beside the facets that are a row's own.
const (
	byHome = int(facetCount) + iota // namespace of the resource itself
	bySet                           // ApplicationSet
	byRevision
	byImages
	numbered // how many there are
)

// of gives a row's own facet, which ByOwner is not.
func (f Facet) of(a *Application) string {
	switch int(f) {
	case int(ByHealth):
		return a.Health
	case int(BySync):
		return a.Sync
	case int(ByInstance):
		return a.Instance
	case int(ByCluster):
		return a.Cluster
	case int(ByProject):
		return a.Project
	case int(ByOperation):
		return a.Phase
	case int(ByNamespace):
		return a.DestNamespace
	case byHome:
		return a.Namespace
	case bySet:
		return a.Set
	default:
		return ""
	}
}

// Query selects rows. Values within one facet are alternatives; facets, words,
// Search and Attention must all hold. The zero Query selects everything.
type Query struct {
	Text      string // words, each found in name, project, cluster, instance, owner, either namespace or revision
	Search    Search // what somebody typed, see ParseSearch
	Health    []string
	Sync      []string
	Instance  []string
	Cluster   []string
	Project   []string
	Operation []string
	Namespace []string
	Owners    []string
	Attention bool // only rows that are not Healthy or not Synced

	// Owner names who a row belongs to, empty for nobody. It must be pure,
	// quick and safe for concurrent use; nil: there is no such facet. Queries
	// with the same OwnerKey have the same Owner; where the key is empty
	// nothing is kept from one query to the next.
	Owner    func(*Application) string
	OwnerKey string

	Sort       Column
	Descending bool
	// Group puts rows together by SortInstance, SortCluster, SortProject,
	// SortNamespace or SortOwner, the groups with the most to look at first;
	// Sort then orders the rows of a group. Offset and Limit count lines: each
	// group is one, and so is each of its rows unless the group is folded.
	Group Column
	Fold  []string // groups to fold; "*" folds all but those in Open
	Open  []string

	Offset int
	Limit  int // rows to return; 0 means none, below 0 all
}

func (q *Query) wanted(f Facet) []string {
	return [facetCount][]string{q.Health, q.Sync, q.Instance, q.Cluster, q.Project, q.Operation, q.Namespace, q.Owners}[f]
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

// Result answers a Query. Version is that of the table it was taken from, or a
// later one. Its slices are shared and never changed.
type Result struct {
	Version   uint64
	Rows      []Row
	Total     int // rows that match, on all pages
	All       int // rows in the table
	Attention int // rows that need attention, all filters but Attention applied

	Groups []Group // on this page, in order; only with Query.Group
	Lines  int     // lines on all pages; Total without Query.Group

	// Counts of each facet, most frequent first. A selected value is always
	// there, with 0 if no row has it.
	Health, Sync, Instance, Cluster, Project, Operation, Namespace, Owner []Count
}

// Facet gives the counts of a facet.
func (r *Result) Facet(f Facet) []Count { return *r.facets()[f] }

func (r *Result) facets() [facetCount]*[]Count {
	return [...]*[]Count{&r.Health, &r.Sync, &r.Instance, &r.Cluster, &r.Project, &r.Operation, &r.Namespace, &r.Owner}
}

// snapshot is the state of the table a query works on without holding the lock.
type snapshot struct {
	names  [numbered][]string
	status map[string]Row // Stale and LastSeen by instance
	now    time.Time
	owner  func(*Application) string
	roll   *roll // nil where there is no owner

	*scratch
}

// scratch is memory that queries use one after the other.
type scratch struct {
	rows []*row
	hits []hit
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

// done gives the scratch back, without the rows it named.
func (s *snapshot) done(hits []hit) {
	clear(s.rows)
	clear(hits)
	s.scratch.rows, s.scratch.hits = s.rows[:0], hits[:0]
	scratches.Put(s.scratch)
}

// searches tells whether the query looks into texts that few rows share.
func (q *Query) searches() bool { return q.Text != "" || !q.Search.Empty() }

func (t *Table) snapshot(q *Query) (*snapshot, uint64) {
	s := &snapshot{now: t.now(), owner: q.Owner}
	if q.Owner != nil {
		s.roll = t.rolls.of(q.OwnerKey)
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	s.scratch = scratches.Get().(*scratch)
	s.rows = append(s.scratch.rows[:0], t.rows...)
	for f, d := range t.facets {
		if f < byRevision || q.searches() {
			s.names[f] = slices.Clone(d.names)
		}
	}
	s.status = t.statuses()
	return s, t.version
}

// statuses gives what a Row says of each instance. The lock is held.
func (t *Table) statuses() map[string]Row {
	out := make(map[string]Row, len(t.instances))
	for name, i := range t.instances {
		out[name] = Row{Stale: i.Stale(), LastSeen: i.LastSeen, AsOf: i.AsOf()}
	}
	return out
}

// Query returns the selected rows and the counts of every facet. It works on a
// snapshot: writers wait only while pointers are copied. The last few answers
// are kept until the table changes.
func (t *Table) Query(q Query) Result {
	key, ok := q.key()
	if !ok {
		return t.answer(&q)
	}
	t.mu.RLock()
	version, status := t.version, t.statuses()
	t.mu.RUnlock()
	return t.kept.answer(version, key, status, func() Result { return t.answer(&q) })
}

func (t *Table) answer(q *Query) Result {
	s, version := t.snapshot(q)
	result := Result{Version: version, All: len(s.rows)}
	hits := s.scan(q, &result)
	defer s.done(hits)
	result.Total, result.Lines = len(hits), len(hits)
	order := q.orderHits()
	if q.Group != "" {
		s.group(q, hits, order, &result)
		return result
	}
	from := min(max(q.Offset, 0), len(hits))
	to := len(hits)
	if q.Limit >= 0 {
		to = min(to, from+min(q.Limit, len(hits)))
	}
	result.Rows = make([]Row, 0, to-from)
	for _, h := range window(hits, from, to, order) {
		result.Rows = append(result.Rows, s.row(h.row))
	}
	return result
}

// Select gives every row that a query selects, in its order, whatever its
// Limit, Offset and Group.
func (t *Table) Select(q Query) iter.Seq[Row] {
	q.Group = ""
	return func(yield func(Row) bool) {
		s, _ := t.snapshot(&q)
		hits := s.scan(&q, &Result{})
		defer s.done(hits)
		slices.SortFunc(hits, q.orderHits())
		for _, h := range hits {
			if !yield(s.row(h.row)) {
				return
			}
		}
	}
}

func (s *snapshot) row(r *row) Row {
	out := s.status[r.app.Instance]
	out.Application = r.app
	return out
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
