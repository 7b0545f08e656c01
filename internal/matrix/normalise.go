package matrix

import (
	"math"
	"slices"

	"deckplan/internal/plan"
)

// Normalisations lists those that suit a method; its usual one, where a matrix
// names none, is that of usual. The product has no min–max and no vector: the
// first always makes a 0 that wipes out the rest, the second is no ratio where
// lower is better; the sum would only repeat the maximum's order.
func Normalisations(m plan.MatrixMethod) []plan.Normalisation {
	if m == plan.WeightedProduct {
		return []plan.Normalisation{plan.OnScale, plan.AsGiven, plan.ByMax}
	}
	return []plan.Normalisation{plan.OnScale, plan.AsGiven, plan.MinMax, plan.ByMax, plan.BySum, plan.ByVector}
}

// usual is the normalisation of a method where none is chosen. With TOPSIS it
// is vector (Hwang and Yoon 1981). Otherwise the scale of 1 to 5 while people
// score anything on it; without scores, values as they are where all columns
// are priorities of compared candidates (AHP's distributive mode for the sum),
// else min–max for the sum and the maximum for the product.
func (a *Analysis) usual(m plan.MatrixMethod) plan.Normalisation {
	if m == plan.TOPSIS {
		return plan.ByVector
	}
	scored, measured := false, false
	for _, c := range a.Criteria {
		if c.Share > 0 {
			scored = scored || !c.Measures() && c.Local == nil
			measured = measured || c.Measures() && c.Local == nil
		}
	}
	switch {
	case scored || !measured && !a.compared():
		return plan.OnScale
	case !measured:
		return plan.AsGiven
	case m == plan.WeightedProduct:
		return plan.ByMax
	}
	return plan.MinMax
}

func (a *Analysis) compared() bool {
	return slices.ContainsFunc(a.Criteria, func(c Criterion) bool { return c.Local != nil && c.Share > 0 })
}

// Fault says why a method cannot be worked out: Criterion has values that it
// has no answer for. ID is the message matrix.fault.ID.
type Fault struct {
	ID        string         `json:"id"` // negative, zero or unsuited
	Criterion plan.Criterion `json:"criterion,omitzero"`
}

// lens makes one column's values comparable with other columns'. What comes out
// is better the higher, whichever way the values went in.
//
// With x a value, and lowest, highest, sum and length (√Σx²) those of the
// column of ranked candidates:
//
//	            higher is better       lower is better
//	scale       x; measured            6 − x; measured
//	            1 + 4·min–max          1 + 4·min–max
//	none        x                      −x; 1/x for the product
//	min_max     (x − lowest)/range     (highest − x)/range
//	max         x/highest              lowest/x
//	sum         x/sum                  (1/x)/Σ(1/x)
//	vector      x/length               1 − x/length
//
// A column in which all are alike tells nobody apart: min–max makes it 1 and
// the scale 5 where it is measured; a column of zeros is 1. (C.-L. Hwang and
// K. Yoon, Multiple Attribute Decision Making, Springer 1981; N. Vafaei,
// R. A. Ribeiro and L. M. Camarinha-Matos, Normalization techniques for
// multi-criteria decision making, DoCEIS 2016.)
type lens struct {
	how                             plan.Normalisation
	product, lower, own             bool // own: not scored on 1 to 5
	low, high, sum, inverse, length float64
}

// fit takes a column's values in.
func (l *lens) fit(column []float64) {
	l.low, l.high, l.sum, l.inverse, l.length = math.Inf(1), math.Inf(-1), 0, 0, 0
	for _, x := range column {
		l.low, l.high = min(l.low, x), max(l.high, x)
		l.sum += x
		l.length += x * x
	}
	l.length = math.Sqrt(l.length)
	if l.how == plan.BySum && l.lower {
		for _, x := range column {
			l.inverse += 1 / x
		}
	}
}

// fault says what of the column's values the lens cannot show; it is empty
// where it can show them all.
func (l *lens) fault() string {
	ratios := l.how == plan.ByMax || l.how == plan.BySum || l.product && l.how == plan.AsGiven
	switch {
	case !ratios || l.low > l.high: // no values
		return ""
	case l.low < 0:
		return "negative"
	case l.lower && l.low == 0 && l.high > 0:
		return "zero"
	}
	return ""
}

// blank tells that the lens has seen nothing to go by and needs to.
func (l *lens) blank() bool {
	byItself := l.how == plan.AsGiven || l.how == plan.OnScale && !l.own
	return l.low > l.high && !byItself
}

func (l *lens) of(x float64) float64 {
	switch l.how {
	case plan.OnScale:
		switch {
		case l.own:
			return 1 + 4*l.between(x)
		case l.lower:
			return 6 - x
		}
		return x
	case plan.MinMax:
		return l.between(x)
	case plan.ByMax:
		if l.high == 0 {
			return 1
		}
		if l.lower {
			return l.low / x
		}
		return x / l.high
	case plan.BySum:
		if l.high == 0 && l.low == 0 {
			return 1
		}
		if l.lower {
			return 1 / x / l.inverse
		}
		return x / l.sum
	case plan.ByVector:
		if l.length == 0 {
			return 1
		}
		if l.lower {
			return 1 - x/l.length
		}
		return x / l.length
	}
	switch {
	case l.lower && l.product && l.high == 0:
		return 1
	case l.lower && l.product:
		return 1 / x
	case l.lower:
		return -x
	}
	return x
}

func (l *lens) between(x float64) float64 {
	span := l.high - l.low
	if !(span > 0) { // one value, or none
		return 1
	}
	if l.lower {
		return (l.high - x) / span
	}
	return (x - l.low) / span
}
