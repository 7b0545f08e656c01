package figure

import (
	"math"
	"slices"
)

// TradeoffPoint is one layout in the picture of cost against delivery radius.
type TradeoffPoint struct {
	Name     string  // worded
	Cost     float64 // a year
	Radius   float64 // fraction
	Selected bool    // the one being looked at
	Stored   bool    // a layout of the plan, not a preset
}

// TradeoffProps is what the picture is drawn from. Money words an amount, such
// as a tick of the axis.
type TradeoffProps struct {
	ID       string // begins every id in the drawing; unique on the page
	Points   []TradeoffPoint
	Currency string
	Palette  Palette
	Money    func(amount float64) string
	Words    func(id string, args map[string]any) string
}

const (
	plotLeft, plotRight = 52.0, 944.0
	plotTop, plotBottom = 24.0, 206.0
	tradeoffHeight      = 244.0
	labelSize           = 11.5
)

// dot is a point placed, with the place found for its label; the label is
// empty where none was free. Its name is in the title in any case.
type dot struct {
	x, y, r        float64
	fill, stroke   string
	title, label   string
	labelX, labelY float64
	anchor         string // of the label: start, or end where it stands left of the point
	square         bool
}

type tick struct {
	at   float64
	text string
	end  string // text-anchor
}

type scatter struct {
	title, desc string
	dots        []dot
	xs, ys      []tick
	xName       string
	yName       string
}

// box is a rectangle that labels must keep out of.
type box struct{ x, y, w, h float64 }

func (b box) meets(o box) bool {
	return b.x < o.x+o.w && o.x < b.x+b.w && b.y < o.y+o.h && o.y < b.y+b.h
}

func drawTradeoff(p TradeoffProps) scatter {
	s := scatter{title: p.Words("figure.tradeoff.title", nil), desc: p.Words("figure.tradeoff.desc", map[string]any{"n": len(p.Points)}),
		xName: p.Words("figure.tradeoff.x", nil), yName: p.Words("figure.tradeoff.y", nil)}
	most := 0.0
	for _, q := range p.Points {
		most = math.Max(most, q.Cost)
	}
	step := niceStep(most / 4)
	end := math.Max(step, math.Ceil(most/step-1e-9)*step)
	x := func(cost float64) float64 { return plotLeft + (plotRight-plotLeft)*cost/end }
	y := func(radius float64) float64 { return plotBottom - (plotBottom-plotTop)*radius }
	for i := 0; float64(i)*step <= end*(1+1e-9); i++ {
		t := tick{at: x(float64(i) * step), text: p.Money(float64(i) * step), end: "middle"}
		switch {
		case i == 0:
			t.end = "start"
		case float64(i+1)*step > end*(1+1e-9):
			t.end = "end"
		}
		s.xs = append(s.xs, t)
	}
	for _, r := range []float64{0, 0.25, 0.5, 0.75, 1} {
		s.ys = append(s.ys, tick{at: y(r), text: num(r*100) + "%"})
	}
	for _, q := range p.Points {
		d := dot{x: x(q.Cost), y: y(q.Radius), r: 4.5, fill: p.Palette.Ink2, stroke: p.Palette.Sheet, square: q.Stored,
			title: p.Words("figure.tradeoff.point", map[string]any{"name": q.Name, "cost": q.Cost, "radius": q.Radius, "currency": p.Currency})}
		if q.Selected {
			d.r, d.fill = 6, p.Palette.Accent
		}
		s.dots = append(s.dots, d)
	}
	placeLabels(s.dots, p.Points)
	return s
}

// niceStep is the least of 1, 2, 2.5, 5 times a power of ten that is not below v.
func niceStep(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// placeLabels puts every label beside its point where it covers neither a
// point nor another label, the selected point's first.
func placeLabels(dots []dot, points []TradeoffPoint) {
	var taken []box
	for _, d := range dots {
		taken = append(taken, box{d.x - d.r - 1, d.y - d.r - 1, 2*d.r + 2, 2*d.r + 2})
	}
	order := make([]int, len(dots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case points[a].Selected == points[b].Selected:
			return 0
		case points[a].Selected:
			return -1
		}
		return 1
	})
	for _, i := range order {
		d := &dots[i]
		text := Clip(points[i].Name, labelSize, 220)
		w, h := TextWidth(text, labelSize), labelSize+3
		for _, b := range labelPlaces(*d, w, h) {
			if b.x < plotLeft-2 || b.x+b.w > plotRight+12 || b.y < 1 || b.y+b.h > plotBottom+1 {
				continue
			}
			if !slices.ContainsFunc(taken, b.meets) {
				taken = append(taken, b)
				d.label, d.labelX, d.labelY, d.anchor = text, b.x, b.y+h-4, "start"
				if b.x+b.w < d.x { // grows away from the point, whatever the font
					d.labelX, d.anchor = b.x+b.w, "end"
				}
				break
			}
		}
	}
}

// labelPlaces lists places for a label, the best first.
func labelPlaces(d dot, w, h float64) []box {
	gap := d.r + 4
	out := []box{
		{d.x + gap, d.y - h/2, w, h},
		{d.x - gap - w, d.y - h/2, w, h},
	}
	for _, k := range []float64{0, 1, 2} {
		dy := gap + k*h
		for _, x := range []float64{d.x - w/2, d.x + 2, d.x - w - 2} {
			out = append(out, box{x, d.y - dy - h + 2, w, h}, box{x, d.y + dy - 2, w, h})
		}
	}
	return out
}
