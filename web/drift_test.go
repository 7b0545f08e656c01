package web

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// drifting is the sample's site with its two instances connected: argo-dev has
// prod-tokyo, which the plan gives to argo-office.
func drifting(t testing.TB) *site {
	t.Helper()
	s := sampleSite(t)
	connected(s.Live, "argo-office", "stage-seoul", "prod-seoul", "prod-vault")
	connected(s.Live, "argo-dev", "dev-1", "prod-tokyo")
	return s
}

// connected fills the live table with an instance, a few applications on each of
// its clusters.
func connected(t *live.Table, name string, clusters ...string) {
	t.SetStatus(name, live.Status{URL: "https://" + name + ".example.com", State: live.Connected, Version: "v3.5.1"})
	scope := live.Scope{Clusters: []live.Cluster{{Server: "https://kubernetes.default.svc", Name: "in-cluster", Kubernetes: "1.34"}}}
	var rows []live.Application
	for _, c := range clusters {
		server := "https://" + c + ".example.com:6443"
		scope.Clusters = append(scope.Clusters, live.Cluster{Server: server, Name: c, Kubernetes: "1.34"})
		for i := range 3 {
			rows = append(rows, live.Application{Namespace: "argocd", Name: fmt.Sprintf("web-%s-%d", c, i), Project: "shop", Server: server, Cluster: c, DestNamespace: "shop"})
		}
	}
	t.SetScope(name, scope)
	t.Reconcile(name, rows)
}

const elsewhere = "cluster_elsewhere|prod-tokyo|argo-dev"

func TestDrift_TellsBothSidesInBothLanguages(t *testing.T) {
	s := drifting(t)
	for lang, want := range map[string][]string{
		"en": {"prod-tokyo is managed by argo-dev.", "argo-office delivers to prod-tokyo.", "argo-dev has it, with 3 applications.", "argocd --server argo-dev.example.com cluster rm", "API server"},
		"ko": {"prod-tokyo를 argo-dev가 관리합니다.", "argo-office가 prod-tokyo에 배포합니다.", "API 서버"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/plans/p/drift", nil)
		r.Host = "localhost"
		r.Header.Set("Accept-Language", lang)
		w := s.do(r)
		body := w.Body.String()
		for _, text := range append(want, `value="`+elsewhere+`"`, "▲ prod-tokyo") {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %q is not told", lang, text)
			}
		}
		if i := strings.Index(body, "‹"); i >= 0 || w.Code != http.StatusOK || strings.Contains(body, " style=") {
			t.Errorf("%d: %s", w.Code, body[max(i, 0):max(i, 0)+80])
		}
	}
}

func TestDrift_TeachesWhereNothingIsConnected(t *testing.T) {
	s := sampleSite(t)
	body := s.get("/plans/p/drift").Body.String()
	if !strings.Contains(body, "Nothing is connected yet") || !strings.Contains(body, `href="/live"`) {
		t.Error("it does not lead on")
	}
	if strings.Contains(s.get("/plans/p").Body.String(), `id="drift`) {
		t.Error("the overview speaks of it")
	}
}

func TestDrift_CountsInTheRailOfEveryPage(t *testing.T) {
	s := drifting(t)
	for _, path := range []string{"/plans/p", "/plans/p/layouts", "/plans/p/drift", "/live"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "localhost"
		r.AddCookie(planCookie(t, s))
		body := s.do(r).Body.String()
		_, rail, _ := strings.Cut(body, `data-entry="drift"`)
		if rail, _, _ = strings.Cut(rail, "</a>"); !strings.Contains(rail, "■ 1") {
			t.Errorf("%s: %q", path, rail)
		}
	}
}

// planCookie is the one a page of the plan sets.
func planCookie(t *testing.T, s *site) *http.Cookie {
	t.Helper()
	for _, c := range s.get("/plans/p").Result().Cookies() {
		if c.Name == "plan" {
			return c
		}
	}
	t.Fatal("no cookie")
	return nil
}

