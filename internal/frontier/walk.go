package frontier

import (
	"math/rand/v2"
	"slices"
)

// mostSplit is the most items in two bins that are split anew in every way.
const mostSplit = 12

// walk mends bins that exceed a capacity: it takes one such and any other,
// and splits what lies in them anew, as well as can be and in a different way
// where several are as good. It gives every item's bin if nothing exceeds the
// capacity any more, and the number of ways it looked at, at most so many. Its
// choices are drawn from a seed that is always the same.
func walk(start *packing, capacity int64, most int, stopped func() bool) ([]int32, int) {
	k := len(start.bins)
	if k < 2 {
		return nil, 0
	}
	w := start.w
	bins, weights := make([][]int32, k), make([]int64, k)
	var over []int
	for b := range bins {
		bins[b], weights[b] = slices.Clone(start.bins[b].of), start.bins[b].weight
		if weights[b] > capacity {
			over = append(over, b)
		}
	}
	r := rand.New(rand.NewPCG(uint64(k), uint64(capacity)))
	looked := 0
	for tries := 0; len(over) > 0 && looked < most && tries < most; tries++ {
		if tries&255 == 255 && stopped() {
			return nil, looked
		}
		at := r.IntN(len(over))
		a, b := over[at], r.IntN(k)
		union := slices.Concat(bins[a], bins[b])
		if a == b || len(union) > mostSplit {
			looked++
			continue
		}
		looked += 1 << len(union)
		to := start.forced(union, a, b)
		left := to.split(w, union, weights[a]+weights[b], capacity, r)
		var first, second []int32
		var weight int64
		for i, item := range union {
			if left&(1<<i) != 0 {
				first = append(first, item)
				weight += w[item]
			} else {
				second = append(second, item)
			}
		}
		bins[a], bins[b], weights[a], weights[b] = first, second, weight, weights[a]+weights[b]-weight
		over = over[:0]
		for i, v := range weights {
			if v > capacity {
				over = append(over, i)
			}
		}
	}
	if len(over) > 0 {
		return nil, looked
	}
	into := make([]int32, len(w))
	for b, items := range bins {
		for _, item := range items {
			into[item] = int32(b)
		}
	}
	return into, looked
}

// sides says what of a union must go to the first or the second of two bins.
type sides struct{ first, second int }

func (p *packing) forced(union []int32, a, b int) sides {
	var s sides
	for i, item := range union {
		if !p.admits(&p.bins[b], item) {
			s.first |= 1 << i
		} else if !p.admits(&p.bins[a], item) {
			s.second |= 1 << i
		}
	}
	return s
}

// split chooses the part of a union for the first of two bins such that the
// least exceeds the capacity; one of the best by chance.
func (s sides) split(w []int64, union []int32, sum, capacity int64, r *rand.Rand) int {
	best, equals, choice := int64(1)<<62, 0, 0
	weight := int64(0)
	for gray, n := 0, 1; n <= 1<<len(union); n++ {
		over := max(0, weight-capacity) + max(0, sum-weight-capacity)
		switch {
		case gray&s.first != s.first || gray&s.second != 0:
		case over < best:
			best, equals, choice = over, 1, gray
		case over == best:
			if equals++; r.IntN(equals) == 0 {
				choice = gray
			}
		}
		// The next Gray code differs in the lowest set bit of n.
		bit := 0
		for bit < len(union)-1 && n&(1<<bit) == 0 {
			bit++
		}
		gray ^= 1 << bit
		if gray&(1<<bit) != 0 {
			weight += w[union[bit]]
		} else {
			weight -= w[union[bit]]
		}
	}
	return choice
}
