// Package lookout holds plans against what runs while nobody looks, and tells
// when their differences have changed and stay so.
//
// A difference counts as new, or as gone, after it was so without a break for a
// while: a restart that lets differences come and go tells nothing. Nothing is
// called gone because an instance does not answer: what is not seen is not
// judged. What was told is kept in the database, so that after a restart only
// what is different from then is told.
package lookout

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/drift"
	"deckplan/internal/hook"
	"deckplan/internal/lang"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Store is what a lookout needs of the database.
type Store interface {
	Plan(ctx context.Context, id string) (plan.Head, *plan.Plan, error)
	SeenDrift(ctx context.Context, id string) (hook.Seen, error)
	KeepDrift(ctx context.Context, plans []string) error
	Enqueue(ctx context.Context, all []hook.Delivery, seen *hook.Seen) error
}

// Config is what a lookout is made of.
type Config struct {
	Store Store
	Table *live.Table
	// Wanted names the plans that somebody wants to hear of.
	Wanted func(ctx context.Context) ([]string, error)
	// Send tells of a change and keeps what was told, both or neither.
	Send func(ctx context.Context, e hook.Event, seen hook.Seen) error
	Now  func() time.Time
	Log  *slog.Logger

	// Zero is the value in brackets.
	Every  time.Duration // between two comparisons of a plan (30 s)
	Settle time.Duration // that a difference must stay as it is before it is told of (60 s)
}

// Lookout is for one goroutine.
type Lookout struct {
	Config
	plans map[string]*watched
}

// Limits, in units of Settle where they are times.
const (
	patience  = 5  // that some are told of although others still change
	silence   = 60 // after which what an instance that does not answer had is called gone
	beginning = 10 // after which the first state is taken although some instance does not answer
	maxSeen   = 5000
)

// watched is a plan that somebody wants to hear of.
type watched struct {
	begun   time.Time
	seen    map[string]hook.Difference // that were told; nil until known
	now     map[string]hook.Difference
	counts  [4]int
	whole   bool                 // every instance answers
	since   map[string]time.Time // that a difference is not as it was told
	version uint64
	head    plan.Head
	day     string
	looked  time.Time
	took    time.Duration
}

// New makes a lookout.
func New(c Config) *Lookout {
	c.Every, c.Settle = cmp.Or(c.Every, 30*time.Second), cmp.Or(c.Settle, time.Minute)
	return &Lookout{Config: c, plans: map[string]*watched{}}
}

