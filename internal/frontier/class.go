package frontier

import (
	"math"
	"slices"
)

// item is a slot to be assigned.
type item struct {
	slot       int
	weight     int64
	apps       int
	cluster    int
	production bool
	// loose says that the rules know too little of it to keep it in its class.
	loose bool
	serve bits // places from which it can be delivered to
}

// group is what one instance delivers to: positions in its class's items, or
// in a pool's, in rising order.
type group []int32

// way is a grouping of a whole class.
type way struct {
	radius int64
	cost   float64
	groups []group
}

// bound says that no grouping of the class of a smaller cost has the radius or
// less; the radius is the least to which it applies.
type bound struct {
	radius int64
	cost   float64
}

// class is what may share instances.
type class struct {
	*space
	items []item // the heaviest first
	// easy says that one place without a price serves all, and that all or
	// none are production: groups differ in weight and shards only.
	easy   bool
	sliced bool  // several items lie on one cluster
	ways   []way // by rising radius and falling cost
	bounds []bound
	liked  []way // more groupings, which are easily described
	traits []traitOf
}

// less compares costs, which are sums of rounded numbers, or +Inf.
func less(a, b float64) bool {
	if math.IsInf(a, 1) || math.IsInf(b, 1) {
		return a < b
	}
	return b-a > 1e-9*math.Max(1, math.Max(math.Abs(a), math.Abs(b)))
}

// sum is what a group comes to.
type sum struct {
	weight         int64
	apps, clusters int
	production     bool
	serve          bits
}

func (c *class) sum(g group) sum {
	s := sum{serve: c.everywhere()}
	var seen map[int]bool
	if c.sliced {
		seen = map[int]bool{}
	}
	for _, i := range g {
		it := &c.items[i]
		s.weight += it.weight
		s.apps += it.apps
		s.production = s.production || it.production
		s.serve = s.serve.and(it.serve)
		if c.sliced && seen[it.cluster] {
			continue
		}
		if c.sliced {
			seen[it.cluster] = true
		}
		s.clusters++
	}
	return s
}

// price is what an instance with such a sum costs a year; +Inf if no place
// serves all of it.
func (c *class) price(s sum) float64 {
	if s.serve.none() {
		return math.Inf(1)
	}
	return c.instance(s.production, c.shards(s.production, s.apps, s.clusters), s.serve.and(c.free).none())
}

// offer takes a grouping into the ways unless one as good is there.
func (c *class) offer(groups []group) {
	if w, ok := c.weigh(groups); ok {
		c.ways = insert(c.ways, w)
	}
}

// weigh gives a grouping's radius and cost; false if no place serves some of
// its groups.
func (c *class) weigh(groups []group) (way, bool) {
	w := way{radius: c.floor, groups: groups}
	for _, g := range groups {
		s := c.sum(g)
		w.radius = max(w.radius, s.weight)
		w.cost += c.price(s)
	}
	return w, !math.IsInf(w.cost, 1)
}

// insert keeps ways by rising radius and falling cost.
func insert(ways []way, w way) []way {
	at, _ := slices.BinarySearchFunc(ways, w.radius, func(v way, r int64) int { return int(min(1, max(-1, v.radius-r))) })
	if at < len(ways) && ways[at].radius == w.radius && !less(w.cost, ways[at].cost) || at > 0 && !less(w.cost, ways[at-1].cost) {
		return ways
	}
	end := at
	for end < len(ways) && !less(ways[end].cost, w.cost) {
		end++
	}
	return slices.Replace(ways, at, end, w)
}

// solve fills in ways and bounds.
func (c *class) solve() {
	n := len(c.items)
	fixed := make([]int32, 0, n)
	mixed, loose := false, false
	for i, it := range c.items {
		mixed = mixed || it.production != c.items[0].production
		loose = loose || it.loose
		if !it.loose {
			fixed = append(fixed, int32(i))
		}
	}
	whole := c.pool(fixed)
	prod := whole
	if mixed {
		prod = c.pool(slices.DeleteFunc(slices.Clone(fixed), func(i int32) bool { return !c.items[i].production }))
	} else if !c.items[0].production {
		prod = c.pool(nil)
	}
	c.bound(whole, prod)
	c.singles()
	if !loose {
		c.offerAll(whole)
	} else {
		c.offerAll(c.pool(all(n)))
	}
	c.shard(whole)
	if !c.easy || loose {
		c.mix(whole, prod)
	}
	c.describe()
	c.enumerate(loose)
}

