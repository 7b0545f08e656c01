package figure

import (
	"strconv"
	"strings"

	"deckplan/internal/matrix"
)

// RankingProps is what a ranking is drawn from.
type RankingProps struct {
	ID       string // begins every id in the drawing; unique on the page
	Name     string // of the matrix
	Analysis *matrix.Analysis
	Palette  Palette
	Words    func(id string, args map[string]any) string
	adds     bool // Analysis.Adds, which looks at every cell
}

const (
	rankName    = 26.0  // left edge of the names
	rankBar     = 232.0 // left edge of the bars
	rankScale   = 620.0 // width of 5 points
	rankScore   = 960.0 // right edge of the scores
	rankHeight  = 36.0
	rankThick   = 20.0
	rankTop     = 26.0
	maxRankRows = 40
	maxLegend   = 30
)

// shades tell neighbouring criteria apart; the order of the legend is that of
// the bar, and each part says its criterion in its title.
var shades = []string{"1", ".62", ".36", ".8", ".48", ".22"}

// rankRow is a candidate's line, rankPart one criterion's part of its bar.
type rankRow struct {
	y                       float64
	rank, name, note, title string
	score, label            string
	labelX, baseline        float64
	back                    float64 // width of the sheet behind the bar: shades are see-through
	parts                   []rankPart
	restX, restW            float64 // what missing scores could still add
	strong, out             bool
}

type rankPart struct {
	x, w         float64
	shade, title string
	text         string
	light        bool // the text stands on a dark shade
}

type rankLegend struct {
	x, y  float64
	shade string
	text  string
}

type ranking struct {
	height      float64
	title, desc string
	rows        []rankRow
	gridBottom  float64
	ticks       []string
	legend      []rankLegend
	note        string
	noteY       float64
}

func drawRanking(p RankingProps) ranking {
	a := p.Analysis
	p.adds = a.Adds()
	d := ranking{title: p.Words("figure.ranking.title", map[string]any{"name": p.Name}), desc: p.Words("figure.ranking.desc_none", nil)}
	if m, ok := a.Verdict.Metric("matrix.winner"); ok {
		d.desc = p.Words("figure.ranking.desc", map[string]any{"winner": m.Cause})
		if !a.OnScale() || !p.adds {
			d.desc = p.Words("figure.ranking.desc_other", map[string]any{"winner": m.Cause, "method": p.Words("choice.matrixmethod."+string(a.Method), nil)})
		}
	}
	y := rankTop
	for i := range a.Rows[:min(len(a.Rows), maxRankRows)] {
		d.rows = append(d.rows, p.row(&a.Rows[i], y))
		y += rankHeight
	}
	d.gridBottom = y
	if rest := len(a.Rows) - len(d.rows); rest > 0 {
		d.note = p.Words("figure.ranking.more", map[string]any{"count": rest})
	} else if len(a.Rows) == 0 {
		d.note = p.Words("figure.ranking.empty", nil)
	}
	if d.note != "" {
		d.noteY = y + 14
		y += 22
	}
	if p.adds {
		d.legend, y = p.legend(y + 12)
	}
	for i := range 6 {
		d.ticks = append(d.ticks, points(float64(i)/5*rankTopOf(a)))
	}
	d.height = y + 4
	return d
}

