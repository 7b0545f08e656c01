package report

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/matrix"
	"deckplan/internal/roadmap"
	"deckplan/internal/verdict"
)

// severities in the order in which findings are shown.
var severities = []verdict.Severity{verdict.Error, verdict.Warning, verdict.Note, verdict.Good}

// topicCount is a topic's line in the summary.
type topicCount struct {
	topic  appraise.Topic
	counts [4]int
}

// summary counts findings by topic and severity, without wording them, and
// gives those that ask for something.
func (d *doc) summary() (topics []topicCount, grave []appraise.Finding, rest int) {
	at := map[appraise.Topic]*[4]int{}
	topics = make([]topicCount, len(appraise.Topics)+1)
	for i, t := range append(slices.Clone(appraise.Topics), stepsTopic) {
		topics[i].topic = t
		at[t] = &topics[i].counts
	}
	add := func(t appraise.Topic, n [4]int) {
		for s := range n {
			at[t][s] += n[s]
		}
	}
	a := &d.Appraisal
	for i := range a.Pipelines {
		add(appraise.Ownership, a.Pipelines[i].Verdict.Worst())
	}
	for i := range a.Layouts {
		if a.Layouts[i].Arrangement.Preset == "" {
			add(appraise.Layout, a.Layouts[i].Verdict.Worst())
		}
	}
	for i := range a.Matrices {
		add(appraise.Matrix, a.Matrices[i].Verdict.Worst())
	}
	for i := range a.Strategies.Briefs {
		add(appraise.Strategy, a.Strategies.Briefs[i].Counts)
	}
	add(appraise.Image, a.Images.Verdict.Worst())
	add(stepsTopic, verdict.Verdict{Findings: roadmap.Inspect(d.Plan)}.Worst())
	grave, rest = first(d.grave, maxSummary)
	return topics, grave, rest
}

// rest says what the summary leaves off, and where it stands.
func (d *doc) rest(n int) string {
	if d.has("findings") {
		return d.t("report.more_findings", "n", n, "chapter", d.t("report.findings"))
	}
	return d.t("report.more", "n", n)
}

// ordered gives findings, the gravest first, and how many are left off.
func ordered(findings []verdict.Finding, n int) ([]verdict.Finding, int) {
	var out []verdict.Finding
	for _, s := range severities {
		for _, f := range findings {
			if f.Severity == s {
				out = append(out, f)
			}
		}
	}
	return first(out, n)
}

// asking leaves the findings that ask for something.
func asking(findings []verdict.Finding) (out []verdict.Finding) {
	for _, f := range findings {
		if f.Severity <= verdict.Warning {
			out = append(out, f)
		}
	}
	return out
}

// cites writes where facts come from, in one line.
func (d *doc) cites(sources []verdict.Source) string {
	var out []string
	for _, s := range sources {
		text := s.Title
		if s.AsOf != "" {
			text = d.t("report.as_of", "title", s.Title, "date", s.AsOf)
		}
		if s.Kind != "" && d.Lang.Has("report.source."+s.Kind) {
			text += " · " + d.t("report.source."+s.Kind)
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// standing words where a candidate stands and why.
func (d *doc) standing(r matrix.Row) string {
	text := d.t("matrix.state." + string(r.State))
	var gates []string
	for _, o := range r.Outcomes {
		if r.State == matrix.Out && o.Result == matrix.Fails || r.State != matrix.Out && o.Result == matrix.Open {
			gates = append(gates, d.t("choice.gate."+string(o.Gate)))
		}
	}
	switch {
	case len(gates) > 0 && r.State == matrix.Out:
		text += ": " + strings.Join(gates, ", ")
	case len(gates) > 0:
		text += "; " + d.t("matrix.result.open") + ": " + strings.Join(gates, ", ")
	}
	return text
}

// metricRow is a metric with its value for every layout beside each other.
type metricRow struct {
	label, means string
	values       []string
}

// compare turns verdicts into rows of figures. The first verdict says which.
func (d *doc) compare(verdicts []verdict.Verdict) (out []metricRow) {
	if len(verdicts) == 0 {
		return nil
	}
	for _, m := range verdicts[0].Metrics {
		r := metricRow{label: d.t("metric." + m.ID), means: d.maybe("metric."+m.ID+".means", nil)}
		for _, v := range verdicts {
			text := ""
			if x, ok := v.Metric(m.ID); ok {
				text = d.value(x.Value, x.Unit)
			}
			r.values = append(r.values, text)
		}
		out = append(out, r)
	}
	return out
}

// picture gives a decision's picture as an image in a data: address, where
// nothing in it can run, load or clash; empty where the room for pictures is
// used up.
func (d *doc) picture(p decision.Picture) string {
	svg := p.SVG.In(d.Lang)
	if svg == "" || d.pictures+len(svg) > maxPictures {
		return ""
	}
	d.pictures += len(svg)
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}

// subject names what a decision is about.
func (d *doc) subject(r decision.Record) string {
	kind := map[decision.Topic]string{decision.Ownership: "pipelines", decision.Layout: "layouts", decision.Matrix: "matrices", decision.Strategy: "services"}[r.Topic]
	topic := d.t("decision.topic." + string(r.Topic))
	if kind == "" || r.Subject == "" {
		return topic
	}
	for i := range d.Appraisal.Layouts {
		if l := &d.Appraisal.Layouts[i]; r.Topic == decision.Layout && l.Arrangement.ID == r.Subject {
			return topic + ", " + d.layoutName(l)
		}
	}
	return topic + ", " + d.nameOf(kind, r.Subject)
}

// optionFigures gives the snapshot's figures as a table: a row a figure, a
// column for each thing they are of.
func (d *doc) optionFigures(s *decision.Snapshot) (of []string, rows []metricRow) {
	column, line := map[string]int{}, map[string]int{}
	for _, m := range s.Metrics {
		if _, ok := column[m.Of]; !ok {
			column[m.Of] = len(of)
			of = append(of, m.Of)
		}
	}
	for _, m := range s.Metrics {
		i, ok := line[m.ID]
		if !ok {
			i = len(rows)
			line[m.ID] = i
			rows = append(rows, metricRow{label: m.Label.In(d.Lang), values: make([]string, len(of))})
		}
		rows[i].values[column[m.Of]] = m.Text.In(d.Lang)
	}
	return of, rows
}

// paragraphs cuts prose at empty lines.
func paragraphs(s string) []string {
	var out []string
	for _, p := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// severityOf reads a severity's word; one that is not known asks for nothing.
func severityOf(word string) verdict.Severity {
	for _, s := range severities {
		if s.String() == word {
			return s
		}
	}
	return verdict.Note
}

// longWord is the length, in characters, above which a word may be broken
// anywhere: in a narrow column it would stand out over the page's edge.
const longWord = 22

// unbroken tells whether a text has such a word.
func unbroken(s string) bool {
	for _, w := range strings.Fields(s) {
		if utf8.RuneCountInString(w) > longWord {
			return true
		}
	}
	return false
}
