package matrixfile

import (
	"bytes"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"deckplan/internal/plan"
)

// whole is a plan with a matrix that uses everything, and another one beside.
func whole() *plan.Plan {
	return &plan.Plan{Schema: plan.Schema, About: plan.About{Name: "P"},
		Matrices: []plan.Matrix{{ID: "other", Name: "Other", Purpose: plan.CompareCI},
			{ID: "m1", Name: "=HYPERLINK(\"x\")", Purpose: plan.CompareBuilders, Gates: []plan.Gate{plan.GateOffline, plan.GateMaintained}, Lifted: []plan.Gate{plan.GateDaemonless}, Method: plan.TOPSIS,
				Normalisation: plan.ByVector, Weighting: plan.ByJudgement, Aggregate: plan.Median, Blind: true, FactMonths: 6}},
		Criteria: []plan.Criterion{{ID: "k1", Matrix: "m1", Name: "가격, VAT", Weight: .1, Kind: plan.Measured, Unit: "₩", Direction: plan.Lower, Note: "two\nlines"},
			{ID: "k2", Matrix: "m1", Name: "Ease", Weight: 3}, {ID: "k3", Matrix: "m1", Name: "Ease", Weight: 0}, {ID: "ko", Matrix: "other", Name: "Ease", Weight: 1}},
		Candidates: []plan.Candidate{{ID: "c1", Matrix: "m1", Tool: "buildah"}, {ID: "c2", Matrix: "m1", Tool: "buildah", Name: "buildah, as root"},
			{ID: "c3", Matrix: "m1", Name: "#own"}, {ID: "c4", Matrix: "m1", Name: "+1"}, {ID: "co", Matrix: "other", Name: "x"}},
		Scores: []plan.Score{{Candidate: "c1", Criterion: "k1", Value: -1234567.25}, {Candidate: "c1", Criterion: "k2", Person: "Jimin", Value: 4, Evidence: "=1+1", Date: "2026-11-02"},
			{Candidate: "c1", Criterion: "k2", Person: "@hana", Value: 1. / 3 * 4}, {Candidate: "c2", Criterion: "k3", Person: "Jimin", Value: 5}, {Candidate: "co", Criterion: "ko", Value: 2}},
		Judgements:  []plan.Judgement{{First: "k1", Second: "k2", Ratio: 1. / 7}, {First: "k2", Second: "k3", Ratio: 2.5}},
		Comparisons: []plan.Comparison{{Criterion: "k3", First: "c1", Second: "c3", Ratio: 3}}}
}

// only is what a plan holds of one matrix, with its keys.
func only(p *plan.Plan, id string) map[string]plan.Item {
	out := map[string]plan.Item{}
	mine := map[string]bool{id: true}
	for _, name := range []string{"matrices", "criteria", "candidates", "scores", "judgements", "comparisons"} {
		k := plan.KindOf(name)
		for i := range k.Len(p) {
			item := k.At(p, i)
			if name == "matrices" && item.Key() != id {
				continue
			}
			keep := name == "matrices"
			for _, f := range k.Fields {
				for _, ref := range k.Refs(item, f) {
					keep = keep || mine[ref]
				}
			}
			if keep {
				mine[item.Key()] = true
				out[name+"/"+item.Key()] = item
			}
		}
	}
	return out
}

// TestExport_ComesBackTheSame writes a matrix, reads it, and brings it into the
// plan it is from, into one it is missing from, and into one where it changed.
func TestExport_ComesBackTheSame(t *testing.T) {
	for _, ending := range []string{".csv", ".xlsx"} {
		p := whole()
		if err := plan.Check(p); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		write := WriteCSV
		if ending == ".xlsx" {
			write = WriteXLSX
		}
		if err := write(&b, p, "m1"); err != nil {
			t.Fatal(err)
		}
		f, err := Read(bytes.NewReader(b.Bytes()), "x"+ending)
		if err != nil {
			t.Fatalf("%s: %v\n%s", ending, err, b.Bytes())
		}
		batch, counts, err := f.Edit(p, "m1", plan.NewID)
		if err != nil || len(batch.Edits) != 0 || counts.Same != len(only(p, "m1")) {
			t.Errorf("%s: not the same: %+v %+v %v", ending, batch.Edits, counts, err)
		}
		changed := whole()
		changed.Scores[0].Value, changed.Criteria[0].Unit, changed.Matrices[1].Blind = 7, "", false
		changed.Matrices[1].Lifted = nil
		changed.Judgements[1] = plan.Judgement{First: "k3", Second: "k2", Ratio: 9}
		batch, _, err = f.Edit(changed, "m1", plan.NewID)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := plan.Apply(changed, batch)
		if err != nil || !reflect.DeepEqual(only(back, "m1"), only(p, "m1")) || !reflect.DeepEqual(only(back, "other"), only(p, "other")) {
			t.Errorf("%s: %v\n%+v\n%+v", ending, err, only(back, "m1"), only(p, "m1"))
		}
		n := 0
		batch, counts, _ = f.Edit(plan.Empty("new"), "", func() string { n++; return "n" + strconv.Itoa(n) })
		fresh, _, err := plan.Apply(plan.Empty("new"), batch)
		if err != nil || counts.Added != len(only(p, "m1")) || len(fresh.Scores) != 4 || fresh.Scores[1].Evidence != "=1+1" || fresh.Candidates[2].Name != "#own" {
			t.Errorf("%s: %v %+v", ending, err, counts)
		}
	}
}

