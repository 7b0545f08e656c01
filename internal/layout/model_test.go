package layout

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

// event is one thing that is up or down, with the probability of being down.
type event struct {
	name string
	q    float64
}

// enumerate computes, by summing over every state of every event, the expected
// blocked application-hours of an arrangement whose instances push, straight
// from the plan's rows and the words of the model, without its code.
func enumerate(p plan.Plan, a Arrangement) (hours float64) {
	v := func(id string) float64 { return catalog.Value(p, id) }
	q := func(f, m float64) float64 { return math.Min(1, f*m/8760) }
	zone, apps := map[string]string{}, map[string]int{}
	for _, c := range p.Clusters {
		zone[c.ID] = c.Zone
	}
	for _, app := range p.Applications {
		apps[app.Cluster]++
	}
	byID, clusters, load := map[string]plan.Instance{}, map[string]int{}, map[string]int{}
	for _, in := range a.Instances {
		byID[in.ID] = in
	}
	owner, hosting := map[string]plan.Instance{}, map[string]bool{}
	for _, pl := range a.Placements {
		owner[pl.Cluster] = byID[pl.Instance]
		clusters[pl.Instance]++
		load[pl.Instance] += apps[pl.Cluster]
	}
	events := []event{{"shared", q(v("shared_failures"), v("shared_restore_hours"))},
		{"common", q(v("common_share")*v("instance_base_failures"), v("restore_hours"))}}
	for _, in := range a.Instances {
		f := (1-v("common_share"))*v("instance_base_failures") + v("failures_per_cluster")*float64(clusters[in.ID]) + v("failures_per_application")*float64(load[in.ID])
		if in.FailuresPerYear > 0 {
			f = (1 - v("common_share")) * in.FailuresPerYear
		}
		m := v("restore_hours")
		if in.RestoreHours > 0 {
			m = in.RestoreHours
		}
		events = append(events, event{"instance " + in.ID, q(f, m)})
		hosting[in.Host] = true
	}
	links := map[string]bool{}
	for _, c := range p.Clusters {
		u := v("cluster_unavailability")
		if hosting[c.ID] {
			u = q(v("host_failures"), v("host_restore_hours"))
		}
		events = append(events, event{"cluster " + c.ID, u})
		if in, ok := owner[c.ID]; ok && zone[in.Host] != c.Zone && !links[zone[in.Host]+c.Zone] {
			links[zone[in.Host]+c.Zone] = true
			events = append(events, event{"link " + zone[in.Host] + c.Zone, q(v("link_failures"), v("link_restore_hours"))})
		}
	}
	for state := range 1 << len(events) {
		down, chance := map[string]bool{}, 1.0
		for i, e := range events {
			if state&(1<<i) != 0 {
				down[e.name] = true
				chance *= e.q
			} else {
				chance *= 1 - e.q
			}
		}
		for _, c := range p.Clusters {
			in, ok := owner[c.ID]
			if !ok || down["cluster "+c.ID] {
				continue
			}
			if down["shared"] || down["common"] || down["instance "+in.ID] || down["cluster "+in.Host] || down["link "+zone[in.Host]+c.Zone] {
				hours += 8760 * chance * float64(apps[c.ID])
			}
		}
	}
	return hours
}

