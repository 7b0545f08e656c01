package catalog

import (
	"slices"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func TestStrategyParameters_EachHasARangeAUnitAndASource(t *testing.T) {
	units := []verdict.Unit{verdict.Count, verdict.Percent, verdict.Seconds}
	all := StrategyParameters()
	if len(all) < 10 {
		t.Errorf("%d parameters", len(all))
	}
	for _, p := range all {
		if p.Low > p.Default || p.Default > p.High || p.Low < 0 || !slices.Contains(units, p.Unit) {
			t.Errorf("%s: %v of %v to %v, unit %q", p.ID, p.Default, p.Low, p.High, p.Unit)
		}
		for _, s := range p.Sources {
			if s.Title == "" || s.AsOf == "" || s.Kind == "" || s.Confidence == "" {
				t.Errorf("%s: source %+v is not whole", p.ID, s)
			}
		}
		if got, ok := FindParameter(p.ID); !ok || got.Default != p.Default {
			t.Errorf("%s is not found by its name", p.ID)
		}
		if slices.ContainsFunc(Parameters(), func(q Parameter) bool { return q.ID == p.ID }) {
			t.Errorf("%s is listed twice", p.ID)
		}
	}
}

func TestStrategyParameters_APlanOverridesThem(t *testing.T) {
	p := plan.Plan{Assumptions: []plan.Assumption{{ID: "rollout_detect", Value: 600}}}
	if v := Value(p, "rollout_detect"); v != 600 || Value(plan.Plan{}, "rollout_detect") != 60 {
		t.Errorf("got %v", v)
	}
}

func TestStrategySources_EveryStrategyHasThem(t *testing.T) {
	for _, r := range plan.Canary.Values() {
		if len(StrategySources(r)) == 0 {
			t.Errorf("%s has no source", r)
		}
	}
	if !Native(plan.Recreate) || Native(plan.BlueGreen) || StrategySources("nothing") != nil {
		t.Error("what Kubernetes has of its own is wrong")
	}
	for _, s := range SlowStarts() {
		if s.Where == "" || s.Setting == "" || s.Note == "" || len(s.Sources) == 0 || s.Sources[0].Title == "" {
			t.Errorf("slow start %+v is not whole", s)
		}
	}
	for _, r := range plan.Canary.Values() {
		settings := Settings(plan.Rollout(r))
		for _, s := range settings {
			if s.Field == "" || s.Default == "" || s.Note == "" || len(s.Sources) == 0 {
				t.Errorf("setting %+v is not whole", s)
			}
		}
		if len(settings) < 3 {
			t.Errorf("%s has %d settings", r, len(settings))
		}
	}
	routers := Routers()
	if len(routers) < 5 || routers[0].Retired || !slices.IsSortedFunc(routers, func(a, b Router) int {
		if a.Retired == b.Retired {
			return 0
		}
		if a.Retired {
			return 1
		}
		return -1
	}) {
		t.Errorf("routers: %+v", routers)
	}
}
