package report

import (
	"strconv"
	"strings"

	"deckplan/internal/figure"
	"deckplan/internal/layout"
	"deckplan/internal/matrix"
	"deckplan/internal/ownership"
	"deckplan/internal/verdict"
)

// report writes the chapters that were chosen, in the order of the HTML report.
func (m *writer) report() {
	m.cover(m.front())
	write := map[string]func(){"summary": m.summaryChapter, "figures": m.figuresChapter, "changes": m.changesChapter, "rows": m.rowsChapter, "plan": m.plan,
		"ownership": m.pipelines, "layouts": m.layoutChapter, "roadmap": m.roadmap, "matrices": m.matrices, "strategies": m.strategyChapter, "images": m.images,
		"assumptions": m.assumptionChapter, "decisions": m.decisions, "findings": m.findingsChapter}
	for _, id := range m.sections {
		m.heading(2, m.t("report."+id))
		write[id]()
	}
}

func (m *writer) summaryChapter() {
	topics, grave, rest := m.summary()
	heads := []head{{m.t("decision.field.topic"), false}}
	for _, s := range severities {
		heads = append(heads, head{m.t("report.severity." + s.String()), true})
	}
	var rows [][]string
	for _, t := range topics {
		row := []string{m.topic(t.topic)}
		for _, n := range t.counts {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	m.table(heads, rows)
	if len(grave) == 0 {
		m.paragraph(m.t("report.nothing_open"))
	}
	for _, f := range grave {
		m.finding(f.Severity, m.word(f.ID, f.Args), m.topic(f.Topic)+", "+f.Subject.Name)
	}
	if rest > 0 {
		m.paragraph(m.doc.rest(rest))
	}
}

func (m *writer) plan() {
	for _, t := range m.tables() {
		m.heading(3, t.title+" ("+m.Lang.Number(float64(t.count))+")")
		m.table(t.heads, t.rows)
		m.more(t.rest)
	}
	m.heading(3, m.t("report.rules"))
	var rows [][]string
	for _, r := range m.rules() {
		rows = append(rows, []string{r.name, r.value})
	}
	m.table([]head{{m.t("report.rules"), false}, {m.t("report.value"), false}}, rows)
}

func (m *writer) pipelines() {
	shown, rest := first(m.Appraisal.Pipelines, maxPipelines)
	if len(shown) == 0 {
		m.paragraph(m.t("report.none_pipelines"))
	}
	for i := range shown {
		a := &shown[i]
		m.heading(3, a.Pipeline.Name)
		m.draw("pipeline", a.Pipeline.Name, figure.Swimlane(m.swimlane(a)))
		m.metrics(a.Verdict.Metrics)
		stages, left := m.stages(a.Pipeline.ID)
		var heads []head
		for _, f := range []string{"name", "kind", "installation", "accountable", "trigger"} {
			heads = append(heads, head{m.t("field.stages." + f), false})
		}
		heads = append(heads, head{m.t("field.stages.minutes"), true}, head{m.t("report.wait"), true}, head{m.t("field.stages.approval.role"), false})
		var rows [][]string
		for _, r := range stages {
			rows = append(rows, []string{r.name, r.kind, r.installation, r.accountable, r.trigger, r.minutes, r.wait, r.approval})
		}
		m.table(heads, rows)
		m.more(left)
		m.findings(a.Verdict.Findings)
		m.variants(a)
	}
	m.more(rest)
}

// variants sets a pipeline beside its variants where one of them is advised.
func (m *writer) variants(a *ownership.Analysis) {
	c := a.Compare(m.word)
	if c.Advised() == nil {
		return
	}
	m.heading(4, m.t("ownership.page.variants"))
	m.paragraph(m.t("ownership.page.advice." + string(c.Advice)))
	var reasons []string
	for _, r := range c.Reasons {
		reasons = append(reasons, m.reason(r))
	}
	m.list(reasons)
	heads := []head{{m.t("report.figure"), false}}
	for _, name := range m.forms(c) {
		heads = append(heads, head{name, true})
	}
	var rows [][]string
	for _, r := range m.compare(sides(c)) {
		rows = append(rows, append([]string{r.label}, r.values...))
	}
	m.table(heads, rows)
}

func (m *writer) layoutChapter() {
	shown, rest := m.layouts()
	m.paragraph(m.t("report.delivery_only"))
	if len(shown) == 0 {
		m.paragraph(m.t("report.none_layouts"))
		return
	}
	for i := 0; i < len(shown); i += maxColumns {
		m.comparison(shown[i:min(i+maxColumns, len(shown))], i == 0)
	}
	m.draw("tradeoff", m.t("report.tradeoff"), figure.Tradeoff(m.tradeoff(shown)))
	m.paragraph(m.t("report.tradeoff"))
	for _, l := range shown {
		name, findings := m.layoutName(l), l.Verdict.Findings
		if l.Arrangement.Preset != "" {
			m.heading(3, name+" ("+m.t("report.preset")+")")
			findings = asking(findings)
		} else {
			m.heading(3, name)
		}
		m.draw("layout", name, figure.DeckPlan(m.deckPlan(l)))
		m.findings(findings)
	}
	m.more(rest)
}

// comparison sets layouts beside each other; explained adds what each figure
// means.
func (m *writer) comparison(list []*layout.Analysis, explained bool) {
	heads := []head{{m.t("report.figure"), false}}
	var verdicts []verdict.Verdict
	for _, l := range list {
		heads = append(heads, head{m.layoutName(l), true})
		verdicts = append(verdicts, l.Verdict)
	}
	var rows [][]string
	var means []string
	for _, r := range m.compare(verdicts) {
		rows = append(rows, append([]string{r.label}, r.values...))
		if r.means != "" {
			means = append(means, r.label+": "+r.means)
		}
	}
	m.table(heads, rows)
	if explained {
		m.list(means)
	}
}

func (m *writer) matrices() {
	shown, rest := first(m.Appraisal.Matrices, maxMatrices)
	if len(shown) == 0 {
		m.paragraph(m.t("report.none_matrices"))
	}
	for i := range shown {
		m.matrix(&shown[i])
	}
	m.more(rest)
}

func (m *writer) matrix(a *matrix.Analysis) {
	m.heading(3, a.Matrix.Name)
	m.draw("ranking", a.Matrix.Name, figure.Ranking(figure.RankingProps{ID: m.figureID(), Name: a.Matrix.Name, Analysis: a, Palette: figure.File, Words: m.word}))
	list, rest := first(a.Rows, maxRows)
	criteria, others := first(a.Criteria, maxColumns+1)
	heads := []head{{m.t("report.rank"), true}, {m.t("report.candidate"), false}, {m.t("decision.field.status"), false}}
	for _, c := range criteria {
		heads = append(heads, head{c.Name + " (" + m.Lang.Percent(c.Share) + ")", true})
	}
	heads = append(heads, head{m.t("report.score"), true})
	var rows [][]string
	for _, r := range list {
		row := []string{"", r.Name, m.standing(r)}
		if r.Rank > 0 {
			row[0] = strconv.Itoa(r.Rank)
		}
		for i := range criteria {
			row = append(row, m.mean(r.Cells[i]))
		}
		if r.State == matrix.Ranked {
			row = append(row, m.Lang.Number(r.Total))
		}
		rows = append(rows, row)
	}
	m.table(heads, rows)
	m.more(rest)
	if others > 0 {
		m.paragraph(m.t("report.more_criteria", "n", others))
	}
	m.findings(a.Verdict.Findings)
}

// mean is a criterion's score, with its range where people differ.
func (m *writer) mean(c matrix.Cell) string {
	switch {
	case c.People == 0:
		return ""
	case c.Spread() > 0:
		return m.Lang.Number(c.Mean) + " (" + m.Lang.Number(c.Low) + "–" + m.Lang.Number(c.High) + ")"
	}
	return m.Lang.Number(c.Mean)
}

func (m *writer) strategyChapter() {
	shown, rest := m.strategies()
	if len(shown) == 0 {
		m.paragraph(m.t("report.none_strategies"))
		return
	}
	heads := []head{{m.t("field.strategies.service"), false}, {m.t("field.services.team"), false}, {m.t("field.strategies.choice"), false},
		{m.t("field.strategies.reason"), false}, {m.t("strategies.recommended"), false}}
	var rows [][]string
	var all []verdict.Finding
	for _, b := range shown {
		choices, reasons := []string{}, []string{}
		for _, s := range b.Choices {
			choices = append(choices, m.doc.chosen(s))
			if s.Reason != "" {
				reasons = append(reasons, s.Reason)
			}
		}
		if len(choices) == 0 {
			choices = append(choices, m.t("strategies.none"))
		}
		rows = append(rows, []string{b.Name, m.nameOf("teams", m.Plan.Services[b.At].Team), strings.Join(choices, "; "),
			strings.Join(reasons, "; "), m.t("choice.rollout." + string(b.Recommended))})
		all = append(all, m.Appraisal.Strategies.Findings(b)...)
	}
	m.table(heads, rows)
	m.more(rest)
	m.findings(all)
}

func (m *writer) images() {
	v := m.Appraisal.Images.Verdict
	if len(v.Metrics) == 0 {
		m.paragraph(m.t("report.none_images"))
	}
	m.metrics(v.Metrics)
	m.findings(v.Findings)
}

func (m *writer) assumptionChapter() {
	m.paragraph(m.t("report.assumptions_note"))
	heads := []head{{m.t("report.assumption"), false}, {m.t("report.value"), true}, {m.t("report.range"), true}, {m.t("report.source"), false}}
	var rows [][]string
	var means []string
	for _, a := range m.assumptions() {
		value, span, source := a.value, "", m.cites(a.sources)
		if a.own {
			value += " (" + m.t("report.own")
			if !a.withoutSource {
				value += ", " + m.t("report.instead_of", "value", a.usual)
			}
			value += ")"
		}
		if a.low != "" {
			span = a.low + "–" + a.high
		}
		if a.note != "" {
			source = a.note + " " + source
		}
		rows = append(rows, []string{a.name, value, span, source})
		if a.means != "" {
			means = append(means, a.name+": "+a.means)
		}
	}
	m.table(heads, rows)
	m.list(means)
}
