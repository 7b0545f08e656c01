package frontier

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

func never() bool { return false }

func budget(nodes int) *space {
	return &space{ctx: context.Background(), nodes: nodes, left: nodesInAll * nodes}
}

// partitions calls f with every way to put n things into groups.
func partitions(n int, f func(groups [][]int)) {
	var groups [][]int
	var place func(i int)
	place = func(i int) {
		if i == n {
			f(groups)
			return
		}
		for g := range groups {
			groups[g] = append(groups[g], i)
			place(i + 1)
			groups[g] = groups[g][:len(groups[g])-1]
		}
		groups = append(groups, []int{i})
		place(i + 1)
		groups = groups[:len(groups)-1]
	}
	place(0)
}

// leastRadii gives, by k, the least largest sum over all partitions.
func leastRadii(w []int64) []int64 {
	best := make([]int64, len(w)+1)
	for k := range best {
		best[k] = 1 << 60
	}
	partitions(len(w), func(groups [][]int) {
		var most int64
		for _, g := range groups {
			var sum int64
			for _, i := range g {
				sum += w[i]
			}
			most = max(most, sum)
		}
		for k := len(groups); k <= len(w); k++ {
			best[k] = min(best[k], most)
		}
	})
	return best
}

func randomWeights(r *rand.Rand, n int) []int64 {
	w := make([]int64, n)
	most := []int64{3, 10, 100, 1000}[r.IntN(4)]
	times := []int64{1, 1, 3, 5}[r.IntN(4)]
	for i := range w {
		w[i] = times * r.Int64N(most)
	}
	slices.SortFunc(w, func(a, b int64) int { return int(b - a) })
	return w
}

func TestPool_AgreesWithEveryPartition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		w := randomWeights(r, 1+r.IntN(7))
		want := leastRadii(w)
		p := &pool{w: w, apps: make([]int64, len(w))}
		p.solve(budget(DefaultNodes))
		for k := 1; k < len(p.low); k++ {
			if p.low[k] != want[k] || p.high[k] != want[k] {
				t.Fatalf("%v into %d: between %d and %d, is %d", w, k, p.low[k], p.high[k], want[k])
			}
			if found := p.found[k]; found != nil && largest(w, found) != want[k] {
				t.Fatalf("%v into %d: groups %v", w, k, found)
			}
		}
		// Without a search, what is said is still true.
		rough := &pool{w: w, apps: make([]int64, len(w))}
		rough.solve(nil)
		for k := 1; k < len(rough.low); k++ {
			if rough.low[k] > want[k] || rough.high[k] < want[k] {
				t.Fatalf("%v into %d: said to be between %d and %d, is %d", w, k, rough.low[k], rough.high[k], want[k])
			}
		}
	}
}

func largest(w []int64, groups []group) int64 {
	var most int64
	for _, g := range groups {
		var sum int64
		for _, i := range g {
			sum += w[i]
		}
		most = max(most, sum)
	}
	return most
}

func TestBinsFor_NeverExceedsTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	tight := 0
	for range 3000 {
		w := randomWeights(r, 1+r.IntN(7))
		capacity := w[0] + r.Int64N(w[0]+2)
		want := 1
		for least := leastRadii(w); least[want] > capacity; {
			want++
		}
		got := max(binsFor(w, sumsOf(w), capacity), binsByWorth(w, capacity, len(w)))
		if got > want {
			t.Fatalf("%v at %d: at least %d, is %d", w, capacity, got, want)
		}
		if got == want {
			tight++
		}
	}
	if tight < 2700 {
		t.Errorf("tight in %d of 3000 cases only", tight)
	}
}

func TestComplete_StopsAtItsLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	w := make([]int64, 90)
	for i := range w {
		w[i] = 200 + r.Int64N(200)
	}
	slices.SortFunc(w, func(a, b int64) int { return int(b - a) })
	sums := sumsOf(w)
	_, _, first := complete(w, 31, sums[90]/31+1, 5000, never)
	_, _, again := complete(w, 31, sums[90]/31+1, 5000, never)
	if first != again || first > 5000 {
		t.Errorf("%d and %d nodes", first, again)
	}
	if a, _, _ := complete(w, 31, sums[90]/31+1, 1<<40, func() bool { return true }); a != unknown {
		t.Errorf("told to stop, it answered %v", a)
	}
}

func TestComplete_FindsWhatHasBeenPacked(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for range 3000 {
		k, capacity := 2+r.IntN(5), 10+r.Int64N(90)
		var w []int64
		for range k { // cut each bin into parts, then lose a little
			left := capacity - r.Int64N(3)
			for left > 0 && len(w) < 24 {
				part := min(left, 1+r.Int64N(capacity/2))
				w = append(w, part)
				left -= part
			}
		}
		slices.SortFunc(w, func(a, b int64) int { return int(b - a) })
		a, into, _ := complete(w, k, capacity, 1<<20, never)
		if a == impossible {
			t.Fatalf("%v were packed into %d bins of %d", w, k, capacity)
		}
		loads := make([]int64, k)
		for item, b := range into {
			loads[b] += w[item]
		}
		if a == possible && slices.Max(loads) > capacity {
			t.Fatalf("%v into %d bins of %d: %v", w, k, capacity, loads)
		}
	}
}

func TestWalk_KeepsProductionWhereItBelongs(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	mended := 0
	for range 300 {
		n := 12
		w, prod := randomWeights(r, n), make([]bool, n)
		for i := range prod {
			prod[i] = r.IntN(3) == 0
		}
		p := newPacking(w, make([]int64, n), 4)
		p.prod = prod
		p.bins[2].plain, p.bins[3].plain = true, true
		p.spread()
		p.improve(0, 100)
		capacity := max(w[0], p.radius()-1)
		into, _ := walk(p, capacity, 20_000, never)
		if into == nil {
			continue
		}
		mended++
		loads := make([]int64, 4)
		for i, b := range into {
			if loads[b] += w[i]; loads[b] > capacity {
				t.Fatalf("a bin of %d holds %d", capacity, loads[b])
			}
			if prod[i] && p.bins[b].plain {
				t.Fatal("production lies in a plain bin")
			}
		}
	}
	if mended == 0 {
		t.Error("nothing was mended")
	}
}
