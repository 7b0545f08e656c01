package api_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"deckplan/internal/plan"
)

type head struct {
	ID, Name, Scenario, Family, Author string
	Revision                           int64
}

type listOf[T any] struct {
	Items []T
	Total int
	Next  string
}

type change struct {
	Revision int64
	Author   string
	Summary  string
	Changed  int
	Rows     []struct{ Table, Key, Change string }
}

const commerce = "/api/v1/plans/commerce"

func TestPlans_AreMadeFromAFileTheSampleOrNothing(t *testing.T) {
	s := newSite(t, nil)
	if got := read[listOf[head]](t, s.get("/api/v1/plans"), 200); got.Total != 0 || got.Items == nil {
		t.Errorf("%+v", got)
	}
	for body, want := range map[string]head{
		`{"from": "sample", "lang": "ko", "author": "민서"}`: {Name: "커머스 플랫폼", Author: "민서"},
		`{"from": "sample", "name": "Ours"}`:               {Name: "Ours"},
		`{"from": "empty"}`:                                {Name: "New plan"},
		`{"from": "empty", "name": "Search"}`:              {Name: "Search"},
		`{"schema": 1, "about": {"name": "From JSON"}}`:    {Name: "From JSON"},
	} {
		w := s.call("POST", "/api/v1/plans", body)
		got := read[head](t, w, 201)
		if got.Name != want.Name || got.Author != want.Author || got.Revision != 1 || w.Header().Get("ETag") != `"1"` || w.Header().Get("Location") != "/api/v1/plans/"+got.ID {
			t.Errorf("%s: %+v %v", body, got, w.Header())
		}
	}
	for _, media := range []string{"application/yaml", "application/x-yaml", "text/yaml"} {
		got := read[head](t, s.call("POST", "/api/v1/plans", "schema: 1\nabout:\n  name: From YAML\n", "Content-Type", media, "Deckplan-Author", " 지민 "), 201)
		if got.Name != "From YAML" || got.Author != "지민" {
			t.Errorf("%s: %+v", media, got)
		}
	}
	first := read[listOf[head]](t, s.get("/api/v1/plans?limit=3"), 200)
	rest := read[listOf[head]](t, s.get(first.Next+"&lang=ko"), 200)
	if len(first.Items) != 3 || first.Total != 8 || len(rest.Items) != 3 || rest.Items[0].ID == first.Items[0].ID || rest.Next != "/api/v1/plans?lang=ko&limit=3&offset=6" {
		t.Errorf("%+v %+v", first, rest)
	}
}

