package frontier

import (
	"math"
	"slices"
)

// pairs looks at all classes together where the rules name the hosts, so that
// instances share them. An instance is then a pair of a class and a host.
//
// Take what of the classes does not lie on a host itself. Classes and hosts
// that are joined by pairs form components. One with c classes and h hosts has
// at least c+h-1 pairs, and its weight is at most h times the radius. So of C
// classes, parted in any way, there are at least C + Σ(⌈weight/radius⌉ - 1)
// pairs, and the hosts must suffice.
type pairs struct {
	*search
	weight []int64 // by set of classes: what does not lie on hosts
	hosts  []int
}

// mostPaired is the most classes that are parted in every way, mostThresholds
// the most radii at which the bound is looked at.
const (
	mostPaired     = 8
	mostThresholds = 2000
)

// newPairs gives nil where the rules name no hosts or there are too many
// classes.
func (s *search) newPairs() *pairs {
	if s.outside || len(s.all) > mostPaired {
		return nil
	}
	p := &pairs{search: s, weight: make([]int64, 1<<len(s.all))}
	for _, place := range s.places {
		p.hosts = append(p.hosts, place.hosts...)
	}
	slices.Sort(p.hosts)
	for set := range p.weight {
		for i, c := range s.all {
			if set&(1<<i) == 0 {
				continue
			}
			for _, it := range c.items {
				if _, host := s.hostAt[it.cluster]; !host && !it.loose {
					p.weight[set] += it.weight
				}
			}
		}
	}
	return p
}

// radii are those at which the number of hosts for some classes changes.
func (p *pairs) radii() []int64 {
	var out []int64
	for _, w := range p.weight[1:] {
		for h := int64(1); h <= int64(len(p.hosts)) && len(out) < mostThresholds; h++ {
			out = append(out, (w+h-1)/h)
		}
	}
	return out
}

// parted says how classes are best parted within a radius: the sets, and the
// number of pairs beyond one a class. False if the hosts do not suffice.
func (p *pairs) parted(radius int64) (sets []int, more int, ok bool) {
	most := len(p.hosts)
	full := len(p.weight) - 1
	if radius <= 0 {
		return nil, 0, false
	}
	need := make([]int, full+1)
	for set := 1; set <= full; set++ {
		need[set] = int(max(1, min(int64(most)+1, (p.weight[set]+radius-1)/radius)))
	}
	// least[set][hosts] is the fewest further pairs with so many hosts.
	least := make([][]int, full+1)
	choice := make([][]int, full+1)
	for set := range least {
		least[set], choice[set] = make([]int, most+1), make([]int, most+1)
		for h := range least[set] {
			if set == 0 {
				continue
			}
			least[set][h] = math.MaxInt32
			low := set & -set
			for part := set; part > 0; part = (part - 1) & set {
				if part&low == 0 || need[part] > h {
					continue
				}
				if n := least[set^part][h-need[part]] + need[part] - 1; n < least[set][h] {
					least[set][h], choice[set][h] = n, part
				}
			}
		}
	}
	if least[full][most] >= math.MaxInt32 {
		return nil, 0, false
	}
	for set, h := full, most; set > 0; {
		part := choice[set][h]
		sets = append(sets, part)
		set, h = set^part, h-need[part]
	}
	return sets, least[full][most], true
}

// least bounds the cost within a radius; +Inf if the hosts do not suffice. What
// classes of loose items are is not certain, so then it bounds nothing.
func (p *pairs) least(radius int64) float64 {
	_, more, ok := p.parted(radius)
	if !ok {
		return math.Inf(1)
	}
	cost, instances, each := p.ix.FixedCost(), 0, math.Inf(1)
	for _, c := range p.all {
		if slices.ContainsFunc(c.items, func(it item) bool { return it.loose }) {
			return 0
		}
		k, prod := c.whole.within(radius), c.prod.within(radius)
		cost += c.relaxed.least(radius, k, prod)
		instances += max(k, prod)
		one := c.relaxed.cheap
		if len(c.relaxed.measures) > 0 { // each might save a shard
			one -= c.relaxed.extra
		}
		each = math.Min(each, one)
	}
	if further := len(p.all) + more - instances; further > 0 {
		cost += float64(further) * math.Max(0, each)
	}
	return cost
}

// deal is a layout in the making: the host of every item, by class.
type deal struct {
	*pairs
	host [][]int        // by class and item
	uses []map[int]bool // by class: its hosts
	load map[int]int64
}

