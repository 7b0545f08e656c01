package frontier

import "slices"

// part is an instance of a candidate: what of which class it delivers to, and
// where it runs.
type part struct {
	class int
	of    group
	base  int32 // instance of the base that it continues, or -1
	host  int32 // cluster, or -1 outside
	place int32 // of the host, or of the zone outside
}

// candidate is a layout that may lie on the frontier.
type candidate struct {
	radius int64
	cost   float64
	parts  []part
}

// build makes a layout within a radius, or, where the rules name hosts that
// cannot take it, as near as it comes.
func (s *search) build(radius int64) (candidate, bool) {
	var parts []part
	for i, c := range s.all {
		groups := c.pick(radius)
		if groups == nil {
			return candidate{}, false
		}
		for _, g := range groups {
			parts = append(parts, part{class: i, of: g, base: -1, host: -1, place: -1})
		}
	}
	s.continues(parts)
	h := s.newHousing(radius, parts)
	if !h.house() {
		return candidate{}, false
	}
	return s.weigh(h.parts), true
}

// continues gives parts the instances of the base that they continue.
func (s *search) continues(parts []part) {
	if s.base == nil {
		return
	}
	of, _ := s.match(len(parts), func(g int) []int { return s.all[parts[g].class].slotsIn(parts[g].of) })
	for i, b := range of {
		parts[i].base = int32(b)
	}
}

// weigh gives a candidate's radius and cost, hosts included.
func (s *search) weigh(parts []part) candidate {
	out := candidate{radius: s.floor, cost: s.ix.FixedCost(), parts: parts}
	hosts := map[int32]int64{}
	for _, p := range parts {
		c := s.all[p.class]
		sum := c.sum(p.of)
		out.cost += s.instance(sum.production, s.shards(sum.production, sum.apps, sum.clusters), p.host < 0)
		out.radius = max(out.radius, sum.weight)
		if p.host >= 0 {
			hosts[p.host] += sum.weight - c.on(p.of, int(p.host))
			out.radius = max(out.radius, hosts[p.host])
		}
	}
	return out
}

// on is the weight of a group's items that lie on the cluster.
func (c *class) on(g group, cluster int) int64 {
	var w int64
	for _, i := range g {
		if c.items[i].cluster == cluster {
			w += c.items[i].weight
		}
	}
	return w
}

// housing finds hosts for the instances of one candidate. A host's failure
// stops all that its instances deliver to, except on the host itself.
type housing struct {
	*search
	radius  int64
	parts   []part
	sums    []sum
	load    map[int]int64 // by host
	tenants map[int]int
	next    []int // by place: hosts before it are taken
}

func (s *search) newHousing(radius int64, parts []part) *housing {
	h := &housing{search: s, radius: radius, parts: parts, load: map[int]int64{}, tenants: map[int]int{}, next: make([]int, len(s.places))}
	for _, p := range parts {
		h.sums = append(h.sums, s.all[p.class].sum(p.of))
	}
	return h
}

// house puts every instance where the base has it, else on a cluster of its
// own that nobody else has, else with others while the radius holds, else
// outside; where the rules name the hosts, it is split among them. False if
// that fails too.
func (h *housing) house() bool {
	order := make([]int, len(h.parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(min(1, max(-1, h.sums[b].weight-h.sums[a].weight))) })
	for _, try := range []func(int) bool{h.asBefore, h.onOwn} {
		for _, i := range order {
			if h.parts[i].place < 0 {
				try(i)
			}
		}
	}
	var split []int
	for _, i := range order {
		switch {
		case h.parts[i].place >= 0 || h.onFree(i) || h.shared(i):
		case h.outside:
			h.leave(i)
		default:
			split = append(split, i)
		}
	}
	for _, i := range split {
		if !h.split(i) {
			return false
		}
	}
	if !h.outside {
		h.merge()
	}
	return true
}

// take puts part i on the host if both its reach and the radius allow it.
func (h *housing) take(i, host int) bool {
	place, ok := h.hostAt[host]
	if !ok || !h.sums[i].serve.has(place) {
		return false
	}
	p := &h.parts[i]
	add := h.sums[i].weight - h.all[p.class].on(p.of, host)
	if h.load[host]+add > h.radius {
		return false
	}
	h.load[host] += add
	h.tenants[host]++
	p.host, p.place = int32(host), int32(place)
	return true
}

