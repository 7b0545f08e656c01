package strategy

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
	"deckplan/internal/verdict"
)

// one is a plan of one service.
func one(s plan.Service, rows ...plan.Strategy) *plan.Plan {
	s.ID, s.Name = "s", "shop"
	for i := range rows {
		rows[i].ID, rows[i].Service = fmt.Sprint("r", i), "s"
	}
	return &plan.Plan{Services: []plan.Service{s}, Strategies: rows,
		Environments: []plan.Environment{{ID: "stage", Name: "Staging", Tier: plan.Staging}, {ID: "prod", Name: "Production", Tier: plan.Production}}}
}

func of(t *testing.T, p *plan.Plan) *Analysis {
	t.Helper()
	a, ok := Analyse(p, "s")
	if !ok {
		t.Fatal("no such service")
	}
	return a
}

func value(t *testing.T, a *Analysis, r plan.Rollout, id string) float64 {
	t.Helper()
	m, ok := verdict.Verdict{Metrics: a.Option(r).Metrics}.Metric("strategy." + id)
	if !ok {
		t.Fatalf("%s has no %s", r, id)
	}
	return m.Value
}

func TestAnalyse_CanaryWithoutRouterMovesByReplicas(t *testing.T) {
	a := of(t, one(plan.Service{Traits: plan.Traits{Replicas: 4, StartSeconds: 20}}))
	if got := value(t, a, plan.Canary, "exposed"); got != 0.2 { // one of four, and one more
		t.Errorf("the first step is %v, not one of five replicas", got)
	}
	if got := value(t, a, plan.Canary, "extra"); got != 1 {
		t.Errorf("%v extra replicas, want the surge", got)
	}
}

// The later the failures, the more of them; few users take long to fail often
// enough.
func TestAnalyse_DetectionFollowsTheTraffic(t *testing.T) {
	alarm := func(requests float64, r plan.Rollout) float64 {
		return value(t, of(t, one(plan.Service{Traits: plan.Traits{Replicas: 10, StartSeconds: 20, TrafficControl: true, Requests: requests}})), r, "alarm")
	}
	if a, b := alarm(100, plan.Canary), alarm(1000, plan.Canary); a != 163 || b != 73 {
		t.Errorf("a canary's alarm after %v and %v s", a, b)
	}
	if a := alarm(100, plan.BlueGreen); a != 68 { // half of 20 failures a second for 5 s, then all
		t.Errorf("Blue/Green's alarm after %v s", a)
	}
}

func TestAnalyse_ClusterWithoutRoomHoldsNoSecondSet(t *testing.T) {
	p := one(plan.Service{Criticality: 5, Traits: plan.Traits{Replicas: 10, TrafficControl: true, CPU: 500}}, plan.Strategy{Choice: plan.BlueGreen})
	p.Clusters = []plan.Cluster{{ID: "c", Name: "c", SpareCPU: 2000}, {ID: "d", Name: "d", SpareCPU: 90_000}}
	p.Applications = []plan.Application{{ID: "x", Name: "x", Service: "s", Cluster: "c"}, {ID: "y", Name: "y", Service: "s", Cluster: "d"}}
	a := of(t, p)
	if a.Room != 4 || a.Option(plan.BlueGreen).Fit != Impossible || a.Option(plan.Canary).Fit != Impossible || a.Option(plan.RollingUpdate).Fit != Suits || a.Recommended != plan.RollingUpdate {
		t.Errorf("room %d, %s recommended", a.Room, a.Recommended)
	}
	if got := findings(a); got != "no_room" {
		t.Errorf("findings %q", got)
	}
	p.Clusters[0].SpareCPU = 5000
	if a := of(t, p); a.Room != 10 || a.Recommended != plan.Canary {
		t.Errorf("room %d, %s recommended", a.Room, a.Recommended)
	}
}

// Where none may be missing, a full cluster lets not even the default begin.
func TestFindings_DefaultWithoutRoom(t *testing.T) {
	p := assuming(one(plan.Service{Traits: plan.Traits{Replicas: 4, CPU: 500}}), "rollout_max_unavailable", 0)
	p.Clusters = []plan.Cluster{{ID: "c", Name: "c", SpareCPU: 499}}
	p.Applications = []plan.Application{{ID: "x", Name: "x", Service: "s", Cluster: "c"}}
	if got := findings(of(t, p)); got != "default_no_room" {
		t.Errorf("findings %q", got)
	}
	p.Clusters[0].SpareCPU = 500
	if got := findings(of(t, p)); got != "" {
		t.Errorf("findings %q", got)
	}
}

