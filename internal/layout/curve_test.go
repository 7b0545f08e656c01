package layout

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// randomCase is a small plan with every sort of instance, rates so high that
// several things are down at once, and hosts, links and sliced clusters shared.
func randomCase(seed uint64) (*fixture, Arrangement) {
	r := rand.New(rand.NewPCG(seed, 11))
	f := &fixture{}
	for _, id := range []string{"instance_base_failures", "host_failures", "link_failures", "shared_failures"} {
		f.assume(id, 400*r.Float64())
	}
	f.assume("failures_per_cluster", 90*r.Float64()).assume("failures_per_application", 20*r.Float64()).
		assume("common_share", r.Float64()).assume("cluster_unavailability", 0.4*r.Float64())
	for z := range 2 {
		f.Zones = append(f.Zones, plan.Zone{ID: fmt.Sprint("z", z), Name: fmt.Sprint("z", z)})
	}
	f.link("z0", "z1", plan.Online)
	f.link("z1", "z0", plan.Online)
	n := 1 + r.IntN(4)
	for c := range n {
		f.cluster(fmt.Sprint("c", c), "", fmt.Sprint("z", r.IntN(2)), 1+r.IntN(4))
	}
	if r.IntN(2) == 0 {
		f.Slices = append(f.Slices, plan.Slice{ID: "s0", Name: "s0", Cluster: "c0"})
		f.apps("c0", "s0", 2)
	}
	modes := []plan.Mode{plan.Push, plan.Push, plan.AgentManaged, plan.AgentAutonomous}
	var instances []plan.Instance
	for i := range 1 + r.IntN(3) {
		in := instance(fmt.Sprint("i", i), fmt.Sprint("c", r.IntN(n)))
		in.Mode = modes[r.IntN(len(modes))]
		if in.Mode == plan.Push && r.IntN(3) == 0 {
			in.Shards = 2
		}
		instances = append(instances, in)
	}
	of := make([][]string, len(instances))
	for c := range n {
		if i := r.IntN(len(instances) + 1); i < len(instances) {
			of[i] = append(of[i], fmt.Sprint("c", c))
		}
	}
	a := arrange(instances, of...)
	if len(f.Slices) > 0 {
		a.Placements = append(a.Placements, plan.Placement{Cluster: "c0", Slice: "s0", Instance: instances[r.IntN(len(instances))].ID})
	}
	return f, a
}

// byStates sums over every state of every domain and every cluster.
func byStates(m *model) (pmf []float64, mean float64) {
	pmf = make([]float64, curveBins+2)
	type event struct {
		q    float64
		dark int // the cluster it takes down, or none
	}
	var events []event
	own := map[int]int{} // cluster → event
	for _, d := range m.domains {
		e := event{d.Q, none}
		if d.Kind == HostDomain && d.cluster != none {
			e.dark = d.cluster
			own[d.cluster] = len(events)
		}
		events = append(events, e)
	}
	for c := range m.ix.plan.Clusters {
		if _, ok := own[c]; !ok {
			own[c] = len(events)
			events = append(events, event{m.down(c), c})
		}
	}
	if len(events) > 18 {
		return nil, 0
	}
	for state := range 1 << len(events) {
		chance, sum := 1.0, 0.0
		for i, e := range events {
			if state&(1<<i) != 0 {
				chance *= e.q
			} else {
				chance *= 1 - e.q
			}
		}
		for k, s := range m.ix.slots {
			if state&(1<<own[s.cluster]) != 0 {
				continue
			}
			sv := &m.serves[k]
			for _, d := range sv.of[:sv.n] {
				if state&(1<<int(d)) != 0 {
					sum += m.share(s.weight) * curveBins
					break
				}
			}
		}
		low := int(sum)
		pmf[low] += chance * (1 - (sum - float64(low)))
		pmf[low+1] += chance * (sum - float64(low))
		mean += chance * sum / curveBins
	}
	return pmf, hoursPerYear * mean
}

