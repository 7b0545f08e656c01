package api_test

import (
	"strings"
	"testing"

	"deckplan/internal/decision"
)

type decided struct {
	Record   decision.Record
	Version  int64
	Next     []string
	Snapshot *struct {
		Revision int64
		Metrics  []any
		Findings []any
	}
	Hash   string
	Intact bool
}

const record = `{"topic": "layout", "subject": "ours", "title": "Group by environment", "context": "One hub delivers to nine clusters.",
	"decisionMakers": ["Jimin"], "options": [{"name": "1:N"}, {"name": "By environment", "arguments": [{"side": "good", "text": "production last"}]}],
	"chosen": "By environment", "justification": "upgrades come last", "assumptions": [{"text": "radius stays below a third"}], "reviewBy": "2027-05-01"}`

func TestDecisions_KeepTheVerdictTheyAreAbout(t *testing.T) {
	s := sampleSite(t)
	w := s.call("POST", commerce+"/decisions", record)
	d := read[decided](t, w, 201)
	if d.Record.Number != 2 || d.Record.Status != decision.Proposed || d.Record.Date != "2026-11-23" || d.Record.Subject != "ours" || len(d.Record.Assumptions) != 1 || d.Record.ReviewBy != "2027-05-01" ||
		d.Snapshot == nil || d.Snapshot.Revision != 1 || len(d.Snapshot.Metrics) == 0 || len(d.Hash) != 64 || !d.Intact || w.Header().Get("Location") != commerce+"/decisions/2" {
		t.Errorf("%+v %v", d, w.Header())
	}
	got := s.get(commerce + "/decisions/2")
	if back := read[decided](t, got, 200); back.Hash != d.Hash || !back.Intact || got.Header().Get("ETag") != `"1"` {
		t.Errorf("%+v", back)
	}
	if w := s.get(commerce+"/decisions/2", "If-None-Match", `"1"`); w.Code != 304 {
		t.Errorf("%d", w.Code)
	}
	if w := s.get(commerce + "/decisions/2/madr"); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/markdown") || !strings.Contains(w.Body.String(), "# Group by environment") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if all := read[listOf[decision.Record]](t, s.get(commerce+"/decisions?topic=layout&status=proposed,accepted"), 200); all.Total != 1 || all.Items[0].Number != 2 {
		t.Errorf("%+v", all)
	}
}

func TestDecisions_TellEveryFaultByItsField(t *testing.T) {
	s := sampleSite(t)
	p := refused(t, s.call("POST", commerce+"/decisions", `{"topic": "layout", "subject": "nowhere", "title": " ", "context": "x", "date": "1.2.2026", "chosen": "c",
		"reviewBy": "soon", "options": [{"name": "a"}, {"name": "a", "arguments": [{"side": "good", "text": ""}]}]}`), 422, "invalid")
	want := []string{"body.subject", "body.reviewBy", "body.title", "body.date", "body.chosen", "body.options[1]"}
	got := map[string]bool{}
	for _, e := range p.Errors {
		got[e.Location] = true
	}
	for _, location := range want {
		if !got[location] {
			t.Errorf("%s is not told: %+v", location, p.Errors)
		}
	}
	for body, location := range map[string]string{`{"topic": "layout", "title": "x", "options": []}`: "body.context", `{"topic": "weather", "title": "x", "context": "x", "options": []}`: "body.topic",
		strings.Replace(record, `"title"`, `"number": 7, "title"`, 1): "body.number", strings.Replace(record, `"side": "good"`, `"side": "fine"`, 1): "body.options[1][0]"} {
		if p := refused(t, s.call("POST", commerce+"/decisions", body), 422, "invalid"); p.Errors[0].Location != location {
			t.Errorf("%s: %+v", location, p.Errors)
		}
	}
	if all := read[listOf[decision.Record]](t, s.get(commerce+"/decisions"), 200); all.Total != 1 {
		t.Errorf("%d records", all.Total)
	}
}

func TestSteps_FollowTheLifeCycleAndSayWhoAndWhy(t *testing.T) {
	s := sampleSite(t)
	read[decided](t, s.call("POST", commerce+"/decisions", record), 201)
	w := s.call("POST", commerce+"/decisions/1/steps", `{"to": "accepted", "person": "Hana", "why": "agreed"}`, "If-Match", `"1"`)
	d := read[decided](t, w, 200)
	if step := d.Record.Steps[0]; d.Record.Status != decision.Accepted || step.Person != "Hana" || step.Why != "agreed" || !step.At.Equal(noon) || d.Version != 2 || w.Header().Get("ETag") != `"2"` || len(d.Next) == 0 {
		t.Errorf("%+v", d)
	}
	refused(t, s.call("POST", commerce+"/decisions/1/steps", `{"to": "deprecated"}`, "If-Match", `"1"`), 412, "stale")
	for body, location := range map[string]string{`{"to": "proposed"}`: "body.to", `{"to": "superseded"}`: "body.to", `{"to": "superseded", "by": 1}`: "body.to", `{"to": "superseded", "by": 99}`: "body.by",
		`{"to": "superseded", "by": 0}`: "body.by"} {
		if p := refused(t, s.call("POST", commerce+"/decisions/1/steps", body), 422, "invalid"); p.Errors[0].Location != location {
			t.Errorf("%s: %+v", body, p.Errors)
		}
	}
	d = read[decided](t, s.call("POST", commerce+"/decisions/1/steps", `{"to": "superseded", "by": 2, "why": "newer figures"}`, "Deckplan-Author", "지민"), 200)
	if d.Record.SupersededBy != 2 || d.Record.Steps[1].Person != "지민" || len(d.Next) != 0 {
		t.Errorf("%+v", d)
	}
	if next := read[decided](t, s.get(commerce+"/decisions/2"), 200); len(next.Record.Supersedes) != 1 || next.Record.Supersedes[0] != 1 {
		t.Errorf("%+v", next.Record)
	}
}
