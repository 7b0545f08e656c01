package report

import (
	"strings"

	"deckplan/internal/catalog"
)

// fact is a line of the cover.
type fact struct{ name, value string }

// front is what stands before the chapters.
type front struct {
	kind, title, classification, purpose string
	logo                                 Logo
	facts                                []fact
	notes                                []string
	contents                             []string // the chapters' names
}

func (d *doc) front() front {
	f := front{kind: d.kind(), title: d.title(), classification: d.classification(), purpose: d.Plan.About.Purpose, logo: d.logo(), facts: d.facts(), notes: d.notes()}
	for _, id := range d.sections {
		f.contents = append(f.contents, d.t("report."+id))
	}
	return f
}

// title is what the report is called.
func (d *doc) title() string {
	switch {
	case strings.TrimSpace(d.Options.Title) != "":
		return strings.TrimSpace(d.Options.Title)
	case d.Other != nil:
		a, b := d.pair()
		return a + " ↔ " + b
	}
	return d.Plan.About.Name
}

// kind says what sort of report it is.
func (d *doc) kind() string {
	switch {
	case d.Other != nil:
		return d.t("report.title.comparison")
	case d.Only != nil:
		return d.t("report.title.decisions")
	}
	return d.t("report.title")
}

func (d *doc) classification() string { return strings.TrimSpace(d.Options.Classification) }

// stamp is when the report was made.
func (d *doc) stamp() string { return d.Lang.Time(d.Generated) + " UTC" }

// facts are what the report rests on, and how much there is of what.
func (d *doc) facts() []fact {
	number := func(n int) string { return d.Lang.Number(float64(n)) }
	out := []fact{{d.t("report.date"), d.stamp()}}
	if d.Options.Title != "" && d.Other == nil {
		out = append([]fact{{d.t("report.plan"), titleOf(d.Plan)}}, out...)
	}
	if d.Other != nil {
		a, b := d.pair()
		theirs := unresolved(d.Other.Plan, d.Other.Appraisal)
		for _, side := range []struct {
			name, tally string
			revision    int
		}{{a, d.tally(d.grave), d.Revision}, {b, d.tally(theirs), d.Other.Revision}} {
			text := side.tally
			if side.revision > 0 {
				text = d.t("report.revision_n", "n", side.revision) + ", " + text
			}
			out = append(out, fact{side.name, text})
		}
		return append(out, fact{d.t("report.catalogue"), catalog.Version().String()})
	}
	if d.Revision > 0 {
		out = append([]fact{{d.t("report.revision"), itoa(d.Revision)}}, out...)
	}
	own, all := d.own()
	return append(out,
		fact{d.t("report.catalogue"), catalog.Version().String()},
		fact{d.t("report.own_values"), d.t("report.n_of_all", "n", len(own), "all", all)},
		fact{d.t("report.unresolved"), d.tally(d.grave)},
		fact{d.t("report.clusters"), number(len(d.Plan.Clusters))},
		fact{d.t("report.services"), number(len(d.Plan.Services))},
		fact{d.t("report.applications"), number(len(d.Plan.Applications))},
		fact{d.t("report.decisions"), number(len(d.Decisions))})
}

// own are the plan's own values in place of the catalogue's or beside them; all
// counts both.
func (d *doc) own() (own []assumption, all int) {
	list := d.assumptions()
	for _, a := range list {
		if a.own {
			own = append(own, a)
		}
	}
	return own, len(list)
}

// notes are what the cover says of what the chosen chapters leave off: the
// plan's own values, and what is unresolved.
func (d *doc) notes() (out []string) {
	if own, _ := d.own(); len(own) > 0 && d.Other == nil && !d.has("assumptions") {
		words := make([]string, len(own))
		for i, a := range own {
			words[i] = a.name + " " + a.value
			if !a.withoutSource {
				words[i] += " (" + d.t("report.instead_of", "value", a.usual) + ")"
			}
		}
		out = append(out, d.t("report.own_values")+": "+strings.Join(words, "; "))
	}
	told := "findings"
	if d.Other != nil {
		told = "changes"
	}
	if len(d.grave) > 0 && !d.has(told) && !d.has("findings") {
		out = append(out, d.t("report.not_listed", "tally", d.tally(d.grave), "chapter", d.t("report."+told)))
	}
	return out
}
