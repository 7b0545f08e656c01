package frontier

import (
	"math"
	"slices"
	"sort"
)

// relaxed is a class with everything relaxed that makes its groups differ: any
// items may lie together, every instance runs free of a host's price, and a
// group within a radius holds as much as its lightest items allow.
type relaxed struct {
	dear, cheap, extra float64 // an instance for production, any instance, a shard
	measures           []measure
	items              int
}

// measure is what shards are counted by: applications or clusters.
type measure struct {
	total, each float64 // of the class; what a shard carries
	// The densest items first: their weight and what they measure, summed.
	weights []int64
	sums    []float64
}

// bound finds the class's bounds, for every radius at which they may change.
func (c *class) bound(whole, prod *pool) {
	if len(whole.w) == 0 { // all of it might ride along with other classes
		c.bounds = []bound{{c.floor, 0}}
		return
	}
	c.relaxed = c.relax()
	x := &c.relaxed
	radii := slices.Concat(whole.low, prod.low, []int64{c.floor})
	for _, m := range x.measures {
		radii = append(radii, m.weights...)
	}
	if len(x.measures) > 0 {
		for _, w := range c.ways {
			radii = append(radii, w.radius)
		}
	}
	slices.Sort(radii)
	radii = slices.DeleteFunc(slices.Compact(radii), func(r int64) bool { return r < c.floor })
	for i, r := range radii {
		last := int64(math.MaxInt64)
		if i+1 < len(radii) {
			last = radii[i+1] - 1
		}
		cost := x.least(last, whole.within(last), prod.within(last))
		if n := len(c.bounds); n == 0 || less(cost, c.bounds[n-1].cost) {
			c.bounds = append(c.bounds, bound{r, cost})
		}
	}
}

func (c *class) relax() relaxed {
	x := relaxed{cheap: math.Inf(1), extra: math.Inf(1)}
	each := [2]float64{}
	kinds := map[bool]bool{}
	var items []item
	for _, it := range c.items {
		if !it.loose {
			items = append(items, it)
			kinds[it.production] = true
		}
	}
	x.items = len(items)
	x.dear = c.instance(true, 1, false)
	for n, ha := range []bool{true, false} {
		if !kinds[ha] {
			continue
		}
		one := c.instance(ha, 1, false)
		x.cheap, x.extra = math.Min(x.cheap, one), math.Min(x.extra, c.instance(ha, 2, false)-one)
		apps, clusters := c.carries(ha)
		for i, most := range []float64{apps, clusters} {
			if n == 0 || !kinds[true] || each[i] > 0 && most > each[i] || most == 0 {
				each[i] = most // 0 is no limit
			}
		}
	}
	for i, most := range each {
		m := c.measure(items, i == 1, most)
		if most > 0 && m.total > most && m.total <= most*float64(c.shards(true, math.MaxInt32, math.MaxInt32)) {
			x.measures = append(x.measures, m)
		}
	}
	return x
}

// measure sums up clusters, or applications. Slices of one cluster may share
// it, so the class has fewer clusters than items, but no group has more.
func (c *class) measure(items []item, clusters bool, each float64) measure {
	m := measure{each: each}
	of := func(it item) float64 {
		if clusters {
			return 1
		}
		return float64(it.apps)
	}
	dense := slices.Clone(items)
	sort.SliceStable(dense, func(i, j int) bool {
		return of(dense[i])*float64(dense[j].weight) > of(dense[j])*float64(dense[i].weight)
	})
	var weight int64
	sum := 0.0
	distinct := map[int]bool{}
	for _, it := range dense {
		weight += it.weight
		sum += of(it)
		m.weights, m.sums = append(m.weights, weight), append(m.sums, sum)
		distinct[it.cluster] = true
	}
	if m.total = sum; clusters {
		m.total = float64(len(distinct))
	}
	return m
}

// most bounds what a group within the radius measures: the densest items, and
// of the last as large a part as fits.
func (m *measure) most(radius int64) float64 {
	n, _ := slices.BinarySearch(m.weights, radius)
	for n < len(m.weights) && m.weights[n] <= radius {
		n++
	}
	if n == len(m.weights) {
		return m.sums[n-1]
	}
	var weight int64
	sum := 0.0
	if n > 0 {
		weight, sum = m.weights[n-1], m.sums[n-1]
	}
	return sum + (m.sums[n]-sum)*float64(radius-weight)/float64(m.weights[n]-weight)
}

// shards bounds the shards of k groups of which each measures at most most: a
// group's first shards carry each their full, its last what is left. +Inf if
// they cannot hold the total.
func (m *measure) shards(k int, most float64) float64 {
	n := float64(k)
	need := m.total - n*math.Min(m.each, most)
	if need <= 1e-9 {
		return n
	}
	full := math.Floor(most / m.each)
	if full < 1 {
		return math.Inf(1)
	}
	further := n * (full - 1) * m.each
	if need <= further {
		return n + math.Ceil(need/m.each-1e-9)
	}
	need -= further
	part := most - full*m.each
	if need > n*part+1e-9 {
		return math.Inf(1)
	}
	return n*full + math.Ceil(need/part-1e-9)
}

// least is the smallest cost within a radius, where at least k instances are
// needed and at least prod of them deliver to production.
func (x *relaxed) least(radius int64, k, prod int) float64 {
	best := math.Inf(1)
	most := make([]float64, len(x.measures))
	for i := range x.measures {
		most[i] = x.measures[i].most(radius)
	}
	for k = max(k, prod); k <= x.items; k++ {
		cost := float64(prod)*x.dear + float64(k-prod)*x.cheap
		if !less(cost, best) {
			break
		}
		shards := float64(k)
		for i := range x.measures {
			shards = math.Max(shards, x.measures[i].shards(k, most[i]))
		}
		if more := cost + (shards-float64(k))*x.extra; !math.IsNaN(more) {
			best = math.Min(best, more)
		}
		if shards == float64(k) {
			break
		}
	}
	return best
}
