package drift

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// Whatever runs, what is adopted makes a plan that holds, and is then no
// difference any more.
func TestAdopt_OfAnyWorldMakesAPlanThatHolds(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := agreed()
		if r.IntN(2) == 0 {
			w.sliced()
		}
		servers := []string{one, two, "https://three.example.com", "https://four.example.com", live.InCluster}
		for range r.IntN(6) {
			i := r.IntN(len(w.in))
			x := live.Cluster{Server: servers[r.IntN(4)], Name: []string{"one", "two", "three", "four"}[r.IntN(4)], Kubernetes: "1.33"}
			w.in[i].Scope.Clusters = append(w.in[i].Scope.Clusters, x)
		}
		if r.IntN(3) == 0 {
			w.in = append(w.in, instance("argo-c", "https://argo-c.example.com"))
		}
		if r.IntN(3) == 0 {
			w.plan.Instances[r.IntN(2)].Host = []string{"c1", "c2"}[r.IntN(2)]
		}
		for n := range r.IntN(8) {
			a := application(w.in[r.IntN(len(w.in))].Name, []string{"checkout", "catalog", fmt.Sprint("x", n)}[r.IntN(3)], servers[r.IntN(5)], []string{"pay", "shop", "z"}[r.IntN(3)])
			a.Workloads = "Deployment"
			w.apps = append(w.apps, a)
		}
		if r.IntN(4) == 0 {
			w.plan.Placements = w.plan.Placements[1:]
		}
		before := w.compare()
		for round := 0; ; round++ {
			res := w.compare()
			var all Pick
			for _, k := range Kinds {
				all.Kinds = append(all.Kinds, string(k))
			}
			e, n := res.Adopt(all, plan.Summary{ID: "plan.summary.drift_adopt"})
			if n == 0 {
				break
			}
			if round == 3 {
				var left []string
				for i := range res.Differences {
					if res.Differences[i].Adoptable() {
						left = append(left, res.Differences[i].Key)
					}
				}
				t.Errorf("seed %d: left %v of %v", seed, left, keys(before))
				break
			}
			next, _, err := plan.Apply(&w.plan, e)
			if err != nil {
				t.Errorf("seed %d: %v of %v", seed, err, keys(before))
				break
			}
			w.plan = *next
		}
	}
}
