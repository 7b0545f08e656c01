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

// answer the pool's questions, each with at most so many nodes.
func (p *pool) solve(nodes int, stopped func() bool) {
	n := len(p.w)
	sums, unit := sumsOf(p.w), divisor(p.w)
	p.low, p.high, p.found = []int64{0}, []int64{0}, [][]group{nil}
	if n == 0 {
		return
	}
	for k := 1; k <= n && !stopped(); k++ {
		last := max(p.floor, sums[n])
		if k > 1 {
			last = p.high[k-1]
		}
		low := max(p.floor, (leastFor(p.w, sums, k, last)+unit-1)/unit*unit)
		high := last
		var best []group
		if k == 1 {
			best = []group{all(n)}
		} else if low < last {
			low, high, best = p.question(k, low, last, unit, nodes, stopped)
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

// question narrows the least radius of k instances, which lies in [low, high]:
// it gives what is proven from both sides and groups that are better than the
// high it was given, if any.
func (p *pool) question(k int, low, high, unit int64, nodes int, stopped func() bool) (int64, int64, []group) {
	var best []group
	var nearest *packing
	keep := func(q *packing) {
		if q == nil {
			return
		}
		q.improve(low, 4*len(p.w))
		if nearest == nil || q.radius() < nearest.radius() {
			nearest = q
		}
		if r := max(p.floor, q.radius()); r < high {
			high, best = r, q.groups()
		}
	}
	q := newPacking(p.w, p.apps, k)
	q.spread()
	keep(q)
	if low < high {
		keep(multifit(p.w, p.apps, k, low, high))
	}
	// try is below which nothing is worth another look: proven, or given up.
	try := low
	for try < high && nodes > 0 && !stopped() {
		at := try
		if try > low { // something was given up: halve what is left
			at = (try + high - unit) / 2
		}
		a, into, used := p.decide(nearest, k, at, nodes, stopped)
		nodes -= used + 1
		switch a {
		case possible:
			q := packed(p.w, p.apps, k, into)
			high, best, nearest = max(p.floor, q.radius()), q.groups(), q
		case impossible:
			try = at/unit*unit + unit
			low = max(low, try)
		case unknown:
			try = max(at+1, at/unit*unit+unit)
		}
	}
	return low, high, best
}

// decide looks for k groups within a capacity: shortly by completion, then by
// a walk from the nearest that is known, then by completion in earnest.
func (p *pool) decide(nearest *packing, k int, capacity int64, nodes int, stopped func() bool) (answer, []int32, int) {
	a, into, short := complete(p.w, k, capacity, nodes/16+1, stopped)
	if a != unknown {
		return a, into, short
	}
	into, walked := walk(nearest, capacity, nodes/4, stopped)
	if into != nil {
		return possible, into, short + walked
	}
	a, into, long := complete(p.w, k, capacity, nodes/2+1, stopped)
	return a, into, short + walked + long
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
