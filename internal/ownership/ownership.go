// Package ownership analyses who owns which stage of a pipeline: where work
// changes hands, which tools it passes, how long it takes and waits, and what
// one tool's credentials would give away.
//
// A pipeline is integrated when one installation runs every stage, whatever
// the catalogue calls the tool; otherwise it is split. A single stage on an
// installation is integrated too: nothing of it is apart.
//
// A change of owner to or from nobody is no hand-off, and a change to or from
// an unset installation is no seam: the plan does not say yet what is there,
// and findings ask for it. Of several accountable teams the first counts.
// Everything here is a pure function of a plan.
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
	// Retired says that the tool's or builder's project has ended, Daemon that
	// what builds the image needs a daemon.
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
	Wait     float64 // minutes before the next stage begins, an approval included
	Mandated float64 // minutes of it that an approval takes which somebody demands
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
	cyclic     bool // order could not place every stage
	path       path
	index      *Index
}

// Index is a plan made ready for analyses. It is never written to after
// NewIndex, so several goroutines may share it.
type Index struct {
	plan          *plan.Plan
	teams         map[string]string
	installations map[string]plan.Installation
	pipelines     map[string]plan.Pipeline
	stages        map[string][]plan.Stage // by pipeline
	known         map[string]bool         // stages, of any pipeline
	services      map[string]int          // by pipeline
	keys          map[string]*keyring     // by installation; never nil where a stage names it
	online        map[string]bool         // zones that reach the internet
	links         map[[2]string]bool      // online, from zone to zone
	places        map[string][]int        // what a scope may say, in lower case → clusters, as positions in the plan
}

// NewIndex reads the plan once.
func NewIndex(p *plan.Plan) *Index {
	ix := &Index{plan: p, teams: map[string]string{}, installations: map[string]plan.Installation{},
		pipelines: map[string]plan.Pipeline{}, stages: map[string][]plan.Stage{}, known: map[string]bool{},
		services: map[string]int{}, keys: map[string]*keyring{}, online: map[string]bool{}, links: map[[2]string]bool{}}
	for _, t := range p.Teams {
		ix.teams[t.ID] = t.Name
	}
	for _, in := range p.Installations {
		ix.installations[in.ID] = in
	}
	for _, pl := range p.Pipelines {
		ix.pipelines[pl.ID] = pl
	}
	for _, s := range p.Stages {
		ix.stages[s.Pipeline] = append(ix.stages[s.Pipeline], s)
		ix.known[s.ID] = true
	}
	ix.places = placesOf(p)
	for i := range p.Stages {
		ix.hold(&p.Stages[i])
	}
	for _, s := range p.Services {
		ix.services[s.Pipeline]++
	}
	for _, z := range p.Zones {
		ix.online[z.ID] = z.Internet
	}
	for _, l := range p.Links {
		to := slices.IndexFunc(p.Zones, func(z plan.Zone) bool { return z.ID == l.To })
		if l.Kind == plan.Online {
			ix.links[[2]string{l.From, l.To}] = true
		}
		if l.Kind == plan.Online && to >= 0 && p.Zones[to].Internet {
			ix.online[l.From] = true
		}
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
	pl, ok := ix.pipelines[pipelineID]
	if !ok {
		return Analysis{}
	}
	a := Analysis{Pipeline: pl, Services: ix.services[pipelineID], index: ix}
	a.order(ix.stages[pipelineID])
	a.connect()
	a.Integrated = a.integrated()
	a.path = a.longest()
	a.Verdict = verdict.Verdict{Metrics: a.metrics(), Findings: a.findings()}
	return a
}

// team is a team's name, or its key where the plan has lost it.
func (ix *Index) team(id string) string {
	if name := ix.teams[id]; name != "" {
		return name
	}
	return id
}

// owner is the first accountable team, empty where there is none.
func owner(s Stage) string {
	if len(s.Accountable) == 0 {
		return ""
	}
	return s.Accountable[0]
}

func (a *Analysis) integrated() bool {
	if len(a.Stages) == 0 || a.Stages[0].Installation == "" {
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
