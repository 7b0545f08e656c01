package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

// doc is the sample plan as it is now.
func (s *site) doc(t testing.TB) *plan.Plan {
	t.Helper()
	_, p, err := s.db.Plan(t.Context(), "commerce")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPatch_DoesEverySortOfEdit(t *testing.T) {
	s := sampleSite(t)
	zones := plan.KindOf("zones")
	for _, edit := range []string{
		`{"op": "set", "table": "zones", "key": "office", "fields": {"name": "본사"}, "was": {"name": "` + plan.NameOf(s.doc(t), "zones", "office") + `"}}`,
		`{"op": "add", "table": "zones", "row": {"id": "lab", "name": "Lab"}, "after": "office"}`,
		`{"op": "put", "table": "zones", "rows": [{"id": "lab", "name": "Laboratory"}, {"id": "edge", "name": "Edge"}]}`,
		`{"op": "duplicate", "table": "zones", "key": "lab", "name": "Lab 2"}`,
		`{"op": "move", "table": "zones", "key": "edge", "before": "office"}`,
		`{"op": "remove", "table": "zones", "keys": ["lab"]}`,
		`{"op": "batch", "edits": [{"op": "set", "table": "zones", "key": "edge", "fields": {"name": "Rand"}}, {"op": "batch", "edits": [{"op": "add", "table": "teams", "row": {"name": "Search"}}]}]}`,
	} {
		if got := s.patch(t, edit); got.Changed == 0 || len(got.Rows) == 0 || got.Author != "Jimin" || strings.Contains(got.Summary, "‹") {
			t.Errorf("%s: %+v", edit, got)
		}
	}
	p := s.doc(t)
	var names []string
	for i := range zones.Len(p) {
		names = append(names, plan.Name(p, zones, zones.At(p, i)))
	}
	if got := strings.Join(names, ","); !strings.Contains(got, "Rand,본사,Lab 2") || strings.Contains(got, "Laboratory") {
		t.Errorf("got %s", got)
	}
	if last := p.Teams[len(p.Teams)-1]; last.Name != "Search" || len(last.ID) != 12 {
		t.Errorf("got %+v", last)
	}
}

// A list of edits is one edit: all of it is done, or none, and one undo takes
// it back.
func TestPatch_IsAllOrNothing(t *testing.T) {
	s := sampleSite(t)
	before := s.get(commerce).Body.String()
	const good, bad = `{"op": "set", "table": "zones", "key": "office", "fields": {"name": "HQ"}}`, `{"op": "remove", "table": "zones", "keys": ["nowhere"]}`
	if p := refused(t, s.call("PATCH", commerce, `{"edits": [`+good+`, `+bad+`]}`), 409, "gone"); p.Gone == nil || p.Gone.Key != "nowhere" || p.Gone.Table != "zones" {
		t.Errorf("%+v", p)
	}
	if s.get(commerce).Body.String() != before {
		t.Error("half of it was done")
	}
	if got := s.patch(t, good+`, {"op": "add", "table": "teams", "row": {"name": "Search"}}`); got.Revision != 2 || got.Changed != 2 || !strings.HasPrefix(got.Summary, "2 ") {
		t.Errorf("%+v", got)
	}
	read[change](t, s.call("POST", commerce+"/undo", `{}`), 200)
	if s.get(commerce).Body.String() != before {
		t.Error("one undo does not take it back")
	}
}

func TestPatch_AConflictShowsAllThreeValues(t *testing.T) {
	s := sampleSite(t)
	s.patch(t, `{"op": "set", "table": "services", "key": "web", "fields": {"criticality": 2}}`)
	p := refused(t, s.call("PATCH", commerce, `{"edits": [{"op": "set", "table": "services", "key": "web", "fields": {"criticality": 3}, "was": {"criticality": 5}}]}`), 409, "conflict")
	if c := p.Conflict; c == nil || c.Table != "services" || c.Key != "web" || c.Field != "criticality" || c.Was != 5.0 || c.Now != 2.0 || c.Mine != 3.0 {
		t.Errorf("%+v", p.Conflict)
	}
	if p := refused(t, s.call("PATCH", commerce, `{"edits": [{"op": "set", "table": "services", "key": "web", "fields": {"criticality": 3}}]}`, "If-Match", `"1"`), 412, "stale"); p.Revision != 2 {
		t.Errorf("%+v", p)
	}
	if got := read[change](t, s.call("PATCH", commerce, `{"edits": [{"op": "set", "table": "services", "key": "web", "fields": {"criticality": 3}}]}`, "If-Match", `"2"`), 200); got.Revision != 3 {
		t.Errorf("%+v", got)
	}
}

func TestPatch_TellsWhereItIsWrong(t *testing.T) {
	s := sampleSite(t)
	for edit, want := range map[string]string{
		`3`:                              "body.edits[0]",
		`{"op": "upsert"}`:               "body.edits[0].op",
		`{"op": "set", "table": "cows"}`: "body.edits[0].table",
		`{"op": "set", "table": "zones", "key": "office", "fields": {}}`:                                             "body.edits[0].fields",
		`{"op": "set", "table": "zones", "key": "office", "fields": {"colour": 1}}`:                                  "body.edits[0].fields.colour",
		`{"op": "set", "table": "zones", "key": "office", "fields": {"name": "x"}, "was": {"internet": true}}`:       "body.edits[0].was.internet",
		`{"op": "set", "table": "zones", "key": "office", "fields": {"name": 3}}`:                                    "body.edits[0].fields.name",
		`{"op": "set", "table": "zones", "key": "office", "fields": {"name": ""}}`:                                   "body.edits[0].fields.name",
		`{"op": "set", "table": "clusters", "key": "dev-1", "fields": {"zone": "nowhere"}}`:                          "body.edits[0].fields.zone",
		`{"op": "set", "table": "zones", "key": "office", "field": "name"}`:                                          "body.edits[0].field",
		`{"op": "set", "table": "zones", "key": 3, "fields": {"name": "x"}}`:                                         "body.edits[0].key",
		`{"op": "add", "table": "zones"}`:                                                                            "body.edits[0].row",
		`{"op": "add", "table": "zones", "row": {"nmae": "x"}}`:                                                      "body.edits[0].row.nmae",
		`{"op": "add", "table": "clusters", "row": {"name": "x", "zone": "nowhere"}}`:                                "body.edits[0].row.zone",
		`{"op": "put", "table": "zones", "rows": []}`:                                                                "body.edits[0].rows",
		`{"op": "put", "table": "zones", "rows": [{"name": "a"}, {"name": 3}]}`:                                      "body.edits[0].rows[1].name",
		`{"op": "remove", "table": "zones", "keys": []}`:                                                             "body.edits[0].keys",
		`{"op": "batch", "edits": [{"op": "set", "table": "zones", "key": "office", "fields": {"name": ""}}, null]}`: "body.edits[0].edits[1].op",
		`{"op": "batch", "edits": [{"op": "batch", "edits": [{"op": "batch", "edits": [{"op": "batch", "edits": [{"op": "remove", "table": "zones", "keys": ["office"]}]}]}]}]}`: "body.edits[0].edits[0].edits[0].edits[0].edits",
	} {
		p := refused(t, s.call("PATCH", commerce, `{"edits": [`+edit+`]}`), 422, "invalid")
		found := false
		for _, e := range p.Errors {
			found = found || e.Location == want
		}
		if !found {
			t.Errorf("%s: want %s, got %+v", edit, want, p.Errors)
		}
	}
	for body, want := range map[string]string{`{}`: "body.edits", `{"edits": []}`: "body.edits", `{"edits": 3}`: "body.edits", `{"edit": []}`: "body.edit", `[]`: "body",
		`{"edits": [` + strings.Repeat(`{"op": "remove", "table": "zones", "keys": ["x"]},`, 1000) + `{}]}`: "body.edits"} {
		if p := refused(t, s.call("PATCH", commerce, body), 422, "invalid"); p.Errors[0].Location != want {
			t.Errorf("%.60s: %+v", body, p.Errors)
		}
	}
	for _, body := range []string{"{\n  \"edits\": [\n    {\"op\": set}\n  ]\n}", "{\n\n{", "{\"edits\": []}\n\nx"} {
		if p := refused(t, s.call("PATCH", commerce, body), 400, "malformed"); p.Errors[0].Line != 3 {
			t.Errorf("%q: %+v", body, p.Errors)
		}
	}
	if got := s.doc(t); len(got.Zones) != len(sample(t).Zones) {
		t.Error("something was done")
	}
}

// Whatever is sent as a patch, the answer is the plan's change or a problem,
// never a failure of the server; and the plan is sound afterwards.
func FuzzPatch(f *testing.F) {
	for _, body := range []string{
		`{"edits": [{"op": "set", "table": "zones", "key": "office", "fields": {"name": "본사"}, "was": {"name": null}}]}`,
		`{"edits": [{"op": "set", "table": "stages", "key": "a4", "fields": {"approval.waitMinutes": 1e308}}]}`,
		`{"edits": [{"op": "set", "table": "placements", "key": "ours/dev-1/", "fields": {"instance": "hub", "slice": "x"}}]}`,
		`{"edits": [{"op": "add", "table": "teams", "row": {"name": "\u0000"}, "after": "x"}]}`,
		`{"edits": [{"op": "add", "table": "about", "row": {"name": "x"}}]}`,
		`{"edits": [{"op": "put", "table": "about", "rows": [{"name": "x"}, null]}]}`,
		`{"edits": [{"op": "put", "table": "scores", "rows": [{"candidate": "cd-flux", "criterion": "cd-effort", "person": "a/b", "value": 5}]}]}`,
		`{"edits": [{"op": "remove", "table": "zones", "keys": ["office", "office"]}]}`,
		`{"edits": [{"op": "remove", "table": "about", "keys": ["about"]}]}`,
		`{"edits": [{"op": "duplicate", "table": "pipelines", "key": "split"}, {"op": "move", "table": "environments", "key": "prod"}]}`,
		`{"edits": [{"op": "batch", "edits": [{"op": "batch", "edits": []}]}]}`,
		`{"edits": [null, 3, "x", [], {"op": 3}, {"OP": "set"}]}`,
		`{"author": "` + strings.Repeat("지", 70) + `", "edits": [{}]}`,
		`[[[[[[`, `{"edits": `, "\xff", `{"edits": [{"op": "set", "table": "assumptions", "key": "x", "fields": {"id": "y"}}]}`,
	} {
		f.Add(body)
	}
	s := sampleSite(f)
	f.Fuzz(func(t *testing.T, body string) {
		w := s.call("PATCH", commerce, body, "Content-Type", "application/json")
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		default:
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("no JSON: %s", w.Body)
		}
		if w.Code == http.StatusOK {
			if err := plan.Check(s.doc(t)); err != nil {
				t.Fatal(err)
			}
			s.call("POST", commerce+"/undo", `{}`)
		}
	})
}
