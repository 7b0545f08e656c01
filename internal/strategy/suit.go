package strategy

import (
	"math"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// fitOf says whether a strategy can carry the service.
//   - Versions that cannot run side by side leave only Recreate.
//   - Without traffic control and without surge one replica leaves a canary no
//     step between nobody and everybody.
//   - Where the cluster has no room for the replicas that a strategy needs
//     beside those that run, it does not begin.
//   - Recreate takes the service down, which the others do not; a second full
//     set of a stateful service needs its data twice or shared; and where only
//     production can test a version, an ordinary rolling update tests it on
//     everybody.
func (c *comparison) fitOf(r plan.Rollout) Fit {
	t := &c.service.Traits
	switch {
	case t.Alone && r != plan.Recreate, c.noStep(r), c.cramped(r):
		return Impossible
	case t.Alone:
		return Suits
	case r == plan.Recreate, r == plan.BlueGreen && t.Stateful, r == plan.RollingUpdate && t.OnlyProduction:
		return Doubtful
	}
	return Suits
}

func (c *comparison) noStep(r plan.Rollout) bool {
	return r == plan.Canary && !c.service.Traits.Splits() && c.replicas == 1 && c.surge == 0
}

// needs is how many replicas must fit beside those that run.
func (c *comparison) needs(r plan.Rollout) int {
	switch {
	case r == plan.BlueGreen, r == plan.Canary && c.service.Traits.Splits():
		return c.replicas
	case r != plan.Recreate && c.less == 0: // where some may be missing, these make room
		return 1
	}
	return 0
}

func (c *comparison) cramped(r plan.Rollout) bool { return c.room >= 0 && c.needs(r) > c.room }

// recommend picks among the strategies that fit best. For a service that asks
// for care (criticality 4 or 5, testable in production only, or a bad rolling
// update would spend its whole error budget) the fewest requests lost to a bad
// version decide, and of equals the fewest extra replicas. Otherwise Rolling
// Update does where it fits: it needs neither downtime nor a controller of its
// own.
func (a *analyser) recommend(c *comparison) {
	t := &c.service.Traits
	c.careful = c.service.Weight() >= 4 || t.OnlyProduction || t.ErrorBudget > 0 && c.spent(1) > 1
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
		if c.fit[k] == best && (chosen < 0 || c.better(k, chosen)) {
			chosen = k
		}
	}
	c.recommended = Rollouts[chosen]
}

func (c *comparison) better(x, y int) bool {
	if a, b := c.lost(x), c.lost(y); a != b {
		return a < b
	}
	return c.good(x).Extra < c.good(y).Extra
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
	r, good, bad, t := Rollouts[k], c.good(k), c.bad(k), &c.service.Traits
	add := func(when bool, s verdict.Severity, id, source string, args verdict.Args) {
		if when {
			out = append(out, verdict.Finding{ID: "strategy.reason." + id, Severity: s, Args: args, Sources: catalog.StrategySources(source)})
		}
	}
	chosen := c.recommended == r
	native := catalog.Native(r)
	byPods := r == plan.Canary && !t.Splits()
	lost, exposed := c.lost(k), bad.Exposed
	add(t.Alone && r != plan.Recreate, verdict.Error, "side_by_side", string(r), nil)
	add(c.noStep(r), verdict.Error, "no_step", "canary_by_pods", nil)
	add(c.cramped(r), verdict.Error, "no_room", "doubled", verdict.Args{"needs": c.needs(r), "room": c.room})
	if c.fit[k] == Impossible {
		return out
	}
	add(r == plan.Recreate && !t.Alone, verdict.Warning, "down", "recreate", verdict.Args{"time": good.Down})
	add(good.Refused >= 1 && good.Down == 0, verdict.Warning, "short", "", verdict.Args{"n": math.Round(good.Refused), "lowest": good.Lowest})
	add(r == plan.BlueGreen && t.Stateful, verdict.Warning, "state_twice", "doubled", nil)
	add(t.OnlyProduction && native && !t.Alone, verdict.Warning, "everyone_tests", "", verdict.Args{"share": exposed})
	add(c.spent(k) > 1, verdict.Warning, "budget", "", verdict.Args{"times": c.spent(k)})
	add(r == plan.BlueGreen && c.gone(), verdict.Warning, "way_back_gone", "scale_down_delay", verdict.Args{"delay": a.delay, "detect": bad.Alarm - bad.First})
	add(byPods && c.first() > a.share+1e-9, verdict.Warning, "coarse", "canary_by_pods", verdict.Args{"step": c.first(), "replicas": c.replicas})
	add(c.warm > 0 && good.Cold > 0.5, verdict.Warning, "cold", "no_warm_up", verdict.Args{"share": good.Cold, "time": c.warm, "n": math.Round(good.Slow)})
	add(t.WarmUp == plan.WarmBySlowStart && c.warm > 0 && r != plan.RollingUpdate && !byPods, verdict.Note, "slow_start_idle", "no_warm_up", nil)
	add(bad.Alarm < 0 && a.settings.bad > 0, verdict.Warning, "unnoticed", "", verdict.Args{"failures": a.failures})
	add(t.Stateful && !t.Alone && r != plan.Recreate && r != plan.BlueGreen, verdict.Note, "same_state", "", nil)
	add(!native && good.Extra >= c.replicas, verdict.Note, "doubled", "doubled", verdict.Args{"n": good.Extra})
	add(!native, verdict.Note, "controller", "not_native", nil)
	add(r == plan.RollingUpdate, verdict.Note, "no_auto_rollback", "no_auto_rollback", nil)
	least := c.lost(index(c.recommended))
	add(!chosen && c.careful && lost > least, verdict.Note, "more_exposure", "", verdict.Args{"bad": lost, "least": least})
	add(!chosen && !c.careful && !native, verdict.Note, "not_needed", "", nil)
	add(chosen && t.Alone, verdict.Good, "only_alone", "recreate", nil)
	add(chosen && !t.Alone && c.careful, verdict.Good, "least_exposure", string(r), verdict.Args{"bad": lost, "share": exposed})
	add(chosen && !t.Alone && !c.careful, verdict.Good, "built_in", "default_strategy", verdict.Args{"n": good.Extra})
	add(r == plan.BlueGreen && t.OnlyProduction, verdict.Good, "preview", "blue_green", nil)
	add(r == plan.BlueGreen && !c.gone() && bad.Alarm >= 0, verdict.Good, "back_at_once", "scale_down_delay", verdict.Args{"time": bad.Rollback})
	add(r == plan.Canary && !chosen && exposed < 0.5 && bad.Alarm >= 0, verdict.Good, "few_exposed", "canary", verdict.Args{"share": exposed})
	add(r == plan.RollingUpdate && !chosen, verdict.Good, "plain", "default_strategy", verdict.Args{"n": good.Extra})
	add(r == plan.Recreate && !chosen, verdict.Good, "no_extra", "recreate", nil)
	return out
}
