package ownership

import (
	"cmp"
	"slices"

	"deckplan/internal/plan"
)

// Load is what a team carries over all pipelines.
type Load struct {
	Team, Name string
	Stages     int // it is accountable for
	Pipelines  int // that these belong to
	Services   int // that use one of those pipelines
	HandOffs   int // that lead to one of its stages
	// Hours is the work of its stages in a week, in hours: the sum over its
	// stages of minutes × deployments a week of the services that use the
	// pipeline ÷ 60. Waits are not work, and a run that deploys nothing is not
	// counted.
	Hours float64
}

// Orphans are what nobody answers for or uses.
type Orphans struct {
	Stages    []plan.Stage    // without an accountable team
	Services  []plan.Service  // without a pipeline
	Pipelines []plan.Pipeline // that no service uses
}

// Survey is what all pipelines come to together.
type Survey struct {
	Loads   []Load // the heaviest first: by stages, then by hours
	Orphans Orphans
	Kinds   []plan.StageKind // that some stage has, in their order
	// Order are the services as positions in the plan: by pipeline in the
	// plan's order, and those without one last.
	Order []int
	at    map[string]int // pipelines, as positions in all
	all   []Analysis
}

// NewSurvey counts over all pipelines of a plan, as AnalyseAll gave them.
func NewSurvey(p *plan.Plan, all []Analysis) *Survey {
	s := &Survey{all: all, at: make(map[string]int, len(all))}
	for i := range all {
		s.at[all[i].Pipeline.ID] = i
	}
	deploys := make([]float64, len(all))
	s.order(p, deploys)
	s.load(p, deploys)
	used := map[plan.StageKind]bool{}
	for i := range p.Stages {
		used[p.Stages[i].Kind] = true
		if len(p.Stages[i].Accountable) == 0 {
			s.Orphans.Stages = append(s.Orphans.Stages, p.Stages[i])
		}
	}
	for _, k := range plan.StageKind("").Values() {
		if used[plan.StageKind(k)] {
			s.Kinds = append(s.Kinds, plan.StageKind(k))
		}
	}
	return s
}

func (s *Survey) order(p *plan.Plan, deploys []float64) {
	groups := make([][]int, len(s.all)+1)
	for i := range p.Services {
		at, ok := s.at[p.Services[i].Pipeline]
		if !ok {
			at = len(s.all)
			s.Orphans.Services = append(s.Orphans.Services, p.Services[i])
		} else {
			deploys[at] += p.Services[i].Deploys
		}
		groups[at] = append(groups[at], i)
	}
	s.Order = slices.Concat(groups...)
	for i := range s.all {
		if len(groups[i]) == 0 {
			s.Orphans.Pipelines = append(s.Orphans.Pipelines, s.all[i].Pipeline)
		}
	}
}

func (s *Survey) load(p *plan.Plan, deploys []float64) {
	at := make(map[string]int, len(p.Teams))
	for i, t := range p.Teams {
		at[t.ID] = i
		s.Loads = append(s.Loads, Load{Team: t.ID, Name: t.Name})
	}
	last := make([]int, len(s.Loads)) // pipeline that a team was counted for, plus one
	for n := range s.all {
		a := &s.all[n]
		for _, st := range a.Stages {
			for _, team := range st.Accountable {
				i, ok := at[team]
				if !ok {
					continue
				}
				l := &s.Loads[i]
				l.Stages++
				l.Hours += st.Minutes * deploys[n] / 60
				if last[i] != n+1 {
					last[i] = n + 1
					l.Pipelines++
					l.Services += a.Services
				}
			}
		}
		for _, e := range a.Edges {
			if i, ok := at[owner(a.Stages[e.To])]; ok && e.HandOff {
				s.Loads[i].HandOffs++
			}
		}
	}
	slices.SortStableFunc(s.Loads, func(x, y Load) int {
		return cmp.Or(cmp.Compare(y.Stages, x.Stages), cmp.Compare(y.Hours, x.Hours))
	})
}

// Pipeline gives the analysis of a service's pipeline, nil where it has none.
func (s *Survey) Pipeline(service *plan.Service) *Analysis {
	if i, ok := s.at[service.Pipeline]; ok {
		return &s.all[i]
	}
	return nil
}

// Holding says who answers for a service's stages of a kind.
type Holding string

const (
	NoStage   Holding = "none"    // its pipeline has no such stage
	OwnTeam   Holding = "own"     // the service's own team
	OtherTeam Holding = "other"   // one other team, or several for different stages
	Several   Holding = "several" // one stage has several
	Nobody    Holding = "nobody"  // one stage has none
)

// Holds gives the teams accountable for a pipeline's stages of a kind, and what
// that means for a service of a team: the gravest of the stages decides.
func (a *Analysis) Holds(kind plan.StageKind, team string) (Holding, []string) {
	h, teams := NoStage, []string(nil)
	grave := []Holding{NoStage, OwnTeam, OtherTeam, Several, Nobody}
	for _, s := range a.Stages {
		if s.Kind != kind {
			continue
		}
		is := OtherTeam
		switch {
		case len(s.Accountable) == 0:
			is = Nobody
		case len(s.Accountable) > 1:
			is = Several
		case s.Accountable[0] == team:
			is = OwnTeam
		}
		if slices.Index(grave, is) > slices.Index(grave, h) {
			h = is
		}
		for _, t := range s.Accountable {
			if name := a.index.team(t); !slices.Contains(teams, name) {
				teams = append(teams, name)
			}
		}
	}
	return h, teams
}
