package matrix

import (
	"math"

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
	// change further in that direction makes the rival lead.
	Points float64 `json:"points"`
}

// flip finds the flip of the leader. Let w be the weights, W their sum, m the
// mean scores, and for the leader L and a rival R
//
//	d[c] = m[L][c] − m[R][c],   S = Σ w[c]·d[c]  (above 0, for L leads).
//
// With the weight of criterion k changed by δ, L leads R by
//
//	(S + δ·d[k]) / (W + δ),
//
// whose sign is that of S + δ·d[k] while W + δ > 0. So they are level at
//
//	δ = −S / d[k]
//
// and R leads beyond it: by a rise where R is the better on k, by a fall where
// it is the worse. A change counts only if the weight can go beyond that point
// and stay within 0 and 1000. The smallest |δ| over every rival and criterion
// is the flip; whoever is met first when moving one weight leads first, so no
// other change that small changes the leader. Among rivals met at the same
// point the one with the larger |d[k]| leads just beyond it.
//
// It is nil where two lead together, nobody is ranked beside the leader, or no
// change of a single weight changes the leader.
func flip(criteria []Criterion, ranked []Row) *Flip {
	if len(ranked) < 2 || ranked[0].Tied {
		return nil
	}
	var sum float64
	for _, c := range criteria {
		sum += max(0, c.Weight)
	}
	leader := &ranked[0]
	var best *Flip
	var slope float64
	for r := 1; r < len(ranked); r++ {
		rival := &ranked[r]
		lead := (leader.Total - rival.Total) * sum
		for k, c := range criteria {
			if c.Share == 0 && (leader.Cells[k].People == 0 || rival.Cells[k].People == 0) {
				continue // nothing is known of what this criterion would add
			}
			d := leader.Cells[k].Mean - rival.Cells[k].Mean
			if math.Abs(d) < level {
				continue
			}
			delta := -lead / d
			if weight := max(0, c.Weight) + delta; weight < level || weight > maxWeight-level {
				continue
			}
			nearer := best == nil || math.Abs(delta) < math.Abs(best.Points)-level
			same := best != nil && math.Abs(math.Abs(delta)-math.Abs(best.Points)) <= level
			if nearer || same && best.Criterion.ID == c.ID && math.Abs(d) > slope {
				best = &Flip{Criterion: c.Criterion, Rival: *rival, RivalID: rival.Candidate.ID, Points: delta}
				slope = math.Abs(d)
			}
		}
	}
	return best
}
