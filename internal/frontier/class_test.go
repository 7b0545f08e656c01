package frontier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// randomPlan has n clusters in up to three zones and environments, thresholds
// low enough to matter, sometimes slices and odd prices.
func randomPlan(r *rand.Rand, n int) *plan.Plan {
	p := plan.Empty("random")
	p.Environments = []plan.Environment{{ID: "dev", Name: "dev", Tier: plan.Development}, {ID: "prod", Name: "prod", Tier: plan.Production}}
	p.Teams = []plan.Team{{ID: "t0", Name: "a"}, {ID: "t1", Name: "b"}}
	zones := 1 + r.IntN(3)
	for z := range zones {
		p.Zones = append(p.Zones, plan.Zone{ID: fmt.Sprint("z", z), Name: fmt.Sprint("zone", z)})
	}
	for z := range zones {
		for to := range zones {
			if z != to && r.IntN(2) == 0 {
				p.Links = append(p.Links, plan.Link{ID: fmt.Sprint(z, to), From: p.Zones[z].ID, To: p.Zones[to].ID, Kind: plan.Online})
			}
		}
	}
	p.About.Rules.MixEnvironments = r.IntN(2) == 0
	p.About.Rules.ApartTeams = r.IntN(4) == 0
	for i := range n {
		c := plan.Cluster{ID: fmt.Sprint("c", i), Name: fmt.Sprint("cluster-", i), Environment: p.Environments[r.IntN(2)].ID,
			Zone: p.Zones[r.IntN(zones)].ID, Team: p.Teams[r.IntN(2)].ID, Region: fmt.Sprint("r", r.IntN(2))}
		switch r.IntN(12) {
		case 0:
			c.Zone = ""
		case 1:
			c.Environment = ""
		}
		p.Clusters = append(p.Clusters, c)
		slices := []string{""}
		if r.IntN(6) == 0 {
			for j := range 2 {
				id := fmt.Sprint("s", i, j)
				p.Slices = append(p.Slices, plan.Slice{ID: id, Name: id, Cluster: c.ID})
				slices = append(slices, id)
			}
		}
		for range 1 + r.IntN(12) {
			id := fmt.Sprint("a", len(p.Applications))
			p.Applications = append(p.Applications, plan.Application{ID: id, Name: id, Cluster: c.ID, Slice: slices[r.IntN(len(slices))]})
		}
	}
	if r.IntN(2) == 0 {
		for _, id := range []string{"safe_clusters", "safe_clusters_ha"} {
			p.Assumptions = append(p.Assumptions, plan.Assumption{ID: id, Value: float64(1 + r.IntN(3))})
		}
		p.Assumptions = append(p.Assumptions, plan.Assumption{ID: "safe_applications_ha", Value: float64(5 + r.IntN(20))})
	}
	if r.IntN(6) == 0 { // shards dearer than instances
		p.Assumptions = append(p.Assumptions, plan.Assumption{ID: "shard_cpu", Value: 20000})
	}
	if r.IntN(6) == 0 { // HA cheaper than none
		p.Assumptions = append(p.Assumptions, plan.Assumption{ID: "instance_ha_cpu", Value: 10})
	}
	return p
}

// every gives the least cost of a class for each radius, over all partitions.
func (c *class) every() []way {
	var ways []way
	partitions(len(c.items), func(groups [][]int) {
		var gs []group
		for _, g := range groups {
			var of group
			for _, i := range g {
				of = append(of, int32(i))
			}
			gs = append(gs, of)
		}
		if w, ok := c.weigh(gs); ok {
			ways = insert(ways, w)
		}
	})
	return ways
}

func TestClass_AgreesWithEveryPartition(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	checked := 0
	for range 1500 {
		p := randomPlan(r, 1+r.IntN(7))
		for _, nodes := range []int{DefaultNodes, 0} {
			s := newSpace(context.Background(), layout.NewIndex(p), nodes)
			items, _ := s.items()
			for _, c := range s.classes(items) {
				if len(c.items) > 7 {
					continue
				}
				checked++
				c.solve()
				checkClass(t, c, nodes > 0)
			}
		}
	}
	if checked < 4000 {
		t.Errorf("%d classes only", checked)
	}
}

func checkClass(t *testing.T, c *class, exact bool) {
	t.Helper()
	want := c.every()
	loose := false
	for _, it := range c.items {
		loose = loose || it.loose
	}
	for _, w := range want {
		got, ok := wayAt(c.ways, w.radius)
		switch bound := costAt(c.bounds, w.radius); {
		case !ok || less(got, w.cost) || exact && !loose && less(w.cost, got):
			t.Fatalf("within %d it costs %v, found %v\n%+v\nwant %v\nways %v\nbounds %v easy %v sl %v %v %v", w.radius, w.cost, got, c.items, w, c.ways, c.bounds, c.easy, c.sliced, exact, c.prices)
		case less(w.cost, bound):
			t.Fatalf("within %d it costs %v, said to be at least %v\n%+v", w.radius, w.cost, bound, c.items)
		case exact && !loose && less(bound, w.cost):
			t.Fatalf("within %d it costs %v, proven are only %v\n%+v", w.radius, w.cost, bound, c.items)
		}
	}
}

func wayAt(ways []way, radius int64) (float64, bool) {
	cost := math.Inf(1)
	for _, w := range ways {
		if w.radius <= radius {
			cost = w.cost
		}
	}
	return cost, !math.IsInf(cost, 1)
}

func TestClass_InstancesWithoutHAHoldNoProduction(t *testing.T) {
	p := randomPlan(rand.New(rand.NewPCG(1, 1)), 0)
	p.Zones, p.Links, p.Assumptions = p.Zones[:1], nil, nil
	p.About.Rules = plan.Rules{MixEnvironments: true}
	for i := range 30 {
		id := fmt.Sprint("c", i)
		p.Clusters = append(p.Clusters, plan.Cluster{ID: id, Name: id, Zone: p.Zones[0].ID, Environment: p.Environments[i%2].ID})
		for j := range 5 + i%7 {
			a := fmt.Sprint(id, "-", j)
			p.Applications = append(p.Applications, plan.Application{ID: a, Name: a, Cluster: id})
		}
	}
	s := newSpace(context.Background(), layout.NewIndex(p), DefaultNodes)
	items, _ := s.items()
	c := s.classes(items)[0]
	c.packKinds(kinds{ha: 2, plain: 3}, 0)
	production := 0
	for _, g := range c.ways[0].groups {
		if c.sum(g).production {
			production++
		}
	}
	if production != 2 || len(c.ways[0].groups) != 5 {
		t.Errorf("%d of %d instances have production", production, len(c.ways[0].groups))
	}
}
