package argocd_test

import (
	"strings"
	"testing"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/connect"
	"deckplan/internal/live"
)

// What a test finds can be pinned, and is then enough.
func TestTry_AFoundCertificateCanBePinned(t *testing.T) {
	servers := argotest.StartAll(t, argotest.Options{Names: []string{"one", "two"}, TLS: true, Apps: 12})
	c := argocd.Connection{URL: servers[0].URL, Token: argocd.Secret(servers[0].Token)}
	found := argocd.Try(t.Context(), c, quick())
	if found.Reason != live.TLS || len(found.Fingerprint) != 64 {
		t.Fatalf("%+v", found)
	}
	c = c.With(connect.Options{Pin: connect.ShowPin(found.Fingerprint)})
	got := argocd.Try(t.Context(), c, quick())
	if got.Reason != live.NoReason || got.Transport != live.Pinned || got.Fingerprint != found.Fingerprint || got.Until.IsZero() || got.Account != "dashboard" {
		t.Errorf("%+v", got)
	}
	if got.Applications != 12 || got.Clusters < 3 || got.Projects < 3 || got.Protocol != live.GRPC || got.Fallback {
		t.Errorf("what it sees: %+v", got)
	}
	c.URL = servers[1].URL
	if got := argocd.Try(t.Context(), c, quick()); got.Reason != live.TLS || got.Version != "" || got.Fingerprint == found.Fingerprint || !strings.Contains(got.Detail, "not the pinned one") {
		t.Errorf("another server: %+v", got)
	}
}

func TestTry_TellsWhatATokenSeesAndMayDo(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	for name, k := range map[string]struct {
		token    string
		apps     int
		scope    bool // sees clusters
		projects bool
		write    live.WriteState
	}{
		"dashboard": {s.Token, 10, true, true, live.WriteNone},
		"narrow":    {s.NarrowToken, 10, false, false, live.WriteNone},
		"single":    {s.SingleToken, 10, true, true, live.WriteFound}, // which is seen only by asking for that application
	} {
		got := argocd.Try(t.Context(), argocd.Connection{URL: s.URL, Token: argocd.Secret(k.token)}, quick())
		if got.Applications != k.apps || got.Clusters > 0 != k.scope || got.Projects > 0 != k.projects || got.CanWrite.State != k.write {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := argocd.Try(t.Context(), argocd.Connection{URL: s.URL, Token: "wrong"}, quick()); got.Applications != -1 || got.Clusters != -1 || got.Projects != -1 {
		t.Errorf("a refused token: %+v", got)
	}
}