func TestExport_NothingIsComputed(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, whole(), "m1"); err != nil {
		t.Fatal(err)
	}
	for cell := range strings.FieldsFuncSeq(strings.TrimPrefix(b.String(), "\ufeff"), func(r rune) bool { return r == ',' || r == '\n' || r == '"' }) {
		if _, err := strconv.ParseFloat(cell, 64); err != nil && strings.ContainsAny(cell[:1], "=+-@") {
			t.Errorf("a spreadsheet would compute %q", cell)
		}
	}
	b.Reset()
	if err := WriteXLSX(&b, whole(), "m1"); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.GetRows(x.GetSheetName(0))
	if err != nil || rows[0][1] != whole().Matrices[1].Name {
		t.Fatalf("%v %v", err, rows)
	}
	if f, err := x.GetCellFormula(x.GetSheetName(0), "B1"); err != nil || f != "" {
		t.Errorf("formula %q", f)
	}
}

func TestRead_ShortTableAndYAMLSayTheSame(t *testing.T) {
	csv, err := Read(strings.NewReader("candidate;Price;Speed\r\n#method;topsis\r\n#weight;0.25;0.75\r\n#direction;lower;\r\nA;1;3000\r\nB;;3750\r\n#judgement;Price;Speed;1/3\r\n"), "pick.csv")
	if err != nil {
		t.Fatal(err)
	}
	yaml, err := Read(strings.NewReader(`
method: topsis
judgements: [[Price, Speed, 1/3]]
criteria: [{name: Price, weight: 0.25, direction: lower}, {name: Speed, weight: 0.75}]
candidates: [{name: A, values: {Price: 1, Speed: 3000}}, {name: B, values: [null, 3750]}]
`), "pick.yaml")
	if err != nil || !reflect.DeepEqual(csv.Plan, yaml.Plan) {
		t.Errorf("%v\n%+v\n%+v", err, csv.Plan, yaml.Plan)
	}
	if m := yaml.Matrix(); m.Name != "pick" || m.Weighting != plan.ByJudgement || yaml.Plan.Criteria[0].Kind != plan.Measured || len(yaml.Plan.Scores) != 3 {
		t.Errorf("%+v", yaml.Plan)
	}
}

func TestRead_TellsTheLine(t *testing.T) {
	for _, c := range []struct {
		name, text, id string
		line           int
	}{
		{"a.yaml", "criteria: [A]\ncandidates:\n  - {name: X, values: {A: lots}}", "matrixfile.number", 3},
		{"a.yaml", "criteria: [A]\ncandidates:\n  - {name: X, values: {B: 3}}", "matrixfile.unknown", 3},
		{"a.yaml", "criteria:\n  - A\n  - a\n", "matrixfile.twice", 3},
		{"a.yaml", "method: guess\ncriteria: [A]\n", "plan.problem.choice", 1},
		{"a.yaml", "criteria:\n  - {name: A, kind: score}\ncandidates:\n  - name: X\n    values:\n      A: 7\n", "plan.problem.score", 6},
		{"a.yaml", "criteria: [A, B]\njudgements:\n  - [A, B, 3]\n  - [B, A, 3]\n", "plan.problem.pair_twice", 4},
		{"a.yaml", "criteria: [A, B]\njudgements:\n  - [A, B, 30]\n", "plan.problem.large", 3},
		{"a.yaml", "criteria: [A, B]\njudgements:\n  - [A, 3]\n", "matrixfile.triple", 3},
		{"a.yaml", "criteria: [A, B, C]\njudgements:\n  - [1, 2, 3]\n  - [1/3, 1, 2]\n  - [1/3, 1/2, 1]\n", "matrixfile.reciprocal", 4},
		{"a.yaml", "criteria:\n  - name: A\n    criteria: [B, C, D]\n    judgements: [[B, C, 3]]\n  - E\n", "matrixfile.apart", 2},
		{"a.yaml", "criteria:\n  - name: A\n    criteria: [B, C]\n  - E\njudgements:\n  - [B, E, 3]\n", "matrixfile.siblings", 6},
		{"a.yaml", "criteria:\n  - name: A\n    kind: score\n    criteria: [B, C]\n", "matrixfile.group", 2},
		{"a.yaml", "whim: {a: 1}\ncriteria: [A]\n", "matrixfile.field", 1},
		{"a.yaml", "a: [\n", "plan.problem.yaml", 1},
		{"a.yaml", "criteria: &a [*a]\n", "matrixfile.mapping", 1},
		{"a.yaml", "", "matrixfile.empty", 0},
		{"a.csv", "1,A\nX,1\n", "matrixfile.header", 1},
		{"a.csv", "candidate,A\nX,1\nY,many\n", "matrixfile.number", 3},
		{"a.csv", "candidate,A\n#wieght,1\nY,2\n", "matrixfile.mark", 2},
		{"a.csv", "candidate,A\nX,1\nY,1,2\n", "matrixfile.no_column", 3},
		{"a.csv", "candidate,A\nX,1\nX,2\n", "plan.problem.twice", 3},
		{"a.xlsx", "no workbook", "matrixfile.workbook", 0},
	} {
		_, err := Read(strings.NewReader(c.text), c.name)
		var bad *plan.Invalid
		if !errors.As(err, &bad) || bad.Problems[0].ID != c.id || bad.Problems[0].Line != c.line {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.yaml", "criteria: [A]\ncandidates: [{name: X, values: [3]}]")
	f.Add("a.csv", "candidate,person,A\nX,me,3\n#evidence,X,me,A,2026-01-01,seen\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		m, err := Read(strings.NewReader(text), name)
		if err != nil {
			return
		}
		if err := plan.Check(m.Plan); err != nil {
			t.Error(err)
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, m.Plan, "m"); err != nil {
			t.Error(err)
		}
	})
}
