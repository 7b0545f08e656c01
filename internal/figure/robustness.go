package figure

import (
	"slices"
	"strconv"

	"deckplan/internal/matrix"
)

// RobustnessProps is what the picture of ranks under random weightings is drawn
// from.
type RobustnessProps struct {
	ID         string // begins every id in the drawing; unique on the page
	Name       string // of the matrix
	Robustness *matrix.Robustness
	Palette    Palette
	Words      func(id string, args map[string]any) string
}

const (
	robustBar   = 232.0 // left edge of the bars
	robustWide  = 610.0 // width of all weightings
	robustRanks = 5     // told apart; later ones are one part
	maxRobust   = 25
)

// rankShades are those of the ranks, the first one first; the last is of all
// later ones.
var rankShades = []string{"1", ".7", ".46", ".28", ".16", ".07"}

type robustRow struct {
	y                  float64
	name, title, share string
	strong             bool
	parts              []rankPart
}

type robustness struct {
	height      float64
	title, desc string
	rows        []robustRow
	legend      []rankLegend
	note        string
	noteY       float64
}

func drawRobustness(p RobustnessProps) robustness {
	r := p.Robustness
	d := robustness{title: p.Words("figure.robustness.title", map[string]any{"name": p.Name, "draws": r.Draws})}
	places := slices.Clone(r.Rows)
	slices.SortStableFunc(places, func(x, y matrix.Place) int {
		switch {
		case x.Wins != y.Wins && x.Wins > y.Wins, x.Wins == y.Wins && x.Mean < y.Mean:
			return -1
		case x.Wins == y.Wins && x.Mean == y.Mean:
			return 0
		}
		return 1
	})
	if len(places) > 0 {
		d.desc = p.Words("figure.robustness.desc", map[string]any{"name": places[0].Name, "share": places[0].Wins})
	}
	y := 8.0
	for i, place := range places[:min(len(places), maxRobust)] {
		d.rows = append(d.rows, p.row(place, i == 0, y))
		y += 30
	}
	if rest := len(places) - len(d.rows); rest > 0 {
		d.note, d.noteY = p.Words("figure.ranking.more", map[string]any{"count": rest}), y+14
		y += 22
	}
	x, last := robustBar, min(len(places), robustRanks+1)
	for i := range last {
		text := p.Words("figure.robustness.rank", map[string]any{"rank": i + 1})
		if i == robustRanks {
			text = p.Words("figure.robustness.later", map[string]any{"rank": i + 1})
		}
		d.legend = append(d.legend, rankLegend{x: x, y: y + 8, shade: rankShades[i], text: text})
		x += 20 + TextWidth(text, 11) + 16
	}
	d.height = y + 26
	return d
}

func (p RobustnessProps) row(place matrix.Place, first bool, y float64) robustRow {
	out := robustRow{y: y, strong: first, name: Clip(place.Name, 13, robustBar-16), share: p.Words("figure.robustness.share", map[string]any{"share": place.Wins}),
		title: p.Words("figure.robustness.row", map[string]any{"name": place.Name, "share": place.Wins, "error": place.Error, "mean": round2(place.Mean)})}
	shares := place.Ranks[:min(len(place.Ranks), robustRanks)]
	left := 1.0
	for _, s := range shares {
		left -= s
	}
	if left > 1e-9 {
		shares = append(slices.Clone(shares), left)
	}
	x := robustBar
	for i, s := range shares {
		w := s * robustWide
		if w < .05 {
			x += w
			continue
		}
		id := "figure.robustness.part"
		if i == robustRanks {
			id = "figure.robustness.part_later"
		}
		part := rankPart{x: x, w: max(w-.5, .4), shade: rankShades[i], light: i < 2, title: p.Words(id, map[string]any{"rank": i + 1, "share": s})}
		if text := strconv.Itoa(i + 1); w > 22 && i < robustRanks {
			part.text = text
		}
		out.parts = append(out.parts, part)
		x += w
	}
	return out
}