func TestAnalyse_RanksAreAnOrderThatBeginsWithTheRecommended(t *testing.T) {
	for _, traits := range []plan.Traits{{}, {Alone: true}, {Replicas: 8, TrafficControl: true, OnlyProduction: true}, {Stateful: true, Replicas: 3}} {
		a := of(t, one(plan.Service{Traits: traits}))
		var seen [5]bool
		for _, o := range a.Options {
			seen[o.Rank] = true
			for _, x := range a.Options {
				if !o.Recommended && !x.Recommended && o.Rank < x.Rank && o.Fit > x.Fit {
					t.Errorf("%+v: %s before %s", traits, o.Rollout, x.Rollout)
				}
			}
		}
		if seen != [5]bool{false, true, true, true, true} || a.Option(a.Recommended).Rank != 1 {
			t.Errorf("%+v: ranks are no order", traits)
		}
	}
}

func TestAnalyse_SegmentsNeedARouterThatCanChoose(t *testing.T) {
	fits := func(traits plan.Traits) (out string) {
		for _, s := range of(t, one(plan.Service{Traits: traits})).Segments {
			out += " " + s.Fit.String()
			if len(s.Reasons) == 0 {
				t.Errorf("%s without a reason", s.By)
			}
		}
		return out
	}
	for want, traits := range map[string]plan.Traits{
		" impossible impossible impossible impossible": {},
		" suits suits suits suits":                     {TrafficControl: true},
		" suits doubtful doubtful doubtful":            {Router: plan.GatewayAPI},
		" doubtful impossible doubtful doubtful":       {Router: plan.NginxIngress},
	} {
		if got := fits(traits); got != want {
			t.Errorf("%+v: %s, want %s", traits, got, want)
		}
	}
}

func TestAnalyse_EveryFigureNamesWhatItCameFrom(t *testing.T) {
	for _, traits := range []plan.Traits{{}, {Replicas: 6, StartSeconds: 9, WarmSeconds: 3, TrafficControl: true, ErrorBudget: 1}} {
		a := of(t, one(plan.Service{Traits: traits}))
		for _, o := range a.Options {
			for _, m := range o.Metrics {
				if len(m.Inputs) == 0 {
					t.Errorf("%s: %s has no inputs", o.Rollout, m.ID)
				}
				for _, in := range m.Inputs {
					if in.ID == "strategy.input.replicas" && traits.Replicas == 0 || in.ID == "rollout_replicas" && traits.Replicas > 0 {
						t.Errorf("%s: what is assumed and what is known are confused: %s", m.ID, in.ID)
					}
				}
			}
		}
	}
}

// A figure changes only where something it names as its input does.
func TestAnalyse_NoFigureChangesWithoutAnInputOfIt(t *testing.T) {
	type figure struct {
		rollout plan.Rollout
		id      string
	}
	read := func(a *Analysis) map[figure]verdict.Metric {
		out := map[figure]verdict.Metric{}
		for _, o := range a.Options {
			for _, m := range o.Metrics {
				out[figure{o.Rollout, m.ID}] = m
			}
		}
		return out
	}
	values := map[string][]float64{"rollout_replicas": {1, 3, 10, 40}, "rollout_start": {5, 20, 60}, "rollout_warm": {0, 30, 400}, "rollout_stop": {1, 10, 90},
		"rollout_detect": {1, 30, 120, 900, 5000}, "rollout_switch": {1, 5, 60}, "rollout_scale_down_delay": {0, 30, 600}, "rollout_max_surge": {0, 0.25, 1},
		"rollout_max_unavailable": {0, 0.25, 0.5}, "rollout_canary_share": {0.01, 0.05, 0.3}, "rollout_canary_growth": {1.5, 3, 10}, "rollout_canary_pause": {0, 60, 300, 3000}, "rollout_budget_days": {7, 30},
		"rollout_requests": {1, 100, 5000}, "rollout_load": {0.3, 0.6, 0.95}, "rollout_cold": {0.3, 0.7, 1}, "rollout_min_weight": {0.1, 0.5}, "rollout_aggression": {1, 2},
		"rollout_bad_share": {0.05, 0.2, 1}, "rollout_detect_failures": {1, 100, 5000}, "rollout_cpu": {100, 500}, "rollout_memory": {128, 1024}}
	ids := slices.Sorted(maps.Keys(values))
	random := rand.New(rand.NewPCG(1, 2))
	told := map[string]bool{}
	for range 800 {
		p := one(plan.Service{Traits: plan.Traits{TrafficControl: random.IntN(2) == 0, ErrorBudget: 0.1, WarmUp: []plan.WarmUp{"", plan.WarmByRequests, plan.WarmBySlowStart}[random.IntN(3)]}})
		for _, id := range ids {
			p.Assumptions = append(p.Assumptions, plan.Assumption{ID: id, Value: values[id][random.IntN(len(values[id]))]})
		}
		before := read(of(t, p))
		i := random.IntN(len(ids))
		p.Assumptions[i].Value = values[ids[i]][random.IntN(len(values[ids[i]]))]
		for f, now := range read(of(t, p)) {
			was := before[f]
			if at := string(f.rollout) + ": " + f.id + " follows " + ids[i]; math.Abs(now.Value-was.Value) > 1e-9*max(1, was.Value) && slices.Equal(now.Inputs, was.Inputs) && !told[at] {
				told[at] = true
				t.Errorf("%s, which is not among its inputs: %v, then %v", at, was.Value, now.Value)
			}
		}
	}
}

