package strategy

import (
	"math"

	"deckplan/internal/plan"
)

const never = math.MaxInt

// Totals are read from a simulated release. Times are seconds, -1 for never;
// requests are counted from the begin until everything has settled.
type Totals struct {
	First      int     // until the first user is on the new version
	Done       int     // until every user is on it
	Down       int     // without a ready replica
	Together   int     // in which both versions answer users
	Extra      int     // replicas beyond those wanted at most, those shutting down not counted
	Peak       int     // replicas that exist at most, those shutting down included
	Lowest     float64 // least capacity, as a share of that of all wanted replicas
	Cold       float64 // largest share of requests that cold replicas answer
	Slow       float64 // requests answered by cold replicas
	Refused    float64 // requests that found no capacity
	Failed     float64 // requests that a bad version failed, and those refused
	ExtraHours float64 // replica-hours beyond the replicas wanted

	Alarm    int     // second at which the way back begins
	Exposed  float64 // share of users on the new version then
	Rollback int     // from then until the old version answers everybody
	End      int     // until nothing changes any more
}

// engine follows a release. It may be used again.
type engine struct {
	r   Release
	now Second
	t   int
	pods
	out Totals

	step    int
	stepAt  int // second at which the step was reached, -1 if it was not
	wake    int // when the controller has something to do
	arrived bool

	weight, from, to   float64 // of the new version, by router
	moving             bool
	movedFrom, movedAt int

	failing float64 // requests that the new version failed
	noticed bool
	alarm   int
	back    bool

	each bool // every second by itself, as a test does to check the jumps
}

// Simulate follows a release second by second until nothing changes any more.
// Seconds between two events are alike, so that visit, which may be nil, gets
// the first of them and how many there are.
func Simulate(r Release, visit func(s *Second, lasts int)) Totals {
	var e engine
	return e.run(&r, visit)
}

func (e *engine) run(r *Release, visit func(*Second, int)) Totals {
	e.r = *r
	e.r.prepare()
	e.t, e.step, e.stepAt, e.arrived = 0, 0, -1, false
	e.weight, e.from, e.to, e.moving, e.movedFrom, e.movedAt = 0, 0, 0, false, 0, 0
	e.failing, e.noticed, e.alarm, e.back = 0, false, -1, false
	e.pods.reset(r.Replicas)
	e.out = Totals{First: -1, Done: -1, Alarm: -1, Rollback: -1, Lowest: 1}
	s := &e.now
	*s = Second{}
	for {
		e.ripen(e.t)
		if e.noticed && e.t >= e.alarm && !e.back {
			e.back, e.arrived, e.stepAt, e.moving = true, false, -1, false
			e.out.Alarm, e.out.Exposed = e.t, s.Share
		}
		e.control()
		*s = Second{At: e.t, Failed: e.out.Failed, ExtraHours: e.out.ExtraHours, GoingBack: e.back}
		e.load(s)
		until := e.next(s)
		if until == never || e.t >= longest {
			e.account(s, 0)
			if visit != nil {
				visit(s, 0)
			}
			break
		}
		if e.each {
			until = e.t + 1
		}
		e.account(s, until-e.t)
		if visit != nil {
			visit(s, until-e.t)
		}
		e.t = until
	}
	e.out.End = e.t
	if e.r.Surge > r.Surge { // replicas that were taken together still come one after the other
		e.out.Extra = min(e.out.Extra, r.Surge)
	}
	return e.out
}

// next is the second at which something changes; never if nothing does.
func (e *engine) next(s *Second) int {
	at := min(e.pods.next(e.t), e.wake)
	if e.r.WarmUp == plan.WarmBySlowStart {
		for i := range e.young {
			if b := &e.young[i]; b.ready && b.hotAt > e.t {
				q := e.r.quantum()
				at = min(at, (e.t/q+1)*q)
				break
			}
		}
	}
	if e.noticed && !e.back {
		at = min(at, max(e.alarm, e.t+1))
	}
	limit := longest
	if e.out.Done >= 0 {
		limit = min(limit, e.out.Done+watch)
	}
	if !e.noticed && s.Failing > 0 && e.t < limit {
		left := math.Ceil((e.r.Failures-e.failing)/s.Failing - 1e-6)
		at = min(at, limit, e.t+int(max(1, min(left, longest))))
	}
	return at
}

// account adds up a second and those alike after it.
func (e *engine) account(s *Second, lasts int) {
	o, r, secs := &e.out, &e.r, float64(lasts)
	n := r.Replicas
	o.Peak = max(o.Peak, s.Pods())
	o.Extra = max(o.Extra, s.Pods()-s.Stopping-n)
	o.Lowest = min(o.Lowest, over(s.Capacity*r.Load, r.Demand))
	o.Cold = max(o.Cold, over(s.Slow, r.Demand))
	o.Slow += s.Slow * secs
	o.Refused += s.Refused * secs
	o.Failed += (s.Refused + s.Failing) * secs
	o.ExtraHours += float64(max(0, s.Pods()-n)) * secs / 3600
	if s.Old+s.New == 0 {
		o.Down += lasts
	}
	if s.Share > 0 && o.First < 0 {
		o.First = s.At
	}
	if s.Share > 0 && s.Share < 1 {
		o.Together += lasts
	}
	if s.Share >= 1 && o.Done < 0 && !e.back {
		o.Done = s.At
	}
	if e.back && o.Rollback < 0 && s.Share == 0 && s.Old > 0 {
		o.Rollback = s.At - o.Alarm
	}
	e.failing += s.Failing * secs
	if r.Bad > 0 && !e.noticed && e.failing > 0 && e.failing >= e.r.Failures-1e-6*max(1, s.Failing) {
		e.noticed, e.alarm = true, s.At+lasts+r.React
	}
}
