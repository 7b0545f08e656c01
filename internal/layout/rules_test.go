package layout

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

var every = []string{"prod-seoul", "prod-tokyo", "prod-vault", "dev-1"}

// ruleCases shows each rule firing (bad) and silent (fine). Both begin with
// threeZones and one instance with HA on prod-seoul for the production
// clusters there and in tokyo.
var ruleCases = []struct {
	id        string
	severity  verdict.Severity
	bad, fine func(f *fixture, a *Arrangement)
}{
	{"unreachable", verdict.Error, func(f *fixture, a *Arrangement) { place(a, "prod-vault") }, func(f *fixture, a *Arrangement) {
		f.link("seoul", "vault", plan.Online)
		place(a, "prod-vault")
	}},
	{"agent_cut", verdict.Error, func(f *fixture, a *Arrangement) { a.Instances[0].Mode = plan.AgentManaged }, func(f *fixture, a *Arrangement) {
		a.Instances[0].Mode = plan.AgentManaged
		f.link("tokyo", "seoul", plan.Online)
	}},
	{"agent_unseen", verdict.Warning, func(f *fixture, a *Arrangement) { a.Instances[0].Mode = plan.AgentAutonomous }, func(f *fixture, a *Arrangement) {
		a.Instances[0].Mode = plan.AgentAutonomous
		f.link("tokyo", "seoul", plan.Online)
	}},
	{"unassigned", verdict.Error, func(f *fixture, a *Arrangement) {}, func(f *fixture, a *Arrangement) { place(a, "prod-vault", "dev-1") }},
	{"unassigned_empty", verdict.Note, func(f *fixture, a *Arrangement) { f.cluster("new", "", "", 0) }, func(f *fixture, a *Arrangement) {}},
	{"idle_instance", verdict.Note, func(f *fixture, a *Arrangement) { a.Instances = append(a.Instances, instance("idle", "dev-1")) }, func(f *fixture, a *Arrangement) {}},
	{"repository_unreachable", verdict.Error, func(f *fixture, a *Arrangement) {
		f.Repositories = []plan.Repository{{ID: "git", Name: "git", Kind: plan.ConfigRepository, Zone: "vault"}}
	}, func(f *fixture, a *Arrangement) {
		f.Repositories = []plan.Repository{{ID: "git", Kind: plan.ConfigRepository, Zone: "vault"}, {ID: "copy", Kind: plan.ConfigRepository, Zone: "seoul"},
			{ID: "code", Kind: plan.SourceRepository, Zone: "vault"}}
	}},
	{"registry_unreachable", verdict.Error, func(f *fixture, a *Arrangement) {
		f.Registries = []plan.Registry{{ID: "r", Zone: "tokyo"}}
	}, func(f *fixture, a *Arrangement) {
		f.Registries = []plan.Registry{{ID: "r", Zone: "tokyo"}, {ID: "m", Zone: "vault", Mirrors: "r"}}
	}},
	{"webhook_cut", verdict.Note, func(f *fixture, a *Arrangement) {
		f.Repositories = []plan.Repository{{ID: "git", Name: "git", Kind: plan.ConfigRepository, Zone: "tokyo"}}
		f.link("seoul", "tokyo", plan.Online)
		f.Services = append(f.Services, plan.Service{ID: "s", Name: "s", Repository: "git"})
		f.apps("prod-seoul", "s", 1)
	}, func(f *fixture, a *Arrangement) {
		f.Repositories = []plan.Repository{{ID: "git", Name: "git", Kind: plan.ConfigRepository, Zone: "tokyo"}}
		f.link("seoul", "tokyo", plan.Online)
		f.link("tokyo", "seoul", plan.Online)
		f.Services = append(f.Services, plan.Service{ID: "s", Name: "s", Repository: "git"})
		f.apps("prod-seoul", "s", 1)
	}},
	{"dashboard_cut", verdict.Warning, func(f *fixture, a *Arrangement) { f.About.Zone = "vault" }, func(f *fixture, a *Arrangement) { f.About.Zone = "seoul" }},
	{"mixed_environments", verdict.Warning, func(f *fixture, a *Arrangement) { place(a, "dev-1") }, func(f *fixture, a *Arrangement) {
		place(a, "dev-1")
		f.About.Rules.MixEnvironments = true
	}},
	{"mixed_zones", verdict.Warning, func(f *fixture, a *Arrangement) { f.About.Rules.ApartZones = true }, func(f *fixture, a *Arrangement) {}},
	{"mixed_teams", verdict.Warning, func(f *fixture, a *Arrangement) {
		f.About.Rules.ApartTeams = true
		f.Teams = []plan.Team{{ID: "x", Name: "Pay"}, {ID: "y", Name: "Shop"}}
		f.Clusters[0].Team, f.Clusters[1].Team = "x", "y"
	}, func(f *fixture, a *Arrangement) {
		f.About.Rules.ApartTeams = true
		f.Clusters[0].Team = "x" // the other's team is not known
	}},
	{"host_not_allowed", verdict.Warning, func(f *fixture, a *Arrangement) { f.About.Rules.Hosts = []string{"dev-1"} }, func(f *fixture, a *Arrangement) {
		f.About.Rules.Hosts = []string{"dev-1", "prod-seoul"}
	}},
	{"host_among_targets", verdict.Note, func(f *fixture, a *Arrangement) {}, func(f *fixture, a *Arrangement) { a.Instances[0].Host = "dev-1" }},
	{"too_many_instances", verdict.Warning, func(f *fixture, a *Arrangement) {
		f.About.Rules.MaxInstances = 1
		a.Instances = append(a.Instances, instance("second", "dev-1"))
	}, func(f *fixture, a *Arrangement) { f.About.Rules.MaxInstances = 1 }},
	{"radius_over", verdict.Warning, func(f *fixture, a *Arrangement) { f.About.Rules.MaxRadius = 60 }, func(f *fixture, a *Arrangement) { f.About.Rules.MaxRadius = 70 }},
	{"not_ha", verdict.Warning, func(f *fixture, a *Arrangement) { a.Instances[0].HA = false }, func(f *fixture, a *Arrangement) {}},
	{"agent_maturity", verdict.Note, func(f *fixture, a *Arrangement) { a.Instances[0].Mode = plan.AgentShared }, func(f *fixture, a *Arrangement) {}},
	{"shared_host", verdict.Warning, func(f *fixture, a *Arrangement) {
		a.Instances[0].Host = "dev-1"
		a.Instances = append(a.Instances, instance("second", "dev-1"))
		a.Placements = append(a.Placements, plan.Placement{Cluster: "prod-vault", Instance: "second"})
	}, func(f *fixture, a *Arrangement) {
		a.Instances[0].Host = "dev-1"
		a.Instances = append(a.Instances, instance("second", "prod-vault"))
		a.Placements = append(a.Placements, plan.Placement{Cluster: "prod-vault", Instance: "second"})
	}},
	{"production_keys", verdict.Warning, func(f *fixture, a *Arrangement) {}, func(f *fixture, a *Arrangement) { a.Instances[0].Mode = plan.AgentManaged }},
	{"over_applications", verdict.Warning, func(f *fixture, a *Arrangement) { f.assume("safe_applications_ha", 729) }, func(f *fixture, a *Arrangement) {
		f.assume("safe_applications_ha", 365)
		a.Instances[0].Shards = 2
	}},
	{"near_applications", verdict.Note, func(f *fixture, a *Arrangement) { f.apps("prod-seoul", "", 400) }, func(f *fixture, a *Arrangement) {}},
	{"over_objects", verdict.Warning, func(f *fixture, a *Arrangement) {
		f.assume("objects_per_application", 40).assume("safe_objects_ha", 14000)
	}, func(f *fixture, a *Arrangement) {}},
	{"near_objects", verdict.Note, func(f *fixture, a *Arrangement) { f.assume("objects_per_application", 15) }, func(f *fixture, a *Arrangement) {}},
	{"over_clusters", verdict.Warning, func(f *fixture, a *Arrangement) { f.assume("safe_clusters_ha", 1) }, func(f *fixture, a *Arrangement) { f.assume("safe_clusters_ha", 2) }},
	{"near_clusters", verdict.Note, func(f *fixture, a *Arrangement) {
		for i := range 11 {
			id := "more-" + string(rune('a'+i))
			f.cluster(id, "prod", "seoul", 1)
			place(a, id)
		}
	}, func(f *fixture, a *Arrangement) {}},
	{"within_capacity", verdict.Good, func(f *fixture, a *Arrangement) {}, func(f *fixture, a *Arrangement) { f.assume("safe_clusters_ha", 1) }},
	{"host_full", verdict.Warning, func(f *fixture, a *Arrangement) { f.Clusters[0].SpareCPU = 2000 }, func(f *fixture, a *Arrangement) {
		f.Clusters[0].SpareCPU, f.Clusters[0].SpareMemory = 3000, 3200
	}},
	{"version_unsupported", verdict.Warning, func(f *fixture, a *Arrangement) { a.Instances[0].Version = "v3.0.9" }, func(f *fixture, a *Arrangement) {
		a.Instances[0].Version = "v3.4.1"
	}},
	{"kubernetes_untested", verdict.Warning, func(f *fixture, a *Arrangement) {
		a.Instances[0].Version, f.Clusters[1].Kubernetes = "3.5.1", "v1.31.4"
	}, func(f *fixture, a *Arrangement) { a.Instances[0].Version, f.Clusters[1].Kubernetes = "3.5.1", "1.33" }},
	{"common", verdict.Note, func(f *fixture, a *Arrangement) {
		a.Instances = append(a.Instances, instance("second", "dev-1"))
		a.Placements = append(a.Placements, plan.Placement{Cluster: "dev-1", Instance: "second"})
	}, func(f *fixture, a *Arrangement) {}},
	{"zone_unknown", verdict.Note, func(f *fixture, a *Arrangement) { f.Clusters[1].Zone = "" }, func(f *fixture, a *Arrangement) { f.Clusters[3].Zone = "" }},
	{"no_applications", verdict.Note, func(f *fixture, a *Arrangement) { f.Applications = nil }, func(f *fixture, a *Arrangement) {}},
	{"homeless", verdict.Note, func(f *fixture, a *Arrangement) { f.apps("", "", 3) }, func(f *fixture, a *Arrangement) {}},
}

