package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// fill puts n made-up applications of some instances into the site's table, as
// they are seen to be over the last fortnight.
func (s *site) fill(n, instances int) {
	r := rand.New(rand.NewPCG(3, 4))
	one := func(values ...string) string { return values[r.IntN(len(values))] }
	now := time.Now()
	lists := map[string][]live.Application{}
	services := []string{"checkout", "cart", "search", "ledger", "web", "mailer", "catalogue", "pricing", "stock", "invoices", "orders", "agent"}
	_, doc, err := s.db.Plan(context.Background(), "p")
	if err != nil {
		panic(err)
	}
	for i := range n {
		service := services[i%len(services)]
		in := fmt.Sprintf("argo-%s-%d", []string{"prod", "stage", "dev"}[i%instances%3], i%instances)
		c := i % (instances * 4)
		a := live.Application{Instance: in, Namespace: "argocd", Name: fmt.Sprintf("%s-%s-%d", service, one("api", "worker", "web", "jobs"), i),
			Project: one("payments", "storefront", "platform", "data"), Cluster: fmt.Sprintf("%s-cluster-%d", strings.Split(in, "-")[1], c),
			Server: fmt.Sprintf("https://10.%d.0.1:6443", c), DestNamespace: service, Health: live.Healthy, Sync: live.Synced, Phase: "Succeeded",
			Revision: fmt.Sprintf("%016x%024x", uint64(i/7+1)*0x9e3779b97f4a7c15, i), RepoURL: "https://git.example.com/deploy/" + service, Path: "apps/" + service, TargetRevision: "main",
			Images:   fmt.Sprintf("harbor.example.com/shop/%s:1.%d.%d\nharbor.example.com/base/envoy:v1.31.%d", service, i%9, i%31, i%4),
			LastSync: now.Add(-time.Duration(r.IntN(14*24*3600)) * time.Second), ResourceVersion: fmt.Sprint(i), Workloads: "Deployment"}
		if i < len(doc.Applications) { // those of the plan are there
			a.Name, a.Cluster, a.Server, a.DestNamespace = doc.Applications[i].Name, doc.Applications[i].Cluster, "", doc.Applications[i].Namespace
		} else if len(doc.Services) > 0 && i%2 == 0 {
			a.Cluster, a.Server = doc.Clusters[i/2%len(doc.Clusters)].Name, ""
			if i%4 == 0 {
				a.Name = fmt.Sprintf("%s-%d", doc.Services[i/4%len(doc.Services)].Name, i)
				a.DestNamespace = doc.Services[i/4%len(doc.Services)].Name
			}
		}
		if i%3 == 0 {
			a.Images, _, _ = strings.Cut(a.Images, "\n")
		}
		switch r.IntN(40) {
		case 0:
			a.Health, a.HealthMessage = live.Degraded, "Deployment exceeded its progress deadline"
		case 1, 2:
			a.Sync = live.OutOfSync
		case 3:
			a.Health, a.Phase = live.Progressing, "Running"
		case 4:
			a.Sync, a.Phase, a.OperationMessage = live.OutOfSync, "Failed", "one or more objects failed to apply"
		case 5:
			a.Health = one(live.Missing, live.Suspended, live.Unknown)
		}
		lists[in] = append(lists[in], a)
	}
	for name, list := range lists {
		s.Live.SetStatus(name, live.Status{URL: "https://" + name + ".example.com", State: live.Connected, Version: "v3.2.11", CanWrite: live.WriteCheck{State: live.WriteNone}})
		s.Live.Seen(name)
		s.Live.Reconcile(name, list)
	}
}

// beside gets a page as a browser that came from the plan.
func (s *site) beside(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8080"
	w := httptest.NewRecorder()
	setCookie(w, "plan", s.plan, 60)
	r.Header.Set("Cookie", w.Header().Get("Set-Cookie"))
	return s.do(r)
}

// ask gives the page of a query: name, value pairs.
func (s *site) ask(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return html.UnescapeString(s.beside("/live?" + q.Encode()).Body.String())
}

func shownRows(body string) int { return strings.Count(body, `<tr id="app/`) }

