package api_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/store"
	"deckplan/web"
)

// noon is when everything in these tests happens.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// site is a whole server on a real SQLite file.
type site struct {
	*web.Server
	db   *store.Store
	live *live.Table
	log  *strings.Builder
}

func newSite(t testing.TB, p *plan.Plan) *site {
	t.Helper()
	now := func() time.Time { return noon }
	s := &site{live: live.NewTable(now), log: &strings.Builder{}}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	var err error
	if s.db, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "deckplan.db"), now, log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	if s.Server, err = web.New(web.Config{Plans: s.db, Live: s.live, Log: log, Now: now}); err != nil {
		t.Fatal(err)
	}
	if p != nil {
		if _, err := s.db.Create(t.Context(), "commerce", "Jimin", p, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": p.About.Name}}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func sample(t testing.TB) *plan.Plan {
	t.Helper()
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sampleSite is a server with the sample plan, one edit of it, one decision
// and two instances of Argo CD.
func sampleSite(t testing.TB) *site {
	t.Helper()
	s := newSite(t, sample(t))
	small := plan.Empty("Search platform")
	small.Teams = []plan.Team{{ID: "search", Name: "Search"}}
	if _, err := s.db.Create(t.Context(), "search", "Minseo", small, plan.Summary{ID: "plan.summary.begun.empty", Args: map[string]any{"name": small.About.Name}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.AddDecision(t.Context(), "commerce", decision.Kept{Decision: decision.Decision{Record: decision.Record{Topic: decision.Plan,
		Title: "Group Argo CD instances by environment", Status: decision.Proposed, Date: "2026-11-23", Context: "One hub delivers to nine clusters.",
		Options: []decision.Option{{Name: "1:N"}, {Name: "By environment"}}, Chosen: "By environment", Justification: "production upgrades come last."},
		Snapshot: &decision.Snapshot{Plan: "commerce", Revision: 1, Taken: noon}}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hub", "prod"} {
		s.live.SetStatus(name, live.Status{URL: "https://argocd-" + name + ".example.com", State: live.Connected, Protocol: live.GRPC, LastSeen: noon, Version: "v2.14.21"})
	}
	for _, a := range []live.Application{
		{Instance: "prod", Namespace: "argocd", Name: "checkout-api", Project: "payments", Cluster: "prod-1", Server: "https://prod-1.example.com:6443", DestNamespace: "checkout", Health: live.Degraded, HealthMessage: "2 of 3 pods are not ready", Sync: live.Synced, Revision: "8f3c1de"},
		{Instance: "prod", Namespace: "argocd", Name: "storefront", Project: "storefront", Cluster: "prod-2", Server: "https://prod-2.example.com:6443", DestNamespace: "storefront", Health: live.Healthy, Sync: live.OutOfSync, Revision: "77aa012"},
		{Instance: "hub", Namespace: "argocd", Name: "checkout-api", Project: "payments", Cluster: "dev-1", Server: "https://dev-1.example.com:6443", DestNamespace: "checkout", Health: live.Healthy, Sync: live.Synced, Revision: "8f3c1de"},
	} {
		s.live.Upsert(a)
	}
	return s
}

// call asks as a program on this machine does; headers are name, value pairs.
func (s *site) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:40000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) get(path string, headers ...string) *httptest.ResponseRecorder {
	return s.call(http.MethodGet, path, "", headers...)
}

// problem is an answer that something went wrong, as a program reads it.
type problem struct {
	Type, Title, Detail string
	Status              int
	Errors              []struct {
		Location, Message string
		Line              int
		Value             any
	}
	Conflict *struct {
		Table, Key, Field string
		Was, Now, Mine    any
	}
	Gone     *struct{ Table, Key string }
	Revision int64
}

// refused tests that an answer is a problem of a kind.
func refused(t testing.TB, w *httptest.ResponseRecorder, status int, kind string) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%v: %d %s", err, w.Code, w.Body)
	}
	if w.Code != status || p.Status != status || p.Type != "/api/docs#error-"+kind || p.Title == "" || p.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("want %d %s, got %d %s %+v", status, kind, w.Code, w.Header().Get("Content-Type"), p)
	}
	for _, text := range []string{p.Title, p.Detail} {
		if strings.ContainsAny(text, "‹\x1f") {
			t.Errorf("%q", text)
		}
	}
	for _, e := range p.Errors {
		if e.Message == "" || strings.ContainsAny(e.Message, "‹\x1f") {
			t.Errorf("%+v", e)
		}
	}
	return p
}

// read reads an answer that must have a status.
func read[T any](t testing.TB, w *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var out T
	if w.Code != status {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return out
}
