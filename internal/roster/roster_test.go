package roster_test

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/connect"
	"deckplan/internal/live"
	"deckplan/internal/roster"
	"deckplan/internal/seal"
	"deckplan/internal/store"
)

func key(t *testing.T, fill byte) *seal.Key {
	t.Helper()
	k, err := seal.New(bytes.Repeat([]byte{fill}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// begin runs a roster on a database file, as the program does at its start.
func begin(t *testing.T, file string, c roster.Config) (*roster.Roster, *live.Table, func()) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), file, time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	table := live.NewTable(nil)
	c.Store, c.Log, c.Fleet = db, log, argocd.NewFleet(table, log, argocd.Options{})
	if c.Key == nil {
		c.Key = key(t, 1)
	}
	r := roster.New(c)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	end := func() { c.Fleet.Close(); _ = db.Close() }
	t.Cleanup(end)
	return r, table, end
}

func add(t *testing.T, r *roster.Roster, d connect.Draft) connect.Shown {
	t.Helper()
	c, err := r.Add(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// faults gives the fields and ids of a refused draft.
func faults(err error) string {
	var refused *connect.Refused
	if !errors.As(err, &refused) {
		return "not refused"
	}
	var out []string
	for _, p := range refused.Problems {
		out = append(out, p.Field+" "+strings.TrimPrefix(p.ID, "connect.problem."))
	}
	return strings.Join(out, ", ")
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func count(table *live.Table, name string) int {
	i, _ := table.Instance(name)
	return i.Applications
}

func TestRoster_WatchesAgainAfterARestart(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	file := filepath.Join(t.TempDir(), "d.db")
	r, table, end := begin(t, file, roster.Config{})
	add(t, r, connect.Draft{Name: "prod", URL: s.URL, Token: seal.Secret(s.Token)})
	within(t, "the applications", func() bool { return count(table, "prod") == 10 })
	end()
	_, table, _ = begin(t, file, roster.Config{})
	within(t, "the applications after a restart", func() bool { return count(table, "prod") == 10 })
}

func TestRoster_AnotherKeyLosesTheTokensOnly(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	file := filepath.Join(t.TempDir(), "d.db")
	r, _, end := begin(t, file, roster.Config{})
	c := add(t, r, connect.Draft{Name: "prod", URL: s.URL, Token: seal.Secret(s.Token)})
	end()

	r, table, end := begin(t, file, roster.Config{Key: key(t, 2)})
	i, _ := table.Instance("prod")
	if i.State != live.Down || i.Reason != live.TokenLost {
		t.Errorf("%+v", i.Status)
	}
	got, err := r.One(t.Context(), c.ID)
	if err != nil || !got.Lost || got.Name != "prod" || got.URL != s.URL {
		t.Errorf("%+v, %v", got, err)
	}
	if trial, err := r.TryKept(t.Context(), c.ID); err != nil || trial.Reason != live.TokenLost {
		t.Errorf("%+v, %v", trial, err)
	}
	draft := connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: s.URL}
	if _, err := r.Try(t.Context(), draft); faults(err) != "token token_lost" {
		t.Errorf("%v", err)
	}
	// What is sealed stays as it is: the former key would open it.
	draft.Name = "production"
	if c, err = r.Change(t.Context(), draft); err != nil || !c.Lost {
		t.Errorf("%+v, %v", c, err)
	}
	end()
	_, table, end = begin(t, file, roster.Config{})
	within(t, "the former key put back", func() bool { return count(table, "production") == 10 })
	end()
	r, table, _ = begin(t, file, roster.Config{Key: key(t, 2)})
	if c, err = r.Change(t.Context(), connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: s.URL, Token: seal.Secret(s.Token)}); err != nil || c.Lost {
		t.Errorf("%+v, %v", c, err)
	}
	within(t, "the token entered again", func() bool { return count(table, "prod") == 10 })
}

func TestRoster_TheEnvironmentsNamesComeFirst(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	file := filepath.Join(t.TempDir(), "d.db")
	r, _, end := begin(t, file, roster.Config{})
	c := add(t, r, connect.Draft{Name: "Prod", URL: "https://127.0.0.1:1", Token: "x"})
	end()
	r, table, _ := begin(t, file, roster.Config{Environment: []argocd.Connection{{Name: "prod", URL: s.URL, Token: argocd.Secret(s.Token)}}})
	within(t, "the environment's", func() bool { return count(table, "prod") == 10 })
	all, err := r.All(t.Context())
	if err != nil || len(all) != 2 || !all[0].Environment || !all[1].Shadowed {
		t.Errorf("%+v, %v", all, err)
	}
	if _, shown := table.Instance("Prod"); shown {
		t.Error("the stored one is watched too")
	}
	if _, err := r.Add(t.Context(), connect.Draft{Name: "PROD", URL: s.URL, Token: "x"}); faults(err) != "name name_environment" {
		t.Errorf("%v", err)
	}
	if err := r.Remove(t.Context(), c.ID); err != nil || count(table, "prod") != 10 {
		t.Errorf("removing the stored one: %v, %d applications", err, count(table, "prod"))
	}
}

func TestRoster_ADraftThatIsTooLongIsRefused(t *testing.T) {
	r, _, _ := begin(t, filepath.Join(t.TempDir(), "d.db"), roster.Config{})
	long := strings.Repeat("x", 1<<17)
	_, err := r.Add(t.Context(), connect.Draft{Name: long, URL: long, Token: seal.Secret(long), TokenFile: long, CA: long,
		Options: connect.Options{Pin: long, Projects: long, Selector: long, Protocol: long}})
	if got := faults(err); strings.Count(got, "too_long") != 9 {
		t.Error(got)
	}
}

func TestRoster_OptionsAreKeptAndUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d.db")
	r, _, end := begin(t, file, roster.Config{})
	draft := connect.Draft{Name: "prod", URL: "https://127.0.0.1:1", Token: "x",
		Options: connect.Options{Projects: " team-a, team-b,team-a", Selector: " tier=web ", Protocol: "REST"}}
	want := connect.Options{Projects: "team-a,team-b", Selector: "tier=web", Protocol: "rest"}
	c := add(t, r, draft)
	if c.Options != want {
		t.Errorf("%+v", c.Options)
	}
	for field, k := range map[string]struct {
		o    connect.Options
		want string
	}{
		"pin": {connect.Options{Pin: "12:34"}, "pin pin_invalid"}, "project": {connect.Options{Projects: "Team A"}, "projects project_invalid"},
		"labels": {connect.Options{Selector: "a b"}, "selector selector_invalid"}, "protocol": {connect.Options{Protocol: "snapshot"}, "protocol protocol_invalid"},
	} {
		if _, err := r.Change(t.Context(), connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: draft.URL, Options: k.o}); faults(err) != k.want {
			t.Errorf("%s: %v", field, err)
		}
	}
	end()
	r, _, _ = begin(t, file, roster.Config{})
	if got, err := r.One(t.Context(), c.ID); err != nil || got.Options != want {
		t.Errorf("%+v, %v", got, err)
	}
	if got, ok := r.Fleet.Connection("prod"); !ok || got.Options() != want {
		t.Errorf("%+v", got.Options())
	}
}

