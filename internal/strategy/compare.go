package strategy

import (
	"cmp"
	"math"
	"slices"

	"deckplan/internal/plan"
)

// comparison is one service under the four strategies. A release is followed
// when it is asked for: most of ten thousand services need none.
type comparison struct {
	a           *analyser
	service     *plan.Service
	replicas    int
	start, warm float64 // seconds
	stop        float64
	demand      float64 // requests a second
	load        float64
	surge, less int // replicas more and fewer than wanted meanwhile
	room        int // replicas that fit beside those that run, -1 if not known
	fit         [4]Fit
	careful     bool
	recommended plan.Rollout

	engine engine
	under  Release      // that is followed
	totals [2][4]Totals // of a good and of a bad release
	known  [2][4]bool
}

// compare judges the strategies for a service. A comparison may be used again.
func (a *analyser) compare(s *plan.Service, c *comparison) {
	a.look(s, c)
	for k, r := range Rollouts {
		c.fit[k] = c.fitOf(r)
	}
	a.recommend(c)
}

// look takes what is known and assumed of a service.
func (a *analyser) look(s *plan.Service, c *comparison) {
	or := func(own, assumed float64) float64 {
		if own == 0 {
			return assumed
		}
		return own
	}
	t := &s.Traits
	c.a, c.service, c.known = a, s, [2][4]bool{}
	c.replicas = t.Replicas
	if c.replicas == 0 {
		c.replicas = a.settings.replicas
	}
	c.start, c.warm, c.stop = or(t.StartSeconds, a.settings.start), or(t.WarmSeconds, a.settings.warm), or(t.StopSeconds, a.settings.stop)
	c.demand, c.load = or(t.Requests, a.requests), or(t.Load/100, a.settings.load)
	c.demand, c.load = max(0.001, min(c.demand, 1e9)), max(0.01, min(c.load, 1))
	c.surge, c.less = Fenceposts(c.replicas, a.settings.surge, a.unavailable)
	c.room = a.rooms.of(s)
}

// seconds rounds a time up to whole ones, within a day.
func seconds(x float64) int { return int(math.Ceil(min(max(x, 0), 86_400) - 1e-9)) }

// release is the service's release under strategy k.
func (c *comparison) release(k int, bad bool) Release {
	a, t := c.a, &c.service.Traits
	r := Release{Rollout: Rollouts[k], Replicas: c.replicas, Start: max(1, seconds(c.start)), Warm: seconds(c.warm), Stop: seconds(c.stop), WarmUp: t.WarmUp,
		Surge: c.surge, Less: c.less, ByRouter: t.Splits(), Steps: a.steps, Pause: seconds(a.pause), Switch: min(3600, seconds(a.change)), Delay: seconds(a.delay),
		Demand: c.demand, Load: c.load, Cold: a.settings.cold, MinWeight: max(0.0001, a.minWeight), Aggression: a.aggression}
	if bad {
		r.Bad, r.Failures, r.React = a.bad, max(1, a.failures), seconds(a.detect)
	}
	return r
}

// good and bad follow a release of strategy k once.
func (c *comparison) good(k int) *Totals { return c.follow(k, 0) }
func (c *comparison) bad(k int) *Totals  { return c.follow(k, 1) }

func (c *comparison) follow(k, bad int) *Totals {
	if !c.known[bad][k] {
		c.under = c.release(k, bad == 1)
		c.totals[bad][k], c.known[bad][k] = c.engine.run(&c.under, nil), true
	}
	return &c.totals[bad][k]
}

// lost is what a bad release costs, as seconds in which nobody is served.
func (c *comparison) lost(k int) float64 { return over(c.bad(k).Failed, c.demand) }

// spent is the fraction of the error budget that a bad release spends; 0 where
// the service has none.
func (c *comparison) spent(k int) float64 {
	if b := c.budget(); b > 0 {
		return c.lost(k) / b
	}
	return 0
}

// budget is the service's error budget over the whole period, in seconds of
// complete failure; 0 where it has none.
func (c *comparison) budget() float64 {
	return c.service.Traits.ErrorBudget / 100 * c.a.days * 86400
}

// first is the share of users that a canary's first step moves.
func (c *comparison) first() float64 {
	if c.service.Traits.Splits() {
		return float64(c.a.settings.first) / 100
	}
	canary, stable := Nearest(c.replicas, c.a.settings.first, c.surge)
	return over(float64(canary), float64(canary+stable))
}

// gone tells that Blue/Green's old replicas end before the way back begins.
func (c *comparison) gone() bool {
	b := c.bad(2)
	return b.Alarm >= 0 && b.Rollback > min(3600, seconds(c.a.change))
}

// ranks orders the strategies: the recommended one, then by fit, then by what
// decided for the recommended.
func (c *comparison) ranks() (out [4]int) {
	order := [4]int{0, 1, 2, 3}
	slices.SortStableFunc(order[:], func(x, y int) int {
		first := func(k int) int {
			if Rollouts[k] == c.recommended {
				return 0
			}
			return 1
		}
		if n := cmp.Or(first(x)-first(y), int(c.fit[x]-c.fit[y])); n != 0 {
			return n
		}
		return cmp.Or(cmp.Compare(c.lost(x), c.lost(y)), c.good(x).Extra-c.good(y).Extra)
	})
	for i, k := range order {
		out[k] = i + 1
	}
	return out
}
