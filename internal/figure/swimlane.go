package figure

import (
	"math"
	"strings"

	"deckplan/internal/ownership"
)

// SwimlaneProps is what a pipeline is drawn from.
type SwimlaneProps struct {
	ID       string // begins every id in the drawing; unique on the page
	Name     string // of the pipeline
	Analysis *ownership.Analysis
	Palette  Palette
	Words    func(id string, args map[string]any) string
}

// Sizes of the drawing, in its own units.
const (
	laneHeight = 96.0
	laneLabel  = 132.0
	boxHeight  = 48.0
	boxWidest  = 168.0
	boxLeast   = 96.0
	boxGap     = 44.0
)

type swimlane struct {
	title, desc   string
	width, height float64
	lanes         []lane
	boxes         []stageBox
	arrows        []arrow
	rings         []ring
}

type lane struct {
	y      float64
	name   string
	full   string
	nobody bool
}

type stageBox struct {
	x, y, width         float64
	name, note, title   string
	fill, stroke, extra string
}

type arrow struct {
	path  string
	hand  bool
	title string
}

type ring struct {
	x, y         float64
	label, title string
	hand         bool
	textX        float64
	anchor       string
}

func drawSwimlane(p SwimlaneProps) swimlane {
	a := p.Analysis
	columns := 1
	for _, s := range a.Stages {
		columns = max(columns, s.Column+1)
	}
	width := (960 - laneLabel - 20 - boxGap*float64(columns-1)) / float64(columns)
	width = math.Max(boxLeast, math.Min(boxWidest, width))
	d := swimlane{
		title:  p.Words("figure.swimlane.title", map[string]any{"pipeline": p.Name}),
		width:  math.Max(960, laneLabel+20+float64(columns)*(width+boxGap)),
		height: math.Max(laneHeight, float64(len(a.Lanes))*laneHeight),
	}
	for i, l := range a.Lanes {
		name := l.Name
		if l.Team == "" {
			name = p.Words("figure.swimlane.nobody", nil)
		}
		d.lanes = append(d.lanes, lane{y: float64(i) * laneHeight, name: Clip(name, 12, laneLabel-16), full: name, nobody: l.Team == ""})
	}
	stack := stacked(a)
	for i, s := range a.Stages {
		d.boxes = append(d.boxes, p.box(s, width, stack[i]))
	}
	d.connect(p, a)
	d.desc = describe(p, a)
	return d
}

// stacked counts, for each stage, those before it in the same lane and column,
// so that they are drawn a little lower and to the right, not on top.
func stacked(a *ownership.Analysis) []int {
	seen, out := map[[2]int]int{}, make([]int, len(a.Stages))
	for i, s := range a.Stages {
		at := [2]int{s.Lane, s.Column}
		out[i] = seen[at]
		seen[at]++
	}
	return out
}

func (p SwimlaneProps) box(s ownership.Stage, width float64, stack int) stageBox {
	// Minutes come first: they are short, and what is clipped is the tool.
	note := strings.TrimSpace(s.Tool)
	if s.Minutes > 0 {
		minutes := p.Words("figure.swimlane.minutes", map[string]any{"n": s.Minutes})
		if note != "" {
			minutes += ", "
		}
		note = minutes + note
	}
	b := stageBox{
		x:     laneLabel + float64(s.Column)*(width+boxGap) + float64(stack)*10,
		y:     float64(s.Lane)*laneHeight + (laneHeight-boxHeight)/2 + float64(stack)*12,
		width: width, name: Clip(s.Name, 12.5, width-18), note: Clip(note, 11, width-18),
		title: s.Name + "\n" + note, fill: p.Palette.AccentSheet, stroke: p.Palette.Line2,
	}
	if s.Retired || s.Daemon {
		b.fill, b.stroke, b.extra = p.Palette.WarnSheet, p.Palette.Warn, "▲"
	}
	if n := len(s.Accountable); n != 1 {
		b.fill, b.stroke, b.extra = p.Palette.BadSheet, p.Palette.Bad, "■"
		if n > 1 {
			b.title += "\n" + p.Words("figure.swimlane.owners", map[string]any{"n": n})
		}
	}
	if b.extra != "" {
		b.name = Clip(s.Name, 12.5, width-34)
	}
	return b
}

// connect draws an arrow for each edge: right out of a box, half-way across
// the gap to the next box's height, and into it. A ring marks a hand-off.
func (d *swimlane) connect(p SwimlaneProps, a *ownership.Analysis) {
	for _, e := range a.Edges {
		from, to := d.boxes[e.From], d.boxes[e.To]
		x1, y1 := from.x+from.width, from.y+boxHeight/2
		x2, y2 := to.x, to.y+boxHeight/2
		mid := x2 - boxGap/2
		path := "M" + num(x1) + " " + num(y1) + "H" + num(mid) + "V" + num(y2) + "H" + num(x2-1)
		if x2 <= x1 { // back, as in a cycle: below the boxes and around
			low := math.Max(from.y, to.y) + boxHeight + 14
			path = "M" + num(x1-12) + " " + num(from.y+boxHeight) + "V" + num(low) + "H" + num(x2+12) + "V" + num(to.y+boxHeight+1)
		}
		words := map[string]any{"from": a.Stages[e.From].Name, "to": a.Stages[e.To].Name, "wait": e.Wait}
		id := "figure.swimlane.arrow"
		if e.ByHand {
			id = "figure.swimlane.arrow_by_hand"
		}
		d.arrows = append(d.arrows, arrow{path: path, hand: e.ByHand, title: p.Words(id, words)})
		if e.HandOff && x2 > x1 {
			d.rings = append(d.rings, p.ring(mid, (y1+y2)/2, e, words, d.width))
		}
	}
}

func (p SwimlaneProps) ring(x, y float64, e ownership.Edge, words map[string]any, width float64) ring {
	r := ring{x: x, y: y, hand: e.ByHand, title: p.Words("figure.swimlane.hand_off", words), textX: x + 13, anchor: "start"}
	switch {
	case e.Wait > 0 && e.ByHand:
		r.label = p.Words("figure.swimlane.wait_by_hand", words)
	case e.Wait > 0:
		r.label = p.Words("figure.swimlane.wait", words)
	case e.ByHand:
		r.label = p.Words("figure.swimlane.by_hand", words)
	}
	if x+13+TextWidth(r.label, 11) > width {
		r.textX, r.anchor = x-13, "end"
	}
	return r
}

// describe says the picture in words, for readers who do not see it.
func describe(p SwimlaneProps, a *ownership.Analysis) string {
	var out []string
	for _, s := range a.Stages {
		team := a.Lanes[s.Lane].Name
		if a.Lanes[s.Lane].Team == "" {
			team = p.Words("figure.swimlane.nobody", nil)
		}
		out = append(out, s.Name+": "+team)
	}
	return strings.Join(out, "; ")
}
