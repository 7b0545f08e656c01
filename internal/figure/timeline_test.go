package figure

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deckplan/internal/lang"
)

func timelineOf(t *testing.T, from time.Time, spans []Span) string {
	t.Helper()
	return render(t, Timeline(TimelineProps{ID: "t", Title: "states", Desc: "desc", From: from, To: from.Add(24 * time.Hour), Palette: File, Words: lang.Korean.T,
		When: func(t time.Time) string { return t.Format("15:04") }, Lanes: []TimelineLane{{Name: "Health", Spans: spans}}}))
}

func TestTimeline_WorseIsHigherAndTold(t *testing.T) {
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	svg := timelineOf(t, from, []Span{{From: from, To: from.Add(12 * time.Hour), Tone: GoodTone, Label: "Healthy"},
		{From: from.Add(12 * time.Hour), To: from.Add(24 * time.Hour), Tone: BadTone, Label: `</title><b>"&`}})
	wellFormed(t, svg)
	for _, want := range []string{`height="9.9"`, `height="22"`, "Health: Healthy", "00:00", "12:00", "&lt;/title&gt;"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
}

func TestTimeline_IsBoundedAndKeepsTheWorst(t *testing.T) {
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	var spans []Span
	for i := range 40_000 {
		s := Span{From: from.Add(time.Duration(i) * 2 * time.Second), To: from.Add(time.Duration(i+1) * 2 * time.Second), Tone: GoodTone, Label: fmt.Sprint("up", i)}
		if i == 20_000 {
			s.Tone, s.Label = BadTone, "down"
		}
		spans = append(spans, s)
	}
	svg := timelineOf(t, from, spans)
	if n := strings.Count(svg, "<rect"); n > 1000 || n < 100 {
		t.Errorf("%d bars", n)
	}
	if !strings.Contains(svg, "down") {
		t.Error("the worst is lost")
	}
	wellFormed(t, timelineOf(t, from, nil))
}
