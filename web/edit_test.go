package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

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
	w = s.post("/plans/p/decisions/1/status", "/plans/p/decisions/1", url.Values{"version": {"1"}, "status": {"accepted"}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	after, err := s.db.Decision(t.Context(), "p", 1)
	if err != nil || after.Record.Status != "accepted" || after.Hash != before.Hash || !after.Intact() {
		t.Errorf("%+v, %v", after.Record, err)
	}
	if w := s.post("/plans/p/decisions/1", "/plans/p/decisions/1", form); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an accepted record was edited: %d", w.Code)
	}
	if body := s.get("/plans/p/decisions/1").Body.String(); !strings.Contains(body, after.Hash) || strings.Contains(body, "?edit") {
		t.Error("the page offers to edit it, or hides its hash")
	}
}
