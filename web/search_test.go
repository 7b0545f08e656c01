package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"deckplan/internal/plan/plantest"
)

func (s *site) searched(t *testing.T, base string) string {
	t.Helper()
	if w := s.post("/plans/p/layouts/search", "/plans/p/layouts/search", url.Values{"base": {base}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		body := s.get("/plans/p/layouts/search?base=" + base).Body.String()
		if strings.Contains(body, `id="points"`) {
			return body
		}
		if time.Now().After(deadline) {
			t.Fatal("the search does not end")
		}
	}
}

func TestSearch_FindsLayoutsAndOneIsKept(t *testing.T) {
	s := sampleSite(t)
	holdsAll(t, "the page before", s.get("/plans/p/layouts/search").Body.String(), "Our draft", `id="search-start"`)
	holdsAll(t, "what is found", s.searched(t, "ours"), "Clusters to move", "proven to be the whole frontier")
	holdsAll(t, "a point", s.get("/plans/p/layouts/search?base=ours&point=0").Body.String(), `id="search-adopt"`, "What each of the")
	_, before := s.doc(t)
	w := s.post("/plans/p/layouts/search/adopt", "/plans/p/layouts/search?base=ours&point=0", url.Values{"base": {"ours"}, "point": {"0"}})
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/plans/p/layouts?layout=") {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	_, after := s.doc(t)
	if len(after.Layouts) != len(before.Layouts)+1 || len(after.Instances) <= len(before.Instances) || len(after.Placements) <= len(before.Placements) {
		t.Errorf("%d layouts, %d instances, %d placements", len(after.Layouts), len(after.Instances), len(after.Placements))
	}
	holdsAll(t, "the layout", s.get(w.Header().Get("Location")).Body.String(), `id="move"`)
	holdsAll(t, "a search of before", s.get("/plans/p/layouts/search?base=ours").Body.String(), "the plan has changed since")
	if w := s.post("/plans/p/undo", "/plans/p/layouts", url.Values{"revision": {"2"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if _, back := s.doc(t); len(back.Layouts) != len(before.Layouts) || len(back.Instances) != len(before.Instances) {
		t.Error("undo leaves some of it")
	}
}

func TestSearch_RefusesWhatIsNotThere(t *testing.T) {
	s := sampleSite(t)
	for _, form := range []url.Values{{"base": {"ours"}, "point": {"0"}}, {"point": {"x"}}, {}} {
		if w := s.post("/plans/p/layouts/search/adopt", "/plans/p/layouts/search", form); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%v before any search: %d", form, w.Code)
		}
	}
	s.searched(t, "")
	if w := s.post("/plans/p/layouts/search/adopt", "/plans/p/layouts/search", url.Values{"base": {""}, "point": {"999"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a point that is not there: %d", w.Code)
	}
	if w := s.get("/plans/p/layouts/search?base=&point=-7"); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}

func TestSearch_CanBeStoppedAndEndsWithTheServer(t *testing.T) {
	s := newSite(t, plantest.Generate(7, 400, 4000, plantest.Classes(4), plantest.Uniform()))
	s.post("/plans/p/layouts/search", "/plans/p/layouts/search", url.Values{"base": {""}})
	j, _ := s.searches.get(searchKey{"p", ""})
	if w := s.post("/plans/p/layouts/search", "/plans/p/layouts/search", url.Values{"base": {""}, "cancel": {"true"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	select {
	case <-j.over:
	case <-time.After(20 * time.Second):
		t.Fatal("a stopped search goes on")
	}
	s.post("/plans/p/layouts/search", "/plans/p/layouts/search", url.Values{"base": {""}})
	j, _ = s.searches.get(searchKey{"p", ""})
	s.Close()
	select {
	case <-j.over:
	case <-time.After(20 * time.Second):
		t.Fatal("a search outlives the server")
	}
}
