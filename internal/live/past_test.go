package live

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// told is a transition in short.
type told struct {
	name, health, sync string
	at                 time.Time
}

func transitions(n Notes) (out []told) {
	for _, t := range n.Transitions {
		out = append(out, told{t.Key.Name, t.Health, t.Sync, t.At})
	}
	return out
}

// noting is a table that has begun to note.
func noting(c *clock) *Table {
	t := NewTable(c.now)
	t.TakeNotes()
	return t
}

func TestNotes_AreOfRealTransitionsOnly(t *testing.T) {
	c := newClock()
	table := noting(c)
	began := c.t
	table.Upsert(app("a", "x", Healthy, Synced))
	c.t = c.t.Add(time.Minute)
	other := app("a", "x", Healthy, Synced)
	other.Revision, other.HealthMessage, other.ResourceVersion = "r2", "fine", "7"
	table.Upsert(other)
	c.t = c.t.Add(time.Minute)
	worse := c.t
	table.Reconcile("a", []Application{app("", "x", Degraded, Synced)})
	c.t = c.t.Add(time.Minute)
	gone := c.t
	table.Reconcile("a", nil)
	want := []told{{"x", Healthy, Synced, began}, {"x", Degraded, Synced, worse}, {"x", "", "", gone}}
	if got := transitions(table.TakeNotes()); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if n := table.TakeNotes(); !n.Empty() {
		t.Errorf("taken twice: %+v", n)
	}
}

