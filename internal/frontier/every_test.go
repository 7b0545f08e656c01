package frontier

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// everyLayout analyses all assignments of all hosts to all partitions, with
// HA and shards as the search has them.
func everyLayout(ix *layout.Index, f func(radius, cost float64)) {
	p := ix.Plan()
	slots := slices.DeleteFunc(ix.Slots(), func(s layout.Slot) bool { return !s.Delivered })
	hosts, outside := ix.Hosts()
	partitions(len(slots), func(groups [][]int) {
		a := layout.Arrangement{}
		for g, of := range groups {
			in := plan.Instance{ID: strconv.Itoa(g), Name: strconv.Itoa(g)}
			apps, clusters := 0, map[int]bool{}
			for _, k := range of {
				apps += slots[k].Applications
				clusters[slots[k].Cluster] = true
				in.HA = in.HA || slots[k].Production
				place := plan.Placement{Cluster: p.Clusters[slots[k].Cluster].ID, Instance: in.ID}
				if slots[k].Slice >= 0 {
					place.Slice = p.Slices[slots[k].Slice].ID
				}
				a.Placements = append(a.Placements, place)
			}
			in.Shards = ix.Shards(in.HA, apps, len(clusters))
			a.Instances = append(a.Instances, in)
		}
		var house func(g int)
		house = func(g int) {
			if g == len(groups) {
				if an := ix.Analyse(a); broken(an) == "" {
					f(an.Radius.Value, metric(an, "cost"))
				}
				return
			}
			for _, h := range hosts {
				a.Instances[g].Host, a.Instances[g].Zone = p.Clusters[h].ID, ""
				house(g + 1)
			}
			for z := range p.Zones {
				if outside {
					a.Instances[g].Host, a.Instances[g].Zone = "", p.Zones[z].ID
					house(g + 1)
				}
			}
		}
		house(0)
	})
}

func TestSearch_NoLayoutAtAllIsBetterThanWhatIsProven(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	cases, whole := 0, 0
	for cases < 150 {
		p := randomPlan(r, 1+r.IntN(5))
		p.Slices = nil
		for i := range p.Applications {
			p.Applications[i].Slice = ""
		}
		p.Links = p.Links[:min(len(p.Links), 3)]
		if r.IntN(3) == 0 {
			for i := range min(len(p.Clusters), 1+r.IntN(2)) {
				p.About.Rules.Hosts = append(p.About.Rules.Hosts, p.Clusters[i].ID)
			}
		} else if len(p.Clusters) > 4 {
			continue
		}
		// Zones that are not known are trusted less by the search than here.
		if slices.ContainsFunc(p.Clusters, func(c plan.Cluster) bool { return c.Zone == "" }) || len(p.Clusters) == 4 && len(p.Zones) > 1 && p.About.Rules.Hosts == nil {
			continue
		}
		cases++
		ix, f := find(t, p, Options{})
		if f.Proven {
			whole++
		}
		checkAgainstAll(t, ix, f)
	}
	if whole < cases*3/4 {
		t.Errorf("%d of %d frontiers are proven", whole, cases)
	}
}

// checkAgainstAll holds a frontier to every layout there is.
func checkAgainstAll(t *testing.T, ix *layout.Index, f Frontier) {
	t.Helper()
	everyLayout(ix, func(radius, cost float64) {
		if len(f.Points) == 0 {
			t.Fatalf("no points, but a layout with radius %v and cost %v\n%+v", radius, cost, ix.Plan())
		}
		on := false
		for _, q := range f.Points {
			on = on || q.Radius <= radius+1e-9 && !less(cost, q.Cost)
			if !less(q.Cost, cost) && radius < q.BoundRadius-1e-9 || radius <= q.Radius+1e-9 && less(cost, q.BoundCost) {
				t.Fatalf("%+v, but a layout has radius %v and cost %v\n%+v", q, radius, cost, ix.Plan())
			}
		}
		if f.Proven && !on {
			t.Fatalf("said to be whole, but radius %v and cost %v are not on it: %+v\n%+v", radius, cost, f.Points, ix.Plan())
		}
	})
}

// TestSearch_NoLayoutOnSharedHostsIsBetterThanWhatIsProven holds what is said of hosts that several classes
// share to every layout.
func TestSearch_NoLayoutOnSharedHostsIsBetterThanWhatIsProven(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 1))
	for range 100 {
		p := twoZones(1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(9))
		p.Environments = append(p.Environments, plan.Environment{ID: "dev", Name: "dev"}, plan.Environment{ID: "test", Name: "test"})
		for i := range p.Clusters {
			p.Clusters[i].Environment = p.Environments[r.IntN(3)].ID
		}
		p.About.Rules.Hosts = []string{"h0", "h1"}
		for _, id := range p.About.Rules.Hosts {
			p.Clusters = append(p.Clusters, plan.Cluster{ID: id, Name: id, Zone: "a"})
		}
		if r.IntN(3) == 0 { // one host that is delivered to
			p.About.Rules.Hosts = append(p.About.Rules.Hosts[:1:1], p.Clusters[r.IntN(5)].ID)
		}
		ix, f := find(t, p, Options{})
		checkPoints(t, ix, f, Options{})
		checkAgainstAll(t, ix, f)
	}
}
