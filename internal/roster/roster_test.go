package roster_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
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

func TestRoster_TokenFilesLieInTheFolderOnly(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	outside, folder := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "secret"), "secret-of-the-machine")
	write(filepath.Join(folder, "wrong"), "not-the-right-one\n")
	write(filepath.Join(folder, "words"), "two words")
	write(filepath.Join(folder, "wrong.url"), s.URL+"/\n")
	write(filepath.Join(folder, "words.url"), s.URL)
	if err := os.Symlink(filepath.Join(outside, "secret"), filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	r, table, _ := begin(t, filepath.Join(t.TempDir(), "d.db"), roster.Config{TokenFolder: folder})
	for name, want := range map[string]string{
		filepath.Join(outside, "secret"): "token_file token_file_outside", "../" + filepath.Base(outside) + "/secret": "token_file token_file_outside",
		"link": "token_file token_file_outside", "nothing": "token_file token_file_outside", ".": "token_file token_file_outside", "words": "token_file token_malformed",
	} {
		if _, err := r.Add(t.Context(), connect.Draft{Name: "prod", URL: s.URL, TokenFile: name}); faults(err) != want {
			t.Errorf("%s: %s", name, faults(err))
		}
	}
	c := add(t, r, connect.Draft{Name: "prod", URL: s.URL, TokenFile: filepath.Join(folder, "wrong")})
	within(t, "the refused token", func() bool { i, _ := table.Instance("prod"); return i.Reason == live.Unauthenticated })
	write(filepath.Join(folder, "wrong"), s.Token+"\n")
	within(t, "the new token of the file", func() bool { return count(table, "prod") == 10 })
	if c.TokenFile != "wrong" {
		t.Errorf("%+v", c)
	}
	// From the file to a stored token.
	both := connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: s.URL, TokenFile: "wrong", Token: seal.Secret(s.Token)}
	if _, err := r.Change(t.Context(), both); faults(err) != "token token_twice" {
		t.Errorf("%v", err)
	}
	both.TokenFile = ""
	if c, err := r.Change(t.Context(), both); err != nil || c.TokenFile != "" {
		t.Errorf("%+v, %v", c, err)
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

// Whoever may add connections may not choose where a token of the folder goes.
func TestRoster_ATokenFileGoesOnlyWhereTheFolderSays(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	folder, file := t.TempDir(), filepath.Join(t.TempDir(), "d.db")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("prod", s.Token)
	r, _, end := begin(t, file, roster.Config{TokenFolder: folder})
	draft := connect.Draft{Name: "prod", URL: s.URL, TokenFile: "prod"}
	refused := func(what, want string) {
		t.Helper()
		if _, err := r.Try(t.Context(), draft); faults(err) != want {
			t.Errorf("trying, %s: %v", what, err)
		}
		if _, err := r.Add(t.Context(), draft); faults(err) != want {
			t.Errorf("adding, %s: %v", what, err)
		}
	}
	refused("no file beside it", "token_file token_file_unbound")
	for _, nothing := range []string{"", "\n" + s.URL, "argocd.example.com", strings.Repeat(" ", 3000) + s.URL} {
		write("prod.url", nothing)
		refused("no address in it", "token_file token_file_unbound")
	}
	for _, other := range []string{"https://argocd.example.com", strings.Replace(s.URL, "http:", "https:", 1), "http://127.0.0.1", strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
		write("prod.url", other)
		refused(other, "token_file token_file_other_host")
	}
	write("prod.url", s.URL+"/argo-cd\r\nsecond line\n")
	if trial, err := r.Try(t.Context(), draft); err != nil || trial.Account != "dashboard" {
		t.Errorf("%+v, %v", trial, err)
	}
	c := add(t, r, draft)
	if _, err := r.Change(t.Context(), connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: "http://127.0.0.1:1", TokenFile: "prod"}); faults(err) != "token_file token_file_other_host" {
		t.Errorf("%v", err)
	}
	end()
	// What is kept is held to it too.
	write("prod.url", "https://argocd.example.com")
	r, table, _ := begin(t, file, roster.Config{TokenFolder: folder})
	if i, _ := table.Instance("prod"); i.State != live.Down || i.Reason != live.TokenUnbound {
		t.Errorf("%+v", i.Status)
	}
	if trial, err := r.TryKept(t.Context(), c.ID); err != nil || trial.Reason != live.TokenUnbound {
		t.Errorf("%+v, %v", trial, err)
	}
	if got, err := r.One(t.Context(), c.ID); err != nil || got.Lost {
		t.Errorf("%+v, %v", got, err)
	}
}

