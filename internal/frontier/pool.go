package frontier

import "slices"

// pool is a set of items of which any may lie together: for every number of
// instances k, how small the largest can be.
type pool struct {
	w, apps []int64 // the heaviest first
	floor   int64   // smaller radii are of no interest
	// By k, from 1; [0] is unused. They end where the floor is reached.
	low, high []int64
	found     [][]group // nil where k does no better than k-1
}

const (
	// mostAsked bounds how many questions a pool asks, times its items: up to
	// a thousand items it asks for every k.
	mostAsked = 1_000_000
	// mostFew is up to which k every pool asks.
	mostFew = 40
	// mostCheap is from how many items on a node costs more than usual, so
	// that there are fewer.
	mostCheap = 200
)

// steps bounds a local search: each step looks at most at every item.
func steps(n int) int { return min(4*n, 1+2_000_000/n) }

// solve answers the pool's questions, with nodes from the space; nil gives none.
func (p *pool) solve(s *space) {
	stopped := func() bool { return s != nil && s.stopped() }
	n := len(p.w)
	sums, unit := sumsOf(p.w), divisor(p.w)
	p.low, p.high, p.found = []int64{0}, []int64{0}, [][]group{nil}
	if n == 0 {
		return
	}
	every := 1 + n*n/mostAsked // of a large pool only some are asked
	for k := 1; k <= n && !stopped(); k++ {
		last := max(p.floor, sums[n])
		if k > 1 {
			last = p.high[k-1]
		}
		if k > mostFew && k%every != 0 && k < n {
			low := min(last, max(p.floor, p.w[0], (sums[n]+int64(k)-1)/int64(k)))
			p.low, p.high, p.found = append(p.low, low), append(p.high, last), append(p.found, nil)
			continue
		}
		low := max(p.floor, (leastFor(p.w, sums, k, last)+unit-1)/unit*unit)
		high := last
		var best []group
		if k == 1 {
			best = []group{all(n)}
		} else if low < last {
			nodes := 0
			if s != nil {
				nodes = s.ration() * mostCheap / max(mostCheap, n)
			}
			q := question{pool: p, k: k, low: low, high: last, unit: unit, nodes: nodes, stopped: stopped}
			best = q.answer()
			low, high = q.low, q.high
			if s != nil {
				s.left -= nodes - max(0, q.nodes)
			}
		}
		low = min(low, high)
		p.low, p.high, p.found = append(p.low, low), append(p.high, high), append(p.found, best)
		if high <= p.floor {
			break
		}
	}
	for k := len(p.low) - 2; k > 0; k-- {
		p.low[k] = max(p.low[k], p.low[k+1])
	}
}

// question is how small the largest of k instances can be: between low, which
// is proven, and high, which is found.
type question struct {
	*pool
	k         int
	low, high int64
	unit      int64 // radii are multiples of it
	nodes     int   // left
	stopped   func() bool
	best      []group  // nil while nothing is better than the high given
	nearest   *packing // the best, within what was asked for or not
}

// answer narrows the question as far as its nodes last and gives the best
// groups.
func (q *question) answer() []group {
	p := newPacking(q.w, q.apps, q.k)
	p.spread()
	q.keep(p)
	if q.low < q.high {
		q.keep(multifit(q.w, q.apps, q.k, q.low, q.high))
	}
	// Below try nothing is worth another look: proven, or given up.
	try := q.low
	for try < q.high && q.nodes > 0 && !q.stopped() {
		at := try
		if try > q.low { // something was given up: halve what is left
			at = max(try, (try+q.high-q.unit)/2)
		}
		switch a, into := q.decide(at); a {
		case possible:
			p := packed(q.w, q.apps, q.k, into)
			q.high, q.best, q.nearest = max(q.floor, p.radius()), p.groups(), p
		case impossible:
			try = at/q.unit*q.unit + q.unit
			q.low = max(q.low, try)
		case unknown:
			try = max(at+1, at/q.unit*q.unit+q.unit)
		}
	}
	return q.best
}

// keep improves a packing and takes it if it is better.
func (q *question) keep(p *packing) {
	if p == nil {
		return
	}
	p.improve(q.low, steps(len(q.w)))
	if q.nearest == nil || p.radius() < q.nearest.radius() {
		q.nearest = p
	}
	if r := max(q.floor, p.radius()); r < q.high {
		q.high, q.best = r, p.groups()
	}
}

// decide looks for k groups within a capacity: shortly by completion, then by
// a walk from the nearest that is known, then by completion in earnest.
func (q *question) decide(capacity int64) (answer, []int32) {
	given := q.nodes
	q.nodes--
	a, into, used := complete(q.w, q.k, capacity, given/16+1, q.stopped)
	q.nodes -= used
	if a != unknown {
		return a, into
	}
	into, used = walk(q.nearest, capacity, given/4, q.stopped)
	q.nodes -= used
	if into != nil {
		return possible, into
	}
	a, into, used = complete(q.w, q.k, capacity, given/2+1, q.stopped)
	q.nodes -= used
	return a, into
}

// within is the least k that is not excluded for the radius.
func (p *pool) within(radius int64) int {
	if len(p.low) <= 1 {
		return 0
	}
	k, _ := slices.BinarySearchFunc(p.low[1:], radius, func(low, r int64) int {
		if low > r {
			return -1
		}
		return 1
	})
	return min(k+1, len(p.w))
}

func all(n int) group {
	g := make(group, n)
	for i := range g {
		g[i] = int32(i)
	}
	return g
}

// divisor is the greatest common divisor of all weights, at least 1.
func divisor(w []int64) int64 {
	var d int64
	for _, v := range w {
		for v != 0 {
			d, v = v, d%v
		}
	}
	return max(1, d)
}
