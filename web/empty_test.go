package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

func TestEmptyPlan_EveryPageOffersTheNextStep(t *testing.T) {
	s := newSite(t, plan.Empty("Test"))
	for path, wants := range map[string][]string{
		"/plans/p":                 {"First steps", "/plans/p/facts/clusters/paste", "/plans/p/facts/services/paste", "/plans/p/import", "/plans/p/ownership", "/plans/p/layouts"},
		"/plans/p/matrix":          {"Begin with one of these", `name="purpose" value="cd"`},
		"/plans/p/layouts/outlook": {"Add clusters", "/plans/p/facts/clusters"},
		"/plans/p/decisions":       {`class="btn" href="/plans/p/strategies"`, `class="btn" href="/plans/p/images"`},
	} {
		w := s.get(path)
		for _, want := range wants {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s (%d) does not offer %q", path, w.Code, want)
			}
		}
	}
	if body := s.get("/plans/p").Body.String(); strings.Contains(body, "no errors and no warnings") {
		t.Error("an empty plan is said to be without fault")
	}
	if body := sampleSite(t).get("/plans/p").Body.String(); strings.Contains(body, "First steps") {
		t.Error("a plan with clusters is told to begin")
	}
}

func TestPaste_SaysWhichColumnsAreLeftOutAndWhatATickAdds(t *testing.T) {
	s := newSite(t, plan.Empty("Test"))
	w := s.paste(t, "clusters", url.Values{"text": {"클러스터\t담당 팀\track\na\tnobody\t7\n"}}, nil)
	for _, want := range []string{"Columns left out: rack", "tick above", `class="btn primary" name="do" value="check"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d: no %q", w.Code, want)
		}
	}
}

func TestLive_ARefusedTokenIsNoSilence(t *testing.T) {
	s := newSite(t, plan.Empty("Test"))
	for _, reason := range []live.Reason{live.Unauthenticated, live.Forbidden} {
		s.Live.SetStatus("seoul", live.Status{URL: "https://seoul.example.com", State: live.Down, Reason: reason})
		w := s.get("/live")
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, "token refused since") || strings.Contains(body, "no answer since") || !strings.Contains(body, "No instance could be read") {
			t.Errorf("%s: %d", reason, w.Code)
		}
	}
}
