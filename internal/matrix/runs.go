package matrix

import (
	"math"
	"slices"

	"deckplan/internal/plan"
)

// Run is one method with one normalisation on the matrix's values.
type Run struct {
	Method        plan.MatrixMethod  `json:"method"`
	Normalisation plan.Normalisation `json:"normalisation"`
	Chosen        bool               `json:"chosen,omitempty"`  // it is the matrix's own
	Fault         *Fault             `json:"fault,omitempty"`   // it has no answer
	Totals        []float64          `json:"totals,omitempty"`  // by ranked row
	Leaders       []int              `json:"leaders,omitempty"` // ranked rows that lead, level ones together
}

// runs carries out every method with every normalisation that suits it and
// says something of its own here: values as given only where they are chosen,
// the scale only where something is scored on it.
func (a *Analysis) runs(f *field) (out []Run) {
	scored := a.usual(plan.WeightedSum) == plan.OnScale
	for _, m := range plan.MatrixMethod("").Values() {
		method := plan.MatrixMethod(m)
		for _, how := range Normalisations(method) {
			chosen := method == a.Method && how == a.Normalisation
			if !chosen && (how == plan.AsGiven || how == plan.OnScale && !scored) {
				continue
			}
			r := Run{Method: method, Normalisation: how, Chosen: chosen}
			if r.Fault = f.look(a, method, how); r.Fault == nil {
				r.Totals = f.totals(f.share)
				r.Leaders = leading(r.Totals)
			}
			out = append(out, r)
		}
	}
	return out
}

// leading gives the positions of the largest totals, level ones together.
func leading(totals []float64) (out []int) {
	best := math.Inf(-1)
	for _, t := range totals {
		best = max(best, rounded(t))
	}
	for i, t := range totals {
		if rounded(t) == best {
			out = append(out, i)
		}
	}
	return out
}

// Dissent gives the runs that lead with none of the rows that lead the
// matrix's own.
func (a *Analysis) Dissent() (out []Run) {
	for _, r := range a.Runs {
		if len(r.Leaders) > 0 && !slices.ContainsFunc(r.Leaders, func(i int) bool { return a.Rows[i].Rank == 1 }) {
			out = append(out, r)
		}
	}
	return out
}
