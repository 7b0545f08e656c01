package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

func TestViews_AreKeptByNameUntilRemoved(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "views.db"))
	ctx := t.Context()
	drift, err := s.AddView(ctx, live.View{Name: "Drift", Query: "sync=OutOfSync", By: "Jimin"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddView(ctx, live.View{Name: "bad", Query: "health=Degraded"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddView(ctx, live.View{Name: " DRIFT "}); !errors.Is(err, live.ErrViewNamed) {
		t.Errorf("a name twice: %v", err)
	}
	if err := s.RenameView(ctx, drift.ID, "BAD"); !errors.Is(err, live.ErrViewNamed) {
		t.Errorf("renamed to another's: %v", err)
	}
	if err := s.RenameView(ctx, drift.ID, "a drift"); err != nil {
		t.Error(err)
	}
	all, err := s.Views(ctx)
	if err != nil || len(all) != 2 || all[0].Name != "a drift" || all[0].Query != "sync=OutOfSync" || all[0].By != "Jimin" || all[0].Created.IsZero() {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := s.RemoveView(ctx, drift.ID); err != nil {
		t.Error(err)
	}
	if err := errors.Join(s.RemoveView(ctx, drift.ID), s.RenameView(ctx, "x", "y")); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("what is gone: %v", err)
	}
	for i := range live.MaxViews - 1 {
		if _, err := s.AddView(ctx, live.View{Name: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddView(ctx, live.View{Name: "one more"}); !errors.Is(err, live.ErrViewsFull) {
		t.Errorf("one more than may be kept: %v", err)
	}
}
