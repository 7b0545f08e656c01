package report

import (
	"deckplan/internal/figure"
	"deckplan/internal/ownership"
	"deckplan/internal/verdict"
)

// swimlane is the picture of a pipeline.
func (d *doc) swimlane(a *ownership.Analysis) figure.SwimlaneProps {
	return figure.SwimlaneProps{ID: d.figureID(), Name: a.Pipeline.Name, Analysis: a, Palette: figure.File, Words: d.word}
}

// reason says for which form a reason speaks, and the reason.
func (d *doc) reason(r ownership.Reason) string {
	to := "either"
	if r.For != "" {
		to = string(r.For)
	}
	return d.t("ownership.page.for."+to) + ": " + d.word(r.ID, r.Args)
}

// forms are the columns of a comparison: as it is, and each variant.
func (d *doc) forms(c ownership.Comparison) []string {
	out := []string{d.t("ownership.page.now")}
	for i := range c.Variants {
		out = append(out, d.t("ownership.form."+string(c.Variants[i].Form)))
	}
	return out
}

// sides are the verdicts of those columns.
func sides(c ownership.Comparison) []verdict.Verdict {
	out := []verdict.Verdict{c.Now.Verdict}
	for i := range c.Variants {
		out = append(out, c.Variants[i].Analysis.Verdict)
	}
	return out
}
