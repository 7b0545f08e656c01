package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
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
	s, err := New(Config{Plans: db, Live: table, Connections: newRoster(t, db, table, log), Views: db, Log: log, Now: time.Now})
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
	"/plans/p/layouts", "/plans/p/layouts?layout=per_cluster", "/plans/p/drift", "/plans/p/roadmap", "/plans/p/roadmap?to=hub&from=per_cluster&size=1", "/plans/p/matrix", "/plans/p/strategies",
	"/plans/p/images", "/plans/p/images?registry=harbor&repository=A",
	"/plans/p/decisions", "/plans/p/decisions/new?topic=layout",
	"/plans/p/report", "/plans/p/scan", "/plans/p/history", "/plans/p/history/1", "/plans/p/compare", "/plans/p/compare?with=p", "/plans/p/compare?with=p&all=true",
	"/find?plan=p&q=c1", "/keys", "/", "/live", "/connections", "/connections/new"}

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

func TestProtect_RefusesOtherHostsAndOrigins(t *testing.T) {
	s := sampleSite(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for host, want := range map[string]int{"127.0.0.1:8080": 200, "localhost": 200, "[::1]:80": 200, "evil.example": 421, "127.0.0.1.evil.example": 421} {
		r.Host = host
		if w := s.do(r); w.Code != want {
			t.Errorf("%s: %d, want %d", host, w.Code, want)
		}
	}
	post := httptest.NewRequest(http.MethodPost, "/plans", strings.NewReader("from=sample"))
	post.Host = "127.0.0.1:8080"
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	post.Header.Set("Origin", "https://evil.example")
	if w := s.do(post); w.Code != http.StatusForbidden {
		t.Errorf("a foreign origin's form: %d", w.Code)
	}
	if csp := s.get("/").Header().Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
}

func TestProbesAndSchema_Answer(t *testing.T) {
	s := sampleSite(t)
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/schema/plan.json": `"title": "Deckplan plan"`} {
		if w := s.get(path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if w := s.get("/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("ready without a database: %d", w.Code)
	}
	if w := s.get("/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthy without a database: %d", w.Code)
	}
}

func TestEdit_BadInputKeepsWhatWasTypedAndSaysWhy(t *testing.T) {
	s := sampleSite(t)
	w := s.post("/plans/p/edit", "/plans/p/facts/services", url.Values{"op": {"set"}, "at": {"services/web/criticality"}, "was": {"5"}, "value": {"very"}})
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="very"`) || !strings.Contains(body, "is not a number") {
		t.Errorf("%d", w.Code)
	}
	w = s.post("/plans/p/edit", "/plans/p/facts/services", url.Values{"op": {"set"}, "at": {"services/web/criticality"}, "value": {"9"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Criticality 1–5 must be at most 5") {
		t.Errorf("%d", w.Code)
	}
	if h, _, _ := s.db.Plan(t.Context(), "p"); h.Revision != 1 {
		t.Errorf("revision %d", h.Revision)
	}
}

func TestScore_IsCalledAsThePlanCallsTheCandidate(t *testing.T) {
	s := sampleSite(t)
	for _, value := range []string{"5", ""} {
		if w := s.post("/plans/p/edit", "/plans/p/matrix", url.Values{"op": {"score"}, "candidate": {"cd-flux"}, "criterion": {"cd-effort"},
			"value": {value}, "name": {strings.Repeat("x", 9000)}}); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code)
		}
		h, _ := s.doc(t)
		rev, err := s.db.Revision(t.Context(), "p", h.Revision)
		if err != nil || rev.Summary.Args["name"] != "Flux CD" {
			t.Errorf("%v, %v", rev.Summary, err)
		}
	}
}

func TestEdit_LeadsToTheNewRowWhateverAddressTheFormWasOn(t *testing.T) {
	s := sampleSite(t)
	for _, from := range []string{"/plans/p/layouts?layout=per_cluster", "/plans/p/layouts?layout=a/b", "/plans/p/history/1", "/plans/p"} {
		w := s.post("/plans/p/edit", from, url.Values{"op": {"matrix"}, "purpose": {"ci"}})
		at := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(at, "/plans/p/matrix?matrix=") || s.get(at).Code != http.StatusOK {
			t.Errorf("from %s: %d to %s", from, w.Code, at)
		}
	}
}

// A form's field and a pasted cell are read alike.
func TestEdit_ReadsAFieldAsASheetReadsACell(t *testing.T) {
	s := sampleSite(t)
	_, p := s.doc(t)
	p.Teams = append(p.Teams, plan.Team{ID: "x1", Name: "Web"}, plan.Team{ID: "x2", Name: "Web"}, plan.Team{ID: "x3", Name: "A, B"})
	s = newSite(t, p)
	set := func(at string, values ...string) *httptest.ResponseRecorder {
		return s.post("/plans/p/edit", "/plans/p/facts/services", url.Values{"op": {"set"}, "at": {at}, "value": values})
	}
	for what, w := range map[string]*httptest.ResponseRecorder{
		"2 rows of Teams are called “Web”": set("services/web/team", "Web"),
		"is not a whole number":            set("services/web/traits.replicas", "1e300"),
		"has 30,000 entries; at most 50":   set("stages/a1/consulted", strings.Repeat("nobody,", 30000)),
		"neither yes nor no":               set("services/web/traits.stateful", "perhaps"),
	} {
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), what) {
			i := strings.Index(w.Body.String(), `role="alert"`)
			t.Errorf("%s: %d, %s", what, w.Code, w.Body.String()[max(0, i):min(w.Body.Len(), i+300)])
		}
	}
	for _, values := range [][]string{{`["A, B", "x1"]`}, {"", "x3", "x1"}, {"x3, x1"}} {
		if w := set("stages/a1/consulted", values...); w.Code != http.StatusSeeOther {
			t.Errorf("%q: %d", values, w.Code)
		}
		if _, p := s.doc(t); !slices.Equal(plan.KindOf("stages").Find(p, "a1").(plan.Stage).Consulted, []string{"x3", "x1"}) {
			t.Errorf("%q: %+v", values, plan.KindOf("stages").Find(p, "a1"))
		}
		set("stages/a1/consulted", "")
	}
	if w := set("services/web/team", " WEB "); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a name in other letters that two rows have: %d", w.Code)
	}
	if w := set("services/web/team", "payMENTS"); w.Code != http.StatusSeeOther {
		t.Errorf("a name in other letters: %d", w.Code)
	}
}

func TestEdit_AStaleFormIsAConflictThatShowsBothValues(t *testing.T) {
	s := sampleSite(t)
	form := func(now string) url.Values {
		return url.Values{"op": {"set"}, "at": {"clusters/dev-1/region"}, "was": {`"Seoul"`}, "value": {now}}
	}
	if w := s.post("/plans/p/edit", "/plans/p/facts/clusters", form("Busan")); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	w := s.post("/plans/p/edit", "/plans/p/facts/clusters", form("Daegu"))
	body := w.Body.String()
	if w.Code != http.StatusConflict || !strings.Contains(body, "Use mine: Daegu") || !strings.Contains(body, "Keep theirs: Busan") {
		t.Errorf("%d", w.Code)
	}
}

func TestEdit_MovingAClusterChangesTheLayout(t *testing.T) {
	s := sampleSite(t)
	w := s.post("/plans/p/edit", "/plans/p/layouts", url.Values{"op": {"place"}, "layout": {"ours"}, "cluster": {"prod-tokyo"}, "instance": {"dev-argo"}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	_, p, err := s.db.Plan(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	for _, pl := range p.Placements {
		if pl.Cluster == "prod-tokyo" && pl.Instance != "dev-argo" {
			t.Errorf("still on %s", pl.Instance)
		}
	}
	for name, values := range map[string]url.Values{
		"foreign instance": {"op": {"place"}, "layout": {"ours"}, "cluster": {"dev-1"}, "instance": {"x"}},
		"unknown op":       {"op": {"explode"}},
		"unknown table":    {"op": {"set"}, "at": {"x/y/z"}},
	} {
		if w := s.post("/plans/p/edit", "/plans/p/layouts", values); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestDecision_KeepsItsSnapshotThroughLaterEdits(t *testing.T) {
	s := sampleSite(t)
	form := url.Values{"topic": {"layout"}, "subject": {"ours"}, "title": {"Use our draft"}, "context": {"One hub or many."}, "option": {"1:N", "Our draft"}, "arguments": {"+ one place", ""},
		"chosen": {"1"}, "justification": {"Cheapest that we can run."}}
	w := s.post("/plans/p/decisions", "/plans/p/decisions/new", form)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	before, err := s.db.Decision(t.Context(), "p", 1)
	if err != nil || before.Snapshot == nil || before.Snapshot.Revision != 1 || len(before.Snapshot.Figures) == 0 {
		t.Fatalf("%+v, %v", before.Record, err)
	}
	if w := s.post("/plans/p/edit", "/plans/p/layouts", url.Values{"op": {"place"}, "layout": {"ours"}, "cluster": {"prod-tokyo"}, "instance": {"dev-argo"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	w = s.post("/plans/p/decisions/1", "/plans/p/decisions/1", url.Values{"version": {"1"}, "status": {"accepted"}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	after, err := s.db.Decision(t.Context(), "p", 1)
	if err != nil || after.Record.Status != "accepted" || after.Hash != before.Hash || !after.Intact() {
		t.Errorf("%+v, %v", after.Record, err)
	}
	if w := s.post("/plans/p/decisions/1", "/plans/p/decisions/1", form); w.Code != http.StatusConflict {
		t.Errorf("an accepted record was edited: %d", w.Code)
	}
	if body := s.get("/plans/p/decisions/1").Body.String(); !strings.Contains(body, after.Hash) || strings.Contains(body, "?edit") {
		t.Error("the page offers to edit it, or hides its hash")
	}
}

func TestRefused_IsNeverKeptByTheBrowser(t *testing.T) {
	s := sampleSite(t)
	for path, form := range map[string]url.Values{"/plans/p/decisions": {"title": {""}}, "/plans/p/facts/teams/paste": {"text": {""}},
		"/plans/p/edit": {"op": {"set"}, "at": {"services/web/criticality"}, "value": {"very"}}} {
		w := s.post(path, "/plans/p", form)
		if w.Code != http.StatusUnprocessableEntity || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
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

func TestStreams_EndWhenTheServerCloses(t *testing.T) {
	s := sampleSite(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/plans/p/events", nil)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	first := make([]byte, 64)
	if _, err := answer.Body.Read(first); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := io.ReadAll(answer.Body); err != nil {
		t.Errorf("the stream did not end: %v", err)
	}
}

func TestBackTo_StaysOnThisServer(t *testing.T) {
	for from, want := range map[string]string{
		"http://127.0.0.1:8080/plans/p?x=1": "/plans/p?x=1",
		"http://evil.example/plans":         "/home",
		"//evil.example/x":                  "/home",
		"http://127.0.0.1:8080//evil/x":     "/home",
		"":                                  "/home",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Referer", from)
		if got := backTo(r, "/home"); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
	}
}

func benchmarkPages(b *testing.B, p *plan.Plan) {
	s := newSite(b, p)
	for _, path := range pages {
		b.Run(strings.Trim(strings.NewReplacer("/plans/p", "", "/", "_", "?", "_").Replace(path), "_"), func(b *testing.B) {
			s.get(path) // the revision's verdicts are kept from here on
			var n int
			for b.Loop() {
				w := s.get(path)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
				n = w.Body.Len()
			}
			b.ReportMetric(float64(n), "bytes/page")
		})
	}
}

func BenchmarkPages_Sample(b *testing.B) {
	p, err := plan.Sample("en")
	if err != nil {
		b.Fatal(err)
	}
	benchmarkPages(b, p)
}

func BenchmarkPages_Large(b *testing.B) { benchmarkPages(b, plantest.Generate(1, 1000, 10000)) }

// BenchmarkEdit_Large is one edit with the page after it: apply, save, analyse
// and draw.
func BenchmarkEdit_Large(b *testing.B) {
	s := newSite(b, plantest.Generate(1, 1000, 10000))
	i := 0
	for b.Loop() {
		i++
		w := s.post("/plans/p/edit", "/plans/p/facts/clusters", url.Values{"op": {"set"}, "at": {"clusters/c1/region"}, "value": {strings.Repeat("x", 1+i%50)}})
		if w.Code != http.StatusSeeOther {
			b.Fatal(w.Code)
		}
		s.get("/plans/p/layouts")
	}
}

func TestListen_ShutsDownWithStreamsOpen(t *testing.T) {
	s := sampleSite(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Listen(ctx, l, slog.New(slog.DiscardHandler)) }()
	for _, path := range []string{"/plans/p/events", "/live/events"} {
		answer, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if _, err := answer.Body.Read(make([]byte, 16)); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("still serving")
	}
}

// A file too large for memory is gone from the disk when it has been read.
func TestUploads_LeaveNothingOnTheDisk(t *testing.T) {
	s := sampleSite(t)
	for path, field := range map[string]string{"/plans": "file", "/plans/p/import/read?from=backstage": "file", "/plans/p/facts/teams/paste": "file", "/plans/p/scan": "files"} {
		t.Setenv("TMPDIR", t.TempDir())
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile(field, "large.yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, "schema: 1\nabout: {name: Large}\n"+strings.Repeat("# filling\n", 1_000_000))
		_ = form.Close()
		r := httptest.NewRequest(http.MethodPost, path, &body)
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if w := s.do(r); w.Code >= 400 && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, w.Code)
		}
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
			t.Errorf("%s leaves %v, %v", path, left, err)
		}
	}
}

// A cookie is what a browser says, not what /preferences wrote.
func TestAuthor_IsBoundedWhereverItComesFrom(t *testing.T) {
	s := sampleSite(t)
	r := httptest.NewRequest(http.MethodPost, "/plans/p/edit", strings.NewReader(url.Values{"op": {"score"}, "candidate": {"cd-flux"},
		"criterion": {"cd-effort"}, "value": {"5"}}.Encode()))
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	jar := httptest.NewRecorder()
	setCookie(jar, "name", " \xff"+strings.Repeat("지", 500), 60)
	r.AddCookie(jar.Result().Cookies()[0])
	if w := s.do(r); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	want := strings.Repeat("지", 60)
	h, p := s.doc(t)
	if last := p.Scores[len(p.Scores)-1]; h.Author != want || last.Person != want {
		t.Errorf("%q, %q", h.Author, last.Person)
	}
	view := httptest.NewRequest(http.MethodGet, "/", nil)
	view.AddCookie(jar.Result().Cookies()[0])
	if got := s.view(httptest.NewRecorder(), view, "").Author; got != want {
		t.Errorf("%q", got)
	}
}