// Run looks until ctx ends.
func (l *Lookout) Run(ctx context.Context) {
	t := time.NewTicker(l.Every)
	defer t.Stop()
	for {
		if err := l.Look(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("plans cannot be held against what runs", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// Look compares each plan that is wanted with what runs now, if either has
// changed, and tells of what has settled.
func (l *Lookout) Look(ctx context.Context) error {
	wanted, err := l.Wanted(ctx)
	if err != nil {
		return err
	}
	if err := l.keep(ctx, wanted); err != nil || len(l.Table.Instances()) == 0 {
		return err
	}
	var all error
	for _, id := range wanted {
		if err := l.look(ctx, id, l.plans[id]); err != nil && !errors.Is(err, plan.ErrNotFound) {
			all = errors.Join(all, err)
		}
	}
	return all
}

// keep forgets plans that nobody wants to hear of any more: who does later hears
// of changes from then on.
func (l *Lookout) keep(ctx context.Context, wanted []string) error {
	same := len(wanted) == len(l.plans)
	for _, id := range wanted {
		same = same && l.plans[id] != nil
	}
	if same && len(wanted) > 0 {
		return nil
	}
	if err := l.Store.KeepDrift(ctx, wanted); err != nil {
		return err
	}
	maps.DeleteFunc(l.plans, func(id string, _ *watched) bool { return !slices.Contains(wanted, id) })
	for _, id := range wanted {
		if l.plans[id] == nil {
			l.plans[id] = &watched{begun: l.Now(), since: map[string]time.Time{}}
		}
	}
	return nil
}

func (l *Lookout) look(ctx context.Context, id string, w *watched) error {
	if w.seen == nil {
		kept, err := l.Store.SeenDrift(ctx, id)
		if err != nil && !errors.Is(err, plan.ErrNotFound) {
			return err
		}
		if err == nil {
			w.seen = byKey(kept.Differences)
		}
	}
	if l.Now().Sub(w.looked) >= max(l.Every*9/10, 20*w.took) { // a tick may come a little early
		if err := l.compare(ctx, id, w); err != nil {
			return err
		}
	}
	if w.seen == nil {
		return l.begin(ctx, id, w)
	}
	l.note(w)
	fresh, gone := l.settled(w)
	if len(fresh)+len(gone) == 0 {
		return nil
	}
	return l.tell(ctx, w, fresh, gone)
}

func byKey(all []hook.Difference) map[string]hook.Difference {
	out := make(map[string]hook.Difference, len(all))
	for _, d := range all {
		out[d.Key] = d
	}
	return out
}

// compare holds a plan against what runs, where either has changed.
func (l *Lookout) compare(ctx context.Context, id string, w *watched) error {
	head, doc, err := l.Store.Plan(ctx, id)
	if err != nil {
		return err
	}
	now := l.Now()
	version, day := l.Table.Version(), now.Format(time.DateOnly)
	if w.now != nil && w.version == version && w.head.Revision == head.Revision && w.day == day {
		w.head = head
		return nil
	}
	begun := time.Now()
	what := drift.Observe(l.Table, day)
	w.whole = !slices.ContainsFunc(what.Instances, func(in drift.Instance) bool { return !in.Complete() })
	result := drift.Compare(doc, what)
	w.now, w.counts = map[string]hook.Difference{}, result.Counts()
	for _, d := range result.Differences[:min(len(result.Differences), maxSeen)] {
		if old, ok := w.seen[d.Key]; ok {
			w.now[d.Key] = old
			continue
		}
		w.now[d.Key] = hook.Difference{Key: d.Key, Kind: string(d.Kind), Severity: d.Severity.String(),
			Text: decision.Both(func(in lang.Lang) string { return in.T("drift."+string(d.Kind), d.Args) })}
	}
	w.head, w.version, w.day, w.looked, w.took = head, version, day, now, time.Since(begun)
	return nil
}

// begin takes what is different now as known, once everything answers.
func (l *Lookout) begin(ctx context.Context, id string, w *watched) error {
	if !w.whole && l.Now().Sub(w.begun) < beginning*l.Settle {
		return nil
	}
	seen := l.seen(w.now, id)
	if err := l.Store.Enqueue(ctx, nil, &seen); err != nil {
		return err
	}
	w.seen = maps.Clone(w.now)
	return nil
}

func (l *Lookout) seen(all map[string]hook.Difference, id string) hook.Seen {
	return hook.Seen{Plan: id, Differences: sorted(all), At: l.Now()}
}

func sorted(all map[string]hook.Difference) []hook.Difference {
	return slices.SortedFunc(maps.Values(all), func(a, b hook.Difference) int { return cmp.Compare(a.Key, b.Key) })
}

// note remembers since when each difference is not as it was told.
func (l *Lookout) note(w *watched) {
	now := l.Now()
	other := func(key string) bool {
		_, told := w.seen[key]
		_, is := w.now[key]
		return told != is
	}
	maps.DeleteFunc(w.since, func(key string, _ time.Time) bool { return !other(key) })
	for _, all := range []map[string]hook.Difference{w.seen, w.now} {
		for key := range all {
			if _, noted := w.since[key]; !noted && other(key) {
				w.since[key] = now
			}
		}
	}
}

// settled gives what is new and what is gone, once it has been so for long
// enough and nothing else is about to follow.
func (l *Lookout) settled(w *watched) (fresh, gone map[string]hook.Difference) {
	fresh, gone = map[string]hook.Difference{}, map[string]hook.Difference{}
	now, open, oldest := l.Now(), false, time.Duration(0)
	for key, at := range w.since {
		d, is := w.now[key]
		age := now.Sub(at)
		if !is && !w.whole && age < silence*l.Settle {
			continue // not seen, and so not judged
		}
		oldest = max(oldest, age)
		switch {
		case age < l.Settle:
			open = true
		case is:
			fresh[key] = d
		default:
			gone[key] = w.seen[key]
		}
	}
	if open && oldest < patience*l.Settle {
		return nil, nil
	}
	return fresh, gone
}

// tell sends what has changed.
func (l *Lookout) tell(ctx context.Context, w *watched, fresh, gone map[string]hook.Difference) error {
	told := maps.Clone(w.seen)
	maps.Copy(told, fresh)
	for key := range gone {
		delete(told, key)
	}
	e := hook.Event{Type: hook.Drifted, Plan: hook.Plan{ID: w.head.ID, Name: w.head.Name, Scenario: w.head.Scenario},
		Drift: &hook.Drift{Errors: w.counts[verdict.Error], Warnings: w.counts[verdict.Warning], Notes: w.counts[verdict.Note], New: sorted(fresh), Gone: sorted(gone)}}
	gravest(e.Drift.New)
	if err := l.Send(ctx, e, l.seen(told, w.head.ID)); err != nil {
		return err
	}
	w.seen = told
	for _, all := range []map[string]hook.Difference{fresh, gone} {
		for key := range all {
			delete(w.since, key)
		}
	}
	return nil
}

// gravest puts the gravest first, which are named.
func gravest(all []hook.Difference) {
	rank := func(d hook.Difference) int {
		return slices.Index([]string{verdict.Error.String(), verdict.Warning.String()}, d.Severity)
	}
	slices.SortStableFunc(all, func(a, b hook.Difference) int { return cmp.Compare(uint(rank(a)), uint(rank(b))) })
}
