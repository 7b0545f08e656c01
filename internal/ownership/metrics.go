package ownership

import (
	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// path is the critical path in minutes: the chain of stages that takes longest
// from a push to the end, and what of it is waiting.
type path struct {
	work, wait, mandated float64
	stages               []int
}

func (p path) total() float64 { return p.work + p.wait + p.mandated }

// longest finds the critical path. The time at which a stage ends is
//
//	end(s) = max over its predecessors of end(p) + wait(s) + approval(s) + minutes(s)
//
// in minutes, with every stage's usual durations as the plan states them and
// no queueing between pipelines. The wait for an approval that somebody
// mandates is kept apart from waiting that could go. Stages of a cycle are
// taken in the order they stand in, each after those before it.
func (a *Analysis) longest() path {
	ends := make([]path, len(a.Stages))
	best := path{}
	for i, s := range a.Stages {
		from := path{}
		for _, e := range a.Edges {
			if e.To == i && e.From < i && ends[e.From].total() >= from.total() {
				from = ends[e.From]
			}
		}
		p := path{work: from.work + s.Minutes, wait: from.wait + s.WaitMinutes, mandated: from.mandated,
			stages: append(append([]int{}, from.stages...), i)}
		if s.Approval.MandatedBy != "" {
			p.mandated += s.Approval.WaitMinutes
		} else {
			p.wait += s.Approval.WaitMinutes
		}
		ends[i] = p
		if p.total() >= best.total() {
			best = p
		}
	}
	return best
}

// metrics are counts and shares of the pipeline:
// hand-offs and seams are edges, owners and installations are distinct, the
// automated share is the stages that something other than a person starts over
// all stages, and the waiting share is (wait + mandated wait) / lead time.
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
		if s.Trigger != plan.Manual && s.Trigger != "" {
			automated++
		}
	}
	n, lead := float64(len(a.Stages)), a.path.total()
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
	}
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// describe fills in what the catalogue knows of a stage's tools.
func (a *Analysis) describe(s *Stage) {
	in := a.index.installations[s.Installation]
	s.Tool = in.Name
	for _, id := range []string{in.Tool, s.Builder} {
		t, ok := catalog.ToolByID(id)
		if !ok {
			continue
		}
		if id == s.Builder {
			if s.Tool != "" {
				s.Tool += ", "
			}
			s.Tool += t.Name
			s.Daemon = s.Kind == plan.ContainerBuild && t.Daemon.Value == "required"
		}
		if t.Turned != nil {
			s.Retired = true
		}
	}
	if s.Builder != "" && s.Tool == in.Name {
		if _, known := catalog.ToolByID(s.Builder); !known {
			if s.Tool != "" {
				s.Tool += ", "
			}
			s.Tool += s.Builder
		}
	}
}
