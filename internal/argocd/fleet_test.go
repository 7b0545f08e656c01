package argocd_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

func rows(table *live.Table, name string) func(n int) bool {
	return func(n int) bool { return state(table, name).Applications == n }
}

func TestFleet_FollowsWhatIsSetAndRemoved(t *testing.T) {
	both := argotest.StartAll(t, argotest.Options{Names: []string{"argocd", "other"}})
	table, f := fleet(t, quick())
	f.Set("argocd", connection(both[0]))
	f.Set("other", connection(both[1]))
	within(t, 10*time.Second, "both lists", func() bool { return rows(table, "argocd")(10) && rows(table, "other")(10) })
	if c, ok := f.Connection("argocd"); !ok || c.URL != both[0].URL || c.Name != "argocd" {
		t.Errorf("%v, %v", c, ok)
	}
	f.Remove("argocd")
	if _, shown := table.Instance("argocd"); shown || rows(table, "argocd")(10) {
		t.Error("an instance that was removed is still shown")
	}
	if _, ok := f.Connection("argocd"); ok {
		t.Error("an instance that was removed still has a connection")
	}
	// What changes there now must not come back.
	both[0].Update(t, firstApp, argotest.Change{Health: "Degraded"})
	both[1].Update(t, firstApp, argotest.Change{Health: "Degraded"})
	within(t, time.Second, "the other's change", func() bool { return state(table, "other").Health[live.Degraded] > 0 })
	if _, shown := table.Instance("argocd"); shown {
		t.Error("an instance that was removed came back")
	}
	f.Remove("never there")
}