func TestPlans_EveryFaultOfADocumentIsToldWithItsLine(t *testing.T) {
	s := sampleSite(t)
	const wrong = "schema: 1\nabout:\n  name: X\nclusters:\n  - id: a\n    name: A\n    zone: nowhere\n    colour: red\n  - id: a\n    name: \"\"\n"
	for _, w := range []*problem{
		ptr(refused(t, s.call("POST", "/api/v1/plans", wrong, "Content-Type", "application/yaml"), 422, "invalid")),
		ptr(refused(t, s.call("PUT", commerce, wrong, "Content-Type", "application/yaml", "If-Match", `"1"`), 422, "invalid")),
	} {
		lines := map[string]int{}
		for _, e := range w.Errors {
			lines[e.Location] = e.Line
		}
		for location, line := range map[string]int{"body.clusters[0].zone": 7, "body.clusters[0].colour": 8, "body.clusters[1]": 9, "body.clusters[1].name": 10} {
			if lines[location] != line {
				t.Errorf("%s: line %d, want %d: %+v", location, lines[location], line, w.Errors)
			}
		}
	}
	for body, location := range map[string]string{`{"from": "elsewhere"}`: "body.from", `{"from": "sample", "lang": "fr"}`: "body.lang", `{"from": "empty", "size": 3}`: "body.size",
		`{"from": "empty", "name": 3}`: "body.name", `{"from": "empty", "author": "` + strings.Repeat("x", 61) + `"}`: "body.author"} {
		if p := refused(t, s.call("POST", "/api/v1/plans", body), 422, "invalid"); p.Errors[0].Location != location {
			t.Errorf("%s: %+v", body, p)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestPlan_IsReadAsJSONOrYAMLAndNotSentTwice(t *testing.T) {
	s := sampleSite(t)
	for accept, want := range map[string]string{"": "application/json", "*/*": "application/json", "application/yaml": "application/yaml", "text/yaml": "application/yaml",
		"application/json;q=0.1, application/yaml": "application/yaml", "text/html,*/*;q=0.8": "application/json"} {
		w := s.get(commerce, "Accept", accept)
		p, err := plan.DecodeYAML(strings.NewReader(w.Body.String()))
		if err != nil || w.Header().Get("Content-Type") != want || w.Header().Get("ETag") != `"1"` || len(p.Clusters) != len(sample(t).Clusters) {
			t.Errorf("%q: %v %v", accept, err, w.Header())
		}
		if again := s.get(commerce, "Accept", accept, "If-None-Match", `"7", W/"1"`); again.Code != 304 || again.Body.Len() > 0 || again.Header().Get("ETag") != `"1"` {
			t.Errorf("%q: %d %v", accept, again.Code, again.Header())
		}
	}
	refused(t, s.get(commerce, "Accept", "text/html"), 406, "not_acceptable")
	refused(t, s.get(commerce+"?revision=9"), 404, "not_found")
	s.patch(t, `{"op": "set", "table": "about", "key": "about", "fields": {"name": "New"}}`)
	if w := s.get(commerce, "If-None-Match", `"1"`); w.Code != 200 || w.Header().Get("ETag") != `"2"` || !strings.Contains(w.Body.String(), `"name":"New"`) {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := s.get(commerce + "?revision=1"); w.Header().Get("ETag") != `"1"` || strings.Contains(w.Body.String(), `"name":"New"`) {
		t.Errorf("%v", w.Header())
	}
}

// patch carries one edit out.
func (s *site) patch(t testing.TB, edit string) change {
	t.Helper()
	return read[change](t, s.call("PATCH", commerce, `{"author": "Jimin", "edits": [`+edit+`]}`), 200)
}

func TestPut_ReplacesOnlyTheRevisionItWasMadeFrom(t *testing.T) {
	s := sampleSite(t)
	before := s.get(commerce).Body.String()
	const fresh = `{"schema": 1, "about": {"name": "Fresh"}}`
	if p := refused(t, s.call("PUT", commerce, fresh), 428, "precondition"); p.Revision != 1 {
		t.Errorf("%+v", p)
	}
	for _, tag := range []string{`"2"`, `"0"`, `W/"1"`, `"1-gzip"`} {
		w := s.call("PUT", commerce, fresh, "If-Match", tag)
		if p := refused(t, w, 412, "stale"); p.Revision != 1 || w.Header().Get("ETag") != `"1"` {
			t.Errorf("%s: %+v", tag, p)
		}
	}
	for _, tag := range []string{"1", `"1`, "latest"} {
		if p := refused(t, s.call("PUT", commerce, fresh, "If-Match", tag), 422, "invalid"); p.Errors[0].Location != "header.If-Match" || !strings.Contains(p.Errors[0].Message, `"1"`) {
			t.Errorf("%s: %+v", tag, p)
		}
	}
	w := s.call("PUT", commerce, fresh, "If-Match", `"9", "1"`, "Deckplan-Author", "Hana")
	if got := read[change](t, w, 200); got.Revision != 2 || got.Author != "Hana" || got.Changed < 100 || w.Header().Get("ETag") != `"2"` || got.Summary != "Replaced with a whole document" {
		t.Errorf("%+v", got)
	}
	if got := read[change](t, s.call("PUT", commerce, fresh, "If-Match", "*"), 200); got.Revision != 2 || got.Changed != 0 {
		t.Errorf("the same document again: %+v", got)
	}
	if got := read[change](t, s.call("POST", commerce+"/undo", `{}`), 200); got.Revision != 3 {
		t.Errorf("%+v", got)
	}
	if after := s.get(commerce).Body.String(); after != before {
		t.Error("undoing it does not bring the document back")
	}
	refused(t, s.call("PUT", "/api/v1/plans/nothing", fresh, "If-Match", "*"), 404, "not_found")
}

// Of many who replace the same revision one wins, and so it is for edits that
// name it.
func TestPut_OfTwoAtOnceOneWins(t *testing.T) {
	s := sampleSite(t)
	for revision, method := range map[string]string{`"1"`: "PUT", `"2"`: "PATCH"} {
		if revision == `"2"` && s.get(commerce).Header().Get("ETag") == `"1"` {
			s.call("PUT", commerce, `{"schema": 1, "about": {"name": "0"}}`, "If-Match", `"1"`)
		}
		tag := s.get(commerce).Header().Get("ETag")
		var all sync.WaitGroup
		var mu sync.Mutex
		codes := map[int]int{}
		for i := range 8 {
			all.Go(func() {
				body := `{"schema": 1, "about": {"name": "` + method + string(rune('a'+i)) + `"}}`
				if method == "PATCH" {
					body = `{"edits": [{"op": "set", "table": "about", "key": "about", "fields": {"name": "` + method + string(rune('a'+i)) + `"}}]}`
				}
				w := s.call(method, commerce, body, "If-Match", tag)
				mu.Lock()
				defer mu.Unlock()
				codes[w.Code]++
			})
		}
		all.Wait()
		if codes[200] != 1 || codes[412] != 7 {
			t.Errorf("%s at %s: %v", method, tag, codes)
		}
	}
}

func TestDelete_TakesThePlanAway(t *testing.T) {
	s := sampleSite(t)
	refused(t, s.call("DELETE", commerce, "", "If-Match", `"4"`), 412, "stale")
	if w := s.call("DELETE", commerce, "", "If-Match", `"1"`); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, path := range []string{"", "/history", "/revisions/1", "/scenarios", "/verdicts", "/findings", "/decisions", "/decisions/1", "/decisions/1/madr", "/drift", "/report"} {
		refused(t, s.get(commerce+path), 404, "not_found")
	}
	refused(t, s.call("DELETE", commerce, ""), 404, "not_found")
	for path, body := range map[string]string{"/undo": `{}`, "/scenarios": `{"scenario": "x"}`, "/decisions": `{"topic": "plan", "title": "x", "context": "x", "options": [{"name": "a"}]}`,
		"/decisions/1/steps": `{"to": "accepted"}`} {
		refused(t, s.call("POST", commerce+path, body), 404, "not_found")
	}
}

func TestHistory_TellsWhatChangedAndUndoes(t *testing.T) {
	s := sampleSite(t)
	for _, name := range []string{"A", "B", "C"} {
		s.patch(t, `{"op": "set", "table": "zones", "key": "office", "fields": {"name": "`+name+`"}}`)
	}
	type revision struct {
		Number, Undoes, Undone int64
		Author, Summary        string
		Changes                listOf[struct {
			Table, Key, Change string
			Before, After      struct{ Name string }
		}]
	}
	first := read[listOf[revision]](t, s.get(commerce+"/history?limit=3"), 200)
	if len(first.Items) != 3 || first.Items[0].Number != 4 || first.Items[0].Author != "Jimin" || first.Items[0].Summary == "" {
		t.Errorf("%+v", first)
	}
	if rest := read[listOf[revision]](t, s.get(first.Next), 200); len(rest.Items) != 1 || rest.Items[0].Number != 1 || rest.Next != "" {
		t.Errorf("%+v", rest)
	}
	if r := read[revision](t, s.get(commerce+"/revisions/3"), 200); r.Changes.Total != 1 || r.Changes.Items[0].Before.Name != "A" || r.Changes.Items[0].After.Name != "B" {
		t.Errorf("%+v", r)
	}
	if r := read[revision](t, s.get(commerce+"/revisions/4?since=1"), 200); r.Changes.Total != 1 || r.Changes.Items[0].After.Name != "C" || r.Changes.Items[0].Before.Name == "A" {
		t.Errorf("%+v", r)
	}
	if got := read[change](t, s.call("POST", commerce+"/undo", `{"revision": 4, "author": "Hana"}`), 200); got.Revision != 5 || got.Author != "Hana" {
		t.Errorf("%+v", got)
	}
	refused(t, s.call("POST", commerce+"/undo", `{"revision": 4}`), 409, "undone")
	if p := refused(t, s.call("POST", commerce+"/undo", `{"revision": 2}`), 409, "conflict"); p.Conflict == nil || p.Conflict.Now != "B" || p.Conflict.Was != "A" {
		t.Errorf("%+v", p.Conflict)
	}
	if got := read[change](t, s.call("POST", commerce+"/undo", `{"redo": true}`), 200); got.Revision != 6 {
		t.Errorf("%+v", got)
	}
	refused(t, s.call("POST", commerce+"/undo", `{"redo": true}`), 409, "undone")
	refused(t, s.call("POST", commerce+"/undo", `{"redo": true, "revision": 2}`), 422, "invalid")
	refused(t, s.call("POST", commerce+"/undo", `{"revision": 99}`), 404, "not_found")
	if got := read[change](t, s.call("POST", commerce+"/undo", ""), 200); got.Revision != 7 {
		t.Errorf("%+v", got)
	}
}

func TestScenarios_AreCopiesOfOneFamily(t *testing.T) {
	s := sampleSite(t)
	w := s.call("POST", commerce+"/scenarios", `{"scenario": " 목표안 A ", "author": "민서"}`)
	got := read[head](t, w, 201)
	if got.Scenario != "목표안 A" || got.Family != "commerce" || got.Author != "민서" || w.Header().Get("Location") != "/api/v1/plans/"+got.ID {
		t.Errorf("%+v %v", got, w.Header())
	}
	if all := read[listOf[head]](t, s.get(w.Header().Get("Location")+"/scenarios"), 200); all.Total != 2 || all.Items[0].ID != "commerce" {
		t.Errorf("%+v", all)
	}
	for _, body := range []string{`{"scenario": ""}`, `{"scenario": "  "}`, `{}`, `{"scenario": "` + strings.Repeat("x", 61) + `"}`} {
		if p := refused(t, s.call("POST", commerce+"/scenarios", body), 422, "invalid"); p.Errors[0].Location != "body.scenario" {
			t.Errorf("%s: %+v", body, p)
		}
	}
}