func TestRoster_AFilesConnectionsAreShownAndNotChanged(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	file := filepath.Join(t.TempDir(), "d.db")
	r, _, end := begin(t, file, roster.Config{})
	add(t, r, connect.Draft{Name: "서울 운영", URL: "https://127.0.0.1:1", Token: "x"})
	end()
	r, table, _ := begin(t, file, roster.Config{FileName: "/etc/deckplan/connections.yaml",
		File: []argocd.Connection{{Name: "서울 운영", URL: s.URL, Token: argocd.Secret(s.Token), Projects: "team-00"}}})
	within(t, "the file's", func() bool { return count(table, "서울 운영") > 0 })
	all, err := r.All(t.Context())
	if err != nil || len(all) != 2 || !all[0].Environment || all[0].File != "/etc/deckplan/connections.yaml" || all[0].Projects != "team-00" || !all[1].Shadowed {
		t.Errorf("%+v, %v", all, err)
	}
	if trial, err := r.TryKept(t.Context(), all[0].ID); err != nil || trial.Account != "dashboard" {
		t.Errorf("%+v, %v", trial, err)
	}
	if _, err := r.Add(t.Context(), connect.Draft{Name: "서울 운영", URL: s.URL, Token: "x"}); faults(err) != "name name_file" {
		t.Errorf("%v", err)
	}
}
