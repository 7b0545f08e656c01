package matrix

import (
	"cmp"
	"math"
	"slices"

	"deckplan/internal/plan"
)

// flipRivals bounds the rivals whose scores are tried: the first so many behind
// the leader.
const flipRivals = 10

// ScoreFlip is the smallest change of what counts as one candidate's score on
// one criterion, all else as it is, after which another candidate leads.
type ScoreFlip struct {
	CandidateID string         `json:"candidate"` // whose score it is
	Name        string         `json:"name"`
	Criterion   plan.Criterion `json:"criterion"`
	From        float64        `json:"from"`
	// To is where the leader is level with another, or just leads no more: any
	// change further in that direction makes Rival lead.
	To      float64 `json:"to"`
	RivalID string  `json:"rival"`
	Rival   string  `json:"rivalName"`
	// Size is the change as a part of the range: 4 points of scores, of measured
	// values from the least to the most there are.
	Size float64 `json:"size"`
	// Exact says that it comes from a formula; otherwise the range was looked
	// through in eight steps and the first change halved down to a millionth of
	// it: a lead that comes and goes within one step would be missed.
	Exact bool `json:"exact"`
}

// ScoreFlips gives the flips by score, the smallest first: of the leader's
// scores made worse, and of the scores of the ten behind it made better. Scores
// stay within 1 and 5, measured values within those there are; what candidates
// were compared on in pairs has no score to change. With n people a change of
// their mean by δ takes one person's score by n·δ.
//
// Where normalised values do not depend on other candidates' (the sum and the
// product on the scale of 1 to 5, scored), leader and rival are level where the
// normalised value changes by lead/share, of the product the logarithm:
// that is exact. There are none where two lead together.
func (a *Analysis) ScoreFlips() (out []ScoreFlip) {
	ranked := a.Ranked()
	if len(ranked) < 2 || ranked[0].Tied {
		return nil
	}
	f := a.newField()
	if f.look(a, a.Method, a.Normalisation) != nil {
		return nil
	}
	totals := f.totals(f.share)
	for k, at := range f.criteria {
		c := a.Criteria[at]
		if c.Local != nil {
			continue
		}
		t := newTrial(f, k)
		low, high := 1.0, 5.0
		if c.Measures() {
			low, high = f.lenses[k].low, f.lenses[k].high
		}
		worst, best := low, high
		if f.lenses[k].lower {
			worst, best = high, low
		}
		for i := range min(f.rows, flipRivals+1) {
			end := best
			if i == 0 {
				end = worst
			}
			from := f.value[i*f.columns+k]
			var to float64
			var rival int
			found := false
			exact := f.method != plan.TOPSIS && f.lenses[k].how == plan.OnScale && !f.lenses[k].own
			if exact {
				to, rival, found = f.scoreFlip(i, k, totals)
				found = found && (to-low)*(to-high) <= 0
			} else if high > low {
				to, rival, found = t.bisect(i, from, end)
			}
			if found {
				out = append(out, ScoreFlip{ranked[i].Candidate.ID, ranked[i].Name, c.Criterion, from, to, ranked[rival].Candidate.ID, ranked[rival].Name,
					math.Abs(to-from) / (high - low), exact})
			}
		}
	}
	slices.SortStableFunc(out, func(x, y ScoreFlip) int { return cmp.Compare(x.Size, y.Size) })
	return out
}

// scoreFlip is the formula: row i's value in column k at which it is level with
// the leader or, if it leads, with the next.
func (f *field) scoreFlip(i, k int, totals []float64) (to float64, rival int, ok bool) {
	other := 0
	if rival = i; i == 0 {
		other, rival = 1, 1
	}
	norm := f.norm[i*f.columns+k]
	if f.method == plan.WeightedProduct {
		norm *= math.Pow(totals[other]/totals[i], 1/f.share[k])
	} else {
		norm += (totals[other] - totals[i]) / f.share[k]
	}
	if f.lenses[k].lower {
		norm = 6 - norm
	}
	return norm, rival, !math.IsNaN(norm) && !math.IsInf(norm, 0)
}

// trial tries values in one column: what the other columns add is kept.
type trial struct {
	method       plan.MatrixMethod
	lens         lens
	share        float64
	column, norm []float64
	far, near    []float64 // for TOPSIS; far alone otherwise
}

func newTrial(f *field, k int) *trial {
	t := &trial{f.method, f.lenses[k], f.share[k], f.column(k), make([]float64, f.rows), make([]float64, f.rows), make([]float64, f.rows)}
	best, worst := f.ends()
	for i := range f.rows {
		for j, x := range f.norm[i*f.columns : (i+1)*f.columns] {
			switch w := f.share[j]; {
			case j == k:
			case f.method == plan.TOPSIS:
				p, n := w*(best[j]-x), w*(x-worst[j])
				t.far[i] += p * p
				t.near[i] += n * n
			case f.method == plan.WeightedProduct:
				t.far[i] += w * math.Log(x)
			default:
				t.far[i] += w * x
			}
		}
	}
	return t
}

// leader is the row that leads with row i's value at x, the column's lens
// fitted again. The leader stays where another is level with it.
func (t *trial) leader(i int, x float64) int {
	was := t.column[i]
	t.column[i] = x
	defer func() { t.column[i] = was }()
	t.lens.fit(t.column)
	if t.lens.fault() != "" {
		return 0
	}
	best, worst := math.Inf(-1), math.Inf(1)
	for j, x := range t.column {
		t.norm[j] = t.lens.of(x)
		best, worst = max(best, t.norm[j]), min(worst, t.norm[j])
	}
	first, most := 0, math.Inf(-1)
	for j, x := range t.norm {
		total := t.far[j] + t.share*x
		switch t.method {
		case plan.TOPSIS: // near/far orders as the figure does
			p, n := t.share*(best-x), t.share*(x-worst)
			far, near := t.far[j]+p*p, t.near[j]+n*n
			if total = near / (near + far); near+far == 0 {
				total = 1
			}
		case plan.WeightedProduct:
			total = t.far[j] + t.share*math.Log(x)
		}
		if total > most+level {
			first, most = j, total
		}
	}
	return first
}

// flipSteps are the points between a value and its end at which the leader is
// looked up before the first change is closed in on.
const flipSteps = 8

// bisect finds where the leader first changes as row i's value goes from one to
// another, as far as the steps between show it.
func (t *trial) bisect(i int, from, end float64) (to float64, rival int, ok bool) {
	keeps, gone := from, from
	for n := 1; n <= flipSteps && rival == 0 && from != end; n++ {
		keeps, gone = gone, from+(end-from)*float64(n)/flipSteps
		rival = t.leader(i, gone)
	}
	if rival == 0 {
		return 0, 0, false
	}
	for range 17 { // of an eighth: a millionth
		middle := (keeps + gone) / 2
		if r := t.leader(i, middle); r == 0 {
			keeps = middle
		} else {
			gone, rival = middle, r
		}
	}
	return gone, rival, true
}
