package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"deckplan/internal/appraise"
	"deckplan/internal/verdict"
)

// blocks is what a format of text can set: Markdown and Word are such, and the
// chapters are written once for both.
type blocks interface {
	cover(front)
	// heading sets a heading: 2 is a chapter's, 5 the deepest.
	heading(level int, s string)
	paragraph(s string)
	// prose keeps what people wrote in its paragraphs and lines.
	prose(s string)
	list(entries []string)
	// tasks is a list to be ticked off.
	tasks(entries []string)
	// table sets rows below heads; short rows are filled up, and a table
	// without rows is left out.
	table(heads []head, rows [][]string)
	// finding marks a severity with shape and word; what belongs to it stands
	// below, empty texts left out.
	finding(s verdict.Severity, text string, below ...string)
	// drawing shows a picture; kind is the same for pictures of one sort.
	drawing(kind, title, svg string)
}

// writer writes the chapters as blocks.
type writer struct {
	*doc
	blocks
	err error
}

// compose writes a report's cover and chapters.
func compose(d *doc, b blocks) error {
	w := &writer{doc: d, blocks: b}
	w.report()
	if w.err != nil {
		return fmt.Errorf("report: %w", w.err)
	}
	return nil
}

// more says what was left off.
func (m *writer) more(rest int) {
	if rest > 0 {
		m.paragraph(m.t("report.more", "n", rest))
	}
}

// findings lists findings, the gravest first, with why, what to do and where
// the facts come from.
func (m *writer) findings(list []verdict.Finding) {
	shown, rest := ordered(list, maxFindings)
	for _, f := range shown {
		m.finding(f.Severity, m.word(f.ID, f.Args), m.reasons(f), m.cites(f.Sources))
	}
	m.more(rest)
}

// alikes lists findings in full, those of one kind together.
func (m *writer) alikes(list []appraise.Finding) {
	if len(list) == 0 {
		m.paragraph(m.t("report.none_findings"))
	}
	for _, a := range m.grouped(list) {
		if len(a.entries) == 1 {
			m.finding(a.severity, a.text, a.entries[0], a.why, a.cites)
			continue
		}
		below := []string{a.why}
		for _, s := range a.entries {
			below = append(below, "– "+s)
		}
		m.finding(a.severity, a.text, append(below, a.all, a.cites)...)
	}
}

func (m *writer) findingsChapter() {
	m.paragraph(m.t("report.findings_note", "tally", m.tally(m.grave)))
	m.alikes(m.grave)
}

func (m *writer) metrics(list []verdict.Metric) {
	heads := []head{{m.t("report.figure"), false}, {m.t("report.value"), true}, {m.t("report.cause"), false}}
	var rows [][]string
	for _, x := range list {
		rows = append(rows, []string{m.t("metric." + x.ID), m.value(x.Value, x.Unit), x.Cause})
	}
	m.table(heads, rows)
}

// draw shows a figure of the product's own.
func (m *writer) draw(kind, title string, c templ.Component) {
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		m.err = err
		return
	}
	svg := xmlText(b.String())
	if err := checkSVG(svg); err != nil {
		m.err = fmt.Errorf("picture of %s: %w", kind, err)
		return
	}
	m.drawing(kind, title, svg)
}

// figuresChapter sets the figures of both plans side by side.
func (m *writer) figuresChapter() {
	m.heading(3, m.t("report.unresolved"))
	m.table(m.totals())
	list := m.sideBySides()
	if len(list) == 0 {
		m.paragraph(m.t("compare.same"))
	}
	for _, s := range list {
		m.heading(3, s.title)
		if s.only != "" {
			m.paragraph(s.only)
		}
		m.table(m.figureHeads(), s.rows)
	}
}

// changesChapter lists the findings that come and go.
func (m *writer) changesChapter() {
	a, b := m.pair()
	gone, fresh, both := m.changes()
	for _, part := range []struct {
		title string
		list  []appraise.Finding
	}{{m.t("compare.gone", "plan", a), gone}, {m.t("compare.fresh", "plan", b), fresh}, {m.t("report.both"), both}} {
		m.heading(3, part.title+" ("+m.Lang.Number(float64(len(part.list)))+")")
		m.alikes(part.list)
	}
}

// rowsChapter lists the rows that differ.
func (m *writer) rowsChapter() {
	a, b := m.pair()
	heads, rows, rest := m.rowsOf()
	m.paragraph(m.t("compare.direction", "from", a, "to", b))
	if len(rows) == 0 {
		m.paragraph(m.t("compare.rows.none"))
	}
	m.table(heads, rows)
	m.more(rest)
}
