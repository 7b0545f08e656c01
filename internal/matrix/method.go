package matrix

import (
	"math"

	"deckplan/internal/plan"
)

// field is a matrix as numbers only: what methods, flips and the robustness
// work on. Its rows are the ranked candidates, its columns the criteria that
// weigh anything.
type field struct {
	method        plan.MatrixMethod
	rows, columns int
	value         []float64 // by row, then column
	norm          []float64 // value through the column's lens
	share         []float64 // by column, adding up to 1
	lenses        []lens
	criteria      []int // position in Analysis.Criteria by column
}

// newField takes the ranked rows' values.
func (a *Analysis) newField() *field {
	f := &field{}
	for k, c := range a.Criteria {
		if c.Share > 0 {
			f.criteria = append(f.criteria, k)
			f.share = append(f.share, c.Share)
		}
	}
	ranked := a.Ranked()
	f.rows, f.columns = len(ranked), len(f.criteria)
	f.value = make([]float64, 0, f.rows*f.columns)
	for i := range ranked {
		for _, k := range f.criteria {
			f.value = append(f.value, ranked[i].Cells[k].Value)
		}
	}
	f.norm = make([]float64, len(f.value))
	f.lenses = make([]lens, f.columns)
	return f
}

// look fits the lenses of a method and normalisation to the values and looks
// through them; what it cannot show is a fault at a column.
func (f *field) look(a *Analysis, m plan.MatrixMethod, how plan.Normalisation) *Fault {
	f.method = m
	for k := range f.columns {
		c := a.Criteria[f.criteria[k]]
		f.lenses[k] = lens{how: how, product: m == plan.WeightedProduct, own: c.Measures() || c.Local != nil, lower: c.LowerIsBetter() && c.Local == nil}
		l := &f.lenses[k]
		l.fit(f.column(k))
		if id := l.fault(); id != "" {
			return &Fault{id, c.Criterion}
		}
		for i := k; i < len(f.value); i += f.columns {
			f.norm[i] = l.of(f.value[i])
		}
	}
	return nil
}

// column is a copy of a column of values.
func (f *field) column(k int) []float64 {
	out := make([]float64, f.rows)
	for i := range out {
		out[i] = f.value[i*f.columns+k]
	}
	return out
}

// totals works out every row's figure with shares w, which add up to 1.
//
//	sum       Σ w·r
//	product   Π r^w
//	TOPSIS    d⁻/(d⁺ + d⁻), d⁺ and d⁻ the Euclidean distances of w·r from the
//	          column's best and worst (Hwang and Yoon 1981); 1 where all are alike
func (f *field) totals(w []float64) []float64 {
	out := make([]float64, f.rows)
	best, worst := f.ends()
	for i := range out {
		r := f.norm[i*f.columns : (i+1)*f.columns]
		switch f.method {
		case plan.WeightedProduct:
			for k, x := range r {
				out[i] += w[k] * math.Log(x)
			}
			out[i] = math.Exp(out[i])
		case plan.TOPSIS:
			var far, near float64
			for k, x := range r {
				p, n := w[k]*(best[k]-x), w[k]*(x-worst[k])
				far += p * p
				near += n * n
			}
			out[i] = closeness(far, near)
		default:
			for k, x := range r {
				out[i] += w[k] * x
			}
		}
	}
	return out
}

// figure is what a row of normalised values would come to beside the field's.
func (f *field) figure(norm []float64) float64 {
	one := *f
	one.norm, one.rows = norm, 1
	if f.method != plan.TOPSIS || f.rows == 0 {
		return one.totals(f.share)[0]
	}
	best, worst := f.ends()
	var far, near float64
	for k, x := range norm {
		p, n := f.share[k]*(best[k]-x), f.share[k]*(x-worst[k])
		far += p * p
		near += n * n
	}
	return closeness(far, near)
}

// spread gives the worst and best a column can hold through its lens: of scores
// 1 and 5, of measured values those there are.
func (f *field) spread(k int) (worst, best float64) {
	l := &f.lenses[k]
	if l.blank() {
		return 0, 0
	}
	low, high := l.low, l.high
	if !l.own {
		low, high = 1, 5
	} else if low > high {
		return 0, 0
	}
	x, y := l.of(low), l.of(high)
	return min(x, y), max(x, y)
}

// closeness is TOPSIS's figure from the squared distances.
func closeness(far, near float64) float64 {
	if far+near == 0 {
		return 1
	}
	far, near = math.Sqrt(far), math.Sqrt(near)
	return near / (far + near)
}

// ends are the best and the worst of each column.
func (f *field) ends() (best, worst []float64) {
	best, worst = make([]float64, f.columns), make([]float64, f.columns)
	for k := range f.columns {
		best[k], worst[k] = math.Inf(-1), math.Inf(1)
	}
	for i, x := range f.norm {
		k := i % f.columns
		best[k], worst[k] = max(best[k], x), min(worst[k], x)
	}
	return best, worst
}
