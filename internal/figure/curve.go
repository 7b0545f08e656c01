package figure

import (
	"math"
	"strings"
)

// CurveLine is one layout's curve: Hours[i] is the time a year in which at
// least the fraction i/(len-1) of the delivery is blocked.
type CurveLine struct {
	Name     string
	Hours    []float64
	Selected bool
}

// CurveProps is what the curves are drawn from.
type CurveProps struct {
	ID      string // begins every id in the drawing; unique on the page
	Lines   []CurveLine
	Palette Palette
	Hours   func(h float64) string // words a number of hours
	Words   func(id string, args map[string]any) string
}

type curvePath struct {
	d, title, stroke, dash string
	width                  float64
	label                  string
	labelX, labelY         float64
}

type curves struct {
	title, desc  string
	xs, ys       []tick
	xName, yName string
	paths        []curvePath
}

const curveTop, curveBottom = 24.0, 226.0

// drawCurves uses a logarithmic scale for the hours: whole outages are rare
// beside small ones, and both matter.
func drawCurves(p CurveProps) curves {
	c := curves{title: p.Words("figure.curve.title", nil), desc: p.Words("figure.curve.desc", map[string]any{"n": len(p.Lines)}),
		xName: p.Words("figure.curve.x", nil), yName: p.Words("figure.curve.y", nil)}
	most, least := 1.0, math.Inf(1)
	for _, l := range p.Lines {
		for i, h := range l.Hours {
			most = math.Max(most, h)
			if h > 0 && i > 0 {
				least = math.Min(least, h)
			}
		}
	}
	high := math.Ceil(math.Log10(most))
	low := math.Max(high-6, math.Floor(math.Log10(math.Min(least, most))))
	if low >= high {
		low = high - 1
	}
	y := func(h float64) float64 {
		v := math.Max(low, math.Log10(math.Max(h, 1e-12)))
		return curveBottom - (curveBottom-curveTop)*(v-low)/(high-low)
	}
	x := func(share float64) float64 { return plotLeft + 14 + (plotRight-plotLeft-14)*share }
	for e := low; e <= high; e++ {
		c.ys = append(c.ys, tick{at: y(math.Pow(10, e)), text: p.Hours(math.Pow(10, e))})
	}
	for _, s := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.xs = append(c.xs, tick{at: x(s), text: num(s*100) + "%", end: "middle"})
	}
	dashes := []string{"", "6 4", "2 3", "9 3 2 3"}
	for i, l := range p.Lines {
		q := curvePath{stroke: p.Palette.Ink2, width: 1.5, dash: dashes[i%len(dashes)], label: l.Name,
			title: p.Words("figure.curve.line", map[string]any{"name": l.Name, "any": p.Hours(l.Hours[0]), "half": p.Hours(l.Hours[len(l.Hours)/2])})}
		if l.Selected {
			q.stroke, q.width, q.dash = p.Palette.Accent, 2.5, ""
		}
		q.d = steps(l.Hours, x, y, math.Pow(10, low))
		q.labelX, q.labelY = x(0)+180*float64(i), curveBottom+38
		c.paths = append(c.paths, q)
	}
	return c
}

// steps is the path of a falling staircase; steps of the same height are one.
func steps(hours []float64, x, y func(float64) float64, least float64) string {
	var b strings.Builder
	b.WriteString("M" + num(x(0)) + " " + num(y(hours[0])))
	n := float64(len(hours) - 1)
	for i := 1; i < len(hours); i++ {
		if math.Abs(y(hours[i])-y(hours[i-1])) >= 0.25 || i == len(hours)-1 {
			b.WriteString("H" + num(x(float64(i)/n)) + "V" + num(y(hours[i])))
		}
		if hours[i] < least {
			break
		}
	}
	return b.String()
}
