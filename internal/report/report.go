// Package report writes a plan, what the analyses say of it and the decisions
// taken on it: as one HTML file that needs nothing else (no script, no style
// sheet, no font and no picture from anywhere), or as Markdown with its
// pictures beside it in a zip file.
package report

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strconv"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/figure"
	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Input is what a report is made of.
type Input struct {
	Plan      *plan.Plan
	Revision  int // 0 where the plan is a file
	Appraisal appraise.Appraisal
	Decisions []decision.Decision
	Lang      lang.Lang
	Generated time.Time // shown; nothing else depends on it
	Options   Options
}

// Options are what a reader may choose of a report. The zero value is the whole
// report under the plan's name.
type Options struct {
	Title          string   // in place of the plan's name
	Classification string   // a line on the cover and on every printed page
	Logo           Logo     // on the cover
	Sections       []string // ids of chapters; all where empty
}

// Logo is a picture of the team's own.
type Logo struct {
	Type string // image/png, image/jpeg or image/svg+xml
	Data []byte
}

// Bounds keep the report of any plan readable and below some megabytes. What
// they leave off is said where it is missing.
const (
	maxRows      = 200 // of a table of the plan
	maxSummary   = 40  // findings in the summary
	maxFindings  = 60  // of one pipeline, layout or matrix
	maxPipelines = 40
	maxLayouts   = 15
	maxMatrices  = 20
	maxServices  = 100     // with their strategies
	maxColumns   = 5       // layouts side by side
	maxPictures  = 1 << 20 // bytes of the decisions' pictures together
)

// Write writes the report. The same input gives the same bytes.
func Write(w io.Writer, in Input) error {
	d := &doc{Input: in, names: map[string]map[string]string{}}
	if err := page(d).Render(context.Background(), w); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// doc is a report being written.
type doc struct {
	Input
	names    map[string]map[string]string // of rows, by table and key
	figures  int
	pictures int // bytes of decisions' pictures so far
}

// t words a message; arguments follow as name, value pairs.
func (d *doc) t(id string, pairs ...any) string {
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return d.Lang.T(id, args)
}

// word words a message with a finding's arguments.
func (d *doc) word(id string, args map[string]any) string {
	with := map[string]any{"currency": d.Plan.About.CurrencyOr()}
	maps.Copy(with, args)
	return d.Lang.T(id, with)
}

// maybe is word, or nothing where there is no such message.
func (d *doc) maybe(id string, args map[string]any) string {
	if !d.Lang.Has(id) {
		return ""
	}
	return d.word(id, args)
}

func (d *doc) value(x float64, unit verdict.Unit) string {
	return decision.Value(d.Lang, x, unit, d.Plan.About.CurrencyOr())
}

// figureID gives every drawing an id of its own.
func (d *doc) figureID() string {
	d.figures++
	return "f" + strconv.Itoa(d.figures)
}

// layoutName words a layout's name.
func (d *doc) layoutName(a *layout.Analysis) string {
	if p := a.Arrangement.Preset; p != "" {
		return d.t("layout.preset." + string(p))
	}
	return a.Arrangement.Name
}

// layouts are the stored layouts and then the presets: what the team made
// comes first. rest counts those left off.
func (d *doc) layouts() (shown []*layout.Analysis, rest int) {
	for _, stored := range []bool{true, false} {
		for i := range d.Appraisal.Layouts {
			l := &d.Appraisal.Layouts[i]
			if stored == (l.Arrangement.Preset == "") {
				shown = append(shown, l)
			}
		}
	}
	if presets := 3; len(shown) > maxLayouts {
		kept := append(shown[:maxLayouts-presets:maxLayouts-presets], shown[len(shown)-presets:]...)
		return kept, len(shown) - len(kept)
	}
	return shown, 0
}

func (d *doc) deckPlan(l *layout.Analysis) figure.DeckPlanProps {
	return figure.DeckPlanProps{ID: d.figureID(), Name: d.layoutName(l), Analysis: l, Palette: figure.File, Words: d.word}
}

func (d *doc) tradeoff(layouts []*layout.Analysis) figure.TradeoffProps {
	p := figure.TradeoffProps{ID: d.figureID(), Currency: d.Plan.About.CurrencyOr(), Palette: figure.File, Words: d.word,
		Money: func(amount float64) string { return d.value(amount, verdict.Money) }}
	for _, l := range layouts {
		cost, _ := l.Verdict.Metric("layout.cost")
		radius, _ := l.Verdict.Metric("layout.radius")
		p.Points = append(p.Points, figure.TradeoffPoint{Name: d.layoutName(l), Cost: cost.Value, Radius: radius.Value, Stored: l.Arrangement.Preset == ""})
	}
	return p
}

// first gives at most n of a list, and how many are left off.
func first[T any](list []T, n int) ([]T, int) {
	if len(list) <= n {
		return list, 0
	}
	return list[:n], len(list) - n
}
