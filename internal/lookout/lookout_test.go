package lookout

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"deckplan/internal/hook"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/store"
)

// world is the sample plan on a real database, beside a live table and a clock
// that the test turns.
type world struct {
	*Lookout
	t      *testing.T
	db     *store.Store
	now    time.Time
	wanted []string
	told   []hook.Event
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), wanted: []string{"p"}}
	var err error
	if w.db, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "deckplan.db"), time.Now, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Create(t.Context(), "p", "", p, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": p.About.Name}}); err != nil {
		t.Fatal(err)
	}
	w.start(live.NewTable(func() time.Time { return w.now }))
	return w
}

// start begins a lookout that has not seen anything itself.
func (w *world) start(table *live.Table) {
	w.Lookout = New(Config{Store: w.db, Table: table, Wanted: func(context.Context) ([]string, error) { return w.wanted, nil },
		Send: func(ctx context.Context, e hook.Event, seen hook.Seen) error {
			w.told = append(w.told, e)
			return w.db.Enqueue(ctx, nil, &seen)
		}, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler)})
}

// instance shows an instance with three applications on each of its clusters.
func (w *world) instance(name string, state live.State, clusters ...string) {
	w.Table.SetStatus(name, live.Status{URL: "https://" + name + ".example.com", State: state, Version: "v3.5.1"})
	if state != live.Connected {
		return
	}
	scope := live.Scope{Clusters: []live.Cluster{{Server: "https://kubernetes.default.svc", Name: "in-cluster", Kubernetes: "1.34"}}}
	var rows []live.Application
	for _, c := range clusters {
		server := "https://" + c + ".example.com:6443"
		scope.Clusters = append(scope.Clusters, live.Cluster{Server: server, Name: c, Kubernetes: "1.34"})
		for i := range 3 {
			rows = append(rows, live.Application{Namespace: "argocd", Name: fmt.Sprintf("web-%s-%d", c, i), Project: "shop", Server: server, Cluster: c, DestNamespace: "shop"})
		}
	}
	w.Table.SetScope(name, scope)
	w.Table.Reconcile(name, rows)
}

// asPlanned is the sample's two instances, as it plans them or nearly so.
func (w *world) asPlanned() {
	w.instance("argo-office", live.Connected, "stage-seoul", "prod-seoul", "prod-tokyo", "prod-vault")
	w.instance("argo-dev", live.Connected, "dev-1")
}

// tokyoMoves lets argo-dev have prod-tokyo, which the plan gives argo-office.
func (w *world) tokyoMoves() {
	w.instance("argo-office", live.Connected, "stage-seoul", "prod-seoul", "prod-vault")
	w.instance("argo-dev", live.Connected, "dev-1", "prod-tokyo")
}

