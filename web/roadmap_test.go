package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
	"deckplan/internal/roadmap"
)

func steps(t *testing.T, s *site) []plan.Step {
	t.Helper()
	_, p, err := s.db.Plan(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	return p.Steps
}

func TestRoadmap_AdoptingIsOneEditThatCanBeUndone(t *testing.T) {
	s := sampleSite(t)
	before := steps(t, s)
	const from = "/plans/p/roadmap?from=ours&to=per_cluster&size=1"
	v := url.Values{"op": {"roadmap"}, "from": {"ours"}, "to": {"per_cluster"}, "size": {"1"}}
	if w := s.post("/plans/p/roadmap", from, v); w.Code != http.StatusSeeOther || w.Header().Get("Location") != from {
		t.Fatalf("%d to %s: %s", w.Code, w.Header().Get("Location"), w.Body.String())
	}
	after := steps(t, s)
	if len(after) < len(before)+8 {
		t.Fatalf("%d steps", len(after))
	}
	kinds := map[plan.StepKind]int{}
	for _, st := range after[len(before):] {
		kinds[st.Kind]++
		if st.Kind == plan.MoveStep && (len(st.Clusters) != 1 || !strings.Contains(st.Checklist, "--cascade=false") || st.Risk == "" || st.WayBack == "" || st.Team == "" || len(st.After) == 0) {
			t.Errorf("a move lacks something: %+v", st)
		}
	}
	if kinds[plan.InstallStep] != 3 || kinds[plan.MoveStep] != 3 || kinds[plan.CredentialsStep] != 1 {
		t.Errorf("steps of each kind: %v", kinds)
	}

	// A step that is done, and the plan's own, outlive the next adoption.
	done := after[len(before)].ID
	s.post("/plans/p/edit", from, url.Values{"op": {"set"}, "at": {"steps/" + done + "/done"}, "value": {"true"}})
	s.post("/plans/p/roadmap", from, v)
	again := steps(t, s)
	if len(again) != len(after)+1 || again[0].ID != before[0].ID || again[len(before)].ID != done {
		t.Errorf("%d steps after a second adoption, %d before", len(again), len(after))
	}
	s.post("/plans/p/undo", from, url.Values{"revision": {"4"}})
	s.post("/plans/p/undo", from, url.Values{"revision": {"3"}})
	s.post("/plans/p/undo", from, url.Values{"revision": {"2"}})
	if got := steps(t, s); len(got) != len(before) {
		t.Errorf("%d steps after Undo", len(got))
	}
}

func TestRoadmap_RefusesALayoutThatIsGone(t *testing.T) {
	s := sampleSite(t)
	for _, v := range []url.Values{{"from": {"ours"}, "to": {"nowhere"}}, {"from": {"gone"}, "to": {"hub"}}, {}} {
		v.Set("op", "roadmap")
		if w := s.post("/plans/p/roadmap", "/plans/p/roadmap", v); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%v: %d", v, w.Code)
		}
	}
	if n := len(steps(t, s)); n != 3 {
		t.Errorf("%d steps", n)
	}
}

func TestRoadmap_FindsCyclesThatAreTypedIn(t *testing.T) {
	s := sampleSite(t)
	s.post("/plans/p/edit", "/plans/p/roadmap", url.Values{"op": {"set"}, "at": {"steps/r1/after"}, "value": {"", "r3"}})
	if body := s.get("/plans/p/roadmap").Body.String(); !strings.Contains(body, "wait for each other") {
		t.Error("the cycle is not told")
	}
}

func TestRoadmap_BeginsAtAnotherScenarioToo(t *testing.T) {
	s := sampleSite(t)
	if _, err := s.db.Copy(t.Context(), "p", "q", "", "as-is"); err != nil {
		t.Fatal(err)
	}
	if w := s.post("/plans/q/edit", "/plans/q/layouts", url.Values{"op": {"place"}, "layout": {"ours"}, "cluster": {"prod-seoul"}, "instance": {"dev-argo"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	body := s.get("/plans/p/roadmap?from=q/ours&to=ours").Body.String()
	if !strings.Contains(body, "Move prod-seoul from argo-dev to argo-office") {
		t.Errorf("the move from the other scenario's layout is missing")
	}
}

func TestRoadmap_IsPlannedAgainOnlyWhenMoreThanStepsChanged(t *testing.T) {
	s := sampleSite(t)
	kept := func() *roadmap.Roadmap {
		s.get("/plans/p/roadmap?from=ours&to=hub")
		one, _ := s.ways.kept.get(wayKey{"p", "ours", 0, "hub", 5})
		return one.way
	}
	first := kept()
	s.post("/plans/p/edit", "/plans/p/roadmap", url.Values{"op": {"set"}, "at": {"steps/r1/done"}, "value": {"true"}})
	if first == nil || kept() != first {
		t.Error("a step that is ticked changes no way")
	}
	s.post("/plans/p/edit", "/plans/p/roadmap", url.Values{"op": {"set"}, "at": {"clusters/dev-1/name"}, "value": {"dev-renamed"}})
	if kept() == first {
		t.Error("a cluster's new name is not in the way")
	}
}

func TestRoadmap_OfAnEmptyPlanTeaches(t *testing.T) {
	s := newSite(t, plan.Empty("x"))
	if w := s.get("/plans/p/roadmap"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "facts/clusters") {
		t.Errorf("%d", w.Code)
	}
}

func TestManifests_AreAZipFileOfOneLayout(t *testing.T) {
	s := sampleSite(t)
	w := s.get("/plans/p/layouts/manifests.zip?layout=ours")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/zip" || !strings.HasPrefix(w.Body.String(), "PK") {
		t.Errorf("%d %s", w.Code, w.Header())
	}
	if w := s.get("/plans/p/layouts/manifests.zip?layout=nothing"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown layout: %d", w.Code)
	}
	if body := s.get("/plans/p/layouts?layout=ours").Body.String(); !strings.Contains(body, "manifests.zip?layout=ours") {
		t.Error("no link on the layouts page")
	}
}

func BenchmarkRoadmapAdopt(b *testing.B) {
	s := newSite(b, plantest.Generate(1, 1000, 10000))
	v := url.Values{"op": {"roadmap"}, "from": {"hub"}, "to": {"per_cluster"}, "size": {"5"}}
	for b.Loop() {
		if w := s.post("/plans/p/roadmap", "/plans/p/roadmap?from=hub&to=per_cluster", v); w.Code != http.StatusSeeOther {
			b.Fatal(w.Code)
		}
	}
}

func BenchmarkRoadmap(b *testing.B) {
	s := newSite(b, plantest.Generate(1, 1000, 10000))
	s.get("/plans/p/roadmap?from=hub&to=per_environment")
	for b.Loop() {
		s.get("/plans/p/roadmap?from=hub&to=per_environment")
	}
}
