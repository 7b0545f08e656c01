package frontier

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

func find(t *testing.T, p *plan.Plan, o Options) (*layout.Index, Frontier) {
	t.Helper()
	ix := layout.NewIndex(p)
	f, err := Search(context.Background(), ix, o)
	if err != nil {
		t.Fatal(err)
	}
	return ix, f
}

func metric(an layout.Analysis, id string) float64 {
	m, _ := an.Verdict.Metric("layout." + id)
	return m.Value
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(a)) }

// broken gives the first finding by which a layout is out of bounds.
func broken(an layout.Analysis) string {
	for _, f := range an.Verdict.Findings {
		switch id := strings.TrimPrefix(f.ID, "layout.finding."); id {
		case "mixed_environments", "mixed_zones", "mixed_teams", "host_not_allowed", "unreachable", "unassigned",
			"too_many_instances", "radius_over", "over_clusters", "over_applications", "not_ha":
			return id
		}
	}
	return ""
}

// checkPoints holds every point to its analysis.
func checkPoints(t *testing.T, ix *layout.Index, f Frontier, o Options) {
	t.Helper()
	for i, p := range f.Points {
		a := f.Arrangement(i)
		an := ix.Analyse(a)
		if !near(an.Radius.Value, p.Radius) || !near(metric(an, "cost"), p.Cost) || !near(metric(an, "change_radius"), p.ChangeRadius) || len(an.Instances) != p.Instances {
			t.Fatalf("point %d %+v analyses to radius %v, cost %v, change %v, %d instances", i, p, an.Radius.Value, metric(an, "cost"), metric(an, "change_radius"), len(an.Instances))
		}
		if id := broken(an); id != "" {
			t.Fatalf("point %d breaks %s", i, id)
		}
		if i > 0 && (p.Radius <= f.Points[i-1].Radius || !less(p.Cost, f.Points[i-1].Cost)) {
			t.Fatalf("point %d does not lie on a staircase", i)
		}
		if p.BoundRadius > p.Radius || less(p.Cost, p.BoundCost) || p.Proven != (p.BoundRadius == p.Radius) {
			t.Fatalf("point %d is beyond its own bound: %+v", i, p)
		}
		if c := f.kept[i]; less(c.cost, costAt(f.search.bounds, c.radius)) || f.search.radiusAt(c.cost) > c.radius {
			t.Fatalf("point %d is said to be impossible: %v", i, f.search.bounds)
		}
		for j, in := range an.Instances {
			if want := ix.Shards(in.HA, in.Applications, in.Clusters); a.Instances[j].ShardCount() != want || in.HA != a.Instances[j].HA {
				t.Fatalf("point %d: %+v needs %d shards", i, a.Instances[j], want)
			}
		}
		odd := 0
		for _, g := range f.Groups(i) {
			if g.Trait == ByNone {
				odd++
			}
		}
		if odd != p.Odd {
			t.Fatalf("point %d: %d groups are odd, said %d", i, odd, p.Odd)
		}
		if o.Base != nil {
			if moves := moved(ix, *o.Base, a); moves != p.Moves {
				t.Fatalf("point %d: %d slots move, said %d", i, moves, p.Moves)
			}
		}
	}
}

// moved counts the slots that are delivered to by an instance of another id.
func moved(ix *layout.Index, was, is layout.Arrangement) int {
	before, after := ix.Owners(was), ix.Owners(is)
	n := 0
	for k, s := range ix.Slots() {
		if s.Delivered && (before[k] < 0 || was.Instances[before[k]].ID != is.Instances[after[k]].ID) {
			n++
		}
	}
	return n
}

func TestSearch_EveryPointAnalysesToWhatItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for range 400 {
		p := randomPlan(r, 1+r.IntN(14))
		if r.IntN(3) == 0 {
			for range 1 + r.IntN(3) {
				if id := p.Clusters[r.IntN(len(p.Clusters))].ID; !slices.Contains(p.About.Rules.Hosts, id) {
					p.About.Rules.Hosts = append(p.About.Rules.Hosts, id)
				}
			}
		}
		o := Options{Nodes: 500}
		if r.IntN(2) == 0 {
			base := layout.Presets(p)[r.IntN(3)]
			o.Base = &base
		}
		ix, f := find(t, p, o)
		checkPoints(t, ix, f, o)
		if len(f.Points) == 0 && len(f.Stranded) == 0 && len(p.About.Rules.Hosts) == 0 {
			t.Fatal("no points")
		}
	}
	for _, w := range []plantest.Option{plantest.Skewed(), plantest.Narrow(), plantest.Uniform()} {
		ix, f := find(t, plantest.Generate(3, 300, 3000, plantest.Classes(6), w), Options{Nodes: 2000})
		checkPoints(t, ix, f, Options{})
	}
	ix, f := find(t, plantest.Generate(3, 300, 3000), Options{Nodes: 2000})
	checkPoints(t, ix, f, Options{})
}

func TestSearch_RepeatsItself(t *testing.T) {
	p := plantest.Generate(4, 200, 2000, plantest.Classes(4), plantest.Narrow())
	base := layout.Presets(p)[0]
	_, a := find(t, p, Options{Nodes: 3000, Base: &base})
	_, b := find(t, p, Options{Nodes: 3000, Base: &base})
	if !reflect.DeepEqual(a.Points, b.Points) {
		t.Error("the points differ")
	}
	for i := range a.Points {
		if !reflect.DeepEqual(a.Arrangement(i), b.Arrangement(i)) {
			t.Fatalf("the arrangements of point %d differ", i)
		}
	}
}

