package frontier

import (
	"math"
	"slices"
)

// load is a bin: what lies in it, the heaviest first, and what that comes to.
type load struct {
	of     []int32
	weight int64
	apps   int64
	// What it may hold beside its weight; 0 is no limit.
	mostApps, mostItems int64
	plain               bool // it takes nothing that is production
}

// packing puts items into a fixed number of bins.
type packing struct {
	w, apps []int64 // by item, the heaviest first
	prod    []bool  // by item: it is production; nil if no bin minds
	bins    []load
}

func newPacking(w, apps []int64, k int) *packing {
	return &packing{w: w, apps: apps, bins: make([]load, k)}
}

func (p *packing) fits(b *load, item int32) bool {
	return p.admits(b, item) && (b.mostItems == 0 || int64(len(b.of)) < b.mostItems) && (b.mostApps == 0 || b.apps+p.apps[item] <= b.mostApps)
}

func (p *packing) admits(b *load, item int32) bool { return !b.plain || p.prod == nil || !p.prod[item] }

func (p *packing) put(bin int, item int32) {
	b := &p.bins[bin]
	at, _ := slices.BinarySearch(b.of, item)
	b.of = slices.Insert(b.of, at, item)
	b.weight += p.w[item]
	b.apps += p.apps[item]
}

func (p *packing) take(bin int, item int32) {
	b := &p.bins[bin]
	at, _ := slices.BinarySearch(b.of, item)
	b.of = slices.Delete(b.of, at, at+1)
	b.weight -= p.w[item]
	b.apps -= p.apps[item]
}

func (p *packing) largest() int {
	most := 0
	for i := range p.bins {
		if p.bins[i].weight > p.bins[most].weight {
			most = i
		}
	}
	return most
}

func (p *packing) radius() int64 { return p.bins[p.largest()].weight }

func (p *packing) groups() []group {
	var out []group
	for _, b := range p.bins {
		if len(b.of) > 0 {
			out = append(out, slices.Clone(b.of))
		}
	}
	return out
}

// spread is LPT: the heaviest left goes where the least lies. Without limits
// it always succeeds.
func (p *packing) spread() bool {
	return p.spreadIn(all(len(p.w)))
}

// spreadIn does the same in another order.
func (p *packing) spreadIn(order []int32) bool {
	for _, item := range order {
		to, least := -1, int64(math.MaxInt64)
		for i := range p.bins {
			if b := &p.bins[i]; b.weight < least && p.fits(b, item) {
				to, least = i, b.weight
			}
		}
		if to < 0 {
			return false
		}
		p.put(to, item)
	}
	return true
}

// improve moves and swaps items out of the heaviest bin until that comes down
// to target, no single step helps, or so many steps are done.
func (p *packing) improve(target int64, steps int) {
	for ; steps > 0; steps-- {
		from := p.largest()
		if p.bins[from].weight <= target {
			return
		}
		best := step{to: -1, load: p.bins[from].weight}
		for to := range p.bins {
			if to != from {
				p.look(from, to, &best)
			}
		}
		if best.to < 0 {
			return
		}
		p.take(from, best.give)
		if best.get >= 0 {
			p.take(best.to, best.get)
			p.put(from, best.get)
		}
		p.put(best.to, best.give)
	}
}

// step gives an item to another bin, for one of its own or for nothing (-1).
type step struct {
	to        int
	give, get int32
	load      int64 // of the heavier of the two afterwards
}

// look finds the step between two bins after which the heavier is lightest.
// The nearer the difference comes to half of what they differ by, the better,
// so both lists, which fall, are walked once, side by side.
func (p *packing) look(from, to int, best *step) {
	a, b := &p.bins[from], &p.bins[to]
	if b.weight+1 >= a.weight {
		return
	}
	try := func(give, get int32) {
		d := p.w[give]
		if get >= 0 {
			d -= p.w[get]
		}
		if d <= 0 {
			return
		}
		if after := max(a.weight-d, b.weight+d); after < best.load && p.allowed(a, b, give, get) {
			*best = step{to, give, get, after}
		}
	}
	half := (a.weight - b.weight) / 2
	j := 0
	for _, give := range a.of {
		try(give, -1)
		for j < len(b.of) && p.w[give]-p.w[b.of[j]] < half {
			j++
		}
		for n := max(0, j-2); n < min(len(b.of), j+2); n++ {
			try(give, b.of[n])
		}
	}
}

// allowed says that both bins keep their limits.
func (p *packing) allowed(a, b *load, give, get int32) bool {
	if get < 0 {
		return p.fits(b, give)
	}
	d := p.apps[give] - p.apps[get]
	return p.admits(b, give) && p.admits(a, get) && (b.mostApps == 0 || b.apps+d <= b.mostApps) && (a.mostApps == 0 || a.apps-d <= a.mostApps)
}

// fill is first-fit decreasing into bins of the capacity: the bin of every
// item and how many bins it took, or more than most.
func fill(w []int64, capacity int64, most int, into []int32) int {
	size := 1
	for size < most {
		size *= 2
	}
	room := make([]int64, 2*size) // a tree: the most room below each node
	for i := range most {
		room[size+i] = capacity
	}
	for i := size - 1; i > 0; i-- {
		room[i] = max(room[2*i], room[2*i+1])
	}
	used := 0
	for item, v := range w {
		if room[1] < v {
			return most + 1
		}
		at := 1
		for at < size {
			if at *= 2; room[at] < v {
				at++
			}
		}
		into[item] = int32(at - size)
		used = max(used, at-size+1)
		room[at] -= v
		for at /= 2; at > 0; at /= 2 {
			room[at] = max(room[2*at], room[2*at+1])
		}
	}
	return used
}

// multifit narrows the capacity at which first-fit decreasing needs k bins.
func multifit(w, apps []int64, k int, low, high int64) *packing {
	into := make([]int32, len(w))
	var best []int32
	for range 12 {
		if low >= high {
			break
		}
		mid := (low + high) / 2
		if fill(w, mid, k, into) <= k {
			best, high = slices.Clone(into), mid
		} else {
			low = mid + 1
		}
	}
	if best == nil {
		return nil
	}
	return packed(w, apps, k, best)
}

func packed(w, apps []int64, k int, into []int32) *packing {
	p := newPacking(w, apps, k)
	for item, bin := range into {
		b := &p.bins[bin]
		b.of = append(b.of, int32(item))
		b.weight += w[item]
		b.apps += apps[item]
	}
	return p
}
