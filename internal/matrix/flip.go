package matrix

import (
	"math"
	"slices"

	"deckplan/internal/plan"
)

// maxWeight is the largest weight that a plan holds.
const maxWeight = 1000

// Flip is the smallest change of one weight, all others as they are, after
// which another candidate leads.
type Flip struct {
	Criterion plan.Criterion `json:"criterion"`
	Rival     Row            `json:"-"` // who leads then
	RivalID   string         `json:"rival"`
	// Points is the change of the weight at which the two are level: any
	// change further in that direction makes the rival lead. Where the weights
	// come from judgements it is in shares, before they add up to 1 again.
	Points float64 `json:"points"`
	// From and To are the criterion's share now and at that point.
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// flips finds for each criterion the flip of the leader, by formula. Let w be
// the weights, W their sum, and for the leader L and a rival R
//
//	d[c] = g[L][c] − g[R][c],   S = Σ w[c]·d[c]  (above 0, for L leads)
//
// with g the normalised values for the sum and their logarithms for the
// product. With the weight of criterion k changed by δ, L leads R by
//
//	(S + δ·d[k]) / (W + δ),
//
// whose sign is that of S + δ·d[k] while W + δ > 0. So they are level at
//
//	δ = −S / d[k]
//
// and R leads beyond it: by a rise where R is the better on k, by a fall where
// it is the worse. For TOPSIS let x be the square of the weight of k, and for
// each row far = A⁺ + x·E⁺ and near = A⁻ + x·E⁻ its squared distances from the
// best and the worst, A without k. W cancels out of the figure, L leads R
// while near(L)·far(R) − near(R)·far(L) > 0, and they are level at the roots
// of that quadratic in x.
//
// A change counts only if the weight can go beyond that point and stay within
// 0 and 1000. The smallest |δ| over every rival is the criterion's flip;
// whoever is met first when moving one weight leads first, so no other change
// that small changes the leader. Among rivals met at the same point the one
// that draws away faster leads just beyond it.
//
// There are none where two lead together or nobody is ranked beside the leader.
func (f *field) flips(a *Analysis) (out []Flip) {
	ranked := a.Ranked()
	if len(ranked) < 2 || ranked[0].Tied {
		return nil
	}
	f = a.wholeField()
	w := make([]float64, f.columns)
	sum := 0.0
	for k, at := range f.criteria {
		if w[k] = max(0, a.Criteria[at].Weight); a.Judged != nil {
			w[k] = a.Criteria[at].Share
		}
		sum += w[k]
	}
	var leads []leads
	for r := 1; r < f.rows; r++ {
		leads = append(leads, f.lead(r, w))
	}
	for k, at := range f.criteria {
		best, rival, pace := 0.0, 0, 0.0
		for r := range leads {
			for _, x := range leads[r].level(k, w[k]) {
				delta := x.weight - w[k]
				if x.weight < level || x.weight > maxWeight-level {
					continue
				}
				nearer := rival == 0 || math.Abs(delta) < math.Abs(best)-level
				same := rival != 0 && math.Abs(math.Abs(delta)-math.Abs(best)) <= level
				if nearer || same && x.pace > pace {
					best, rival, pace = delta, r+1, x.pace
				}
			}
		}
		if rival > 0 {
			c := a.Criteria[at]
			out = append(out, Flip{Criterion: c.Criterion, Rival: ranked[rival], RivalID: ranked[rival].Candidate.ID, Points: best,
				From: c.Share, To: (w[k] + best) / (sum + best)})
		}
	}
	return out
}

// smallest is the flip of the smallest change; the first of such.
func smallest(flips []Flip) *Flip {
	var best *Flip
	for i, f := range flips {
		if best == nil || math.Abs(f.Points) < math.Abs(best.Points)-level {
			best = &flips[i]
		}
	}
	return best
}

// wholeField is the field with the criteria beside that weigh nothing and of
// which all is known: raising their weight could matter. It looks through the
// matrix's own lenses.
func (a *Analysis) wholeField() *field {
	f := a.newField()
	ranked := a.Ranked()
	for k, c := range a.Criteria {
		if c.Share > 0 || slices.ContainsFunc(ranked, func(r Row) bool { return !r.Cells[k].Known }) {
			continue
		}
		g := &field{rows: f.rows, columns: 1, criteria: []int{k}, lenses: make([]lens, 1), norm: make([]float64, f.rows)}
		for i := range ranked {
			g.value = append(g.value, ranked[i].Cells[k].Value)
		}
		if g.look(a, a.Method, a.Normalisation) == nil {
			f = f.with(g)
		}
	}
	f.look(a, a.Method, a.Normalisation)
	return f
}

// with adds a column that weighs nothing.
func (f *field) with(g *field) *field {
	out := &field{rows: f.rows, columns: f.columns + 1, criteria: append(slices.Clone(f.criteria), g.criteria...), share: append(slices.Clone(f.share), 0)}
	for i := range f.rows {
		out.value = append(append(out.value, f.value[i*f.columns:(i+1)*f.columns]...), g.value[i])
	}
	out.norm, out.lenses = make([]float64, len(out.value)), make([]lens, out.columns)
	return out
}

// leads is what is needed to say at which weight the leader and a rival are
// level.
type leads struct {
	topsis bool
	lead   float64   // S
	d      []float64 // by column
	// For TOPSIS, by column: E of the leader and of the rival; A with all.
	farL, nearL, farR, nearR   []float64
	sumFL, sumNL, sumFR, sumNR float64
	weights                    []float64
}

type crossing struct {
	weight float64 // at which the two are level
	pace   float64 // how fast the rival draws away beyond
}

// lead compares the first row with row r at weights w.
func (f *field) lead(r int, w []float64) leads {
	x := leads{topsis: f.method == plan.TOPSIS, weights: w}
	one, other := f.norm[:f.columns], f.norm[r*f.columns:(r+1)*f.columns]
	if !x.topsis {
		x.d = make([]float64, f.columns)
		for k := range x.d {
			if x.d[k] = one[k] - other[k]; f.method == plan.WeightedProduct {
				x.d[k] = math.Log(one[k]) - math.Log(other[k])
			}
			if w[k] > 0 {
				x.lead += w[k] * x.d[k]
			}
		}
		return x
	}
	best, worst := f.ends()
	square := func(v float64) float64 { return v * v }
	for k, wk := range w {
		x.farL, x.nearL = append(x.farL, square(best[k]-one[k])), append(x.nearL, square(one[k]-worst[k]))
		x.farR, x.nearR = append(x.farR, square(best[k]-other[k])), append(x.nearR, square(other[k]-worst[k]))
		x.sumFL += wk * wk * x.farL[k]
		x.sumNL += wk * wk * x.nearL[k]
		x.sumFR += wk * wk * x.farR[k]
		x.sumNR += wk * wk * x.nearR[k]
	}
	return x
}

// level gives the weights of column k at which the two are level and the rival
// leads beyond.
func (x leads) level(k int, weight float64) []crossing {
	if !x.topsis {
		if math.Abs(x.d[k]) < level || math.IsInf(x.lead, 0) || math.IsInf(x.d[k], 0) || math.IsNaN(x.d[k]) || math.IsNaN(x.lead) {
			return nil
		}
		return []crossing{{weight - x.lead/x.d[k], math.Abs(x.d[k])}}
	}
	now := weight * weight
	fl, nl, fr, nr := x.sumFL-now*x.farL[k], x.sumNL-now*x.nearL[k], x.sumFR-now*x.farR[k], x.sumNR-now*x.nearR[k]
	a := x.nearL[k]*x.farR[k] - x.nearR[k]*x.farL[k]
	b := nl*x.farR[k] + x.nearL[k]*fr - nr*x.farL[k] - x.nearR[k]*fl
	c := nl*fr - nr*fl
	var out []crossing
	for _, root := range roots(a, b, c) {
		if root > 0 {
			out = append(out, crossing{math.Sqrt(root), math.Abs(2*a*root + b)})
		}
	}
	return out
}

// roots are the real roots of a·x² + b·x + c at which its sign changes.
func roots(a, b, c float64) []float64 {
	if a == 0 {
		if b == 0 {
			return nil
		}
		return []float64{-c / b}
	}
	d := b*b - 4*a*c
	if d <= 0 {
		return nil
	}
	q := -(b + math.Copysign(math.Sqrt(d), b)) / 2
	if q == 0 {
		return nil
	}
	return []float64{q / a, c / q}
}