func (p RankingProps) row(r *matrix.Row, y float64) rankRow {
	out := rankRow{y: y, out: r.State == matrix.Out, strong: r.Rank == 1,
		name: Clip(r.Name, 13, rankBar-rankName-12)}
	if r.Rank > 0 {
		out.rank = strconv.Itoa(r.Rank)
	}
	x, top := rankBar, rankTopOf(p.Analysis)
	for i, c := range r.Cells {
		if !p.adds {
			break
		}
		w := c.Contribution / top * rankScale
		if w <= 0 {
			continue
		}
		k := p.Analysis.Criteria[i]
		part := rankPart{x: x, w: max(w-1, .5), shade: shades[i%len(shades)], light: i%len(shades) == 0 || i%len(shades) == 3,
			title: p.Words("figure.ranking.part", map[string]any{"criterion": k.Name, "share": k.Share, "mean": round2(c.Value), "people": c.People, "part": round3(c.Contribution)})}
		if text := points(c.Value); TextWidth(text, 11) <= w-8 {
			part.text = text
		}
		out.parts = append(out.parts, part)
		x += w
	}
	if w := r.Total / top * rankScale; !p.adds && w > 0 {
		out.parts = []rankPart{{x: x, w: w, shade: "1", light: true, title: p.Words("choice.matrixmethod."+string(p.Analysis.Method), nil)}}
		x += w
	}
	out.back = x - rankBar
	args := map[string]any{"name": r.Name, "rank": r.Rank, "score": round2(r.Total), "count": r.Missing, "low": round2(r.Low), "high": round2(r.High)}
	if open := p.gates(r, matrix.Open); open != "" {
		out.note = Clip(p.Words("figure.ranking.gate_open", map[string]any{"gates": open}), 11, rankBar-rankName-12)
	}
	switch r.State {
	case matrix.Out:
		gates := p.gates(r, matrix.Fails)
		args["gates"] = gates
		out.note, out.title = "", p.Words("figure.ranking.out", args)
		out.label = Clip(p.Words("figure.ranking.gate_out", args), 12, rankScore-x-8)
	case matrix.Incomplete:
		out.title = p.Words("figure.ranking.incomplete", args)
		out.restX, out.restW = x, max(0, r.High-r.Total)/top*rankScale
		out.label = Clip(p.Words("figure.ranking.missing", args), 12, rankScore-x-out.restW-8)
		x += out.restW
	default:
		out.title, out.score = p.Words("figure.ranking.ranked", args), Total(p.Analysis, r.Total)
	}
	out.labelX, out.baseline = x+8, 22
	if out.note != "" {
		out.baseline = 15
	}
	return out
}

// gates names the gates with a result, worded and joined.
func (p RankingProps) gates(r *matrix.Row, result matrix.Result) string {
	var names []string
	for _, o := range r.Outcomes {
		if o.Result == result {
			names = append(names, p.Words("choice.gate."+string(o.Gate), nil))
		}
	}
	return strings.Join(names, ", ")
}

// legend lays out the criteria's swatches from y down, and gives the next y.
func (p RankingProps) legend(y float64) (out []rankLegend, bottom float64) {
	x := 0.0
	for i, k := range p.Analysis.Criteria[:min(len(p.Analysis.Criteria), maxLegend)] {
		text := Clip(p.Words("figure.ranking.legend", map[string]any{"criterion": k.Name, "share": k.Share}), 11, 300)
		w := 20 + TextWidth(text, 11) + 16
		if x > 0 && x+w > 960 {
			x, y = 0, y+20
		}
		out = append(out, rankLegend{x: x, y: y, shade: shades[i%len(shades)], text: text})
		x += w
	}
	return out, y + 16
}

// rankTextFill keeps a part's text readable on its shade.
func rankTextFill(p Palette, r rankRow, c rankPart) string {
	switch {
	case r.out:
		return p.Ink2
	case c.light:
		return p.Sheet
	}
	return p.Ink
}

func round2(v float64) float64 {
	f, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'f', 2, 64), 64)
	return f
}

// points writes a score with at most two decimals.
func points(v float64) string { return strconv.FormatFloat(round2(v), 'f', -1, 64) }

// round3 is for parts of figures below 1.
func round3(v float64) float64 {
	f, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'f', 3, 64), 64)
	return f
}

// Total writes a candidate's figure: scores of 1 to 5 with two decimals, those
// below 1 with three.
func Total(a *matrix.Analysis, total float64) string {
	if a.OnScale() {
		return strconv.FormatFloat(total, 'f', 2, 64)
	}
	return strconv.FormatFloat(total, 'f', 3, 64)
}

// rankTopOf is the figure at the right end of the scale: 5 on the scale of 1 to
// 5, else 1 or, where values pass it, the largest.
func rankTopOf(a *matrix.Analysis) float64 {
	if a.OnScale() {
		return 5
	}
	top := 1.0
	for _, r := range a.Rows {
		top = max(top, r.Total, r.High)
	}
	return top
}
