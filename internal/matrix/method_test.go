package matrix

import (
	"math"
	"slices"
	"testing"
	"time"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// TestNormalise_ByHand works one column out both ways round under every
// normalisation: values 2, 4, 8.
func TestNormalise_ByHand(t *testing.T) {
	root := math.Sqrt(84)
	for _, c := range []struct {
		how   plan.Normalisation
		lower bool
		want  []float64
	}{
		{plan.OnScale, false, []float64{1, 1 + 4./3, 5}}, {plan.OnScale, true, []float64{5, 1 + 8./3, 1}},
		{plan.AsGiven, false, []float64{2, 4, 8}}, {plan.AsGiven, true, []float64{-2, -4, -8}},
		{plan.MinMax, false, []float64{0, 1. / 3, 1}}, {plan.MinMax, true, []float64{1, 2. / 3, 0}},
		{plan.ByMax, false, []float64{.25, .5, 1}}, {plan.ByMax, true, []float64{1, .5, .25}},
		{plan.BySum, false, []float64{1. / 7, 2. / 7, 4. / 7}}, {plan.BySum, true, []float64{4. / 7, 2. / 7, 1. / 7}},
		{plan.ByVector, false, []float64{2 / root, 4 / root, 8 / root}}, {plan.ByVector, true, []float64{1 - 2/root, 1 - 4/root, 1 - 8/root}},
	} {
		p := measured([]float64{1}, []bool{c.lower}, []float64{2}, []float64{4}, []float64{8})
		p.Matrices[0].Normalisation = c.how
		a := Analyse(p, "m")
		for _, r := range a.Rows {
			i := slices.IndexFunc(p.Candidates, func(x plan.Candidate) bool { return x.ID == r.Candidate.ID })
			if !near(r.Cells[0].Normalised, c.want[i]) || !near(r.Total, c.want[i]) {
				t.Errorf("%s, lower %v: %s is %v, not %v", c.how, c.lower, r.Name, r.Cells[0].Normalised, c.want[i])
			}
		}
	}
}

func TestMethods_ZerosAndConstantColumns(t *testing.T) {
	for _, c := range []struct {
		name   string
		method plan.MatrixMethod
		how    plan.Normalisation
		lower  bool
		values [2]float64
		want   string // of the finding; empty where it can be worked out
	}{
		{"a product may hold a 0", plan.WeightedProduct, plan.ByMax, false, [2]float64{0, 3}, ""},
		{"no product of values below 0", plan.WeightedProduct, plan.ByMax, false, [2]float64{-1, 3}, "method_negative"},
		{"nothing is endlessly good", plan.WeightedSum, plan.ByMax, true, [2]float64{0, 3}, "method_zero"},
		{"nor by the sum", plan.TOPSIS, plan.BySum, true, [2]float64{0, 3}, "method_zero"},
		{"min–max takes it", plan.WeightedSum, plan.MinMax, true, [2]float64{0, -3}, ""},
		{"all zeros are alike", plan.WeightedSum, plan.ByMax, true, [2]float64{0, 0}, ""},
		{"and by length", plan.TOPSIS, plan.ByVector, false, [2]float64{0, 0}, ""},
		{"as given, the product divides", plan.WeightedProduct, plan.AsGiven, true, [2]float64{0, 2}, "method_zero"},
		{"min–max does not suit the product", plan.WeightedProduct, plan.MinMax, false, [2]float64{1, 2}, "method_unsuited"},
	} {
		p := measured([]float64{1, 1}, []bool{c.lower, false}, []float64{c.values[0], 7}, []float64{c.values[1], 7})
		p.Matrices[0].Method, p.Matrices[0].Normalisation = c.method, c.how
		a := Analyse(p, "m")
		for _, r := range a.Rows {
			if math.IsNaN(r.Total) || math.IsInf(r.Total, 0) {
				t.Errorf("%s: %v", c.name, r.Total)
			}
		}
		if ok := c.want == "" && len(a.Ranked()) == 2 || c.want != "" && find(a, c.want) != nil && len(a.Ranked()) == 0; !ok {
			t.Errorf("%s: %+v", c.name, a.Verdict.Findings)
		}
		if c.values[0] == c.values[1] && !a.Rows[0].Tied {
			t.Errorf("%s: %+v", c.name, a.Rows)
		}
	}
}

func TestMatrix_MedianAndLowerScores(t *testing.T) {
	p := table(plan.CompareOwn, []float64{1}, map[string][]float64{"a": {1}, "b": {3}}, "a", "b")
	for _, v := range []float64{2, 5} {
		p.Scores = append(p.Scores, plan.Score{Candidate: "a", Criterion: "k0", Person: string(rune('A' + int(v))), Value: v})
	}
	p.Matrices[0].Aggregate, p.Criteria[0].Direction = plan.Median, plan.Lower
	a := Analyse(p, "m")
	if r := a.Rows[0]; r.Name != "a" || r.Cells[0].Value != 2 || r.Total != 4 || !near(r.Cells[0].Mean, 8./3) {
		t.Errorf("a median of 2 where less is better is worth 4: %+v", r)
	}
}

func TestMatrix_BlindShowsOnlyOnesOwn(t *testing.T) {
	p := table(plan.CompareOwn, []float64{1, 1}, map[string][]float64{"a": {5, 4}, "b": {1, 2}}, "a", "b")
	p.Scores = append(p.Scores, plan.Score{Candidate: "b", Criterion: "k0", Person: "Hana", Value: 3}, plan.Score{Candidate: "b", Criterion: "k1", Value: 5})
	p.Matrices[0].Blind = true
	for person, want := range map[string]float64{"": 0, "Jimin": 1, "Hana": 3, "Nobody": 0} {
		a := AnalyseFor(p, "m", person)
		for _, r := range a.Rows {
			c := r.Cells[0]
			if r.Name == "b" && (c.Value != want || c.Low != want || c.Mean != want || c.People != 2 || c.LowBy != "" && c.LowBy != person) {
				t.Errorf("%q sees %+v", person, c)
			}
		}
		if find(a, "blind") == nil || find(a, "clear") != nil || a.People != 3 {
			t.Errorf("%q: %d people, %+v", person, a.People, a.Verdict.Findings)
		}
		if _, ok := a.Verdict.Metric("matrix.winner"); ok {
			t.Errorf("%q is told who leads", person)
		}
		if m, _ := a.Verdict.Metric("matrix.scored"); m.Value != 1 {
			t.Errorf("scored %v", m.Value)
		}
	}
	p.Matrices[0].Blind = false
	if a := Analyse(p, "m"); len(a.Ranked()) != 2 || find(a, "blind") != nil {
		t.Error("revealed, and still hidden")
	}
}

func TestPairs_MissingApartAndTooMany(t *testing.T) {
	full := Prioritise(3, upper(3, 2, 6, 3))
	part := Prioritise(3, []Pair{{0, 1, 2}, {1, 2, 3}})
	if !near(full.Index, 0) || part.Missing != 1 || part.Judged() || part.Known() {
		t.Errorf("%+v %+v", full, part)
	}
	for i := range 3 {
		if math.Abs(full.Weights[i]-part.Weights[i]) > 1e-9 {
			t.Errorf("what is left out follows from the rest: %v %v", full.Weights, part.Weights)
		}
	}
	if p := Prioritise(4, []Pair{{0, 1, 2}, {2, 3, 3}}); p.Apart != 2 || p.Weights != nil {
		t.Errorf("%+v", p)
	}
	var pairs []Pair
	for i := range 16 {
		for j := i + 1; j < 16; j++ {
			pairs = append(pairs, Pair{i, j, 1})
		}
	}
	pairs[0].Ratio = 9
	if p := Prioritise(16, pairs); p.Known() || p.Ratio != 0 || p.Index <= 0 || p.Mend == nil || p.Mend.First != 0 || p.Mend.Second != 1 || math.Abs(p.Mend.Value-1) > .01 {
		t.Errorf("%+v %+v", p, p.Mend)
	}
	lead := leader()
	lead.Judgements = lead.Judgements[:2] // Age is joined to nothing
	a := Analyse(lead, "m")
	if f := find(a, "judgements_apart"); f == nil || f.Args["groups"] != 2 || len(a.Ranked()) != 0 || find(a, "no_weights") != nil {
		t.Errorf("%+v", a.Verdict.Findings)
	}
}

func TestMatrix_OldFactsAskToBeLookedAt(t *testing.T) {
	a := Analyse(table(plan.CompareOwn, []float64{1}, map[string][]float64{"buildah": {3}}, "buildah"), "m")
	read, err := time.Parse("2006-01-02", (catalog.ToolsAsOf() + "-01")[:10])
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Aged(a.Rows[0], read.AddDate(0, 11, 0)); len(got) != 0 {
		t.Errorf("after eleven months: %+v", got)
	}
	late := a.Aged(a.Rows[0], read.AddDate(1, 0, 0))
	if len(late) == 0 || late[0].Months < 12 {
		t.Errorf("after a year: %+v", late)
	}
	a.Matrix.FactMonths = 24
	if got := a.Aged(a.Rows[0], read.AddDate(1, 0, 0)); len(got) != 0 {
		t.Errorf("two years are allowed: %+v", got)
	}
}
