package layout

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// fixture is a plan built row by row.
type fixture struct{ plan.Plan }

// threeZones has production and development clusters in a zone "seoul", one in
// "tokyo", which seoul reaches, and one in "vault", which nothing reaches.
func threeZones() *fixture {
	f := &fixture{}
	f.Environments = []plan.Environment{{ID: "dev", Name: "dev", Tier: plan.Development}, {ID: "prod", Name: "prod", Tier: plan.Production}}
	for _, z := range []string{"seoul", "tokyo", "vault"} {
		f.Zones = append(f.Zones, plan.Zone{ID: z, Name: z})
	}
	f.link("seoul", "tokyo", plan.Online)
	f.cluster("prod-seoul", "prod", "seoul", 420)
	f.cluster("prod-tokyo", "prod", "tokyo", 310)
	f.cluster("prod-vault", "prod", "vault", 160)
	f.cluster("dev-1", "dev", "seoul", 180)
	return f
}

func (f *fixture) link(from, to string, kind plan.LinkKind) {
	f.Links = append(f.Links, plan.Link{ID: from + "-" + to, From: from, To: to, Kind: kind})
}

func (f *fixture) cluster(id, env, zone string, apps int) {
	f.Clusters = append(f.Clusters, plan.Cluster{ID: id, Name: id, Environment: env, Zone: zone})
	f.apps(id, "", apps)
}

func (f *fixture) apps(cluster, service string, n int) {
	for range n {
		id := "a" + strconv.Itoa(len(f.Applications))
		f.Applications = append(f.Applications, plan.Application{ID: id, Name: id, Cluster: cluster, Service: service})
	}
}

func (f *fixture) assume(id string, v float64) *fixture {
	f.Assumptions = append(f.Assumptions, plan.Assumption{ID: id, Value: v})
	return f
}

func (f *fixture) preset(t *testing.T, id Preset) Arrangement {
	t.Helper()
	for _, a := range Presets(&f.Plan) {
		if a.Preset == id {
			return a
		}
	}
	t.Fatalf("no preset %s", id)
	return Arrangement{}
}

// arrange makes an arrangement of instances and, for each, its clusters.
func arrange(instances []plan.Instance, of ...[]string) Arrangement {
	a := Arrangement{ID: "hand", Name: "by hand", Instances: instances}
	for i, clusters := range of {
		for _, c := range clusters {
			a.Placements = append(a.Placements, plan.Placement{Layout: "hand", Cluster: c, Instance: instances[i].ID})
		}
	}
	return a
}

func instance(id, host string) plan.Instance {
	return plan.Instance{ID: id, Name: id, Host: host, HA: true}
}

func find(an Analysis, id string) (verdict.Finding, bool) {
	for _, f := range an.Verdict.Findings {
		if f.ID == "layout.finding."+id {
			return f, true
		}
	}
	return verdict.Finding{}, false
}

func metric(t *testing.T, an Analysis, id string) float64 {
	t.Helper()
	m, ok := an.Verdict.Metric("layout." + id)
	if !ok {
		t.Fatalf("no metric %s", id)
	}
	return m.Value
}

// fleet is a plan of n clusters and the given number of applications, skewed
// as real fleets are, over environments and zones.
func fleet(clusters, apps int) *fixture {
	r := rand.New(rand.NewPCG(1, 2))
	f := &fixture{}
	for i, e := range []plan.Tier{plan.Development, plan.Staging, plan.Production} {
		f.Environments = append(f.Environments, plan.Environment{ID: fmt.Sprint("e", i), Name: string(e), Tier: e})
	}
	for z := range 10 {
		f.Zones = append(f.Zones, plan.Zone{ID: fmt.Sprint("z", z), Name: fmt.Sprint("zone-", z)})
		for to := range z {
			f.link(fmt.Sprint("z", z), fmt.Sprint("z", to), plan.Online)
		}
	}
	f.Repositories = []plan.Repository{{ID: "git", Name: "config", Kind: plan.ConfigRepository, Zone: "z0"}}
	f.Registries = []plan.Registry{{ID: "reg", Name: "registry", Zone: "z0"}}
	for s := range max(1, apps/5) {
		f.Services = append(f.Services, plan.Service{ID: fmt.Sprint("s", s), Name: fmt.Sprint("service-", s), Criticality: 1 + r.IntN(5), Deploys: 5 * r.Float64(), Repository: "git"})
	}
	for c := range clusters {
		f.cluster(fmt.Sprint("c", c), fmt.Sprint("e", r.IntN(3)), fmt.Sprint("z", r.IntN(10)), 0)
		f.Clusters[c].Kubernetes = []string{"1.31", "1.33", "1.34"}[r.IntN(3)]
	}
	for i := range apps {
		c := int(float64(clusters) * r.Float64() * r.Float64() * r.Float64())
		f.apps(fmt.Sprint("c", c), fmt.Sprint("s", i%len(f.Services)), 1)
	}
	return f
}