func TestNotes_TurnsFollowStateAndReason(t *testing.T) {
	c := newClock()
	table := noting(c)
	var want []Turn
	for _, s := range []Status{{State: Connecting}, {State: Connected, Version: "v2"}, {State: Connected, Version: "v3"}, {State: Down, Reason: Unreachable},
		{State: Down, Reason: Unreachable, Detail: "again"}, {State: Down, Reason: TLS}} {
		c.t = c.t.Add(time.Second)
		s.URL = "https://a"
		table.SetStatus("a", s)
		if s.Version != "v3" && s.Detail == "" {
			want = append(want, Turn{"a", s.URL, s.State, s.Reason, c.t})
		}
	}
	table.SetStatus("file", Status{State: Connected, Protocol: Snapshot})
	if got := table.TakeNotes().Turns; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNotes_ForgottenInstanceTakesItsNotesAlong(t *testing.T) {
	table := noting(newClock())
	table.SetStatus("a", Status{State: Connected})
	table.Upsert(app("a", "x", Healthy, Synced))
	table.Upsert(app("b", "x", Healthy, Synced))
	first := table.TakeNotes()
	table.Upsert(app("a", "y", Healthy, Synced))
	table.Forget("a")
	table.Upsert(app("a", "z", Healthy, Synced)) // another server of that name
	n := table.TakeNotes()
	if got := transitions(n); len(got) != 1 || got[0].name != "z" || !slices.Equal(n.Forgotten, []string{"a"}) || len(n.Turns) != 0 {
		t.Errorf("%+v", n)
	}
	first.Add(n)
	if got := transitions(first); len(got) != 2 || got[0].name != "x" || got[1].name != "z" || len(first.Turns) != 0 {
		t.Errorf("together: %+v", first)
	}
}

func TestNotes_BeyondTheBoundAreCounted(t *testing.T) {
	table := noting(newClock())
	for n := range MostNotes + 7 {
		table.Upsert(app("a", "x", []string{Healthy, Degraded}[n%2], Synced))
	}
	if n := table.TakeNotes(); len(n.Transitions) != MostNotes || n.Lost != 7 {
		t.Errorf("%d kept, %d lost", len(n.Transitions), n.Lost)
	}
	never := NewTable(nil)
	never.Upsert(app("a", "x", Healthy, Synced))
	if never.notes != nil {
		t.Error("notes are made that nobody takes")
	}
}

func TestTable_RestoredAgeHoldsOnlyForTheSameState(t *testing.T) {
	c := newClock()
	old := NewTable(c.now)
	began := c.t
	for _, name := range []string{"same", "changed", "gone"} {
		old.Upsert(app("a", name, Degraded, Synced))
	}
	old.Upsert(app("a", "fine", Healthy, Synced))
	old.Upsert(app("b", "other", Healthy, Synced))
	r, complete := old.Recollect("a")
	if len(r.States) != 4 || complete {
		t.Fatalf("%+v, %v", r, complete)
	}
	c.t = c.t.Add(time.Hour)
	table := noting(c)
	table.Restore(r)
	table.Upsert(app("a", "same", Degraded, Synced))
	table.Reconcile("a", []Application{app("a", "same", Degraded, Synced), app("a", "changed", Degraded, OutOfSync), app("a", "fine", Healthy, Synced)})
	want := []told{{"changed", Degraded, OutOfSync, c.t}, {"gone", "", "", c.t}}
	if got := transitions(table.TakeNotes()); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	table.Upsert(app("a", "gone", Degraded, Synced)) // it comes back later: a new beginning
	for name, want := range map[string]time.Time{"same": began, "fine": began, "changed": c.t, "gone": c.t} {
		if r, _ := table.Get(key("a", name)); !r.Since.Equal(want) {
			t.Errorf("%s since %v, want %v", name, r.Since, want)
		}
	}
	if len(table.restored) != 0 {
		t.Error("what was restored is kept after the first list")
	}
	if _, complete := table.Recollect("a"); !complete {
		t.Error("not complete after a list")
	}
}

func TestTable_RestoredAgeIsNotAnotherServers(t *testing.T) {
	c := newClock()
	table := noting(c)
	began := c.t.Add(-time.Hour)
	states := []Memory{{"argocd", "x", Degraded, Synced, began}}
	for _, name := range []string{"moved", "same", "unknown", "nobody"} {
		table.Restore(Recollection{Instance: name, URL: "https://" + name, States: states})
	}
	table.Restore(Recollection{Instance: "unknown", States: states})
	for name, url := range map[string]string{"moved": "https://elsewhere", "same": "https://same", "unknown": "https://unknown"} {
		table.SetStatus(name, Status{URL: url, State: Connecting})
		table.Upsert(app(name, "x", Degraded, Synced))
		r, _ := table.Get(key(name, "x"))
		if want := name != "moved"; r.Since.Equal(began) != want {
			t.Errorf("%s: since %v", name, r.Since)
		}
	}
	if n := table.TakeNotes(); !slices.Equal(n.Forgotten, []string{"moved"}) || len(n.Transitions) != 1 {
		t.Errorf("%+v", n)
	}
	table.DropUnclaimed()
	if table.restored["nobody"] != nil || table.restored["same"] == nil {
		t.Errorf("%v", table.restored)
	}
}

// walked measures minute by minute what Measure computes.
func walked(stretches []Stretch, from, to time.Time) (a Availability) {
	var outage time.Duration
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		for i := range stretches {
			s := &stretches[i]
			if at.Before(s.From) || !s.To.IsZero() && !at.Before(s.To) {
				continue
			}
			switch s.answer() {
			case answered:
				a.Observed += time.Minute
				outage, a.Lasting = 0, false
			case silent:
				if outage == 0 {
					a.Outages++
				}
				outage += time.Minute
				a.Observed, a.Down = a.Observed+time.Minute, a.Down+time.Minute
				a.Longest, a.Lasting = max(a.Longest, outage), true
			}
			break
		}
	}
	return a
}

