package strategy

import (
	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// fitOf says whether a strategy can carry the service.
//   - Versions that cannot run side by side leave only Recreate.
//   - Without traffic control one replica leaves a canary no step between
//     nobody and everybody.
//   - Recreate takes the service down, which the others do not; a second full
//     set of a stateful service needs its data twice or shared; and where only
//     production can test a version, an ordinary rolling update tests it on
//     everybody.
func (c *comparison) fitOf(r plan.Rollout) Fit {
	t := &c.service.Traits
	switch {
	case t.Alone && r != plan.Recreate, c.noStep(r):
		return Impossible
	case t.Alone:
		return Suits
	case r == plan.Recreate, r == plan.BlueGreen && t.Stateful, r == plan.RollingUpdate && t.OnlyProduction:
		return Doubtful
	}
	return Suits
}

func (c *comparison) noStep(r plan.Rollout) bool {
	return r == plan.Canary && !c.service.Traits.TrafficControl && c.replicas == 1
}

// recommend picks among the strategies that fit best. For a service that asks
// for care (criticality 4 or 5, testable in production only, or a bad rolling
// update would spend its whole error budget) the least time lost to a bad
// version decides, and of equals the fewest extra replicas. Otherwise Rolling
// Update does where it fits: it needs neither downtime nor a controller of its
// own.
func (a *analyser) recommend(c *comparison) {
	t := &c.service.Traits
	c.careful = c.service.Weight() >= 4 || t.OnlyProduction || c.figures[1].budget > 1
	best := Impossible
	for _, f := range c.fit {
		best = min(best, f)
	}
	if !c.careful && c.fit[1] == best {
		c.recommended = plan.RollingUpdate
		return
	}
	chosen := -1
	for k := range Rollouts {
		if c.fit[k] != best {
			continue
		}
		if chosen < 0 || better(&c.figures[k], &c.figures[chosen]) {
			chosen = k
		}
	}
	c.recommended = Rollouts[chosen]
}

func better(x, y *figures) bool {
	if x.bad != y.bad {
		return x.bad < y.bad
	}
	return x.extra < y.extra
}

func index(r plan.Rollout) int {
	for k := range Rollouts {
		if Rollouts[k] == r {
			return k
		}
	}
	return -1
}

// reasons says what speaks for and against strategy k, the graver first.
func (a *analyser) reasons(c *comparison, k int) (out []verdict.Finding) {
	r, f, t := Rollouts[k], &c.figures[k], &c.service.Traits
	add := func(when bool, s verdict.Severity, id, source string, args verdict.Args) {
		if when {
			out = append(out, verdict.Finding{ID: id, Severity: s, Args: args, Sources: catalog.StrategySources(source)})
		}
	}
	chosen := c.recommended == r
	native := catalog.Native(r)
	byPods := r == plan.Canary && !t.TrafficControl
	add(t.Alone && r != plan.Recreate, verdict.Error, "strategy.reason.side_by_side", string(r), nil)
	add(c.noStep(r), verdict.Error, "strategy.reason.no_step", "canary_by_pods", nil)
	if c.fit[k] == Impossible {
		return out
	}
	add(r == plan.Recreate && !t.Alone, verdict.Warning, "strategy.reason.down", "recreate", verdict.Args{"time": f.downtime})
	add(r == plan.BlueGreen && t.Stateful, verdict.Warning, "strategy.reason.state_twice", "doubled", nil)
	add(t.OnlyProduction && native && !t.Alone, verdict.Warning, "strategy.reason.everyone_tests", "", verdict.Args{"share": f.exposed})
	add(f.budget > 1, verdict.Warning, "strategy.reason.budget", "", verdict.Args{"times": f.budget})
	add(r == plan.BlueGreen && a.detect > a.change+a.delay, verdict.Warning, "strategy.reason.way_back_gone", "scale_down_delay",
		verdict.Args{"delay": a.delay, "detect": a.detect})
	add(byPods && f.first > a.share+1e-9, verdict.Warning, "strategy.reason.coarse", "canary_by_pods",
		verdict.Args{"step": f.first, "replicas": c.replicas})
	add(c.warm > 0 && f.cold > 0.5, verdict.Warning, "strategy.reason.cold", "no_warm_up", verdict.Args{"share": f.cold, "time": c.warm})
	add(t.Stateful && !t.Alone && r != plan.Recreate && r != plan.BlueGreen, verdict.Note, "strategy.reason.same_state", "", nil)
	add(!native && f.extra >= c.replicas, verdict.Note, "strategy.reason.doubled", "doubled", verdict.Args{"n": f.extra})
	add(!native, verdict.Note, "strategy.reason.controller", "not_native", nil)
	add(r == plan.RollingUpdate, verdict.Note, "strategy.reason.no_auto_rollback", "no_auto_rollback", nil)
	least := &c.figures[index(c.recommended)]
	add(!chosen && c.careful && f.bad > least.bad, verdict.Note, "strategy.reason.more_exposure", "", verdict.Args{"bad": f.bad, "least": least.bad})
	add(!chosen && !c.careful && !native, verdict.Note, "strategy.reason.not_needed", "", nil)
	add(chosen && t.Alone, verdict.Good, "strategy.reason.only_alone", "recreate", nil)
	add(chosen && !t.Alone && c.careful, verdict.Good, "strategy.reason.least_exposure", string(r), verdict.Args{"bad": f.bad, "share": f.exposed})
	add(chosen && !t.Alone && !c.careful, verdict.Good, "strategy.reason.built_in", "default_strategy", verdict.Args{"n": f.extra})
	add(r == plan.BlueGreen && t.OnlyProduction, verdict.Good, "strategy.reason.preview", "blue_green", nil)
	return out
}
