package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

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
func BenchmarkEdit_Large(b *testing.B) {
	s := newSite(b, plantest.Generate(1, 1000, 10000))
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
