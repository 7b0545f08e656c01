package store

import (
	"errors"
	"slices"
	"testing"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
)

func TestImportDecisions_KeepsNumbersAllOrNone(t *testing.T) {
	s, _ := withSample(t)
	first, err := s.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Title: "first"}}})
	if err != nil {
		t.Fatal(err)
	}
	record := func(n int, r decision.Record) decision.Kept {
		r.Number = n
		return decision.Kept{Decision: decision.Decision{Record: r}}
	}
	broken := record(7, decision.Record{Title: "seven", RelatesTo: []int{1}})
	broken.Snapshot, broken.Hash = &decision.Snapshot{Plan: "x"}, "not its hash"
	if err := s.ImportDecisions(t.Context(), "p", []decision.Kept{record(4, decision.Record{Title: "four", SupersededBy: 7}), broken}); err != nil {
		t.Fatal(err)
	}
	d, err := s.Decision(t.Context(), "p", 7)
	if err != nil || d.Intact() || d.Hash != "not its hash" || d.Version != 1 {
		t.Errorf("%v %+v", err, d)
	}
	if d, err := s.Decision(t.Context(), "p", int64(first.Record.Number)); err != nil || !slices.Equal(d.Record.RelatesTo, []int{7}) || d.Version != 2 {
		t.Errorf("the other side of the link: %v %+v", err, d)
	}
	for _, n := range []int{7, 5, 0} {
		if err := s.ImportDecisions(t.Context(), "p", []decision.Kept{record(20, decision.Record{}), record(n, decision.Record{})}); !errors.Is(err, plan.ErrStale) {
			t.Errorf("%d: %v", n, err)
		}
	}
	if last, err := s.LastDecision(t.Context(), "p"); err != nil || last != 7 {
		t.Errorf("%v: the last number is %d", err, last)
	}
	if d, err := s.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Title: "next"}}}); err != nil || d.Record.Number != 8 {
		t.Errorf("%v: the next number is %d", err, d.Record.Number)
	}
	if _, err := s.LastDecision(t.Context(), "none"); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("a plan that is not there: %v", err)
	}
}
