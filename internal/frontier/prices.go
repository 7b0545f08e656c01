package frontier

import "slices"

// kinds is so many instances with HA, which take anything, and so many
// without, which take nothing that is production.
type kinds struct{ ha, plain int }

// mostKinds bounds how many numbers of instances with and without HA are tried,
// fewer in large classes.
func (c *class) mostKinds() int { return min(600, max(20, 100_000/len(c.items))) }

// twoPrices packs a class of which some is production, and for which one place
// serves all, into the numbers of instances with and without HA that the two
// pools leave possible at each radius, and into their neighbours.
func (c *class) twoPrices(whole, prod *pool) {
	radii := slices.Concat(whole.low[1:], prod.low[1:])
	slices.Sort(radii)
	radii = slices.Compact(radii)
	var tried []kinds
	most := c.mostKinds()
	for i := 0; i < len(radii); i += 1 + 4*len(radii)/most {
		r := radii[i]
		ha := prod.within(r)
		plain := max(0, whole.within(r)-ha)
		for _, k := range []kinds{{ha, plain}, {ha, plain + 1}, {ha + 1, plain - 1}, {ha + 1, plain}} {
			if k.plain < 0 || len(tried) == most || slices.Contains(tried, k) || c.stopped() {
				continue
			}
			tried = append(tried, k)
			low := whole.low[min(len(whole.low)-1, k.ha+k.plain)]
			if k.ha < len(prod.low) {
				low = max(low, prod.low[k.ha])
			}
			c.packKinds(k, low)
		}
	}
}

// packKinds looks for the least radius of so many instances, which is low or
// more.
func (c *class) packKinds(k kinds, low int64) {
	n := len(c.items)
	w, apps, prod := make([]int64, n), make([]int64, n), make([]bool, n)
	for i, it := range c.items {
		w[i], apps[i], prod[i] = it.weight, int64(it.apps), it.production
	}
	productionFirst := all(n)
	slices.SortStableFunc(productionFirst, func(a, b int32) int { return rank(prod[a]) - rank(prod[b]) })
	var best *packing
	for _, order := range [][]int32{all(n), productionFirst} {
		p := newPacking(w, apps, k.ha+k.plain)
		p.prod = prod
		for b := k.ha; b < len(p.bins); b++ {
			p.bins[b].plain = true
		}
		p.spreadIn(order)
		p.improve(low, steps(n))
		if best == nil || p.radius() < best.radius() {
			best = p
		}
	}
	nodes := c.ration() / 8 * mostCheap / max(mostCheap, n)
	for try := low; try < max(c.floor, best.radius()) && nodes > 0 && !c.stopped(); {
		into, used := walk(best, try, nodes/2+1, c.stopped)
		nodes -= used + 1
		c.left -= used + 1
		if into == nil {
			try = (try + best.radius() + 1) / 2
			continue
		}
		for b := range best.bins {
			best.bins[b] = load{plain: best.bins[b].plain}
		}
		for item, b := range into {
			best.put(int(b), int32(item))
		}
	}
	c.offer(best.groups())
}

// rank sorts production first.
func rank(production bool) int {
	if production {
		return 0
	}
	return 1
}
