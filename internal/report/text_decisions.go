package report

import (
	"strings"

	"deckplan/internal/decision"
	"deckplan/internal/prose"
)

// decisions writes the records with MADR's sections, in MADR's order.
func (m *writer) decisions() {
	if len(m.Decisions) == 0 {
		m.paragraph(m.t("report.none_decisions"))
		return
	}
	var heads []head
	for _, f := range []string{"number", "title", "status", "date"} {
		heads = append(heads, head{m.t("decision.field." + f), false})
	}
	var rows [][]string
	for _, x := range m.Decisions {
		rows = append(rows, []string{x.Record.ID(), x.Record.Title, m.status(x.Record), x.Record.Date})
	}
	m.table(heads, rows)
	for _, x := range m.Decisions {
		m.record(x)
	}
}

func (m *writer) field(name string) string { return m.t("decision.field." + name) }

func (m *writer) record(x decision.Decision) {
	r := x.Record
	m.heading(3, r.ID()+" "+r.Title)
	facts := []string{m.field("status") + ": " + m.status(r)}
	if r.Date != "" {
		facts = append(facts, m.field("date")+": "+r.Date)
	}
	facts = append(facts, m.field("subject")+": "+m.subject(r))
	for _, p := range []struct {
		field string
		names []string
	}{{"decisionMakers", r.DecisionMakers}, {"consulted", r.Consulted}, {"informed", r.Informed}} {
		if len(p.names) > 0 {
			facts = append(facts, m.field(p.field)+": "+strings.Join(p.names, ", "))
		}
	}
	if r.ReviewBy != "" {
		facts = append(facts, m.t("report.review_by")+": "+r.ReviewBy)
	}
	facts = append(facts, m.links(r)...)
	m.list(facts)
	m.section("context", r.Context)
	if len(r.Drivers) > 0 {
		m.heading(4, m.field("drivers"))
		m.list(allUnmarked(r.Drivers))
	}
	m.chosen(r)
	m.section("confirmation", r.Confirmation)
	m.entries(m.t("report.rests_on"), m.restsOn(r))
	m.options(r.Options)
	m.section("moreInformation", r.More)
	for _, s := range shown(r.Sections) {
		m.heading(4, s.Heading)
		m.told(s.Text)
	}
	m.signed(r)
	m.entries(m.t("report.reviews"), m.reviews(r))
	if x.Snapshot != nil {
		m.snapshot(x)
	}
}

// entries is a list under its own heading, left out where it is empty.
func (m *writer) entries(heading string, list []string) {
	if len(list) > 0 {
		m.heading(4, heading)
		m.list(list)
	}
}

func (m *writer) signed(r decision.Record) {
	if s := m.signs(r); len(s.summary) > 0 {
		m.heading(4, m.t("sign.title"))
		m.list(s.summary)
		m.table(m.signHeads(), s.rows)
	}
}

func (m *writer) section(field, text string) {
	if strings.TrimSpace(text) != "" {
		m.heading(4, m.field(field))
		m.told(text)
	}
}

// told sets what people wrote in Markdown as blocks of the report's own; their
// headings stand below all others.
func (m *writer) told(md string) {
	for _, b := range prose.Blocks(md) {
		switch {
		case b.Heading != "":
			m.heading(5, b.Heading)
		case len(b.List) > 0:
			m.list(b.List)
		case len(b.Rows) > 0:
			heads := make([]head, len(b.Rows[0]))
			for i, name := range b.Rows[0] {
				heads[i] = head{name, false}
			}
			m.table(heads, b.Rows[1:])
		default:
			m.prose(b.Text)
		}
	}
}

// unmarked is an entry of a list that people wrote in Markdown.
func unmarked(md string) string {
	var words []string
	for _, b := range prose.Blocks(md) {
		words = append(words, strings.TrimSpace(b.Heading+b.Text))
		words = append(words, b.List...)
	}
	return strings.Join(words, " ")
}

func allUnmarked(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = unmarked(s)
	}
	return out
}

func (m *writer) chosen(r decision.Record) {
	if len(r.Options) > 0 {
		m.heading(4, m.field("options"))
	}
	names := make([]string, len(r.Options))
	for i, o := range r.Options {
		names[i] = o.Name
		if o.Name == r.Chosen {
			names[i] += " (" + m.t("report.chosen") + ")"
		}
	}
	m.list(names)
	m.heading(4, m.field("outcome"))
	switch {
	case r.Chosen == "" && r.Justification == "":
		m.paragraph(m.t("report.undecided"))
	case r.Chosen != "":
		m.paragraph(m.field("chosen") + ": " + r.Chosen)
	}
	m.told(r.Justification)
	if len(r.Consequences) > 0 || strings.TrimSpace(r.Aftermath) != "" {
		m.heading(4, m.field("consequences"))
		m.arguments(r.Consequences)
		m.told(r.Aftermath)
	}
}

func (m *writer) arguments(list []decision.Argument) {
	entries := make([]string, len(list))
	for i, a := range list {
		entries[i] = m.t("decision.side."+string(a.Side)) + ": " + unmarked(a.Text)
	}
	m.list(entries)
}

func (m *writer) options(list []decision.Option) {
	begun := false
	for _, o := range list {
		if o.Description == "" && len(o.Arguments) == 0 {
			continue
		}
		if !begun {
			m.heading(4, m.field("arguments"))
			begun = true
		}
		m.heading(5, o.Name)
		m.told(o.Description)
		m.arguments(o.Arguments)
	}
}

// snapshot shows what the decision was taken on, as it was. A picture that is
// no plain drawing, or for which there is no room, is said to be left out.
func (m *writer) snapshot(x decision.Decision) {
	m.heading(4, m.field("snapshot"))
	m.paragraph(m.t("report.revision_n", "n", int(x.Snapshot.Revision)) + ", " + m.Lang.Time(x.Snapshot.Taken))
	if !x.Intact() {
		m.paragraph(m.t("report.broken"))
	}
	for _, p := range x.Snapshot.Figures {
		svg := xmlText(p.SVG.In(m.Lang))
		if m.pictures+len(svg) > maxPictures || checkSVG(svg) != nil {
			m.paragraph(m.t("report.picture_left_out"))
			continue
		}
		m.pictures += len(svg)
		m.drawing("decision", p.Title.In(m.Lang), svg)
	}
	of, list := m.optionFigures(x.Snapshot)
	heads := []head{{m.t("report.figure"), false}}
	for _, name := range of {
		if name == "" {
			name = m.t("report.subject")
		}
		heads = append(heads, head{name, true})
	}
	var rows [][]string
	for _, r := range list {
		rows = append(rows, append([]string{r.label}, r.values...))
	}
	m.table(heads, rows)
	shown, rest := first(x.Snapshot.Findings, maxFindings)
	for _, f := range shown {
		m.finding(severityOf(f.Severity), f.Text.In(m.Lang))
	}
	m.more(rest)
	if x.Hash != "" {
		m.paragraph("SHA-256 " + x.Hash)
	}
}
