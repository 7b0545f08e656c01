package figure

import (
	"time"
)

// Tone says how good a state is. A tone is drawn by colour and by height, so
// that it is told without colours too.
type Tone int

// The tones, from the best to the worst.
const (
	NoTone   Tone = iota // nothing is known
	GoodTone             // as it should be
	IdleTone             // at rest on purpose
	BusyTone             // changing
	WarnTone
	BadTone
)

// Span is a time in one state.
type Span struct {
	From, To time.Time
	Tone     Tone
	Label    string
}

// TimelineLane is one property over time; its spans are in order and do not overlap.
type TimelineLane struct {
	Name  string
	Spans []Span
}

// TimelineProps is what a timeline is drawn from.
type TimelineProps struct {
	ID       string // begins every id in the drawing; unique on the page
	Title    string
	Desc     string
	From, To time.Time
	Lanes    []TimelineLane
	Palette  Palette
	When     func(t time.Time) string // words a moment, in short
	Words    func(id string, args map[string]any) string
}

const (
	timelineWidth = 960.0
	timelineLeft  = 84.0
	barHeight     = 22.0
	laneStep      = 32.0
)

type timelineBar struct {
	x, y, width, height float64
	fill, title         string
}

type timeline struct {
	height float64
	names  []tick // at is y
	bars   []timelineBar
	ticks  []tick // at is x
}

func drawTimeline(p TimelineProps) timeline {
	d := timeline{height: float64(len(p.Lanes))*laneStep + 24}
	whole := p.To.Sub(p.From)
	if whole <= 0 {
		return d
	}
	x := func(t time.Time) float64 {
		return timelineLeft + (timelineWidth-timelineLeft)*min(1, max(0, float64(t.Sub(p.From))/float64(whole)))
	}
	for i, l := range p.Lanes {
		y := float64(i) * laneStep
		d.names = append(d.names, tick{at: y + 16, text: Clip(l.Name, 11, timelineLeft-8)})
		for _, s := range squeeze(l.Spans, x) {
			share := [...]float64{0.2, 0.45, 0.45, 0.65, 0.8, 1}[s.Tone]
			b := timelineBar{x: x(s.From), width: max(1.2, x(s.To)-x(s.From)-0.6), height: barHeight * share, fill: p.Palette.tone(s.Tone)}
			b.y = y + barHeight - b.height
			b.title = p.Words("figure.timeline.span", map[string]any{"lane": l.Name, "state": s.Label, "from": p.When(s.From), "to": p.When(s.To)})
			d.bars = append(d.bars, b)
		}
	}
	const parts = 4
	for i := range parts + 1 {
		t := p.From.Add(whole / parts * time.Duration(i))
		end := "middle"
		switch i {
		case 0:
			end = "start"
		case parts:
			end = "end"
		}
		d.ticks = append(d.ticks, tick{at: x(t), text: p.When(t), end: end})
	}
	return d
}

// squeeze makes one of spans that are too narrow to be seen: it has the worst
// of their tones. What is left is bounded by the width of the picture.
func squeeze(spans []Span, x func(time.Time) float64) (out []Span) {
	for _, s := range spans {
		if !s.To.After(s.From) {
			continue
		}
		if n := len(out) - 1; n >= 0 && x(s.To)-x(out[n].From) < 1.5 {
			out[n].To = s.To
			if s.Tone > out[n].Tone {
				out[n].Tone, out[n].Label = s.Tone, s.Label
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// tone is a tone's colour.
func (p Palette) tone(t Tone) string {
	return [...]string{p.Line2, p.Good, p.Idle, p.Accent, p.Warn, p.Bad}[t]
}
