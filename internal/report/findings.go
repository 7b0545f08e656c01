package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/plan"
	"deckplan/internal/roadmap"
	"deckplan/internal/verdict"
)

// stepsTopic is the topic of what is wrong with the roadmap, which is no analysis'.
const stepsTopic = appraise.Topic("roadmap")

// unresolved lists every error and warning of a plan, the gravest first.
func unresolved(p *plan.Plan, a appraise.Appraisal) []appraise.Finding {
	return withSteps(p, a.Grave(verdict.Warning), verdict.Warning)
}

// withSteps adds what is found of the roadmap to what the analyses find, down
// to a severity, and keeps the gravest first.
func withSteps(p *plan.Plan, list []appraise.Finding, limit verdict.Severity) []appraise.Finding {
	for _, f := range roadmap.Inspect(p) {
		if f.Severity <= limit {
			list = append(list, appraise.Finding{Topic: stepsTopic, Subject: appraise.Subject{Name: p.About.Name}, Finding: f})
		}
	}
	slices.SortStableFunc(list, func(x, y appraise.Finding) int { return cmp.Compare(x.Severity, y.Severity) })
	return list
}

// topic names an analysis or the roadmap.
func (d *doc) topic(t appraise.Topic) string {
	if t == stepsTopic {
		return d.t("report.roadmap")
	}
	return d.t("decision.topic." + string(t))
}

// tally counts errors and warnings in words.
func (d *doc) tally(list []appraise.Finding) string {
	var n [4]int
	for _, f := range list {
		n[f.Severity]++
	}
	return d.t("ui.errors", "n", n[verdict.Error]) + ", " + d.t("ui.warnings", "n", n[verdict.Warning])
}

// maxAlike is how many findings of one kind are told in full; of more, the
// first is, and all that they are about is listed.
const maxAlike = 12

// alike is findings of one kind: of one id, severity and topic.
type alike struct {
	severity verdict.Severity
	text     string // the one finding, or how many there are
	why      string // and what to do
	cites    string
	entries  []string // each finding in full with its subject, where they are some
	all      string   // what they are about, where they are many
}

// grouped gathers findings of one kind, in the order of the first of each.
func (d *doc) grouped(list []appraise.Finding) []alike {
	type kind struct {
		id       string
		severity verdict.Severity
		topic    appraise.Topic
	}
	at := map[kind]int{}
	var groups [][]appraise.Finding
	for _, f := range list {
		k := kind{f.ID, f.Severity, f.Topic}
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	out := make([]alike, len(groups))
	for i, g := range groups {
		out[i] = d.alike(g)
	}
	return out
}

func (d *doc) alike(g []appraise.Finding) alike {
	f := g[0]
	a := alike{severity: f.Severity, why: d.reasons(f.Finding), cites: d.cites(f.Sources)}
	switch {
	case len(g) == 1:
		a.text, a.entries = d.word(f.ID, f.Args), []string{d.topic(f.Topic) + ", " + f.Subject.Name}
	case len(g) <= maxAlike:
		a.text = d.t("report.alike", "topic", d.topic(f.Topic), "n", len(g))
		var differ bool
		for _, x := range g[1:] {
			differ = differ || d.reasons(x.Finding) != a.why
		}
		for _, x := range g {
			entry := d.t("report.of", "text", d.word(x.ID, x.Args), "subject", x.Subject.Name)
			if why := d.reasons(x.Finding); differ && why != "" {
				entry += " · " + why
			}
			a.entries = append(a.entries, entry)
		}
		if differ {
			a.why = ""
		}
	default:
		a.text = d.t("report.alike", "topic", d.topic(f.Topic), "n", len(g))
		a.why = strings.TrimSpace(d.t("report.first_of", "text", d.t("report.of", "text", d.word(f.ID, f.Args), "subject", f.Subject.Name)) + " " + a.why)
		a.all = d.t("report.all_of", "names", strings.Join(subjects(g), ", "))
	}
	return a
}

// reasons is why a finding matters and what to do.
func (d *doc) reasons(f verdict.Finding) string {
	return strings.TrimSpace(d.maybe(f.ID+".why", f.Args) + " " + d.maybe(f.ID+".do", f.Args))
}

// subjects names what findings are of, each subject once with the rows that are
// named there, and how often where nothing else tells that.
func subjects(g []appraise.Finding) []string {
	type entry struct {
		name  string
		rows  []string
		times int
	}
	at := map[string]int{}
	var list []entry
	for _, f := range g {
		i, ok := at[f.Subject.Name]
		if !ok {
			i = len(list)
			at[f.Subject.Name] = i
			list = append(list, entry{name: f.Subject.Name})
		}
		list[i].times++
		for _, r := range f.About {
			if r.Name != f.Subject.Name {
				list[i].rows = append(list[i].rows, r.Name)
			}
		}
	}
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.name
		switch {
		case len(e.rows) > 0:
			out[i] += " (" + strings.Join(slices.Compact(e.rows), ", ") + ")"
		case e.times > 1:
			out[i] += " ×" + strconv.Itoa(e.times)
		}
	}
	return out
}