func TestFleet_AnotherTokenKeepsTheRowsAnotherServerDoesNot(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	other := argotest.Start(t, argotest.Options{Apps: 3})
	table, f := fleet(t, quick(), connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	c := connection(s)
	c.Token = "not-the-right-one"
	f.Set(s.Name, c)
	within(t, 5*time.Second, "the refused token", down(table, s.Name, live.Unauthenticated))
	if !rows(table, s.Name)(10) {
		t.Error("the rows went with the token")
	}
	f.Set(s.Name, connection(s))
	within(t, 5*time.Second, "the right token", connected(table, s.Name))
	before := state(table, s.Name)
	f.Set(s.Name, connection(s))
	if after := state(table, s.Name); after.State != live.Connected || !after.Since.Equal(before.Since) {
		t.Error("a connection that is as before was restarted")
	}
	f.Set(s.Name, connection(other))
	if n := state(table, s.Name).Applications; n == 10 {
		t.Error("another server's rows are shown as this one's")
	}
	within(t, 10*time.Second, "the other server's rows", func() bool { return rows(table, s.Name)(3) })
}

func TestFleet_RefusedIsShownAndNotCalled(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	table, f := fleet(t, quick(), connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	f.Refuse(s.Name, s.URL, live.TokenLost)
	i := state(table, s.Name)
	if i.State != live.Down || i.Reason != live.TokenLost || i.Applications != 10 {
		t.Errorf("%+v", i)
	}
	if _, ok := f.Connection(s.Name); ok {
		t.Error("there is a connection without a token")
	}
	f.Set(s.Name, connection(s))
	within(t, 10*time.Second, "the token given again", connected(table, s.Name))
}

func TestTry_TellsHowFarItGot(t *testing.T) {
	s := argotest.Start(t, argotest.Options{TLS: true})
	plain := argotest.Start(t, argotest.Options{})
	good := argocd.Connection{URL: s.URL, Token: argocd.Secret(s.Token), CA: s.CA}
	cases := map[string]struct {
		change    func(*argocd.Connection)
		reason    live.Reason
		transport live.Transport
		account   string
		write     live.WriteState
	}{
		"all is well":       {func(*argocd.Connection) {}, live.NoReason, live.Verified, "dashboard", live.WriteNone},
		"insecure":          {func(c *argocd.Connection) { c.CA, c.Insecure = "", true }, live.NoReason, live.Unverified, "dashboard", live.WriteNone},
		"plain":             {func(c *argocd.Connection) { c.URL, c.Token = plain.URL, argocd.Secret(plain.Token) }, live.NoReason, live.PlainText, "dashboard", live.WriteNone},
		"a writer":          {func(c *argocd.Connection) { c.Token = argocd.Secret(s.WriterToken) }, live.NoReason, live.Verified, "writer", live.WriteFound},
		"wrong token":       {func(c *argocd.Connection) { c.Token = "not-the-right-one" }, live.Unauthenticated, live.Verified, "", live.WriteUnknown},
		"unknown authority": {func(c *argocd.Connection) { c.CA = "" }, live.TLS, live.NoTransport, "", live.WriteUnknown},
		"nobody there":      {func(c *argocd.Connection) { c.URL = "https://127.0.0.1:1" }, live.Unreachable, live.NoTransport, "", live.WriteUnknown},
	}
	for name, k := range cases {
		c := good
		k.change(&c)
		got := argocd.Try(t.Context(), c, quick())
		answered := got.Version != ""
		if got.Reason != k.reason || got.Transport != k.transport || got.Account != k.account || got.CanWrite.State != k.write || answered != (k.transport != live.NoTransport) {
			t.Errorf("%s: %+v", name, got)
		}
		if tls := k.transport == live.Verified || k.transport == live.Unverified; tls == got.Until.IsZero() {
			t.Errorf("%s: certificate until %v", name, got.Until)
		}
		if strings.Contains(got.Detail, string(c.Token)) {
			t.Errorf("%s: the token is in %s", name, got.Detail)
		}
	}
}

func TestTry_EndsInTime(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	s.Freeze(t, true)
	defer s.Freeze(t, false)
	o := quick()
	o.CallTimeout = 300 * time.Millisecond
	if got := argocd.Try(t.Context(), connection(s), o); got.Reason != live.TimedOut && got.Reason != live.Unreachable {
		t.Errorf("%+v", got)
	}
}

func TestFaults_NameTheSetting(t *testing.T) {
	good := argocd.Connection{URL: "https://argocd.example.com", Token: "a.b.c"}
	key := "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
	for name, k := range map[string]struct {
		change func(*argocd.Connection)
		want   string
	}{
		"good":           {func(*argocd.Connection) {}, ""},
		"with a CA":      {func(c *argocd.Connection) { c.CA = otherCA(t) + "\n" + otherCA(t) }, ""},
		"no URL":         {func(c *argocd.Connection) { c.URL = "" }, "url url_missing"},
		"user info":      {func(c *argocd.Connection) { c.URL = "https://a:b@argocd.example.com" }, "url url_invalid"},
		"query":          {func(c *argocd.Connection) { c.URL += "?a=b" }, "url url_invalid"},
		"empty query":    {func(c *argocd.Connection) { c.URL += "?" }, "url url_invalid"},
		"fragment":       {func(c *argocd.Connection) { c.URL += "#a" }, "url url_invalid"},
		"another scheme": {func(c *argocd.Connection) { c.URL = "file:///etc/passwd" }, "url url_invalid"},
		"plain text":     {func(c *argocd.Connection) { c.URL = "http://argocd.example.com" }, "url plaintext_token"},
		"no token":       {func(c *argocd.Connection) { c.Token = "" }, "token token_missing"},
		"two tokens":     {func(c *argocd.Connection) { c.TokenFile = "x" }, "token token_twice"},
		"header break":   {func(c *argocd.Connection) { c.Token = "a\r\nb" }, "token token_malformed"},
		"no CA":          {func(c *argocd.Connection) { c.CA = "hello" }, "ca ca_invalid"},
		"half a CA":      {func(c *argocd.Connection) { c.CA = otherCA(t) + "and more" }, "ca ca_invalid"},
		"a broken CA":    {func(c *argocd.Connection) { c.CA = strings.ReplaceAll(key, "PRIVATE KEY", "CERTIFICATE") }, "ca ca_invalid"},
		"a private key":  {func(c *argocd.Connection) { c.CA = otherCA(t) + key }, "ca ca_private_key"},
	} {
		c := good
		k.change(&c)
		var got []string
		for _, f := range c.Faults() {
			got = append(got, f.Setting+" "+f.ID)
		}
		if strings.Join(got, ", ") != k.want {
			t.Errorf("%s: %q, want %q", name, got, k.want)
		}
	}
}

func TestOrigin_TellsServersApart(t *testing.T) {
	for url, want := range map[string]string{"https://A.example.com": "https://a.example.com:443", "https://a.example.com:443/root": "https://a.example.com:443",
		"http://a.example.com": "http://a.example.com:80", "https://a.example.com:8443": "https://a.example.com:8443", "ftp://a": ""} {
		if got := (argocd.Connection{URL: url, Token: "x"}).Origin(); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

func TestFleet_WatchesFiftyInstances(t *testing.T) {
	names := make([]string, 50)
	for i := range names {
		names[i] = fmt.Sprintf("argo-%02d", i)
	}
	all := argotest.StartAll(t, argotest.Options{Names: names, Apps: 5, Resources: 3})
	table, f := fleet(t, quick())
	for _, s := range all {
		f.Set(s.Name, connection(s))
	}
	within(t, 60*time.Second, "every list", func() bool {
		return len(table.Instances()) == len(all) && !slices.ContainsFunc(table.Instances(), func(i live.Instance) bool {
			return i.State != live.Connected || i.Applications != 5
		})
	})
	all[0].Stop(t)
	all[49].Update(t, firstApp, argotest.Change{Health: "Missing"})
	within(t, 10*time.Second, "one down and another's change", func() bool {
		return state(table, "argo-00").State == live.Down && state(table, "argo-49").Health[live.Missing] > 0
	})
	for _, s := range all {
		if i := state(table, s.Name); i.Applications != 5 || s != all[0] && i.State != live.Connected {
			t.Errorf("%s: %s %s, %d applications", s.Name, i.State, i.Detail, i.Applications)
		}
	}
}
