package matrix

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"deckplan/internal/plan"
)

// measured makes a plan whose matrix "m" has measured criteria k0, k1 … (the
// first lower ones smaller is better where lower says so) and candidates a0, …
func measured(weights []float64, lower []bool, rows ...[]float64) *plan.Plan {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Name: "M", Purpose: plan.CompareOwn}}}
	for k, w := range weights {
		c := plan.Criterion{ID: "k" + strconv.Itoa(k), Matrix: "m", Name: "K" + strconv.Itoa(k), Weight: w, Kind: plan.Measured}
		if lower[k] {
			c.Direction = plan.Lower
		}
		p.Criteria = append(p.Criteria, c)
	}
	for i, row := range rows {
		id := "a" + strconv.Itoa(i)
		p.Candidates = append(p.Candidates, plan.Candidate{ID: id, Matrix: "m", Name: id})
		for k, v := range row {
			p.Scores = append(p.Scores, plan.Score{Candidate: id, Criterion: p.Criteria[k].ID, Value: v})
		}
	}
	return p
}

// by sets a method and gives the totals to three digits, in the plan's order.
func by(p *plan.Plan, m plan.MatrixMethod, how plan.Normalisation) []string {
	p.Matrices[0].Method, p.Matrices[0].Normalisation = m, how
	a := Analyse(p, "m")
	var out []string
	for _, c := range p.Candidates {
		for _, r := range a.Rows {
			if r.Candidate.ID == c.ID {
				out = append(out, fmt.Sprintf("%.3f", r.Total))
			}
		}
	}
	return out
}

func digits(w []float64) (out []string) {
	for _, x := range w {
		out = append(out, fmt.Sprintf("%.3f", x))
	}
	return out
}

func upper(n int, ratios ...float64) (out []Pair) {
	for i := range n {
		for j := i + 1; j < n; j++ {
			out = append(out, Pair{i, j, ratios[len(out)]})
		}
	}
	return out
}

// leader is the published example of choosing a leader by AHP: four criteria,
// three candidates compared on each.
func leader() *plan.Plan {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Name: "Leader", Purpose: plan.CompareOwn, Weighting: plan.ByJudgement}}}
	for _, name := range []string{"Moll", "Nell", "Sue"} {
		p.Candidates = append(p.Candidates, plan.Candidate{ID: name, Matrix: "m", Name: name})
	}
	names := []string{"Experience", "Education", "Charisma", "Age"}
	local := [][]float64{{1. / 4, 4, 9}, {3, 1. / 5, 1. / 7}, {5, 9, 4}, {1. / 3, 5, 9}}
	for k, name := range names {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: name, Matrix: "m", Name: name})
		for _, x := range upper(3, local[k]...) {
			p.Comparisons = append(p.Comparisons, plan.Comparison{Criterion: name, First: p.Candidates[x.First].ID, Second: p.Candidates[x.Second].ID, Ratio: x.Ratio})
		}
	}
	for _, x := range upper(4, 4, 3, 7, 1./3, 3, 5) {
		p.Judgements = append(p.Judgements, plan.Judgement{First: names[x.First], Second: names[x.Second], Ratio: x.Ratio})
	}
	return p
}

func TestPublished_LeaderByAHP(t *testing.T) {
	a := Analyse(leader(), "m")
	if got := digits(a.Judged.Weights); !slices.Equal(got, []string{"0.548", "0.127", "0.270", "0.056"}) {
		t.Errorf("weights %v", got)
	}
	var got []string
	for _, r := range a.Ranked() {
		got = append(got, fmt.Sprintf("%s %.3f", r.Name, r.Total))
	}
	if !slices.Equal(got, []string{"Nell 0.493", "Moll 0.358", "Sue 0.149"}) {
		t.Errorf("%v", got)
	}
	if cr := fmt.Sprintf("%.3f", a.Judged.Ratio); cr != "0.044" || a.Judged.Random != .90 {
		t.Errorf("consistency ratio %s", cr)
	}
}

// TestPublished_HouseByAHP is the criteria matrix of T. L. Saaty, How to make a
// decision: The analytic hierarchy process, European Journal of Operational
// Research 48 (1990), which is too inconsistent.
func TestPublished_HouseByAHP(t *testing.T) {
	p := Prioritise(8, upper(8,
		5, 3, 7, 6, 6, 1./3, 1./4,
		1./3, 5, 3, 3, 1./5, 1./7,
		6, 3, 4, 6, 1./5,
		1./3, 1./4, 1./7, 1./8,
		1./2, 1./5, 1./6,
		1./5, 1./6,
		1./2))
	if got := digits(p.Weights); !slices.Equal(got, []string{"0.173", "0.054", "0.188", "0.018", "0.031", "0.036", "0.167", "0.333"}) {
		t.Errorf("weights %v", got)
	}
	if got := digits([]float64{p.Lambda, p.Index, p.Ratio}); !slices.Equal(got, []string{"9.669", "0.238", "0.169"}) {
		t.Errorf("λ, index and ratio %v", got)
	}
	if m := p.Mend; m == nil || m.First != 2 || m.Second != 6 || m.Given != 6 || m.Value > 1 || m.Ratio >= ConsistentEnough {
		t.Errorf("neighbourhood over condition is the odd one: %+v", m)
	}
}

func TestPublished_TOPSISDependsOnNormalisation(t *testing.T) {
	p := measured([]float64{.5, .5}, []bool{true, false}, []float64{1, 3000}, []float64{2, 3750}, []float64{5, 4500})
	if got := by(p, plan.TOPSIS, plan.MinMax); !slices.Equal(got, []string{"0.500", "0.617", "0.500"}) {
		t.Errorf("min–max %v", got)
	}
	if got := by(p, plan.TOPSIS, plan.ByVector); !slices.Equal(got, []string{"0.762", "0.722", "0.238"}) {
		t.Errorf("vector %v", got)
	}
	a := Analyse(p, "m")
	f := find(a, "methods_differ")
	if f == nil || f.Args["winner"] != "a0" || f.Args["other"] != "a1" {
		t.Errorf("two winners and no warning: %+v", f)
	}
}

// TestPublished_Fighters is the example of C.-L. Hwang and K. Yoon, Multiple
// Attribute Decision Making, Springer 1981: four fighters, six attributes.
func TestPublished_Fighters(t *testing.T) {
	p := measured([]float64{.2, .1, .1, .1, .2, .3}, []bool{false, false, false, true, false, false},
		[]float64{2.0, 1500, 20000, 5.5, 5, 9}, []float64{2.5, 2700, 18000, 6.5, 3, 5}, []float64{1.8, 2000, 21000, 4.5, 7, 7}, []float64{2.2, 1800, 20000, 5.0, 5, 5})
	for i, got := range by(p, plan.TOPSIS, "") { // the book rounds on the way
		if got[:4] != []string{"0.64", "0.26", "0.61", "0.31"}[i] {
			t.Errorf("TOPSIS of %d: %s", i, got)
		}
	}
}
