package ownership

import (
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// path is the critical path in minutes: the chain of stages that takes longest
// from a push to the end, and what of it is waiting.
type path struct {
	work, wait, mandated float64
}

func (p path) total() float64 { return p.work + p.wait + p.mandated }

// longest finds the critical path. The time at which a stage ends is
//
//	end(s) = max over its predecessors of end(p) + wait(s) + approval(s) + minutes(s)
//
// in minutes, with every stage's usual durations as the plan states them and
// no queueing between pipelines. The wait for an approval that somebody
// mandates is kept apart from waiting that could go. Stages of a cycle are
// taken in the order they stand in, each after those before it. Edges come in
// the order of the stages they lead to.
func (a *Analysis) longest() path {
	starts := make([]path, len(a.Stages))
	for _, e := range a.Edges {
		if e.From >= e.To { // against the order: a cycle
			continue
		}
		if before := a.ends(starts, e.From); before.total() > starts[e.To].total() {
			starts[e.To] = before
		}
	}
	best := path{}
	for i := range a.Stages {
		if end := a.ends(starts, i); end.total() > best.total() {
			best = end
		}
	}
	return best
}

// ends is the path to the end of a stage, from the paths to the starts.
func (a *Analysis) ends(starts []path, i int) path {
	p, s := starts[i], a.Stages[i]
	wait, mandated := approval(s)
	return path{work: p.work + s.Minutes, wait: p.wait + s.WaitMinutes + wait, mandated: p.mandated + mandated}
}

// approval is the minutes a stage waits for its approval; one of the two is
// zero, and both are where no role is named: then there is no approval.
func approval(s Stage) (wait, mandated float64) {
	switch {
	case s.Approval.Role == "":
		return 0, 0
	case s.Approval.MandatedBy != "":
		return 0, s.Approval.WaitMinutes
	}
	return s.Approval.WaitMinutes, 0
}

// metrics are counts and shares of the pipeline:
// hand-offs and seams are edges, owners and installations are distinct, the
// automated share is the stages that something other than a person starts (the
// end of a stage that is not there starts nothing) over all stages, and the
// waiting share is (wait + mandated wait) / lead time, 0 where that is 0. The
// mandated wait is that part of the critical path's waiting which somebody
// demands. Key kinds and reach are those of the installation that holds most,
// through all pipelines: what taking that one tool gives (see keyring).
func (a *Analysis) metrics() []verdict.Metric {
	var handoffs, seams, automated float64
	for _, e := range a.Edges {
		if e.HandOff {
			handoffs++
		}
		if e.Seam {
			seams++
		}
	}
	for _, s := range a.Stages {
		if s.Trigger != plan.Manual && s.Trigger != "" && !a.unstarted(s) {
			automated++
		}
	}
	n, lead, w := float64(len(a.Stages)), a.path.total(), a.widest()
	stages := verdict.Input{ID: "ownership.stages", Value: n, Unit: verdict.Count}
	inputs := []verdict.Input{{ID: "ownership.work", Value: a.path.work, Unit: verdict.Minutes},
		{ID: "ownership.wait", Value: a.path.wait, Unit: verdict.Minutes},
		{ID: "ownership.mandated", Value: a.path.mandated, Unit: verdict.Minutes}}
	return []verdict.Metric{
		{ID: "ownership.handoffs", Value: handoffs, Unit: verdict.Count},
		{ID: "ownership.seams", Value: seams, Unit: verdict.Count},
		{ID: "ownership.owners", Value: float64(len(a.owners())), Unit: verdict.Count},
		{ID: "ownership.installations", Value: float64(len(a.installed())), Unit: verdict.Count},
		{ID: "ownership.automated", Value: share(automated, n), Unit: verdict.Percent,
			Inputs: []verdict.Input{{ID: "ownership.started", Value: automated, Unit: verdict.Count}, stages}},
		{ID: "ownership.lead", Value: lead, Unit: verdict.Minutes, Inputs: inputs},
		{ID: "ownership.waiting", Value: share(a.path.wait+a.path.mandated, lead), Unit: verdict.Percent, Inputs: inputs},
		{ID: "ownership.mandated", Value: a.path.mandated, Unit: verdict.Minutes},
		{ID: "ownership.keys", Value: float64(w.kinds), Unit: verdict.Count, Cause: w.keeper,
			Inputs: []verdict.Input{{ID: "ownership.pairs", Value: float64(w.scopes), Unit: verdict.Count}}},
		{ID: "ownership.reach", Value: float64(w.reach), Unit: verdict.Count, Cause: w.reacher,
			Inputs: []verdict.Input{{ID: "ownership.clusters", Value: float64(len(a.index.plan.Clusters)), Unit: verdict.Count}}},
	}
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// describe fills in what the catalogue knows of a stage's tools. A builder that
// the catalogue does not know is shown by the word the plan has for it.
func (a *Analysis) describe(s *Stage) {
	in := a.index.installations[s.Installation]
	names := []string{}
	if in.Name != "" {
		names = append(names, in.Name)
	}
	if s.Builder != "" && s.Builder != in.Tool {
		name := s.Builder
		if t := toolOf(s.Builder); t != nil {
			name = t.Name
		}
		names = append(names, name)
	}
	s.Tool = strings.Join(names, ", ")
	for _, t := range a.tools(*s) {
		s.Retired = s.Retired || ended(t)
	}
	s.Daemon = s.Kind == plan.ContainerBuild && a.builder(*s).Daemon.Value == "required"
}

// tools are the catalogue's entries for a stage's installation and builder.
func (a *Analysis) tools(s Stage) (out []*catalog.Tool) {
	for _, id := range []string{a.index.installations[s.Installation].Tool, s.Builder} {
		if t := a.tool(id); t != nil && (len(out) == 0 || out[0].ID != id) {
			out = append(out, t)
		}
	}
	return out
}

// builder is what builds a stage's image: the builder, else the installation's
// own tool. It is empty where the catalogue does not know it.
func (a *Analysis) builder(s Stage) *catalog.Tool {
	id := s.Builder
	if id == "" {
		id = a.index.installations[s.Installation].Tool
	}
	if t := a.tool(id); t != nil {
		return t
	}
	return &catalog.Tool{}
}

// tool gives a tool as the plan knows it, nil where nothing is known of it.
func (a *Analysis) tool(id string) *catalog.Tool {
	if p := a.index.plan; len(p.ToolFacts) > 0 {
		if t, ok := catalog.ToolIn(p, id); ok {
			return &t
		}
		return nil
	}
	return toolOf(id)
}

// ended tells whether a project is over; one that was only renamed is not.
func ended(t *catalog.Tool) bool {
	return t.Maintenance.Value == "archived" || t.Maintenance.Value == "continued_elsewhere"
}