func place(a *Arrangement, clusters ...string) {
	for _, c := range clusters {
		a.Placements = append(a.Placements, plan.Placement{Cluster: c, Instance: "argo-prod"})
	}
}

func analyseCase(change func(*fixture, *Arrangement)) Analysis {
	f := threeZones()
	a := arrange([]plan.Instance{instance("argo-prod", "prod-seoul")}, []string{"prod-seoul", "prod-tokyo"})
	change(f, &a)
	return Analyse(&f.Plan, a)
}

func TestRules_EachFiresAndIsSilent(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(c.id, func(t *testing.T) {
			f, ok := find(analyseCase(c.bad), c.id)
			if !ok {
				t.Error("is silent where it should fire")
			}
			if ok && f.Severity != c.severity {
				t.Errorf("severity is %s", f.Severity)
			}
			if _, ok := find(analyseCase(c.fine), c.id); ok {
				t.Error("fires where it should be silent")
			}
		})
	}
}

// TestRules_AllHaveMessages reads the message file as text: every id that an
// analysis can give is there with its label, reason and remedy.
func TestRules_AllHaveMessages(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "lang", "messages", "layout.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	has := func(id string) bool { return strings.Contains("\n"+string(text), "\n"+id+":") }
	for _, c := range ruleCases {
		for _, suffix := range []string{"", ".why", ".do"} {
			if suffix == ".do" && (c.severity == verdict.Good || c.severity == verdict.Note) {
				continue
			}
			if id := "layout.finding." + c.id + suffix; !has(id) {
				t.Errorf("no message %s", id)
			}
		}
	}
	an := analyseCase(func(*fixture, *Arrangement) {})
	for _, m := range an.Verdict.Metrics {
		if !has("metric."+m.ID) || !has("metric."+m.ID+".means") {
			t.Errorf("no label or meaning of %s", m.ID)
		}
		for _, in := range m.Inputs {
			if !has("metric."+in.ID) && !has("assumption."+in.ID) {
				t.Errorf("no label of %s", in.ID)
			}
		}
	}
	for id := range parameterUnit {
		if !has("assumption."+id) || !has("assumption."+id+".means") {
			t.Errorf("no label or meaning of assumption %s", id)
		}
	}
	for _, p := range []Preset{Hub, PerCluster, PerEnvironment} {
		if !has("layout.preset."+string(p)) || !has("layout.preset."+string(p)+".means") {
			t.Errorf("no name or meaning of preset %s", p)
		}
	}
}

