package frontier

// answer is what a limited search can say.
type answer int

const (
	unknown answer = iota // stopped at its limit
	possible
	impossible
)

// completer decides by bin completion whether items fit into bins: it fills
// one bin after the other around the heaviest item left, and only with sets
// that no other set dominates. A bin is left as it is only if nothing left
// fits into it, and nothing in it could be exchanged for something heavier:
// of all solutions, one whose first bin is fullest keeps both.
type completer struct {
	w              []int64 // the heaviest first
	capacity       int64
	used           []bool
	into           []int32
	left           int // nodes
	stopped        func() bool
	chosen         []int32 // of the bin being filled
	rest, restSums []int64
}

// complete looks for a way to put all into k bins of the capacity, visiting at
// most so many nodes. It gives every item's bin and the nodes it visited.
func complete(w []int64, k int, capacity int64, nodes int, stopped func() bool) (answer, []int32, int) {
	n := len(w)
	var sum int64
	for _, v := range w {
		sum += v
	}
	waste := int64(k)*capacity - sum
	if n > 0 && w[0] > capacity || waste < 0 {
		return impossible, nil, 0
	}
	c := &completer{w: w, capacity: capacity, used: make([]bool, n), into: make([]int32, n), left: nodes, stopped: stopped,
		rest: make([]int64, 0, n), restSums: make([]int64, 0, n+1)}
	a := c.bin(0, k, waste)
	return a, c.into, nodes - c.left
}

// bin fills the bins from the given one on, which may waste so much in all.
func (c *completer) bin(at, k int, waste int64) answer {
	first := -1
	c.rest, c.restSums = c.rest[:0], append(c.restSums[:0], 0)
	var sum int64
	for i, u := range c.used {
		if u {
			continue
		}
		if first < 0 {
			first = i
		}
		sum += c.w[i]
		c.rest, c.restSums = append(c.rest, c.w[i]), append(c.restSums, sum)
	}
	if first < 0 {
		return possible
	}
	if at == k || binsFor(c.rest, c.restSums, c.capacity) > k-at {
		return impossible
	}
	if len(c.rest) <= k-at {
		for i, u := range c.used {
			if !u {
				c.into[i], at = int32(at), at+1
			}
		}
		return possible
	}
	outer := c.chosen
	c.chosen = append(make([]int32, 0, 8), int32(first))
	c.used[first] = true
	a := c.extend(first+1, at, k, c.capacity-c.w[first], waste)
	c.used[first] = false
	c.chosen = outer
	return a
}

// extend adds items from the given one on to the bin being filled, which has
// so much room.
func (c *completer) extend(from, at, k int, room, waste int64) answer {
	if c.left--; c.left <= 0 || c.left&1023 == 0 && c.stopped() {
		c.left = min(c.left, 0)
		return unknown
	}
	next := -1
	var could int64 // all that is left and might yet go in
	for i := from; i < len(c.w); i++ {
		if c.used[i] || c.w[i] > room {
			continue
		}
		if next < 0 {
			next = i
		}
		if could += c.w[i]; could >= room-waste {
			break
		}
	}
	if could < room-waste {
		return impossible
	}
	if next < 0 {
		if c.dominated(room) {
			return impossible
		}
		for _, i := range c.chosen {
			c.into[i] = int32(at)
		}
		return c.bin(at+1, k, waste-room)
	}
	c.used[next] = true
	c.chosen = append(c.chosen, int32(next))
	a := c.extend(next+1, at, k, room-c.w[next], waste)
	c.chosen = c.chosen[:len(c.chosen)-1]
	c.used[next] = false
	if a != impossible {
		return a
	}
	after := next + 1 // of equals the first go in first
	for after < len(c.w) && (c.used[after] || c.w[after] == c.w[next]) {
		after++
	}
	return c.extend(after, at, k, room, waste)
}

// dominated says that a fuller bin would do as well.
func (c *completer) dominated(room int64) bool {
	for i := len(c.w) - 1; i >= 0 && c.w[i] <= room; i-- {
		if !c.used[i] {
			return true
		}
	}
	for _, y := range c.chosen[1:] {
		for x := y - 1; x >= 0; x-- {
			if c.used[x] || c.w[x] == c.w[y] {
				continue
			}
			if c.w[x] <= c.w[y]+room {
				return true
			}
			break
		}
	}
	return false
}
