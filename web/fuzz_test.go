package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

// Whatever is posted as an edit, the answer is a page or a redirect, never a
// failure of the server; and the plan is sound and can be shown afterwards.
func FuzzEdit(f *testing.F) {
	for _, form := range []url.Values{
		{"op": {"set"}, "at": {"clusters/dev-1/name"}, "value": {"x"}},
		{"op": {"set"}, "at": {"stages/a4/approval.waitMinutes"}, "value": {"1e308"}},
		{"op": {"set"}, "at": {"stages/a1/accountable"}, "value": {"payments", "release"}},
		{"op": {"set"}, "at": {"services/web/criticality"}, "was": {"5"}, "json": {"[1]"}},
		{"op": {"set"}, "at": {"placements/ours/dev-1//instance"}, "value": {"hub"}},
		{"op": {"set"}, "at": {"about/about/currency"}, "value": {"KRW"}},
		{"op": {"set"}, "at": {"scores/cd-flux/cd-effort/Jimin/person"}, "value": {"a/b"}},
		{"op": {"add"}, "at": {"teams"}, "name": {"\x00"}},
		{"op": {"add"}, "at": {"stages"}, "pipeline": {"split"}, "name": {"n"}, "kind": {"deploy"}},
		{"op": {"add"}, "at": {"assumptions"}, "id": {"restore_hours"}, "value": {"-1"}},
		{"op": {"remove"}, "at": {"zones/office"}},
		{"op": {"duplicate"}, "at": {"pipelines/split"}},
		{"op": {"adopt"}, "preset": {"per_cluster"}},
		{"op": {"place"}, "layout": {"ours"}, "cluster": {"prod-vault"}, "instance": {""}},
		{"op": {"assume"}, "id": {"common_share"}, "value": {"12,5%"}},
		{"op": {"matrix"}, "purpose": {"cd"}},
		{"op": {"score"}, "candidate": {"cd-flux"}, "criterion": {"cd-effort"}, "value": {"5"}, "person": {"지민"}},
	} {
		f.Add(form.Encode())
	}
	f.Add("op=set&at=%zz&value=%")
	f.Add("op=remove")
	f.Add(strings.Repeat("a=b&", 2000))
	s := sampleSite(f)
	fresh, err := plan.Sample("en")
	if err != nil {
		f.Fatal(err)
	}
	shown := []string{"/plans/p", "/plans/p/ownership", "/plans/p/layouts?layout=ours", "/plans/p/matrix", "/plans/p/history", "/plans/p/report.html"}
	asked := 0
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/plans/p/edit", strings.NewReader(body))
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Referer", "http://127.0.0.1:8080/plans/p/facts/clusters")
		w := s.do(r)
		switch w.Code {
		case http.StatusSeeOther, http.StatusUnprocessableEntity, http.StatusConflict, http.StatusBadRequest, http.StatusGone:
		default:
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		if w.Code != http.StatusSeeOther {
			return
		}
		_, p, err := s.db.Plan(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		if err := plan.Check(p); err != nil {
			t.Fatalf("the plan is not sound any more: %v", err)
		}
		path := shown[asked%len(shown)]
		if asked++; s.get(path).Code != http.StatusOK {
			t.Fatalf("%s cannot be shown", path)
		}
		// Every edit meets the same plan, and the history stays short.
		if err := s.db.Delete(t.Context(), "p"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.db.Create(t.Context(), "p", "", fresh, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": "x"}}); err != nil {
			t.Fatal(err)
		}
	})
}
