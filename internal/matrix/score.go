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

func (a *Analysis) share() {
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
	for i, c := range at {
		if c >= 0 {
			a.Rows[int(c)/width].Cells[int(c)%width].add(i, &scores[i])
		}
	}
	for i := range a.Rows {
		a.Rows[i].sum(a.Criteria)
	}
}

// add takes a score in; Mean holds the sum until Row.sum divides it.
func (c *Cell) add(position int, s *plan.Score) {
	if c.People == 0 || s.Value < c.Low {
		c.Low, c.LowBy = s.Value, s.Person
	}
	if c.People == 0 || s.Value > c.High {
		c.High, c.HighBy = s.Value, s.Person
	}
	c.People++
	c.Mean += s.Value
	c.Scores = append(c.Scores, position)
}

// sum works out the row's contributions and total. A criterion that weighs
// nothing may lack a score.
func (r *Row) sum(criteria []Criterion) {
	weighed := false
	for i, c := range criteria {
		cell := &r.Cells[i]
		if cell.People > 0 {
			cell.Mean /= float64(cell.People)
		}
		if c.Share == 0 {
			continue
		}
		weighed = true
		if cell.People == 0 {
			r.Missing++
			r.Low += c.Share
			r.High += 5 * c.Share
			continue
		}
		cell.Contribution = c.Share * cell.Mean
		r.Total += cell.Contribution
	}
	r.Low += r.Total
	r.High += r.Total
	if r.State = Ranked; r.Missing > 0 || !weighed {
		r.State = Incomplete
	}
}

// rounded makes totals that are level equal.
func rounded(total float64) float64 { return math.Round(total/level) * level }

// rank orders the rows: ranked ones by total, incomplete ones by fewest
// missing scores and then by what they have reached on the criteria that were
// scored, those out last; level ones stay in the plan's order.
func (a *Analysis) rank() {
	order := map[State]int{Ranked: 0, Incomplete: 1, Out: 2}
	slices.SortStableFunc(a.Rows, func(x, y Row) int {
		if d := cmp.Compare(order[x.State], order[y.State]); d != 0 {
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
}
