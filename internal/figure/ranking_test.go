package figure

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
)

func rankingPlan(l lang.Lang) *plan.Plan {
	p := &plan.Plan{Schema: plan.Schema, Matrices: []plan.Matrix{{ID: "m", Name: "Deploy", Purpose: plan.CompareCD, Gates: []plan.Gate{plan.GateOffline, plan.GateMaintained}}}}
	n := 0
	for _, s := range matrix.Starts() {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: s.ID, Matrix: "m", Name: l.T("matrix.criterion."+s.ID, nil), Weight: s.Weight})
	}
	for _, r := range []struct {
		tool, name string
		scores     []float64
	}{
		{"argo_cd", "", []float64{5, 5, 5, 4}}, {"flux", "", []float64{5, 4.5, 4, 4}}, {"spinnaker", "", []float64{4, 3, 3, 2}},
		{"buildkite", "", []float64{4, 1, 3, 5}}, {"", "사내에서 만든 아주 긴 이름의 배포 자동화 도구", []float64{3, 5}}, {"drone", "", nil}, {"kaniko", "", nil},
	} {
		n++
		id := "c" + strconv.Itoa(n)
		p.Candidates = append(p.Candidates, plan.Candidate{ID: id, Matrix: "m", Tool: r.tool, Name: r.name})
		for i, v := range r.scores {
			p.Scores = append(p.Scores, plan.Score{Candidate: id, Criterion: p.Criteria[i].ID, Person: "Jimin", Value: v})
		}
	}
	return p
}

func drawRankingText(t *testing.T, l lang.Lang, p *plan.Plan, palette Palette) string {
	t.Helper()
	a := matrix.Analyse(p, "m")
	var out bytes.Buffer
	if err := Ranking(RankingProps{ID: "r", Name: "Deploy", Analysis: &a, Palette: palette, Words: l.T}).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRanking_IsWellFormedAndNamesTheGate(t *testing.T) {
	for _, l := range lang.All {
		for _, palette := range []Palette{File, Page} {
			svg := drawRankingText(t, l, rankingPlan(l), palette)
			d := xml.NewDecoder(strings.NewReader(svg))
			for {
				tok, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if e, ok := tok.(xml.StartElement); ok {
					for _, at := range e.Attr {
						if at.Name.Local == "style" {
							t.Error("a style attribute")
						}
					}
				}
			}
			for _, want := range []string{`role="img"`, "viewBox=\"0 0 960 ", "Argo CD", "사내에서 만든 아주 긴 이름의 배포 자동화 도구",
				l.T("figure.ranking.gate_out", map[string]any{"gates": l.T("choice.gate.maintained", nil)}),
				l.T("figure.ranking.missing", map[string]any{"count": 2})} {
				if !strings.Contains(svg, want) {
					t.Errorf("%s: %q is missing", l, want)
				}
			}
			if strings.Contains(svg, "‹figure") {
				t.Errorf("%s: a message is missing", l)
			}
		}
		if dir := os.Getenv("FIGURE_DIR"); dir != "" {
			if err := os.WriteFile(dir+"/ranking-"+string(l)+".svg", []byte(drawRankingText(t, l, rankingPlan(l), File)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestRanking_ManyCandidatesAndCriteriaAreCapped(t *testing.T) {
	p := rankingPlan(lang.English)
	for i := range 100 {
		p.Candidates = append(p.Candidates, plan.Candidate{ID: "x" + strconv.Itoa(i), Matrix: "m", Name: "Tool " + strconv.Itoa(i)})
	}
	for i := range 40 {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: "k" + strconv.Itoa(i), Matrix: "m", Name: "Criterion " + strconv.Itoa(i), Weight: 1})
	}
	svg := drawRankingText(t, lang.English, p, File)
	if !strings.Contains(svg, "and 67 more candidates") || strings.Contains(svg, "Criterion 39") {
		t.Error("not capped")
	}
}

func TestRanking_NothingYet(t *testing.T) {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Purpose: plan.CompareOwn}}}
	if svg := drawRankingText(t, lang.Korean, p, File); !strings.Contains(svg, "아직 후보가 없습니다") {
		t.Error("an empty matrix says nothing")
	}
}
