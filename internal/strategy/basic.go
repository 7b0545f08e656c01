package strategy

import "math"

// Set is one version's replicas: how many are asked for and how many are
// available.
type Set struct{ Count, Available int }

// BasicCanary gives how many replicas of the canary and of the stable version a
// controller asks for next, where no router splits users: weight is in percent,
// n the replicas wanted in all. It never exceeds n + surge and keeps n - less
// available. Source: Argo Rollouts, CalculateReplicaCountsForBasicCanary, which
// a test compares it with.
func BasicCanary(n, weight, surge, less int, canary, stable Set) (newCanary, newStable int) {
	wantCanary, wantStable := Nearest(n, weight, surge)
	c, s := canary.Count, stable.Count
	room := n + surge - c - s
	if s < wantStable && room > 0 { // the stable version goes first
		up := min(room, wantStable-s)
		s, room = s+up, room-up
	}
	if c < wantCanary && room > 0 {
		c += min(room, wantCanary-c)
	}
	growing := wantCanary >= canary.Count
	counted := func(x Set, drained bool) int { // what is drained counts whether it is available or not
		if drained {
			return x.Count
		}
		return min(x.Count, x.Available)
	}
	spare := counted(canary, !growing) + counted(stable, growing) - (n - less)
	switch {
	case spare <= 0:
	case growing:
		if stable.Count > wantStable {
			s = max(wantStable, stable.Count-spare)
		}
		s, c = within(n+surge, n-less, s, stable.Available, c, canary.Available)
	default:
		if canary.Count > wantCanary {
			c = max(wantCanary, canary.Count-spare)
		}
		c, s = within(n+surge, n-less, c, canary.Available, s, stable.Available)
	}
	return c, s
}

// Nearest gives the numbers of replicas that come closest to a weight. A
// canary between 1 and 99 % has a replica at least and leaves one; with surge,
// one replica more in all may come closer. Of two that are as close the larger
// canary is taken.
func Nearest(n, weight, surge int) (canary, stable int) {
	if n == 0 {
		return 0, 0
	}
	up := (n*weight + 99) / 100
	down := n * weight / 100
	whole := weight == 0 || weight == 100 || n == 1 && surge == 0
	best, total := 0, n
	least := math.Inf(1)
	try := func(count, of int) {
		if d := math.Abs(float64(count*100)/float64(of) - float64(weight)); d < least {
			best, total, least = count, of, d
		}
	}
	tied := func(of int) bool { return of*weight%100 == 50 }
	if up < n || whole {
		try(up, n)
	}
	if !tied(n) && (down != 0 || whole) {
		try(down, n)
	}
	if surge > 0 {
		try(up, n+1)
		if !tied(n+1) && (down != 0 || whole) {
			try(down, n+1)
		}
	}
	return best, total - best
}

// within brings a set that drains and one that is kept below most replicas,
// without taking available ones that are needed.
func within(most, least, drained, drainedAvailable, kept, keptAvailable int) (int, int) {
	kept -= max(0, drained+kept-most)
	lost := max(0, keptAvailable-kept)
	missing := max(0, least-min(drainedAvailable, drained)-min(keptAvailable, kept))
	kept += min(lost, missing)
	return drained - max(0, drained+kept-most), kept
}
