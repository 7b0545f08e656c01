package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"deckplan/internal/decision"
	"deckplan/internal/drift"
	"deckplan/internal/layout"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Limits of comparing plans with what runs.
const (
	driftsKept   = 6               // plans; what is compared is kept with it
	driftsPast   = 60              // layouts of decisions, of which little is kept
	driftPause   = 3 * time.Second // between two comparisons of one plan, at least
	driftAtOnce  = 5000            // applications up to which a page waits for the rail's count
	driftRecords = 20              // decisions of a list that are compared
)

// driftKey is what a comparison is of: a revision's layout, with the matches
// and marks of the plan's present revision.
type driftKey struct {
	plan          string
	revision, now int64
	layout        string
	past          bool // of a decision, as it was decided
}

// driftKept is the last comparison of a plan.
type driftKept struct {
	mu      sync.Mutex // one reader compares, others wait for the same answer
	result  *drift.Result
	drawn   *layout.Analysis
	version uint64 // of the live table
	day     string
	at      time.Time
	took    time.Duration
}

// drifts keeps the last comparisons.
type drifts struct {
	present, past kept[driftKey, *driftKept]  // those of decisions apart
	latest        kept[string, *drift.Result] // by plan, for pages that do not wait
	beside        singleflight.Group          // comparisons that no page waits for, by plan
}

func (d *drifts) of(key driftKey) *driftKept {
	empty := func() *driftKept { return &driftKept{} }
	if key.past {
		return d.past.of(key, driftsPast, empty)
	}
	return d.present.of(key, driftsKept, empty)
}

// compareLive gives the comparison of a document with what runs. Between two
// of the same there is a pause, longer where one takes long, unless the newest
// is asked for; nil where nothing is connected.
func (s *Server) compareLive(key driftKey, doc *plan.Plan, newest bool) *driftKept {
	one := s.drifts.of(key)
	one.mu.Lock()
	defer one.mu.Unlock()
	version := s.Live.Version()
	day := s.Now().Format(time.DateOnly)
	if one.result != nil && (one.version == version && one.day == day || !newest && s.Now().Sub(one.at) < max(driftPause, 20*one.took)) {
		return one
	}
	l := drift.Observe(s.Live, day)
	if len(l.Instances) == 0 {
		return nil
	}
	begun := time.Now()
	result := drift.CompareWith(doc, key.layout, l)
	if key.past {
		result = drift.Result{Differences: result.OfLayout()}
	}
	one.drawn = nil
	if !key.past && result.Layout != "" {
		a := layout.Analyse(doc, result.Drawn)
		one.drawn = &a
	}
	one.result, one.version, one.day, one.at, one.took = &result, version, day, s.Now(), time.Since(begun)
	if !key.past {
		s.drifts.latest.put(key.plan, driftsKept, &result)
	}
	return one
}

func presentDrift(id string, revision int64, doc *plan.Plan) driftKey {
	return driftKey{plan: id, revision: revision, now: revision, layout: doc.ChosenLayout()}
}

// driftOf is a comparison of a plan's present revision, or nil.
func (s *Server) driftOf(id string, revision int64, doc *plan.Plan) (*drift.Result, *layout.Analysis) {
	return s.compareLive(presentDrift(id, revision, doc), doc, false).answer()
}

// newestDrift is driftOf with what runs at this moment.
func (s *Server) newestDrift(id string, revision int64, doc *plan.Plan) *drift.Result {
	r, _ := s.compareLive(presentDrift(id, revision, doc), doc, true).answer()
	return r
}

