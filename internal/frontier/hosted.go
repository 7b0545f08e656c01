package frontier

import (
	"math"
	"slices"
)

// hosted goes through all assignments of a few items to the hosts that the
// rules name. On one host two instances of one class do nothing that one would
// not, except that what lies on the host itself may have one of its own: it
// does not load the host.
type hosted struct {
	*search
	order     []itemAt
	rest      []int64 // by place in the order: weight from there on that loads a host
	hosts     []int
	ours      map[int]bool // hosts on which items lie
	load      map[int]int64
	instances map[pairKey]*bin
	keys      []pairKey // of instances that hold something, oldest first
	found     []candidate
	gaps      []gap
	left      int
}

// mostHosted is the most items that are tried on all hosts. Where the nodes do
// not last to the end, something better may still be found on the way.
const mostHosted = 64

// itemAt names an item.
type itemAt struct {
	class int
	item  int32
}

// pairKey names an instance: of a class on a host, for all or for what lies on
// the host only.
type pairKey struct {
	class, host int
	own         bool
}

// enumerateHosts completes what was found where the rules name the hosts and
// the items are few, and if it comes to the end makes it the bound.
func (s *search) enumerateHosts(found []candidate) []candidate {
	h := hosted{search: s, ours: map[int]bool{}, load: map[int]int64{}, instances: map[pairKey]*bin{}, found: found, left: s.ration()}
	if s.outside || !h.read() {
		return found
	}
	h.open()
	if len(h.gaps) == 0 {
		return found
	}
	given := h.left
	h.place(0, s.floor, s.ix.FixedCost())
	s.left -= given - max(0, h.left)
	if h.left > 0 {
		s.bounds = nil
		for _, c := range h.found {
			s.bounds = append(s.bounds, bound{c.radius, c.cost})
		}
	}
	return h.found
}

// read lists the items, production first and the heaviest first; false if they
// are too many, or if two instances of a class on a host might cost less than
// one: by slices, by dear shards, or by HA that carries less.
func (h *hosted) read() bool {
	for i, c := range h.all {
		one, extra := math.Inf(1), 0.0
		for j, it := range c.items {
			if _, host := h.hostAt[it.cluster]; host {
				h.ours[it.cluster] = true
			}
			if it.loose || c.sliced {
				return false
			}
			one = math.Min(one, h.instance(it.production, 1, false))
			extra = math.Max(extra, h.instance(it.production, 2, false)-h.instance(it.production, 1, false))
			h.order = append(h.order, itemAt{i, int32(j)})
		}
		if less(one, extra) {
			return false
		}
	}
	moreApps, moreClusters := h.carries(true)
	apps, clusters := h.carries(false)
	if len(h.order) > mostHosted || apps == 0 || clusters == 0 || moreApps < apps || moreClusters < clusters {
		return false
	}
	slices.SortStableFunc(h.order, func(a, b itemAt) int {
		x, y := h.item(a), h.item(b)
		if x.production != y.production {
			return rank(x.production) - rank(y.production)
		}
		return int(min(1, max(-1, y.weight-x.weight)))
	})
	h.rest = make([]int64, len(h.order)+1)
	for at := len(h.order) - 1; at >= 0; at-- {
		h.rest[at] = h.rest[at+1]
		if it := h.item(h.order[at]); !h.ours[it.cluster] {
			h.rest[at] += it.weight
		}
	}
	for host := range h.hostAt {
		h.hosts = append(h.hosts, host)
	}
	slices.Sort(h.hosts)
	return true
}

func (h *hosted) item(p itemAt) *item { return &h.all[p.class].items[p.item] }

// open lists where something better than what was found may be.
func (h *hosted) open() {
	h.gaps = h.gaps[:0]
	for i := 0; i <= len(h.found); i++ {
		g := gap{most: math.MaxInt64, cost: math.Inf(1)}
		if i < len(h.found) {
			g.most = h.found[i].radius - 1
		}
		if i > 0 {
			g.cost = h.found[i-1].cost
		}
		if g.most >= h.floor && less(costAt(h.bounds, g.most), g.cost) {
			h.gaps = append(h.gaps, g)
		}
	}
}

func (h *hosted) hopeless(at int, radius int64, cost float64) bool {
	for _, g := range h.gaps {
		if g.most < radius || !less(cost, g.cost) {
			continue
		}
		room := int64(math.MaxInt64)
		if g.most < math.MaxInt64 {
			room = 0
			for _, host := range h.hosts {
				room += g.most - h.load[host]
			}
		}
		if room >= h.rest[at] {
			return false
		}
	}
	return true
}

func (h *hosted) place(at int, radius int64, cost float64) {
	if h.left--; h.left <= 0 || h.left&1023 == 0 && h.stopped() {
		h.left = min(h.left, 0)
		return
	}
	if h.hopeless(at, radius, cost) {
		return
	}
	if at == len(h.order) {
		h.found = keepBest(h.found, h.candidate())
		h.open()
		return
	}
	p := h.order[at]
	it := h.item(p)
	empty := map[int]bool{} // places of which an empty host was tried
	for _, host := range h.hosts {
		place := h.hostAt[host]
		if !it.serve.has(place) || h.left <= 0 {
			continue
		}
		if h.load[host] == 0 && !h.ours[host] {
			if empty[place] {
				continue
			}
			empty[place] = true
		}
		h.put(at, pairKey{p.class, host, false}, radius, cost)
		if it.cluster == host {
			h.put(at, pairKey{p.class, host, true}, radius, cost)
		}
	}
}

// put goes on with the item in an instance.
func (h *hosted) put(at int, key pairKey, radius int64, cost float64) {
	p := h.order[at]
	c := h.all[p.class]
	b := h.instances[key]
	if b == nil {
		b = &bin{sum: sum{serve: h.every}}
		h.instances[key] = b
	}
	was := *b
	if len(was.of) == 0 {
		h.keys = append(h.keys, key)
	}
	b.sum = c.join(was.sum, was.of, p.item)
	b.of = append(was.of, p.item)
	b.price = h.instance(b.sum.production, h.shards(b.sum.production, b.sum.apps, b.sum.clusters), false)
	add := c.add(int(p.item), key.host)
	h.load[key.host] += add
	h.place(at+1, max(radius, b.sum.weight, h.load[key.host]), cost+b.price-was.price)
	h.load[key.host] -= add
	*b = was
	if len(was.of) == 0 {
		h.keys = h.keys[:len(h.keys)-1]
	}
}

func (h *hosted) candidate() candidate {
	var parts []part
	for _, key := range h.keys {
		of := slices.Sorted(slices.Values(h.instances[key].of))
		parts = append(parts, part{class: key.class, of: of, base: -1, host: int32(key.host), place: int32(h.hostAt[key.host])})
	}
	h.continues(parts)
	return h.weigh(parts)
}
