package matrix

import (
	"slices"
	"strings"
	"time"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// Aged is a fact about a candidate that asks to be looked at again.
type Aged struct {
	Fact catalog.NamedFact `json:"fact"`
	Read string            `json:"read"` // date or month it was last read
	// Months that have passed since, whole ones.
	Months int `json:"months"`
}

// Aged lists, of a row's candidate, the facts that were read so many months ago
// as the matrix allows, or more; facts that nobody knows have no age.
func (a *Analysis) Aged(r Row, now time.Time) (out []Aged) {
	if r.Tool == nil {
		return nil
	}
	for _, f := range r.Tool.Facts() {
		if n, ok := f.Fact.Age(now); f.Fact.Known() && ok && n >= a.Matrix.FactAge() {
			out = append(out, Aged{f, f.Fact.Read(), n})
		}
	}
	slices.SortStableFunc(out, func(x, y Aged) int { return strings.Compare(x.Read, y.Read) })
	return out
}

// Range gives the least and most a total can be by the matrix's method; known
// is false where that depends on the values.
func (a *Analysis) Range() (low, high float64, known bool) {
	switch {
	case a.Normalisation == plan.OnScale && a.Method != plan.TOPSIS:
		return 1, 5, true
	case a.Method == plan.TOPSIS, a.Normalisation == plan.MinMax:
		return 0, 1, true
	}
	return 0, 0, false
}