// An authority of one's own could vouch for any server on the way.
func TestRoster_AnotherAuthorityAsksForTheTokenAgain(t *testing.T) {
	s, other := argotest.Start(t, argotest.Options{TLS: true}), argotest.Start(t, argotest.Options{TLS: true})
	r, _, _ := begin(t, filepath.Join(t.TempDir(), "d.db"), roster.Config{})
	c := add(t, r, connect.Draft{Name: "prod", URL: s.URL, CA: s.CA, Token: seal.Secret(s.Token)})
	draft := connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: s.URL}
	refused := func(what string) {
		t.Helper()
		if _, err := r.Try(t.Context(), draft); faults(err) != "token token_other_ca" {
			t.Errorf("trying, %s: %v", what, err)
		}
		if _, err := r.Change(t.Context(), draft); faults(err) != "token token_other_ca" {
			t.Errorf("changing, %s: %v", what, err)
		}
	}
	change := func(what string) {
		t.Helper()
		var err error
		if c, err = r.Change(t.Context(), draft); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		draft.Version, draft.Token = c.Version, ""
	}
	draft.CA = other.CA
	refused("a changed authority")
	draft.CA = s.CA + other.CA
	refused("one authority more")
	draft.CA = s.CA
	change("the same authority")
	draft.CA = ""
	change("the authority taken away")
	draft.CA = s.CA
	refused("an authority added")
	draft.Token = seal.Secret(s.Token)
	change("the token entered again")
}

// A trial needs no name, but a wrong one opens no other way for the token.
func TestRoster_AWrongNameLeavesAKeptTokenAtItsServer(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	r, _, _ := begin(t, filepath.Join(t.TempDir(), "d.db"), roster.Config{})
	c := add(t, r, connect.Draft{Name: "prod", URL: s.URL, Token: seal.Secret(s.Token)})
	for _, name := range []string{"", "?", strings.Repeat("x", 100)} {
		draft := connect.Draft{ID: c.ID, Version: c.Version, Name: name, URL: "http://127.0.0.1:1"}
		if _, err := r.Try(t.Context(), draft); faults(err) != "token token_other_host" {
			t.Errorf("%q: %v", name, err)
		}
		draft.URL = s.URL
		if trial, err := r.Try(t.Context(), draft); err != nil || trial.Account != "dashboard" {
			t.Errorf("%q: %+v, %v", name, trial, err)
		}
	}
}

// A certificate of one's own could be shown by any server on the way.
func TestRoster_AnotherPinAsksForTheTokenAgain(t *testing.T) {
	servers := argotest.StartAll(t, argotest.Options{Names: []string{"one", "two"}, TLS: true})
	s := servers[0]
	r, table, _ := begin(t, filepath.Join(t.TempDir(), "d.db"), roster.Config{})
	find := func(url string) string {
		t.Helper()
		trial, err := r.Try(t.Context(), connect.Draft{URL: url, Token: "x"})
		if err != nil || trial.Reason != live.TLS || trial.Fingerprint == "" {
			t.Fatalf("%+v, %v", trial, err)
		}
		return trial.Fingerprint
	}
	own, other := find(s.URL), find(servers[1].URL)
	c := add(t, r, connect.Draft{Name: "prod", URL: s.URL, Insecure: true, Token: seal.Secret(s.Token)})
	draft := connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: s.URL}
	change := func(what string) {
		t.Helper()
		var err error
		if c, err = r.Change(t.Context(), draft); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		draft.Version, draft.Token = c.Version, ""
	}
	refused := func(what string) {
		t.Helper()
		if _, err := r.Try(t.Context(), draft); faults(err) != "token token_other_pin" {
			t.Errorf("trying, %s: %v", what, err)
		}
		if _, err := r.Change(t.Context(), draft); faults(err) != "token token_other_pin" {
			t.Errorf("changing, %s: %v", what, err)
		}
	}
	draft.Pin = connect.ShowPin(own)
	change("one certificate instead of any")
	if c.Pin != own {
		t.Errorf("kept as %q", c.Pin)
	}
	within(t, "the applications", func() bool { return count(table, "prod") == 10 })
	draft.Pin = other
	refused("another certificate")
	draft.Pin = ""
	refused("any that is trusted")
	draft.Pin = own
	change("the same certificate, written otherwise")
	draft.Insecure = true
	if _, err := r.Change(t.Context(), draft); faults(err) != "pin pin_insecure" {
		t.Errorf("%v", err)
	}
	draft.Pin, draft.Insecure, draft.CA, draft.Token = "", false, s.CA, seal.Secret(s.Token)
	change("an authority instead")
	draft.Pin = own
	refused("a certificate that an authority vouches for")
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
