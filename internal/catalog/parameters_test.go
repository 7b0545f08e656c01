package catalog

import (
	"slices"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func TestParameters_EachHasARangeAUnitAndASource(t *testing.T) {
	units := []verdict.Unit{verdict.Count, verdict.Percent, verdict.Hours, verdict.Money}
	kinds := []string{"documented", "measured", "derived", "assumption"}
	seen := map[string]bool{}
	for _, p := range Parameters() {
		if seen[p.ID] {
			t.Errorf("%s is listed twice", p.ID)
		}
		seen[p.ID] = true
		if p.Low > p.Default || p.Default > p.High || p.Low < 0 {
			t.Errorf("%s: %v is not within %v to %v", p.ID, p.Default, p.Low, p.High)
		}
		if !slices.Contains(units, p.Unit) {
			t.Errorf("%s: unit %q", p.ID, p.Unit)
		}
		for _, s := range p.Sources {
			if s.Title == "" || s.AsOf != "2026-08-22" || !slices.Contains(kinds, s.Kind) || s.Confidence == "" {
				t.Errorf("%s: source %+v is not whole", p.ID, s)
			}
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d parameters", len(seen))
	}
}

func TestValue_ThePlanOverridesTheCatalogue(t *testing.T) {
	p := plan.Plan{Assumptions: []plan.Assumption{{ID: "restore_hours", Value: 0}, {ID: "safe_clusters_ha", Value: 80}}}
	if v := Value(p, "restore_hours"); v != 0 {
		t.Errorf("an override of 0 gives %v", v)
	}
	if v := Value(p, "instance_base_failures"); v != 1.5 {
		t.Errorf("default is %v", v)
	}
	if !Overridden(p, "restore_hours") || Overridden(p, "common_share") {
		t.Error("Overridden does not tell the two apart")
	}
	if low, high := Range(p, "safe_clusters_ha"); low != 80 || high != 80 {
		t.Errorf("an overridden range is %v to %v", low, high)
	}
	if low, high := Range(p, "safe_clusters"); low != 12 || high != 25 {
		t.Errorf("range is %v to %v", low, high)
	}
}

func TestValue_PanicsOnAMisspelledParameter(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Value(plan.Plan{}, "restor_hours")
}

func TestMinor(t *testing.T) {
	for in, want := range map[string]string{"v3.5.1": "3.5", "3.5": "3.5", " 1.34.2+k3s1": "1.34", "v1.33-eks": "1.33", "3": "", "latest": "", "a.b": "", "3.x": ""} {
		got, ok := Minor(in)
		if got != want || ok != (want != "") {
			t.Errorf("Minor(%q) = %q, %v", in, got, ok)
		}
	}
}

func TestArgoOutOfSupport(t *testing.T) {
	for in, want := range map[string]bool{"v3.2.4": true, "2.9": true, "3.3.0": false, "3.5": false, "3.9": false, "10.0": false, "": false} {
		if got := ArgoOutOfSupport(in); got != want {
			t.Errorf("ArgoOutOfSupport(%q) = %v", in, got)
		}
	}
	v, ok := FindArgoVersion("v3.4.2")
	if !ok || !slices.Contains(v.Kubernetes, "1.32") || slices.Contains(v.Kubernetes, "1.36") {
		t.Errorf("3.4 is %+v", v)
	}
}

func TestDecodeArgoCD_RefusesAFigureWithoutSource(t *testing.T) {
	for _, text := range []string{
		"parameters: [{id: x, default: 1}]",
		"parameters: [{id: x, default: 1, from: [{source: NOWHERE}]}]",
		"facts: {x: []}",
		"parameters: 3",
	} {
		if _, err := decodeArgoCD([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestValue_AShareIsNeverMoreThanTheWhole(t *testing.T) {
	for _, q := range Parameters() {
		p := plan.Plan{Assumptions: []plan.Assumption{{ID: q.ID, Value: 5}}}
		want := 5.0
		if q.Unit == verdict.Percent {
			want = 1
		}
		if got := Value(p, q.ID); got != want {
			t.Errorf("%s: %v, want %v", q.ID, got, want)
		}
	}
}
