package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

// as asks for a page, or posts a form, under a name.
func (s *site) as(name, method, path string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(values.Encode()))
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	jar := httptest.NewRecorder()
	setCookie(jar, "name", name, 60)
	r.AddCookie(jar.Result().Cookies()[0])
	return s.do(r)
}

func judge(first, second, value string) url.Values {
	return url.Values{"op": {"judge"}, "first": {first}, "second": {second}, "value": {value}}
}

func TestMatrix_PairsGiveWeightsAndTheWorstCanBeMended(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/matrix?matrix=cd&view=weights"
	for _, form := range []url.Values{
		{"op": {"set"}, "at": {"matrices/cd/weighting"}, "value": {"pairwise"}},
		judge("cd-security", "cd-offline", "3"), judge("cd-offline", "cd-references", "3"), judge("cd-references", "cd-effort", "2"),
		judge("cd-security", "cd-references", "1/7"), judge("cd-offline", "cd-effort", "4"), judge("cd-security", "cd-effort", "6"),
	} {
		if w := s.post("/plans/p/edit", from, form); w.Code != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", form, w.Code, w.Body)
		}
	}
	body := s.get(from).Body.String()
	s.holds(t, "the weights", body, "6 of 6", "Consistency ratio", "above 10%", "Security policy over References agrees least with the rest: 1/7 was given")
	w := s.post("/plans/p/edit", from, judge("cd-references", "cd-security", "1/5"))
	if w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	_, p := s.doc(t)
	for _, j := range p.Judgements {
		if j.First == "cd-security" && j.Second == "cd-references" {
			t.Error("a pair that is judged the other way round is kept twice")
		}
	}
	s.holds(t, "the mended weights", s.get(from).Body.String(), "consistent enough")
	if w := s.post("/plans/p/edit", from, judge("cd-security", "cd-offline", "12")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("beyond the scale: %d", w.Code)
	}
	if w := s.post("/plans/p/edit", from, judge("cd-security", "cd-offline", "1/0")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("no number: %d", w.Code)
	}
	s.post("/plans/p/edit", from, judge("cd-offline", "cd-security", ""))
	if _, p := s.doc(t); len(p.Judgements) != 5 {
		t.Errorf("%d judgements after one was taken back by its other order", len(p.Judgements))
	}
}

func TestMatrix_CandidatesAreComparedOnACriterion(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/matrix?matrix=cd&view=weights&criterion=cd-effort"
	form := judge("cd-argo_cd", "cd-flux", "1/3")
	form.Set("criterion", "cd-effort")
	if w := s.post("/plans/p/edit", from, form); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	s.holds(t, "the comparison", s.get(from).Body.String(), "Argo CD over Flux CD", "75%", "25%")
	s.holds(t, "the scores", s.get("/plans/p/matrix?matrix=cd").Body.String(), "0.750", "from comparisons of pairs")
}

func TestMatrix_AScoreKeepsItsEvidenceAndAnyFigureWhereItIsMeasured(t *testing.T) {
	s := sampleSite(t)
	cell := "/plans/p/matrix?matrix=cd&candidate=cd-flux&criterion=cd-effort"
	score := url.Values{"op": {"score"}, "at": {"cd-flux/cd-effort"}, "candidate": {"cd-flux"}, "criterion": {"cd-effort"}, "value": {"2"}, "evidence": {"Tried on dev"}, "date": {"2026-03-01"}}
	if w := s.as("Hana", http.MethodPost, "/plans/p/edit", score); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	s.holds(t, "the people", s.as("Hana", http.MethodGet, cell, nil).Body.String(), "Hana", "Tried on dev", "2026-03-01", "The mean counts: 3. From 2 to 4, a spread of 2.")
	s.as("Hana", http.MethodPost, "/plans/p/edit", url.Values{"op": {"score"}, "candidate": {"cd-flux"}, "criterion": {"cd-effort"}, "value": {"5"}})
	_, p := s.doc(t)
	last := p.Scores[len(p.Scores)-1]
	if last.Value != 5 || last.Evidence != "Tried on dev" || last.Date != s.Now().Format("2006-01-02") {
		t.Errorf("after another value: %+v", last)
	}
	score.Set("value", "40")
	if w := s.as("Hana", http.MethodPost, "/plans/p/edit", score); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "40") {
		t.Errorf("a score beyond 5: %d", w.Code)
	}
}

