package frontier

import (
	"cmp"
	"slices"
)

// pick chooses the class's groups within a radius: of what costs least, what
// moves least from the base, then what can be described best. Nil if nothing
// has so small a radius.
func (c *class) pick(radius int64) []group {
	at := -1
	for at+1 < len(c.ways) && c.ways[at+1].radius <= radius {
		at++
	}
	if at < 0 {
		return nil
	}
	best := c.ways[at].groups
	moves, odd := c.moves(best), c.odd(best)
	consider := func(groups []group) {
		if m := c.moves(groups); m < moves {
			best, moves, odd = groups, m, c.odd(groups)
		} else if o := c.odd(groups); m == moves && o < odd {
			best, odd = groups, o
		}
	}
	for _, w := range slices.Concat(c.ways[:at], c.liked) {
		if w.radius <= radius && !less(c.ways[at].cost, w.cost) {
			consider(w.groups)
		}
	}
	if c.base != nil && moves > 0 {
		if groups := c.stay(radius, len(c.ways[at].groups)); groups != nil {
			if w, ok := c.weigh(groups); ok && w.radius <= radius && !less(c.ways[at].cost, w.cost) {
				consider(groups)
			}
		}
	}
	return best
}

// overlap says how much of a group one instance of the base delivers to.
type overlap struct{ n, group, base int }

// match gives groups the base's instances of which they hold most, each to one
// group: a base instance or -1 for every group, and how many slots stay.
func (s *space) match(n int, slotsOf func(group int) []int) (of []int, kept int) {
	of = make([]int, n)
	var all []overlap
	for g := range n {
		of[g] = -1
		if s.base == nil {
			continue
		}
		var owners []int
		for _, slot := range slotsOf(g) {
			if b := s.base[slot]; b >= 0 {
				owners = append(owners, b)
			}
		}
		slices.Sort(owners)
		for i := 0; i < len(owners); {
			j := i
			for j < len(owners) && owners[j] == owners[i] {
				j++
			}
			all = append(all, overlap{j - i, g, owners[i]})
			i = j
		}
	}
	slices.SortFunc(all, func(a, b overlap) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.group, b.group), cmp.Compare(a.base, b.base))
	})
	taken := map[int]bool{}
	for _, o := range all {
		if of[o.group] < 0 && !taken[o.base] {
			of[o.group], taken[o.base] = o.base, true
			kept += o.n
		}
	}
	return of, kept
}

func (c *class) slotsIn(g group) []int {
	out := make([]int, len(g))
	for i, j := range g {
		out[i] = c.items[j].slot
	}
	return out
}

// moves counts the items that leave their base instance; 0 without a base.
func (c *class) moves(groups []group) int {
	if c.base == nil {
		return 0
	}
	_, kept := c.match(len(groups), func(g int) []int { return c.slotsIn(groups[g]) })
	return len(c.items) - kept
}

// stay mends the base's own groups: the k largest keep what they can within
// the radius, the rest goes where it fits best. Nil if that fails.
func (c *class) stay(radius int64, k int) []group {
	byOwner := map[int]group{}
	var owners []int
	var homeless group
	for i, it := range c.items {
		b := c.base[it.slot]
		if b < 0 {
			homeless = append(homeless, int32(i))
			continue
		}
		if byOwner[b] == nil {
			owners = append(owners, b)
		}
		byOwner[b] = append(byOwner[b], int32(i))
	}
	slices.SortStableFunc(owners, func(a, b int) int { return len(byOwner[b]) - len(byOwner[a]) })
	groups, room := make([]group, k), make([]int64, k)
	for g := range groups {
		room[g] = radius
	}
	for n, b := range owners {
		if n >= k {
			homeless = append(homeless, byOwner[b]...)
			continue
		}
		stays, left := c.relieve(byOwner[b], radius)
		groups[n], homeless = stays, append(homeless, left...)
		for _, i := range stays {
			room[n] -= c.items[i].weight
		}
	}
	slices.Sort(homeless)
	for _, i := range homeless {
		best := -1
		for g := range groups {
			if room[g] >= c.items[i].weight && (best < 0 || room[g] < room[best]) {
				best = g
			}
		}
		if best < 0 {
			return nil
		}
		groups[best] = append(groups[best], i)
		room[best] -= c.items[i].weight
	}
	groups = slices.DeleteFunc(groups, func(g group) bool { return len(g) == 0 })
	for _, g := range groups {
		slices.Sort(g)
	}
	return groups
}

// relieve takes as few items as may be out of a group until it is within the
// radius: the lightest that suffices alone, else the heaviest and on.
func (c *class) relieve(g group, radius int64) (stays, left group) {
	stays = slices.Clone(g)
	over := c.sum(g).weight - radius
	for over > 0 {
		at := 0
		for at+1 < len(stays) && c.items[stays[at+1]].weight >= over {
			at++
		}
		left = append(left, stays[at])
		over -= c.items[stays[at]].weight
		stays = slices.Delete(stays, at, at+1)
	}
	return stays, left
}
