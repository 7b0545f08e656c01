package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

func TestOwnership_AdoptingAVariantIsOneEditThatUndoTakesBack(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/ownership?ownership=jenkins-all"
	body := s.get(from).Body.String()
	for _, want := range []string{"Split it: deployment", "3 teams own stages", "Split: Add as a new pipeline", "Add it and move 3 services to it", `id="variant-integrated"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	head, before := s.doc(t)
	w := s.post("/plans/p/edit", from, url.Values{"op": {"variant"}, "at": {"pipelines/jenkins-all"}, "variant": {"split"}, "services": {"move"}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	after, doc := s.doc(t)
	made := doc.Pipelines[len(doc.Pipelines)-1]
	moved := 0
	for _, svc := range doc.Services {
		if svc.Pipeline == made.ID {
			moved++
		}
	}
	if after.Revision != head.Revision+1 || made.Name != "Storefront, all in Jenkins, Split" || moved != 3 || len(doc.Stages) != len(before.Stages)+6 {
		t.Errorf("revision %d, %q, %d services, %d stages", after.Revision, made.Name, moved, len(doc.Stages))
	}
	if got := w.Header().Get("Location"); got != "/plans/p/ownership?ownership="+made.ID {
		t.Errorf("leads to %s", got)
	}
	s.post("/plans/p/undo", from, url.Values{"revision": {"2"}})
	if _, doc := s.doc(t); len(doc.Pipelines) != len(before.Pipelines) || len(doc.Stages) != len(before.Stages) || doc.Services[0].Pipeline != before.Services[0].Pipeline {
		t.Error("Undo left something behind")
	}
	for name, v := range map[string]url.Values{
		"form":     {"op": {"variant"}, "at": {"pipelines/jenkins-all"}, "variant": {"both"}},
		"table":    {"op": {"variant"}, "at": {"teams/release"}, "variant": {"split"}},
		"template": {"op": {"template"}, "template": {"x"}},
		"pipeline": {"op": {"variant"}, "at": {"pipelines/gone"}, "variant": {"split"}},
		"team":     {"op": {"template"}, "template": {"jenkins"}, "build": {"nobody"}},
	} {
		if w := s.post("/plans/p/edit", from, v); w.Code < 400 || w.Code >= 500 {
			t.Errorf("a bad %s: %d", name, w.Code)
		}
	}
}

func TestOwnership_ATemplateFillsAnEmptyPlan(t *testing.T) {
	s := newSite(t, plan.Empty("New"))
	if body := s.get("/plans/p/ownership").Body.String(); !strings.Contains(body, `id="template"`) {
		t.Error("no templates are offered")
	}
	for range 2 {
		if w := s.post("/plans/p/edit", "/plans/p/ownership", url.Values{"op": {"template"}, "template": {"gitlab_argo"}}); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code)
		}
	}
	_, doc := s.doc(t)
	if len(doc.Pipelines) != 2 || doc.Pipelines[1].Name != "GitLab CI and Argo CD 2" || len(doc.Installations) != 2 || len(doc.Stages) != 10 {
		t.Errorf("%d pipelines, %d installations, %d stages", len(doc.Pipelines), len(doc.Installations), len(doc.Stages))
	}
}

func TestOwnership_EveryServiceIsOnTheMap(t *testing.T) {
	s := sampleSite(t)
	body := s.get("/plans/p/ownership?view=all").Body.String()
	for _, want := range []string{"Storefront, all in Jenkins", `class="held is-nobody"`, `class="held is-own"`, `class="held is-several"`, "has no accountable team", `id="loads"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for query, want := range map[string]int{"q=ledger": 1, "q=zzz": 0, "q=payments": 1} {
		if n := strings.Count(s.get("/plans/p/ownership?view=all&"+query).Body.String(), `<th scope="row">`) - strings.Count(body, `id="loads"`)*len(mustTeams(t, s)); n != want {
			t.Errorf("%s shows %d services, not %d", query, n, want)
		}
	}
	big := newSite(t, plantest.Generate(1, 20, 10_000))
	if body := big.get("/plans/p/ownership?view=all&page=200").Body.String(); strings.Count(body, "service-0") != 50 {
		t.Errorf("%d services on the last page", strings.Count(body, "service-0"))
	}
}

func mustTeams(t *testing.T, s *site) []plan.Team {
	_, doc := s.doc(t)
	return doc.Teams
}

func TestOwnership_RACIIsCSVThatNoSpreadsheetComputes(t *testing.T) {
	s := sampleSite(t)
	s.post("/plans/p/edit", "/plans/p/ownership", url.Values{"op": {"set"}, "at": {"stages/a1/name"}, "value": {`=cmd|"x"`}})
	s.post("/plans/p/edit", "/plans/p/ownership", url.Values{"op": {"set"}, "at": {"stages/a1/informed"}, "value": {"release"}})
	w := s.get("/plans/p/ownership/raci.csv?ownership=jenkins-all")
	text, ok := strings.CutPrefix(w.Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !ok || len(rows) != 5 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[1][1] != `'=cmd|"x"` || !strings.Contains(strings.Join(rows[1], ","), "A") || !strings.Contains(strings.Join(rows[1][6:], ""), "I") {
		t.Errorf("row %v", rows[1])
	}
	all, _ := csv.NewReader(strings.NewReader(strings.TrimPrefix(s.get("/plans/p/ownership/raci.csv").Body.String(), "\ufeff"))).ReadAll()
	if len(all) != 11 {
		t.Errorf("%d rows for all pipelines", len(all))
	}
	if w := s.get("/plans/p/ownership/raci.csv?ownership=gone"); w.Code != http.StatusNotFound {
		t.Errorf("a pipeline that is not there: %d", w.Code)
	}
}

func TestOwnership_FilesAreListedWithTheirOwners(t *testing.T) {
	s := sampleSite(t)
	s.post("/plans/p/edit", "/plans/p/ownership", url.Values{"op": {"set"}, "at": {"stages/a1/file"}, "value": {"Jenkinsfile"}})
	if body := s.get("/plans/p/ownership/CODEOWNERS?ownership=jenkins-all").Body.String(); !strings.Contains(body, "\n/Jenkinsfile @") {
		t.Errorf("got %s", body)
	}
}

func TestMove_UpAndDownStayAmongTheOwnersRows(t *testing.T) {
	s := sampleSite(t)
	order := func() (out string) {
		_, doc := s.doc(t)
		for _, st := range doc.Stages {
			out += st.ID + " "
		}
		return out
	}
	before := order()
	move := func(op, at string) {
		t.Helper()
		if w := s.post("/plans/p/edit", "/plans/p/ownership", url.Values{"op": {op}, "at": {at}}); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code)
		}
	}
	move("up", "stages/b1") // the first of its pipeline
	if order() != before {
		t.Errorf("it left its pipeline: %s", order())
	}
	move("down", "stages/a1")
	if !strings.HasPrefix(order(), "a2 a1 a3") {
		t.Errorf("down: %s", order())
	}
	if body := s.get("/plans/p/history/2").Body.String(); !strings.Contains(body, "moved") {
		t.Error("history does not say that it moved")
	}
	at, err := s.db.At(t.Context(), "p", 2)
	if err != nil || at.Stages[0].ID != "a2" {
		t.Errorf("kept: %v", err)
	}
	s.post("/plans/p/undo", "/plans/p/ownership", url.Values{"revision": {"2"}})
	if order() != before {
		t.Errorf("after Undo: %s", order())
	}
	move("up", "environments/prod")
	if _, doc := s.doc(t); doc.Environments[1].ID != "prod" {
		t.Errorf("environments %+v", doc.Environments)
	}
	if body := s.get("/plans/p/facts/environments").Body.String(); !strings.Contains(body, `value="up" disabled`) {
		t.Error("the first row can be moved up")
	}
}

func TestOwnership_ADecisionWeighsTheVariants(t *testing.T) {
	body := sampleSite(t).get("/plans/p/decisions/new?topic=ownership&subject=jenkins-all").Body.String()
	for _, want := range []string{`value="Storefront, all in Jenkins"`, `value="Integrated"`, `value="Split"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
}
