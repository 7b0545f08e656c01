package frontier

import (
	"math"
	"slices"
)

// mostRadii bounds the radii at which a mixed class is packed anew.
const mostRadii = 128

// mix packs a class whose groups differ in price or reach, for every radius at
// which the count of instances may change: production first, each item into the
// group where it costs least, and of those where it fits best.
func (c *class) mix(pools ...*pool) {
	var radii []int64
	for _, p := range pools {
		radii = append(radii, p.low...)
		radii = append(radii, p.high...)
	}
	slices.Sort(radii)
	radii = slices.DeleteFunc(slices.Compact(radii), func(r int64) bool { return r < c.floor })
	orders := c.orders()
	for i := range radii {
		if len(radii) > mostRadii && i*mostRadii/len(radii) == (i-1)*mostRadii/len(radii) && i > 0 {
			continue
		}
		for _, order := range orders {
			if c.stopped() {
				return
			}
			if groups := c.packAt(radii[i], order); groups != nil {
				c.offer(groups)
			}
		}
	}
}

// orders gives the sequences in which a mixed class is packed: by weight with
// production first, and the same with what the fewest places serve before.
func (c *class) orders() [][]int32 {
	byPrice := all(len(c.items))
	slices.SortStableFunc(byPrice, func(a, b int32) int { return rank(c.items[a].production) - rank(c.items[b].production) })
	byReach := slices.Clone(byPrice)
	slices.SortStableFunc(byReach, func(a, b int32) int { return c.items[a].serve.count() - c.items[b].serve.count() })
	return [][]int32{byPrice, byReach}
}

// packAt gives groups of at most the radius; nil if an item is too heavy.
func (c *class) packAt(radius int64, order []int32) []group {
	var groups []group
	var sums []sum
	var prices []float64
	for _, i := range order {
		it := &c.items[i]
		if it.weight > radius {
			return nil
		}
		alone := c.sum(group{i})
		best, added, room := -1, c.price(alone), int64(math.MaxInt64)
		for g := range groups {
			if sums[g].weight+it.weight > radius {
				continue
			}
			both := c.join(sums[g], groups[g], i)
			more := c.price(both) - prices[g]
			if left := radius - both.weight; less(more, added) || !less(added, more) && left < room && !math.IsInf(more, 1) {
				best, added, room = g, more, left
			}
		}
		if best < 0 {
			groups, sums, prices = append(groups, group{i}), append(sums, alone), append(prices, c.price(alone))
			continue
		}
		sums[best] = c.join(sums[best], groups[best], i)
		prices[best] = c.price(sums[best])
		groups[best] = append(groups[best], i)
	}
	for _, g := range groups {
		slices.Sort(g)
	}
	return groups
}

// join adds an item to a group's sum.
func (c *class) join(s sum, g group, i int32) sum {
	it := &c.items[i]
	s.weight += it.weight
	s.apps += it.apps
	s.production = s.production || it.production
	s.serve = s.serve.and(it.serve)
	if !c.sliced || !slices.ContainsFunc(g, func(j int32) bool { return c.items[j].cluster == it.cluster }) {
		s.clusters++
	}
	return s
}
