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
	common bool  // one place without a price serves all
	sliced bool  // several items lie on one cluster
	ways   []way // by rising radius and falling cost
	bounds []bound
	liked  []way // more groupings, which are easily described
	traits []traitOf
	// What bounds it, for bounds on several classes together.
	relaxed     relaxed
	whole, prod *pool
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
	if mixed && c.common && !loose {
		c.twoPrices(whole, prod)
	}
	c.describe()
	c.whole, c.prod = whole, prod
	c.bound(whole, prod)
	c.enumerate(loose)
}

// pool solves the items as if any might lie together.
func (c *class) pool(items []int32) *pool {
	p := &pool{floor: c.floor}
	for _, i := range items {
		p.w, p.apps = append(p.w, c.items[i].weight), append(p.apps, int64(c.items[i].apps))
	}
	p.solve(c.space)
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

// shard looks for groups that need fewer shards at some cost in radius, by
// holding every instance to an even part of so many shards in all.
func (c *class) shard(p *pool) {
	s := c.sum(all(len(c.items)))
	needed := c.shards(s.production, s.apps, s.clusters)
	if needed == 1 || !c.easy {
		return
	}
	for k := 2; k < len(p.low) && !c.stopped(); k++ {
		if p.found[k] == nil && k > needed {
			continue
		}
		has := math.MaxInt
		if p.found[k] != nil {
			has = 0
			for _, g := range p.found[k] {
				s := c.sum(g)
				has += c.shards(s.production, s.apps, s.clusters)
			}
		}
		for total := max(k, needed); total < min(has, max(k, needed)+mostMoreShards); total++ {
			if groups := c.sharded(k, total, s.production, p.low[k]); groups != nil {
				c.offer(groups)
			}
		}
	}
}

// mostMoreShards is how many totals of shards are tried for each number of
// instances.
const mostMoreShards = 12

// sharded spreads all over k instances with so many shards in all; nil if that
// leaves something over.
func (c *class) sharded(k, total int, ha bool, target int64) []group {
	apps, clusters := c.carries(ha)
	w, loads := make([]int64, len(c.items)), make([]int64, len(c.items))
	for i, it := range c.items {
		w[i], loads[i] = it.weight, int64(it.apps)
	}
	q := newPacking(w, loads, k)
	for b := range q.bins {
		part := float64(total / k)
		if b < total%k {
			part++
		}
		q.bins[b].mostApps, q.bins[b].mostItems = int64(apps*part), int64(clusters*part)
	}
	if !q.spread() {
		return nil
	}
	q.improve(target, steps(len(w)))
	return q.groups()
}
