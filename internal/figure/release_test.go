package figure

import (
	"strings"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/strategy"
)

func releaseOfService(t *testing.T, traits plan.Traits, l lang.Lang, palette Palette) string {
	t.Helper()
	p := &plan.Plan{Services: []plan.Service{{ID: "s", Name: `<b>"결제" & Co</b>`, Criticality: 5, Traits: traits}}}
	a, ok := strategy.Analyse(p, "s")
	if !ok {
		t.Fatal("no service")
	}
	good := ReleaseProps{ID: "release", Name: a.Name, Analysis: a, Palette: palette, Words: l.T}
	bad := good
	bad.ID, bad.Bad, bad.Cursor, bad.At = "bad", true, true, 7
	wellFormed(t, render(t, Release(bad)))
	return render(t, Release(good))
}

func TestRelease_IsWellFormedAndTellsEveryStrategy(t *testing.T) {
	for _, l := range lang.All {
		for _, traits := range []plan.Traits{{}, {Alone: true}, {Replicas: 100_000, StartSeconds: 86400, TrafficControl: true}, {Replicas: 3, StartSeconds: 0.01, WarmSeconds: 9}} {
			for _, palette := range []Palette{Page, File} {
				svg := releaseOfService(t, traits, l, palette)
				wellFormed(t, svg)
				if strings.Count(svg, "<title>") != 4 || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || strings.Contains(svg, "‹") {
					t.Errorf("%s: %s", l, svg)
				}
				if (palette == File) == strings.Contains(svg, "var(--") {
					t.Errorf("%s: the colours of another palette", l)
				}
			}
		}
	}
}

func TestRelease_MarksMissingCapacityAndWhatIsImpossible(t *testing.T) {
	svg := releaseOfService(t, plan.Traits{Alone: true}, lang.English, File)
	if strings.Count(svg, "not possible") != 3 || strings.Count(svg, "url(#release-short)") != 1 {
		t.Error(svg)
	}
}

// Blue/Green is done long before a canary, and both lie on one axis.
func TestRelease_LanesShareOneAxisOfTime(t *testing.T) {
	svg := releaseOfService(t, plan.Traits{Replicas: 10, TrafficControl: true}, lang.English, File)
	if strings.Count(svg, ">0 s<") != 1 || strings.Count(svg, ">10 min<") != 1 {
		t.Error(svg)
	}
	for until, want := range map[int]int{30: 7, 1093: 4, 3600: 7, 1: 2} {
		ticks := timeTicks(until)
		if len(ticks) != want || ticks[len(ticks)-1] > until {
			t.Errorf("%d s: ticks %v", until, ticks)
		}
	}
}
