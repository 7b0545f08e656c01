package frontier

import (
	"context"
	"fmt"
	"testing"

	"deckplan/internal/layout"
	"deckplan/internal/plan/plantest"
)

// BenchmarkSearch gives, beside the time, what is proven: the share of points,
// and the mean and largest gap in radius at the same cost, in percent of it.
func BenchmarkSearch(b *testing.B) {
	weights := []struct {
		name string
		of   plantest.Option
	}{{"skewed", plantest.Skewed()}, {"narrow", plantest.Narrow()}, {"uniform", plantest.Uniform()}}
	for _, size := range []struct{ clusters, classes, services int }{{40, 5, 800}, {2000, 20, 20000}} {
		for _, w := range weights {
			b.Run(fmt.Sprintf("%d/%s", size.clusters, w.name), func(b *testing.B) {
				ix := layout.NewIndex(plantest.Generate(7, size.clusters, size.services, plantest.Classes(size.classes), w.of))
				benchmark(b, ix, Options{})
			})
		}
	}
}

// BenchmarkSearch_OneNetwork is a hub zone that reaches most others, with
// environments apart: few large classes, and hosts that reach only some.
func BenchmarkSearch_OneNetwork(b *testing.B) {
	benchmark(b, layout.NewIndex(plantest.Generate(7, 2000, 20000)), Options{})
}

func BenchmarkSearch_FromBase(b *testing.B) {
	ix := layout.NewIndex(plantest.Generate(7, 2000, 20000, plantest.Classes(20), plantest.Uniform()))
	base := ix.Presets()[2]
	benchmark(b, ix, Options{Base: &base})
}

func benchmark(b *testing.B, ix *layout.Index, o Options) {
	var f Frontier
	for b.Loop() {
		var err error
		if f, err = Search(context.Background(), ix, o); err != nil {
			b.Fatal(err)
		}
	}
	proven, sum, most := 0, 0.0, 0.0
	for _, p := range f.Points {
		if p.Proven {
			proven++
		}
		gap := 100 * (p.Radius - p.BoundRadius) / p.Radius
		sum, most = sum+gap, max(most, gap)
	}
	n := float64(len(f.Points))
	b.ReportMetric(n, "points")
	b.ReportMetric(100*float64(proven)/n, "%proven")
	b.ReportMetric(sum/n, "%gap-mean")
	b.ReportMetric(most, "%gap-most")
	whole := 0.0
	if f.Proven {
		whole = 1
	}
	b.ReportMetric(whole, "whole")
}
