package matrixfile

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"deckplan/internal/matrix"
	"deckplan/internal/plan"
)

// TestRead_TakesWhatPeopleWrite reads the same matrix in the words and shapes
// that other tools and textbooks have taught people.
func TestRead_TakesWhatPeopleWrite(t *testing.T) {
	plain := `
method: topsis
normalisation: min_max
criteria: [{name: Price, weight: 0.5, direction: lower}, {name: Speed, weight: 0.25, direction: higher}]
candidates: [{name: A, values: [1, 3000]}, {name: B, values: [2, 3750]}]
`
	want, err := Read(strings.NewReader(plain), "x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"a.yaml": "method: TOPSIS\nnormalization: min-max\ncriteria:\n  Price: {weight: 0.5, type: cost}\n  Speed: {weight: 0.25, type: benefit}\nalternatives:\n  A: {Price: 1, Speed: 3000}\n  B: [2, 3750]\n",
		"b.yaml": "method: topsis\nnormalisation: minmax\ncriteria:\n  - Price: {direction: min}\n  - Speed: {direction: max}\nweights: [0.5, 0.25]\ncandidates:\n  - {name: A, Price: 1, Speed: 3000}\n  - {name: B, scores: {Price: 2, Speed: 3750}}\n",
		"c.csv":  "Alternative,Price,Speed\n#method,TOPSIS\n#normalization,Min-Max\nweight,0.5,0.25\ntype,cost,benefit\nA,1,3000\nB,2,3750\n",
		"e.csv":  "candidate;Price;Speed\n#method;topsis\n#normalisation;min_max\n#weight;0,5;0,25\n#direction;lower;higher\nA;1;3000\nB;2,0;3750\n",
		"f.csv":  "Model,Price,Speed\nweights,0.5,0.25\nimpact,-,+\nA,1,3000\nB,2,3750\n#method,topsis\n#normalisation,min_max\n",
		"d.csv":  ",Price,Speed\nWeights,0.5,0.25\ndirection,-,+\nA,1,3000\nB,2,3750\n#method,topsis\n#normalisation,min_max\n",
	} {
		got, err := Read(strings.NewReader(text), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got.Plan.Matrices[0].Name, got.Plan.About.Name = "x", "x"
		if !reflect.DeepEqual(got.Plan, want.Plan) {
			t.Errorf("%s:\n%+v\n%+v", name, got.Plan, want.Plan)
		}
	}
}

func TestRead_JudgementsInEveryShapeSayTheSame(t *testing.T) {
	rest := "\ncriteria: [A, B, C]\ncandidates: [X]\n"
	want, err := Read(strings.NewReader("judgements: [[A, B, 4], [A, C, 3], [C, B, 3]]"+rest), "x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"judgements: [{first: A, second: B, ratio: 4}, {first: A, second: C, ratio: 3}, {first: C, second: B, ratio: 3}]",
		"judgments:\n  A: {B: 4, C: 3}\n  C: {B: 3}",
		"judgements:\n  - [1, 4, 3]\n  - [1/4, 1, 0.33]\n  - [0.33, 3, 1]",
		"judgements:\n  - [1, 4, 3]\n  - [null, 1, null]\n  - [null, 3, 1]",
	} {
		got, err := Read(strings.NewReader(text+rest), "x.yaml")
		if err != nil || !reflect.DeepEqual(got.Plan, want.Plan) {
			t.Errorf("%s\n%v\n%+v", text, err, got.Plan)
		}
	}
}

// TestRead_PhonesByTOPSIS is the textbook example of five phones.
func TestRead_PhonesByTOPSIS(t *testing.T) {
	f, err := Read(strings.NewReader(`Model,Price,Storage,Camera,Looks
weights,0.25,0.25,0.25,0.25
impact,-,+,+,+
Mobile 1,250,16,12,5
Mobile 2,200,16,8,3
Mobile 3,300,32,16,4
Mobile 4,275,32,8,4
Mobile 5,225,16,16,2
#method,TOPSIS
`), "phones.csv")
	if err != nil {
		t.Fatal(err)
	}
	a := matrix.Analyse(f.Plan, f.Matrix().ID)
	var got []string
	for _, r := range a.Ranked() {
		got = append(got, fmt.Sprintf("%s %.3f", r.Name, r.Total))
	}
	if want := "Mobile 3 0.692, Mobile 4 0.535, Mobile 1 0.534, Mobile 5 0.401, Mobile 2 0.308"; strings.Join(got, ", ") != want {
		t.Errorf("%v", got)
	}
}

// TestRead_CriteriaOfCriteria is the published AHP example of a family that
// buys a car: four criteria, two of them with criteria of their own.
func TestRead_CriteriaOfCriteria(t *testing.T) {
	f, err := Read(strings.NewReader(`
judgements:
  - [Cost, Safety, 3]
  - [Cost, Style, 7]
  - [Cost, Capacity, 3]
  - [Safety, Style, 9]
  - [Safety, Capacity, 1]
  - [Style, Capacity, 1/7]
criteria:
  - name: Cost
    judgements:
      - [Purchase, Fuel, 2]
      - [Purchase, Maintenance, 5]
      - [Purchase, Resale, 3]
      - [Fuel, Maintenance, 2]
      - [Fuel, Resale, 2]
      - [Maintenance, Resale, 1/2]
    criteria: [Purchase, Fuel, Maintenance, Resale]
  - Safety
  - Style
  - name: Capacity
    criteria:
      - {name: Cargo, weight: 1}
      - {name: Passengers, weight: 5}
candidates: [Sedan, {name: Minivan}]
`), "car.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range f.Plan.Criteria {
		got = append(got, fmt.Sprintf("%s %.3f", c.Name, c.Weight))
	}
	want := "Purchase 0.249, Fuel 0.128, Maintenance 0.051, Resale 0.082, Safety 0.234, Style 0.041, Cargo 0.036, Passengers 0.179"
	if strings.Join(got, ", ") != want || f.Matrix().Weighting != plan.ByPoints {
		t.Errorf("%s\n%s", strings.Join(got, ", "), want)
	}
	if len(f.Groups) != 3 || f.Groups[1].Name != "Cost" || fmt.Sprintf("%.3f", f.Groups[1].Shares) != "[0.488 0.252 0.100 0.161]" || f.Groups[0].Judged.Ratio > .1 || f.Groups[2].Judged != nil {
		t.Errorf("%+v", f.Groups)
	}
}
