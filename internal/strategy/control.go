package strategy

import (
	"math"

	"deckplan/internal/plan"
)

func (e *engine) create(version, count int) {
	e.pods.start(version, count, e.t, e.r.Start, e.r.Warm)
}

func (e *engine) end(version, count int) { e.pods.stop(version, count, e.t, e.r.Stop) }

// target is the version that is being rolled out: the old one on the way back.
func (e *engine) target() (to, from int) {
	if e.back {
		return old, fresh
	}
	return fresh, old
}

// control does what the strategy's controller does in this second.
func (e *engine) control() {
	e.wake = never
	switch {
	case e.r.routed():
		e.weigh()
	case e.r.Rollout == plan.Recreate:
		e.replace()
	case e.r.Rollout == plan.RollingUpdate:
		e.roll()
	default:
		e.exchange()
	}
}

// replace stops everything and starts the target once the rest has ended.
func (e *engine) replace() {
	to, from := e.target()
	e.end(from, e.total[from])
	if e.stopping == 0 {
		e.create(to, e.r.Replicas-e.total[to])
	}
	e.arrived = e.ready[to] == e.r.Replicas
}

// roll is a Deployment's rolling update: up to n + surge replicas exist, those
// shutting down not counted, and at least n - less are available.
// Source: Kubernetes, deployment controller, rolling.go.
func (e *engine) roll() {
	to, from := e.target()
	n := e.r.Replicas
	for {
		all := e.total[to] + e.total[from]
		up := min(n+e.r.Surge-all, n-e.total[to])
		if up > 0 {
			e.create(to, up)
			continue
		}
		least := n - e.r.Less
		down := all - least - (e.total[to] - e.ready[to])
		if waiting := e.total[from] - e.ready[from]; down > 0 && waiting > 0 { // what never got ready goes first
			e.end(from, min(waiting, down))
			continue
		}
		down = min(e.ready[to]+e.ready[from]-least, e.total[from])
		if down <= 0 || e.total[from] == 0 {
			break
		}
		e.end(from, down)
	}
	e.arrived = e.ready[to] == n && e.total[from] == 0
}

// exchange is a canary without a router: a weight is a number of replicas. The
// way back is the weight 0, without steps.
func (e *engine) exchange() {
	n := e.r.Replicas
	for e.step < mostSteps {
		weight := e.r.Steps[e.step]
		if e.back {
			weight = 0
		}
		for range 64 { // until the controller asks for nothing else
			canary, stable := BasicCanary(n, weight, e.r.Surge, e.r.Less, Set{e.total[fresh], e.ready[fresh]}, Set{e.total[old], e.ready[old]})
			if canary == e.total[fresh] && stable == e.total[old] {
				break
			}
			e.create(fresh, canary-e.total[fresh])
			e.create(old, stable-e.total[old])
			e.end(fresh, e.total[fresh]-canary)
			e.end(old, e.total[old]-stable)
		}
		wantCanary, wantStable := Nearest(n, weight, e.r.Surge)
		there := e.total[fresh] == wantCanary && e.ready[fresh] == wantCanary && e.total[old] == wantStable && e.ready[old] == wantStable
		if e.back || weight == 100 {
			e.arrived = there
			return
		}
		if !there || !e.paused() {
			return
		}
		e.step++
	}
}

// paused tells that the pause of a step that was reached is over, and asks to
// be woken when it is.
func (e *engine) paused() bool {
	if e.stepAt < 0 {
		e.stepAt = e.t
	}
	if over := e.stepAt + e.r.Pause; e.t < over {
		e.wake = min(e.wake, over)
		return false
	}
	e.stepAt = -1
	return true
}

// weigh is Blue/Green and a canary by router: the old set stays whole while
// users move by weight, in one step or several, each once its replicas are
// ready. A changed weight holds on every node after switch seconds, on part of
// them meanwhile. The old set goes delay seconds after the last step; until
// then the way back is a weight, later a full set that is started.
func (e *engine) weigh() {
	n := e.r.Replicas
	for {
		to, want := e.r.Steps[e.step], 0
		if e.r.Rollout == plan.BlueGreen {
			to = 100
		}
		mover := fresh
		if e.back {
			to, mover = 0, old
			want = n
		} else {
			want = int(math.Ceil(float64(n*to)/100 - 1e-9))
		}
		e.create(mover, want-e.total[mover])
		if e.ready[mover] < want {
			return
		}
		if !e.moved(float64(to) / 100) {
			return
		}
		if to != 0 && to != 100 {
			if !e.paused() {
				return
			}
			e.step++
			continue
		}
		e.arrived = true
		rest := old
		if e.back {
			rest = fresh
		}
		if gone := e.movedAt + e.r.Delay; e.t < gone {
			e.wake = min(e.wake, gone)
		} else {
			e.end(rest, e.total[rest])
		}
		return
	}
}

// moved moves users towards a weight, and tells that they are there.
func (e *engine) moved(to float64) bool {
	if e.to != to || !e.moving && e.weight != to {
		e.moving, e.from, e.to, e.movedFrom = true, e.weight, to, e.t
	}
	if !e.moving {
		return true
	}
	if passed := e.t - e.movedFrom; passed < e.r.Switch {
		step := (e.r.Switch + ramp - 1) / ramp // seconds that are taken as one
		passed = passed / step * step
		until := min(passed+step, e.r.Switch)
		e.weight = e.from + (to-e.from)*float64(passed+until)/2/float64(e.r.Switch)
		e.wake = min(e.wake, e.movedFrom+until)
		return false
	}
	e.weight, e.moving, e.movedAt = to, false, e.t
	return true
}
