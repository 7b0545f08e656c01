package roster_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deckplan/internal/argocd/argotest"
	"deckplan/internal/connect"
	"deckplan/internal/live"
	"deckplan/internal/roster"
	"deckplan/internal/seal"
)

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

// changing is a connection that is changed again and again without its token.
type changing struct {
	connect.Draft
	r    *roster.Roster
	want string // what is said where the token would go elsewhere
}

func (d *changing) refused(t *testing.T, what string) {
	t.Helper()
	if _, err := d.r.Try(t.Context(), d.Draft); faults(err) != d.want {
		t.Errorf("trying, %s: %v", what, err)
	}
	if _, err := d.r.Change(t.Context(), d.Draft); faults(err) != d.want {
		t.Errorf("changing, %s: %v", what, err)
	}
}

func (d *changing) done(t *testing.T, what string) connect.Shown {
	t.Helper()
	c, err := d.r.Change(t.Context(), d.Draft)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	d.Version, d.Token = c.Version, ""
	return c
}

// An authority of one's own could vouch for any server on the way.
func TestRoster_AnotherAuthorityAsksForTheTokenAgain(t *testing.T) {
	s, other := argotest.Start(t, argotest.Options{TLS: true}), argotest.Start(t, argotest.Options{TLS: true})
	r, _, _ := begin(t, filepath.Join(t.TempDir(), "d.db"), roster.Config{})
	c := add(t, r, connect.Draft{Name: "prod", URL: s.URL, CA: s.CA, Token: seal.Secret(s.Token)})
	draft := &changing{connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: s.URL}, r, "token token_other_ca"}
	draft.CA = other.CA
	draft.refused(t, "a changed authority")
	draft.CA = s.CA + other.CA
	draft.refused(t, "one authority more")
	draft.CA = s.CA
	draft.done(t, "the same authority")
	draft.CA = ""
	draft.done(t, "the authority taken away")
	draft.CA = s.CA
	draft.refused(t, "an authority added")
	draft.Token = seal.Secret(s.Token)
	draft.done(t, "the token entered again")
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
	draft := &changing{connect.Draft{ID: c.ID, Version: c.Version, Name: "prod", URL: s.URL}, r, "token token_other_pin"}
	draft.Pin = connect.ShowPin(own)
	if kept := draft.done(t, "one certificate instead of any"); kept.Pin != own {
		t.Errorf("kept as %q", kept.Pin)
	}
	within(t, "the applications", func() bool { return count(table, "prod") == 10 })
	draft.Pin = other
	draft.refused(t, "another certificate")
	draft.Pin = ""
	draft.refused(t, "any that is trusted")
	draft.Pin = own
	draft.done(t, "the same certificate, written otherwise")
	draft.Insecure = true
	if _, err := r.Change(t.Context(), draft.Draft); faults(err) != "pin pin_insecure" {
		t.Errorf("%v", err)
	}
	draft.Pin, draft.Insecure, draft.CA, draft.Token = "", false, s.CA, seal.Secret(s.Token)
	draft.done(t, "an authority instead")
	draft.Pin = own
	draft.refused(t, "a certificate that an authority vouches for")
}
