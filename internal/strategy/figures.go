package strategy

import (
	"math"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// figures are read from a course. Times are in seconds.
type figures struct {
	downtime float64 // no replica is ready
	together float64 // users are answered by both versions
	done     float64 // until every user is on the new version
	rollback float64 // from the alarm until no user is on the bad version
	exposed  float64 // fraction of users on the bad version at the alarm
	bad      float64 // seconds of all users' time lost to a bad version
	cold     float64 // largest fraction of users on replicas that are warming up
	lowest   float64 // least fraction of the wanted replicas that is ready
	budget   float64 // fraction of the error budget that a bad release spends
	first    float64 // fraction of users that the first step moves
	extra    int     // replicas beyond those wanted, at most
}

// read takes the figures from the course of strategy k.
func (a *analyser) read(c *comparison, k int) {
	f, cr := &c.figures[k], &c.courses[k]
	n, first := c.replicas, 0.0
	f.lowest = 1
	for i := range cr.n {
		m := &cr.moments[i]
		f.extra = max(f.extra, m.Pods-n)
		if m.Share > 0 && (i == 0 || cr.moments[i-1].Share == 0) {
			first, f.first = m.At, m.Share
		}
		if m.Share >= 1 {
			f.done = m.At
			break
		}
		lasts := cr.moments[i+1].At - m.At
		f.lowest = min(f.lowest, float64(m.Old+m.New)/float64(n))
		if m.Old+m.New == 0 {
			f.downtime += lasts
		}
		if m.Share > 0 {
			f.together += lasts
		}
	}
	area, atAlarm := cr.lost(first, first+a.detect)
	f.exposed = atAlarm
	f.rollback = a.rollback(c, k, first, atAlarm)
	f.bad = area + atAlarm*f.rollback*gradual(c, k, atAlarm)
	if c.warm > 0 && Rollouts[k] != plan.BlueGreen {
		f.cold = cr.cold(c.warm)
	}
	if b := a.budget(c); b > 0 {
		f.budget = (f.downtime + f.bad) / b
	}
}

// budget is the service's error budget over the whole period, in seconds of
// complete failure; 0 where it has none.
func (a *analyser) budget(c *comparison) float64 {
	return c.service.Traits.ErrorBudget / 100 * a.days * 86400
}

// lost integrates the share of users on the new version from the first of them
// until the alarm, and gives the share then. A bad
// version is taken to fail every request and to be found by its users only.
func (c *course) lost(from, to float64) (area, share float64) {
	for i := range c.n {
		m := &c.moments[i]
		if m.At > to {
			break
		}
		end := to
		if i+1 < c.n {
			end = min(to, c.moments[i+1].At)
		}
		area += m.Share * max(0, end-max(m.At, from))
		share = m.Share
	}
	return area, share
}

// cold is the largest fraction of users that got to the new version within the
// last warm seconds, and so are on replicas still warming up.
func (c *course) cold(warm float64) (worst float64) {
	for i := range c.n {
		before := 0.0
		for j := range i {
			if c.moments[j].At <= c.moments[i].At-warm {
				before = c.moments[j].Share
			}
		}
		worst = max(worst, c.moments[i].Share-before)
	}
	return worst
}

// back counts the waves in which a replica-grained way back goes.
func (c *comparison) back(share float64) int {
	bad := int(math.Ceil(float64(c.replicas)*share - 1e-9))
	return max(1, (bad+c.batch-1)/c.batch)
}

// rollback is the time in seconds from the alarm until no user is on the new
// version. It is the release itself backwards, from where it stands when it is
// noticed, but for a change of weight or of a Service's selector, while the old
// replicas are still there.
func (a *analyser) rollback(c *comparison, k int, first, share float64) float64 {
	switch Rollouts[k] {
	case plan.Recreate:
		return a.stop + c.start
	case plan.BlueGreen:
		// the alarm counts from the first user, the delay from the last
		if a.detect <= a.change+a.delay {
			return a.change
		}
		return c.start + a.change
	case plan.Canary:
		if c.service.Traits.TrafficControl {
			if first+a.detect <= c.figures[k].done+a.delay {
				return a.change
			}
			return c.start + a.change
		}
	}
	return float64(c.back(share)) * c.start
}

// gradual is the mean share during the way back, over the share at its
// beginning: 1 where all users return at once, (1 + 1/waves) / 2 in waves.
func gradual(c *comparison, k int, share float64) float64 {
	if r := Rollouts[k]; r == plan.RollingUpdate || r == plan.Canary && !c.service.Traits.TrafficControl {
		return (1 + 1/float64(c.back(share))) / 2
	}
	return 1
}

// metrics words the figures of strategy k with what they came from.
func (a *analyser) metrics(c *comparison, k int) []verdict.Metric {
	f, t := &c.figures[k], c.service.Traits
	in := func(id string, x float64, unit verdict.Unit) verdict.Input {
		return verdict.Input{ID: id, Value: x, Unit: unit}
	}
	replicas := in("strategy.input.replicas", float64(c.replicas), verdict.Count)
	if t.Replicas == 0 {
		replicas.ID = "rollout_replicas"
	}
	start := in("strategy.input.start", c.start, verdict.Seconds)
	if t.StartSeconds == 0 {
		start.ID = "rollout_start"
	}
	warm := in("strategy.input.warm", c.warm, verdict.Seconds)
	if t.WarmSeconds == 0 {
		warm.ID = "rollout_warm"
	}
	detect := in("rollout_detect", a.detect, verdict.Seconds)
	change := in("rollout_switch", a.change, verdict.Seconds)
	delay := in("rollout_scale_down_delay", a.delay, verdict.Seconds)
	surge := in("rollout_max_surge", a.surge, verdict.Percent)
	less := in("rollout_max_unavailable", a.unavailable, verdict.Percent)
	var course, capacity, back []verdict.Input
	switch r := Rollouts[k]; {
	case r == plan.Recreate:
		course = []verdict.Input{in("rollout_stop", a.stop, verdict.Seconds), start}
		capacity, back = []verdict.Input{replicas}, course
	case r == plan.RollingUpdate:
		course = []verdict.Input{replicas, surge, less, start}
		capacity, back = course[:3], append([]verdict.Input{detect}, course...) // what is back depends on what was out at the alarm
	case r == plan.BlueGreen:
		course = []verdict.Input{start, warm, change}
		capacity, back = []verdict.Input{replicas}, []verdict.Input{detect, delay, start, change}
	default:
		course = []verdict.Input{in("rollout_canary_share", a.share, verdict.Percent), in("rollout_canary_growth", a.growth, verdict.Count),
			in("rollout_canary_pause", a.pause, verdict.Seconds), start}
		if t.TrafficControl {
			capacity, back = []verdict.Input{replicas}, append([]verdict.Input{detect, delay, change}, course...)
		} else {
			course = append(course, replicas, surge, less)
			capacity, back = []verdict.Input{replicas, surge, less}, append([]verdict.Input{detect}, course...)
		}
	}
	bad := append(append([]verdict.Input{detect}, course...), in("strategy.exposed", f.exposed, verdict.Percent), in("strategy.rollback", f.rollback, verdict.Seconds))
	out := []verdict.Metric{
		{ID: "strategy.downtime", Value: f.downtime, Unit: verdict.Seconds, Inputs: course},
		{ID: "strategy.extra", Value: float64(f.extra), Unit: verdict.Count, Inputs: capacity},
		{ID: "strategy.lowest", Value: f.lowest, Unit: verdict.Percent, Inputs: capacity},
		{ID: "strategy.together", Value: f.together, Unit: verdict.Seconds, Inputs: course},
		{ID: "strategy.done", Value: f.done, Unit: verdict.Seconds, Inputs: course},
		{ID: "strategy.cold", Value: f.cold, Unit: verdict.Percent, Inputs: append([]verdict.Input{warm}, course...)},
		{ID: "strategy.exposed", Value: f.exposed, Unit: verdict.Percent, Inputs: append([]verdict.Input{detect}, course...)},
		{ID: "strategy.rollback", Value: f.rollback, Unit: verdict.Seconds, Inputs: back},
		{ID: "strategy.bad", Value: f.bad, Unit: verdict.Seconds, Inputs: bad},
	}
	if t.ErrorBudget > 0 {
		out = append(out, verdict.Metric{ID: "strategy.budget", Value: f.budget, Unit: verdict.Percent, Inputs: []verdict.Input{
			in("strategy.input.budget", t.ErrorBudget, verdict.Count), in("rollout_budget_days", a.days, verdict.Count),
			in("strategy.downtime", f.downtime, verdict.Seconds), in("strategy.bad", f.bad, verdict.Seconds)}})
	}
	return out
}