func (h *housing) asBefore(i int) bool {
	b := h.parts[i].base
	if b < 0 {
		return false
	}
	host, ok := h.clusters[h.options.Base.Instances[b].Host]
	return ok && h.take(i, host)
}

func (h *housing) onOwn(i int) bool {
	p := &h.parts[i]
	for _, j := range p.of {
		if c := h.all[p.class].items[j].cluster; h.tenants[c] == 0 && h.take(i, c) {
			return true
		}
	}
	return false
}

func (h *housing) onFree(i int) bool {
	for p := range h.places {
		if !h.sums[i].serve.has(p) {
			continue
		}
		hosts := h.places[p].hosts
		for h.next[p] < len(hosts) && h.tenants[hosts[h.next[p]]] > 0 {
			h.next[p]++
		}
		if h.next[p] < len(hosts) && h.take(i, hosts[h.next[p]]) {
			return true
		}
	}
	return false
}

// shared puts the part with others, where the least room is left over.
func (h *housing) shared(i int) bool {
	best, room := -1, int64(-1)
	for p := range h.places {
		if !h.sums[i].serve.has(p) {
			continue
		}
		for _, host := range h.places[p].hosts {
			left := h.radius - h.load[host] - h.sums[i].weight + h.all[h.parts[i].class].on(h.parts[i].of, host)
			if left >= 0 && (best < 0 || left < room) {
				best, room = host, left
			}
		}
	}
	return best >= 0 && h.take(i, best)
}

// leave puts the part outside, in a zone without clusters if one serves it.
func (h *housing) leave(i int) {
	for p := range h.places {
		if h.sums[i].serve.has(p) && (h.parts[i].place < 0 || !h.free.has(p)) {
			h.parts[i].place = int32(p)
		}
	}
}

// split deals a part out to hosts: to those with an instance of its class
// already, then to those with the most room.
func (h *housing) split(i int) bool {
	c, class := h.all[h.parts[i].class], h.parts[i].class
	left := slices.Clone(h.parts[i].of)
	first := true
	for len(left) > 0 {
		host, takes := h.roomiest(c, class, left)
		if len(takes) == 0 {
			return false
		}
		left = slices.DeleteFunc(left, func(j int32) bool { return slices.Contains(takes, j) })
		at := i
		if !first {
			at = len(h.parts)
			h.parts, h.sums = append(h.parts, part{class: class, base: -1}), append(h.sums, sum{})
		}
		first = false
		h.parts[at].of, h.sums[at] = takes, c.sum(takes)
		h.parts[at].place = -1
		if !h.take(at, host) {
			return false
		}
	}
	return true
}

// roomiest finds the host that can take most of what is left, and what.
func (h *housing) roomiest(c *class, class int, left group) (int, group) {
	best, most, known := -1, int64(-1), false
	var takes group
	for p := range h.places {
		for _, host := range h.places[p].hosts {
			room, whole := h.radius-h.load[host], h.radius
			has := false
			for k := range h.parts {
				if h.parts[k].class == class && h.parts[k].place >= 0 && int(h.parts[k].host) == host {
					has = true
				}
			}
			var some group
			var weight int64
			for _, j := range left {
				it := &c.items[j]
				add := it.weight
				if it.cluster == host {
					add = 0
				}
				if it.serve.has(p) && add <= room && it.weight <= whole {
					some = append(some, j)
					room, whole, weight = room-add, whole-it.weight, weight+it.weight
				}
			}
			if len(some) > 0 && (has && !known || has == known && weight > most) {
				best, most, takes, known = host, weight, some, has
			}
		}
	}
	return best, takes
}

// merge joins instances of one class on one host where that saves money and
// the radius allows it: the host's failure stops both in any case.
func (h *housing) merge() {
	for i := 0; i < len(h.parts); i++ {
		for j := len(h.parts) - 1; j > i; j-- {
			a, b := &h.parts[i], &h.parts[j]
			if a.class != b.class || a.host != b.host || h.sums[i].weight+h.sums[j].weight > h.radius {
				continue
			}
			c := h.all[a.class]
			both := slices.Concat(a.of, b.of)
			slices.Sort(both)
			sum := c.sum(both)
			if !less(c.price(sum), c.price(h.sums[i])+c.price(h.sums[j])) {
				continue
			}
			a.of, h.sums[i] = both, sum
			if a.base < 0 {
				a.base = b.base
			}
			h.parts, h.sums = slices.Delete(h.parts, j, j+1), slices.Delete(h.sums, j, j+1)
		}
	}
}
