package page

import (
	"math"
	"slices"
	"strconv"

	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/web/ui"
)

// PairGrid is a table of pairwise judgements: of a matrix's criteria, or of its
// candidates on one criterion.
type PairGrid struct {
	Criterion string // the candidates are compared on; empty: criteria are judged
	Things    []ui.Option
	Given     map[[2]string]float64 // by keys, in either order
	Result    *matrix.Priorities    // nil where nothing was judged
	Order     []string              // of the things in Result
}

// pairsShown bounds the things that are laid out as a grid.
const pairsShown = 20

// table is the plan's table that the judgements stand in.
func (g PairGrid) table() string {
	if g.Criterion == "" {
		return "judgements"
	}
	return "comparisons"
}

// JudgementGrid is the table of a matrix's criteria.
func JudgementGrid(p *plan.Plan, a *matrix.Analysis) PairGrid {
	g := PairGrid{Given: map[[2]string]float64{}, Result: a.Judged}
	own := map[string]bool{}
	for _, c := range a.Criteria {
		g.Things = append(g.Things, ui.Option{Value: c.ID, Label: c.Name})
		g.Order = append(g.Order, c.ID)
		own[c.ID] = true
	}
	for _, j := range p.Judgements {
		if own[j.First] && own[j.Second] {
			g.give(j.First, j.Second, j.Ratio)
		}
	}
	return g
}

// ComparisonGrid is the table of a matrix's candidates on a criterion; those
// that a gate knocked out are left aside.
func ComparisonGrid(p *plan.Plan, a *matrix.Analysis, c matrix.Criterion) PairGrid {
	g := PairGrid{Criterion: c.ID, Given: map[[2]string]float64{}, Result: c.Local, Order: c.Compared}
	rows := slices.Clone(a.Rows)
	at := map[string]int{}
	for i, candidate := range p.Candidates {
		at[candidate.ID] = i
	}
	slices.SortStableFunc(rows, func(x, y matrix.Row) int { return at[x.Candidate.ID] - at[y.Candidate.ID] })
	for _, r := range rows {
		if r.State != matrix.Out {
			g.Things = append(g.Things, ui.Option{Value: r.Candidate.ID, Label: r.Name})
		}
	}
	for _, x := range p.Comparisons {
		if x.Criterion == c.ID {
			g.give(x.First, x.Second, x.Ratio)
		}
	}
	return g
}

func (g PairGrid) give(first, second string, ratio float64) {
	g.Given[[2]string{first, second}] = ratio
	g.Given[[2]string{second, first}] = 1 / ratio
}

// weight is what a thing's judgements come to.
func (g PairGrid) weight(key string) (float64, bool) {
	i := slices.Index(g.Order, key)
	if g.Result == nil || i < 0 || i >= len(g.Result.Weights) {
		return 0, false
	}
	return g.Result.Weights[i], true
}

// name is what a thing of Result is called.
func (g PairGrid) name(i int) string {
	for _, t := range g.Things {
		if i < len(g.Order) && t.Value == g.Order[i] {
			return t.Label
		}
	}
	return ""
}

// pairSteps are the scale's steps as they are offered, the largest first.
func pairSteps() (out []string) {
	for n := 9; n > 1; n-- {
		out = append(out, strconv.Itoa(n))
	}
	out = append(out, "1")
	for n := 2; n <= 9; n++ {
		out = append(out, "1/"+strconv.Itoa(n))
	}
	return out
}

// ratioText writes a ratio as it is spoken of: 3, 1/5, or with two decimals.
func ratioText(r float64) string {
	whole := func(x float64) (string, bool) {
		n := math.Round(x)
		return strconv.FormatFloat(n, 'f', 0, 64), n >= 1 && math.Abs(x-n) < .006*n
	}
	if s, ok := whole(r); ok {
		return s
	}
	if s, ok := whole(1 / r); ok {
		return "1/" + s
	}
	if r < 1 {
		return "1/" + strconv.FormatFloat(math.Round(100/r)/100, 'f', -1, 64)
	}
	return strconv.FormatFloat(math.Round(100*r)/100, 'f', -1, 64)
}