// pool solves the items as if any might lie together.
func (c *class) pool(items []int32) *pool {
	p := &pool{floor: c.floor}
	for _, i := range items {
		p.w, p.apps = append(p.w, c.items[i].weight), append(p.apps, int64(c.items[i].apps))
	}
	p.solve(c.nodes, c.stopped)
	for _, groups := range p.found {
		for _, g := range groups {
			for j := range g {
				g[j] = items[g[j]]
			}
		}
	}
	return p
}

func (c *class) offerAll(p *pool) {
	for _, groups := range p.found {
		if groups != nil {
			c.offer(groups)
		}
	}
}

// singles gives every item an instance of its own.
func (c *class) singles() {
	groups := make([]group, len(c.items))
	for i := range groups {
		groups[i] = group{int32(i)}
	}
	c.offer(groups)
}

// bound relaxes the class: any may lie together, every instance is inside, and
// shards are as few as their sum allows.
func (c *class) bound(whole, prod *pool) {
	radii := slices.Concat(whole.low, prod.low)
	slices.Sort(radii)
	radii = slices.Compact(radii)
	if len(whole.w) == 0 { // all of it might ride along with other classes
		c.bounds = []bound{{c.floor, 0}}
		return
	}
	for _, r := range radii {
		if r < c.floor {
			continue
		}
		b := bound{r, c.least(whole.within(r), prod.within(r))}
		if n := len(c.bounds); n == 0 || less(b.cost, c.bounds[n-1].cost) {
			c.bounds = append(c.bounds, b)
		}
	}
}

// least is the smallest cost of k instances or more, of which at least prod
// deliver to production.
func (c *class) least(k, prod int) float64 {
	k = max(k, prod)
	var all, plain sum
	clusters := map[int]bool{}
	for _, it := range c.items {
		if !it.loose {
			all.apps += it.apps
			clusters[it.cluster] = true
			all.production = all.production || it.production
			plain.production = plain.production || !it.production
		}
	}
	// Each measure is met by the instances that carry most of it.
	byApps, byClusters := math.MaxInt, math.MaxInt
	dear, cheap, extra := c.instance(true, 1, false), math.Inf(1), math.Inf(1)
	for _, ha := range []bool{true, false} {
		if ha && !all.production || !ha && !plain.production {
			continue
		}
		one := c.instance(ha, 1, false)
		cheap, extra = math.Min(cheap, one), math.Min(extra, c.instance(ha, 2, false)-one)
		byApps, byClusters = min(byApps, c.shards(ha, all.apps, 0)), min(byClusters, c.shards(ha, 0, len(clusters)))
	}
	shards := max(byApps, byClusters)
	cost := func(k int) float64 {
		return float64(prod)*dear + float64(k-prod)*cheap + float64(max(0, shards-k))*extra
	}
	return math.Min(cost(k), cost(max(k, min(shards, len(c.items)))))
}

// shard looks for groups that need fewer shards at some cost in radius, by
// holding every instance to an even part of the shards that there must be.
func (c *class) shard(p *pool) {
	s := c.sum(all(len(c.items)))
	needed := c.shards(s.production, s.apps, s.clusters)
	if needed == 1 || !c.easy {
		return
	}
	apps, clusters := c.carries(s.production)
	w, loads := make([]int64, len(c.items)), make([]int64, len(c.items))
	for i, it := range c.items {
		w[i], loads[i] = it.weight, int64(it.apps)
	}
	for k := 2; k < len(p.low) && !c.stopped(); k++ {
		total := max(k, needed)
		q := newPacking(w, loads, k)
		for b := range q.bins {
			part := int64(total / k)
			if b < total%k {
				part++
			}
			q.bins[b].mostApps, q.bins[b].mostItems = int64(math.Floor(apps*float64(part))), int64(math.Floor(clusters*float64(part)))
		}
		if q.spread() {
			q.improve(p.low[k], 4*len(w))
			c.offer(q.groups())
		}
	}
}
