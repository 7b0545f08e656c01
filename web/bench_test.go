package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

func benchmarkPages(b *testing.B, p *plan.Plan) {
	s := newSite(b, p)
	for _, path := range pages {
		b.Run(strings.Trim(strings.NewReplacer("/plans/p", "", "/", "_", "?", "_").Replace(path), "_"), func(b *testing.B) {
			s.get(path) // the revision's verdicts are kept from here on
			var n int
			for b.Loop() {
				w := s.get(path)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
				n = w.Body.Len()
			}
			b.ReportMetric(float64(n), "bytes/page")
		})
	}
}

func BenchmarkPages_Sample(b *testing.B) {
	p, err := plan.Sample("en")
	if err != nil {
		b.Fatal(err)
	}
	benchmarkPages(b, p)
}

func BenchmarkPages_Large(b *testing.B) { benchmarkPages(b, plantest.Generate(1, 1000, 10000)) }

// BenchmarkEdit_Large is one edit with the page after it: apply, save, analyse
// and draw.
func BenchmarkEdit_Large(b *testing.B) { benchmarkEdits(b, 0) }

// BenchmarkEdit_LargeWithDecisions is the same with 500 accepted decisions, each
// of which rests on two assumptions that are judged after every edit.
func BenchmarkEdit_LargeWithDecisions(b *testing.B) { benchmarkEdits(b, 500) }

func benchmarkEdits(b *testing.B, decisions int) {
	s := newSite(b, plantest.Generate(1, 1000, 10000))
	for i := range decisions {
		r := decision.Record{Topic: decision.Layout, Subject: "hub", Title: "x", Context: strings.Repeat("Why. ", 200), Status: decision.Accepted, Assumptions: []decision.Assumption{
			{Text: "small", Check: fmt.Sprintf("plan.clusters <= %d", 2000+i)}, {Text: "radius", Check: fmt.Sprintf(`layout("hub").radius <= 1 and layout("hub").most_applications <= %d`, 20_000+i)}}}
		if _, err := s.db.AddDecision(b.Context(), "p", decision.Kept{Decision: decision.Decision{Record: r}}); err != nil {
			b.Fatal(err)
		}
	}
	i := 0
	for b.Loop() {
		i++
		w := s.post("/plans/p/edit", "/plans/p/facts/clusters", url.Values{"op": {"set"}, "at": {"clusters/c1/region"}, "value": {strings.Repeat("x", 1+i%50)}})
		if w.Code != http.StatusSeeOther {
			b.Fatal(w.Code)
		}
		s.get("/plans/p/layouts")
	}
}

// BenchmarkMatrix_200x30x50 is the sides of a matrix of 200 candidates, 30
// criteria and 50 people, its verdict worked out once for the revision.
func BenchmarkMatrix_200x30x50(b *testing.B) {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Name: "Large", Purpose: plan.CompareOwn}}}
	for k := range 30 {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: fmt.Sprintf("k%d", k), Matrix: "m", Name: fmt.Sprintf("Criterion %d", k), Weight: float64(1 + k%5)})
	}
	for c := range 200 {
		p.Candidates = append(p.Candidates, plan.Candidate{ID: fmt.Sprintf("c%d", c), Matrix: "m", Name: fmt.Sprintf("Candidate %d", c)})
		for k := range 30 {
			for who := range 50 {
				p.Scores = append(p.Scores, plan.Score{Candidate: fmt.Sprintf("c%d", c), Criterion: fmt.Sprintf("k%d", k), Person: fmt.Sprintf("p%d", who), Value: float64(1 + (c*7+k*3+who*who)%5)})
			}
		}
	}
	s := newSite(b, p)
	for _, query := range []string{"", "?view=weights&criterion=k1", "?view=ways", "?candidate=c3&criterion=k2", "/stacks"} {
		b.Run(query, func(b *testing.B) {
			path := "/plans/p/matrix" + query
			s.get(path)
			n := 0
			for b.Loop() {
				n = s.get(path).Body.Len()
			}
			b.ReportMetric(float64(n), "bytes/page")
		})
	}
}
