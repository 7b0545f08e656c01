// Package plantest makes large plans for benchmarks and tests.
package plantest

import (
	"fmt"
	"math/rand/v2"

	"deckplan/internal/plan"
)

// Option shapes a plan otherwise than Generate does by itself.
type Option func(*plan.Plan, *rand.Rand)

// Generate makes a plan of so many clusters and services, each service with
// one application. Weights are skewed as real ones are: a few clusters hold
// many applications. The same seed gives the same plan.
func Generate(seed uint64, clusters, services int, options ...Option) *plan.Plan {
	p, r := generate(seed, clusters, services)
	for _, o := range options {
		o(p, r)
	}
	return p
}

func generate(seed uint64, clusters, services int) (*plan.Plan, *rand.Rand) {
	r := rand.New(rand.NewPCG(seed, 0))
	p := plan.Empty(fmt.Sprintf("Generated, %d clusters", clusters))
	p.Environments = []plan.Environment{{ID: "dev", Name: "Development", Tier: plan.Development},
		{ID: "stage", Name: "Staging", Tier: plan.Staging}, {ID: "prod", Name: "Production", Tier: plan.Production}}
	for i := range 10 {
		p.Zones = append(p.Zones, plan.Zone{ID: fmt.Sprintf("z%d", i), Name: fmt.Sprintf("zone-%d", i), Internet: i == 0})
		if i > 0 && i < 9 { // the last zone is air-gapped
			p.Links = append(p.Links, plan.Link{ID: fmt.Sprintf("l%d", i), From: "z1", To: fmt.Sprintf("z%d", i), Kind: plan.Online})
		}
	}
	for i := range 40 {
		p.Teams = append(p.Teams, plan.Team{ID: fmt.Sprintf("t%d", i), Name: fmt.Sprintf("team-%02d", i)})
	}
	for i := range clusters {
		p.Clusters = append(p.Clusters, plan.Cluster{ID: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("cluster-%04d", i),
			Environment: p.Environments[i%3].ID, Zone: p.Zones[1+r.IntN(9)].ID, Team: p.Teams[r.IntN(40)].ID,
			Region: fmt.Sprintf("region-%d", i%7), Kubernetes: fmt.Sprintf("1.%d", 32+i%5)})
	}
	pipelines(p, r)
	for i := range services {
		s := plan.Service{ID: fmt.Sprintf("s%d", i), Name: fmt.Sprintf("service-%05d", i), Team: p.Teams[r.IntN(40)].ID,
			Criticality: 1 + r.IntN(5), Deploys: float64(r.IntN(20)), Pipeline: p.Pipelines[i%len(p.Pipelines)].ID}
		p.Services = append(p.Services, s)
		c := int(float64(clusters) * r.Float64() * r.Float64() * r.Float64())
		p.Applications = append(p.Applications, plan.Application{ID: "a" + s.ID, Name: s.Name, Service: s.ID,
			Cluster: p.Clusters[c].ID, Namespace: s.Name, Project: s.Team})
	}
	return p, r
}

// pipelines adds a hundred pipelines of three stages on one of ten Jenkins.
func pipelines(p *plan.Plan, r *rand.Rand) {
	for i := range 10 {
		p.Installations = append(p.Installations, plan.Installation{ID: fmt.Sprintf("j%d", i), Name: fmt.Sprintf("jenkins-%d", i), Tool: "jenkins", Zone: "z1"})
	}
	kinds := []plan.StageKind{plan.SourceBuild, plan.ContainerBuild, plan.Deploy}
	for i := range 100 {
		id := fmt.Sprintf("p%d", i)
		p.Pipelines = append(p.Pipelines, plan.Pipeline{ID: id, Name: fmt.Sprintf("pipeline-%03d", i)})
		for j, k := range kinds {
			s := plan.Stage{ID: fmt.Sprintf("%s-%d", id, j), Pipeline: id, Name: string(k), Kind: k, Installation: p.Installations[i%10].ID,
				Accountable: []string{p.Teams[r.IntN(40)].ID}, Trigger: plan.OnPush, Minutes: float64(1 + r.IntN(20))}
			if j > 0 {
				s.Trigger, s.After = plan.OnUpstream, []string{fmt.Sprintf("%s-%d", id, j-1)}
			}
			p.Stages = append(p.Stages, s)
		}
	}
}