// pass lets time pass, looked at every 30 seconds.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(30 * time.Second) {
		if err := w.Look(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func keys(all []hook.Difference) (out []string) {
	for _, d := range all {
		out = append(out, d.Kind)
	}
	return out
}

const elsewhere = "cluster_elsewhere"

func TestLook_TellsWhatIsNewAndWhatIsGoneOnceItHasSettled(t *testing.T) {
	w := newWorld(t)
	w.asPlanned()
	w.pass(5 * time.Minute)
	if len(w.told) > 0 {
		t.Fatalf("the first state was told of: %v", keys(w.told[0].Drift.New))
	}
	w.tokyoMoves()
	w.pass(time.Minute)
	if len(w.told) > 0 {
		t.Fatal("told before it settled")
	}
	w.pass(time.Minute)
	if len(w.told) != 1 || !slices.Contains(keys(w.told[0].Drift.New), elsewhere) || w.told[0].Plan.Name != "Commerce platform" || w.told[0].Drift.Errors == 0 || w.told[0].Drift.New[0].Text.Ko == "" {
		t.Fatalf("%+v", w.told)
	}
	w.pass(10 * time.Minute)
	if len(w.told) != 1 {
		t.Fatal("told twice")
	}
	w.asPlanned()
	w.pass(3 * time.Minute)
	if len(w.told) != 2 || !slices.Contains(keys(w.told[1].Drift.Gone), elsewhere) || len(w.told[1].Drift.New) > 0 {
		t.Fatalf("%+v", w.told[1:])
	}
}

func TestLook_ARollingRestartTellsNothing(t *testing.T) {
	w := newWorld(t)
	w.tokyoMoves()
	w.pass(5 * time.Minute)
	for range 5 {
		w.asPlanned()
		w.pass(30 * time.Second)
		w.tokyoMoves()
		w.pass(30 * time.Second)
	}
	w.instance("argo-office", live.Down)
	w.instance("argo-dev", live.Down)
	w.pass(20 * time.Minute)
	w.tokyoMoves()
	w.pass(5 * time.Minute)
	if len(w.told) > 0 {
		t.Errorf("%v new, %v gone", keys(w.told[0].Drift.New), keys(w.told[0].Drift.Gone))
	}
}

func TestLook_ARestartTellsOnlyWhatChangedMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.asPlanned()
	w.pass(2 * time.Minute)
	w.start(live.NewTable(func() time.Time { return w.now }))
	w.asPlanned()
	w.pass(5 * time.Minute)
	if len(w.told) > 0 {
		t.Fatal("a restart alone was told of")
	}
	w.start(live.NewTable(func() time.Time { return w.now }))
	w.tokyoMoves()
	w.pass(3 * time.Minute)
	if len(w.told) != 1 || !slices.Contains(keys(w.told[0].Drift.New), elsewhere) {
		t.Fatalf("%+v", w.told)
	}
}

func TestLook_ForgetsAPlanThatNobodyWantsToHearOf(t *testing.T) {
	w := newWorld(t)
	w.asPlanned()
	w.pass(2 * time.Minute)
	if seen, err := w.db.SeenDrift(t.Context(), "p"); err != nil || seen.At.IsZero() {
		t.Fatalf("%+v %v", seen, err)
	}
	w.wanted = nil
	w.tokyoMoves()
	w.pass(time.Minute)
	if _, err := w.db.SeenDrift(t.Context(), "p"); err == nil {
		t.Error("it is remembered")
	}
	w.wanted = []string{"p", "gone"}
	w.pass(5 * time.Minute)
	if len(w.told) > 0 {
		t.Error("told of what changed while nobody listened")
	}
}

func TestLook_NoticesThatThePlanChanged(t *testing.T) {
	w := newWorld(t)
	w.tokyoMoves()
	w.pass(2 * time.Minute)
	seen, err := w.db.SeenDrift(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(seen.Differences, func(d hook.Difference) bool { return d.Kind == elsewhere })
	row := plan.Intended{Difference: seen.Differences[i].Key, Name: "x", Reason: "meant", Until: "2027-01-01"}
	if _, err := w.db.Edit(t.Context(), "p", "", plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "intended", Items: plan.Rows(row)}}, Summary: plan.Summary{ID: "plan.summary.drift_intend"}}); err != nil {
		t.Fatal(err)
	}
	w.pass(3 * time.Minute)
	if len(w.told) != 1 || !slices.Equal(keys(w.told[0].Drift.Gone), []string{elsewhere}) {
		t.Errorf("%+v", w.told)
	}
}

// A comparison is made at most every thirty seconds, however much changes.
func TestLook_ComparesAtABoundedRate(t *testing.T) {
	w := newWorld(t)
	w.asPlanned()
	w.pass(time.Minute)
	n, last := 0, w.plans["p"].looked
	for i := range 300 {
		w.Table.Upsert(live.Application{Instance: "argo-dev", Namespace: "argocd", Name: fmt.Sprint("new-", i)})
		if err := w.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at := w.plans["p"].looked; at != last {
			n, last = n+1, at
		}
		w.now = w.now.Add(time.Second)
	}
	if n < 2 || n > 12 {
		t.Errorf("%d comparisons in five minutes", n)
	}
}
