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
	return render(t, Release(ReleaseProps{ID: "release", Name: a.Name, Analysis: a, Palette: palette, Words: l.T}))
}

func TestRelease_IsWellFormedAndTellsEveryStrategy(t *testing.T) {
	for _, l := range lang.All {
		for _, traits := range []plan.Traits{{}, {Alone: true}, {Replicas: 100_000, StartSeconds: 86400, TrafficControl: true}, {Replicas: 3, StartSeconds: 0.01, WarmSeconds: 9}} {
			for _, palette := range []Palette{Page, File} {
				svg := releaseOfService(t, traits, l, palette)
				wellFormed(t, svg)
				if strings.Count(svg, "<title>") != 4 || strings.Contains(svg, "‹") {
					t.Errorf("%s: %s", l, svg)
				}
				if (palette == File) == strings.Contains(svg, "var(--") {
					t.Errorf("%s: the colours of another palette", l)
				}
			}
		}
	}
}

func TestRelease_MarksDowntimeAndWhatIsImpossible(t *testing.T) {
	svg := releaseOfService(t, plan.Traits{Alone: true}, lang.English, File)
	if strings.Count(svg, "not possible") != 3 || strings.Count(svg, ">down<") != 1 {
		t.Error(svg)
	}
}
