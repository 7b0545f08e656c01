package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// inLanguage gets a page in a language and holds its text to hold all of want.
func (s *site) inLanguage(t *testing.T, l lang.Lang, path string, want ...string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Accept-Language", string(l))
	w := s.do(r)
	body := html.UnescapeString(w.Body.String())
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", path, w.Code)
	}
	for _, text := range want {
		if !strings.Contains(body, text) {
			t.Errorf("%s, %s: %q is not shown", l, path, text)
		}
	}
	return body
}

func TestMatrix_FactsAreShownWithValueSourceAndDate(t *testing.T) {
	s := sampleSite(t)
	s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=builder&view=facts", "Facts side by side", "Build daemon", "not needed", "containers/buildah@v1.44.0: README.md, docs",
		`href="https://github.com/containers/buildah/blob/v1.44.0/README.md"`, "archived on 2025-06-03", "osscontainertools/kaniko, chainguard-forks/kaniko", "unverified", "2026-08-23")
	s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=builder&view=weights", "Stars and fame are not offered")
	s.inLanguage(t, lang.Korean, "/plans/p/matrix?matrix=builder&view=facts", "한눈에 비교", "빌드 데몬", "불필요", "2025-06-03 보관 처리", "미확인")
	s.inLanguage(t, lang.Korean, "/plans/p/matrix?matrix=builder&view=weights", "스타 수나 유명세는 기준으로 제공하지 않습니다")
}

func TestMatrix_ArticleStandsBesideToday(t *testing.T) {
	s := sampleSite(t)
	body := s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=all&view=facts", "Integrated, online", "offline use differs", "another category", "not documented today", "renamed on 2026-03-19: JayeX", "Cloud is online; CircleCI Server 4.10")
	if n := strings.Count(body[strings.Index(body, `id="article"`):], "<tr>"); n < 8 {
		t.Errorf("%d rows", n)
	}
	s.inLanguage(t, lang.Korean, "/plans/p/matrix?matrix=all&view=facts", "통합, 온라인", "오프라인 사용이 다름", "현재 문서 없음")
	if b := s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=builder&view=facts"); strings.Contains(b, `id="article"`) {
		t.Error("the article's table has no builders")
	}
}

func TestMatrix_GatesOfThePlanAreLiftedAndSetAgain(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/matrix?matrix=cd"
	gates := func() plan.Matrix {
		_, doc := s.doc(t)
		return plan.KindOf("matrices").Find(doc, "cd").(plan.Matrix)
	}
	s.inLanguage(t, lang.English, from, "set by the plan: ", "The plan sets the gate")
	s.post("/plans/p/edit", from, url.Values{"op": {"gates"}, "at": {"matrices/cd"}, "gate": {"self_hosted"}, "was": {`["offline","maintained"]`}, "lifted": {"[]"}})
	if m := gates(); !slices.Equal(m.Gates, []plan.Gate{"self_hosted"}) || !slices.Equal(m.Lifted, []plan.Gate{"offline"}) {
		t.Fatalf("%v, lifted %v", m.Gates, m.Lifted)
	}
	s.inLanguage(t, lang.English, from, "lifted here, though ", "The gate “works offline” is lifted")
	s.inLanguage(t, lang.Korean, from, "여기서 풂: ")
	if w := s.post("/plans/p/edit", from, url.Values{"op": {"gates"}, "at": {"matrices/cd"}, "gate": {"offline"}, "was": {`["maintained"]`}}); w.Code != http.StatusConflict {
		t.Errorf("somebody else's change is overwritten: %d", w.Code)
	}
	s.post("/plans/p/edit", from, url.Values{"op": {"gates"}, "at": {"matrices/cd"}, "gate": {"offline"}})
	if m := gates(); len(m.Gates)+len(m.Lifted) != 0 {
		t.Errorf("what the plan sets needs no switch: %+v", m)
	}
	s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=builder", "out: needs no daemon", "Build daemon: needed", "docker/docs: Engine release notes 29 (2026-08-23)")
	s.inLanguage(t, lang.Korean, "/plans/p/matrix?matrix=builder", "탈락: 데몬 불필요", "빌드 데몬: 필요")
}

func TestMatrix_OwnFactTakesThePlaceOfTheCatalogues(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/matrix?matrix=cd&view=facts"
	fact := url.Values{"op": {"fact"}, "at": {"toolFacts"}, "tool": {"spinnaker"}, "fact": {"airgapped=no"}, "source": {"https://wiki.example.com/<trial>"}, "date": {"2026-11-02"}, "note": {"A week in the lab"}}
	if w := s.post("/plans/p/edit", from, fact); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	s.inLanguage(t, lang.English, from, "ours", "the catalogue says: not known", "https://wiki.example.com/<trial>", "2026-11-02", "A week in the lab", "Use the catalogue's fact again")
	s.inLanguage(t, lang.Korean, from, "직접 확인", "카탈로그 값: 알 수 없음")
	s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=cd", "out: works offline")
	s.inLanguage(t, lang.Korean, "/plans/p/matrix?matrix=cd", "탈락: 오프라인 동작")
	if strings.Contains(s.get(from).Body.String(), "<trial>") {
		t.Error("a source is not escaped")
	}
	for name, bad := range map[string]string{"source": "", "date": "soon", "fact": "daemon=perhaps"} {
		f := url.Values{}
		for k, v := range fact {
			f[k] = v
		}
		f.Set(name, bad)
		if w := s.post("/plans/p/edit", from, f); w.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(w.Body.String()), "A week in the lab") {
			t.Errorf("%s %q: %d", name, bad, w.Code)
		}
	}
	s.post("/plans/p/edit", from, url.Values{"op": {"remove"}, "at": {"toolFacts/spinnaker/airgapped"}})
	if _, doc := s.doc(t); len(doc.ToolFacts) != 0 {
		t.Errorf("%+v", doc.ToolFacts)
	}
}