func (one *driftKept) answer() (*drift.Result, *layout.Analysis) {
	if one == nil {
		return nil, nil
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.result, one.drawn
}

// lastDrift is the comparison that a page shows in passing, or nil. Where there
// are many applications it is the last one, and a newer is made meanwhile.
func (s *Server) lastDrift(v *ui.View) *drift.Result {
	n, instances := 0, s.Live.Instances()
	for _, in := range instances {
		n += in.Applications
	}
	if len(instances) == 0 {
		return nil
	}
	id, revision, doc := v.Plan.ID, v.Plan.Revision, v.Plan.Doc
	if n <= driftAtOnce {
		r, _ := s.driftOf(id, revision, doc)
		return r
	}
	s.drifts.beside.DoChan(id, func() (any, error) {
		s.driftOf(id, revision, doc)
		return nil, nil
	})
	latest, _ := s.drifts.latest.get(id)
	return latest
}

// countDrift puts the differences into the rail.
func (s *Server) countDrift(v *ui.View) {
	if r := s.lastDrift(v); r != nil {
		showDrift(v, r.Counts())
	}
}

func showDrift(v *ui.View, counts [4]int) {
	v.Plan.Bad["drift"], v.Plan.Doubt["drift"] = counts[0], counts[1]
}

// driftChanges tells a reader of the page of differences that they have
// changed, and nobody else of anything.
func (s *Server) driftChanges(id, entry string) (changed <-chan struct{}, stop func()) {
	if entry != "drift" {
		return nil, func() {}
	}
	rows, cancel := s.Live.Subscribe()
	out, done := make(chan struct{}, 1), make(chan struct{})
	go s.followDrift(id, rows, done, out)
	return out, sync.OnceFunc(func() { close(done); cancel() })
}

// followDrift compares after changes, several of which are one, and tells
// where the answer is another than before.
func (s *Server) followDrift(id string, rows <-chan live.Change, done <-chan struct{}, out chan<- struct{}) {
	last, _ := s.driftNow(id)
	for {
		select {
		case <-done:
			return
		case _, open := <-rows:
			if !open {
				return
			}
		}
		for again := true; again; { // a comparison may be older than the change
			mark, version := s.driftNow(id)
			if mark != last {
				last = mark
				select {
				case out <- struct{}{}:
				default:
				}
			}
			select {
			case <-done:
				return
			case <-time.After(driftPause):
			}
			again = version != 0 && version < s.Live.Version()
		}
	}
}

// driftNow is what tells one comparison of a plan from another, and the version
// of the live table it is of; zeroes where there is none.
func (s *Server) driftNow(id string) (mark, version uint64) {
	ctx, end := context.WithTimeout(context.Background(), 10*time.Second)
	defer end()
	head, doc, err := s.Plans.Plan(ctx, id)
	if err != nil {
		return 0, 0
	}
	one := s.compareLive(presentDrift(id, head.Revision, doc), doc, false)
	if one == nil {
		return 0, 0
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.result.Print, one.version
}

// contradicted compares the layouts that accepted decisions chose, as they
// were then, with what runs.
func (s *Server) contradicted(ctx context.Context, v *ui.View, all ...decision.Kept) map[int]*page.Contradiction {
	out := map[int]*page.Contradiction{}
	seen := 0
	for _, d := range all {
		if d.Record.Topic != decision.Layout || d.Record.Status != decision.Accepted || d.Snapshot == nil || d.Snapshot.Plan != v.Plan.ID || d.Record.Subject == "" {
			continue
		}
		if seen++; seen > driftRecords {
			break
		}
		then, err := s.Plans.At(ctx, v.Plan.ID, d.Snapshot.Revision)
		if err != nil || !slices.ContainsFunc(then.Layouts, func(l plan.Layout) bool { return l.ID == d.Record.Subject }) {
			continue // a preset, or no longer kept
		}
		doc := *then
		doc.LiveMatches, doc.Intended = v.Plan.Doc.LiveMatches, v.Plan.Doc.Intended
		one := s.compareLive(driftKey{v.Plan.ID, d.Snapshot.Revision, v.Plan.Revision, d.Record.Subject, true}, &doc, false)
		if one == nil {
			return out
		}
		r, _ := one.answer()
		c := &page.Contradiction{Revision: d.Snapshot.Revision}
		for i := range r.Differences {
			c.Differences = append(c.Differences, &r.Differences[i])
		}
		if len(c.Differences) > 0 {
			out[d.Record.Number] = c
		}
	}
	return out
}