func TestSearch_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ix := layout.NewIndex(plantest.Generate(4, 500, 5000, plantest.Classes(4), plantest.Narrow()))
	last, most := 0, 0
	_, err := Search(ctx, ix, Options{Progress: func(done, total int) {
		if done < last || done > total {
			t.Errorf("%d after %d of %d", done, last, total)
		}
		last, most = done, total
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || last == most {
		t.Errorf("%v at %d of %d", err, last, most)
	}
}

// twoZones is a plan of production clusters in two zones that reach each other,
// each holding so many applications.
func twoZones(apps ...int) *plan.Plan {
	p := plan.Empty("two zones")
	p.Environments = []plan.Environment{{ID: "prod", Name: "production", Tier: plan.Production}}
	p.Zones = []plan.Zone{{ID: "a", Name: "seoul"}, {ID: "b", Name: "busan"}}
	p.Links = []plan.Link{{ID: "ab", From: "a", To: "b", Kind: plan.Online}, {ID: "ba", From: "b", To: "a", Kind: plan.Online}}
	for i, n := range apps {
		id := fmt.Sprint("c", i)
		p.Clusters = append(p.Clusters, plan.Cluster{ID: id, Name: fmt.Sprint("cluster-", i), Environment: "prod", Zone: p.Zones[i%2].ID})
		for range n {
			a := fmt.Sprint("a", len(p.Applications))
			p.Applications = append(p.Applications, plan.Application{ID: a, Name: a, Cluster: id})
		}
	}
	return p
}

func TestSearch_OfEqualsTheDescribedComesFirst(t *testing.T) {
	plan := twoZones(10, 10, 10, 10, 10, 10)
	for i := range plan.Clusters {
		plan.Clusters[i].Zone = plan.Zones[i/3].ID
	}
	_, f := find(t, plan, Options{})
	for i, p := range f.Points {
		if p.Instances != 2 {
			continue
		}
		if p.By != ByZone || p.Odd != 0 || p.Radius != 0.5 {
			t.Errorf("%+v", p)
		}
		names := []string{}
		for _, in := range f.Arrangement(i).Instances {
			names = append(names, in.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"argocd-production-busan", "argocd-production-seoul"}) {
			t.Error(names)
		}
		return
	}
	t.Error("no point has two instances")
}

func TestSearch_OfEqualsTheOneThatMovesLeastComesFirst(t *testing.T) {
	p := twoZones(10, 10, 10, 10, 10, 10)
	base := layout.Arrangement{ID: "now", Instances: []plan.Instance{{ID: "x", Name: "left", Host: "c0", Version: "3.4"}, {ID: "y", Name: "right", Host: "c1"}}}
	for i, id := range []string{"x", "x", "x", "y", "y", "y"} { // neither by zone nor by anything else
		base.Placements = append(base.Placements, plan.Placement{Cluster: p.Clusters[i].ID, Instance: id})
	}
	ix, f := find(t, p, Options{Base: &base})
	checkPoints(t, ix, f, Options{Base: &base})
	for i, q := range f.Points {
		switch q.Instances {
		case 2:
			if in := f.Arrangement(i).Instances; q.Moves != 0 || in[0].Host != "c0" || in[0].Version != "3.4" {
				t.Errorf("%+v %+v", q, in)
			}
		case 1, 3:
			if want := 6 / q.Instances * (q.Instances - 1); q.Instances == 1 && q.Moves != 3 || q.Instances == 3 && q.Moves > want {
				t.Errorf("%+v", q)
			}
		}
	}
}

func TestSearch_AdoptedItResolvesToTheSame(t *testing.T) {
	p := twoZones(9, 7, 5, 4, 2, 1)
	p.Installations = []plan.Installation{{ID: "real", Name: "argo", Tool: "argocd", Host: "c5"}}
	base := layout.Arrangement{Instances: []plan.Instance{{ID: "x", Name: "left", Installation: "real", Host: "c5"}}}
	for _, c := range p.Clusters {
		base.Placements = append(base.Placements, plan.Placement{Cluster: c.ID, Instance: "x"})
	}
	_, f := find(t, p, Options{Base: &base})
	for i, q := range f.Points {
		n := 0
		l, instances, placements := layout.Adopt(f.Arrangement(i), func() string { n++; return fmt.Sprint("id", n) })
		p.Layouts, p.Instances, p.Placements = []plan.Layout{l}, instances, placements
		a, _ := layout.Resolve(p, l.ID)
		if an := layout.Analyse(p, a); !near(an.Radius.Value, q.Radius) || !near(metric(an, "cost"), q.Cost) {
			t.Errorf("point %d: radius %v, cost %v", i, an.Radius.Value, metric(an, "cost"))
		}
	}
}

func TestSearch_SharedHostsLimitTheRadius(t *testing.T) {
	p := twoZones(10, 10, 10, 10, 10, 10, 0, 0)
	p.About.Rules.Hosts = []string{"c6", "c7"}
	ix, f := find(t, p, Options{})
	checkPoints(t, ix, f, Options{})
	if n := len(f.Points); n != 2 || f.Points[0].Radius != 0.5 || !f.Points[0].Proven || f.Points[1].Instances != 1 {
		t.Errorf("%+v", f.Points)
	}
}

func TestSearch_WhatSharesAHostTodayMayPart(t *testing.T) {
	p := twoZones(10, 10, 10, 10, 0)
	base := layout.Arrangement{Instances: []plan.Instance{{ID: "x", Name: "x", Host: "c4"}, {ID: "y", Name: "y", Host: "c4"}}}
	for i, id := range []string{"x", "x", "y", "y"} {
		base.Placements = append(base.Placements, plan.Placement{Cluster: p.Clusters[i].ID, Instance: id})
	}
	ix, f := find(t, p, Options{Base: &base})
	checkPoints(t, ix, f, Options{Base: &base})
	if !slices.ContainsFunc(f.Points, func(q Point) bool { return q.Radius == 0.5 && q.Moves == 0 }) {
		t.Errorf("%+v", f.Points)
	}
}

func TestSearch_MixedEnvironmentsAreMostlyProven(t *testing.T) {
	p := plantest.Generate(1, 40, 800, plantest.Classes(5), plantest.Narrow())
	p.About.Rules.MixEnvironments = true
	ix, f := find(t, p, Options{})
	checkPoints(t, ix, f, Options{})
	proven := 0
	for _, q := range f.Points {
		if q.Proven {
			proven++
		}
	}
	if 10*proven < 7*len(f.Points) {
		t.Errorf("%d of %d points", proven, len(f.Points))
	}
}

func TestSearch_SaysWhatNoAllowedHostReaches(t *testing.T) {
	p := twoZones(3, 3, 3)
	p.Links = nil
	p.About.Rules.Hosts = []string{"c0"}
	_, f := find(t, p, Options{})
	if len(f.Points) != 0 || !slices.Equal(f.Stranded, []string{"cluster-1"}) {
		t.Errorf("%v, %v", f.Points, f.Stranded)
	}
}

func TestSearch_KeepsTheTeamsLimits(t *testing.T) {
	p := twoZones(8, 7, 6, 5, 4, 3)
	_, free := find(t, p, Options{})
	p.About.Rules.MaxInstances, p.About.Rules.MaxRadius = 3, 60
	ix, f := find(t, p, Options{})
	checkPoints(t, ix, f, Options{})
	if len(f.Points)+f.OverInstances+f.OverRadius != len(free.Points) || f.OverInstances == 0 || f.OverRadius == 0 || len(f.Points) == 0 {
		t.Errorf("%d of %d points; %d and %d over", len(f.Points), len(free.Points), f.OverInstances, f.OverRadius)
	}
}

func TestSearch_IdleClustersJoinWhereItCostsNothing(t *testing.T) {
	p := twoZones(4, 4, 4, 0)
	p.Assumptions = []plan.Assumption{{ID: "safe_clusters_ha", Value: 3}}
	ix, f := find(t, p, Options{})
	checkPoints(t, ix, f, Options{})
	for i, q := range f.Points {
		want := 4
		if q.Instances == 1 { // a fourth cluster would ask for a shard
			want = 3
		}
		if a := f.Arrangement(i); len(a.Placements) != want {
			t.Errorf("%d instances, %d placements", q.Instances, len(a.Placements))
		}
	}
}

func TestSearch_IdleProductionDoesNotJoinWhatHasNoHA(t *testing.T) {
	p := twoZones(4, 4, 0)
	p.Environments = append(p.Environments, plan.Environment{ID: "dev", Name: "dev", Tier: plan.Development})
	p.About.Rules.MixEnvironments = true
	p.Clusters[0].Environment, p.Clusters[1].Environment = "dev", "dev"
	ix, f := find(t, p, Options{})
	checkPoints(t, ix, f, Options{})
	if len(f.Points) == 0 || len(f.Arrangement(0).Placements) != 2 {
		t.Errorf("%+v", f.Points)
	}
}

func TestSearch_ReadsRepositoriesWhereItRuns(t *testing.T) {
	p := twoZones(5, 5)
	p.Links = p.Links[:1] // a reaches b
	p.Zones = append(p.Zones, plan.Zone{ID: "g", Name: "git"})
	p.Links = append(p.Links, plan.Link{ID: "bg", From: "b", To: "g", Kind: plan.Online})
	p.Repositories = []plan.Repository{{ID: "r", Name: "config", Kind: plan.ConfigRepository, Zone: "g"}}
	_, f := find(t, p, Options{})
	// Nothing in a reads the repository, so what lies in a may run there all
	// the same; what lies in b must run in b.
	if len(f.Points) != 1 || f.Points[0].Instances != 2 {
		t.Fatalf("%+v", f.Points)
	}
	for _, in := range f.Arrangement(0).Instances {
		if in.Host == "" {
			t.Errorf("%+v", in)
		}
	}
}

func TestSearch_EmptyPlan(t *testing.T) {
	if _, f := find(t, plan.Empty("nothing"), Options{}); len(f.Points) != 0 || len(f.Stranded) != 0 {
		t.Errorf("%+v", f)
	}
}
