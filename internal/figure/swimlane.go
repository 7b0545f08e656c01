package figure

import (
	"math"
	"slices"
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
	laneHeight = 96.0 // of each row of a lane
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
	hand, plain  bool // by hand; only a wait
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
		title: p.Words("figure.swimlane.title", map[string]any{"pipeline": p.Name}),
		width: math.Max(960, laneLabel+20+float64(columns)*(width+boxGap)),
	}
	row, rows := stacked(a)
	tops := make([]float64, len(a.Lanes))
	for i, l := range a.Lanes {
		name := l.Name
		if l.Team == "" {
			name = p.Words("figure.swimlane.nobody", nil)
		}
		d.lanes = append(d.lanes, lane{y: d.height, name: Clip(name, 12, laneLabel-16), full: name, nobody: l.Team == ""})
		tops[i] = d.height
		d.height += float64(rows[i]) * laneHeight
	}
	d.height = math.Max(laneHeight, d.height)
	for i, s := range a.Stages {
		d.boxes = append(d.boxes, p.box(s, width, tops[s.Lane]+float64(row[i])*laneHeight))
	}
	d.connect(p, a)
	d.desc = describe(p, a)
	return d
}

// stacked gives each stage a row of its lane, below those in the same lane and
// column, and each lane its number of rows.
func stacked(a *ownership.Analysis) (row, rows []int) {
	seen := map[[2]int]int{}
	row, rows = make([]int, len(a.Stages)), make([]int, len(a.Lanes))
	for i, s := range a.Stages {
		at := [2]int{s.Lane, s.Column}
		row[i] = seen[at]
		seen[at]++
		rows[s.Lane] = max(rows[s.Lane], seen[at])
	}
	return row, rows
}

func (p SwimlaneProps) box(s ownership.Stage, width, top float64) stageBox {
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
		x:     laneLabel + float64(s.Column)*(width+boxGap),
		y:     top + (laneHeight-boxHeight)/2,
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
		b.name = Clip(s.Name, 12.5, width-40)
	}
	return b
}

// connect draws an arrow for each edge: right out of a box, in the gap before
// the next box to its height, and into it; under the boxes of its own row that
// stand between. A ring marks a hand-off, on the row's edge by the next box;
// hand-offs to one box from one side share it. A wait that is none is written
// above the box that waits.
func (d *swimlane) connect(p SwimlaneProps, a *ownership.Analysis) {
	for _, e := range a.Edges {
		from, to := d.boxes[e.From], d.boxes[e.To]
		x1, y1 := from.x+from.width, from.y+boxHeight/2
		x2, y2 := to.x, to.y+boxHeight/2
		mid := x2 - boxGap/2
		path := "M" + num(x1) + " " + num(y1) + "H" + num(mid) + "V" + num(y2) + "H" + num(x2-1)
		if d.between(from, to) {
			path = "M" + num(x1) + " " + num(y1) + "h10V" + num(from.y+boxHeight+6) + "H" + num(mid) + "V" + num(y2) + "H" + num(x2-1)
		}
		if x2 <= x1 { // back, as in a cycle: below the boxes and around
			low := math.Max(from.y, to.y) + boxHeight + 14
			path = "M" + num(x1-12) + " " + num(from.y+boxHeight) + "V" + num(low) + "H" + num(x2+12) + "V" + num(to.y+boxHeight+1)
		}
		words := map[string]any{"from": a.Stages[e.From].Name, "to": a.Stages[e.To].Name, "wait": e.Wait, "mandated": e.Mandated}
		id := "figure.swimlane.arrow"
		if e.ByHand {
			id = "figure.swimlane.arrow_by_hand"
		}
		d.arrows = append(d.arrows, arrow{path: path, hand: e.ByHand, title: p.Words(id, words)})
		switch {
		case x2 <= x1:
		case e.HandOff:
			y := y2 - math.Copysign(laneHeight/2, y2-y1)
			d.mark(p.ring(mid, y, e, words, d.width))
		case e.Wait > 0: // over the arrow's end, above the box it leads to
			r := p.ring(mid, to.y, e, words, d.width)
			r.plain, r.title = true, r.label
			r.textX, r.anchor = to.x, "start"
			d.mark(r)
		}
	}
}

// between tells whether a box stands in the row of one box, before another.
func (d *swimlane) between(from, to stageBox) bool {
	return slices.ContainsFunc(d.boxes, func(b stageBox) bool { return b.y == from.y && b.x > from.x && b.x < to.x })
}

func (d *swimlane) mark(r ring) {
	for i, other := range d.rings {
		if other.x == r.x && other.y == r.y {
			d.rings[i].title += "\n" + r.title
			return
		}
	}
	d.rings = append(d.rings, r)
}

func (p SwimlaneProps) ring(x, y float64, e ownership.Edge, words map[string]any, width float64) ring {
	r := ring{x: x, y: y, hand: e.ByHand, title: p.Words("figure.swimlane.hand_off", words), textX: x + 13, anchor: "start"}
	if e.Mandated > 0 {
		r.title += "\n" + p.Words("figure.swimlane.mandated", words)
	}
	switch {
	case e.Wait > 0 && e.Wait == e.Mandated:
		r.label = p.Words("figure.swimlane.mandated", words)
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