func TestLayout_HubCannotReachVault(t *testing.T) {
	f := threeZones()
	an := Analyse(&f.Plan, f.preset(t, Hub))
	finding, ok := find(an, "unreachable")
	if !ok || finding.Severity != verdict.Error {
		t.Fatalf("findings: %+v", an.Verdict.Findings)
	}
	if finding.Args["cluster"] != "prod-vault" || finding.Args["instance"] != "argocd" || finding.Args["zone"] != "vault" || finding.Args["host_zone"] != "seoul" {
		t.Errorf("args: %v", finding.Args)
	}
	for _, c := range an.Compartments {
		if c.Unreachable != (c.Cluster == "prod-vault") {
			t.Errorf("%s: unreachable is %v", c.Cluster, c.Unreachable)
		}
	}
	if got := metric(t, an, "undelivered"); !near(got, 160.0/1070) {
		t.Errorf("undelivered is %v", got)
	}
	if an.Verdict.Findings[0].Severity != verdict.Error {
		t.Error("the worst finding is not first")
	}
	if _, ok := find(Analyse(&f.Plan, f.preset(t, PerCluster)), "unreachable"); ok {
		t.Error("1:1 reaches its own cluster without any link")
	}
}

func TestLayout_OnlyAnOnlineLinkCarriesConnections(t *testing.T) {
	for _, kind := range []plan.LinkKind{plan.Mirror, plan.Media, plan.NoLink} {
		f := threeZones()
		f.link("seoul", "vault", kind)
		if _, ok := find(Analyse(&f.Plan, f.preset(t, Hub)), "unreachable"); !ok {
			t.Errorf("a %s link lets the hub through", kind)
		}
	}
	f := threeZones()
	f.link("vault", "seoul", plan.Online)
	if _, ok := find(Analyse(&f.Plan, f.preset(t, Hub)), "unreachable"); !ok {
		t.Error("a link the other way lets the hub through")
	}
}

