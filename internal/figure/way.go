package figure

import (
	"math"
	"strings"
)

// WayStep is one step of a way from one layout to another.
type WayStep struct {
	Name   string  // worded
	Radius float64 // after the step, a fraction
	Moves  bool    // it changes who delivers to what
	Phase  string  // worded; steps of the same phase stand together
}

// WayProps is what the delivery radius along a way is drawn from.
type WayProps struct {
	ID      string  // begins every id in the drawing; unique on the page
	Start   float64 // the radius before the first step
	Limit   float64 // the team's largest radius; 0 for none
	Steps   []WayStep
	Palette Palette
	Words   func(id string, args map[string]any) string
}

type wayPhase struct {
	x, width    float64
	name, label string
	shaded      bool
}

type way struct {
	title, desc string
	ys          []tick
	line, area  string
	limit       float64 // its height; 0 for none
	limitText   string
	phases      []wayPhase
	dots        []dot
	first, last dot
	xName       string
}

const (
	wayTop, wayBottom = 34.0, 206.0
	wayDots           = 120 // moves up to which each has a dot of its own
)

func drawWay(p WayProps) way {
	n := float64(len(p.Steps))
	x := func(step float64) float64 { return plotLeft + (plotRight-plotLeft)*step/math.Max(1, n) }
	y := func(radius float64) float64 { return wayBottom - (wayBottom-wayTop)*radius }
	end := p.Start
	most := p.Start
	for _, s := range p.Steps {
		end, most = s.Radius, math.Max(most, s.Radius)
	}
	w := way{title: p.Words("figure.way.title", nil), xName: p.Words("figure.way.x", map[string]any{"n": len(p.Steps)}),
		desc: p.Words("figure.way.desc", map[string]any{"n": len(p.Steps), "start": p.Start, "most": most, "end": end})}
	for _, r := range []float64{0, 0.25, 0.5, 0.75, 1} {
		w.ys = append(w.ys, tick{at: y(r), text: num(r*100) + "%"})
	}
	if p.Limit > 0 {
		w.limit, w.limitText = y(p.Limit), p.Words("figure.way.limit", map[string]any{"limit": p.Limit})
	}
	w.line = wayLine(p, x, y)
	w.area = w.line + "V" + num(wayBottom) + "H" + num(x(0)) + "z"
	w.phases = wayPhases(p, x)
	w.dots = wayDotsOf(p, x, y)
	w.first = wayEnd(p, x(0), y(p.Start), p.Start, "start")
	w.last = wayEnd(p, x(n), y(end), end, "end")
	return w
}

// wayLine is a staircase: the radius changes when a step is done.
func wayLine(p WayProps, x, y func(float64) float64) string {
	var b strings.Builder
	b.WriteString("M" + num(x(0)) + " " + num(y(p.Start)))
	at := p.Start
	for i, s := range p.Steps {
		if i == len(p.Steps)-1 || math.Abs(y(s.Radius)-y(at)) >= 0.05 {
			b.WriteString("H" + num(x(float64(i+1))) + "V" + num(y(s.Radius)))
			at = s.Radius
		}
	}
	return b.String()
}

func wayPhases(p WayProps, x func(float64) float64) (out []wayPhase) {
	for i, s := range p.Steps {
		if i == 0 || p.Steps[i-1].Phase != s.Phase {
			out = append(out, wayPhase{x: x(float64(i)), name: s.Phase, shaded: len(out)%2 == 0})
		}
		last := &out[len(out)-1]
		last.width = x(float64(i+1)) - last.x
	}
	for i := range out {
		out[i].label = Clip(out[i].name, labelSize, out[i].width-8)
	}
	return out
}

func wayDotsOf(p WayProps, x, y func(float64) float64) (out []dot) {
	for i, s := range p.Steps {
		if s.Moves {
			out = append(out, dot{x: x(float64(i + 1)), y: y(s.Radius), r: 3.5,
				title: p.Words("figure.way.step", map[string]any{"step": i + 1, "name": s.Name, "radius": s.Radius})})
		}
	}
	if len(out) > wayDots {
		return nil
	}
	return out
}

func wayEnd(p WayProps, x, y, radius float64, anchor string) dot {
	d := dot{x: x, y: y, r: 5, anchor: anchor, label: p.Words("figure.way.value", map[string]any{"radius": radius}), labelX: x, labelY: y - 9}
	if anchor == "start" {
		d.labelX += 2
	}
	return d
}
