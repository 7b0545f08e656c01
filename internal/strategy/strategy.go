// Package strategy compares the ways of rolling a service out: Recreate,
// Rolling Update, Blue/Green and Canary. From the service's traits and a few
// assumptions it follows one release under each of the four, and reads from
// that course what the release costs and what a bad version would do.
//
// A Survey is meant for every service of a large plan at each edit: it counts
// findings and words them when asked. Analyse gives one service whole.
package strategy

import (
	"slices"
	"strings"
	"sync"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Rollouts are the four strategies, in the order in which they are shown.
var Rollouts = [4]plan.Rollout{plan.Recreate, plan.RollingUpdate, plan.BlueGreen, plan.Canary}

// Fit says whether a strategy can carry a service.
type Fit int

const (
	Suits      Fit = iota // nothing speaks against it
	Doubtful              // it works at a price that another strategy does not ask
	Impossible            // the service would break
)

// String is the fit's word in messages and classes.
func (f Fit) String() string { return [...]string{"suits", "doubtful", "impossible"}[f] }

// Brief is what is kept of every service: what the plan chose, what the traits
// speak for, and what is wrong.
type Brief struct {
	At          int             // the service's place in the plan
	Key, Name   string          // of the service
	Choices     []plan.Strategy // the plan's own rows, in its order
	Recommended plan.Rollout
	Counts      [4]int // findings by severity
}

// Worst is the gravest severity of the findings; Good where there is none.
func (b *Brief) Worst() verdict.Severity {
	for s, n := range b.Counts {
		if n > 0 {
			return verdict.Severity(s)
		}
	}
	return verdict.Good
}

// Found is the number of findings.
func (b *Brief) Found() int { return b.Counts[0] + b.Counts[1] + b.Counts[2] + b.Counts[3] }

// Survey has a brief of every service, in the plan's order. The plan must not
// change while it is used.
type Survey struct {
	Briefs   []Brief
	analyser *analyser
	fleet    func() Fleet
}

// Findings words the findings of a service of the survey, the gravest first.
func (s *Survey) Findings(b *Brief) []verdict.Finding {
	var c comparison
	s.analyser.compare(&s.analyser.plan.Services[b.At], &c)
	return s.analyser.findings(b, &c)
}

// Verdict gives the findings of a service of the survey with the figures of the
// strategy that is chosen for it, the first of several.
func (s *Survey) Verdict(b *Brief) verdict.Verdict {
	var c comparison
	s.analyser.compare(&s.analyser.plan.Services[b.At], &c)
	v := verdict.Verdict{Findings: s.analyser.findings(b, &c)}
	if len(b.Choices) > 0 {
		if k := index(b.Choices[0].Choice); k >= 0 {
			v.Metrics = s.analyser.metrics(&c, k)
		}
	}
	return v
}

// Stretch is seconds of a release that are alike.
type Stretch struct {
	Second
	Lasts int // 0 for what stays
}

// Option is one strategy for one service.
type Option struct {
	Rollout     plan.Rollout
	Fit         Fit
	Rank        int // 1 for the first choice
	Recommended bool
	Chosen      bool             // in at least one environment
	Metrics     []verdict.Metric // strategy.*, times in seconds
	Reasons     []verdict.Finding
	Good, Bad   Run // the release of a good and of a bad version
}

// Run is a release that was followed.
type Run struct {
	Totals
	Stretches []Stretch
}

// At gives a second of the release; one after its end is like its last.
func (r *Run) At(second int) Second {
	i, found := slices.BinarySearchFunc(r.Stretches, second, func(s Stretch, at int) int { return s.At - at })
	if !found {
		i = max(0, i-1)
	}
	s := r.Stretches[i]
	passed := second - s.At
	if s.Lasts > 0 {
		passed = min(passed, s.Lasts)
		s.Failed += float64(passed) * (s.Refused + s.Failing)
	}
	s.At = second
	return s.Second
}

// Metric gives a figure by its id; zero where the option lacks it.
func (o *Option) Metric(id string) verdict.Metric {
	m, _ := verdict.Verdict{Metrics: o.Metrics}.Metric(id)
	return m
}

// Analysis is one service under all four strategies.
type Analysis struct {
	Brief
	Findings []verdict.Finding
	Service  plan.Service
	Replicas int     // as assumed where the plan does not say
	Load     float64 // share of the wanted replicas' capacity that it takes
	Demand   float64 // requests a second, as assumed where the plan does not say
	Room     int     // replicas that fit beside those that run, -1 if not known
	Options  [4]Option
	Segments []Segment
}

// Option gives one of the four.
func (a *Analysis) Option(r plan.Rollout) *Option {
	return &a.Options[slices.Index(Rollouts[:], r)]
}

// Span is how many seconds a picture of the releases takes: all of them, up to
// an hour.
func (a *Analysis) Span() int {
	most := 30
	for _, o := range a.Options {
		most = max(most, o.Good.End, o.Bad.End)
	}
	return min(most*21/20, 3600)
}

// NewSurvey looks at every service of a plan.
func NewSurvey(p *plan.Plan) Survey {
	if len(p.Services) == 0 {
		return Survey{}
	}
	s := Survey{Briefs: make([]Brief, len(p.Services)), analyser: newAnalyser(p)}
	s.fleet = sync.OnceValue(s.analyser.fleet)
	var c comparison
	for i := range p.Services {
		s.analyser.compare(&p.Services[i], &c)
		s.Briefs[i] = s.analyser.brief(i, &c)
	}
	return s
}

// Analyse compares the four strategies for one service; false if the plan
// lacks it.
func Analyse(p *plan.Plan, id string) (*Analysis, bool) {
	i := slices.IndexFunc(p.Services, func(s plan.Service) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	a := newAnalyser(p)
	var c comparison
	a.compare(&p.Services[i], &c)
	out := &Analysis{Brief: a.brief(i, &c), Service: p.Services[i], Replicas: c.replicas, Demand: c.demand, Load: c.load, Room: c.room, Segments: a.segments(&c)}
	out.Findings = a.findings(&out.Brief, &c)
	ranks := c.ranks()
	for k, r := range Rollouts {
		out.Options[k] = Option{Rollout: r, Fit: c.fit[k], Rank: ranks[k], Recommended: r == c.recommended,
			Chosen:  slices.ContainsFunc(out.Choices, func(s plan.Strategy) bool { return s.Choice == r }),
			Metrics: a.metrics(&c, k), Reasons: a.reasons(&c, k),
			Good: follow(c.release(k, false)), Bad: follow(c.release(k, true))}
	}
	return out, true
}

func follow(r Release) (out Run) {
	out.Totals = Simulate(r, func(s *Second, lasts int) { out.Stretches = append(out.Stretches, Stretch{*s, lasts}) })
	return out
}

// analyser is what all services of a plan have in common.
type analyser struct {
	plan         *plan.Plan
	choices      map[string][]plan.Strategy
	environments map[string]*plan.Environment
	rooms        rooms
	settings
}

// settings are the plan's values of the catalogue's parameters; times are in
// seconds, shares are fractions.
type settings struct {
	replicas                        int
	start, warm, stop               float64
	requests, load, cold            float64
	minWeight, aggression           float64
	bad, failures, detect           float64
	change, delay                   float64
	surge, unavailable              float64
	share, growth, pause, days      float64
	cpu, memory, cpuPrice, gibPrice float64
	steps                           [mostSteps]int
	first                           int // the first step in percent
}

func newAnalyser(p *plan.Plan) *analyser {
	a := &analyser{plan: p, choices: map[string][]plan.Strategy{}, environments: map[string]*plan.Environment{}}
	rows := slices.Clone(p.Strategies)
	slices.SortStableFunc(rows, func(x, y plan.Strategy) int { return strings.Compare(x.Service, y.Service) })
	for i := 0; i < len(rows); {
		j := i + 1
		for j < len(rows) && rows[j].Service == rows[i].Service {
			j++
		}
		a.choices[rows[i].Service] = rows[i:j:j]
		i = j
	}
	for i := range p.Environments {
		a.environments[p.Environments[i].ID] = &p.Environments[i]
	}
	value := func(id string) float64 { return catalog.Value(*p, id) }
	a.settings = settings{
		replicas: max(1, int(min(value("rollout_replicas"), 100_000))), start: value("rollout_start"), warm: value("rollout_warm"), stop: value("rollout_stop"),
		requests: value("rollout_requests"), load: value("rollout_load"), cold: value("rollout_cold"),
		minWeight: value("rollout_min_weight"), aggression: value("rollout_aggression"),
		bad: value("rollout_bad_share"), failures: value("rollout_detect_failures"), detect: value("rollout_detect"),
		change: value("rollout_switch"), delay: value("rollout_scale_down_delay"),
		surge: value("rollout_max_surge"), unavailable: value("rollout_max_unavailable"), share: value("rollout_canary_share"),
		growth: value("rollout_canary_growth"), pause: value("rollout_canary_pause"), days: value("rollout_budget_days"),
		cpu: value("rollout_cpu"), memory: value("rollout_memory"), cpuPrice: value("vcpu_month_price"), gibPrice: value("gib_month_price"),
	}
	for i := range a.steps {
		a.steps[i] = 100
	}
	copy(a.steps[:], Weights(a.share, a.growth))
	a.first = a.steps[0]
	a.rooms = newRooms(p, a.cpu, a.memory)
	return a
}
