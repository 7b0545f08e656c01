package matrix

import (
	"math"
	"math/rand/v2"
	"testing"

	"deckplan/internal/plan"
)

func TestRobust_SharesAreThoseOfTheSimplex(t *testing.T) {
	// a leads b while 5w + 1(1−w) > 1w + 4(1−w), that is w > 3/7.
	a := Analyse(table(plan.CompareOwn, []float64{1, 1}, map[string][]float64{"a": {5, 1}, "b": {1, 4}, "c": {1, 1}}, "a", "b", "c"), "m")
	got := a.Robust(7)
	if got.Draws != Draws || got.Seed != 7 || got.Criteria != 2 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []float64{4. / 7, 3. / 7, 0} {
		if p := got.Rows[i]; math.Abs(p.Wins-want) > 4*math.Sqrt(want*(1-want)/Draws)+1e-12 || p.Name != []string{"a", "b", "c"}[i] {
			t.Errorf("%s wins %v, not %v", p.Name, p.Wins, want)
		}
	}
	again, other := a.Robust(7), a.Robust(8)
	if again.Rows[0].Wins != got.Rows[0].Wins || other.Rows[0].Wins == got.Rows[0].Wins {
		t.Error("the seed does not decide")
	}
	level := Analyse(table(plan.CompareOwn, []float64{1, 1}, map[string][]float64{"a": {2, 3}, "b": {2, 3}}, "a", "b"), "m")
	if p := level.Robust(1).Rows[1]; p.Wins != .5 || p.Ranks[1] != .5 || p.Mean != 1.5 {
		t.Errorf("level candidates do not share: %+v", p)
	}
}

// TestRobust_RanksAsTheTotalsDo compares the fast ordering with the methods'
// own totals for the same weights.
func TestRobust_RanksAsTheTotalsDo(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, method := range []plan.MatrixMethod{plan.WeightedSum, plan.WeightedProduct, plan.TOPSIS} {
		for range 20 {
			p := randomTable(r)
			p.Matrices[0].Method = method
			a := Analyse(p, "m")
			f := a.newField()
			if f.columns == 0 {
				continue
			}
			f.look(&a, a.Method, a.Normalisation)
			d := newDraw(f)
			w, sum := make([]float64, f.columns), 0.
			for k := range w {
				w[k] = r.ExpFloat64()
				sum += w[k]
			}
			for k := range w {
				w[k] /= sum
			}
			ranks, mean := make([]float64, f.rows*f.rows), make([]float64, f.rows)
			d.place(w, ranks, mean)
			totals := f.totals(w)
			for i := range totals {
				better, same := 0, 0
				for j := range totals {
					switch {
					case math.Abs(totals[j]-totals[i]) < 1e-8:
						same++
					case totals[j] > totals[i]:
						better++
					}
				}
				if want := float64(better) + float64(same+1)/2; math.Abs(mean[i]-want) > 1e-9 {
					t.Fatalf("%s: rank %v, not %v, of %v", method, mean[i], want, totals)
				}
			}
		}
	}
}

func big(method plan.MatrixMethod) *plan.Plan {
	p := bigMatrix()
	p.Matrices[0].Method = method
	return p
}

func BenchmarkRobust200x30x50(b *testing.B) {
	for _, method := range []plan.MatrixMethod{plan.WeightedSum, plan.WeightedProduct, plan.TOPSIS} {
		a := Analyse(big(method), "m")
		b.Run(string(method), func(b *testing.B) {
			for b.Loop() {
				a.Robust(1)
			}
		})
	}
}

func BenchmarkScoreFlips200x30x50(b *testing.B) {
	a := Analyse(big(plan.TOPSIS), "m")
	for b.Loop() {
		a.ScoreFlips()
	}
}
