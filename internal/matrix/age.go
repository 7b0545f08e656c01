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

// FactDate is when a fact was read: the latest date among its sources, else
// that of the catalogue. It is a date or a month.
func FactDate(f catalog.Fact) string {
	newest := ""
	for _, s := range f.Sources {
		newest = max(newest, s.AsOf)
	}
	if newest == "" {
		return catalog.ToolsAsOf()
	}
	return newest
}

// Aged lists, of a row's candidate, the facts that were read so many months ago
// as the matrix allows, or more; facts that nobody knows have no age.
func (a *Analysis) Aged(r Row, now time.Time) (out []Aged) {
	if r.Tool == nil {
		return nil
	}
	for _, f := range r.Tool.Facts() {
		read := FactDate(f.Fact)
		if n, ok := monthsSince(read, now); f.Fact.Known() && ok && n >= a.Matrix.FactAge() {
			out = append(out, Aged{f, read, n})
		}
	}
	slices.SortStableFunc(out, func(x, y Aged) int { return strings.Compare(x.Read, y.Read) })
	return out
}

// monthsSince counts the whole months from a date or month to now; a month
// counts from its first day.
func monthsSince(date string, now time.Time) (int, bool) {
	if len(date) == len("2006-01") {
		date += "-01"
	}
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0, false
	}
	n := (now.Year()-t.Year())*12 + int(now.Month()) - int(t.Month())
	if now.Day() < t.Day() {
		n--
	}
	return n, true
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
