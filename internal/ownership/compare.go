package ownership

import (
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Comparison sets a pipeline beside its variants.
type Comparison struct {
	Now      *Analysis
	Variants []Variant // in the order of Forms
	Advice   Form      // empty where nothing can be advised; the first reason says why
	Keep     bool      // the pipeline is arranged as advised already
	Reasons  []Reason  // the weightiest first
}

// Reason speaks for a form, or says what holds for either (For is empty).
type Reason struct {
	Note
	For Form
}

// Advised gives the variant that is advised; nil where none is, or where the
// pipeline is arranged so already.
func (c *Comparison) Advised() *Variant {
	for i := range c.Variants {
		if c.Variants[i].Form == c.Advice && !c.Keep {
			return &c.Variants[i]
		}
	}
	return nil
}

// Compare derives the variants and weighs them. What counts, in this order:
//  1. an integrated tool must be able to reach the clusters;
//  2. from so many owners on (a setting of the plan) one tool is too many
//     teams' business: split;
//  3. otherwise joining is advised where neither the reach of credentials nor
//     the gates get worse by it than they are now.
//
// Times and the number of tools are told and never decide.
func (a *Analysis) Compare(words Words) Comparison {
	c := Comparison{Now: a}
	if why := a.unready(); why != "" {
		c.Reasons = []Reason{{Note: Note{"ownership.reason." + why, nil}}}
		return c
	}
	for _, f := range Forms {
		c.Variants = append(c.Variants, a.Variant(f, words))
	}
	c.weigh()
	return c
}

// unready tells why nothing can be derived: the end of a message's id.
func (a *Analysis) unready() string {
	switch {
	case len(a.Stages) < 2:
		return "few_stages"
	case a.cyclic:
		return "cycle"
	case len(a.owners()) == 0:
		return "no_owners"
	}
	return ""
}

func (c *Comparison) weigh() {
	a, in, sp := c.Now, &c.Variants[0].Analysis, &c.Variants[1].Analysis
	target := in.Stages[0].Installation
	tool := in.index.installations[target]
	owners, limit := a.owners(), a.index.plan.About.OneToolLimit()
	cut := a.unreached(tool)
	widens, opens := a.joinWidens(target), a.joinOpens(target)
	switch {
	case cut != "" || len(owners) >= limit || widens || opens:
		c.Advice = Split
	default:
		c.Advice = Integrated
	}
	c.Keep = a.Integrated == (c.Advice == Integrated) && (c.Advice == Integrated || a.apart())

	say := func(to Form, id string, args verdict.Args) {
		c.Reasons = append(c.Reasons, Reason{Note{"ownership.reason." + id, args}, to})
	}
	if cut != "" {
		say(Split, "unreached", verdict.Args{"tool": tool.Name, "zone": cut})
	}
	if len(owners) >= limit {
		say(Split, "owners", verdict.Args{"n": len(owners), "teams": a.names(owners), "limit": limit})
	} else {
		say(Integrated, "one_owner", verdict.Args{"n": len(owners), "teams": a.names(owners), "limit": limit})
	}
	c.weighKeys(say, in, sp, tool)
	if opens {
		say(Split, "gates", verdict.Args{"tool": tool.Name, "team": a.index.team(tool.Team)})
	}
	c.weighTimes(say, in, sp)
}

// weighKeys says what one tool's keys come to in each form.
func (c *Comparison) weighKeys(say func(Form, string, verdict.Args), in, sp *Analysis, tool plan.Installation) {
	joined, apart := in.widest(), sp.widest()
	scopes := in.index.ring(tool.ID).targets()
	switch {
	case joined.all && !apart.all:
		say(Split, "all_keys", verdict.Args{"tool": tool.Name, "scopes": scopes})
	case joined.all:
		say("", "all_keys_either", verdict.Args{"tool": tool.Name})
	case joined.kinds > apart.kinds:
		say(Split, "kinds", verdict.Args{"tool": tool.Name, "n": joined.kinds, "other": apart.kinds})
	}
	switch {
	case joined.reach > apart.reach:
		say(Split, "reach", verdict.Args{"tool": joined.reacher, "n": joined.reach, "other": apart.reach})
	case joined.reach < apart.reach:
		say(Integrated, "reach_pull", verdict.Args{"tool": apart.reacher, "n": apart.reach, "other": joined.reach})
	}
}

// weighTimes says what the forms cost in time and in tools.
func (c *Comparison) weighTimes(say func(Form, string, verdict.Args), in, sp *Analysis) {
	now, one, two := c.Now.path.total(), in.path.total(), sp.path.total()
	advised := one
	if c.Advice == Split {
		advised = two
	}
	if advised < now && !c.Keep {
		say(c.Advice, "faster", verdict.Args{"now": now, "then": advised})
	}
	switch {
	case one < two:
		say(Integrated, "lead", verdict.Args{"minutes": two - one})
	case two < one:
		say(Split, "lead", verdict.Args{"minutes": one - two})
	}
	if n, m := len(in.installed()), len(sp.installed()); n < m {
		say(Integrated, "tools", verdict.Args{"n": n, "other": m})
	}
	if m := c.Now.path.mandated; m > 0 {
		say("", "mandated", verdict.Args{"wait": m})
	}
}

// unreached is the zone of clusters that the pipeline deploys to and that an
// installation has no online link to; empty where there is none, or where the
// plan does not say where one of the two is.
func (a *Analysis) unreached(in plan.Installation) string {
	for _, s := range a.Stages {
		if s.Kind != plan.Deploy {
			continue
		}
		if zone := a.index.zoneOf(s.Stage); zone != "" && a.index.near(in, zone) == 0 {
			return plan.NameOf(a.index.plan, "zones", zone)
		}
	}
	return ""
}

// apart tells whether every deployment runs on an installation that builds
// nothing.
func (a *Analysis) apart() bool {
	build := map[string]bool{"": true}
	for _, s := range a.Stages {
		if s.Kind != plan.Deploy && s.Kind != plan.Verify && s.Kind != plan.Own {
			build[s.Installation] = true
		}
	}
	for _, s := range a.Stages {
		if s.Kind == plan.Deploy && build[s.Installation] {
			return false
		}
	}
	return true
}
