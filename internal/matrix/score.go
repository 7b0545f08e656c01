package matrix

import (
	"cmp"
	"math"
	"slices"

	"deckplan/internal/plan"
)

// level is the difference below which two totals are the same: rounding in the
// last digits of a sum must not decide who leads.
const level = 1e-9

// share gives each criterion its part of the result: by points, or what the
// pairwise judgements come to. Judgements that do not join all criteria give
// none.
func (a *Analysis) share(judgements []plan.Judgement) {
	if a.Matrix.Weighting == plan.ByJudgement {
		at := make(map[string]int, len(a.Criteria))
		for i, c := range a.Criteria {
			at[c.ID] = i
		}
		var pairs []Pair
		for _, j := range judgements {
			first, ok := at[j.First]
			second, too := at[j.Second]
			if ok && too {
				pairs = append(pairs, Pair{first, second, j.Ratio})
			}
		}
		p := Prioritise(len(a.Criteria), pairs)
		a.Judged = &p
		for i, w := range p.Weights {
			a.Criteria[i].Share = w
		}
		return
	}
	var sum float64
	for _, c := range a.Criteria {
		sum += max(0, c.Weight)
	}
	if sum <= 0 {
		return
	}
	for i, c := range a.Criteria {
		a.Criteria[i].Share = max(0, c.Weight) / sum
	}
}

// compare lets comparisons of candidates stand for the scores of the criteria
// that have any. Candidates that nothing is said of are left out; where the
// rest fall into groups that nothing joins, no value is known.
func (a *Analysis) compare(comparisons []plan.Comparison) {
	if len(comparisons) == 0 {
		return
	}
	rows := make(map[string]int, len(a.Rows))
	for i, r := range a.Rows {
		rows[r.Candidate.ID] = i
	}
	by := map[string][]plan.Comparison{}
	for _, c := range comparisons {
		by[c.Criterion] = append(by[c.Criterion], c)
	}
	for k := range a.Criteria {
		c := &a.Criteria[k]
		var pairs []Pair
		var in []int
		at := map[string]int{}
		place := func(id string) (int, bool) {
			row, ok := rows[id]
			if n, known := at[id]; known || !ok {
				return n, ok
			}
			at[id] = len(in)
			in = append(in, row)
			c.Compared = append(c.Compared, id)
			return at[id], true
		}
		for _, x := range by[c.ID] {
			first, ok := place(x.First)
			second, too := place(x.Second)
			if ok && too {
				pairs = append(pairs, Pair{first, second, x.Ratio})
			}
		}
		if len(pairs) == 0 {
			continue
		}
		p := Prioritise(len(in), pairs)
		c.Local = &p
		for i := range a.Rows {
			a.Rows[i].Cells[k].Known, a.Rows[i].Cells[k].Value = false, 0
		}
		for n, w := range p.Weights {
			cell := &a.Rows[in[n]].Cells[k]
			cell.Value, cell.Known = w, true
		}
	}
}

// tally sorts the plan's scores into cells. Scores come mostly in runs of one
// candidate and criterion, so the last position found is tried first.
func (a *Analysis) tally(scores []plan.Score) {
	width := len(a.Criteria)
	rows, columns := make(map[string]int, len(a.Rows)), make(map[string]int, width)
	for i, r := range a.Rows {
		rows[r.Candidate.ID] = i
	}
	for i, c := range a.Criteria {
		columns[c.ID] = i
	}
	at := make([]int32, len(scores)) // the cell's position, or -1
	counts := make([]int, len(a.Rows)*width)
	total := 0
	var row, column int
	var rowID, columnID string
	rowOK, columnOK := false, false
	for i := range scores {
		s := &scores[i]
		if i == 0 || s.Candidate != rowID {
			rowID = s.Candidate
			row, rowOK = rows[rowID]
		}
		if i == 0 || s.Criterion != columnID {
			columnID = s.Criterion
			column, columnOK = columns[columnID]
		}
		if at[i] = -1; rowOK && columnOK {
			at[i] = int32(row*width + column)
			counts[at[i]]++
			total++
		}
	}
	positions := make([]int, total)
	for i, n := range counts {
		a.Rows[i/width].Cells[i%width].Scores, positions = positions[:0:n], positions[n:]
	}
	people := map[string]bool{}
	last := ""
	for i, c := range at {
		if c < 0 {
			continue
		}
		s := &scores[i]
		if s.Person != last || len(people) == 0 {
			last = s.Person
			people[last] = true
		}
		a.Rows[int(c)/width].Cells[int(c)%width].add(i, s, !a.Blind || a.Criteria[int(c)%width].Measures() || a.Reader != "" && s.Person == a.Reader)
	}
	a.People = len(people)
	var buffer []float64
	for i := range a.Rows {
		for k := range a.Rows[i].Cells {
			c := &a.Rows[i].Cells[k]
			if c.seen == 0 {
				continue
			}
			c.Mean /= float64(c.seen)
			c.Value, c.Known = c.Mean, true
			if a.Matrix.Aggregate == plan.Median {
				buffer = buffer[:0]
				for _, n := range c.Scores {
					buffer = append(buffer, scores[n].Value)
				}
				c.Value = median(buffer)
			}
		}
	}
}