// build fills the hosts of each part one after the other, so that each has one
// class in common with the next, and evens them out.
func (p *pairs) build(radius int64) (candidate, bool) {
	sets, _, ok := p.parted(radius)
	if !ok {
		return candidate{}, false
	}
	d := &deal{pairs: p, host: make([][]int, len(p.all)), uses: make([]map[int]bool, len(p.all)), load: map[int]int64{}}
	next := 0
	for _, set := range sets {
		n := int(max(1, (p.weight[set]+radius-1)/radius))
		if !d.fill(set, p.hosts[next:next+n], radius) {
			return candidate{}, false
		}
		next += n
	}
	d.even()
	return d.candidate(), true
}

// fill puts the set's items on the hosts; false if one is out of their reach.
func (d *deal) fill(set int, hosts []int, radius int64) bool {
	at := 0
	for i, c := range d.all {
		if set&(1<<i) == 0 {
			continue
		}
		d.host[i], d.uses[i] = make([]int, len(c.items)), map[int]bool{}
		left := len(c.items)
		for j := range d.host[i] {
			d.host[i][j] = -1
		}
		for left > 0 {
			for j := range c.items {
				if d.host[i][j] >= 0 || at+1 < len(hosts) && d.load[hosts[at]]+c.add(j, hosts[at]) > radius {
					continue
				}
				if !c.items[j].serve.has(d.hostAt[hosts[at]]) {
					return false
				}
				d.put(i, j, hosts[at])
				left--
			}
			if left > 0 {
				at++
			}
		}
	}
	return true
}

// add is what item j adds to the load of a host: nothing on its own cluster.
func (c *class) add(j, host int) int64 {
	if c.items[j].cluster == host {
		return 0
	}
	return c.items[j].weight
}

func (d *deal) put(class, j, host int) {
	d.host[class][j] = host
	d.uses[class][host] = true
	d.load[host] += d.all[class].add(j, host)
}

func (d *deal) move(class, j, to int) {
	d.load[d.host[class][j]] -= d.all[class].add(j, d.host[class][j])
	d.host[class][j] = to
	d.load[to] += d.all[class].add(j, to)
}

// mostEven bounds the steps of even, mostSwaps the pairs of items for which
// they look at swaps.
const (
	mostEven  = 500
	mostSwaps = 40_000
)

// even moves and swaps items between hosts that their classes use already,
// while that lowers the fullest.
func (d *deal) even() {
	for range mostEven {
		from := d.hosts[0]
		for _, h := range d.hosts {
			if d.load[h] > d.load[from] {
				from = h
			}
		}
		if !d.lighten(from) {
			return
		}
	}
}

// lighten makes the one step that lowers the heavier of two hosts most.
func (d *deal) lighten(from int) bool {
	type at struct{ class, item int }
	best, give, get, to := d.load[from], at{-1, 0}, at{-1, 0}, -1
	for i, c := range d.all {
		for j := range c.items {
			if d.host[i][j] != from {
				continue
			}
			out := c.add(j, from)
			for _, o := range d.hosts {
				if o == from || !d.uses[i][o] || !c.items[j].serve.has(d.hostAt[o]) {
					continue
				}
				in := c.add(j, o)
				if after := max(d.load[from]-out, d.load[o]+in); after < best {
					best, give, get, to = after, at{i, j}, at{-1, 0}, o
				}
				for i2, c2 := range d.all {
					if !d.uses[i2][from] || len(c.items)*len(c2.items) > mostSwaps {
						continue
					}
					for j2 := range c2.items {
						if d.host[i2][j2] != o || !c2.items[j2].serve.has(d.hostAt[from]) {
							continue
						}
						if after := max(d.load[from]-out+c2.add(j2, from), d.load[o]+in-c2.add(j2, o)); after < best {
							best, give, get, to = after, at{i, j}, at{i2, j2}, o
						}
					}
				}
			}
		}
	}
	if to < 0 {
		return false
	}
	d.move(give.class, give.item, to)
	if get.class >= 0 {
		d.move(get.class, get.item, from)
	}
	return true
}

func (d *deal) candidate() candidate {
	var parts []part
	for i := range d.all {
		for _, h := range d.hosts {
			p := part{class: i, base: -1, host: int32(h), place: int32(d.hostAt[h])}
			for j, host := range d.host[i] {
				if host == h {
					p.of = append(p.of, int32(j))
				}
			}
			if len(p.of) > 0 {
				parts = append(parts, p)
			}
		}
	}
	d.continues(parts)
	return d.weigh(parts)
}
