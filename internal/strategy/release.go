package strategy

import (
	"math"

	"deckplan/internal/plan"
)

// Release is one release of a service under one strategy, as it is simulated.
// Times are whole seconds.
type Release struct {
	Rollout  plan.Rollout
	Replicas int
	Start    int         // from the creation of a replica until it is ready
	Warm     int         // that a ready replica answers slowly
	Stop     int         // that a replica takes to end; users are off it at once
	WarmUp   plan.WarmUp // what spares users the cold replicas

	Surge, Less int  // replicas more and fewer than wanted: see Fenceposts
	ByRouter    bool // a router splits users by weight; Blue/Green always has its switch

	Steps  [mostSteps]int // a canary's weights in percent, up to 100
	Pause  int            // at a step
	Switch int            // until a changed weight or Service holds on every node
	Delay  int            // that the old replicas stay after the last step

	Demand     float64 // requests a second
	Load       float64 // share of the wanted replicas' capacity that demand takes
	Cold       float64 // what a cold replica carries of a warm one's load
	MinWeight  float64 // of a replica that slow start has just let in
	Aggression float64 // of slow start

	Bad      float64 // share of the new version's answers that fail; 0 for a good release
	Failures float64 // that it takes to notice
	React    int     // from then until the way back begins
}

const (
	mostSteps = 16      // of a canary
	mostWaves = 100     // of replicas that are exchanged; finer ones are taken together
	ramp      = 20      // steps in which a weight spreads over the nodes, each a second at least
	watch     = 86_400  // seconds after which nobody looks for failures any more
	longest   = 1 << 40 // seconds that a release may take
)

// Fenceposts gives by how many replicas a rolling update may exceed and fall
// short of n: surge is rounded up, unavailable down, and where both come to
// nothing one replica may be missing. Source: Kubernetes, ResolveFenceposts;
// Argo Rollouts has the same.
func Fenceposts(n int, maxSurge, maxUnavailable float64) (surge, less int) {
	surge = int(math.Ceil(float64(n)*maxSurge - 1e-9))
	less = int(math.Floor(float64(n)*maxUnavailable + 1e-9))
	if surge == 0 && less == 0 {
		less = 1
	}
	return surge, min(less, n)
}

// Weights are a canary's steps in whole percent, as setWeight takes them: the
// first share, then growing by a factor, and everyone at last.
func Weights(share, growth float64) (out []int) {
	share, growth = max(share, 0.01), max(growth, 1.1)
	for len(out) < mostSteps-1 && share < 1-1e-9 {
		w := max(1, min(99, int(math.Round(share*100))))
		if len(out) == 0 || w > out[len(out)-1] {
			out = append(out, w)
		}
		share *= growth
	}
	return append(out, 100)
}

// prepare turns a release into what the engine follows: a replica that gets
// test requests first is ready once it is warm.
func (r *Release) prepare() {
	if r.WarmUp == plan.WarmByRequests {
		r.Start, r.Warm = r.Start+r.Warm, 0
	}
	if !r.routed() && r.Rollout != plan.Recreate {
		r.coarse()
	}
}

// routed tells that users are split by weight and not by replicas.
func (r *Release) routed() bool {
	return r.Rollout == plan.BlueGreen || r.Rollout == plan.Canary && r.ByRouter
}

// coarse bounds the waves of replicas: where there are more than mostWaves,
// several are taken as one that lasts as long as they do.
func (r *Release) coarse() {
	batch := max(1, r.Surge+r.Less)
	if f := (r.Replicas + batch*mostWaves - 1) / (batch * mostWaves); f > 1 {
		r.Surge, r.Less, r.Start = r.Surge*f, min(r.Replicas, r.Less*f), r.Start*f
	}
}
