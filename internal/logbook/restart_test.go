package logbook_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
	"deckplan/internal/logbook"
	"deckplan/internal/store"
)

// run is one life of Deckplan.
type run struct {
	t     *testing.T
	db    *store.Store
	table *live.Table
	fleet *argocd.Fleet
	book  *logbook.Book
	s     *argotest.Server
}

// begin starts Deckplan's live part on a database and waits for the first list.
func begin(t *testing.T, path string, s *argotest.Server) *run {
	t.Helper()
	r := &run{t: t, db: database(t, path), table: live.NewTable(nil), s: s}
	r.book, _ = book(t, r.db, r.table, nil)
	r.fleet = argocd.NewFleet(r.table, slog.New(slog.DiscardHandler), argocd.Options{RetryMin: 20 * time.Millisecond, RetryMax: 100 * time.Millisecond})
	t.Cleanup(r.fleet.Close)
	r.fleet.Set(s.Name, argocd.Connection{URL: s.URL, Token: argocd.Secret(s.Token)})
	within(t, 20*time.Second, "the first list", func() bool { i, _ := r.table.Instance(s.Name); return i.Complete && i.State == live.Connected })
	return r
}

// end stops it in order.
func (r *run) end() {
	r.fleet.Close()
	r.book.Close()
	_ = r.db.Close()
}

func (r *run) key(name string) live.Key {
	return live.Key{Instance: r.s.Name, Namespace: "argocd", Name: name}
}

func (r *run) since(name string) time.Time {
	row, _ := r.table.Get(r.key(name))
	return row.Since
}

func (r *run) past(name string) []live.Transition {
	r.t.Helper()
	all, err := r.db.Transitions(r.t.Context(), r.key(name), 100)
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

func (r *run) stretches() []live.Stretch {
	r.t.Helper()
	all, err := r.db.Stretches(r.t.Context(), r.s.Name, time.Time{})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// worsen makes an application Degraded and waits until that is kept.
func (r *run) worsen(name string) time.Time {
	r.t.Helper()
	r.s.Update(r.t, name, argotest.Change{Health: live.Suspended})
	within(r.t, 5*time.Second, "a first change", func() bool { row, _ := r.table.Get(r.key(name)); return row.Health == live.Suspended })
	r.s.Update(r.t, name, argotest.Change{Health: live.Degraded})
	within(r.t, 5*time.Second, "the change in the database", func() bool { all := r.past(name); return len(all) >= 2 && all[0].Health == live.Degraded })
	return r.since(name)
}

func TestAges_SurviveARestart(t *testing.T) {
	t.Parallel()
	s := argotest.Start(t, argotest.Options{})
	path := filepath.Join(t.TempDir(), "deckplan.db")
	apps := s.Reference(t)
	calm, bad, changed, gone := apps[0].Name, apps[1].Name, apps[2].Name, apps[3].Name
	r := begin(t, path, s)
	worse := r.worsen(bad)
	at := map[string]time.Time{calm: r.since(calm), bad: worse}
	r.end()

	s.Update(t, changed, argotest.Change{Health: live.Missing})
	s.Delete(t, gone)
	time.Sleep(5 * time.Millisecond)
	down := time.Now()

	r = begin(t, path, s)
	for name, want := range at {
		if got := r.since(name); got.UnixMilli() != want.UnixMilli() {
			t.Errorf("%s: since %v, want %v", name, got, want)
		}
		if got := r.past(name); got[0].At.UnixMilli() != want.UnixMilli() {
			t.Errorf("%s changed by a restart: %v", name, got)
		}
	}
	if r.since(changed).Before(down) {
		t.Error("what changed meanwhile is as old as before")
	}
	within(t, 5*time.Second, "what was found changed", func() bool {
		all, left := r.past(changed), r.past(gone)
		return len(all) == 2 && all[0].Health == live.Missing && len(left) == 2 && left[0].Gone()
	})
	within(t, 5*time.Second, "stretches of both runs", func() bool { return len(r.stretches()) == 4 })
	all := r.stretches()
	if all[0].State != live.Connected || !all[0].To.IsZero() || all[2].State != live.Connected || all[2].To.IsZero() || all[2].To.After(down) {
		t.Errorf("%v", all)
	}
	if got, unseen := live.Measure(all, time.Time{}, time.Now()), all[1].From.Sub(all[2].To); unseen <= 0 || got.Outages != 0 || got.Observed > time.Since(all[3].From)-unseen {
		t.Errorf("%+v although nobody looked for %v", got, unseen)
	}
	r.end()
}

func TestAges_SurviveACrash(t *testing.T) {
	t.Parallel()
	s := argotest.Start(t, argotest.Options{})
	path := filepath.Join(t.TempDir(), "deckplan.db")
	bad := s.Reference(t)[1].Name
	crashed := begin(t, path, s)
	worse := crashed.worsen(bad)
	beaten := time.Now()
	within(t, 5*time.Second, "a beat", func() bool { // what a later start would take for the end
		return time.Since(beaten) > 100*time.Millisecond
	})
	crashed.fleet.Close() // its book is never closed: nothing of the end is written
	r := begin(t, path, s)
	if got := r.since(bad); got.UnixMilli() != worse.UnixMilli() {
		t.Errorf("since %v, want %v", got, worse)
	}
	within(t, 5*time.Second, "stretches of both runs", func() bool { return len(r.stretches()) == 4 })
	all := r.stretches()
	if end := all[2].To; end.IsZero() || end.Before(beaten) || end.After(all[1].From) {
		t.Errorf("the crashed run's stretch ends at %v: %v", end, all)
	}
	r.end()
	crashed.book.Close()
}

func TestPast_GoesWithAServerThatIsAnother(t *testing.T) {
	t.Parallel()
	both := argotest.StartAll(t, argotest.Options{Names: []string{"argocd", "other"}})
	path := filepath.Join(t.TempDir(), "deckplan.db")
	bad := both[0].Reference(t)[1].Name
	r := begin(t, path, both[0])
	r.worsen(bad)
	r.fleet.Set("argocd", argocd.Connection{URL: both[1].URL, Token: argocd.Secret(both[1].Token)})
	within(t, 10*time.Second, "another beginning", func() bool { all := r.past(bad); return len(all) == 1 })
	began := r.since(bad)
	r.end()

	moved := *both[0] // while Deckplan did not run
	moved.URL, moved.Token = both[0].URL, both[0].Token
	time.Sleep(5 * time.Millisecond)
	r = begin(t, path, &moved)
	if !r.since(bad).After(began) {
		t.Error("the age of another server's application is taken over")
	}
	within(t, 5*time.Second, "a beginning", func() bool { all := r.past(bad); return len(all) == 1 && all[0].Health == live.Degraded })
	r.end()
}
