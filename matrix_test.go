package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const leaderFile = `
judgements:
  - [Experience, Education, 4]
  - [Experience, Charisma, 3]
  - [Experience, Age, 7]
  - [Education, Charisma, 1/3]
  - [Education, Age, 3]
  - [Charisma, Age, 5]
criteria:
  - {name: Experience, comparisons: [[Moll, Nell, 1/4], [Moll, Sue, 4], [Nell, Sue, 9]]}
  - {name: Education, comparisons: [[Moll, Nell, 3], [Moll, Sue, 1/5], [Nell, Sue, 1/7]]}
  - {name: Charisma, comparisons: [[Moll, Nell, 5], [Moll, Sue, 9], [Nell, Sue, 4]]}
  - {name: Age, comparisons: [[Moll, Nell, 1/3], [Moll, Sue, 5], [Nell, Sue, 9]]}
candidates: [Moll, Nell, Sue]
`

func TestMatrix_PrintsPublishedExamplesAsJSON(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	totals := func(args ...string) (out []string, findings []string) {
		code, text, errs := deckplan(t, append([]string{"--lang=en", "matrix", "--json"}, args...)...)
		var got struct {
			Ranking []struct {
				Name  string
				Total float64
			}
			Findings []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(text), &got); code != 0 || err != nil {
			t.Fatalf("%v: %d %v %s", args, code, err, errs)
		}
		for _, r := range got.Ranking {
			out = append(out, fmt.Sprintf("%s %.3f", r.Name, r.Total))
		}
		for _, f := range got.Findings {
			findings = append(findings, f.ID)
		}
		return out, findings
	}
	if got, _ := totals(file("leader.yaml", leaderFile)); !slices.Equal(got, []string{"Nell 0.493", "Moll 0.358", "Sue 0.149"}) {
		t.Errorf("%v", got)
	}
	table := file("topsis.csv", "candidate,Price,Speed\n#method,topsis\n#weight,.5,.5\n#direction,lower,higher\nA,1,3000\nB,2,3750\nC,5,4500\n")
	got, findings := totals(table)
	if !slices.Equal(got, []string{"A 0.762", "B 0.722", "C 0.238"}) || !slices.Contains(findings, "matrix.finding.methods_differ") {
		t.Errorf("%v %v", got, findings)
	}
	if got, _ := totals(table, "--normalisation=min_max"); !slices.Equal(got, []string{"B 0.617", "A 0.500", "C 0.500"}) {
		t.Errorf("%v", got)
	}
	book := filepath.Join(dir, "topsis.xlsx")
	if code, _, errs := deckplan(t, "matrix", table, "-o", book); code != 0 {
		t.Fatal(errs)
	}
	if got, _ := totals(book); got[0] != "A 0.762" {
		t.Errorf("by way of a workbook: %v", got)
	}
}

func TestMatrix_ExitsByWhatIsWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.yaml")
	for _, c := range []struct {
		text, says string
		code       int
	}{
		{"criteria: [A]\ncandidates: [X]\n", "Nobody has scored yet.", 1},
		{"criteria: [A]\ncandidates:\n  - {name: X, values: {A: lots}}\n", "m.yaml:3: “lots” is not a number.", 2},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := deckplan(t, "--lang=en", "matrix", path)
		if code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("%d: %s%s", code, out, errs)
		}
	}
}
