package frontier

import (
	"math"
	"slices"
)

// mostEnumerated is the largest class that is enumerated. Larger ones would
// only spend their nodes.
const mostEnumerated = 24

// enumerate goes through all partitions of a small class that could still
// better its ways, with all that makes groups differ in price. If it comes to
// the end, the ways are the frontier and become the bounds.
func (c *class) enumerate(loose bool) {
	if len(c.items) > mostEnumerated || loose {
		return
	}
	e := enumeration{class: c, left: c.ration()}
	defer func(given int) { c.space.left -= given - max(0, e.left) }(e.left)
	e.order = c.orders()[0]
	e.rest = make([]int64, len(e.order)+1)
	for j := len(e.order) - 1; j >= 0; j-- {
		e.rest[j] = e.rest[j+1] + c.items[e.order[j]].weight
	}
	e.open()
	if len(e.gaps) == 0 {
		return
	}
	e.cheapest = math.Inf(1)
	for i := range c.items {
		e.cheapest = math.Min(e.cheapest, c.instance(c.items[i].production, 1, false))
	}
	e.place(0, c.floor, 0)
	if e.left <= 0 {
		return
	}
	c.bounds = nil
	for _, w := range c.ways {
		c.bounds = append(c.bounds, bound{w.radius, w.cost})
	}
}

// gap is where something better may be: a radius of at most most for less
// than cost.
type gap struct {
	most int64
	cost float64
}

type enumeration struct {
	*class
	order    []int32
	rest     []int64 // by place in the order: weight from there on
	bins     []bin
	gaps     []gap
	cheapest float64
	left     int
}

type bin struct {
	of    group
	sum   sum
	price float64
}

// open lists the gaps between ways and bounds.
func (e *enumeration) open() {
	e.gaps = e.gaps[:0]
	for i := 0; i <= len(e.ways); i++ {
		g := gap{most: math.MaxInt64, cost: math.Inf(1)}
		if i < len(e.ways) {
			g.most = e.ways[i].radius - 1
		}
		if i > 0 {
			g.cost = e.ways[i-1].cost
		}
		if g.most >= e.floor && less(costAt(e.bounds, g.most), g.cost) {
			e.gaps = append(e.gaps, g)
		}
	}
}

// costAt is the bound on the cost within a radius; +Inf if none is possible.
func costAt(bounds []bound, radius int64) float64 {
	at, found := slices.BinarySearchFunc(bounds, radius, func(b bound, r int64) int { return int(min(1, max(-1, b.radius-r))) })
	if !found {
		at--
	}
	if at < 0 {
		return math.Inf(1)
	}
	return bounds[at].cost
}

// hopeless says that nothing better can come of bins with such a radius and
// cost and the items still to be placed.
func (e *enumeration) hopeless(from int, radius int64, cost float64) bool {
	for _, g := range e.gaps {
		if g.most < radius {
			continue
		}
		over := e.rest[from]
		if g.most < math.MaxInt64 {
			for i := range e.bins {
				over -= g.most - e.bins[i].sum.weight
			}
		} else {
			over = 0
		}
		least := cost
		if over > 0 {
			least += float64((over+g.most-1)/g.most) * e.cheapest
		}
		if len(e.bins) == 0 {
			least = math.Max(least, e.cheapest)
		}
		if less(least, g.cost) {
			return false
		}
	}
	return true
}

func (e *enumeration) place(at int, radius int64, cost float64) {
	if e.left--; e.left <= 0 || e.left&1023 == 0 && e.stopped() {
		e.left = min(e.left, 0)
		return
	}
	if e.hopeless(at, radius, cost) {
		return
	}
	if at == len(e.order) {
		groups := make([]group, len(e.bins))
		for i := range e.bins {
			groups[i] = slices.Sorted(slices.Values(e.bins[i].of))
		}
		e.offer(groups)
		e.open()
		return
	}
	i := e.order[at]
	from := 0
	if at > 0 && e.same(i, e.order[at-1]) { // equals lie in rising bins
		from = e.binOf(e.order[at-1])
	}
	for b := from; b < len(e.bins) && e.left > 0; b++ {
		was := e.bins[b]
		s := e.join(was.sum, was.of, i)
		price := e.price(s)
		if math.IsInf(price, 1) {
			continue
		}
		e.bins[b] = bin{append(was.of, i), s, price}
		e.place(at+1, max(radius, s.weight), cost+price-was.price)
		e.bins[b] = was
	}
	s := e.sum(group{i})
	if price := e.price(s); e.left > 0 && !math.IsInf(price, 1) {
		e.bins = append(e.bins, bin{group{i}, s, price})
		e.place(at+1, max(radius, s.weight), cost+price)
		e.bins = e.bins[:len(e.bins)-1]
	}
}

func (e *enumeration) binOf(i int32) int {
	for b := range e.bins {
		if slices.Contains(e.bins[b].of, i) {
			return b
		}
	}
	return 0
}

// same says that two items may be exchanged without any difference.
func (e *enumeration) same(i, j int32) bool {
	a, b := &e.items[i], &e.items[j]
	return !e.sliced && a.weight == b.weight && a.apps == b.apps && a.production == b.production && a.serve.equal(b.serve)
}