func TestModel_EqualsTheSumOverAllStatesOfAllDomains(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		f := &fixture{}
		for _, id := range []string{"instance_base_failures", "host_failures", "link_failures", "shared_failures"} {
			f.assume(id, 400*r.Float64())
		}
		f.assume("failures_per_cluster", 90*r.Float64()).assume("failures_per_application", 20*r.Float64()).
			assume("common_share", r.Float64()).assume("cluster_unavailability", 0.4*r.Float64())
		for z := range 3 {
			f.Zones = append(f.Zones, plan.Zone{ID: fmt.Sprint("z", z), Name: fmt.Sprint("z", z)})
			for to := range 3 {
				if to != z {
					f.link(fmt.Sprint("z", z), fmt.Sprint("z", to), plan.Online)
				}
			}
		}
		n := 1 + r.IntN(4)
		for c := range n {
			f.cluster(fmt.Sprint("c", c), "", fmt.Sprint("z", r.IntN(3)), r.IntN(4))
		}
		f.apps("c0", "", 1)
		var instances []plan.Instance
		for i := range 1 + r.IntN(3) {
			in := instance(fmt.Sprint("i", i), fmt.Sprint("c", r.IntN(n)))
			if r.IntN(4) == 0 {
				in.FailuresPerYear, in.RestoreHours = 100*r.Float64()+1, 10*r.Float64()+1
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
		got, want := metric(t, Analyse(&f.Plan, a), "blocked_hours_unweighted"), enumerate(f.Plan, a)
		if !near(got, want) {
			t.Errorf("seed %d: %v hours, all states give %v", seed, got, want)
		}
	}
}

func TestModel_ExpectedHoursAreEqualIfInstancesFailAlikeWhateverTheirLoad(t *testing.T) {
	f := threeZones()
	f.link("seoul", "vault", plan.Online)
	f.assume("failures_per_cluster", 0).assume("failures_per_application", 0).assume("common_share", 0).
		assume("host_failures", 0).assume("link_failures", 0).assume("cluster_unavailability", 0)
	hub := metric(t, Analyse(&f.Plan, f.preset(t, Hub)), "blocked_hours")
	single := metric(t, Analyse(&f.Plan, f.preset(t, PerCluster)), "blocked_hours")
	if !near(hub, single) || hub == 0 {
		t.Errorf("1:N loses %v hours, 1:1 %v", hub, single)
	}
	f.assume("failures_per_cluster", 0.5)
	f.Assumptions = f.Assumptions[1:] // the first of the same name counts
	hub = metric(t, Analyse(&f.Plan, f.preset(t, Hub)), "blocked_hours")
	single = metric(t, Analyse(&f.Plan, f.preset(t, PerCluster)), "blocked_hours")
	if hub <= single {
		t.Errorf("with failures that grow with clusters 1:N loses %v hours, 1:1 %v", hub, single)
	}
}

func TestModel_SplittingBoundsIndependentFailuresNotCommonOnes(t *testing.T) {
	f := threeZones()
	hub, single := Analyse(&f.Plan, f.preset(t, Hub)), Analyse(&f.Plan, f.preset(t, PerCluster))
	if hub.Radius.Value != 1 || !near(single.Radius.Value, 420.0/1070) {
		t.Errorf("radius of 1:N is %v, of 1:1 %v", hub.Radius.Value, single.Radius.Value)
	}
	if hub.Radius.Common != 1 || single.Radius.Common != 1 || single.Radius.Shared != 1 {
		t.Errorf("the floor of 1:1 is %+v", single.Radius)
	}
	if a, b := metric(t, hub, "floor_hours"), metric(t, single, "floor_hours"); a != b || a <= 0 {
		t.Errorf("the floor is %v hours under 1:N, %v under 1:1", a, b)
	}
	f.assume("common_share", 1).assume("failures_per_cluster", 0).assume("failures_per_application", 0)
	for _, d := range Analyse(&f.Plan, f.preset(t, PerCluster)).Domains {
		if d.Kind == InstanceDomain && d.Q != 0 {
			t.Errorf("with all failures common %s fails by itself with %v", d.Name, d.Q)
		}
	}
}

func TestModel_LossOfAHostIsNotALossOfDeliveryToItself(t *testing.T) {
	f := threeZones()
	a := arrange([]plan.Instance{instance("one", "prod-seoul"), instance("two", "prod-seoul")}, []string{"prod-seoul", "dev-1"}, []string{"prod-tokyo"})
	an := Analyse(&f.Plan, a)
	if d := an.Radius.Domain; d.Kind != InstanceDomain || d.Name != "one" {
		t.Errorf("the radius comes from %s %s", d.Kind, d.Name)
	}
	for _, d := range an.Domains {
		if d.Kind == HostDomain && d.Weight != 3*(180+310) {
			t.Errorf("the host blocks %v", d.Weight)
		}
	}
	f.apps("prod-tokyo", "", 300) // now what the host stops outweighs each instance
	an = Analyse(&f.Plan, a)
	if d := an.Radius.Domain; d.Kind != HostDomain || d.Name != "prod-seoul" {
		t.Errorf("the radius comes from %s %s", d.Kind, d.Name)
	}
	for _, c := range an.Compartments {
		if want := c.Cluster == "dev-1" || c.Cluster == "prod-tokyo"; c.Hit != want {
			t.Errorf("%s: hit is %v", c.Cluster, c.Hit)
		}
	}
}

func TestModel_ShardsShareTheLoadNotTheBase(t *testing.T) {
	f := threeZones()
	in := instance("hub", "")
	in.Shards, in.Zone = 2, "seoul"
	an := Analyse(&f.Plan, arrange([]plan.Instance{in}, []string{"prod-seoul", "prod-tokyo", "prod-vault", "dev-1"}))
	var shards []Domain
	for _, d := range an.Domains {
		if d.Kind == ShardDomain {
			shards = append(shards, d)
		}
	}
	if len(shards) != 2 || shards[0].Weight != 3*(420+160) || shards[1].Weight != 3*(310+180) {
		t.Fatalf("shards are %+v", shards)
	}
	if want := Unavailability(0.02*2+0.0005*580, 2); !near(shards[0].Q, want) {
		t.Errorf("the first shard's q is %v, want %v", shards[0].Q, want)
	}
	if an.Radius.Value != 1 {
		t.Errorf("sharding does not replicate the instance: radius is %v", an.Radius.Value)
	}
}

func TestModel_AutonomousAgentsOutliveTheirPrincipal(t *testing.T) {
	f := threeZones()
	in := instance("principal", "prod-seoul")
	in.Mode = plan.AgentAutonomous
	all := []string{"prod-seoul", "prod-tokyo", "prod-vault", "dev-1"}
	alone := Analyse(&f.Plan, arrange([]plan.Instance{in}, all))
	in.Mode = plan.AgentManaged
	managed := Analyse(&f.Plan, arrange([]plan.Instance{in}, all))
	if alone.Radius.Domain.Kind != AgentDomain || !near(alone.Radius.Value, 420.0/1070) {
		t.Errorf("radius with autonomous agents is %+v", alone.Radius)
	}
	if managed.Radius.Value != 1 || managed.Instances[0].Credentials != 0 {
		t.Errorf("managed: radius %v, %d credentials", managed.Radius.Value, managed.Instances[0].Credentials)
	}
	if a, b := metric(t, alone, "change_radius"), metric(t, managed, "change_radius"); !near(a, 420.0/1070) || b != 1 {
		t.Errorf("change radius is %v autonomous, %v managed", a, b)
	}
}

func TestModel_CriticalityWeighsApplications(t *testing.T) {
	f := &fixture{}
	f.Services = []plan.Service{{ID: "core", Criticality: 5, Deploys: 7}, {ID: "side", Criticality: 1}}
	f.cluster("a", "", "", 0)
	f.cluster("b", "", "", 0)
	f.apps("a", "core", 2)
	f.apps("b", "side", 6)
	an := Analyse(&f.Plan, f.preset(t, PerCluster))
	if !near(an.Radius.Value, 10.0/16) || an.Radius.Domain.Name != "argocd-a" {
		t.Errorf("radius is %+v", an.Radius)
	}
	c := an.Compartments
	if got, want := metric(t, an, "blocked_hours"), 8760*(10*c[0].Blocked+6*c[1].Blocked); !near(got, want) {
		t.Errorf("weighted hours %v, want %v", got, want)
	}
	if got, want := metric(t, an, "deployments_delayed"), 2*7*weeksPerYear*c[0].Blocked; !near(got, want) {
		t.Errorf("delayed %v, want %v", got, want)
	}
}
