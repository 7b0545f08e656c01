package layout

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"deckplan/internal/plan"
)

func TestPresets_HubRunsWhereMostIsReached(t *testing.T) {
	f := threeZones()
	hub := f.preset(t, Hub)
	if len(hub.Instances) != 1 || hub.Instances[0].Host != "prod-seoul" || !hub.Instances[0].HA {
		t.Errorf("hub is %+v", hub.Instances)
	}
	f.link("vault", "seoul", plan.Online)
	f.link("vault", "tokyo", plan.Online)
	if host := f.preset(t, Hub).Instances[0].Host; host != "prod-vault" {
		t.Errorf("vault reaches all, but the hub is on %s", host)
	}
	f.About.Rules.Hosts = []string{"dev-1"}
	if host := f.preset(t, Hub).Instances[0].Host; host != "dev-1" {
		t.Errorf("only dev-1 may host, but the hub is on %s", host)
	}
}

func TestPresets_DeliverToEveryCluster(t *testing.T) {
	f := threeZones()
	f.cluster("stray", "", "", 2)
	want := map[Preset]int{Hub: 1, PerCluster: 5, PerEnvironment: 3, PerZone: 4}
	for _, a := range Presets(&f.Plan) {
		if len(a.Instances) != want[a.Preset] || len(a.Placements) != 5 {
			t.Errorf("%s has %d instances and %d placements", a.Preset, len(a.Instances), len(a.Placements))
		}
		if _, ok := find(Analyse(&f.Plan, a), "unassigned"); ok {
			t.Errorf("%s leaves something unassigned", a.Preset)
		}
	}
	for _, in := range f.preset(t, PerEnvironment).Instances {
		if in.ID == "env-dev" && (in.HA || in.Host != "dev-1" || in.Name != "argocd-dev") {
			t.Errorf("development's instance is %+v", in)
		}
	}
	if Presets(&plan.Plan{}) != nil {
		t.Error("a plan without clusters has presets")
	}
}

func TestPresets_AreOfferedOnceAndWhereTheyPartTheClusters(t *testing.T) {
	f := threeZones()
	offered := func() (out []Preset) {
		for _, a := range Presets(&f.Plan) {
			out = append(out, a.Preset)
		}
		return out
	}
	base := offered()
	for i := range f.Clusters {
		f.Clusters[i].Team = "platform" // one team: that is the hub again
		f.Clusters[i].Region = f.Clusters[i].Zone
	}
	if got := offered(); !slices.Equal(got, base) {
		t.Errorf("%v are offered, before it was %v", got, base)
	}
	for i := range f.Clusters {
		f.Clusters[i].Region = []string{"east", "west"}[i%2]
	}
	f.Clusters[0].Team = "apps"
	if got := offered(); !slices.Contains(got, PerRegion) || !slices.Contains(got, PerTeam) {
		t.Errorf("%v are offered", got)
	}
}

func TestResolve_AnInstanceTakesItsPlaceFromItsInstallation(t *testing.T) {
	f := threeZones()
	f.Installations = []plan.Installation{{ID: "real", Host: "dev-1", Version: "v3.4.0"}}
	f.Layouts = []plan.Layout{{ID: "l", Name: "as is"}, {ID: "m", Name: "other"}}
	f.Instances = []plan.Instance{{ID: "i", Layout: "l", Name: "argo", Installation: "real"}, {ID: "j", Layout: "m"},
		{ID: "k", Layout: "l", Name: "moved", Installation: "real", Zone: "tokyo", Version: "3.5"}}
	f.Placements = []plan.Placement{{Layout: "l", Cluster: "dev-1", Instance: "i"}, {Layout: "m", Cluster: "dev-1", Instance: "j"}}
	a, ok := Resolve(&f.Plan, "l")
	if !ok || len(a.Instances) != 2 || len(a.Placements) != 1 || a.Name != "as is" {
		t.Fatalf("%+v", a)
	}
	if in := a.Instances[0]; in.Host != "dev-1" || in.Version != "v3.4.0" {
		t.Errorf("%+v", in)
	}
	if in := a.Instances[1]; in.Host != "" || in.Zone != "tokyo" || in.Version != "3.5" {
		t.Errorf("%+v", in)
	}
	if _, ok := Resolve(&f.Plan, "nowhere"); ok {
		t.Error("a layout that is not there is resolved")
	}
}

