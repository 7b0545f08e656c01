package report

import (
	"deckplan/internal/figure"
	"deckplan/internal/ownership"
)

// swimlane is the picture of a pipeline.
func (d *doc) swimlane(a *ownership.Analysis) figure.SwimlaneProps {
	return figure.SwimlaneProps{ID: d.figureID(), Name: a.Pipeline.Name, Analysis: a, Palette: figure.File, Words: d.word}
}
