package review

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/store"
)

// desk is a keeper on a real database with the sample plan.
type desk struct {
	*Keeper
	t     *testing.T
	db    *store.Store
	table *live.Table
	clock time.Time
	mu    sync.Mutex
	needs []Need
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, clock: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
	now := func() time.Time { return d.clock }
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "deckplan.db"), now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Create(t.Context(), "p", "", p, plan.Summary{ID: "plan.summary.add"}); err != nil {
		t.Fatal(err)
	}
	d.db, d.table = db, live.NewTable(now)
	d.start()
	return d
}

// start makes a keeper that knows nothing yet, as after a restart.
func (d *desk) start() {
	d.Keeper = NewKeeper(Config{Store: d.db, Table: d.table, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return d.clock }, Pause: time.Millisecond,
		Notify: func(n Need) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.needs = append(d.needs, n)
		}})
}

func (d *desk) accept(checks ...string) int {
	d.t.Helper()
	r := decision.Record{Topic: decision.Layout, Subject: "hub", Title: "One hub", Context: "x", Status: decision.Accepted}
	for _, c := range checks {
		r.Assumptions = append(r.Assumptions, decision.Assumption{Text: c, Check: c})
	}
	if p := decision.Validate(r); len(p) > 0 {
		d.t.Fatalf("%+v", p)
	}
	kept, err := d.db.AddDecision(d.t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: r}})
	if err != nil {
		d.t.Fatal(err)
	}
	return kept.Record.Number
}

func (d *desk) standing() Standing {
	d.t.Helper()
	head, doc, err := d.db.Plan(d.t.Context(), "p")
	if err != nil {
		d.t.Fatal(err)
	}
	s, err := d.Standing(d.t.Context(), head, doc, func() *appraise.Appraisal { a := appraise.Run(doc); return &a })
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *desk) edit(author string, e plan.Edit) int64 {
	d.t.Helper()
	d.clock = d.clock.Add(time.Minute)
	r, err := d.db.Edit(d.t.Context(), "p", author, e)
	if err != nil {
		d.t.Fatal(err)
	}
	return r.Number
}

func cluster(id string) plan.Edit {
	return plan.Add{Kind: "clusters", Item: plan.Raw(plan.Cluster{ID: id, Name: id})}
}