func TestCurve_EqualsTheSumOverAllStates(t *testing.T) {
	compared := 0
	for seed := range uint64(200) {
		f, a := randomCase(seed)
		m := newModel(NewIndex(&f.Plan), &a)
		want, mean := byStates(m)
		if want == nil {
			continue
		}
		compared++
		got := NewIndex(&f.Plan).Curve(a)
		if !got.Exact || math.Abs(got.Expected-mean) > 1e-6 {
			t.Errorf("seed %d: %v hours expected, all states give %v", seed, got.Expected, mean)
		}
		// Steps between two clusters' sums may differ by the rounding of each.
		for _, x := range []int{100, 300, 500, 700, 900} {
			low, high := 0.0, 0.0
			for i, p := range want {
				if i >= x+8 {
					low += hoursPerYear * p
				}
				if i >= x-8 {
					high += hoursPerYear * p
				}
			}
			if got.Hours[x] < low-1e-6 || got.Hours[x] > high+1e-6 {
				t.Errorf("seed %d: %v hours at %d ‰, all states give %v to %v", seed, got.Hours[x], x, low, high)
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d cases were small enough", compared)
	}
}

func TestCurve_MeanIsTheExpectedBlockedHours(t *testing.T) {
	p := plantest.Generate(3, 60, 400)
	ix := NewIndex(p)
	for _, a := range ix.Presets() {
		an := ix.Analyse(a)
		c := ix.Curve(a)
		want := metric(t, an, "blocked_hours") / an.Weight
		if !c.Exact || math.Abs(c.Expected-want) > 1e-6*want {
			t.Errorf("%s: %v hours, the metric says %v (exact: %v)", a.ID, c.Expected, want, c.Exact)
		}
		for i := 1; i < len(c.Hours); i++ {
			if c.Hours[i] > c.Hours[i-1]+1e-9 {
				t.Fatalf("%s: the curve rises at %d", a.ID, i)
			}
		}
	}
}

func TestCurve_SimulationAgreesWithTheComputation(t *testing.T) {
	for seed := range uint64(20) {
		f, a := randomCase(seed)
		c := newCurver(newModel(NewIndex(&f.Plan), &a))
		exact, drawn := fromDistribution(c.distribution(c.all), 1), c.simulate(curveSamples)
		for _, x := range []float64{0.001, 0.25, 0.5, 0.9} {
			if d := math.Abs(exact.At(x) - drawn.At(x)); d > 5*drawn.Error+0.01*hoursPerYear {
				t.Errorf("seed %d at %v: computed %v, drawn %v ± %v", seed, x, exact.At(x), drawn.At(x), drawn.Error)
			}
		}
	}
}

func TestCurve_SplittingTradesWholeOutagesForSmallOnes(t *testing.T) {
	f := threeZones()
	f.link("seoul", "vault", plan.Online)
	hub := NewIndex(&f.Plan).Curve(f.preset(t, Hub))
	single := NewIndex(&f.Plan).Curve(f.preset(t, PerCluster))
	if hub.At(0.9) <= single.At(0.9) || single.At(0.001) <= hub.At(0.001) {
		t.Errorf("hub %v and %v hours, 1:1 %v and %v", hub.At(0.001), hub.At(0.9), single.At(0.001), single.At(0.9))
	}
}

func BenchmarkCurve_Large(b *testing.B) {
	ix := NewIndex(plantest.Generate(1, 1000, 10000))
	for _, a := range ix.Presets() {
		b.Run(a.ID, func(b *testing.B) {
			var c Curve
			for b.Loop() {
				c = ix.Curve(a)
			}
			if !c.Exact {
				b.ReportMetric(c.Error, "hours-error") // simulated
			}
		})
	}
}

// On layouts too large for all states, the computation is held against draws.
func TestCurve_SimulationAgreesOnLargerLayouts(t *testing.T) {
	p := plantest.Generate(5, 80, 600)
	for _, id := range []string{"instance_base_failures", "host_failures", "link_failures"} {
		p.Assumptions = append(p.Assumptions, plan.Assumption{ID: id, Value: 120}) // so often that draws meet them
	}
	ix := NewIndex(p)
	for _, a := range ix.Presets() {
		exact, drawn := ix.Curve(a), newCurver(newModel(ix, &a)).simulate(curveSamples)
		if !exact.Exact {
			t.Errorf("%s was simulated", a.ID)
		}
		for _, x := range []float64{0.001, 0.05, 0.1, 0.25, 0.5, 0.9} {
			if d := math.Abs(exact.At(x) - drawn.At(x)); d > 5*drawn.Error+0.005*hoursPerYear {
				t.Errorf("%s at %v: computed %v, drawn %v ± %v", a.ID, x, exact.At(x), drawn.At(x), drawn.Error)
			}
		}
	}
}
