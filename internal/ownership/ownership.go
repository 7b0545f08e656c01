// Package ownership analyses who owns which stage of a pipeline: where work
// changes hands, which tools it passes, how long it takes and waits, and what
// one tool's credentials would give away.
//
// A pipeline is integrated when one installation runs every stage, whatever
// the catalogue calls the tool; otherwise it is split. Everything here is a
// pure function of a plan.
package ownership

import (
	"slices"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Stage is a stage in its place in the pipeline.
type Stage struct {
	plan.Stage
	Lane   int    // position in Lanes
	Column int    // stages before it on the longest way from a start
	Tool   string // name of the installation, and of the builder it calls
	// Retired and Daemon say that the catalogue calls the tool or builder
	// ended, or needing a shared daemon.
	Retired, Daemon bool
}

// Lane is an owning team; the lane without a team holds what nobody owns.
type Lane struct{ Team, Name string }

// Edge leads from a stage to one that its end starts.
type Edge struct {
	From, To int     // positions in Stages
	HandOff  bool    // the accountable team changes
	Seam     bool    // the installation changes
	ByHand   bool    // a person, or nothing at all, starts the next stage
	Wait     float64 // minutes before the next stage begins, approval included
}

// Analysis is what a pipeline amounts to.
type Analysis struct {
	Pipeline   plan.Pipeline
	Stages     []Stage // each after those it follows; in the plan's order otherwise
	Lanes      []Lane  // in the order of the stages
	Edges      []Edge
	Integrated bool
	Services   int // that use the pipeline
	Verdict    verdict.Verdict
	cycle      []string
	path       path
	index      *Index
}

// Index is a plan made ready for analyses. It is never written to after
// NewIndex, so several goroutines may share it.
type Index struct {
	plan          *plan.Plan
	teams         map[string]string
	installations map[string]plan.Installation
	stages        map[string][]plan.Stage // by pipeline
	services      map[string]int          // by pipeline
}

// NewIndex reads the plan once.
func NewIndex(p *plan.Plan) *Index {
	ix := &Index{plan: p, teams: map[string]string{}, installations: map[string]plan.Installation{},
		stages: map[string][]plan.Stage{}, services: map[string]int{}}
	for _, t := range p.Teams {
		ix.teams[t.ID] = t.Name
	}
	for _, in := range p.Installations {
		ix.installations[in.ID] = in
	}
	for _, s := range p.Stages {
		ix.stages[s.Pipeline] = append(ix.stages[s.Pipeline], s)
	}
	for _, s := range p.Services {
		ix.services[s.Pipeline]++
	}
	return ix
}

// Analyse gives the verdict on one pipeline; its Pipeline is empty where the
// plan has none of that id.
func Analyse(p *plan.Plan, pipelineID string) Analysis { return NewIndex(p).Analyse(pipelineID) }

// AnalyseAll gives the verdicts on all pipelines, in the plan's order.
func AnalyseAll(p *plan.Plan) []Analysis {
	ix := NewIndex(p)
	out := make([]Analysis, len(p.Pipelines))
	for i, pl := range p.Pipelines {
		out[i] = ix.Analyse(pl.ID)
	}
	return out
}

// Analyse gives the verdict on one pipeline of the index's plan.
func (ix *Index) Analyse(pipelineID string) Analysis {
	i := slices.IndexFunc(ix.plan.Pipelines, func(p plan.Pipeline) bool { return p.ID == pipelineID })
	if i < 0 {
		return Analysis{}
	}
	a := Analysis{Pipeline: ix.plan.Pipelines[i], Services: ix.services[pipelineID], index: ix}
	a.order(ix.stages[pipelineID])
	a.connect()
	a.Integrated = a.integrated()
	a.path = a.longest()
	a.Verdict = verdict.Verdict{Metrics: a.metrics(), Findings: a.findings()}
	return a
}

// order sorts stages so that each comes after those it follows (Kahn), in the
// plan's order among equals. Stages of a cycle come last, as they stand.
func (a *Analysis) order(stages []plan.Stage) {
	at := map[string]int{}
	for i, s := range stages {
		at[s.ID] = i
	}
	column, left := make([]int, len(stages)), make([]int, len(stages))
	for i, s := range stages {
		for _, before := range s.After {
			if _, ok := at[before]; ok {
				left[i]++
			}
		}
	}
	placed := make([]bool, len(stages))
	for range stages {
		next := slices.IndexFunc(left, func(n int) bool { return n == 0 })
		if next < 0 {
			break
		}
		left[next], placed[next] = -1, true
		a.add(stages[next], column[next])
		for i, s := range stages {
			if !placed[i] && slices.Contains(s.After, stages[next].ID) {
				left[i] -= count(s.After, stages[next].ID)
				column[i] = max(column[i], column[next]+1)
			}
		}
	}
	for i, s := range stages {
		if !placed[i] {
			a.cycle = append(a.cycle, s.Name)
			a.add(s, len(a.Stages))
		}
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

func (a *Analysis) add(s plan.Stage, column int) {
	out := Stage{Stage: s, Column: column}
	team := ""
	if len(s.Accountable) > 0 {
		team = s.Accountable[0]
	}
	out.Lane = slices.IndexFunc(a.Lanes, func(l Lane) bool { return l.Team == team })
	if out.Lane < 0 {
		out.Lane = len(a.Lanes)
		a.Lanes = append(a.Lanes, Lane{team, a.index.teams[team]})
	}
	a.describe(&out)
	a.Stages = append(a.Stages, out)
}

// connect draws the edges between stages.
func (a *Analysis) connect() {
	at := map[string]int{}
	for i, s := range a.Stages {
		at[s.ID] = i
	}
	for to, s := range a.Stages {
		for _, id := range s.After {
			from, ok := at[id]
			if !ok {
				continue
			}
			before := a.Stages[from]
			a.Edges = append(a.Edges, Edge{From: from, To: to,
				HandOff: owner(before) != owner(s) && owner(before) != "" && owner(s) != "",
				Seam:    before.Installation != s.Installation,
				ByHand:  s.Trigger == plan.Manual || s.Trigger == "",
				Wait:    s.WaitMinutes + s.Approval.WaitMinutes})
		}
	}
}

// owner is the first accountable team, empty where there is none.
func owner(s Stage) string {
	if len(s.Accountable) == 0 {
		return ""
	}
	return s.Accountable[0]
}

func (a *Analysis) integrated() bool {
	if len(a.Stages) < 2 || a.Stages[0].Installation == "" {
		return false
	}
	return !slices.ContainsFunc(a.Stages, func(s Stage) bool { return s.Installation != a.Stages[0].Installation })
}

// owners are the distinct accountable teams.
func (a *Analysis) owners() (out []string) {
	for _, s := range a.Stages {
		for _, t := range s.Accountable {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// installed are the distinct installations.
func (a *Analysis) installed() (out []string) {
	for _, s := range a.Stages {
		if s.Installation != "" && !slices.Contains(out, s.Installation) {
			out = append(out, s.Installation)
		}
	}
	return out
}
