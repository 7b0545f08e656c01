// Package report writes a plan, what the analyses say of it and the decisions
// taken on it: as one HTML file that needs nothing else (no script, no style
// sheet, no font and no picture from anywhere), as Markdown with its pictures
// beside it in a zip file, as a Word document, or as JSON. It writes a plan
// beside another of its scenarios, or chosen decisions, in the same formats.
package report

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/figure"
	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/review"
	"deckplan/internal/verdict"
)

// Input is what a report is made of.
type Input struct {
	Plan      *plan.Plan
	Revision  int // 0 where the plan is a file
	Appraisal appraise.Appraisal
	Decisions []decision.Decision
	Lang      lang.Lang
	Generated time.Time // shown in UTC; nothing else depends on it
	Options   Options
	// Other makes the report a comparison of Plan with another of its scenarios.
	Other *Other
	// Only makes it a report of these of Decisions, by number, in their order.
	Only []int
	// Raster draws a picture for formats that show none as SVG: a PNG of so many
	// pixels in width. Where there is none, or it fails, the picture's title says
	// what is missing.
	Raster func(svg string, width int) (png []byte, err error)
}

// Other is the plan that a plan is compared with.
type Other struct {
	Plan      *plan.Plan
	Revision  int
	Name      string // as the list of scenarios has it; the plan's own where empty
	Appraisal appraise.Appraisal
}

// Bounds keep the report of any plan readable and below some megabytes. What
// they leave off is said where it is missing.
const (
	maxRows      = 200  // of a table of the plan
	maxChanges   = 2000 // rows that differ from another plan's
	maxSummary   = 40   // findings in the summary
	maxFindings  = 60   // of one pipeline, layout or matrix
	maxPipelines = 40
	maxLayouts   = 15
	maxMatrices  = 20
	maxServices  = 100     // with their strategies
	maxColumns   = 5       // layouts side by side
	maxPictures  = 1 << 20 // bytes of the decisions' pictures together
)

// Write writes the report as HTML. The same input gives the same bytes, in this
// format as in every other.
func Write(w io.Writer, in Input) error {
	d, err := begin(in)
	if err != nil {
		return err
	}
	if err := page(d).Render(context.Background(), w); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// doc is a report being written.
type doc struct {
	Input
	sections []string                     // chapters, in their order
	names    map[string]map[string]string // of rows, by table and key
	figures  int
	pictures int                // bytes of decisions' pictures so far
	grave    []appraise.Finding // what is unresolved
	world    *review.Facts      // that assumptions are judged by; nil until one is
}

// begin settles what the report holds. A fault of what was asked for is
// Problems.
func begin(in Input) (*doc, error) {
	if faults := Check(in); len(faults) > 0 {
		return nil, faults
	}
	in.Generated = in.Generated.UTC()
	if in.Only != nil {
		in.Decisions = slices.DeleteFunc(slices.Clone(in.Decisions), func(x decision.Decision) bool { return !slices.Contains(in.Only, x.Record.Number) })
	}
	d := &doc{Input: in, sections: in.sections(), names: map[string]map[string]string{}}
	d.grave = unresolved(in.Plan, in.Appraisal)
	return d, nil
}

// has tells whether a chapter is in the report.
func (d *doc) has(id string) bool { return slices.Contains(d.sections, id) }

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
