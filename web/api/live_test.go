package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/live"
)

// fillLive puts so many applications on so many instances into the live table,
// on the clusters of a generated plan.
func fillLive(s *site, instances, applications int) {
	for i := range instances {
		s.live.SetStatus(fmt.Sprintf("argocd-%02d", i), live.Status{URL: fmt.Sprintf("https://argocd-%02d.example.com", i), State: live.Connected, LastSeen: noon, Version: "v2.14.21"})
	}
	health := []string{live.Healthy, live.Healthy, live.Healthy, live.Degraded, live.Progressing}
	for i := range applications {
		s.live.Upsert(live.Application{Instance: fmt.Sprintf("argocd-%02d", i%instances), Namespace: "argocd", Name: fmt.Sprintf("service-%05d", i), Project: fmt.Sprintf("t%d", i%40),
			Cluster: fmt.Sprintf("cluster-%04d", i%1000), Server: fmt.Sprintf("https://cluster-%04d.example.com", i%1000), DestNamespace: fmt.Sprintf("service-%05d", i),
			Health: health[i%len(health)], Sync: []string{live.Synced, live.OutOfSync}[i%7/6], Revision: fmt.Sprintf("%07x", i*7919), Images: fmt.Sprintf("registry.example.com/service-%05d:1.%d", i, i%50)})
	}
}

type applications struct {
	listOf[struct {
		Instance, Cluster, Name, Health, Sync, Owner string
		Attention, Stale                             bool
		Images                                       []string
	}]
	All, Attention int
	Facets         map[string][]struct {
		Value string
		Rows  int
	}
	Groups []struct {
		Value           string
		Rows, Attention int
	}
}

func TestLive_UnderstandsTheSearchOfThePage(t *testing.T) {
	s := newSite(t, sample(t))
	fillLive(s, 4, 1000)
	ask := func(pairs ...string) applications {
		t.Helper()
		q := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			q.Add(pairs[i], pairs[i+1])
		}
		return read[applications](t, s.get("/api/v1/live/applications?"+q.Encode()), 200)
	}
	if got := ask(); got.Total != 1000 || len(got.Items) != 100 || got.Next == "" || got.Facets != nil {
		t.Errorf("%d of %d, %q", len(got.Items), got.Total, got.Next)
	}
	if got := ask("q", "health:degraded cluster:cluster-00*", "limit", "1000"); got.Total != 20 || got.All != 1000 || got.Items[0].Health != live.Degraded || !got.Items[0].Attention {
		t.Errorf("%d %+v", got.Total, got.Items[0])
	}
	if got := ask("health", live.Degraded, "health", live.Progressing, "instance", "argocd-01"); got.Total != 100 {
		t.Errorf("%d", got.Total)
	}
	if got := ask("attention", "true"); got.Total != got.Attention || got.Total == 0 || got.Total == 1000 {
		t.Errorf("%d of %d", got.Total, got.Attention)
	}
	if got := ask("sort", "cluster", "order", "desc", "limit", "1"); got.Items[0].Cluster != "cluster-0999" {
		t.Errorf("%+v", got.Items)
	}
	got := ask("facets", "true", "group", "instance")
	if len(got.Groups) != 4 || got.Groups[0].Rows != 250 || len(got.Facets["health"]) != 3 || got.Facets["health"][0].Rows != 600 || len(got.Items) != 100 {
		t.Errorf("%+v %+v", got.Groups, got.Facets["health"])
	}
	seen := map[string]bool{}
	for next := "/api/v1/live/applications?limit=300&q=sync:outofsync"; next != ""; {
		page := read[applications](t, s.get(next), 200)
		for _, a := range page.Items {
			seen[a.Name] = true
		}
		next = page.Next
	}
	if want := ask("q", "sync:outofsync").Total; len(seen) != want {
		t.Errorf("the pages hold %d, want %d", len(seen), want)
	}
}

func TestLive_ASearchThatIsNotUnderstoodIsRefused(t *testing.T) {
	s := sampleSite(t)
	for q, want := range map[string]string{"helth:degraded": "health", "age:>soon": "age", "health:": "health", `name:"x`: ""} {
		p := refused(t, s.get("/api/v1/live/applications?q="+url.QueryEscape(q)), 422, "invalid")
		if p.Errors[0].Location != "query.q" || !strings.Contains(p.Errors[0].Message, want) {
			t.Errorf("%s: %+v", q, p.Errors)
		}
	}
	for _, q := range []string{"owner=x", "group=owner", "sort=owner", "q=owner:x"} {
		if p := refused(t, s.get("/api/v1/live/applications?"+q), 422, "invalid"); p.Errors[0].Location != "query.plan" {
			t.Errorf("%s: %+v", q, p.Errors)
		}
	}
	refused(t, s.get("/api/v1/live/applications?plan=nothing"), 404, "not_found")
	got := read[applications](t, s.get("/api/v1/live/applications?plan=commerce&group=owner&facets=true"), 200)
	if len(got.Groups) == 0 || len(got.Facets["owner"]) == 0 {
		t.Errorf("%+v", got)
	}
}

func TestInstances_TellHowTheyAreConnected(t *testing.T) {
	s := sampleSite(t)
	s.live.SetStatus("lost", live.Status{URL: "https://lost.example.com", State: live.Down, Reason: live.TimedOut, Detail: "dial tcp 10.0.0.7:443: i/o timeout", LastSeen: noon})
	w := s.get("/api/v1/live/instances?lang=ko")
	got := read[listOf[struct {
		Name, State, Reason, ReasonText string
		Applications                    int
		Health                          map[string]int
	}]](t, w, 200)
	if got.Total != 3 || strings.Contains(w.Body.String(), "10.0.0.7") {
		t.Errorf("%s", w.Body)
	}
	for _, i := range got.Items {
		if i.Name == "lost" && (i.State != "down" || i.Reason != "timeout" || i.ReasonText == "" || strings.Contains(i.ReasonText, "‹")) || i.Name == "prod" && (i.Applications != 2 || i.Health[live.Degraded] != 1) {
			t.Errorf("%+v", i)
		}
	}
}

func TestDrift_IsToldOrThatNothingIsConnected(t *testing.T) {
	refused(t, newSite(t, sample(t)).get(commerce+"/drift"), 409, "unconnected")
	s := sampleSite(t)
	type drift struct {
		listOf[struct{ Kind, Key, Severity, Text, Plan, Live string }]
		Layout *struct{ Key, Name string }
		Counts struct{ Errors, Warnings, Notes, Intended int }
	}
	for _, lang := range []string{"en", "ko"} {
		w := s.get(commerce + "/drift?lang=" + lang)
		all := read[drift](t, w, 200)
		if all.Total != all.Counts.Errors+all.Counts.Warnings+all.Counts.Notes || all.Total == 0 || all.Layout == nil || strings.Contains(w.Body.String(), "‹") {
			t.Errorf("%s", w.Body)
		}
		some := read[drift](t, s.get(commerce+"/drift?severity=warning&limit=1&lang="+lang), 200)
		if some.Total != all.Counts.Warnings || len(some.Items) != 1 || some.Items[0].Severity != "warning" {
			t.Errorf("%+v", some)
		}
		if kind := read[drift](t, s.get(commerce+"/drift?kind="+all.Items[0].Kind), 200); kind.Total == 0 || kind.Items[0].Kind != all.Items[0].Kind {
			t.Errorf("%+v", kind)
		}
		if aside := read[drift](t, s.get(commerce+"/drift?intended=true"), 200); aside.Total != 0 {
			t.Errorf("%+v", aside)
		}
	}
}
