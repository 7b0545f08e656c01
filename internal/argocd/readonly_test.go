package argocd_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

func TestServer_IsNeverWrittenTo(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	i := startIngress(t, s, "")
	// A token that may do everything: what is not written is not for want of
	// permission.
	over, rest := connection(s), i.connection(s)
	over.Token, rest.Token, rest.Name = argocd.Secret(s.WriterToken), argocd.Secret(s.WriterToken), "rest"
	o := quick()
	o.Relist, o.Heartbeat = 100*time.Millisecond, 50*time.Millisecond
	table, f := fleet(t, o, over, rest)
	for _, c := range []argocd.Connection{over, rest} {
		within(t, 10*time.Second, "the whole session", func() bool {
			i := state(table, c.Name)
			return i.State == live.Connected && i.CanWrite.State == live.WriteFound
		})
		if _, err := f.Detail(t.Context(), live.Key{Instance: c.Name, Namespace: "argocd", Name: firstApp}); err != nil {
			t.Error(err)
		}
		if _, err := argocd.Survey(t.Context(), c, o); err != nil {
			t.Error(err)
		}
		if got := argocd.Try(t.Context(), c, o); got.Reason != live.NoReason {
			t.Errorf("%+v", got)
		}
	}
	s.Update(t, firstApp, argotest.Change{Health: "Suspended"})
	s.Revoke(t, "dashboard")
	first := state(table, s.Name).ListedAt
	within(t, 5*time.Second, "more lists", func() bool { return state(table, s.Name).ListedAt.After(first.Add(200 * time.Millisecond)) })
	if w := s.Writes(t); len(w) > 0 {
		t.Errorf("the server wrote %v", w)
	}
	// The one read that writes, which this package cannot ask for, is seen.
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/applications/"+firstApp+"?refresh=normal", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+s.WriterToken)
	go func() {
		if r, err := http.DefaultClient.Do(q); err == nil { // it waits for a controller that is not there
			_ = r.Body.Close()
		}
	}()
	within(t, 5*time.Second, "a refresh to be seen as a write", func() bool { return len(s.Writes(t)) > 0 })
}