func TestMatrix_BlindScoresAreNobodyElses(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/matrix?matrix=cd"
	s.as("Hana", http.MethodPost, "/plans/p/edit", url.Values{"op": {"score"}, "candidate": {"cd-flux"}, "criterion": {"cd-effort"}, "value": {"1.25"}})
	scored, _ := s.doc(t)
	s.as("Hana", http.MethodPost, "/plans/p/edit", url.Values{"op": {"set"}, "at": {"matrices/cd/blind"}, "value": {"true"}})
	places := []string{from, from + "&candidate=cd-flux&criterion=cd-effort", from + "&view=ways", "/plans/p/facts/scores", "/plans/p/facts/scores.csv",
		fmt.Sprintf("/plans/p/history/%d", scored.Revision), fmt.Sprintf("/plans/p/history/%d?since=1", scored.Revision)}
	for _, path := range places {
		w := s.as("Minseo", http.MethodGet, path, nil)
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "1.25") || strings.Contains(w.Body.String(), "leads with") {
			t.Errorf("%s: %d, or it shows somebody else's score", path, w.Code)
		}
	}
	s.holds(t, "the reader's own", s.as("Hana", http.MethodGet, places[1], nil).Body.String(), "1.25", "hidden while scoring is blind")
	s.as("Hana", http.MethodPost, "/plans/p/edit", url.Values{"op": {"set"}, "at": {"matrices/cd/blind"}, "value": {"false"}})
	s.holds(t, "after it was revealed", s.as("Minseo", http.MethodGet, from, nil).Body.String(), "leads with")
}

func TestMatrix_MethodsFlipsAndRobustnessCanBeTraced(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/matrix?matrix=cd&view=ways"
	body := s.get(from).Body.String()
	s.holds(t, "the methods", body, "weighted product", "TOPSIS", "by the largest", "10,000 weightings of 4 criteria", "seed 1", "wins 66%")
	if again := s.get(from).Body.String(); again != body {
		t.Error("the same seed draws another picture")
	}
	s.post("/plans/p/edit", from, url.Values{"op": {"set"}, "at": {"matrices/cd/method"}, "value": {"topsis"}})
	s.holds(t, "TOPSIS", s.get(from).Body.String(), "distance from the worst", "leads with 0.811", "found by halving")
	if w := s.get(from + "&seed=x"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "seed 1") {
		t.Errorf("a seed that is no number: %d", w.Code)
	}
}

// A matrix too large to draw while a reader waits is fetched after the page.
func TestMatrix_ManyCandidatesAreDrawnAfterThePage(t *testing.T) {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Name: "Large", Purpose: plan.CompareOwn}}}
	for _, c := range "abcdefghijklmnop" {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: "k" + string(c), Matrix: "m", Name: "K " + string(c), Weight: 1})
		p.Candidates = append(p.Candidates, plan.Candidate{ID: "c" + string(c), Matrix: "m", Name: "C " + string(c)})
	}
	for i, c := range p.Candidates {
		for k, x := range p.Criteria {
			p.Scores = append(p.Scores, plan.Score{Candidate: c.ID, Criterion: x.ID, Value: float64(1 + (i*7+k*3)%5)})
		}
	}
	s := newSite(t, p)
	body := s.get("/plans/p/matrix?view=ways").Body.String()
	if strings.Contains(body, `id="robustness-title"`) || !strings.Contains(body, `hx-trigger="load"`) {
		t.Error("the page draws it at once")
	}
	s.holds(t, "what is fetched", s.get("/plans/p/matrix?view=ways&robust=now&matrix=m&seed=1").Body.String(), `id="robustness-title"`)
}

