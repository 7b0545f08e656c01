package ci

import (
	"io"

	"deckplan/internal/compare"
	"deckplan/internal/lang"
)

// WriteComment writes how two plans differ as the comment of a pull request:
// the verdict, what changes in sentences, the figures before and after, and
// every row folded away.
func WriteComment(w io.Writer, l lang.Lang, plan string, r compare.Report) error {
	d := newDoc(l)
	d.heading(3, l.T("ci.comment.title", map[string]any{"name": plan}))
	if r.Empty() {
		d.block(Line(l.T("compare.none", nil)))
		return d.write(w)
	}
	d.block("**" + Inline(r.Verdict) + "**")
	d.told(r, compare.Figures)
	d.figures(r)
	for _, part := range compare.Parts {
		if part != compare.Figures {
			d.told(r, part)
		}
	}
	if len(r.Rows) > 0 {
		d.folded(l.T("ci.comment.rows", map[string]any{"n": len(r.Rows)}), func() {
			lines := make([]string, len(r.Rows))
			for i, row := range r.Rows {
				lines[i] = row.String()
			}
			d.list(lines)
		})
	}
	return d.write(w)
}

// told writes the sentences of a part below its heading.
func (d *doc) told(r compare.Report, part compare.Part) {
	all := r.Of(part)
	if len(all) == 0 {
		return
	}
	lines := make([]string, len(all))
	for i, s := range all {
		lines[i] = s.Text
	}
	d.heading(4, d.lang.T("compare.part."+string(part), nil))
	d.list(lines)
}

// mostFigures bounds the figures that stand open; the others are folded.
const mostFigures = 12

// figures writes the figures that differ, those of what the plan holds. What
// the presets would come to is for no comment.
func (d *doc) figures(r compare.Report) {
	var own []compare.Line
	for _, f := range r.Figures {
		if !f.Preset {
			own = append(own, f)
		}
	}
	table := func(rows []compare.Line) {
		t := d.lang.T
		d.table([]string{t("ci.comment.of", nil), t("ci.comment.figure", nil), t("ci.comment.was", nil), t("ci.comment.now", nil)}, len(rows), func(i int) []string {
			return []string{rows[i].Name, rows[i].Figure, rows[i].Was, rows[i].Now}
		})
	}
	if len(own) == 0 {
		return
	}
	if len(own) <= mostFigures {
		table(own)
		return
	}
	d.folded(d.lang.T("ci.comment.figures", map[string]any{"n": len(own)}), func() { table(own) })
}
