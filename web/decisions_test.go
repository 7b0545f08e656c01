package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
)

// record opens the form of a topic as a browser would, and saves it with
// other values.
func (s *site) record(t *testing.T, topic, subject string, with url.Values) string {
	t.Helper()
	values := url.Values{"topic": {topic}, "subject": {subject}, "title": {"One hub"}, "context": {"Why"}, "option": {"1:N", "1:1"}, "arguments": {"+ cheap", "- dear"},
		"description": {"", ""}, "chosen": {"0"}, "justification": {"It is enough."}}
	for k, v := range with {
		values[k] = v
	}
	w := s.post("/plans/p/decisions", "/plans/p/decisions/new", values)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, failure(w.Body.String()))
	}
	return w.Header().Get("Location")
}

// failure is what a page says went wrong.
func failure(body string) string {
	_, rest, _ := strings.Cut(body, `class="toast failed"`)
	text, _, _ := strings.Cut(rest, "</div>")
	return text
}

func (s *site) decided(t *testing.T, number int64) decision.Kept {
	t.Helper()
	d, err := s.db.Decision(t.Context(), "p", number)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDecision_GoesThroughItsWholeLife(t *testing.T) {
	s := sampleSite(t)
	at := s.record(t, "layout", "hub", url.Values{"draft": {"1"}, "makers": {"Jimin, 민서"}, "assumption": {"", "Radius"}, "check": {"", `layout("hub").radius <= 1`}})
	if d := s.decided(t, 1); d.Record.Status != decision.Draft || len(d.Record.Assumptions) != 1 || !d.Intact() {
		t.Fatalf("got %+v", d.Record)
	}
	step := func(to string, with url.Values) decision.Record {
		t.Helper()
		values := url.Values{"status": {to}}
		for k, v := range with {
			values[k] = v
		}
		if w := s.post(at+"/status", at, values); w.Code >= 400 {
			t.Fatalf("%s: %d %s", to, w.Code, failure(w.Body.String()))
		}
		return s.decided(t, 1).Record
	}
	step("proposed", nil)
	if w := s.post(at+"/status", at, url.Values{"status": {"accepted"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "2 sign-offs are missing: Jimin, 민서") {
		t.Errorf("accepted unsigned: %d %s", w.Code, failure(w.Body.String()))
	}
	text := s.decided(t, 1).Record.Fingerprint()
	if w := s.post(at+"/sign", at, url.Values{"person": {"Jimin"}, "agrees": {"yes"}, "text": {"another"}}); w.Code != http.StatusConflict {
		t.Errorf("signed a text that nobody saw: %d", w.Code)
	}
	for _, p := range []string{"Jimin", "민서"} {
		if w := s.post(at+"/sign", at, url.Values{"person": {p}, "agrees": {"yes"}, "text": {text}}); w.Code >= 400 {
			t.Errorf("%s: %s", p, failure(w.Body.String()))
		}
	}
	if body := s.get(at).Body.String(); !strings.Contains(body, "2 of 2") {
		t.Error("the page does not count the sign-offs")
	}
	if r := step("accepted", url.Values{"why": {"agreed"}}); r.Status != decision.Accepted || r.Steps[1].Why != "agreed" {
		t.Errorf("got %+v", r)
	}
	s.record(t, "layout", "per_cluster", nil)
	if r := step("superseded", url.Values{"by": {"2"}}); r.SupersededBy != 2 || s.decided(t, 2).Record.Supersedes[0] != 1 {
		t.Errorf("got %+v", r)
	}
	if w := s.post(at+"/status", at, url.Values{"status": {"accepted"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("back to life: %d", w.Code)
	}
}

func TestDecision_KeepsWhatWasTypedWhereItIsRefused(t *testing.T) {
	s := sampleSite(t)
	w := s.post("/plans/p/decisions", "/plans/p/decisions/new", url.Values{"topic": {"layout"}, "subject": {"hub"}, "title": {""}, "context": {"my own words"}, "option": {"A"},
		"assumption": {"It stays small"}, "check": {"plan.clusterz <= 4"}, "reviewBy": {"soon"}})
	body := w.Body.String()
	for _, want := range []string{"Title: write something here.", "plan has no figure “clusterz”", "“soon” is not a date", "my own words", "plan.clusterz &lt;= 4", "It stays small"} {
		if !strings.Contains(body, want) {
			t.Errorf("%d: the page lacks %q: %s", w.Code, want, failure(body))
		}
	}
	at := s.record(t, "layout", "hub", nil)
	s.post(at, at+"?edit", url.Values{"version": {"1"}, "title": {"First"}, "context": {"a"}})
	w = s.post(at, at+"?edit", url.Values{"version": {"1"}, "title": {"Second"}, "context": {"b"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Somebody changed this record meanwhile") || !strings.Contains(w.Body.String(), `value="Second"`) {
		t.Errorf("%d: %s", w.Code, failure(w.Body.String()))
	}
	if r := s.decided(t, 1).Record; r.Title != "First" {
		t.Errorf("overwritten: %s", r.Title)
	}
}

func TestDecision_NothingThatAnotherSavedIsOverwritten(t *testing.T) {
	s := sampleSite(t)
	at := s.record(t, "layout", "hub", nil)
	form := func(with url.Values) url.Values {
		out := url.Values{"version": {"1"}, "title": {"One hub"}, "context": {"Why"}, "option": {"1:N"}, "chosen": {"0"}, "justification": {"It is enough."}}
		for k, v := range with {
			out[k] = v
		}
		return out
	}
	s.post(at, at+"?edit", form(url.Values{"makers": {"Jimin"}, "reviewBy": {"2999-01-01"}}))
	if w := s.post(at, at+"?edit", form(url.Values{"informed": {"Everyone"}})); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="Everyone"`) {
		t.Errorf("%d: %s", w.Code, failure(w.Body.String()))
	}
	if r := s.decided(t, 1).Record; r.ReviewBy != "2999-01-01" || len(r.DecisionMakers) != 1 {
		t.Errorf("overwritten: %+v", r)
	}
	if w := s.post(at, at+"?edit", form(url.Values{"makers": {"Jimin"}, "reviewBy": {"2999-01-01"}})); w.Code != http.StatusSeeOther {
		t.Errorf("saved twice: %d %s", w.Code, failure(w.Body.String()))
	}

	s.post(at+"/status", at, url.Values{"status": {"accepted"}, "why": {"x"}})
	newest := strconv.FormatInt(s.decided(t, 1).Version, 10)
	w := s.post(at, at+"?edit", form(url.Values{"version": {newest}, "context": {"late words"}}))
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "was decided meanwhile") || !strings.Contains(body, "late words") {
		t.Errorf("%d: %s", w.Code, failure(body))
	}

	review := func(assumption string) int {
		return s.post(at+"/review", at, url.Values{"reviews": {"0"}, "assumption": {assumption}, "check": {""}, "why": {"y"}}).Code
	}
	if first, second := review("one"), review("two"); first >= 400 || second != http.StatusConflict {
		t.Errorf("reviews: %d, %d", first, second)
	}
	if r := s.decided(t, 1).Record; len(r.Assumptions) != 1 || r.Assumptions[0].Text != "one" {
		t.Errorf("overwritten: %+v", r.Assumptions)
	}
	if w := s.post(at+"/status", at, url.Values{"status": {"bogus"}}); strings.Contains(w.Body.String(), "‹") {
		t.Errorf("a status that is none: %d %s", w.Code, failure(w.Body.String()))
	}
}

func TestDecision_SaysWhoseEditBrokeItAndTakesAReview(t *testing.T) {
	s := sampleSite(t)
	_, doc := s.doc(t)
	at := s.record(t, "layout", "hub", url.Values{"assumption": {"The plan stays small"}, "check": {"plan.clusters <= 10"}, "reviewBy": {"2999-01-01"}})
	s.post(at+"/status", at, url.Values{"status": {"accepted"}, "why": {"x"}})
	if strings.Contains(s.get("/plans/p").Body.String(), "needs a review") {
		t.Fatal("it holds")
	}
	for i := len(doc.Clusters); i <= 10; i++ {
		if _, err := s.db.Edit(t.Context(), "p", "Jimin", plan.Add{Kind: "clusters", Item: plan.Raw(plan.Cluster{ID: plan.NewID(), Name: "more"})}); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/plans/p", "/plans/p/decisions", at} {
		body := s.get(path).Body.String()
		if !strings.Contains(body, "Clusters of the plan went from "+number10(len(doc.Clusters))+" to 11, with revision") || !strings.Contains(body, "by Jimin,") {
			t.Errorf("%s does not say so", path)
		}
		if !strings.Contains(body, `data-entry="decisions"`) || !strings.Contains(body, "▲ 1") {
			t.Errorf("%s: the rail does not count it", path)
		}
	}
	if w := s.post(at+"/review", at, url.Values{"assumption": {"The plan stays small"}, "check": {"plan.clusters <= ten"}, "why": {"grew"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "plan.clusters &lt;= ten") {
		t.Errorf("a wrong check: %d %s", w.Code, failure(w.Body.String()))
	}
	if w := s.post(at+"/review", at, url.Values{"assumption": {"The plan stays small"}, "check": {"plan.clusters <= 20"}, "why": {"It grew as meant."}}); w.Code >= 400 {
		t.Errorf("%d %s", w.Code, failure(w.Body.String()))
	}
	body := s.get(at).Body.String()
	if strings.Contains(body, "no longer holds") || !strings.Contains(body, "It grew as meant.") || !strings.Contains(body, "plan.clusters &lt;= 10") {
		t.Error("the review is not kept")
	}
	if !strings.Contains(body, "Then") || !strings.Contains(body, "Now (revision ") {
		t.Error("then and now are not side by side")
	}
}

func number10(n int) string { return string(rune('0' + n)) }

func TestBacklog_LeadsFromAFindingToADecision(t *testing.T) {
	s := sampleSite(t)
	body := s.get("/plans/p/ownership").Body.String()
	if !strings.Contains(body, "Raise a question") {
		t.Fatal("findings cannot be raised")
	}
	if w := s.post("/plans/p/decisions/backlog", "/plans/p/ownership", url.Values{"topic": {"layout"}, "subject": {"hub"}, "finding": {"layout.finding.x"}, "title": {"Who delivers to Busan?"}, "dueBy": {"2026-01-01"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/plans/p/ownership" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	questions, err := s.db.Questions(t.Context(), "p")
	if err != nil || len(questions) != 1 || !questions[0].Open() {
		t.Fatalf("%+v %v", questions, err)
	}
	q := questions[0].ID
	if body := s.get("/plans/p/decisions/backlog").Body.String(); !strings.Contains(body, "Who delivers to Busan?") || !strings.Contains(body, "overdue") {
		t.Error("the backlog does not show it")
	}
	if body := s.get("/plans/p/decisions/new?question=" + q).Body.String(); !strings.Contains(body, `value="Who delivers to Busan?"`) || !strings.Contains(body, `value="`+q+`"`) {
		t.Error("the form does not begin with the question")
	}
	at := s.record(t, "layout", "hub", url.Values{"question": {q}, "draft": {"1"}})
	if body := s.get(at).Body.String(); !strings.Contains(body, "Answers: Who delivers to Busan?") {
		t.Error("the record does not name its question")
	}
	s.post(at+"/discard", at, nil)
	if questions, _ = s.db.Questions(t.Context(), "p"); !questions[0].Open() {
		t.Error("the question is not open again")
	}
	s.post("/plans/p/decisions/backlog/"+q, "/plans/p/decisions/backlog", url.Values{"drop": {"1"}, "why": {"moot"}})
	if questions, _ = s.db.Questions(t.Context(), "p"); questions[0].Open() || questions[0].Closed.Why != "moot" {
		t.Errorf("got %+v", questions[0])
	}
	if w := s.post("/plans/p/decisions/backlog", "/plans/p/decisions/backlog", url.Values{"title": {" "}, "detail": {"kept"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), ">kept</textarea>") {
		t.Errorf("an empty question: %d", w.Code)
	}
}

func TestBacklog_KeepsWhatAnotherSavedAndSaysWhenItIsFull(t *testing.T) {
	s := sampleSite(t)
	const backlog = "/plans/p/decisions/backlog"
	s.post(backlog, backlog, url.Values{"title": {"Which zone?"}})
	questions, err := s.db.Questions(t.Context(), "p")
	if err != nil || len(questions) != 1 {
		t.Fatalf("%+v %v", questions, err)
	}
	at := backlog + "/" + questions[0].ID
	s.post(at, backlog, url.Values{"version": {"1"}, "title": {"Which zone?"}, "detail": {"first"}})
	w := s.post(at, backlog, url.Values{"version": {"1"}, "title": {"Which zone?"}, "detail": {"second"}})
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "Somebody changed this question meanwhile") || !strings.Contains(body, ">second</textarea>") {
		t.Errorf("%d: %s", w.Code, failure(body))
	}
	if questions, _ = s.db.Questions(t.Context(), "p"); questions[0].Detail != "first" {
		t.Errorf("overwritten: %+v", questions[0])
	}
	for i := range 1999 {
		if err := s.db.AddQuestion(t.Context(), "p", decision.Question{ID: strconv.Itoa(i), Title: "q"}); err != nil {
			t.Fatal(err)
		}
	}
	w = s.post(backlog, backlog, url.Values{"title": {"One more"}, "detail": {"kept"}})
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "takes no more") || !strings.Contains(body, ">kept</textarea>") {
		t.Errorf("%d: %s", w.Code, failure(body))
	}
}

func TestComments_AreTakenBackByTheirAuthorOnly(t *testing.T) {
	s := sampleSite(t)
	at := s.record(t, "plan", "", nil)
	s.post(at+"/comment", at, url.Values{"text": {"<b>bold</b>"}})
	d := s.decided(t, 1)
	if len(d.Record.Comments) != 1 || strings.Contains(s.get(at).Body.String(), "<b>bold</b>") {
		t.Fatalf("got %+v", d.Record.Comments)
	}
	r := d.Record.Comments[0]
	if err := s.db.ChangeDecisions(t.Context(), "p", func(all []*decision.Kept) error { all[0].Record.Comments[0].Person = "Hana"; return nil }, 1); err != nil {
		t.Fatal(err)
	}
	s.post(at+"/comment", at, url.Values{"remove": {r.ID}})
	if len(s.decided(t, 1).Record.Comments) != 1 {
		t.Error("somebody else took it back")
	}
}

func TestRelate_ShowsTheLinkOnBothRecords(t *testing.T) {
	s := sampleSite(t)
	a := s.record(t, "plan", "", url.Values{"title": {"The first"}})
	b := s.record(t, "plan", "", url.Values{"title": {"The second"}})
	s.post(a+"/relate", a, url.Values{"number": {"2"}})
	if !strings.Contains(s.get(b).Body.String(), "0001 The first</a>") {
		t.Error("the other record does not know")
	}
	s.post(b+"/relate", b, url.Values{"unrelate": {"1"}})
	if len(s.decided(t, 1).Record.RelatesTo) != 0 {
		t.Error("half of the link is left")
	}
	if w := s.post(a+"/relate", a, url.Values{"number": {"1"}}); w.Code < 400 {
		t.Error("related to itself")
	}
}

func TestDecisions_AreFiltered(t *testing.T) {
	s := sampleSite(t)
	s.record(t, "plan", "", url.Values{"title": {"Alpha"}, "draft": {"1"}})
	s.record(t, "plan", "", url.Values{"title": {"Beta"}})
	for query, want := range map[string][2]bool{"": {true, true}, "?status=draft": {true, false}, "?q=beta": {false, true}, "?q=nothing": {false, false}, "?review=1": {false, false}} {
		body := s.get("/plans/p/decisions" + query).Body.String()
		if got := [2]bool{strings.Contains(body, "Alpha</a>"), strings.Contains(body, "Beta</a>")}; got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}