func TestDrift_AdoptShowsThenDoesThenUndoes(t *testing.T) {
	s := drifting(t)
	_, before := s.doc(t)
	body := s.get("/plans/p/drift/adopt?pick=" + url.QueryEscape(elsewhere)).Body.String()
	if !strings.Contains(body, "1 difference would change the plan") || !strings.Contains(body, "argo-dev") {
		t.Error("the preview does not say what changes")
	}
	if h, _ := s.doc(t); h.Revision != 1 {
		t.Error("a preview changed the plan")
	}
	if w := s.post("/plans/p/drift/adopt", "/plans/p/drift", url.Values{"pick": {elsewhere}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/plans/p/drift" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	h, doc := s.doc(t)
	at := slices.IndexFunc(doc.Placements, func(p plan.Placement) bool { return p.Cluster == "prod-tokyo" && p.Layout == "ours" })
	if h.Revision != 2 || doc.Placements[at].Instance != "dev-argo" {
		t.Errorf("revision %d, %+v", h.Revision, doc.Placements[at])
	}
	if strings.Contains(s.get("/plans/p/drift").Body.String(), elsewhere) {
		t.Error("it is still told")
	}
	s.post("/plans/p/undo", "/plans/p/drift", url.Values{"revision": {"2"}})
	if _, doc := s.doc(t); len(plan.Diff(before, doc)) > 0 {
		t.Error("undoing did not bring it back")
	}
	if !strings.Contains(s.get("/plans/p/drift").Body.String(), elsewhere) {
		t.Error("it is not told again")
	}
}

func TestDrift_NothingPickedIsRefused(t *testing.T) {
	s := drifting(t)
	for code, w := range map[int]*httptest.ResponseRecorder{http.StatusOK: s.get("/plans/p/drift/adopt"),
		http.StatusUnprocessableEntity: s.post("/plans/p/drift/adopt", "/plans/p/drift", url.Values{"pick": {"nothing"}})} {
		if w.Code != code || !strings.Contains(w.Body.String(), "Nothing selected can be adopted") {
			t.Errorf("%d", w.Code)
		}
	}
}

func TestDrift_IntendedIsPutAsideWithReasonAndDate(t *testing.T) {
	s := drifting(t)
	until := time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	w := s.post("/plans/p/drift/intend", "/plans/p/drift", url.Values{"op": {"intend"}, "pick": {elsewhere}, "until": {"2020-01-01"}, "reason": {" "}})
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "Give the reason") || !strings.Contains(body, "date after today") ||
		!strings.Contains(body, `value="`+elsewhere+`" checked`) {
		t.Errorf("%d: what was picked is lost", w.Code)
	}
	if w := s.post("/plans/p/drift/intend", "/plans/p/drift", url.Values{"op": {"intend"}, "pick": {elsewhere}, "until": {until}, "reason": {"moving"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	_, doc := s.doc(t)
	if len(doc.Intended) != 1 || doc.Intended[0].Name != "prod-tokyo is managed by argo-dev." || doc.Intended[0].Until != until {
		t.Errorf("%+v", doc.Intended)
	}
	body = s.get("/plans/p/drift").Body.String()
	if strings.Contains(body, `name="pick" value="`+elsewhere) || !strings.Contains(body, "moving") || !strings.Contains(body, "until "+until) {
		t.Error("it is not put aside")
	}
	s.post("/plans/p/edit", "/plans/p/drift", url.Values{"op": {"remove"}, "at": {"intended/" + elsewhere}})
	if !strings.Contains(s.get("/plans/p/drift").Body.String(), `name="pick" value="`+elsewhere) {
		t.Error("it does not count again")
	}
}

func TestDrift_MatchesAreCorrectedByKeyByNameAndBack(t *testing.T) {
	s := drifting(t)
	server := "https://prod-tokyo.example.com:6443"
	match := func(values url.Values) *httptest.ResponseRecorder {
		values.Set("op", "match")
		values.Set("kind", "cluster")
		values.Set("live", server)
		return s.post("/plans/p/edit", "/plans/p/drift", values)
	}
	match(url.Values{"to": {"prod-seoul"}})
	if _, doc := s.doc(t); len(doc.LiveMatches) != 1 || doc.LiveMatches[0].Cluster != "prod-seoul" {
		t.Errorf("%+v", doc.LiveMatches)
	}
	if body := s.get("/plans/p/drift").Body.String(); !strings.Contains(body, "cluster_shared|prod-seoul|argo-dev|argo-office") || !strings.Contains(body, "corrected by hand") {
		t.Error("the correction is not followed")
	}
	match(url.Values{"to": {""}})
	if body := s.get("/plans/p/drift").Body.String(); !strings.Contains(body, "cluster_unplanned|"+server) {
		t.Error("it is still matched")
	}
	if w := match(url.Values{"to": {"no such cluster"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "no such cluster") {
		t.Errorf("%d", w.Code)
	}
	match(url.Values{"as": {"auto"}})
	if _, doc := s.doc(t); len(doc.LiveMatches) != 0 {
		t.Errorf("%+v", doc.LiveMatches)
	}
}

func TestDrift_AsksWhichLayoutIsInForce(t *testing.T) {
	s := drifting(t)
	s.post("/plans/p/edit", "/plans/p/layouts", url.Values{"op": {"adopt"}, "preset": {"hub"}})
	if body := s.get("/plans/p/drift").Body.String(); !strings.Contains(body, "Which layout is in force?") || strings.Contains(body, elsewhere) {
		t.Error("it does not ask")
	}
	s.post("/plans/p/edit", "/plans/p/drift", url.Values{"op": {"set"}, "at": {"about/about/layout"}, "value": {"ours"}})
	if _, doc := s.doc(t); doc.About.Layout != "ours" || !strings.Contains(s.get("/plans/p/drift").Body.String(), elsewhere) {
		t.Error("the choice is not followed")
	}
	s.post("/plans/p/edit", "/plans/p/layouts", url.Values{"op": {"remove"}, "at": {"layouts/ours"}})
	if _, doc := s.doc(t); doc.About.Layout != "" {
		t.Error("a layout that is gone is still the chosen one")
	}
}

func TestDrift_OverviewTellsTheGravest(t *testing.T) {
	s := drifting(t)
	if body := s.get("/plans/p").Body.String(); !strings.Contains(body, "prod-tokyo is managed by argo-dev.") {
		t.Error("it does not")
	}
}

func TestDecision_SaysThatWhatRunsContradictsItsLayout(t *testing.T) {
	s := drifting(t)
	keep := func(subject string, status decision.Status) decision.Kept {
		t.Helper()
		d, err := s.db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{
			Record:   decision.Record{Topic: decision.Layout, Subject: subject, Title: "Layout", Status: status, Chosen: "x", Justification: "y"},
			Snapshot: &decision.Snapshot{Plan: "p", Revision: 1, Taken: time.Now()}}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	keep("ours", decision.Accepted)
	keep("ours", decision.Proposed)
	keep("hub", decision.Accepted)
	// The plan moves on; the decision stays what it was.
	s.post("/plans/p/drift/adopt", "/plans/p/drift", url.Values{"pick": {elsewhere}})
	if body := s.get("/plans/p/decisions/1").Body.String(); !strings.Contains(body, "What runs contradicts this layout") || !strings.Contains(body, "prod-tokyo is managed by argo-dev.") {
		t.Error("the page does not say so")
	}
	if n := strings.Count(s.get("/plans/p/decisions").Body.String(), "live differs: "); n != 1 {
		t.Errorf("the list marks %d", n)
	}
	connected(s.Live, "argo-office", "stage-seoul", "prod-seoul", "prod-vault", "prod-tokyo")
	connected(s.Live, "argo-dev", "dev-1")
	s.drifts = drifts{} // no pause in a test
	if body := s.get("/plans/p/decisions/1").Body.String(); strings.Contains(body, "contradicts") {
		t.Error("it is said although they agree")
	}
}

func TestDecision_FollowsWhatIsIntendedNow(t *testing.T) {
	s := drifting(t)
	if _, err := s.db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Topic: decision.Layout, Subject: "ours", Title: "Layout", Status: decision.Accepted},
		Snapshot: &decision.Snapshot{Plan: "p", Revision: 1, Taken: time.Now()}}}); err != nil {
		t.Fatal(err)
	}
	s.post("/plans/p/drift/intend", "/plans/p/drift", url.Values{"pick": {elsewhere}, "until": {time.Now().AddDate(1, 0, 0).Format(time.DateOnly)}, "reason": {"moving"}})
	if strings.Contains(s.get("/plans/p/decisions/1").Body.String(), "contradicts") {
		t.Error("an intended difference contradicts it")
	}
}

func TestDrift_OfALargePlanIsQuickAndSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("compares 100,000 applications")
	}
	p := plantest.Generate(1, 1000, 10_000)
	p.Layouts = []plan.Layout{{ID: "l", Name: "Ours"}}
	s := newSite(t, p)
	for i := range 50 {
		name := fmt.Sprintf("argo-%02d", i)
		s.Live.SetStatus(name, live.Status{URL: "https://" + name, State: live.Connected, Version: "v3.4.0"})
		rows := make([]live.Application, 2000)
		for j := range rows {
			c := (i + 50*j) % 1100
			rows[j] = live.Application{Namespace: "argocd", Name: fmt.Sprintf("service-%05d", j), Cluster: fmt.Sprintf("cluster-%04d", c), DestNamespace: "n", Project: fmt.Sprintf("p%d", j%40)}
		}
		s.Live.Reconcile(name, rows)
	}
	s.get("/plans/p/drift")
	begun := time.Now()
	w := s.get("/plans/p/drift")
	took := time.Since(begun)
	r := httptest.NewRequest(http.MethodGet, "/plans/p/drift", nil)
	r.Host = "localhost"
	r.Header.Set("Accept-Encoding", "gzip")
	z := s.do(r)
	size := z.Body.Len()
	if g, err := gzip.NewReader(z.Body); err != nil {
		t.Error(err)
	} else if _, err := io.Copy(io.Discard, g); err != nil {
		t.Error(err)
	}
	t.Logf("drawn in %v, %d bytes, %d compressed", took, w.Body.Len(), size)
	if size > 150_000 {
		t.Errorf("%d bytes on the wire", size)
	}
}

func TestDrift_ARemedyOfSeveralIsSaidOnce(t *testing.T) {
	s := drifting(t)
	connected(s.Live, "argo-new", "new-1", "new-2")
	body := s.shows(t, "/plans/p/drift", 200, "new-1 of argo-new is not in the plan", "new-2 of argo-new is not in the plan", "If the plan is right, change Argo CD")
	if n := strings.Count(body, "Adopt adds it, placed on its instance"); n != 1 {
		t.Errorf("the remedy of two differences is said %d times", n)
	}
}

func TestDrift_ASnapshotsInstanceHasNoAddress(t *testing.T) {
	s := drifting(t)
	s.Live.Reconcile("closed", []live.Application{{Namespace: "argocd", Name: "web", Server: "https://c", Cluster: "c"}})
	s.Live.SetStatus("closed", live.Status{State: live.Captured, Captured: s.Now()})
	s.shows(t, "/plans/p/drift", 200, "closed is not in the layout", "1 application. ")
}