func TestMeasure_IsWhatAWalkThroughTheTimeCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	begin := newClock().t
	reasons := []Reason{Unreachable, TimedOut, TLS, Unauthenticated, Forbidden, TooLarge, Misconfigured, TokenUnbound, TokenLost, UnknownReason}
	outages := 0
	for round := range 2000 {
		var all []Stretch
		at := begin
		for range r.IntN(12) {
			if r.IntN(4) == 0 { // Deckplan did not run
				at = at.Add(time.Duration(r.IntN(50)) * time.Minute)
			}
			s := Stretch{Instance: "a", State: []State{Connected, Connecting, Down, Down}[r.IntN(4)], From: at}
			if s.State == Down {
				s.Reason = reasons[r.IntN(len(reasons))]
			}
			at = at.Add(time.Duration(r.IntN(40)) * time.Minute)
			s.To = at
			all = append(all, s)
		}
		if len(all) > 0 && r.IntN(2) == 0 {
			all[len(all)-1].To = time.Time{}
		}
		from, to := begin.Add(time.Duration(r.IntN(60))*time.Minute), begin.Add(time.Duration(r.IntN(400))*time.Minute)
		want := walked(all, from, to)
		r.Shuffle(len(all), func(i, j int) { // stretches of no length may not change places with their neighbours
			all[i], all[j] = all[j], all[i]
		})
		got := Measure(all, from, to)
		if got != want {
			t.Fatalf("round %d: %+v, want %+v of %v", round, got, want, all)
		}
		outages += got.Outages
		if share := got.PerYear() * got.MeanToRestore().Hours() / 8760; got.Observed > 0 && math.Abs(share-float64(got.Down)/float64(got.Observed)) > 1e-6 {
			t.Fatalf("rate times mean is %v of a year, %+v", share, got)
		}
	}
	if outages < 1000 {
		t.Errorf("only %d outages were made", outages)
	}
}

func TestMeasure_RefusalIsAnAnswerAndOwnFaultsSayNothing(t *testing.T) {
	begin := newClock().t
	for reason, want := range map[Reason]Availability{
		Unreachable: {Observed: time.Hour, Down: time.Hour, Outages: 1, Longest: time.Hour, Lasting: true},
		TimedOut:    {Observed: time.Hour, Down: time.Hour, Outages: 1, Longest: time.Hour, Lasting: true},
		// A gateway's 502 page looks like this.
		HTTP2Blocked:    {Observed: time.Hour, Down: time.Hour, Outages: 1, Longest: time.Hour, Lasting: true},
		Unauthenticated: {Observed: time.Hour}, Forbidden: {Observed: time.Hour}, TooLarge: {Observed: time.Hour},
		Misconfigured: {}, TokenUnbound: {}, TokenLost: {},
	} {
		if got := Measure([]Stretch{{State: Down, Reason: reason, From: begin}}, begin, begin.Add(time.Hour)); got != want {
			t.Errorf("%s: %+v, want %+v", reason, got, want)
		}
	}
}

func TestMeasure_AnOutageThatNobodyWatchedInBetweenIsOne(t *testing.T) {
	begin := newClock().t
	at := func(h int) time.Time { return begin.Add(time.Duration(h) * time.Hour) }
	got := Measure([]Stretch{{State: Connected, From: at(0), To: at(10)}, {State: Down, Reason: Unreachable, From: at(10), To: at(11)},
		{State: Connecting, From: at(20), To: at(21)}, {State: Down, Reason: TimedOut, From: at(21), To: at(22)}, {State: Connected, From: at(22)}}, at(0), at(30))
	if want := (Availability{Observed: 20 * time.Hour, Down: 2 * time.Hour, Outages: 1, Longest: 2 * time.Hour}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got.PerYear() != 438 || got.MeanToRestore() != 2*time.Hour || got.PerYearAtMost() != 0 {
		t.Errorf("%v a year, %v", got.PerYear(), got.MeanToRestore())
	}
	if got := (Availability{Observed: 3 * 8760 * time.Hour}); math.Abs(got.PerYearAtMost()-1) > 0.01 {
		t.Errorf("three years without an outage: at most %v a year", got.PerYearAtMost())
	}
}
