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
