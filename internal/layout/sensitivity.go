package layout

import (
	"maps"
	"math"

	"deckplan/internal/catalog"
	"deckplan/internal/verdict"
)

// Swap is the value of an assumption at which two arrangements swap places in
// a figure.
type Swap struct {
	Assumption string // id of the catalogue's parameter
	Unit       verdict.Unit
	Now        float64 // the value the plan uses
	At         float64 // the value at which the figures are equal
	InRange    bool    // At lies between the lowest and the highest value the sources give
}

// swapSteps halves the interval in which the swap lies so often: to about a
// millionth of it.
const swapSteps = 20

// Swaps finds, for every assumption that a figure depends on, the value at
// which two arrangements have the same of it, all other assumptions left as
// they are. Values from nothing to ten times the catalogue's highest are
// looked at; of several swaps the one nearest to the present value counts.
// Assumptions without a swap are left out.
func (ix *Index) Swaps(a, b Arrangement, metric string) []Swap {
	difference := func(id string, value float64) float64 {
		other := ix.with(id, value)
		x, _ := other.figure(a, metric)
		y, _ := other.figure(b, metric)
		return x - y
	}
	var out []Swap
	for _, q := range catalog.Parameters() {
		now := ix.values[q.ID]
		low, high := 0.0, 10*math.Max(q.High, now)
		if q.Unit == verdict.Percent {
			high = 1
		}
		here := difference(q.ID, now)
		at, found := 0.0, false
		for _, end := range []float64{low, high} {
			if x, ok := root(func(v float64) float64 { return difference(q.ID, v) }, now, here, end); ok && (!found || math.Abs(x-now) < math.Abs(at-now)) {
				at, found = x, true
			}
		}
		if found {
			out = append(out, Swap{Assumption: q.ID, Unit: q.Unit, Now: now, At: at, InRange: at >= q.Low && at <= q.High})
		}
	}
	return out
}

// root finds where f changes its sign between from, where it is known, and to.
func root(f func(float64) float64, from, here, to float64) (float64, bool) {
	there := f(to)
	if here == 0 || there == 0 || math.Signbit(here) == math.Signbit(there) || math.IsNaN(there) {
		return 0, false
	}
	for range swapSteps {
		middle := (from + to) / 2
		if v := f(middle); math.Signbit(v) == math.Signbit(here) {
			from = middle
		} else {
			to = middle
		}
	}
	return (from + to) / 2, true
}

// with is the index under another value of one assumption.
func (ix *Index) with(id string, value float64) *Index {
	other := *ix
	other.values = maps.Clone(ix.values)
	other.values[id] = value
	return &other
}

// figure computes one figure of an arrangement without its findings.
func (ix *Index) figure(a Arrangement, metric string) (float64, bool) {
	m := newModel(ix, &a)
	switch metric {
	case "layout.cost":
		return m.cost().total(), true
	case "layout.blocked_hours":
		sum := 0.0
		for k, s := range ix.slots {
			sum += hoursPerYear * s.weight * m.blocked(k)
		}
		return sum, true
	}
	return 0, false
}