// Whatever the assumptions and traits, a course is in order and the figures
// are numbers within their bounds.
func TestAnalyse_AnyInputGivesACourseInOrder(t *testing.T) {
	for _, replicas := range []int{0, 1, 2, 3, 7, 100, 99_999} {
		for _, start := range []float64{0, 0.001, 86400} {
			for _, v := range []float64{0, 0.0001, 1, 1e9} {
				for _, traffic := range []bool{false, true} {
					p := one(plan.Service{Traits: plan.Traits{Replicas: replicas, StartSeconds: start, WarmSeconds: v / 1e5, TrafficControl: traffic, ErrorBudget: min(v, 100)}})
					for _, q := range catalog.StrategyParameters() {
						p.Assumptions = append(p.Assumptions, plan.Assumption{ID: q.ID, Value: v})
					}
					inOrder(t, of(t, p))
				}
			}
		}
	}
}

func inOrder(t *testing.T, a *Analysis) {
	t.Helper()
	for _, o := range a.Options {
		at := -1.0
		for _, m := range o.Good.Stretches {
			if float64(m.At) <= at || m.Share < 0 || m.Share > 1+1e-9 || m.Old < 0 || m.New < 0 || m.Starting < 0 || m.Stopping < 0 {
				t.Fatalf("%s of %d replicas: %+v after %v", o.Rollout, a.Replicas, m, at)
			}
			at = float64(m.At)
		}
		if last := o.Good.Stretches[len(o.Good.Stretches)-1]; last.Share != 1 || last.New != a.Replicas || last.Pods() != a.Replicas {
			t.Fatalf("%s of %d replicas ends with %+v", o.Rollout, a.Replicas, last)
		}
		if n := len(o.Good.Stretches) + len(o.Bad.Stretches); n > 60_000 {
			t.Fatalf("%s of %d replicas takes %d stretches", o.Rollout, a.Replicas, n)
		}
		for _, m := range o.Metrics {
			if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) || m.Value < 0 {
				t.Fatalf("%s: %s is %v", o.Rollout, m.ID, m.Value)
			}
		}
	}
}

func TestRecommended_FollowsTheTraits(t *testing.T) {
	for _, c := range []struct {
		name    string
		service plan.Service
		want    plan.Rollout
		never   []plan.Rollout
	}{
		{"plain", plan.Service{Criticality: 3, Traits: plan.Traits{Replicas: 4}}, plan.RollingUpdate, nil},
		{"alone", plan.Service{Criticality: 5, Traits: plan.Traits{Alone: true, TrafficControl: true}}, plan.Recreate, []plan.Rollout{plan.RollingUpdate, plan.BlueGreen, plan.Canary}},
		{"critical with traffic control", plan.Service{Criticality: 5, Traits: plan.Traits{Replicas: 6, TrafficControl: true}}, plan.Canary, nil},
		{"critical, one replica", plan.Service{Criticality: 5, Traits: plan.Traits{Replicas: 1}}, plan.Canary, nil},
		{"a budget that a rolling update overspends", plan.Service{Traits: plan.Traits{Replicas: 6, TrafficControl: true, ErrorBudget: 0.0005}}, plan.Canary, nil},
	} {
		a := of(t, one(c.service))
		if a.Recommended != c.want || !a.Option(c.want).Recommended {
			t.Errorf("%s: %s, want %s", c.name, a.Recommended, c.want)
		}
		for _, o := range a.Options {
			if impossible := slices.Contains(c.never, o.Rollout); impossible != (o.Fit == Impossible) {
				t.Errorf("%s: %s %s", c.name, o.Rollout, o.Fit)
			}
			graves := slices.ContainsFunc(o.Reasons, func(f verdict.Finding) bool { return f.Severity == verdict.Error })
			if graves != (o.Fit == Impossible) || len(o.Reasons) == 0 {
				t.Errorf("%s: %s is %s for the reasons %+v", c.name, o.Rollout, o.Fit, o.Reasons)
			}
		}
	}
}

