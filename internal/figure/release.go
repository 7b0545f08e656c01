package figure

import (
	"strings"

	"deckplan/internal/strategy"
)

// ReleaseProps is what the picture of a release under four strategies is drawn
// from.
type ReleaseProps struct {
	ID       string // begins every id in the drawing; unique on the page
	Name     string // of the service
	Analysis *strategy.Analysis
	Palette  Palette
	Words    func(id string, args map[string]any) string
}

const (
	panelPitchX, panelPitchY = 492.0, 190.0
	panelLeft, panelTop      = 30.0, 34.0
	panelWidth, panelHeight  = 424.0, 112.0
	releaseHeight            = 2*panelPitchY + 26
)

// panel is one strategy's course: old and new are areas stacked on each other,
// pods and users are lines. Every panel has a time scale of its own; replicas
// are drawn to one scale in all four.
type panel struct {
	x, y                    float64
	name, mark, title       string
	old, fresh, pods, users string // path data
	downX, downWidth        float64
	down                    string // word on the time without a ready replica
	impossible              bool
	wantedY                 float64
	ticks                   []tick
	wanted                  string
}

type release struct {
	title, desc string
	panels      []panel
	legend      []legend
}

type legend struct {
	x          float64
	text       string
	fill, line string
	dash       string
	opacity    string
}

func drawRelease(p ReleaseProps) release {
	a := p.Analysis
	out := release{title: p.Words("figure.release.title", map[string]any{"name": p.Name}), desc: p.Words("figure.release.desc", nil)}
	most := a.Replicas
	for _, o := range a.Options {
		for _, m := range o.Course {
			most = max(most, m.Pods)
		}
	}
	for i := range a.Options {
		out.panels = append(out.panels, drawPanel(p, &a.Options[i], i, float64(most)))
	}
	x := panelLeft
	for _, l := range []legend{{fill: p.Palette.Line2, opacity: "1", text: "figure.release.old"}, {fill: p.Palette.Accent, opacity: ".45", text: "figure.release.new"},
		{line: p.Palette.Ink2, dash: "2 3", text: "figure.release.pods"}, {line: p.Palette.Ink, text: "figure.release.users"}} {
		l.x, l.text = x, p.Words(l.text, nil)
		x += 30 + TextWidth(l.text, 11) + 16
		out.legend = append(out.legend, l)
	}
	return out
}

func drawPanel(p ReleaseProps, o *strategy.Option, i int, most float64) panel {
	l := panel{x: panelLeft + panelPitchX*float64(i%2), y: panelTop + panelPitchY*float64(i/2), impossible: o.Fit == strategy.Impossible}
	end := max(o.Done, o.Course[len(o.Course)-1].At) * 1.12
	if end <= 0 {
		end = 1
	}
	x := func(t float64) float64 { return l.x + panelWidth*t/end }
	y := func(pods float64) float64 { return l.y + panelHeight*(1-pods/most) }
	first := 0.0
	for j, m := range o.Course {
		if m.Share > 0 && (j == 0 || o.Course[j-1].Share == 0) {
			first = m.At
		}
		if m.Old+m.New == 0 && j+1 < len(o.Course) {
			l.downX, l.downWidth = x(m.At), x(o.Course[j+1].At)-x(m.At)
		}
	}
	steps := func(value func(strategy.Moment) float64) string {
		var b strings.Builder
		for j, m := range o.Course {
			at, until := x(m.At), x(end)
			if j+1 < len(o.Course) {
				until = x(o.Course[j+1].At)
			}
			if j == 0 {
				b.WriteString("M" + num(at) + " " + num(value(m)))
			} else {
				b.WriteString("V" + num(value(m)))
			}
			b.WriteString("H" + num(until))
		}
		return b.String()
	}
	ground := "V" + num(y(0)) + "H" + num(x(0)) + "Z"
	l.old = steps(func(m strategy.Moment) float64 { return y(float64(m.Old)) }) + ground
	l.fresh = steps(func(m strategy.Moment) float64 { return y(float64(m.Old + m.New)) }) + ground
	l.pods = steps(func(m strategy.Moment) float64 { return y(float64(m.Pods)) })
	l.users = steps(func(m strategy.Moment) float64 { return l.y + panelHeight*(1-m.Share) })
	l.words(p, o, first, most)
	l.wantedY = y(float64(p.Analysis.Replicas))
	l.ticks = []tick{{at: l.x, text: "0", end: "start"}}
	for _, t := range []float64{first, o.Done} {
		text := p.Words("figure.release.time", map[string]any{"s": t})
		at, w := x(t), TextWidth(text, 11)/2+6
		if at-w < l.ticks[len(l.ticks)-1].at+8 || at == l.ticks[len(l.ticks)-1].at {
			continue
		}
		l.ticks = append(l.ticks, tick{at: at, text: text, end: "middle"})
	}
	return l
}

// words words a panel's labels.
func (l *panel) words(p ReleaseProps, o *strategy.Option, first, most float64) {
	l.name = p.Words("choice.rollout."+string(o.Rollout), nil)
	switch {
	case l.impossible:
		l.mark = p.Words("strategies.fit.impossible", nil)
	case o.Recommended:
		l.mark = p.Words("strategies.recommended", nil)
	}
	l.title = p.Words("figure.release.lane", map[string]any{"name": l.name, "first": first, "done": o.Done,
		"downtime": o.Metric("strategy.downtime").Value, "extra": o.Metric("strategy.extra").Value})
	if word := p.Words("figure.release.down", nil); l.downWidth > TextWidth(word, 11)+8 {
		l.down = word
	}
	l.wanted = p.Words("figure.release.wanted", map[string]any{"n": p.Analysis.Replicas})
}
