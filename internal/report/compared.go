package report

import (
	"cmp"
	"slices"
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/compare"
	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// name is what the other plan is called.
func (o *Other) name() string { return cmp.Or(o.Name, titleOf(o.Plan)) }

// titleOf is a plan's name with its scenario's.
func titleOf(p *plan.Plan) string {
	if s := strings.TrimSpace(p.About.Scenario); s != "" {
		return p.About.Name + " · " + s
	}
	return p.About.Name
}

// pair names both plans; where their names are the same, their order tells them
// apart.
func (d *doc) pair() (a, b string) {
	a, b = titleOf(d.Plan), d.Other.name()
	if a == b {
		return d.t("report.first_plan", "name", a), d.t("report.second_plan", "name", b)
	}
	return a, b
}

// sideBySide is a table of figures of one subject in both plans.
type sideBySide struct {
	title string
	only  string // which plan alone has it
	rows  [][]string
}

// totals counts what is unresolved by topic in both plans.
func (d *doc) totals() (heads []head, rows [][]string) {
	a, b := d.pair()
	heads = []head{{d.t("decision.field.topic"), false}, {a, true}, {b, true}}
	theirs := unresolved(d.Other.Plan, d.Other.Appraisal)
	of := func(list []appraise.Finding, t appraise.Topic) string {
		return d.tally(slices.DeleteFunc(slices.Clone(list), func(f appraise.Finding) bool { return f.Topic != t }))
	}
	for _, t := range append(slices.Clone(appraise.Topics), stepsTopic) {
		rows = append(rows, []string{d.topic(t), of(d.grave, t), of(theirs, t)})
	}
	return heads, rows
}

// figureHeads are the columns of figures side by side.
func (d *doc) figureHeads() []head {
	a, b := d.pair()
	return []head{{d.t("report.figure"), false}, {a, true}, {b, true}, {d.t("compare.change"), true}}
}

// sideBySides gives the subjects whose figures differ where a reader can see it.
func (d *doc) sideBySides() (out []sideBySide) {
	a, b := d.pair()
	mine, theirs := d.Plan.About.CurrencyOr(), d.Other.Plan.About.CurrencyOr()
	for _, s := range compare.Verdicts(d.Appraisal, d.Other.Appraisal) {
		name := s.Name
		if s.Preset {
			name = d.t("layout.preset." + s.Key)
		}
		t := sideBySide{title: d.topic(s.Topic) + ": " + name}
		switch {
		case !s.InB:
			t.only = d.t("compare.only", "plan", a)
		case !s.InA:
			t.only = d.t("compare.only", "plan", b)
		}
		for _, f := range s.Figures {
			was, now := compare.Nothing, compare.Nothing
			if f.InA {
				was = decision.Value(d.Lang, f.A, f.Unit, mine)
			}
			if f.InB {
				now = decision.Value(d.Lang, f.B, f.Unit, theirs)
			}
			if was != now && (!s.Preset || f.InA && f.InB) {
				t.rows = append(t.rows, []string{d.t("metric." + f.ID), was, now, d.moved(f, mine == theirs)})
			}
		}
		if len(t.rows) > 0 || t.only != "" && !s.Preset {
			out = append(out, t)
		}
	}
	return out
}

// moved is how much more or less the other plan has; nothing where the figures
// are amounts of different currencies.
func (d *doc) moved(f compare.Figure, sameMoney bool) string {
	switch {
	case !f.InA || !f.InB || f.Unit == verdict.Money && !sameMoney:
		return ""
	case f.B > f.A:
		return "+" + d.value(f.B-f.A, f.Unit)
	}
	return "−" + d.value(f.A-f.B, f.Unit)
}

// changes are the findings that only one of the plans has, and the unresolved
// ones that both have.
func (d *doc) changes() (gone, fresh, both []appraise.Finding) {
	gone, fresh, both = compare.PairFindings(withSteps(d.Plan, d.Appraisal.Findings(), verdict.Good),
		withSteps(d.Other.Plan, d.Other.Appraisal.Findings(), verdict.Good))
	return gone, fresh, slices.DeleteFunc(both, func(f appraise.Finding) bool { return f.Severity > verdict.Warning })
}

// rowsOf words the rows that differ; rest counts those left off.
func (d *doc) rowsOf() (heads []head, rows [][]string, rest int) {
	heads = []head{{d.t("compare.rows"), false}, {d.t("compare.what"), false}, {d.t("report.what"), false}, {d.t("report.values"), false}}
	changes, rest := first(plan.Diff(d.Plan, d.Other.Plan), maxChanges)
	for _, r := range compare.Rows(d.Lang, changes, d.Plan, d.Other.Plan) {
		var parts []string
		for _, f := range r.Fields {
			field := d.t("field." + r.Kind.Name + "." + f.Name)
			switch r.What {
			case compare.Added:
				parts = append(parts, field+": "+f.Now)
			case compare.Removed:
				parts = append(parts, field+": "+f.Was)
			default:
				parts = append(parts, d.t("compare.sentence", "field", field, "was", f.Was, "now", f.Now))
			}
		}
		rows = append(rows, []string{d.t("kind." + r.Kind.Name), r.Name, d.t("compare.row." + string(r.What)), strings.Join(parts, "; ")})
	}
	return heads, rows, rest
}
