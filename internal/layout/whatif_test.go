package layout

import (
	"math"
	"testing"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

func TestIf_MarksWhatADomainStops(t *testing.T) {
	f := threeZones()
	f.link("seoul", "vault", plan.Online)
	a := Analyse(&f.Plan, f.preset(t, PerEnvironment))
	kinds := map[DomainKind]bool{}
	for i, d := range a.Domains {
		kinds[d.Kind] = true
		with, loss := a.If(i)
		weight := 0.0
		for k, c := range with.Compartments {
			if c.Hit {
				weight += a.Compartments[k].Weight
			}
		}
		if weight != d.Weight || math.Abs(loss.Share-weight/a.Weight) > 1e-12 || with.Radius.Domain.Name != d.Name {
			t.Errorf("%s %s: marked weight %v, the domain's is %v, share %v", d.Kind, d.Name, weight, d.Weight, loss.Share)
		}
	}
	for _, k := range []DomainKind{InstanceDomain, HostDomain, SharedDomain, CommonDomain} {
		if !kinds[k] {
			t.Errorf("no domain of kind %s", k)
		}
	}
	hit := 0
	for _, c := range a.Compartments {
		if c.Hit {
			hit++
		}
	}
	if hit == len(a.Compartments) {
		t.Error("asking what fails changed the analysis itself")
	}
}

func TestSwaps_TheFiguresAreEqualThere(t *testing.T) {
	f := threeZones()
	f.link("seoul", "vault", plan.Online)
	ix := NewIndex(&f.Plan)
	hub, single := f.preset(t, Hub), f.preset(t, PerCluster)
	total := 0
	for _, metric := range []string{"layout.cost", "layout.blocked_hours"} {
		for _, s := range ix.Swaps(hub, single, metric) {
			total++
			x, _ := ix.with(s.Assumption, s.At).figure(hub, metric)
			y, _ := ix.with(s.Assumption, s.At).figure(single, metric)
			if math.Abs(x-y) > 1e-3*math.Max(1, math.Abs(x)) {
				t.Errorf("%s at %s = %v: %v and %v", metric, s.Assumption, s.At, x, y)
			}
			q, _ := catalog.FindParameter(s.Assumption)
			if s.InRange != (s.At >= q.Low && s.At <= q.High) {
				t.Errorf("%+v", s)
			}
		}
	}
	if total == 0 {
		t.Error("no assumption swaps 1:N and 1:1")
	}
	if got := ix.Swaps(hub, hub, "layout.cost"); len(got) != 0 {
		t.Errorf("a layout swaps places with itself: %+v", got)
	}
}

func TestFigure_IsTheMetric(t *testing.T) {
	f := threeZones()
	ix := NewIndex(&f.Plan)
	for _, a := range ix.Presets() {
		an := ix.Analyse(a)
		for _, id := range []string{"cost", "blocked_hours"} {
			if x, ok := ix.figure(a, "layout."+id); !ok || !near(x, metric(t, an, id)) {
				t.Errorf("%s %s: %v, the metric is %v", a.ID, id, x, metric(t, an, id))
			}
		}
	}
}