// add takes a score in, which counts or is hidden; Mean holds the sum until
// all are in.
func (c *Cell) add(position int, s *plan.Score, counts bool) {
	c.People++
	if !counts {
		return
	}
	if c.seen == 0 || s.Value < c.Low {
		c.Low, c.LowBy = s.Value, s.Person
	}
	if c.seen == 0 || s.Value > c.High {
		c.High, c.HighBy = s.Value, s.Person
	}
	c.seen++
	c.Mean += s.Value
	c.Scores = append(c.Scores, position)
}

// median orders the values; of an even number it is the mean of the middle two.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// state tells which rows have a value on every criterion of some weight.
func (a *Analysis) state() {
	for i := range a.Rows {
		r := &a.Rows[i]
		for k, c := range a.Criteria {
			if c.Share > 0 && !r.Cells[k].Known {
				r.Missing++
			}
		}
		if r.State = Ranked; r.Missing > 0 || !a.weighed() {
			r.State = Incomplete
		}
	}
}

// rounded makes totals that are level equal.
func rounded(total float64) float64 { return math.Round(total/level) * level }

// states is the order of rows by where they stand.
var states = map[State]int{Ranked: 0, Incomplete: 1, Out: 2}

// rank works the totals out and orders the rows: ranked ones by total,
// incomplete ones by fewest missing scores and then by what they have reached
// on the criteria that were scored, those out last; level ones stay in the
// plan's order.
func (a *Analysis) rank() {
	slices.SortStableFunc(a.Rows, func(x, y Row) int { return cmp.Compare(states[x.State], states[y.State]) })
	a.Method = cmp.Or(a.Matrix.Method, plan.WeightedSum)
	a.Normalisation = cmp.Or(a.Matrix.Normalisation, a.usual(a.Method))
	f := a.newField()
	if !slices.Contains(Normalisations(a.Method), a.Normalisation) {
		a.Fault = &Fault{ID: "unsuited"}
	} else {
		a.Fault = f.look(a, a.Method, a.Normalisation)
	}
	if a.Fault != nil {
		for i := range a.Rows {
			if a.Rows[i].State == Ranked {
				a.Rows[i].State = Incomplete
			}
		}
	} else {
		a.fill(f)
	}
	slices.SortStableFunc(a.Rows, func(x, y Row) int {
		if d := cmp.Compare(states[x.State], states[y.State]); d != 0 {
			return d
		}
		if x.State == Incomplete {
			if d := cmp.Compare(x.Missing, y.Missing); d != 0 {
				return d
			}
		}
		if x.State == Out {
			return 0
		}
		return cmp.Compare(rounded(y.Total), rounded(x.Total))
	})
	ranked := a.Ranked()
	for i := range ranked {
		ranked[i].Rank = i + 1
		if i > 0 && rounded(ranked[i].Total) == rounded(ranked[i-1].Total) {
			ranked[i].Rank = ranked[i-1].Rank
			ranked[i].Tied, ranked[i-1].Tied = true, true
		}
	}
	if len(ranked) == 0 {
		return
	}
	f = a.newField()
	a.Runs = a.runs(f)
	if f.look(a, a.Method, a.Normalisation) == nil {
		a.Flips = f.flips(a)
		a.Flip = smallest(a.Flips)
	}
}

// fill writes the field's figures into the rows, those that are not ranked
// included: they are seen through the lenses of the ranked ones.
func (a *Analysis) fill(f *field) {
	for i, total := range f.totals(f.share) {
		a.Rows[i].Total = total
	}
	worst, best := make([]float64, f.columns), make([]float64, f.columns)
	for k := range f.columns {
		worst[k], best[k] = f.spread(k)
	}
	for i := range a.Rows {
		r := &a.Rows[i]
		low, high, known := make([]float64, f.columns), make([]float64, f.columns), make([]float64, f.columns)
		for k, at := range f.criteria {
			cell := &r.Cells[at]
			if !cell.Known || f.lenses[k].blank() {
				low[k], high[k] = worst[k], best[k]
				if known[k] = 0; f.method == plan.WeightedProduct {
					known[k] = 1
				}
				continue
			}
			cell.Normalised = f.lenses[k].of(cell.Value)
			low[k], high[k], known[k] = cell.Normalised, cell.Normalised, cell.Normalised
			if cell.Contribution = f.share[k] * cell.Normalised; f.method == plan.WeightedProduct {
				cell.Contribution = math.Pow(cell.Normalised, f.share[k])
			}
		}
		if r.State == Ranked {
			r.Low, r.High = r.Total, r.Total
			continue
		}
		r.Low, r.High = f.figure(low), f.figure(high)
		if r.Total = f.figure(known); f.columns == 0 || f.method == plan.TOPSIS && r.Missing > 0 {
			r.Total = 0
		}
	}
}
