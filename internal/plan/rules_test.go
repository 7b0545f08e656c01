package plan

import (
	"errors"
	"testing"
)

func ruled() *Plan {
	return &Plan{Schema: Schema, About: About{Name: "x"},
		Matrices:   []Matrix{{ID: "m", Name: "M", Purpose: CompareOwn}, {ID: "n", Name: "N", Purpose: CompareOwn}},
		Criteria:   []Criterion{{ID: "k", Matrix: "m", Name: "Cost", Kind: Measured}, {ID: "l", Matrix: "m", Name: "Ease"}, {ID: "o", Matrix: "n", Name: "Other"}},
		Candidates: []Candidate{{ID: "a", Matrix: "m", Name: "A"}, {ID: "b", Matrix: "m", Name: "B"}, {ID: "z", Matrix: "n", Name: "Z"}}}
}

// TestMatrixRules_WhatContradictsIsRefused tries each row as an edit and in a
// whole document.
func TestMatrixRules_WhatContradictsIsRefused(t *testing.T) {
	for _, c := range []struct {
		kind string
		row  Item
		want string // the problem's id, empty where the row is right
	}{
		{"scores", Score{Candidate: "a", Criterion: "l", Value: 5}, ""},
		{"scores", Score{Candidate: "a", Criterion: "l", Value: 5.5}, "score"},
		{"scores", Score{Candidate: "a", Criterion: "l"}, "score"},
		{"scores", Score{Candidate: "a", Criterion: "k", Value: -1200}, ""},
		{"scores", Score{Candidate: "a", Criterion: "k", Value: 2e12}, "large"},
		{"scores", Score{Candidate: "z", Criterion: "l", Value: 3}, "score_apart"},
		{"judgements", Judgement{"k", "l", 9}, ""},
		{"judgements", Judgement{"k", "l", 10}, "large"},
		{"judgements", Judgement{"k", "k", 1}, "pair_self"},
		{"judgements", Judgement{"k", "o", 3}, "pair_apart"},
		{"judgements", Judgement{"l", "k", 3}, ""},
		{"comparisons", Comparison{"k", "a", "b", 1. / 9}, ""},
		{"comparisons", Comparison{"k", "a", "z", 3}, "pair_apart"},
		{"comparisons", Comparison{"o", "a", "b", 3}, "pair_apart"},
	} {
		_, _, err := Apply(ruled(), Add{Kind: c.kind, Item: Raw(c.row)})
		var bad *Invalid
		if got := errors.As(err, &bad); got != (c.want != "") || got && bad.Problems[0].ID != "plan.problem."+c.want {
			t.Errorf("%s %+v: %v", c.kind, c.row, err)
		}
	}
	p := ruled()
	p.Judgements = []Judgement{{"k", "l", 3}, {"l", "k", 3}}
	var bad *Invalid
	if err := Check(p); !errors.As(err, &bad) || bad.Problems[0].ID != "plan.problem.pair_twice" || bad.Problems[0].Path != "judgements[1].second" {
		t.Errorf("a pair both ways round: %v", bad)
	}
	p = ruled()
	p.Scores = []Score{{Candidate: "a", Criterion: "k", Value: 700}, {Candidate: "z", Criterion: "k", Value: 7}} // the second as an old file may have it
	if err := Check(p); err != nil {
		t.Error(err)
	}
	if _, _, err := Apply(p, Set{Kind: "criteria", Key: "k", Fields: []FieldValue{{Name: "kind", Now: Raw("score")}}}); !errors.As(err, &bad) || bad.Problems[0].Args["got"] != 700.0 {
		t.Errorf("a criterion that is scored again keeps a measured 700: %v", err)
	}
}

func TestDuplicate_MatrixTakesItsPairsAlong(t *testing.T) {
	p := ruled()
	p.Judgements, p.Comparisons = []Judgement{{"k", "l", 3}}, []Comparison{{"l", "a", "b", 5}}
	q, _, err := Apply(p, Duplicate{Kind: "matrices", Key: "m", Name: "Copy", NewID: NewID})
	if err != nil || len(q.Judgements) != 2 || len(q.Comparisons) != 2 || q.Judgements[1].First == "k" || q.Comparisons[1].First == "a" || q.Comparisons[1].Criterion == "l" {
		t.Errorf("%v %+v %+v", err, q.Judgements, q.Comparisons)
	}
	if q, _, err = Apply(q, Remove{Kind: "criteria", Keys: []string{"l"}}); err != nil || len(q.Judgements) != 1 || len(q.Comparisons) != 1 {
		t.Errorf("%v: pairs outlive their criterion", err)
	}
}
