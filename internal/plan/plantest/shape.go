package plantest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"deckplan/internal/plan"
)

// Classes puts the clusters into so many classes that cannot share an Argo CD
// instance: four environments, in as many zones without links as it takes.
func Classes(n int) Option {
	return func(p *plan.Plan, r *rand.Rand) {
		p.Environments = nil
		for i, tier := range []plan.Tier{plan.Development, "", plan.Staging, plan.Production} {
			p.Environments = append(p.Environments, plan.Environment{ID: fmt.Sprintf("e%d", i), Name: fmt.Sprintf("env-%d", i), Tier: tier})
		}
		p.Links = nil
		for len(p.Zones)*4 < n {
			p.Zones = append(p.Zones, plan.Zone{ID: fmt.Sprintf("z%d", len(p.Zones)), Name: fmt.Sprintf("zone-%d", len(p.Zones))})
		}
		for i := range p.Clusters {
			class := r.IntN(n)
			p.Clusters[i].Environment, p.Clusters[i].Zone = p.Environments[class%4].ID, p.Zones[class/4].ID
		}
	}
}

// Skewed deals the applications to clusters whose shares are log-normal with
// sigma 1.2: the largest of a thousand holds about forty times the median.
func Skewed() Option {
	return dealt(func(r *rand.Rand) float64 { return math.Exp(1.2 * r.NormFloat64()) })
}

// Narrow deals them to clusters of nearly equal shares.
func Narrow() Option { return dealt(func(r *rand.Rand) float64 { return 0.9 + 0.2*r.Float64() }) }

// Uniform deals them to clusters of shares anywhere between none and the most.
func Uniform() Option { return dealt(func(r *rand.Rand) float64 { return r.Float64() }) }

func dealt(share func(*rand.Rand) float64) Option {
	return func(p *plan.Plan, r *rand.Rand) {
		upTo, sum := make([]float64, len(p.Clusters)), 0.0
		for i := range upTo {
			sum += share(r)
			upTo[i] = sum
		}
		for i := range p.Applications {
			c, _ := slices.BinarySearch(upTo, sum*r.Float64())
			p.Applications[i].Cluster = p.Clusters[min(c, len(p.Clusters)-1)].ID
		}
	}
}
