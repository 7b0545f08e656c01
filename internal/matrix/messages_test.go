package matrix_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"deckplan/internal/catalog"
	"deckplan/internal/lang"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
)

// TestMessages_EveryFindingIsWorded reads the ids from the source, so that a
// finding added without its sentences is found.
func TestMessages_EveryFindingIsWorded(t *testing.T) {
	files, err := filepath.Glob("findings*.go")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{"close_less": true, "close_stable": true, "clear_less": true, "clear_stable": true, "close_share": true, "turned_archived": true, "turned_renamed": true, "clear_share": true}
	literal := regexp.MustCompile(`(?:finding|byGate|say)\("([a-z_]+)"(?:, "([a-z_]+)")?|\bid(?:, args\["gate"\])?(?:, args\["other"\])? :?= "([a-z_]+)"`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(b), -1) {
			ids[m[1]+m[3]] = true
			if m[2] != "" {
				ids[m[2]] = true
			}
		}
	}
	if len(ids) < 25 {
		t.Errorf("only %d ids were found in the source", len(ids))
	}
	for _, l := range lang.All {
		for id := range ids {
			for _, part := range []string{"", ".why"} {
				if !l.Has("matrix.finding." + id + part) {
					t.Errorf("%s: matrix.finding.%s%s is missing", l, id, part)
				}
			}
		}
		for id := range lang.Messages() {
			if rest, ok := strings.CutPrefix(id, "matrix.finding."); ok && !ids[strings.SplitN(rest, ".", 2)[0]] {
				t.Errorf("%s is used by nothing", id)
			}
		}
	}
}

func TestMessages_SentencesOfTheSampleAreWhole(t *testing.T) {
	for _, l := range lang.All {
		p, err := plan.Sample(string(l))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Matrices {
			a := matrix.Analyse(p, m.ID)
			for _, x := range a.Verdict.Metrics {
				for _, id := range []string{"metric." + x.ID, "metric." + x.ID + ".means"} {
					if !l.Has(id) {
						t.Errorf("%s: %s is missing", l, id)
					}
				}
			}
			for _, f := range a.Verdict.Findings {
				for _, id := range []string{f.ID, f.ID + ".why", f.ID + ".do"} {
					if s := l.T(id, f.Args); l.Has(id) && strings.Contains(strings.ReplaceAll(s, "‹choice.gate.", ""), "‹") {
						t.Errorf("%s: %s", id, s)
					} else if l.Has(id) {
						t.Log(s)
					}
				}
			}
		}
	}
}

func TestMessages_UnfitSaysWhatThePurposeAsksFor(t *testing.T) {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Purpose: plan.CompareCI}}, Candidates: []plan.Candidate{{ID: "c", Matrix: "m", Tool: "argo_cd"}}}
	for _, f := range matrix.Analyse(p, "m").Verdict.Findings {
		if f.ID == "matrix.finding.unfit" {
			if got := lang.English.T(f.ID+".why", f.Args); got != lang.English.T("matrix.fit.ci", nil) {
				t.Errorf("%q", got)
			}
			return
		}
	}
	t.Error("no finding")
}

func TestMessages_CatalogueWordsAreNamed(t *testing.T) {
	var tool catalog.Tool
	for _, l := range lang.All {
		kinds := map[string]bool{"category": true, "privileges": true, "cache": true, "platforms": true, "input": true, "login": true, "turn": true, "group": true, "network": true}
		for _, f := range tool.Facts() {
			kinds[f.Vocabulary] = true
			if !l.Has("tool.fact." + f.Name) {
				t.Errorf("%s: tool.fact.%s is missing", l, f.Name)
			}
		}
		for kind := range kinds {
			if len(catalog.ToolVocabulary(kind)) == 0 {
				t.Errorf("%s has no words", kind)
			}
			for _, word := range catalog.ToolVocabulary(kind) {
				if !l.Has("tool." + kind + "." + word) {
					t.Errorf("%s: tool.%s.%s is missing", l, kind, word)
				}
			}
		}
		for _, s := range matrix.Starts() {
			if id := "matrix.criterion." + s.ID; !l.Has(id) || !l.Has(id+".note") {
				t.Errorf("%s: %s is missing", l, id)
			}
		}
		for _, v := range plan.MatrixPurpose("").Values() {
			if !l.Has("matrix.template."+v) || !l.Has("matrix.fit."+v) {
				t.Errorf("%s: words for the purpose %s are missing", l, v)
			}
		}
	}
}
