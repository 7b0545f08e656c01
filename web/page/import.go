package page

import (
	"slices"
	"strings"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/survey"
	"deckplan/web/ui"
)

// ImportReadProps is what can be read.
type ImportReadProps struct {
	Catalog   bool // the tab of catalogues
	Instances []live.Instance
	CanRead   bool
}

// ImportPreviewProps is what a reading would do.
type ImportPreviewProps struct {
	Read    string // the reading's identifier
	At      time.Time
	Seen    *survey.Observed
	Keys    []survey.Key
	Choices survey.Choices
	Notes   []survey.Reason
	Groups  []survey.Group
	Counts  survey.Counts // of what applying would do
	Rows    []string      // single rows that are ticked
	Filter  string
}

// importRows is the number of rows of a group that are shown.
const importRows = 50

// fewRows is the number of rows up to which a group is opened by itself.
const fewRows = 6

// firstNames is what a folded group shows of its rows.
func firstNames(g survey.Group) string {
	var names []string
	for _, r := range g.Rows[:min(len(g.Rows), fewRows)] {
		names = append(names, shorten(r.Name, 40))
	}
	if len(g.Rows) > fewRows {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// tellsFields says whether rows of the group have more than a name.
func tellsFields(g survey.Group) bool {
	return g.Action == survey.Fill || g.Action == survey.Add && g.Kind != "teams" && g.Kind != "zones"
}

// named are the sources of a value beside labels, in the order they are offered.
var named = []survey.From{survey.FromProject, survey.FromNamespace, survey.FromName, survey.FromRepository, survey.FromApplicationSet, survey.FromClusterName}

// ImportSources are what a value can be taken from.
func ImportSources(keys []survey.Key) []survey.From {
	out := slices.Clone(named)
	for _, k := range keys {
		out = append(out, k.From)
	}
	return out
}

// source is an option of a choice.
type source struct {
	From survey.From
	Text string
}

// sources words the options: labels with how many carry them and examples.
func (p ImportPreviewProps) sources(v *ui.View, ofCluster bool) (out []source) {
	for _, k := range p.Keys {
		key, of, _ := k.From.Label()
		if of == ofCluster {
			out = append(out, source{k.From, v.T("survey.label", "key", shorten(key, 60), "n", k.Count, "of", k.Of, "examples", shorten(strings.Join(k.Examples, ", "), 60))})
		}
	}
	return out
}

// shorten cuts a text that would make a list unreadable.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}

// choice is one of the questions of the preview.
type choice struct {
	Name   string
	Chosen survey.From
}

func (p ImportPreviewProps) questions() []choice {
	c := p.Choices
	return []choice{{"service", c.Service}, {"team", c.Team}, {"environment", c.Environment}, {"zone", c.Zone}, {"region", c.Region}}
}

// needed names the groups that a group needs and that are not picked.
func (p ImportPreviewProps) needed(v *ui.View, g survey.Group) string {
	var out []string
	for _, other := range p.Groups {
		if slices.Contains(g.Needs, other.ID) {
			out = append(out, groupTitle(v, other))
		}
	}
	return strings.Join(out, ", ")
}

// shown are a group's rows that hold the filter's text, with their number.
func (p ImportPreviewProps) shown(v *ui.View, g survey.Group) (rows []*survey.Row, all int) {
	text := strings.ToLower(p.Filter)
	for _, r := range g.Rows {
		if text != "" && !strings.Contains(strings.ToLower(r.Name), text) && !slices.ContainsFunc(append(r.Cells(), r.Changes...), func(c survey.Change) bool {
			return strings.Contains(strings.ToLower(c.Before+"\n"+c.After), text)
		}) {
			continue
		}
		if all++; len(rows) < importRows {
			rows = append(rows, r)
		}
	}
	return rows, all
}

// why words a reason.
func why(v *ui.View, r survey.Reason) string {
	return v.T(r.ID, "n", r.N, "name", r.Name, "other", r.Other)
}

// word is a value of a field as a reader sees it.
func word(v *ui.View, c survey.Change, value string) string {
	switch {
	case value == "":
		return "—"
	case c.Words() != "" && v.Lang.Has(c.Words()+value):
		return v.T(c.Words() + value)
	}
	return value
}
