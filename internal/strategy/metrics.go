package strategy

import (
	"slices"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// hoursOfMonth is the mean number of hours in a month, 8760 / 12.
const hoursOfMonth = 730

// inputs are what the figures of a strategy are computed from, by what they
// depend on.
type inputs struct {
	replicas, start, warm, stop verdict.Input
	pace                        []verdict.Input // when replicas and users move
	traffic                     []verdict.Input // what replicas carry
	price                       []verdict.Input
}

func in(id string, x float64, unit verdict.Unit) verdict.Input {
	return verdict.Input{ID: id, Value: x, Unit: unit}
}

// own names a trait where the plan has it, else the assumption in its stead.
func own(set bool, trait, assumption string, x float64, unit verdict.Unit) verdict.Input {
	if set {
		return in("strategy.input."+trait, x, unit)
	}
	return in(assumption, x, unit)
}

// together joins inputs, each once.
func together(lists ...[]verdict.Input) (out []verdict.Input) {
	for _, list := range lists {
		for _, x := range list {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

func (a *analyser) inputs(c *comparison, k int) (i inputs) {
	t := &c.service.Traits
	i.replicas = own(t.Replicas != 0, "replicas", "rollout_replicas", float64(c.replicas), verdict.Count)
	i.start = own(t.StartSeconds != 0, "start", "rollout_start", c.start, verdict.Seconds)
	i.warm = own(t.WarmSeconds != 0, "warm", "rollout_warm", c.warm, verdict.Seconds)
	i.stop = own(t.StopSeconds != 0, "stop", "rollout_stop", c.stop, verdict.Seconds)
	surge := []verdict.Input{i.replicas, in("rollout_max_surge", a.settings.surge, verdict.Percent), in("rollout_max_unavailable", a.unavailable, verdict.Percent)}
	change := in("rollout_switch", a.change, verdict.Seconds)
	steps := []verdict.Input{in("rollout_canary_share", a.share, verdict.Percent), in("rollout_canary_growth", a.growth, verdict.Count), in("rollout_canary_pause", a.pause, verdict.Seconds)}
	i.pace = []verdict.Input{i.start}
	if t.WarmUp != "" {
		i.pace = append(i.pace, i.warm)
	}
	if t.WarmUp == plan.WarmBySlowStart {
		i.pace = append(i.pace, in("rollout_min_weight", a.minWeight, verdict.Percent), in("rollout_aggression", a.aggression, verdict.Count))
	}
	switch r := Rollouts[k]; {
	case r == plan.Recreate:
		i.pace = append(i.pace, i.stop)
	case r == plan.RollingUpdate:
		i.pace = append(i.pace, surge...)
	case r == plan.BlueGreen:
		i.pace = append(i.pace, change)
	case t.Splits():
		i.pace = append(append(i.pace, steps...), i.replicas, change)
	default:
		i.pace = append(append(i.pace, steps...), surge...)
	}
	i.traffic = []verdict.Input{i.replicas, own(t.Requests != 0, "requests", "rollout_requests", c.demand, verdict.Count),
		own(t.Load != 0, "load", "rollout_load", c.load, verdict.Percent), i.warm, in("rollout_cold", a.settings.cold, verdict.Percent)}
	i.price = []verdict.Input{own(t.CPU != 0, "cpu", "rollout_cpu", a.cpuOf(c.service), verdict.Count), own(t.Memory != 0, "memory", "rollout_memory", a.memoryOf(c.service), verdict.Count),
		in("vcpu_month_price", a.cpuPrice, verdict.Money), in("gib_month_price", a.gibPrice, verdict.Money)}
	return i
}

func (a *analyser) cpuOf(s *plan.Service) float64 {
	if s.Traits.CPU != 0 {
		return float64(s.Traits.CPU)
	}
	return a.cpu
}

func (a *analyser) memoryOf(s *plan.Service) float64 {
	if s.Traits.Memory != 0 {
		return float64(s.Traits.Memory)
	}
	return a.memory
}

// hourPrice is what a replica costs an hour, in the plan's currency.
func (a *analyser) hourPrice(s *plan.Service) float64 {
	return (a.cpuOf(s)/1000*a.cpuPrice + a.memoryOf(s)/1024*a.gibPrice) / hoursOfMonth
}

// metrics words the figures of strategy k with what they came from.
func (a *analyser) metrics(c *comparison, k int) []verdict.Metric {
	good, bad, t, i := c.good(k), c.bad(k), c.service.Traits, a.inputs(c, k)
	cold, warmed := c.release(k, false), c.release(k, false)
	cold.WarmUp, warmed.WarmUp = "", plan.WarmByRequests
	without, with := Simulate(cold, nil), Simulate(warmed, nil)
	seconds := func(x int) float64 { return float64(max(x, 0)) }
	change, delay := in("rollout_switch", a.change, verdict.Seconds), in("rollout_scale_down_delay", a.delay, verdict.Seconds)
	alarm := together(i.pace, i.traffic, []verdict.Input{in("rollout_bad_share", a.bad, verdict.Percent), in("rollout_detect_failures", a.failures, verdict.Count), in("rollout_detect", a.detect, verdict.Seconds)})
	way := together(alarm, []verdict.Input{change, delay, i.stop})
	users := together(i.pace, i.traffic)
	capacity := users
	if r := c.release(k, false); r.routed() { // a cold new set is all there is once the old one has gone
		capacity = together(users, []verdict.Input{delay})
	}
	stay := together(i.pace, []verdict.Input{i.replicas, i.stop, delay, change, i.warm})
	failed := in("strategy.failed", bad.Failed, verdict.Count)
	demand := own(t.Requests != 0, "requests", "rollout_requests", c.demand, verdict.Count)
	releases := own(c.service.Deploys > 0, "releases", "strategy.input.releases_assumed", c.service.Deploys*365/7, verdict.Count)
	if c.service.Deploys == 0 {
		releases.Value = 365.0 / 7
	}
	cost := good.ExtraHours * a.hourPrice(c.service) * releases.Value
	out := []verdict.Metric{
		{ID: "strategy.downtime", Value: float64(good.Down), Unit: verdict.Seconds, Inputs: i.pace},
		{ID: "strategy.done", Value: seconds(good.Done), Unit: verdict.Seconds, Inputs: i.pace},
		{ID: "strategy.together", Value: float64(good.Together), Unit: verdict.Seconds, Inputs: i.pace},
		{ID: "strategy.extra", Value: float64(good.Extra), Unit: verdict.Count, Inputs: together(i.pace, []verdict.Input{i.replicas})},
		{ID: "strategy.peak", Value: float64(good.Peak), Unit: verdict.Count, Inputs: stay},
		{ID: "strategy.hours", Value: good.ExtraHours, Unit: verdict.Count, Inputs: stay},
		{ID: "strategy.cost", Value: cost, Unit: verdict.Money, Inputs: together([]verdict.Input{in("strategy.hours", good.ExtraHours, verdict.Count), releases}, i.price)},
		{ID: "strategy.lowest", Value: good.Lowest, Unit: verdict.Percent, Inputs: capacity},
		{ID: "strategy.refused", Value: good.Refused, Unit: verdict.Count, Inputs: users},
		{ID: "strategy.cold", Value: good.Cold, Unit: verdict.Percent, Inputs: users},
		{ID: "strategy.slow", Value: without.Slow, Unit: verdict.Count, Inputs: together(users, []verdict.Input{i.warm})},
		{ID: "strategy.slow_warmed", Value: with.Slow, Unit: verdict.Count, Inputs: together(users, []verdict.Input{i.warm})},
		{ID: "strategy.alarm", Value: seconds(bad.Alarm - max(bad.First, 0)), Unit: verdict.Seconds, Inputs: alarm},
		{ID: "strategy.exposed", Value: bad.Exposed, Unit: verdict.Percent, Inputs: alarm},
		{ID: "strategy.rollback", Value: seconds(bad.Rollback), Unit: verdict.Seconds, Inputs: way},
		{ID: "strategy.failed", Value: bad.Failed, Unit: verdict.Count, Inputs: way},
		{ID: "strategy.bad", Value: c.lost(k), Unit: verdict.Seconds, Inputs: []verdict.Input{failed, demand}},
	}
	if t.ErrorBudget > 0 {
		out = append(out, verdict.Metric{ID: "strategy.budget", Value: c.spent(k), Unit: verdict.Percent, Inputs: []verdict.Input{
			in("strategy.input.budget", t.ErrorBudget, verdict.Count), in("rollout_budget_days", a.days, verdict.Count), in("strategy.bad", c.lost(k), verdict.Seconds)}})
	}
	return out
}