func TestMatrix_CandidateTheCatalogueLacksHasFactsToFillIn(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	p.Candidates = append(p.Candidates, plan.Candidate{ID: "house", Matrix: "cd", Name: "<i>House</i> deployer"})
	s := newSite(t, p)
	for _, l := range lang.All {
		if body := s.inLanguage(t, l, "/plans/p/matrix?matrix=cd", `value="<i>House</i> deployer"`); strings.Contains(body, "‹") {
			t.Errorf("%s: a message is missing", l)
		}
	}
	s.post("/plans/p/edit", "/plans/p/matrix?matrix=cd", url.Values{"op": {"fact"}, "at": {"toolFacts"}, "tool": {"<i>House</i> deployer"}, "fact": {"airgapped=no"}, "source": {"us"}, "date": {"2026-11-02"}})
	s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=cd", "1 candidate falls at the gate “works offline”: <i>House</i> deployer")
}

func TestMatrix_OldFactsAskToBeLookedAtAgain(t *testing.T) {
	s := sampleSite(t)
	s.Now = func() time.Time { return time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC) }
	s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=cd&view=facts", "A gate judges", "look again", "12 months ago or more")
	s.inLanguage(t, lang.Korean, "/plans/p/matrix?matrix=cd&view=facts", "재확인 필요", "오래된 사실로")
	s.post("/plans/p/edit", "/plans/p/matrix?matrix=cd&view=facts", url.Values{"op": {"set"}, "at": {"matrices/cd/factMonths"}, "value": {"60"}})
	if body := s.inLanguage(t, lang.English, "/plans/p/matrix?matrix=cd&view=facts", `value="60"`); strings.Contains(body, "A gate judges") {
		t.Error("the chosen age does not count")
	}
}

func TestBuilders_PageComparesAndChecks(t *testing.T) {
	s := sampleSite(t)
	s.inLanguage(t, lang.English, "/plans/p/matrix/builders", "A Docker daemon on a CI server is heavy", "Docker is still what most teams", "Docker (rootless)", "BuildKit (rootful)", "kaniko (Chainguard)", "the original: archived on 2025-06-03", "Jib", "Buildpacks (kpack)",
		"Privileges in a pod", "relaxed confinement", "Several platforms", "on the daemon of jenkins-main", "Login: ", "Way back: ", "Put it on the roadmap", "Raise a question", "Compare them in How images are built", "https://docs.docker.com/engine/security/")
	s.inLanguage(t, lang.Korean, "/plans/p/matrix/builders", "CI 서버의 Docker 데몬은 부담이 큽니다", "파드에 필요한 권한", "격리 완화", "데몬에서 빌드하며", "되돌리기: ", "로드맵에 추가", "질문으로 올리기")
	s.inLanguage(t, lang.English, "/plans/p/matrix", `href="/plans/p/matrix/builders"`)
}

func TestBuilders_MigrationBecomesAStepOnce(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/matrix/builders"
	body := s.get(from).Body.String()
	_, rest, ok := strings.Cut(body, `name="at" value="`)
	if !ok {
		t.Fatal("no migration is offered")
	}
	stage, _, _ := strings.Cut(rest, `"`)
	_, before := s.doc(t)
	if w := s.post("/plans/p/edit", from, url.Values{"op": {"migrate"}, "at": {stage}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != from {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	_, doc := s.doc(t)
	step := doc.Steps[len(doc.Steps)-1]
	if len(doc.Steps) != len(before.Steps)+1 || step.WayBack == "" || step.Risk == "" || strings.Count(step.Checklist, "\n") < 6 || !strings.Contains(step.Name, "off its daemon") {
		t.Errorf("%+v", step)
	}
	s.inLanguage(t, lang.English, from, "On the roadmap")
	if w := s.post("/plans/p/edit", from, url.Values{"op": {"migrate"}, "at": {"nothing"}}); w.Code != http.StatusConflict && w.Code != http.StatusNotFound && w.Code != http.StatusGone {
		t.Errorf("a stage that is gone: %d", w.Code)
	}
	empty := newSite(t, &plan.Plan{Schema: plan.Schema, About: plan.About{Name: "Empty"}})
	empty.inLanguage(t, lang.English, from, "No stage of the plan builds container images", "Begin a matrix of builders")
}

// BenchmarkBuilders draws the page for 1,000 clusters and 10,000 services.
func BenchmarkBuilders(b *testing.B) {
	s := newSite(b, plantest.Generate(1, 1000, 10000))
	for b.Loop() {
		if w := s.get("/plans/p/matrix/builders"); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
