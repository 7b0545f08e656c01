package web

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func setName(cluster, was, now string) url.Values {
	return url.Values{"op": {"set"}, "at": {"clusters/" + cluster + "/name"}, "was": {`"` + was + `"`}, "value": {now}}
}

func holdsAll(t *testing.T, what, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s does not hold %q", what, text)
		}
	}
}

func TestHistory_ShowsADifferenceInSentencesAndInPlace(t *testing.T) {
	s := sampleSite(t)
	if w := s.post("/plans/p/edit", "/plans/p/facts/clusters", setName("dev-1", "dev-1", "dev-9")); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if w := s.post("/plans/p/edit", "/plans/p/facts/clusters", setName("stage-seoul", "stage-seoul", "stage-9")); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	w := s.get("/plans/p/history/2")
	holdsAll(t, "revision 2", w.Body.String(), "Name: dev-1 → dev-9", "<del>dev-1</del>", "<ins>dev-9</ins>", `value="2"`, "Restore the plan to revision 2")
	if strings.Contains(w.Body.String(), "stage-9") {
		t.Error("revision 2 tells of revision 3")
	}
	holdsAll(t, "the difference since 1", s.get("/plans/p/history/3?since=1").Body.String(), "dev-1 → dev-9", "stage-seoul → stage-9")
	for path, want := range map[string]int{"/plans/p/history/99": 404, "/plans/p/history/x": 404, "/plans/p/history/2?since=88": 404, "/plans/p/plan.yaml?revision=9": 404} {
		if w := s.get(path); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if y := s.get("/plans/p/plan.yaml?revision=1").Body.String(); strings.Contains(y, "dev-9") || !strings.Contains(y, "dev-1") {
		t.Error("revision 1 as YAML is not what it was")
	}
}

func TestHistory_RestoresARevision(t *testing.T) {
	s := sampleSite(t)
	s.post("/plans/p/edit", "/plans/p/facts/clusters", setName("dev-1", "dev-1", "dev-9"))
	s.post("/plans/p/edit", "/plans/p/facts/clusters", url.Values{"op": {"remove"}, "at": {"clusters/stage-seoul"}})
	if w := s.post("/plans/p/history/1/restore", "/plans/p/history/1", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/plans/p/history" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	body := s.get("/plans/p/facts/clusters").Body.String()
	holdsAll(t, "the table", body, `value="dev-1"`, `value="stage-seoul"`)
	holdsAll(t, "the history", s.get("/plans/p/history").Body.String(), "Restored to revision 1")
}

func TestScenarios_AreComparedOverFiguresFindingsAndRows(t *testing.T) {
	s := sampleSite(t)
	w := s.post("/plans/p/scenarios", "/plans/p", url.Values{"scenario": {"to-be A"}})
	if w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	copied := w.Header().Get("Location")
	holdsAll(t, "the copy", s.get(copied).Body.String(), "to-be A", `href="/plans/p"`)
	if w := s.post(copied+"/edit", copied+"/ownership", url.Values{"op": {"set"}, "at": {"stages/b2/accountable"}, "was": {"null"}, "value": {"platform"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	same := s.get("/plans/p/compare?with=p").Body.String()
	holdsAll(t, "a plan beside itself", same, "No figure and no finding differs.", "Nothing in the tables differs.")
	body := s.get("/plans/p/compare?with=" + strings.TrimPrefix(copied, "/plans/")).Body.String()
	holdsAll(t, "the comparison", body, "Nobody is accountable for Container build.", "Accountable", "Only in Commerce platform", "to-be A",
		"What changes from Commerce platform to", "gains Container build")
	if w := s.get("/plans/p/compare?with=nothing"); w.Code != http.StatusNotFound {
		t.Errorf("a plan that is not there: %d", w.Code)
	}
	if w := s.post("/plans/p/scenarios", "/plans/p", url.Values{"scenario": {"  "}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a scenario without a name: %d", w.Code)
	}
}

// stream reads a plan's events in the background.
func events(t *testing.T, base, person, name string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/plans/p/events?page=layouts", nil)
	if err != nil {
		t.Fatal(err)
	}
	jar := httptest.NewRecorder()
	setCookie(jar, "visitor", person, 60)
	setCookie(jar, "name", name, 60)
	for _, c := range jar.Result().Cookies() {
		r.AddCookie(c)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan string, 100)
	go func() {
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				out <- data
			}
		}
	}()
	return out
}

func until(t *testing.T, what string, from <-chan string, ok func(string) bool) {
	t.Helper()
	for deadline := time.After(10 * time.Second); ; {
		select {
		case got := <-from:
			if ok(got) {
				return
			}
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestPresence_TellsWhoElseIsHere(t *testing.T) {
	s := sampleSite(t)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	jimin := events(t, server.URL, "a", "Jimin")
	events(t, server.URL, "b", `Al<b>`)
	events(t, server.URL, "b", `Al<b>`) // a second tab is no second person
	until(t, "the other", jimin, func(e string) bool { return strings.Count(e, "Al") == 1 && !strings.Contains(e, "Jimin") })
	holdsAll(t, "a page", s.get("/plans/p/facts/teams").Body.String(), "Jimin, Argo CD layouts", "Al&lt;b&gt;, Argo CD layouts")
	server.CloseClientConnections()
	for range 200 {
		if !strings.Contains(s.get("/plans/p/facts/teams").Body.String(), "Jimin") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("who has left is shown still")
}

func TestUndo_AConflictAsksAndBothAnswersWork(t *testing.T) {
	s := sampleSite(t)
	zone := func(was, now string) {
		t.Helper()
		if w := s.post("/plans/p/edit", "/plans/p/facts/clusters", url.Values{"op": {"set"}, "at": {"clusters/dev-1/zone"}, "was": {`"` + was + `"`}, "value": {now}}); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code)
		}
	}
	zone("office", "internet")
	zone("internet", "vault")
	w := s.post("/plans/p/undo", "/plans/p/history", url.Values{"revision": {"2"}})
	body := w.Body.String()
	if w.Code != http.StatusConflict {
		t.Fatal(w.Code)
	}
	holdsAll(t, "the question", body, "dev-1, Zone", "Put back: Company network", "Leave as it is: Air-gapped", `value="clusters/dev-1/zone"`)
	if w := s.post("/plans/p/edit", "/plans/p/history", url.Values{"op": {"set"}, "at": {"clusters/dev-1/zone"}, "was": {`"vault"`}, "json": {`"office"`}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if _, p := s.doc(t); p.Clusters[0].Zone != "office" {
		t.Errorf("the zone is %s", p.Clusters[0].Zone)
	}
}
