package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"deckplan/internal/plan/plantest"
)

type judged struct {
	Topic   string
	Subject struct{ Key, Name string }
	Preset  bool
	Metrics []struct {
		ID, Label, Unit, Text string
		Value                 float64
		Inputs                []struct{ ID, Label, Text string }
	}
	Findings []struct{ ID, Severity, Text, Why, Do string }
}

func TestVerdicts_CoverEveryTopicInBothLanguages(t *testing.T) {
	s := sampleSite(t)
	for _, lang := range []string{"en", "ko"} {
		got := map[string]int{}
		for next := commerce + "/verdicts?limit=7&lang=" + lang; next != ""; {
			w := s.get(next)
			if strings.Contains(w.Body.String(), "‹") {
				t.Errorf("%s: a message is missing: %s", lang, w.Body)
			}
			one := read[listOf[judged]](t, w, 200)
			for _, v := range one.Items {
				got[v.Topic]++
				if v.Subject.Name == "" || v.Metrics == nil || v.Findings == nil {
					t.Errorf("%+v", v)
				}
				for _, m := range v.Metrics {
					if m.Label == "" || m.Text == "" || m.Unit == "" {
						t.Errorf("%s: %+v", v.Subject.Key, m)
					}
				}
			}
			next = one.Next
		}
		p := s.doc(t)
		if got["ownership"] != len(p.Pipelines) || got["matrix"] != len(p.Matrices) || got["strategy"] != len(p.Services) || got["image"] != 1 || got["layout"] <= len(p.Layouts) {
			t.Errorf("%s: %v", lang, got)
		}
	}
	en := read[listOf[judged]](t, s.get(commerce+"/verdicts/layout?subject=ours", "Accept-Language", "en"), 200)
	ko := read[listOf[judged]](t, s.get(commerce+"/verdicts/layout?subject=ours", "Accept-Language", "ko"), 200)
	if en.Total != 1 || en.Items[0].Preset || en.Items[0].Metrics[0].Label == ko.Items[0].Metrics[0].Label || en.Items[0].Metrics[0].Value != ko.Items[0].Metrics[0].Value {
		t.Errorf("%+v\n%+v", en, ko)
	}
	if preset := read[listOf[judged]](t, s.get(commerce+"/verdicts/layout?subject=per_cluster"), 200); !preset.Items[0].Preset {
		t.Errorf("%+v", preset)
	}
}

func TestVerdicts_AreNotSentTwiceForOneRevisionAndLanguage(t *testing.T) {
	s := sampleSite(t)
	for _, path := range []string{"/verdicts", "/verdicts/layout", "/findings", "/history"} {
		tag := s.get(commerce + path + "?lang=en").Header().Get("ETag")
		if w := s.get(commerce+path+"?lang=en", "If-None-Match", tag); w.Code != 304 || w.Body.Len() > 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := s.get(commerce+path+"?lang=ko", "If-None-Match", tag); w.Code != 200 || !strings.Contains(w.Header().Get("Vary"), "Accept-Language") {
			t.Errorf("%s in the other language: %d %v", path, w.Code, w.Header())
		}
		s.patch(t, `{"op": "set", "table": "zones", "key": "office", "fields": {"name": "`+path+`"}}`)
		if w := s.get(commerce+path+"?lang=en", "If-None-Match", tag); w.Code != 200 {
			t.Errorf("%s of the next revision: %d", path, w.Code)
		}
		if w := sampleSite(t).get(commerce+path+"?lang=en", "If-None-Match", tag); w.Code != 200 {
			t.Errorf("%s of another server: %d", path, w.Code)
		}
	}
}

func TestFindings_AreFilteredAndGravestFirst(t *testing.T) {
	s := sampleSite(t)
	type finding struct {
		Topic, ID, Severity, Text string
		Subject                   struct{ Key, Name string }
	}
	order := []string{"error", "warning", "note", "good"}
	all := read[listOf[finding]](t, s.get(commerce+"/findings?limit=1000"), 200)
	if all.Total == 0 || len(all.Items) != all.Total || !slices.IsSortedFunc(all.Items, func(a, b finding) int { return slices.Index(order, a.Severity) - slices.Index(order, b.Severity) }) {
		t.Errorf("%d %+v", all.Total, all.Items)
	}
	some := read[listOf[finding]](t, s.get(commerce+"/findings?severity=error,warning&topic=layout&limit=1000"), 200)
	want := 0
	for _, f := range all.Items {
		if (f.Severity == "error" || f.Severity == "warning") && f.Topic == "layout" {
			want++
		}
	}
	if want == 0 || some.Total != want {
		t.Errorf("got %d, want %d", some.Total, want)
	}
	if one := read[listOf[finding]](t, s.get(commerce+"/findings?id="+all.Items[0].ID), 200); one.Total == 0 || one.Items[0].ID != all.Items[0].ID {
		t.Errorf("%+v", one)
	}
}