func TestStacks_SayTheBestToolsForAllStages(t *testing.T) {
	s := sampleSite(t)
	body := s.get("/plans/p/matrix/stacks").Body.String()
	s.holds(t, "the stacks", body, "at usual prices", "Mean score", "no higher score with as few seams", "Assumed: a point means as much")
	w := s.post("/plans/p/edit", "/plans/p/matrix/stacks", url.Values{"op": {"add"}, "at": {"stacks"}, "name": {"Ours"}, "seamPrice": {"1.5"}, "toolPrice": {"0"}})
	if w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	s.holds(t, "a stack of the plan's own", s.get("/plans/p/matrix/stacks").Body.String(), "Ours", "less 1.5 for each change of tool")
}

func TestMatrixFile_GoesOutAndComesBack(t *testing.T) {
	s := sampleSite(t)
	for _, ending := range []string{"csv", "xlsx"} {
		w := s.get("/plans/p/matrix/cd." + ending)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "Which tool deploys."+ending) {
			t.Fatalf("%s: %d %v", ending, w.Code, w.Header())
		}
		before, _ := s.doc(t)
		if got := s.takeMatrix(t, "cd", "m."+ending, w.Body.Bytes()); got.Code != http.StatusSeeOther {
			t.Fatalf("%s taken back: %d", ending, got.Code)
		}
		if after, _ := s.doc(t); after.Revision != before.Revision {
			t.Errorf("%s: a file of what the plan says makes revision %d", ending, after.Revision)
		}
	}
	if w := s.takeMatrix(t, "", "New.csv", []byte("candidate,Speed\n#weight,1\nA,3\nB,4\n")); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "matrix=") {
		t.Fatalf("a new matrix: %d %s", w.Code, w.Header())
	}
	if _, p := s.doc(t); p.Matrices[len(p.Matrices)-1].Name != "New" {
		t.Errorf("the new matrix is %+v", p.Matrices[len(p.Matrices)-1])
	}
	w := s.takeMatrix(t, "cd", "bad.csv", []byte("candidate,Speed\n#weight,1\nA,fast\n"))
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("a wrong file: %d", w.Code)
	}
	s.holds(t, "what is wrong", w.Body.String(), "Line 3:", "fast")
	if w := s.takeMatrix(t, "cd", "", nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Choose a file first.") {
		t.Errorf("no file: %d", w.Code)
	}
	if w := s.takeMatrix(t, "gone", "m.csv", []byte("candidate,Speed\nA,3\n")); w.Code != http.StatusConflict {
		t.Errorf("into a matrix that is gone: %d", w.Code)
	}
}

// takeMatrix sends a file to be brought into a matrix.
func (s *site) takeMatrix(t *testing.T, into, name string, data []byte) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("matrix", into); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/plans/p/matrix/import", &body)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Referer", "http://127.0.0.1:8080/plans/p/matrix?matrix="+into)
	return s.do(r)
}

// A fact without a source says so in the reader's language.
func TestFacts_UnsourcedOnesSayItInKorean(t *testing.T) {
	s := sampleSite(t)
	r := httptest.NewRequest(http.MethodGet, "/plans/p/matrix?matrix=cd&view=facts", nil)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Accept-Language", "ko")
	body := s.do(r).Body.String()
	if !strings.Contains(body, "일반 지식(미확인)") || strings.Contains(body, "general knowledge, unverified </small>") || strings.Contains(body, "own classification, unverified") {
		t.Error("it says so in English")
	}
}

// Thousands of candidates come in pages, the table of their names too.
func TestMatrix_ThousandsOfCandidatesComeInPages(t *testing.T) {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Name: "Large", Purpose: plan.CompareOwn}}, Criteria: []plan.Criterion{{ID: "k", Matrix: "m", Name: "K", Weight: 1}}}
	for i := range 3000 {
		p.Candidates = append(p.Candidates, plan.Candidate{ID: fmt.Sprintf("c%d", i), Matrix: "m", Name: fmt.Sprintf("C %d", i)})
	}
	s := newSite(t, p)
	body := s.get("/plans/p/matrix?matrix=m").Body.String()
	if n := strings.Count(body, "candidates/c"); n == 0 || strings.Contains(body, "candidates/c2999") {
		t.Errorf("%d bytes, %d mentions of candidates: all on one page", len(body), n)
	}
	s.holds(t, "the last page", s.get("/plans/p/matrix?matrix=m&page=5").Body.String(), "candidates/c2999")
}
