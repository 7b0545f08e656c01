package frontier

// Weights in this file are positive or zero and sorted, the heaviest first.

// binsFor is L2, a lower bound on the number of bins of the given capacity;
// len(w)+1 if something does not fit at all. sums[i] is the sum of the first i.
func binsFor(w, sums []int64, capacity int64) int {
	n := len(w)
	if n == 0 {
		return 0
	}
	if w[0] > capacity {
		return n + 1
	}
	if capacity <= 0 {
		return 1
	}
	// half: first item that is at most half a bin; those before it lie alone
	// or with smaller ones.
	half := 0
	for half < n && 2*w[half] > capacity {
		half++
	}
	best := max(half, int((sums[n]+capacity-1)/capacity))
	// For every threshold alpha among the small: items above capacity-alpha
	// lie alone, the small from alpha on fill what the others leave.
	alone := half
	for end := half; end < n; end++ {
		if end+1 < n && w[end+1] == w[end] {
			continue
		}
		for alone > 0 && w[alone-1] <= capacity-w[end] {
			alone--
		}
		large := int64(half - alone)
		room := large*capacity - (sums[half] - sums[alone])
		bins := half
		if over := sums[end+1] - sums[half] - room; over > 0 {
			bins += int((over + capacity - 1) / capacity)
		}
		best = max(best, bins)
	}
	return best
}

func sumsOf(w []int64) []int64 {
	sums := make([]int64, len(w)+1)
	for i, v := range w {
		sums[i+1] = sums[i] + v
	}
	return sums
}

// leastFor bounds from below the largest load when k bins take all, given a
// load that is known to be possible.
func leastFor(w, sums []int64, k int, possible int64) int64 {
	n := len(w)
	if n == 0 {
		return 0
	}
	low := max(w[0], (sums[n]+int64(k)-1)/int64(k))
	for j := 1; j*k < n; j++ {
		last := j*k + 1
		low = max(low, sums[last]-sums[last-j-1])
	}
	// Every capacity that binsFor refuses is impossible, and so is all below.
	refuses := func(capacity int64) bool { return binsFor(w, sums, capacity) > k || binsByWorth(w, capacity, k) > k }
	if low >= possible || !refuses(low) {
		return min(low, possible)
	}
	refused, high := low, possible
	for refused+1 < high {
		if mid := (refused + high) / 2; refuses(mid) {
			refused = mid
		} else {
			high = mid
		}
	}
	return refused + 1
}

// mostParts and mostCuts bound the functions that binsByWorth tries.
const (
	mostParts = 12
	mostCuts  = 10
)

// binsByWorth bounds the number of bins from below by dual feasible functions
// (Fekete and Schepers, New classes of fast lower bounds for bin packing
// problems, 2001): the worth of items, in parts of a bin, is rounded so that no
// bin holds more than one bin's worth. An item of x counts ⌊(p+1)x⌋/p, or x
// where that is whole; before that, items above capacity-e may count as a whole
// bin and those below e as nothing. It stops at the first bound above enough.
func binsByWorth(w []int64, capacity int64, enough int) int {
	if len(w) == 0 || w[0] > capacity || capacity <= 0 {
		return 0
	}
	var cuts []int64 // e
	last := int64(-1)
	for i := len(w) - 1; i >= 0 && 2*w[i] <= capacity; i-- {
		if w[i] != last {
			cuts = append(cuts, w[i])
			last = w[i]
		}
	}
	cuts = append(cuts, 0)
	every := max(1, len(cuts)/max(1, min(mostCuts, 5000/len(w))))
	best := 0
	for c := 0; c < len(cuts); c += every {
		for p := int64(1); p <= mostParts; p++ {
			var worth int64 // in parts of 1/(p·capacity)
			for _, x := range w {
				switch {
				case x > capacity-cuts[c]:
					worth += p * capacity
				case x < cuts[c]:
				case (p+1)*x%capacity == 0:
					worth += p * x
				default:
					worth += (p + 1) * x / capacity * capacity
				}
			}
			if best = max(best, int((worth+p*capacity-1)/(p*capacity))); best > enough {
				return best
			}
		}
	}
	return best
}