func TestReport_IsWhatThePagesGive(t *testing.T) {
	s := sampleSite(t)
	for path, want := range map[string]string{"": "text/html; charset=utf-8", "?format=html&lang=ko": "text/html; charset=utf-8", "?format=markdown": "application/zip"} {
		w := s.get(commerce + "/report" + path)
		if w.Code != 200 || w.Header().Get("Content-Type") != want || w.Body.Len() < 1000 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if want == "text/html; charset=utf-8" && !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%v", w.Header())
		}
	}
	for query, want := range map[string]string{"sections=summary,bogus": "query.sections", "sections=rows": "query.sections", "title=a%0Db": "query.title", "classification=" + strings.Repeat("x", 121): "query.classification"} {
		if p := refused(t, s.get(commerce+"/report?format=json&"+query), 422, "invalid"); p.Errors[0].Location != want || strings.Contains(p.Errors[0].Message, "‹") {
			t.Errorf("%s: %+v", query, p)
		}
	}
	if p := refused(t, s.get(commerce+"/report?format=docs"), 422, "invalid"); p.Errors[0].Location != "query.format" || !strings.Contains(p.Errors[0].Message, "html, markdown") {
		t.Errorf("%+v", p)
	}
}

// BenchmarkAPI asks every operation that reads, of a plan of 1,000 clusters and
// 10,000 services; the revision's verdicts are kept from the first time on.
func BenchmarkAPI(b *testing.B) {
	s := newSite(b, plantest.Generate(1, 1000, 10000))
	for i := range 3 {
		read[change](b, s.call("PATCH", commerce, `{"edits": [{"op": "set", "table": "clusters", "key": "c1", "fields": {"region": "r`+string(rune('a'+i))+`"}}]}`), 200)
	}
	read[struct{}](b, s.call("POST", commerce+"/decisions", `{"topic": "layout", "title": "x", "context": "x", "options": [{"name": "a"}]}`), 201)
	fillLive(s, 20, 10000)
	for name, path := range map[string]string{
		"plans": "/api/v1/plans", "plan": commerce, "plan_yaml": commerce + "?accept=yaml", "history": commerce + "/history", "revision": commerce + "/revisions/3",
		"since": commerce + "/revisions/4?since=1", "scenarios": commerce + "/scenarios", "verdicts": commerce + "/verdicts", "verdicts_1000": commerce + "/verdicts?limit=1000",
		"layouts": commerce + "/verdicts/layout?limit=1000", "strategies": commerce + "/verdicts/strategy?offset=9000&limit=1000", "findings": commerce + "/findings",
		"findings_1000": commerce + "/findings?limit=1000&severity=warning", "decisions": commerce + "/decisions", "decision": commerce + "/decisions/1",
		"madr": commerce + "/decisions/1/madr", "applications": "/api/v1/live/applications?limit=1000&facets=true&group=cluster",
		"search":    "/api/v1/live/applications?" + url.Values{"q": {"health:degraded cluster:cluster-00* age:<1d"}, "plan": {"commerce"}, "group": {"owner"}}.Encode(),
		"instances": "/api/v1/live/instances", "drift": commerce + "/drift?limit=1000", "report": commerce + "/report", "openapi": "/api/openapi.json", "docs": "/api/docs",
	} {
		b.Run(name, func(b *testing.B) {
			ask := func() *httptest.ResponseRecorder { return s.get(path) }
			if strings.HasSuffix(path, "?accept=yaml") {
				ask = func() *httptest.ResponseRecorder { return s.get(commerce, "Accept", "application/yaml") }
			}
			ask()
			n, begun := 0, cpuTime()
			for b.Loop() {
				w := ask()
				if w.Code != http.StatusOK {
					b.Fatalf("%d %s", w.Code, w.Body)
				}
				n = w.Body.Len()
			}
			b.ReportMetric(float64(n), "bytes/answer")
			b.ReportMetric(float64(cpuTime()-begun)/float64(b.N), "cpu-ns/op") // what it takes on a machine that others use too
		})
	}
}

// cpuTime is the processor time that this process has taken.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
