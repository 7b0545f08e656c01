package layout

import "slices"

// Loss is what the failure of one domain stops.
type Loss struct {
	Domain       Domain
	Share        float64 // of the weight of all applications
	Clusters     int
	Applications int
	Deploys      float64 // roll-outs a week that would wait
}

// If gives the analysis with one of its domains failed: Hit marks what that
// stops, and Radius.Domain is the one that failed.
func (a Analysis) If(domain int) (Analysis, Loss) {
	out := a
	out.Compartments = slices.Clone(a.Compartments)
	loss := Loss{Domain: a.Domains[domain]}
	clusters := map[string]bool{}
	for k := range out.Compartments {
		c := &out.Compartments[k]
		s := a.serves[k]
		c.Hit = slices.Contains(s.of[:s.n], int32(domain))
		if c.Hit {
			clusters[c.Cluster] = true
			loss.Applications += c.Applications
			loss.Deploys += a.deploys[k] / weeksPerYear
		}
	}
	loss.Clusters = len(clusters)
	if a.Weight > 0 {
		loss.Share = loss.Domain.Weight / a.Weight
	}
	out.Radius.Domain = loss.Domain
	return out, loss
}
