package web

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

func TestStrategies_ASecondIsReadWithoutAScript(t *testing.T) {
	s := sampleSite(t)
	for query, want := range map[string][]string{
		"service=web&at=0":                {`value="0"`, "What there is 0 s after the begin"},
		"service=web&at=25&until=300":     {`max="300"`, `value="25"`, "What there is 25 s after the begin"},
		"service=web&at=99999999":         {"after the begin", ">16 min<"},
		"service=web&at=-5":               {`value="0"`},
		"service=web&at=x&until=-1":       {"after the begin"},
		"service=ledger&environment=prod": {"not possible", "way back from"},
	} {
		w := s.get("/plans/p/strategies?" + query)
		body := w.Body.String()
		if w.Code != http.StatusOK || strings.Count(body, "<svg") < 2 {
			t.Errorf("%s: %d", query, w.Code)
		}
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("%s: no %q", query, x)
			}
		}
	}
}

func TestStrategyFiles_AreSentOneByOneAsOneAndAsZip(t *testing.T) {
	s := sampleSite(t)
	at := func(file, query string) string {
		w := s.get("/plans/p/strategies/manifests/" + file + "?service=web&environment=prod&" + query)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; filename=") {
			t.Fatalf("%s %s: %d, %q", file, query, w.Code, w.Header().Get("Content-Disposition"))
		}
		return w.Body.String()
	}
	if got := at("rollout.yaml", ""); !strings.Contains(got, "kind: Rollout") || !strings.Contains(got, "argoproj-labs/gatewayAPI") {
		t.Errorf("the chosen canary with traffic control: %s", got)
	}
	if got := at("switch.sh", "strategy=blue_green&tool=kubernetes"); !strings.HasPrefix(got, "#!/bin/sh\n") {
		t.Error(got)
	}
	if got := at("all.yaml", "strategy=canary&router=istio&segment=user"); strings.Count(got, "\nkind: ") != 5 {
		t.Error(got)
	}
	z, err := zip.NewReader(bytes.NewReader([]byte(at("all.zip", "tool=kubernetes"))), int64(len(at("all.zip", "tool=kubernetes"))))
	if err != nil || len(z.File) != 5 {
		t.Errorf("%v", err)
	}
	for _, path := range []string{"nothing.yaml?service=web", "rollout.yaml?service=nobody", "switch.sh?service=web&strategy=recreate"} {
		if w := s.get("/plans/p/strategies/manifests/" + path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// What the page shows is what it sends.
func TestStrategyFiles_ThePageShowsWhatIsSent(t *testing.T) {
	s := sampleSite(t)
	for _, strategy := range plan.Canary.Values() {
		q := url.Values{"service": {"cart"}, "strategy": {strategy}, "router": {"alb"}, "segment": {"address"}}.Encode()
		body := s.get("/plans/p/strategies?" + q).Body.String()
		if n := strings.Count(body, `<section class="manifest">`); n < 2 || strings.Count(body, "data-copy ") < n {
			t.Errorf("%s: %d files", strategy, n)
		}
		if !strings.Contains(body, "/plans/p/strategies/manifests/all.zip?") {
			t.Errorf("%s: no download", strategy)
		}
	}
}

func TestStrategies_RollOutsSideBySide(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Clusters {
		p.Clusters[i].SpareCPU = 300
	}
	body := newSite(t, p).get("/plans/p/strategies?view=fleet").Body.String()
	for _, want := range []string{"The longest roll-outs", "16 min", "300 m", "finds no room"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if body := newSite(t, plan.Empty("New")).get("/plans/p/strategies?view=fleet").Body.String(); !strings.Contains(body, `class="btn primary" href="/plans/p/facts/services"`) {
		t.Error("an empty plan does not teach")
	}
}

func BenchmarkStrategies_10000(b *testing.B) {
	p := plantest.Generate(1, 200, 10_000)
	for i := range p.Services {
		p.Services[i].Traits = plan.Traits{Replicas: 1 + i%40, StartSeconds: float64(1 + i%100), WarmSeconds: 30, TrafficControl: i%3 == 0, ErrorBudget: float64(i%5) / 50}
		if i%3 == 0 {
			p.Strategies = append(p.Strategies, plan.Strategy{ID: fmt.Sprint(i), Service: p.Services[i].ID, Choice: plan.Canary})
		}
	}
	s := newSite(b, p)
	for name, path := range map[string]string{"list": "strategies", "service": "strategies?service=" + p.Services[6].ID, "fleet": "strategies?view=fleet", "file": "strategies/manifests/all.zip?service=" + p.Services[6].ID} {
		b.Run(name, func(b *testing.B) {
			s.get("/plans/p/" + path)
			for b.Loop() {
				if w := s.get("/plans/p/" + path); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
