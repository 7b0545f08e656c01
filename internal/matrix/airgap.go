package matrix

import (
	"slices"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Reason is why the plan asks for a gate: a zone, with the pipelines that bring
// the tool there, or a rule that the team has set for every tool.
type Reason struct {
	Zone      verdict.Ref   `json:"zone,omitzero"`
	Pipelines []verdict.Ref `json:"pipelines,omitempty"`
	Rule      string        `json:"rule,omitempty"` // its name among plan.ToolRules
}

// airGapReasons lists the air-gapped zones that matter to a matrix's purpose:
// those a pipeline with a deploy stage delivers to, by the applications of its
// services. A matrix of CI tools or builders leaves out the pipelines whose
// building is known to happen outside every air gap, and adds the air-gapped
// zones in which it happens.
func airGapReasons(p *plan.Plan, purpose plan.MatrixPurpose) []Reason {
	gapped := AirGapped(p)
	if len(gapped) == 0 {
		return nil
	}
	into := deliveredInto(p)
	where, known := installationZones(p)
	kinds := map[plan.MatrixPurpose][]plan.StageKind{plan.CompareCI: {plan.SourceBuild, plan.Test, plan.Scan}, plan.CompareBuilders: {plan.ContainerBuild}}[purpose]
	deploys, inside, elsewhere := map[string]bool{}, map[string][]string{}, map[string]bool{}
	unsure := map[string]bool{}
	for _, s := range p.Stages {
		deploys[s.Pipeline] = deploys[s.Pipeline] || s.Kind == plan.Deploy
		if !slices.Contains(kinds, s.Kind) {
			continue
		}
		switch zone := where[s.Installation]; {
		case gapped[zone]:
			inside[s.Pipeline] = append(inside[s.Pipeline], zone)
			unsure[s.Pipeline] = true
		case known[s.Installation]:
			elsewhere[s.Pipeline] = true
		default:
			unsure[s.Pipeline] = true
		}
	}
	found := map[string][]verdict.Ref{}
	for _, l := range p.Pipelines {
		zones := slices.Clone(inside[l.ID])
		if deploys[l.ID] && (unsure[l.ID] || !elsewhere[l.ID]) {
			zones = append(zones, into[l.ID]...)
		}
		slices.Sort(zones)
		for _, z := range slices.Compact(zones) {
			if gapped[z] {
				found[z] = append(found[z], verdict.Ref{Kind: "pipelines", Key: l.ID, Name: l.Name})
			}
		}
	}
	var out []Reason
	for _, z := range p.Zones {
		if len(found[z.ID]) > 0 {
			out = append(out, Reason{Zone: verdict.Ref{Kind: "zones", Key: z.ID, Name: z.Name}, Pipelines: found[z.ID]})
		}
	}
	return out
}

// installationZones gives the zone of each installation, its own or its
// host's, and those of which it is known where they run.
func installationZones(p *plan.Plan) (where map[string]string, known map[string]bool) {
	where, known = map[string]string{}, map[string]bool{}
	hosts := map[string]string{}
	for _, c := range p.Clusters {
		hosts[c.ID] = c.Zone
	}
	for _, i := range p.Installations {
		where[i.ID] = i.Zone
		if i.Zone == "" {
			where[i.ID] = hosts[i.Host]
		}
		known[i.ID] = i.SaaS || where[i.ID] != ""
	}
	return where, known
}

// AirGapped gives the zones from which no chain of online links leads to a zone
// marked as the internet. Where no zone is so marked nothing is known, and the
// set is empty.
func AirGapped(p *plan.Plan) map[string]bool {
	reaches := map[string]bool{}
	var queue []string
	for _, z := range p.Zones {
		if z.Internet {
			reaches[z.ID] = true
			queue = append(queue, z.ID)
		}
	}
	if len(queue) == 0 {
		return nil
	}
	sources := map[string][]string{}
	for _, l := range p.Links {
		if l.Kind == plan.Online {
			sources[l.To] = append(sources[l.To], l.From)
		}
	}
	for len(queue) > 0 {
		zone := queue[0]
		queue = queue[1:]
		for _, s := range sources[zone] {
			if !reaches[s] {
				reaches[s] = true
				queue = append(queue, s)
			}
		}
	}
	out := map[string]bool{}
	for _, z := range p.Zones {
		if !reaches[z.ID] {
			out[z.ID] = true
		}
	}
	return out
}

// deliveredInto gives the zones of the clusters that each pipeline's services
// run on.
func deliveredInto(p *plan.Plan) map[string][]string {
	zone := make(map[string]string, len(p.Clusters)+len(p.Slices))
	for _, c := range p.Clusters {
		zone[c.ID] = c.Zone
	}
	slice := make(map[string]string, len(p.Slices))
	for _, s := range p.Slices {
		slice[s.ID] = s.Cluster
	}
	pipeline := make(map[string]string, len(p.Services))
	for _, s := range p.Services {
		pipeline[s.ID] = s.Pipeline
	}
	out := map[string][]string{}
	seen := map[[2]string]bool{}
	for _, a := range p.Applications {
		cluster := a.Cluster
		if cluster == "" {
			cluster = slice[a.Slice]
		}
		l, z := pipeline[a.Service], zone[cluster]
		if l == "" || z == "" || seen[[2]string{l, z}] {
			continue
		}
		seen[[2]string{l, z}] = true
		out[l] = append(out[l], z)
	}
	return out
}
