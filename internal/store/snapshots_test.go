package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"deckplan/internal/plan"
	"deckplan/internal/snapshot"
)

func TestSnapshots_OnlyTheLastOfAnInstanceKeepsItsRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deckplan.db")
	s := open(t, path)
	begin := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	add := func(id, name string, at int) {
		t.Helper()
		k := snapshot.Kept{ID: id, Instance: name, Source: snapshot.Kubectl, File: "f.json", Digest: "d", URL: "u", Version: "v", Captured: begin, Guessed: true, MadeBy: "m", Host: "h",
			Received: begin.Add(time.Duration(at) * time.Minute), Folder: true, By: "b", Applications: 7, Current: true}
		if err := s.AddSnapshot(t.Context(), k, "rows of "+id); err != nil {
			t.Fatal(err)
		}
	}
	add("other", "busan", 0)
	for i := range 30 {
		add(fmt.Sprint("s", i), []string{"Vault", "vault"}[i%2], i)
	}
	_ = s.Close()
	s = open(t, path)
	all, err := s.Snapshots(t.Context())
	if err != nil || len(all) != 1+1+earlierSnapshots {
		t.Fatalf("%d snapshots, %v", len(all), err)
	}
	for i, k := range all {
		content, err := s.SnapshotContent(t.Context(), k.ID)
		if k.Current != (i == 0 || k.ID == "other") || k.Current != (content == "rows of "+k.ID) || !k.Current && !errors.Is(err, plan.ErrNotFound) {
			t.Errorf("%d %s: current %v, %q, %v", i, k.ID, k.Current, content, err)
		}
	}
	if k := all[0]; k.ID != "s29" || k.Source != snapshot.Kubectl || !k.Captured.Equal(begin) || !k.Guessed || !k.Folder || k.MadeBy != "m" || k.Host != "h" || k.By != "b" || k.Applications != 7 || k.Digest != "d" {
		t.Errorf("%+v", k)
	}
	if err := s.RemoveSnapshot(t.Context(), "s29"); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveSnapshot(t.Context(), "s29"); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
}