func TestAdopt_GivesRowsThatResolveToTheSame(t *testing.T) {
	f := threeZones()
	preset := f.preset(t, PerEnvironment)
	n := 0
	l, instances, placements := Adopt(preset, func() string { n++; return "id" + strconv.Itoa(n) })
	l.Name = "copy"
	f.Layouts, f.Instances, f.Placements = []plan.Layout{l}, instances, placements
	a, ok := Resolve(&f.Plan, l.ID)
	if !ok || n != 1+len(preset.Instances) {
		t.Fatalf("%d identifiers, %+v", n, a)
	}
	was, is := Analyse(&f.Plan, preset), Analyse(&f.Plan, a)
	for _, m := range was.Verdict.Metrics {
		if got, _ := is.Verdict.Metric(m.ID); !near(got.Value, m.Value) {
			t.Errorf("%s was %v, is %v", m.ID, m.Value, got.Value)
		}
	}
}

func TestArrangement_SlicesGoTheirOwnWay(t *testing.T) {
	f := threeZones()
	f.Slices = []plan.Slice{{ID: "pay", Name: "pay", Cluster: "prod-seoul"}, {ID: "shop", Name: "shop", Cluster: "prod-seoul"}}
	for i := range 100 {
		f.Applications[i].Slice = "pay"
	}
	a := arrange([]plan.Instance{instance("one", "dev-1"), instance("two", "dev-1")}, []string{"prod-seoul"})
	a.Placements = append(a.Placements, plan.Placement{Cluster: "prod-seoul", Slice: "pay", Instance: "two"})
	an := Analyse(&f.Plan, a)
	if an.Instances[0].Applications != 320 || an.Instances[1].Applications != 100 {
		t.Errorf("applications: %d and %d", an.Instances[0].Applications, an.Instances[1].Applications)
	}
	if !near(an.Instances[1].ChangeRadius, 420.0/1070) {
		t.Errorf("a cluster credential reaches every slice, but the change radius is %v", an.Instances[1].ChangeRadius)
	}
	names := ""
	for _, c := range an.Compartments[:3] {
		names += fmt.Sprint(c.Name, c.Applications, " ")
	}
	if names != "prod-seoul320 prod-seoul / pay100 prod-seoul / shop0 " {
		t.Error(names)
	}
}

func TestAnalyse_WithoutApplicationsEveryClusterCountsAsOne(t *testing.T) {
	f := threeZones()
	f.Applications = nil
	an := Analyse(&f.Plan, f.preset(t, PerCluster))
	if !an.ByCluster || an.Radius.Value != 0.25 || metric(t, an, "blocked_hours_unweighted") <= 0 {
		t.Errorf("radius %v", an.Radius.Value)
	}
}

func TestAnalyse_AnEmptyPlanHasAVerdict(t *testing.T) {
	an := Analyse(&plan.Plan{}, Arrangement{})
	if an.Radius.Value != 0 || metric(t, an, "cost") != 0 || len(an.Verdict.Findings) != 0 {
		t.Errorf("%+v", an.Verdict)
	}
}

func TestCost_IsRequestsHostsAndEffort(t *testing.T) {
	f := threeZones()
	in := plan.Instance{ID: "i", Name: "i", Zone: "seoul"} // outside, without HA
	an := Analyse(&f.Plan, arrange([]plan.Instance{in}, []string{"dev-1"}))
	compute := 12 * (1.375*25 + 2176.0/1024*3)
	want := compute + 12*75 + 4*65*(3+8)
	if got := metric(t, an, "cost"); !near(got, want) {
		t.Errorf("cost is %v, want %v", got, want)
	}
	if got := metric(t, an, "upgrades"); got != 4 {
		t.Errorf("%v upgrades", got)
	}
	in.Host, in.HA, in.Mode = "dev-1", true, plan.AgentManaged
	an = Analyse(&f.Plan, arrange([]plan.Instance{in}, []string{"dev-1", "prod-seoul"}))
	compute = 12 * ((3.0+0.5+2*1.6)*25 + (3200+512+2*3200.0)/1024*3)
	if got, want := metric(t, an, "cost"), compute+4*65*(3+2*0.5+8); !near(got, want) {
		t.Errorf("with agents cost is %v, want %v", got, want)
	}
}

func BenchmarkAnalyse(b *testing.B) {
	f := fleet(1000, 10000)
	ix := NewIndex(&f.Plan)
	for _, a := range ix.Presets() {
		b.Run(string(a.Preset), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ix.Analyse(a)
			}
		})
	}
}

func BenchmarkIndex(b *testing.B) {
	f := fleet(1000, 10000)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(&f.Plan)
	}
}

func BenchmarkPageOfPresets(b *testing.B) {
	f := fleet(1000, 10000)
	for b.Loop() {
		ix := NewIndex(&f.Plan)
		for _, a := range ix.Presets() {
			ix.Analyse(a)
		}
	}
}
