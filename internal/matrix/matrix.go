// Package matrix compares tools for a purpose: gates knock candidates out by
// the catalogue's facts, people score the rest on weighted criteria, and the
// verdict says who leads, by how much, and how little it takes to change that.
//
// A fact nobody knows neither passes a gate nor fails it: the candidate stays
// in the ranking and the question stays open.
package matrix

import (
	"cmp"
	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// State says where a candidate stands.
type State string

const (
	Ranked     State = "ranked"     // every criterion that weighs anything has a score
	Incomplete State = "incomplete" // some score is missing, nothing weighs anything, or the method has no answer
	Out        State = "out"        // a gate knocked it out
)

// Analysis is a matrix worked out. It is empty (Matrix.ID is "") for a matrix
// that the plan lacks.
type Analysis struct {
	Matrix plan.Matrix `json:"matrix"`
	// Method and Normalisation are those in force, chosen or usual.
	Method        plan.MatrixMethod  `json:"method"`
	Normalisation plan.Normalisation `json:"normalisation"`
	// Fault says why the method has no answer for the values; nothing is ranked then.
	Fault *Fault `json:"fault,omitempty"`
	// Judged is what the pairwise judgements of criteria come to, by position in
	// Criteria; nil unless the matrix weighs by them.
	Judged   *Priorities `json:"judged,omitempty"`
	Criteria []Criterion `json:"criteria"`
	Rows     []Row       `json:"rows"`  // ranked ones best first, then incomplete ones, then those out
	Gates    []Gate      `json:"gates"` // every kind of gate, in force or not
	Flip     *Flip       `json:"flip,omitempty"`
	// Flips has the smallest change of each weight that changes the leader, for
	// the criteria where there is one.
	Flips []Flip `json:"flips,omitempty"`
	// Runs are all methods with their normalisations on the same values.
	Runs []Run `json:"runs,omitempty"`
	// Blind tells that scores are hidden: only those of Reader count here, and
	// the verdict says nothing of who leads.
	Blind  bool   `json:"blind,omitempty"`
	Reader string `json:"reader,omitempty"`
	// People is the number of people who scored anything.
	People  int             `json:"people"`
	Verdict verdict.Verdict `json:"verdict"`
}

// Criterion is a criterion with its share of the result, a fraction; the
// shares of a matrix add up to 1, or are all 0 where nothing weighs anything.
type Criterion struct {
	plan.Criterion
	Share float64 `json:"share"`
	// Local is what comparisons of candidates on this criterion come to; its
	// priorities then stand for the scores. Compared are the candidates, by
	// position in it.
	Local    *Priorities `json:"local,omitempty"`
	Compared []string    `json:"compared,omitempty"`
}

// Row is a candidate's line.
type Row struct {
	Candidate plan.Candidate `json:"candidate"`
	Name      string         `json:"name"`
	// Tool is the catalogue's tool, nil for one that the catalogue lacks.
	Tool  *catalog.Tool `json:"-"`
	State State         `json:"state"`
	// Rank counts from 1, level candidates have the same; 0 unless ranked.
	Rank int  `json:"rank,omitempty"`
	Tied bool `json:"tied,omitempty"`
	// Total is the method's figure, for a weighted sum that of the cells'
	// contributions. Low and High are what it would be if every missing score
	// were the worst or the best: 1 or 5, of measured values those of the ranked
	// candidates.
	Total   float64 `json:"total"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Missing int     `json:"missing,omitempty"` // criteria of some weight without a score
	Cells   []Cell  `json:"cells"`             // in the order of Analysis.Criteria
	// Outcomes has one entry for each gate in force.
	Outcomes []Outcome `json:"outcomes,omitempty"`
}

// Cell is what people say of a candidate on one criterion.
type Cell struct {
	People int `json:"people"` // who scored it, hidden ones included
	// Value is what counts: the mean or median of the scores, or the priority
	// from comparisons. Known tells that there is one.
	Value float64 `json:"value"`
	Known bool    `json:"known"`
	// Normalised is Value made comparable, better the higher.
	Normalised   float64 `json:"normalised"`
	Mean         float64 `json:"mean,omitempty"` // 0 where nobody scored
	Low          float64 `json:"low,omitempty"`
	High         float64 `json:"high,omitempty"`
	LowBy        string  `json:"lowBy,omitempty"` // the first person who gave it
	HighBy       string  `json:"highBy,omitempty"`
	Contribution float64 `json:"contribution"` // Normalised × the criterion's share; to its power for the product
	// Scores are positions in the plan's Scores.
	Scores []int `json:"-"`
	seen   int   // scores that count
}

// Spread is the distance between the highest and the lowest score.
func (c Cell) Spread() float64 { return c.High - c.Low }

// Ref names the row's candidate.
func (r Row) Ref() verdict.Ref {
	return verdict.Ref{Kind: "candidates", Key: r.Candidate.ID, Name: r.Name}
}

// Analyse works out the plan's matrix matrixID for readers in general: of a
// blind matrix it shows nobody's scores.
func Analyse(p *plan.Plan, matrixID string) Analysis { return AnalyseFor(p, matrixID, "") }

// AnalyseFor works it out for one person, who sees their own scores of a blind
// matrix; of any other matrix everybody sees all.
func AnalyseFor(p *plan.Plan, matrixID, person string) Analysis {
	var a Analysis
	for _, m := range p.Matrices {
		if m.ID == matrixID {
			a.Matrix = m
		}
	}
	if a.Matrix.ID == "" {
		return a
	}
	a.Blind, a.Reader = a.Matrix.Blind, person
	for _, c := range p.Criteria {
		if c.Matrix == matrixID {
			a.Criteria = append(a.Criteria, Criterion{Criterion: c})
		}
	}
	for _, c := range p.Candidates {
		if c.Matrix == matrixID {
			a.Rows = append(a.Rows, newRow(p, c, len(a.Criteria)))
		}
	}
	a.share(p.Judgements)
	a.tally(p.Scores)
	a.compare(p.Comparisons)
	a.state()
	a.Gates = gates(p, a.Matrix)
	a.judge()
	a.rank()
	a.Verdict = verdict.Verdict{Metrics: a.metrics(), Findings: a.findings()}
	return a
}

func newRow(p *plan.Plan, c plan.Candidate, criteria int) Row {
	r := Row{Candidate: c, Name: NameOf(c), Cells: make([]Cell, criteria)}
	if t, ok := catalog.ToolIn(p, cmp.Or(c.Tool, c.Name)); ok {
		r.Tool = &t
	}
	return r
}

// NameOf gives what a candidate is called: its own name, else its tool's.
func NameOf(c plan.Candidate) string {
	t, _ := catalog.ToolByID(c.Tool)
	return cmp.Or(c.Name, t.Name, c.Tool, c.ID)
}

// Ranked gives the ranked rows, best first.
func (a *Analysis) Ranked() []Row { return a.Rows[:a.count(Ranked)] }

// Winner gives the leader, and whether there is one that leads alone.
func (a *Analysis) Winner() (Row, bool) {
	if r := a.Ranked(); len(r) > 0 {
		return r[0], !r[0].Tied
	}
	return Row{}, false
}

func (a *Analysis) count(s State) (n int) {
	for i := range a.Rows {
		if a.Rows[i].State == s {
			n++
		}
	}
	return n
}
