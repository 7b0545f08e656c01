package drift

import (
	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// comparison is a plan held against what is live, under way.
type comparison struct {
	p           *plan.Plan
	live        Live
	joined      map[string]int // live instances by name, with those that are the same as another
	chosen      bool
	arrangement layout.Arrangement
	clusterAt   map[string]int // plan's cluster by key
	serviceAt   map[string]int
	envAt       map[string]int
	teams       map[string]string
	slices      [][]int // of each cluster of the plan
	whole       []int   // by cluster: planned instance, or none
	part        []int   // by slice
	planned     []int   // planned applications by planned instance
	onClusters  []int   // planned clusters by planned instance

	instance []int // by live instance: planned instance, or none
	by       []string
	liveOf   []int // by planned instance: live instance, or none

	clusters []cluster
	byID     map[string]int
	rows     []placed
	managing [][]int // by plan's cluster: live instances that manage it
	liveOn   [][]int // by plan's cluster: live clusters
	idle     [][]int // by live instance: clusters it only has a credential of

	found    []Difference
	told     map[string]int // places in found by key
	unjudged []Note
	captured []Note
	drawn    layout.Arrangement
	away     map[string]string
	sharing  map[string]string
}

func newComparison(p *plan.Plan, layoutID string, l Live) *comparison {
	c := &comparison{p: p, live: l, clusterAt: at(p.Clusters), serviceAt: at(p.Services), envAt: at(p.Environments), teams: map[string]string{}, byID: map[string]int{}, away: map[string]string{}, sharing: map[string]string{}, told: map[string]int{}}
	for _, t := range p.Teams {
		c.teams[t.ID] = t.Name
	}
	if layoutID != "" {
		c.arrangement, c.chosen = layout.Resolve(p, layoutID)
	}
	c.slices, c.whole, c.part = make([][]int, len(p.Clusters)), fill(len(p.Clusters)), fill(len(p.Slices))
	sliceAt := at(p.Slices)
	for i, s := range p.Slices {
		if k, ok := c.clusterAt[s.Cluster]; ok {
			c.slices[k] = append(c.slices[k], i)
		}
	}
	instances := at(c.arrangement.Instances)
	for _, pl := range c.arrangement.Placements {
		i, ok := instances[pl.Instance]
		if !ok {
			continue
		}
		if k, ok := c.clusterAt[pl.Cluster]; ok && pl.Slice == "" {
			c.whole[k] = i
		} else if s, ok := sliceAt[pl.Slice]; ok {
			c.part[s] = i
		}
	}
	c.planned, c.onClusters = make([]int, len(instances)), make([]int, len(instances))
	for _, a := range p.Applications {
		if i := c.ownerOf(a, sliceAt); i != none {
			c.planned[i]++
		}
	}
	for k := range p.Clusters {
		for _, i := range c.foreseen(k) {
			c.onClusters[i]++
		}
	}
	return c
}

func at[T interface{ Key() string }](rows []T) map[string]int {
	out := make(map[string]int, len(rows))
	for i, r := range rows {
		out[r.Key()] = i
	}
	return out
}

func fill(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = none
	}
	return out
}

// ownerOf is the planned instance that delivers a planned application.
func (c *comparison) ownerOf(a plan.Application, sliceAt map[string]int) int {
	if s, ok := sliceAt[a.Slice]; ok && c.part[s] != none {
		return c.part[s]
	}
	if k, ok := c.clusterAt[a.Cluster]; ok {
		return c.whole[k]
	}
	return none
}

// foreseen are the planned instances of a cluster, each once.
func (c *comparison) foreseen(k int) (out []int) {
	add := func(i int) {
		if i != none && !contains(out, i) {
			out = append(out, i)
		}
	}
	add(c.whole[k])
	for _, s := range c.slices[k] {
		add(c.part[s])
	}
	return out
}
