package strategy

import (
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// sink counts what the rules find, and words it where out is given. It is a
// struct and not a function so that counting allocates nothing.
type sink struct {
	a      *analyser
	c      *comparison
	counts [4]int
	out    *[]verdict.Finding
}

// add takes a finding where when holds. args may be nil, and row is nil where
// the service has no choice.
func (k *sink) add(when bool, row *plan.Strategy, id string, s verdict.Severity, source string, args func() verdict.Args) {
	if !when {
		return
	}
	k.counts[s]++
	if k.out == nil {
		return
	}
	var with verdict.Args
	if args != nil {
		with = args()
	}
	*k.out = append(*k.out, k.a.finding(k.c, row, id, s, with, source))
}

// brief counts what is found of a service, without wording it.
func (a *analyser) brief(at int, c *comparison) Brief {
	b := Brief{At: at, Key: c.service.ID, Name: c.service.Name, Choices: a.choices[c.service.ID], Recommended: c.recommended}
	k := sink{a: a, c: c}
	a.rules(b.Choices, c, &k)
	b.Counts = k.counts
	return b
}

// findings words what is found of a service, the gravest first.
func (a *analyser) findings(b *Brief, c *comparison) (out []verdict.Finding) {
	a.rules(b.Choices, c, &sink{a: a, c: c, out: &out})
	slices.SortStableFunc(out, func(x, y verdict.Finding) int { return int(x.Severity) - int(y.Severity) })
	return out
}

// rules judges what the plan chose for a service.
func (a *analyser) rules(choices []plan.Strategy, c *comparison, found *sink) {
	if len(choices) == 0 {
		a.unchosen(c, found)
	}
	for i := range choices {
		row := &choices[i]
		twice := slices.ContainsFunc(choices[:i], func(s plan.Strategy) bool { return s.Environment == row.Environment })
		found.add(twice, row, "strategy.finding.twice", verdict.Warning, "", nil)
		if !twice {
			a.judge(c, row, found)
		}
	}
}

// finding makes a finding about the service, or about one of its choices.
func (a *analyser) finding(c *comparison, row *plan.Strategy, id string, s verdict.Severity, args verdict.Args, source string) verdict.Finding {
	if args == nil {
		args = verdict.Args{}
	}
	args["service"] = c.service.Name
	f := verdict.Finding{ID: id, Severity: s, Args: args, Sources: catalog.StrategySources(source),
		About: []verdict.Ref{{Kind: "services", Key: c.service.ID, Name: c.service.Name}}}
	if row != nil {
		args["choice"] = string(row.Choice)
		if e := a.environments[row.Environment]; e != nil {
			args["service"] = c.service.Name + " (" + e.Name + ")"
		}
		f.About = append(f.About, verdict.Ref{Kind: "strategies", Key: row.ID, Name: c.service.Name})
	}
	return f
}

// routers names some of what splits traffic by weight and is maintained.
func routers() string {
	var names []string
	for _, r := range catalog.Routers() {
		if !r.Retired && len(names) < 4 {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ", ")
}

// unchosen judges a service without a choice: Kubernetes then takes its own
// default, the rolling update.
func (a *analyser) unchosen(c *comparison, found *sink) {
	var times float64
	if c.service.Traits.ErrorBudget > 0 {
		times = c.spent(1)
	}
	switch {
	case c.fit[1] == Impossible && c.service.Traits.Alone:
		found.add(true, nil, "strategy.finding.default_breaks", verdict.Warning, "default_strategy", nil)
	case c.fit[1] == Impossible:
		found.add(true, nil, "strategy.finding.default_no_room", verdict.Warning, "doubled", nil)
	case times > 1:
		found.add(true, nil, "strategy.finding.default_spends", verdict.Warning, "default_strategy", func() verdict.Args {
			return verdict.Args{"times": times, "budget": c.service.Traits.ErrorBudget}
		})
	case c.service.Criticality >= 4:
		found.add(true, nil, "strategy.finding.undecided", verdict.Note, "", func() verdict.Args {
			return verdict.Args{"criticality": c.service.Criticality, "choice": string(c.recommended)}
		})
	}
}

// judge judges one choice.
func (a *analyser) judge(c *comparison, row *plan.Strategy, found *sink) {
	k := index(row.Choice)
	if k < 0 {
		return
	}
	t := &c.service.Traits
	if c.fit[k] == Impossible {
		switch {
		case t.Alone:
			found.add(true, row, "strategy.finding.impossible", verdict.Error, string(row.Choice), nil)
		case c.noStep(row.Choice):
			found.add(true, row, "strategy.finding.no_step", verdict.Error, "canary_by_pods", nil)
		default:
			found.add(true, row, "strategy.finding.no_room", verdict.Error, "doubled", func() verdict.Args {
				return verdict.Args{"needs": c.needs(row.Choice), "room": c.room}
			})
		}
		return
	}
	before := found.counts
	found.add(row.Segment != "" && !t.Splits(), row, "strategy.finding.segment", verdict.Error, "segments", func() verdict.Args {
		return verdict.Args{"segment": string(row.Segment), "routers": routers()}
	})
	found.add(row.Choice == plan.Canary && !t.Splits() && c.first() > a.share+1e-9, row, "strategy.finding.by_replicas", verdict.Warning, "canary_by_pods", func() verdict.Args {
		return verdict.Args{"step": c.first(), "replicas": c.replicas, "share": a.share, "routers": routers()}
	})
	found.add(row.Choice == plan.BlueGreen && t.Stateful, row, "strategy.finding.state_twice", verdict.Warning, "doubled", nil)
	found.add(row.Choice == plan.BlueGreen && c.gone(), row, "strategy.finding.way_back_gone", verdict.Warning, "scale_down_delay", func() verdict.Args {
		b := c.bad(k)
		return verdict.Args{"delay": a.delay, "detect": b.Alarm - b.First, "back": b.Rollback}
	})
	if row.Choice == plan.Recreate {
		time := float64(c.good(k).Down)
		found.add(!t.Alone && c.service.Weight() >= 4, row, "strategy.finding.taken_down", verdict.Warning, "recreate", func() verdict.Args {
			return verdict.Args{"time": time, "criticality": c.service.Weight()}
		})
		down := time * c.service.Deploys * a.days / 7
		found.add(t.ErrorBudget > 0 && down > c.budget(), row, "strategy.finding.downtime_spends", verdict.Warning, "recreate", func() verdict.Args {
			return verdict.Args{"time": down, "budget": t.ErrorBudget, "allowed": c.budget(), "days": a.days}
		})
	}
	found.add(t.ErrorBudget > 0 && c.spent(k) > 1, row, "strategy.finding.budget", verdict.Warning, string(row.Choice), func() verdict.Args {
		return verdict.Args{"times": c.spent(k), "budget": t.ErrorBudget, "bad": c.lost(k)}
	})
	e := a.environments[row.Environment]
	found.add(t.OnlyProduction && e != nil && e.Tier != "" && e.Tier != plan.Production && !catalog.Native(row.Choice),
		row, "strategy.finding.tried_elsewhere", verdict.Note, "", nil)
	quiet := found.counts == before
	found.add(quiet && row.Choice == c.recommended, row, "strategy.finding.fits", verdict.Good, string(row.Choice), nil)
	found.add(quiet && row.Choice != c.recommended, row, "strategy.finding.differs", verdict.Note, string(row.Choice), func() verdict.Args {
		return verdict.Args{"recommended": string(c.recommended), "bad": c.lost(k), "least": c.lost(index(c.recommended))}
	})
}