func TestKeeper_NamesTheEditThatBrokeAnAssumption(t *testing.T) {
	d := newDesk(t)
	n := len(must(d.db.Plan(t.Context(), "p")).Clusters)
	number := d.accept("plan.clusters <= " + lang.English.Number(float64(n+1)))
	if s := d.standing(); s.States[number].Needs() {
		t.Fatalf("got %+v", s.States[number])
	}
	d.edit("Hana", cluster("one"))
	guilty := d.edit("Jimin", cluster("two"))
	at := d.clock
	d.edit("Minseo", cluster("three"))
	s := d.standing()
	c := s.States[number].Checks[0]
	if !s.States[number].Needs() || c.Revision != guilty || c.Author != "Jimin" || !c.Since.Equal(at) {
		t.Errorf("got %+v, want revision %d", c, guilty)
	}
	if m := c.Moved(); len(m) != 1 || m[0][0].Value != float64(n) || m[0][1].Value != float64(n+3) {
		t.Errorf("moved: %+v", m)
	}
	if len(d.needs) != 1 || d.needs[0].Record.Number != number || len(s.Needing()) != 1 {
		t.Errorf("notified of %d", len(d.needs))
	}
	d.start()
	if again := d.standing(); again.States[number].Checks[0].Revision != guilty || len(d.needs) != 1 {
		t.Errorf("a restart forgets who it was, or tells it twice: %+v", again.States[number])
	}
	undo, err := d.db.Undo(t.Context(), "p", "Jimin", guilty+1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = d.db.Undo(t.Context(), "p", "Jimin", guilty); err != nil {
		t.Fatal(err)
	}
	if s := d.standing(); s.States[number].Needs() || s.States[number].Checks[0].Revision != undo.Number+1 {
		t.Errorf("it holds again since another edit: %+v", s.States[number])
	}
}

func must(_ plan.Head, p *plan.Plan, _ error) *plan.Plan { return p }

func TestKeeper_JudgesWhatRuns(t *testing.T) {
	d := newDesk(t)
	key := must(d.db.Plan(t.Context(), "p")).Layouts
	subject := "hub"
	if len(key) > 0 {
		subject = key[0].ID
	} else {
		d.edit("", plan.Put{Kind: "layouts", Items: plan.Rows(plan.Layout{ID: "ours", Name: "Ours"})})
		subject = "ours"
	}
	number := d.accept(`layout("` + subject + `").live_differences == 0`)
	if c := d.standing().States[number].Checks[0]; c.Result != decision.Unknown || c.Gone || d.standing().States[number].Needs() {
		t.Errorf("nothing is connected: %+v", c)
	}
	ctx, stop := context.WithCancel(t.Context())
	d.db.Listen(d.Heard)
	done := make(chan struct{})
	go func() { d.Run(ctx); close(done) }()
	defer func() { stop(); <-done }()
	d.table.SetStatus("argo", live.Status{URL: "https://argo", State: live.Connected, Version: "v3.0.0"})
	d.table.SetScope("argo", live.Scope{Clusters: []live.Cluster{{Server: "https://nowhere", Name: "nowhere", State: "Successful"}}})
	d.table.Reconcile("argo", []live.Application{{Namespace: "argocd", Name: "a", Cluster: "nowhere", DestNamespace: "n"}})
	for range 200 {
		d.mu.Lock()
		told := len(d.needs)
		d.mu.Unlock()
		if told > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	s := d.standing().States[number]
	if !s.Needs() || !s.Checks[0].Live || s.Checks[0].Revision != 0 || len(d.needs) != 1 {
		t.Errorf("got %+v, told %d", s, len(d.needs))
	}
}

func TestKeeper_ADayMakesAReviewDue(t *testing.T) {
	d := newDesk(t)
	number := d.accept()
	if err := d.db.ChangeDecisions(t.Context(), "p", func(all []*decision.Kept) error { all[0].Record.ReviewBy = "2026-12-01"; return nil }, number); err != nil {
		t.Fatal(err)
	}
	if d.standing().States[number].Needs() {
		t.Error("a day early")
	}
	d.clock = d.clock.AddDate(0, 0, 1)
	if !d.standing().States[number].Needs() || len(d.needs) != 1 {
		t.Error("its day passed silently")
	}
}

func TestFacts_EveryFigureOfTheVocabularyIsFound(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	p.Matrices[0].Weighting = plan.ByJudgement // so that there is a consistency
	for i, c := range p.Criteria {
		for _, d := range p.Criteria[i+1:] {
			if c.Matrix == p.Matrices[0].ID && d.Matrix == c.Matrix {
				p.Judgements = append(p.Judgements, plan.Judgement{First: c.ID, Second: d.ID, Ratio: 2})
			}
		}
	}
	a := appraise.Run(p)
	f := NewFacts(p, &a, func(string) (int, error) { return 3, nil })
	for kind, things := range decision.Vocabulary {
		key := ""
		switch {
		case kind == "layout":
			key = "hub"
		case things.Table != "":
			key = plan.Name(p, plan.KindOf(things.Table), plan.KindOf(things.Table).At(p, 0)) // by name
		case things.Keyed:
			key = "jenkins"
		}
		for _, term := range things.Terms {
			got, err := f.Figure(decision.Ref{Kind: kind, Key: key, Field: term.Field})
			if err != nil {
				t.Errorf("%s: %v", got.Ref, err)
				continue
			}
			ok := false
			switch term.Type {
			case decision.Number:
				_, ok = got.Value.(float64)
			case decision.Word:
				_, ok = got.Value.(string)
			case decision.Truth:
				_, ok = got.Value.(bool)
			}
			if !ok {
				t.Errorf("%s is a %T", got.Ref, got.Value)
			}
			if s := got.Label(lang.Korean) + got.Text(lang.Korean, "KRW"); strings.Contains(s, "‹") {
				t.Error(s)
			}
		}
	}
	if _, err := f.Figure(decision.Ref{Kind: "zone", Key: "nowhere", Field: "offline"}); err == nil {
		t.Error("a zone that is not there")
	}
}
