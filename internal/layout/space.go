package layout

import (
	"math"

	"deckplan/internal/plan"
)

// Slot is what a layout assigns: a cluster, a slice of one, or what of a
// cluster is in no slice. Rows are named by their position in the plan, -1
// where there is none.
type Slot struct {
	Cluster, Slice int
	Environment    int
	Zone           int
	Team           string // of the slice, else of the cluster: its key
	Applications   int
	Weight         float64 // sum of the applications' criticality: a whole number
	ClusterWeight  float64 // of the whole cluster, its other slices included
	Production     bool
	// Delivered says that something is delivered to it. What is not may stay
	// unassigned.
	Delivered bool
	// Apart holds its values of the traits that the team's rules keep apart,
	// in a fixed order; an unknown one is empty and may lie with any.
	Apart []string
}

// Slots lists what a layout of the plan assigns, cluster by cluster in the
// plan's order, as Analyse sees it.
func (ix *Index) Slots() []Slot {
	traits := ix.apart()
	out := make([]Slot, len(ix.slots))
	for k, s := range ix.slots {
		out[k] = Slot{Cluster: s.cluster, Slice: s.slice, Environment: ix.env[s.cluster], Zone: ix.zone[s.cluster], Team: s.team,
			Applications: s.apps, Weight: s.weight, ClusterWeight: ix.weightOf[s.cluster],
			Production: ix.production(s.cluster), Delivered: s.apps > 0 || ix.byCluster}
		for _, t := range traits {
			key, _ := t.of(s)
			out[k].Apart = append(out[k].Apart, key)
		}
	}
	return out
}

// Plan is the index's plan, which must not be changed.
func (ix *Index) Plan() *plan.Plan { return ix.plan }

// Weight is the weight of all applications, of which a radius is a fraction.
func (ix *Index) Weight() float64 { return ix.weight }

// Owners gives, for every slot, the position of the instance that delivers to
// it in the arrangement; -1 if none does.
func (ix *Index) Owners(a Arrangement) []int {
	m := model{ix: ix, a: &a}
	m.assign()
	return m.owner
}

// InstanceCost is what an instance that pushes costs a year, in the plan's
// currency, on a planned cluster or on a host of its own outside them.
func (ix *Index) InstanceCost(ha bool, shards int, outside bool) float64 {
	return ix.instanceCost(plan.Instance{HA: ha, Shards: shards}, outside, 0).total()
}

// FixedCost is what a layout costs a year whatever its instances are.
func (ix *Index) FixedCost() float64 { return ix.fixedEffort() }

// Carries is the guidance's upper end for an untuned instance, or for each of
// its shards: so many applications and clusters.
func (ix *Index) Carries(ha bool) (applications, clusters float64) {
	return ix.ranges[guidanceID("applications", ha)][1], ix.ranges[guidanceID("clusters", ha)][1]
}

// maxShards is the most a plan may give an instance.
const maxShards = 1000

// Shards is the least number of shards with which an instance is not beyond
// the guidance. Where the guidance is 0 no number helps, and it is 1.
func (ix *Index) Shards(ha bool, applications, clusters int) int {
	n := 1
	most := [2]float64{}
	most[0], most[1] = ix.Carries(ha)
	for i, count := range []int{applications, clusters} {
		if most[i] > 0 {
			n = max(n, int(math.Min(maxShards, math.Ceil(float64(count)/most[i]))))
		}
	}
	return n
}

// Hosts lists the clusters that the team's rules allow instances on, in the
// plan's order. Outside them an instance may run only if any may.
func (ix *Index) Hosts() (clusters []int, outside bool) {
	outside = len(ix.plan.About.Rules.Hosts) == 0
	allowed := ix.allowedHosts()
	for c := range ix.plan.Clusters {
		if outside || allowed[c] {
			clusters = append(clusters, c)
		}
	}
	return clusters, outside
}

// ZoneOf is a cluster's zone, -1 if it is not known.
func (ix *Index) ZoneOf(cluster int) int { return ix.zone[cluster] }

// Servers gives, for every slot, the zones from which an instance can push to
// it and read what it needs; zones is the list to choose from, -1 in it the
// unknown one. Where no zone reads all that a slot needs, whatever pushes to
// it will do: no layout mends that. A host in an unknown zone is trusted with
// clusters of unknown zone only, or with all where the rules name the hosts; a
// cluster of unknown zone is within reach of all.
func (ix *Index) Servers(zones []int) [][]int {
	named := len(ix.plan.About.Rules.Hosts) > 0
	readers := readers{ix: ix}
	out := make([][]int, len(ix.slots))
	for k, s := range ix.slots {
		var pushes, serves []int
		for _, z := range zones {
			open, known := ix.reach(z, ix.zone[s.cluster])
			if !open && (known || ix.zone[s.cluster] != none && !named) {
				continue
			}
			pushes = append(pushes, z)
			if len(readers.cut(z, k)) == 0 {
				serves = append(serves, z)
			}
		}
		if out[k] = serves; len(serves) == 0 {
			out[k] = pushes
		}
	}
	return out
}
