package store

import (
	"errors"
	"path/filepath"
	"testing"

	"deckplan/internal/connect"
	"deckplan/internal/plan"
)

func TestConnections_SurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deckplan.db")
	s := open(t, path)
	want := connect.Kept{ID: "c1", Name: "서울 운영", URL: "https://argocd.example.com", Token: "v1.x.y", TokenFile: "prod", CA: "PEM", Insecure: true,
		Options: connect.Options{Pin: "ab", Projects: "team-a,team-b", Selector: "tier=web", Protocol: "rest"}}
	if _, err := s.AddConnection(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddConnection(t.Context(), connect.Kept{ID: "c2", Name: "Busan"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	got, err := s.Connection(t.Context(), "c1")
	if err != nil || got.Version != 1 || got.Created.IsZero() || !got.Updated.Equal(got.Created) {
		t.Errorf("%+v, %v", got, err)
	}
	want.Version, want.Created, want.Updated = got.Version, got.Created, got.Updated
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	want.Options = connect.Options{Pin: "cd", Projects: "c", Selector: "d", Protocol: "grpc"}
	if _, err := s.SaveConnection(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Connection(t.Context(), "c1"); err != nil || got.Options != want.Options {
		t.Errorf("saved %+v, %v", got.Options, err)
	}
	all, err := s.Connections(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "Busan" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestConnections_NamesAreUniqueWhateverTheirCase(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	for id, name := range map[string]string{"c1": "Prod", "c2": "dev"} {
		if _, err := s.AddConnection(t.Context(), connect.Kept{ID: id, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddConnection(t.Context(), connect.Kept{ID: "c3", Name: "pROD"}); !errors.Is(err, connect.ErrNameTaken) {
		t.Errorf("added: %v", err)
	}
	if _, err := s.SaveConnection(t.Context(), connect.Kept{ID: "c2", Name: "PROD", Version: 1}); !errors.Is(err, connect.ErrNameTaken) {
		t.Errorf("renamed: %v", err)
	}
	if k, err := s.SaveConnection(t.Context(), connect.Kept{ID: "c1", Name: "PROD", Version: 1}); err != nil || k.Version != 2 {
		t.Errorf("its own name in another case: %+v, %v", k, err)
	}
}

func TestConnections_RefuseStaleSavesAndForgetTheRemoved(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	k, err := s.AddConnection(t.Context(), connect.Kept{ID: "c1", Name: "prod", URL: "a"})
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := k, k
	mine.URL, theirs.URL = "mine", "theirs"
	if _, err := s.SaveConnection(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveConnection(t.Context(), theirs); !errors.Is(err, plan.ErrStale) {
		t.Errorf("a stale save: %v", err)
	}
	if got, _ := s.Connection(t.Context(), "c1"); got.URL != "mine" || got.Version != 2 {
		t.Errorf("%+v", got)
	}
	if err := s.RemoveConnection(t.Context(), "c1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connection(t.Context(), "c1"); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("removed and there: %v", err)
	}
	if err := s.RemoveConnection(t.Context(), "c1"); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := s.SaveConnection(t.Context(), mine); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("saved after it was removed: %v", err)
	}
}
