package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
)

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func withSample(t testing.TB) (*Store, *plan.Plan) {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "a b?#.db"))
	p, err := plan.Sample("ko")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), "p", "Jimin", p, plan.Summary{ID: "plan.summary.add"}); err != nil {
		t.Fatal(err)
	}
	return s, p
}

func rename(cluster, to string) plan.Edit {
	return plan.Set{Kind: "clusters", Key: cluster, Fields: []plan.FieldValue{{Name: "name", Now: plan.Raw(to)}}}
}

func TestStore_SurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deckplan.db")
	s := open(t, path)
	p, _ := plan.Sample("en")
	if _, err := s.Create(t.Context(), "p", "", p, plan.Summary{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Edit(t.Context(), "p", "Jimin", rename("dev-1", "새 이름")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	h, back, err := open(t, path).Plan(t.Context(), "p")
	if err != nil || h.Revision != 2 || h.Author != "Jimin" || back.Clusters[0].Name != "새 이름" {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestStore_ConcurrentEditsAllSurvive(t *testing.T) {
	s, p := withSample(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			c := p.Clusters[i%len(p.Clusters)].ID
			field := []string{"region", "server"}[i%2]
			_, err := s.Edit(context.Background(), "p", fmt.Sprint(i), plan.Set{Kind: "clusters", Key: c,
				Fields: []plan.FieldValue{{Name: field, Now: plan.Raw(fmt.Sprintf("%s-%d", c, i))}}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	h, _, err := s.Plan(t.Context(), "p")
	if err != nil || h.Revision != 41 {
		t.Errorf("revision %d, want 41; %v", h.Revision, err)
	}
	history, err := s.History(t.Context(), "p", 0, 100)
	if err != nil || len(history) != 41 || history[0].Number != 41 {
		t.Errorf("%d revisions, %v", len(history), err)
	}
}

func TestStore_UndoAndRedoWalkTheStack(t *testing.T) {
	s, _ := withSample(t)
	for _, to := range []string{"one", "two"} {
		if _, err := s.Edit(t.Context(), "p", "", rename("dev-1", to)); err != nil {
			t.Fatal(err)
		}
	}
	name := func() string {
		_, p, err := s.Plan(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		return p.Clusters[0].Name
	}
	step := func(redo bool, want string) {
		t.Helper()
		u, r, err := s.Undoable(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		if redo {
			u = r
		}
		if _, err := s.Undo(t.Context(), "p", "", u); err != nil {
			t.Fatalf("undo of %d: %v", u, err)
		}
		if got := name(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	step(false, "one")
	step(false, "dev-1")
	if u, _, _ := s.Undoable(t.Context(), "p"); u != 0 {
		t.Errorf("%d could be undone though everything is", u)
	}
	step(true, "one")
	step(true, "two")
	step(false, "one")
	if _, err := s.Undo(t.Context(), "p", "", 3); !errors.Is(err, plan.ErrUndone) {
		t.Errorf("undone twice: %v", err)
	}
}

func TestStore_AFailedEditLeavesNothing(t *testing.T) {
	s, _ := withSample(t)
	var gone *plan.Gone
	if _, err := s.Edit(t.Context(), "p", "", rename("nowhere", "x")); !errors.As(err, &gone) {
		t.Errorf("got %v", err)
	}
	if r, err := s.Edit(t.Context(), "p", "", rename("dev-1", "dev-1")); err != nil || r.Number != 1 {
		t.Errorf("an edit that changes nothing made revision %d, %v", r.Number, err)
	}
	if h, _, _ := s.Plan(t.Context(), "p"); h.Revision != 1 {
		t.Errorf("revision %d", h.Revision)
	}
	if _, err := s.Edit(t.Context(), "other", "", rename("x", "y")); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestStore_EventsFollowEdits(t *testing.T) {
	s, _ := withSample(t)
	ch, cancel := s.Subscribe("p")
	defer cancel()
	if _, err := s.Edit(t.Context(), "p", "", rename("dev-1", "x")); err != nil {
		t.Fatal(err)
	}
	if e := <-ch; e != (plan.Event{Plan: "p", Revision: 2}) {
		t.Errorf("got %+v", e)
	}
	for range 50 { // a subscriber that does not listen gets the newest only
		for _, to := range []string{"a", "b"} {
			if _, err := s.Edit(t.Context(), "p", "", rename("dev-1", to)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if e := <-ch; e.Revision != 102 {
		t.Errorf("got %+v", e)
	}
}

func TestDecisions_NumberOnceAndChangeWholeOrNotAtAll(t *testing.T) {
	s, _ := withSample(t)
	snapshot := &decision.Snapshot{Plan: "p", Revision: 1, Taken: time.Now()}
	for want := 1; want <= 3; want++ {
		d, err := s.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Title: "x"}, Snapshot: snapshot}})
		if err != nil || d.Record.Number != want || d.Hash != snapshot.Hash() {
			t.Fatalf("%+v, %v", d.Record, err)
		}
	}
	retitle := func(title string) func([]*decision.Kept) error {
		return func(all []*decision.Kept) error {
			for _, d := range all {
				d.Record.Title = title
			}
			return nil
		}
	}
	if err := s.ChangeDecisions(t.Context(), "p", retitle("mine"), 1); err != nil {
		t.Fatal(err)
	}
	if err := s.ChangeDecisions(t.Context(), "p", retitle("both or none"), 2, 9); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
	refused := errors.New("refused")
	if err := s.ChangeDecisions(t.Context(), "p", func(all []*decision.Kept) error {
		all[0].Record.Title = "half"
		return refused
	}, 2); !errors.Is(err, refused) {
		t.Errorf("a refused change: %v", err)
	}
	if again, _ := s.Decision(t.Context(), "p", 2); again.Record.Title != "x" || again.Version != 1 {
		t.Error("half of a refused change was written")
	}
	if first, err := s.Decision(t.Context(), "p", 1); err != nil || !first.Intact() || first.Record.Title != "mine" || first.Version != 2 {
		t.Errorf("%+v, %v", first, err)
	}
	if h, _, err := s.Plan(t.Context(), "p"); err != nil || h.Noted != 4 {
		t.Errorf("noted %d times, want 4; %v", h.Noted, err)
	}
	if _, err := s.AddDecision(t.Context(), "nothing", decision.Kept{}); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestDecisions_ADiscardedDraftsNumberIsNotGivenAgain(t *testing.T) {
	s, _ := withSample(t)
	add := func(status decision.Status, question string) int {
		t.Helper()
		d, err := s.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Title: "x", Status: status, Question: question}}})
		if err != nil {
			t.Fatal(err)
		}
		return d.Record.Number
	}
	if err := s.AddQuestion(t.Context(), "p", decision.Question{ID: "q", Title: "Which?"}); err != nil {
		t.Fatal(err)
	}
	question := func() decision.KeptQuestion {
		t.Helper()
		all, err := s.Questions(t.Context(), "p")
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0]
	}
	proposed, draft := add(decision.Proposed, ""), add(decision.Draft, "q")
	if q := question(); q.Open() || q.Number != draft {
		t.Errorf("the question is not answered: %+v", q)
	}
	if err := s.DiscardDraft(t.Context(), "p", proposed); !errors.Is(err, plan.ErrStale) {
		t.Errorf("what was proposed: %v", err)
	}
	if err := s.DiscardDraft(t.Context(), "p", draft); err != nil {
		t.Fatal(err)
	}
	if q := question(); !q.Open() {
		t.Errorf("the question is not open again: %+v", q)
	}
	if next := add(decision.Draft, ""); next != draft+1 {
		t.Errorf("number %d was given again", next)
	}
}
