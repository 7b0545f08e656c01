package matrix

import (
	"cmp"
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// UsualPrice is what a tool seam and an extra tool cost where the plan has no
// stack of its own, in points of score. It is a place to begin, not advice.
const UsualPrice = 0.2

// StackStages are the stages a stack covers, in their order.
var StackStages = [3]plan.StageKind{plan.SourceBuild, plan.ContainerBuild, plan.Deploy}

// StackAnalysis is the best choice of tools for all three stages together.
//
// A stack's score is the mean of its tools' scores, a stage each; every matrix
// is taken by the weighted sum on the scale of 1 to 5, whatever method it uses
// itself. That rests on the assumption that a point means as much in one matrix
// as in another: it does where the matrices share criteria and people.
type StackAnalysis struct {
	Stack plan.Stack `json:"stack"`
	// Usual tells that the plan has no stack: first matrices, usual prices.
	Usual  bool        `json:"usual,omitempty"`
	Stages []StackPart `json:"stages"`
	// Best has the highest net score; nil where a stage has no tool.
	Best *Combination `json:"best,omitempty"`
	// Ways are the best combination for each way in which stages can share
	// tools, the best net score first, each once.
	Ways []Combination `json:"ways,omitempty"`
	// Frontier is the highest score with no seam, and with more seams wherever
	// they make it higher.
	Frontier []Combination `json:"frontier,omitempty"`
	// Other are matrices that themselves use another method or scale.
	Other []verdict.Ref `json:"other,omitempty"`
}

// StackPart is a stage with what there is to choose from.
type StackPart struct {
	Stage plan.StageKind `json:"stage"`
	// Matrix is the stage's own; its name is empty where there is none.
	Matrix  verdict.Ref `json:"matrix,omitzero"`
	Options []Pick      `json:"options"` // best first
	// Barred fail a gate, Unscored lack scores.
	Barred   []string `json:"barred,omitempty"`
	Unscored []string `json:"unscored,omitempty"`
}

// Pick is a tool in a stage.
type Pick struct {
	Tool      string      `json:"tool"` // the catalogue's identifier, or an own tool's name
	Name      string      `json:"name"`
	Candidate string      `json:"candidate"`
	Matrix    verdict.Ref `json:"matrix"` // whose score it is
	Score     float64     `json:"score"`
	// Calls tells that the tool does not do the stage's work itself but calls
	// what does.
	Calls bool `json:"calls,omitempty"`
}

// Combination is a tool for every stage.
type Combination struct {
	Picks [3]Pick `json:"picks"`
	Score float64 `json:"score"` // mean of the three
	Seams int     `json:"seams"` // adjacent stages done by different tools
	Tools int     `json:"tools"`
	Net   float64 `json:"net"` // Score less the prices
}

// Stacks works out every stack of the plan for one person (see AnalyseFor), or
// the usual one where the plan has none and its matrices cover every stage.
func Stacks(p *plan.Plan, person string) (out []StackAnalysis) {
	for _, s := range p.Stacks {
		out = append(out, stack(p, s, person))
	}
	if len(p.Stacks) > 0 {
		return out
	}
	usual := stack(p, plan.Stack{SeamPrice: UsualPrice, ToolPrice: UsualPrice}, person)
	if usual.Usual = true; usual.Best == nil {
		return nil
	}
	return []StackAnalysis{usual}
}

func stack(p *plan.Plan, s plan.Stack, person string) StackAnalysis {
	out := StackAnalysis{Stack: s}
	tables := newTables(p, person)
	integrated := tables.of(s.Integrated, plan.CompareIntegrated)
	own := [3]*Analysis{tables.of(s.Source, plan.CompareCI), tables.of(s.Image, plan.CompareBuilders), tables.of(s.Deploy, plan.CompareCD)}
	for i, stage := range StackStages {
		out.Stages = append(out.Stages, part(stage, own[i], integrated))
	}
	out.Other = tables.other
	out.choose()
	return out
}

// tables analyses the matrices of a stack once each, on the common scale.
type tables struct {
	plan   *plan.Plan
	person string
	done   map[string]*Analysis
	other  []verdict.Ref
}

func newTables(p *plan.Plan, person string) *tables {
	q := *p
	q.Matrices = slices.Clone(p.Matrices)
	return &tables{plan: &q, person: person, done: map[string]*Analysis{}}
}

// of is the matrix chosen, or the first of a purpose; nil where there is none.
func (t *tables) of(chosen string, purpose plan.MatrixPurpose) *Analysis {
	i := slices.IndexFunc(t.plan.Matrices, func(m plan.Matrix) bool {
		return m.ID == chosen || chosen == "" && m.Purpose == purpose
	})
	if i < 0 {
		return nil
	}
	m := &t.plan.Matrices[i]
	if a := t.done[m.ID]; a != nil {
		return a
	}
	before := AnalyseFor(t.plan, m.ID, t.person)
	if before.Method != plan.WeightedSum || before.Normalisation != plan.OnScale {
		t.other = append(t.other, verdict.Ref{Kind: "matrices", Key: m.ID, Name: m.Name})
		m.Method, m.Normalisation = plan.WeightedSum, plan.OnScale
		before = AnalyseFor(t.plan, m.ID, t.person)
	}
	t.done[m.ID] = &before
	return &before
}

// part collects a stage's tools: the candidates of its own matrix, with their
// scores there, and those of the integrated tools that can do the stage, with
// theirs, unless the own matrix has them too. A tool must pass the gates of the
// matrix its score is from and of the stage's own.
func part(stage plan.StageKind, own, integrated *Analysis) StackPart {
	out := StackPart{Stage: stage}
	has := map[string]bool{}
	take := func(a *Analysis, gates []Gate, fits func(Row) bool) {
		for _, r := range a.Rows {
			key := toolKey(r)
			if has[key] || !fits(r) {
				continue
			}
			has[key] = true
			barred := r.State == Out || slices.ContainsFunc(gates, func(g Gate) bool { return g.On && Judge(g.Gate, r.Tool).Result == Fails })
			switch {
			case barred:
				out.Barred = append(out.Barred, r.Name)
			case r.State != Ranked:
				out.Unscored = append(out.Unscored, r.Name)
			default:
				out.Options = append(out.Options, Pick{key, r.Name, r.Candidate.ID, verdict.Ref{Kind: "matrices", Key: a.Matrix.ID, Name: a.Matrix.Name},
					r.Total, r.Tool != nil && r.Tool.Does(stage) == catalog.Orchestrates})
			}
		}
	}
	var gates []Gate
	if own != nil {
		out.Matrix = verdict.Ref{Kind: "matrices", Key: own.Matrix.ID, Name: own.Matrix.Name}
		gates = own.Gates
		take(own, nil, func(Row) bool { return true })
	}
	if integrated != nil && integrated != own {
		take(integrated, gates, func(r Row) bool { return does(r.Tool, stage) })
	}
	slices.SortStableFunc(out.Options, func(x, y Pick) int { return cmp.Compare(y.Score, x.Score) })
	return out
}

// does tells whether a candidate for all three stages can do one; of a tool
// that the catalogue lacks the team says so by listing it.
func does(t *catalog.Tool, stage plan.StageKind) bool {
	return t == nil || t.Does(stage) == catalog.DoesIt || t.Does(stage) == catalog.Orchestrates
}

func toolKey(r Row) string {
	if r.Candidate.Tool != "" {
		return r.Candidate.Tool
	}
	return strings.ToLower(strings.TrimSpace(r.Name))
}

// sharing are the ways in which three stages can share tools: stages of the
// same letter have the same one.
var sharing = [...]string{"AAA", "AAB", "ABB", "ABA", "ABC"}

// choose finds the best combinations, exactly. For each way of sharing it takes
// the highest score if stages of the same letter must share a tool and those of
// different letters may: without that bar the letters are independent, so each
// takes its own maximum over the tools that all its stages have. What it finds
// is then judged by the tools it really has. Every combination is among those
// of the way in which it really shares, with exactly that way's price; the one
// found for the way scores at least as high, and its price is no higher, since
// tools that happen to be the same only save seams and tools and prices are
// not below 0. So no combination has a higher net score than the best found,
// nor a higher score with as few seams.
func (s *StackAnalysis) choose() {
	for _, way := range sharing {
		c, ok := s.best(way)
		if !ok {
			continue
		}
		if !slices.ContainsFunc(s.Ways, func(d Combination) bool { return d.Picks == c.Picks }) {
			s.Ways = append(s.Ways, c)
		}
	}
	if len(s.Ways) == 0 {
		return
	}
	for seams := range 3 {
		var best *Combination
		for i, c := range s.Ways {
			if c.Seams <= seams && (best == nil || c.Score > best.Score+level || c.Score > best.Score-level && c.Tools < best.Tools) {
				best = &s.Ways[i]
			}
		}
		if n := len(s.Frontier); best != nil && (n == 0 || best.Score > s.Frontier[n-1].Score+level) {
			s.Frontier = append(s.Frontier, *best)
		}
	}
	slices.SortStableFunc(s.Ways, func(x, y Combination) int {
		if d := cmp.Compare(rounded(y.Net), rounded(x.Net)); d != 0 {
			return d
		}
		return cmp.Compare(x.Tools, y.Tools)
	})
	best := s.Ways[0]
	s.Best = &best
}

// best is the combination of the highest score for a way of sharing.
func (s *StackAnalysis) best(way string) (c Combination, ok bool) {
	for _, letter := range "ABC" {
		var stages []int
		for i, l := range way {
			if l == letter {
				stages = append(stages, i)
			}
		}
		if len(stages) == 0 {
			continue
		}
		found, most := false, 0.0
		for _, first := range s.Stages[stages[0]].Options {
			picks, sum := [3]Pick{}, 0.0
			for _, i := range stages {
				at := slices.IndexFunc(s.Stages[i].Options, func(p Pick) bool { return p.Tool == first.Tool })
				if at < 0 {
					sum = -1
					break
				}
				picks[i] = s.Stages[i].Options[at]
				sum += picks[i].Score
			}
			if sum < 0 || found && sum <= most+level {
				continue
			}
			found, most = true, sum
			for _, i := range stages {
				c.Picks[i] = picks[i]
			}
		}
		if !found {
			return c, false
		}
	}
	s.price(&c)
	return c, true
}

// price counts a combination's seams and tools and works its net score out.
func (s *StackAnalysis) price(c *Combination) {
	c.Score, c.Seams, c.Tools = 0, 0, 0
	for i, p := range c.Picks {
		c.Score += p.Score / float64(len(c.Picks))
		if i > 0 && c.Picks[i-1].Tool != p.Tool {
			c.Seams++
		}
		if !slices.ContainsFunc(c.Picks[:i], func(q Pick) bool { return q.Tool == p.Tool }) {
			c.Tools++
		}
	}
	c.Net = c.Score - s.Stack.SeamPrice*float64(c.Seams) - s.Stack.ToolPrice*float64(c.Tools-1)
}