func findings(a *Analysis) string {
	var out []string
	for _, f := range a.Findings {
		out = append(out, strings.TrimPrefix(f.ID, "strategy.finding."))
	}
	return strings.Join(out, " ")
}

func TestFindings_EachRuleFiresAndIsSilent(t *testing.T) {
	choice := func(r plan.Rollout, environment ...string) plan.Strategy {
		return plan.Strategy{Choice: r, Environment: strings.Join(environment, "")}
	}
	n := func(t plan.Traits) plan.Traits { t.Replicas, t.StartSeconds = 4, 20; return t }
	for _, c := range []struct {
		rule         string
		fires, quiet *plan.Plan
	}{
		{"impossible", one(plan.Service{Traits: n(plan.Traits{Alone: true})}, choice(plan.RollingUpdate)),
			one(plan.Service{Traits: n(plan.Traits{Alone: true})}, choice(plan.Recreate))},
		{"no_step", assuming(one(plan.Service{Traits: plan.Traits{Replicas: 1}}, choice(plan.Canary)), "rollout_max_surge", 0),
			one(plan.Service{Traits: plan.Traits{Replicas: 2}}, choice(plan.Canary))},
		{"by_replicas", one(plan.Service{Traits: n(plan.Traits{})}, choice(plan.Canary)),
			one(plan.Service{Traits: plan.Traits{Replicas: 20}}, choice(plan.Canary))}, // 5 % is one of twenty
		{"segment", one(plan.Service{Traits: n(plan.Traits{})}, plan.Strategy{Choice: plan.Canary, Segment: plan.ByHeader}),
			one(plan.Service{Traits: n(plan.Traits{Router: plan.Istio})}, plan.Strategy{Choice: plan.Canary, Segment: plan.ByHeader})},
		{"state_twice", one(plan.Service{Traits: n(plan.Traits{Stateful: true})}, choice(plan.BlueGreen)),
			one(plan.Service{Traits: n(plan.Traits{})}, choice(plan.BlueGreen))},
		{"way_back_gone", one(plan.Service{Traits: n(plan.Traits{})}, choice(plan.BlueGreen)),
			assuming(one(plan.Service{Traits: n(plan.Traits{})}, choice(plan.BlueGreen)), "rollout_scale_down_delay", 600)},
		{"taken_down", one(plan.Service{Criticality: 4, Traits: n(plan.Traits{})}, choice(plan.Recreate)),
			one(plan.Service{Criticality: 3, Traits: n(plan.Traits{})}, choice(plan.Recreate))},
		{"downtime_spends", one(plan.Service{Deploys: 50, Traits: n(plan.Traits{ErrorBudget: 0.1})}, choice(plan.Recreate)),
			one(plan.Service{Deploys: 1, Traits: n(plan.Traits{ErrorBudget: 0.1})}, choice(plan.Recreate))},
		{"budget", one(plan.Service{Traits: n(plan.Traits{ErrorBudget: 0.00001, TrafficControl: true})}, choice(plan.Canary)),
			one(plan.Service{Traits: n(plan.Traits{ErrorBudget: 0.1, TrafficControl: true})}, choice(plan.Canary))},
		{"twice", one(plan.Service{Traits: n(plan.Traits{})}, choice(plan.RollingUpdate, "prod"), choice(plan.Recreate, "prod")),
			one(plan.Service{Traits: n(plan.Traits{})}, choice(plan.RollingUpdate, "prod"), choice(plan.Recreate, "stage"))},
		{"tried_elsewhere", one(plan.Service{Traits: n(plan.Traits{OnlyProduction: true, TrafficControl: true})}, choice(plan.Canary, "stage")),
			one(plan.Service{Traits: n(plan.Traits{OnlyProduction: true, TrafficControl: true})}, choice(plan.Canary, "prod"))},
		{"default_breaks", one(plan.Service{Traits: n(plan.Traits{Alone: true})}), one(plan.Service{Traits: n(plan.Traits{})})},
		{"default_spends", one(plan.Service{Traits: n(plan.Traits{ErrorBudget: 0.0005})}), one(plan.Service{Traits: n(plan.Traits{ErrorBudget: 0.1})})},
		{"undecided", one(plan.Service{Criticality: 4, Traits: n(plan.Traits{})}), one(plan.Service{Criticality: 3, Traits: n(plan.Traits{})})},
		{"differs", one(plan.Service{Traits: n(plan.Traits{TrafficControl: true})}, choice(plan.Canary)),
			one(plan.Service{Criticality: 5, Traits: n(plan.Traits{TrafficControl: true})}, choice(plan.Canary))},
		{"fits", one(plan.Service{Criticality: 5, Traits: n(plan.Traits{TrafficControl: true})}, choice(plan.Canary)),
			one(plan.Service{Traits: n(plan.Traits{TrafficControl: true})}, choice(plan.Canary))},
	} {
		if got := findings(of(t, c.fires)); !slices.Contains(strings.Fields(got), c.rule) {
			t.Errorf("%s does not fire: %q", c.rule, got)
		}
		if got := findings(of(t, c.quiet)); slices.Contains(strings.Fields(got), c.rule) {
			t.Errorf("%s is not silent: %q", c.rule, got)
		}
	}
}

