package main

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/hook"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/review"
	"deckplan/internal/seal"
	"deckplan/internal/store"
	"deckplan/internal/webhook"
)

// What the reviews' keeper finds is told with the figure that moved, the edit
// that moved it and whose it was.
func TestServe_AReviewThatIsNeededIsToldWithItsReasons(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "d.db"), time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	head, err := db.Create(t.Context(), "p", "", p, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": p.About.Name}})
	if err != nil {
		t.Fatal(err)
	}
	record := decision.Record{Topic: decision.Plan, Title: "One hub", Status: decision.Accepted, Context: "x", Options: []decision.Option{{Name: "a"}}, Chosen: "a", Justification: "y",
		Assumptions: []decision.Assumption{{Text: "Few clusters", Check: "plan.clusters <= 5"}}, ReviewBy: "2026-01-01"}
	kept, err := db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: record}})
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	hooks := webhook.New(webhook.Config{Store: db, Key: key, Reach: webhook.Public, Now: time.Now, Log: log})
	one, _, err := hooks.Add(t.Context(), hook.Draft{Name: "chat", URL: "https://192.0.2.1/", Events: hook.Types, Language: string(lang.English), Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	clusters := decision.Ref{Kind: "plan", Field: "clusters"}
	state := decision.State{Stands: true, Due: "2026-01-01", Checks: []decision.CheckState{{Check: "plan.clusters <= 5", Result: decision.Broken, Since: time.Now(), Revision: 7, Author: "Jimin",
		Was: []decision.Figure{{Ref: clusters, Value: 5.0}}, Now: []decision.Figure{{Ref: clusters, Value: 6.0}}}, {Check: "holds", Result: decision.Holds}}}
	tellNeed(t.Context(), db, hooks, review.Need{Plan: head, Record: kept.Record, State: state, At: time.Now()}, log)
	all, err := hooks.Deliveries(t.Context(), one.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d deliveries, %v", len(all), err)
	}
	for _, want := range []string{`"type":"decision.needs_review"`, `"assumption":"Few clusters"`, `"figure":"` + clusters.String() + `"`, `"from":"5"`, `"to":"6"`, `"by":"Jimin"`, `"revision":7`, "2026-01-01", "One hub"} {
		if !strings.Contains(all[0].Body, want) {
			t.Errorf("%s is not in %s", want, all[0].Body)
		}
	}
	if strings.Count(all[0].Body, `"text":`) != 3 || strings.Contains(all[0].Body, "‹") {
		t.Error(all[0].Body)
	}
}