func TestLive_ABadSearchIsToldAndTheRestHolds(t *testing.T) {
	s := sampleSite(t)
	s.fill(600, 3)
	whole, rest := s.ask("q", "health:degraded"), s.ask("q", "health:degraded helth:x age:soon")
	if n := shownRows(whole); n == 0 || n != shownRows(rest) || n == shownRows(s.ask()) {
		t.Errorf("%d rows, %d beside a bad part", n, shownRows(rest))
	}
	for _, want := range []string{"There is no field “helth”. Did you mean health:?", "“age:soon” is no age", `value="health:degraded helth:x age:soon"`, `aria-invalid="true"`} {
		if !strings.Contains(rest, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if strings.Contains(whole, "aria-invalid") {
		t.Error("a good search is said to be bad")
	}
	if n := shownRows(s.ask("q", strings.Repeat("x", 3000))); n != 0 {
		t.Errorf("%d rows for an endless word", n)
	}
}

func TestLive_OwnersAreThePlansTeams(t *testing.T) {
	s := sampleSite(t)
	s.fill(600, 3)
	body := s.ask("q", "app:web-dev-1")
	if !strings.Contains(body, `href="/plans/p/facts/teams?q=Storefront#teams`) || !strings.Contains(body, `title="The plan has the application web-dev-1.`) {
		i := strings.Index(body, `<tr id="app/`)
		t.Errorf("no owner in %s", body[i:min(len(body), i+1500)])
	}
	mine := s.ask("owner", "Storefront")
	if n := shownRows(mine); n == 0 || n != strings.Count(mine, `>Storefront</a></td>`) {
		t.Errorf("%d rows, %d of the team", n, strings.Count(mine, `>Storefront</a></td>`))
	}
	if plain := s.get("/live?group=owner").Body.String(); strings.Contains(plain, `id="facet-owner"`) || strings.Contains(plain, `class="group"`) {
		t.Error("owners without a plan")
	}
}

// rename gives a team of the sample another name.
func (s *site) rename(t testing.TB, team, name string) {
	t.Helper()
	_, doc, err := s.Plans.Plan(t.Context(), s.plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range doc.Teams {
		if row.Name == team {
			row.Name = name
			if _, err := s.Plans.Edit(t.Context(), s.plan, "", plan.Put{Kind: "teams", Items: plan.Rows(row)}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The plan may change while nothing live does, and time passes either way.
func TestLive_IsKeptNoLongerThanItsPlanAndItsHour(t *testing.T) {
	s := sampleSite(t)
	s.fill(600, 3)
	if n := shownRows(s.ask("owner", "Storefront")); n == 0 {
		t.Fatal("no rows of the team")
	}
	if n := shownRows(s.ask("owner", "Shopfront")); n > 0 {
		t.Fatalf("%d rows of a team there is not", n)
	}
	s.rename(t, "Storefront", "Shopfront")
	if is, was := shownRows(s.ask("owner", "Shopfront")), shownRows(s.ask("owner", "Storefront")); is == 0 || was > 0 {
		t.Errorf("%d rows of the team by its new name, %d by the old one", is, was)
	}

	timed, _ := live.ParseSearch("age:>1h")
	var c shares
	asked := 0
	ask := func(live.Query) live.Result { asked++; return live.Result{Version: 1} }
	at := c.screen("k", 1, live.Query{Search: timed}, ask)
	c.screen("k", 1, live.Query{Search: timed}, ask)
	at.at = at.at.Add(-2 * timedLife)
	c.screen("k", 1, live.Query{Search: timed}, ask)
	c.slots["k"].used, c.swept = time.Now().Add(-2*screenLife), time.Time{}
	c.slot("other")
	if len(c.slots) != 1 {
		t.Errorf("%d views are kept, one of which nobody has looked at for long", len(c.slots))
	}
	if asked != 2 {
		t.Errorf("asked %d times, once at first and once when time has passed is 2", asked)
	}
}

func TestLive_ColumnsAreTheReadersChoice(t *testing.T) {
	s := sampleSite(t)
	s.fill(200, 2)
	for _, body := range []string{s.ask("columns", "namespace,health"), s.ask("columns", "namespace", "columns", "health")} {
		head := body[strings.Index(body, `id="applications"`):]
		head = head[:strings.Index(head, "</thead>")]
		if strings.Count(head, "<th") != 4 || !strings.Contains(head, "sort=namespace") || strings.Contains(head, "sort=cluster") { // thead itself is one
			t.Errorf("columns: %s", head)
		}
	}
	if body := s.ask("columns", "nonsense"); !strings.Contains(body, "sort=cluster") {
		t.Error("a column that is not there hides all others")
	}
}

func TestLive_GroupsFoldByLinksAndPage(t *testing.T) {
	s := sampleSite(t)
	s.fill(700, 3)
	body := s.ask("group", "instance", "fold", "*")
	if strings.Count(body, `<tr class="group">`) != 3 || shownRows(body) != 0 {
		t.Fatalf("%d groups, %d rows", strings.Count(body, `<tr class="group">`), shownRows(body))
	}
	i := strings.Index(body, `class="fold"`)
	href := body[i+strings.Index(body[i:], `href="`)+6:]
	href = href[:strings.IndexByte(href, '"')]
	opened := s.beside(href).Body.String()
	if shownRows(opened) != 99 || strings.Count(opened, `aria-expanded="true"`) != 1 {
		t.Errorf("%s: %d rows", href, shownRows(opened))
	}
	next := s.beside(href + "&page=2").Body.String()
	if !strings.Contains(next, "continued") || shownRows(next) == 0 {
		t.Errorf("page 2 of %s: %d rows", href, shownRows(next))
	}
	if all := s.ask("group", "owner", "fold", "*"); !strings.Contains(all, `id="group/Storefront"`) {
		t.Error("not grouped by team")
	}
}

func TestLiveCSV_HoldsWhatThePageSelectsAndNoFormula(t *testing.T) {
	s := sampleSite(t)
	s.fill(900, 3)
	s.Live.Upsert(live.Application{Instance: "argo-prod-0", Name: "=cmd|' /C calc'!A0", Namespace: "argocd", Health: live.Degraded, Sync: live.Synced, HealthMessage: "+1,\"x\"\nsecond"})
	w := s.beside("/live.csv?q=health:degraded&sort=name&page=3&group=owner")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") || !strings.Contains(w.Header().Get("Content-Disposition"), ".csv") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	text, bom := strings.CutPrefix(w.Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !bom {
		t.Fatal(err, bom)
	}
	want := s.Live.Query(live.Query{Health: []string{live.Degraded}}).Total
	if len(rows) != want+1 || rows[0][0] != "Application" || rows[0][len(rows[0])-1] != "Owner" {
		t.Errorf("%d rows, want %d; %q", len(rows)-1, want, rows[0])
	}
	if rows[1][0] != "'=cmd|' /C calc'!A0" || !slices.Contains(rows[1], "'+1,\"x\"\nsecond") {
		t.Errorf("%q", rows[1])
	}
	for _, r := range rows[1:] {
		if r[1] != live.Degraded {
			t.Errorf("%q", r)
		}
	}
	if rows, err := csv.NewReader(s.get("/live.csv").Body).ReadAll(); err != nil || len(rows) != 902 || slices.Contains(rows[0], "Owner") {
		t.Errorf("without a plan: %d rows, %v", len(rows), err)
	}
}

func TestLiveViews_AreSavedForEverybodyUnderANameOfTheirOwn(t *testing.T) {
	s := sampleSite(t)
	s.fill(200, 2)
	save := func(query, name string) *httptest.ResponseRecorder {
		return s.post("/live/views?"+query, "/live?"+query, url.Values{"name": {name}})
	}
	w := save("sync=OutOfSync&health=Degraded&page=4&evil=1&q=age%3A%3E1d", " Drift  ")
	if at := w.Header().Get("Location"); w.Code != http.StatusSeeOther || at != "/live?health=Degraded&q=age%3A%3E1d&sync=OutOfSync" {
		t.Fatalf("%d to %s", w.Code, at)
	}
	if body := s.get("/live").Body.String(); !strings.Contains(body, `href="/live?health=Degraded&amp;q=age%3A%3E1d&amp;sync=OutOfSync">★ Drift</a>`) {
		t.Error("it is not listed")
	}
	for name, want := range map[string]string{"drift": "There is a view called “drift” already", "": "Give the view a name", "  ": "Give the view a name"} {
		if w := save("health=Missing", name); w.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(w.Body.String()), want) {
			t.Errorf("%q: %d", name, w.Code)
		}
	}
	if w := save("q="+strings.Repeat("x", 5000), "long"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an endless view: %d", w.Code)
	}
	all, err := s.db.Views(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	path, from := "/live/views/"+all[0].ID, "/live?"+all[0].Query
	if w := s.post(path, from, url.Values{"name": {"My drift"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != from {
		t.Errorf("renamed: %d", w.Code)
	}
	if body := html.UnescapeString(s.get(from).Body.String()); !strings.Contains(body, `aria-current="true">★ My drift</a>`) || !strings.Contains(body, `action="`+path+`/remove"`) {
		t.Error("it does not show that it is saved")
	}
	if w := s.post(path+"/remove", from, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != from {
		t.Errorf("removed: %d to %s", w.Code, w.Header().Get("Location"))
	}
	for _, gone := range []string{path, path + "/remove"} {
		if w := s.post(gone, from, url.Values{"name": {"x"}}); w.Code != http.StatusNotFound {
			t.Errorf("%s after: %d", gone, w.Code)
		}
	}
}

// wire is a page as it is sent, and how long it is unpacked.
func (s *site) wire(t testing.TB, path string) (sent, whole int) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "localhost"
	w := httptest.NewRecorder()
	setCookie(w, "plan", s.plan, 60)
	r.Header.Set("Cookie", w.Header().Get("Set-Cookie"))
	r.Header.Set("Accept-Encoding", "gzip")
	w = s.do(r)
	sent = w.Body.Len()
	z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(w.Code, err)
	}
	n, err := io.Copy(io.Discard, z)
	if err != nil {
		t.Fatal(err)
	}
	return sent, int(n)
}

func TestLive_IsLightOnTheWire(t *testing.T) {
	s := sampleSite(t)
	s.fill(5000, 12)
	for _, path := range []string{"/live", "/live?group=cluster", "/live?q=health:degraded+age:%3C9d&sort=since", "/live?columns=" + "health,sync,operation,instance,cluster,namespace,project,owner,revision,images,since,last_sync"} {
		sent, whole := s.wire(t, path)
		t.Logf("%-40.40s %d bytes on the wire, %d whole", path, sent, whole)
		if sent > 40_000 || whole > 300_000 {
			t.Errorf("%s: %d bytes on the wire, %d whole", path, sent, whole)
		}
	}
}

func BenchmarkLivePage_100k(b *testing.B) {
	s := sampleSite(b)
	s.fill(100_000, 50)
	for name, path := range map[string]string{"first": "/live", "degraded": "/live?health=Degraded&sort=since", "search": "/live?q=check+cluster:prod-*+age:%3C9d", "teams": "/live?group=owner&fold=*"} {
		b.Run(name, func(b *testing.B) {
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				s.Live.Upsert(live.Application{Instance: "argo-prod-0", Name: "x", Revision: fmt.Sprint(n)}) // nothing kept is of use
				b.StartTimer()
				sent, whole := s.wire(b, path)
				b.ReportMetric(float64(sent), "B-wire")
				b.ReportMetric(float64(whole), "B-whole")
			}
		})
	}
}

func TestLive_UnknownSaysOfWhat(t *testing.T) {
	s := sampleSite(t)
	s.Live.SetStatus("argo", live.Status{State: live.Connected})
	s.Live.Reconcile("argo", []live.Application{{Namespace: "argocd", Name: "a", Health: live.Unknown, Sync: live.Unknown}, {Namespace: "argocd", Name: "b", Health: live.Healthy, Sync: live.Synced}})
	for _, path := range []string{"/live", "/live/instances/argo"} {
		s.shows(t, path, 200, "○ Health Unknown", "○ Sync Unknown", "● Healthy")
	}
}