func assuming(p *plan.Plan, id string, v float64) *plan.Plan {
	p.Assumptions = append(p.Assumptions, plan.Assumption{ID: id, Value: v})
	return p
}

func TestSurvey_SaysOfEachServiceWhatAnalyseSays(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	all := NewSurvey(p)
	if len(all.Briefs) != len(p.Services) || NewSurvey(plan.Empty("x")).Briefs != nil {
		t.Fatalf("%d briefs of %d services", len(all.Briefs), len(p.Services))
	}
	for i := range all.Briefs {
		b := &all.Briefs[i]
		found := all.Findings(b)
		if v := all.Verdict(b); len(v.Findings) != len(found) || (len(v.Metrics) > 0) != (len(b.Choices) > 0) {
			t.Errorf("%s: %+v", b.Key, v)
		}
		a, ok := Analyse(p, p.Services[i].ID)
		if !ok || a.Key != b.Key || a.Recommended != b.Recommended || fmt.Sprint(a.Findings) != fmt.Sprint(found) {
			t.Errorf("%s: %+v and %+v", b.Key, a.Findings, found)
		}
		if b.Found() != len(found) || b.Counts != (verdict.Verdict{Findings: found}).Worst() || len(found) > 0 && found[0].Severity != b.Worst() {
			t.Errorf("%s: counted %v, found %+v", b.Key, b.Counts, found)
		}
	}
	if _, ok := Analyse(p, "nobody"); ok {
		t.Error("a service that is not there was found")
	}
}

func TestAnalyse_SampleFindings(t *testing.T) {
	p, err := plan.Sample("ko")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"web": "fits", "cart": "undecided", "search": "way_back_gone", "ledger": "fits", "mailer": ""}
	for _, s := range p.Services {
		a, _ := Analyse(p, s.ID)
		if got := findings(a); got != want[s.ID] {
			t.Errorf("%s: %q, want %q", s.ID, got, want[s.ID])
		}
	}
}

// BenchmarkSurvey_10000 takes services whose traits all differ, a third of
// them with a choice.
func BenchmarkSurvey_10000(b *testing.B) {
	p := plantest.Generate(1, 10, 10_000)
	for i := range p.Services {
		p.Services[i].Traits = plan.Traits{Replicas: 1 + i%40, StartSeconds: float64(1 + i%100), TrafficControl: i%3 == 0, Stateful: i%7 == 0, ErrorBudget: float64(i%5) / 50}
		if i%3 == 0 {
			p.Strategies = append(p.Strategies, plan.Strategy{ID: fmt.Sprint(i), Service: p.Services[i].ID, Choice: Rollouts[i%4]})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		NewSurvey(p)
	}
}
