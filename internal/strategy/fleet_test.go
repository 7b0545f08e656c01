package strategy

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// Four services of 4 replicas, which a rolling update brings 1 more of; the
// cluster has room for three of these. Each takes 4 replicas / 2 at once × 20 s.
func TestFleet_CountsWhatRollsAtOnce(t *testing.T) {
	p := &plan.Plan{Pipelines: []plan.Pipeline{{ID: "p", Name: "p"}}, Clusters: []plan.Cluster{{ID: "c", Name: "c", SpareCPU: 1500}},
		Environments: []plan.Environment{{ID: "prod", Name: "prod"}}}
	for i := range 4 {
		id := fmt.Sprint("s", i)
		p.Services = append(p.Services, plan.Service{ID: id, Name: id, Pipeline: "p", Traits: plan.Traits{Replicas: 4, StartSeconds: 20, CPU: 500}})
		p.Applications = append(p.Applications, plan.Application{ID: id, Name: id, Service: id, Cluster: "c"})
	}
	s := NewSurvey(p)
	f := s.Fleet()
	if len(f.Lanes) != 1 {
		t.Fatalf("%+v", f)
	}
	if l := f.Lanes[0]; l.Any != 3 || l.Most != 3 || l.TooBig != 0 || l.Longest.Seconds != 40 || l.All != 80 || !l.Known {
		t.Errorf("%+v", l)
	}
	p.Strategies = []plan.Strategy{{ID: "x", Service: "s0", Choice: plan.BlueGreen}, {ID: "y", Service: "s1", Choice: plan.Recreate, Environment: "prod"}}
	s = NewSurvey(p) // Blue/Green needs four more replicas and never fits
	if l := s.Fleet().Lanes[0]; l.TooBig != 1 || l.Any != 0 || l.Most != 3 || l.All != 40 {
		t.Errorf("%+v", l)
	}
	p.Clusters[0].Environment = "prod" // where Recreate needs none
	s = NewSurvey(p)
	if l := s.Fleet().Lanes[0]; l.Most != 3 || l.All != 40 || len(s.Fleet().Longest) != 4 || s.Fleet().Longest[0].Seconds != 40 {
		t.Errorf("%+v", l)
	}
	p.Clusters[0].SpareCPU = 0 // not known: nothing bounds it
	s = NewSurvey(p)
	if l := s.Fleet().Lanes[0]; l.Known || l.Any != 4 || l.TooBig != 0 {
		t.Errorf("%+v", l)
	}
}

// Any so many fit, one more does not, and a schedule never takes more than
// there is.
func TestFleet_AnyIsTheLargestNumberThatAlwaysFits(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		n := 1 + random.IntN(8)
		l := Lane{}
		for i := range n {
			l.Rolls = append(l.Rolls, Roll{Service: i, Seconds: 1 + random.IntN(50), CPU: float64(random.IntN(9)), Memory: float64(random.IntN(9))})
		}
		c := plan.Cluster{SpareCPU: 1 + random.IntN(25), SpareMemory: 1 + random.IntN(25)}
		l.fill(&c)
		always := n
		for set := range 1 << n {
			cpu, memory, size := 0.0, 0.0, 0
			for i, r := range l.Rolls {
				if set>>i&1 == 1 {
					cpu, memory, size = cpu+r.CPU, memory+r.Memory, size+1
				}
			}
			fits := cpu <= float64(c.SpareCPU) && memory <= float64(c.SpareMemory)
			if !fits {
				always = min(always, size-1)
			}
		}
		if l.Any != always || l.Most < l.Any {
			t.Fatalf("%+v of %+v: any %d, want %d", l.Rolls, c, l.Any, always)
		}
		longest, sum := 0, 0
		for _, r := range l.Rolls {
			if r.CPU <= l.CPU && r.Memory <= l.Memory {
				longest, sum = max(longest, r.Seconds), sum+r.Seconds
			}
		}
		if l.All < longest || l.All > sum {
			t.Fatalf("%+v: all in %d s", l, l.All)
		}
	}
}

func BenchmarkFleet_10000(b *testing.B) {
	p := plantest.Generate(1, 200, 10_000)
	for b.Loop() {
		if len(newAnalyser(p).fleet().Lanes) == 0 {
			b.Fatal("no lanes")
		}
	}
}
