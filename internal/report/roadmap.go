package report

import (
	"strings"

	"deckplan/internal/plan"
	"deckplan/internal/roadmap"
	"deckplan/internal/verdict"
)

// maxChecklists bounds the checklists below the steps.
const maxChecklists = 40

// steps are the plan's steps as a table, what is wrong with them, and the
// checklists of those that are not done.
func (d *doc) steps() (t table, findings []verdict.Finding, open []plan.Step, rest int) {
	t = d.tableOf(plan.KindOf("steps"), []string{"name", "kind", "team", "after", "risk", "wayBack", "done"})
	for _, s := range d.Plan.Steps {
		if !s.Done && s.Checklist != "" {
			open = append(open, s)
		}
	}
	open, rest = first(open, maxChecklists)
	return t, roadmap.Inspect(d.Plan), open, rest
}

// lines are a checklist's, without their boxes.
func lines(checklist string) (out []string) {
	for l := range strings.Lines(checklist) {
		if l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "☐☑-*")); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func (m *writer) roadmap() {
	t, findings, open, rest := m.steps()
	if t.count == 0 {
		m.paragraph(m.t("report.none_steps"))
		return
	}
	m.table(t.heads, t.rows)
	m.more(t.rest)
	m.findings(findings)
	for _, s := range open {
		m.heading(3, s.Name)
		m.tasks(lines(s.Checklist))
	}
	m.more(rest)
}
