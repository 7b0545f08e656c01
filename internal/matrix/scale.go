package matrix

import "deckplan/internal/plan"

// OnScale tells whether totals are on the scale of 1 to 5.
func (a *Analysis) OnScale() bool {
	return a.Normalisation == plan.OnScale && a.Method != plan.TOPSIS
}

// Adds tells whether a candidate's total is the sum of what each criterion
// contributes, none of it below 0.
func (a *Analysis) Adds() bool {
	if a.Method != plan.WeightedSum {
		return false
	}
	for i := range a.Rows {
		for _, c := range a.Rows[i].Cells {
			if c.Contribution < 0 {
				return false
			}
		}
	}
	return true
}

// Hides tells which scores of a plan a reader does not see: other people's of
// blind matrices. It is nil where there are none. Measured figures are no
// opinion and are seen.
func Hides(p *plan.Plan, reader string) func(plan.Score) bool {
	blind := map[string]bool{}
	for _, m := range p.Matrices {
		blind[m.ID] = m.Blind
	}
	hidden := map[string]bool{}
	for _, c := range p.Criteria {
		if blind[c.Matrix] && !c.Measures() {
			hidden[c.ID] = true
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	return func(s plan.Score) bool { return hidden[s.Criterion] && (reader == "" || s.Person != reader) }
}