func TestLayout_ServicesNeedTheRepositoryTheyName(t *testing.T) {
	f := threeZones()
	f.Repositories = []plan.Repository{{ID: "near", Name: "near", Kind: plan.ConfigRepository, Zone: "seoul"}, {ID: "far", Name: "far", Kind: plan.HelmRepository, Zone: "vault"}}
	f.Services = []plan.Service{{ID: "s", Repository: "far"}}
	f.apps("prod-seoul", "s", 1)
	finding, ok := find(Analyse(&f.Plan, f.preset(t, Hub)), "repository_unreachable")
	if !ok || finding.Args["repository"] != "far" {
		t.Errorf("finding: %+v", finding)
	}
}

func TestLayout_FindingsStayFewAndNamesShort(t *testing.T) {
	f := fleet(1000, 3000)
	an := Analyse(&f.Plan, f.preset(t, PerCluster))
	if n := len(an.Verdict.Findings); n > 20 {
		t.Errorf("%d findings", n)
	}
	for _, finding := range an.Verdict.Findings {
		if len(finding.About) > 2*maxRefs {
			t.Errorf("%s names %d rows", finding.ID, len(finding.About))
		}
		for name, v := range finding.Args {
			if s, ok := v.(string); ok && len(s) > 120 {
				t.Errorf("%s: %s is %q", finding.ID, name, s)
			}
		}
	}
}

func TestRules_ListNamesThreeAndCountsTheRest(t *testing.T) {
	var g group
	for _, n := range append(slices.Clone(every), "prod-seoul") {
		g.add("clusters", n, n)
	}
	if got := g.list(); got != "prod-seoul, prod-tokyo, prod-vault +1" {
		t.Error(got)
	}
}
