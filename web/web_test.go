package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/reach"
	"deckplan/internal/review"
	"deckplan/internal/store"
)

// site is a server on a real SQLite file with one plan.
type site struct {
	*Server
	plan string
	db   *store.Store
}

func newSite(t testing.TB, p *plan.Plan) *site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "deckplan.db"), time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	table := live.NewTable(time.Now)
	reviews := review.NewKeeper(review.Config{Store: db, Table: table, Log: log, Now: time.Now})
	s, err := New(Config{Plans: db, Reviews: reviews, Live: table, Connections: newRoster(t, db, table, log), Views: db, Webhooks: newHooks(t, db, log), Log: log, Now: time.Now, Registries: reach.Public})
	if err != nil {
		t.Fatal(err)
	}
	h, err := db.Create(t.Context(), "p", "", p, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": p.About.Name}})
	if err != nil {
		t.Fatal(err)
	}
	return &site{s, h.ID, db}
}

func sampleSite(t testing.TB) *site {
	t.Helper()
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	return newSite(t, p)
}

func (s *site) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8080"
	return s.do(r)
}

// post sends a form as a browser on a page of the plan would.
func (s *site) post(path, from string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Referer", "http://127.0.0.1:8080"+from)
	return s.do(r)
}

// doc is the plan as it is now.
func (s *site) doc(t *testing.T) (plan.Head, *plan.Plan) {
	t.Helper()
	h, p, err := s.db.Plan(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	return h, p
}

var pages = []string{"/plans/p", "/plans/p/facts/clusters", "/plans/p/facts/services", "/plans/p/facts/about", "/plans/p/ownership", "/plans/p/ownership?view=all",
	"/plans/p/layouts", "/plans/p/layouts?layout=per_cluster", "/plans/p/drift", "/plans/p/roadmap", "/plans/p/roadmap?to=hub&from=per_cluster&size=1", "/plans/p/matrix", "/plans/p/matrix/builders", "/plans/p/strategies",
	"/plans/p/images", "/plans/p/images?registry=harbor&repository=A",
	"/plans/p/decisions", "/plans/p/decisions/new?topic=layout", "/plans/p/decisions/backlog", "/plans/p/decisions/checks",
	"/plans/p/report", "/plans/p/scan", "/plans/p/history", "/plans/p/history/1", "/plans/p/compare", "/plans/p/compare?with=p", "/plans/p/compare?with=p&all=true",
	"/find?plan=p&q=c1", "/keys", "/", "/live", "/connections", "/connections/new", "/webhooks", "/webhooks/new"}

func TestPages_AnswerInBothLanguagesWithEveryMessage(t *testing.T) {
	s := sampleSite(t)
	for _, k := range plan.Kinds() {
		pages = append(pages, "/plans/p/facts/"+k.Name)
	}
	for _, lang := range []string{"en", "ko"} {
		for _, path := range append(pages, "/plans/p/report.html", "/plans/p/strategies?service=web", "/plans/p/strategies?service=ledger") {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = "localhost"
			r.Header.Set("Accept-Language", lang)
			w := s.do(r)
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, `lang="`+lang+`"`) {
				t.Errorf("%s in %s: %d", path, lang, w.Code)
			}
			if i := strings.Index(body, "‹"); i >= 0 {
				t.Errorf("%s in %s: a message is missing: %s", path, lang, body[i:min(len(body), i+60)])
			}
			if strings.Contains(body, " style=") || strings.Contains(body, "<script>") {
				t.Errorf("%s holds what the content security policy drops", path)
			}
		}
	}
}

func TestReport_IsOneFileThatLoadsNothing(t *testing.T) {
	w := sampleSite(t).get("/plans/p/report.html?download")
	body := w.Body.String()
	for _, bad := range []string{"<script", "<link", "src=\"http", "href=\"http", "url(http", "@import"} {
		if strings.Contains(body, bad) {
			t.Errorf("the report holds %s", bad)
		}
	}
	if !strings.Contains(w.Header().Get("Content-Disposition"), "Commerce platform.html") {
		t.Errorf("%q", w.Header().Get("Content-Disposition"))
	}
}
