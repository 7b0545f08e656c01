package compare

import (
	"fmt"
	"io"
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Report is the difference between two plans in words, as it is printed.
type Report struct {
	Rows     []Line `json:"rows"`
	Figures  []Line `json:"figures"`
	Findings []Line `json:"findings"`
}

// Line is one difference. Of is the table or the page it belongs to, Mark is +
// for what is new, - for what is gone and ~ for what has changed.
type Line struct {
	Mark string `json:"mark"`
	Of   string `json:"of"`
	Name string `json:"name"`
	Text string `json:"text"`
}

// Empty tells whether nothing differs.
func (r Report) Empty() bool { return len(r.Rows)+len(r.Figures)+len(r.Findings) == 0 }

// Plans words every difference between two plans: rows, figures and findings.
func Plans(l lang.Lang, a, b *plan.Plan) Report {
	var out Report
	marks := map[What]string{Added: "+", Removed: "-", Changed: "~"}
	for _, r := range Rows(l, plan.Diff(a, b), a, b) {
		line := Line{Mark: marks[r.What], Of: l.T("kind."+r.Kind.Name, nil), Name: r.Name}
		if r.What == Changed {
			parts := make([]string, len(r.Fields))
			for i, f := range r.Fields {
				parts[i] = l.T("compare.sentence", map[string]any{"field": l.T("field."+r.Kind.Name+"."+f.Name, nil), "was": f.Was, "now": f.Now})
			}
			line.Text = strings.Join(parts, "; ")
		}
		out.Rows = append(out.Rows, line)
	}
	for _, s := range Verdicts(appraise.Run(a), appraise.Run(b)) {
		out.subject(l, s, a.About.CurrencyOr(), b.About.CurrencyOr())
	}
	return out
}

func (out *Report) subject(l lang.Lang, s Subject, currencyA, currencyB string) {
	name := s.Name
	if s.Preset {
		name = l.T("layout.preset."+s.Key, nil)
	}
	figure := func(x float64, unit verdict.Unit, there bool, currency string) string {
		if !there {
			return Nothing
		}
		return l.Figure(x, string(unit), currency)
	}
	of := l.T("nav."+s.Topic.Page(), nil)
	for _, f := range s.Figures {
		was, now := figure(f.A, f.Unit, f.InA, currencyA), figure(f.B, f.Unit, f.InB, currencyB)
		if was == now || s.Preset && (!f.InA || !f.InB) {
			continue // a difference that no reader could see is none
		}
		out.Figures = append(out.Figures, Line{"~", of, name, l.T("compare.sentence", map[string]any{"field": l.T("metric."+f.ID, nil), "was": was, "now": now})})
	}
	findings := func(mark string, all []verdict.Finding, currency string) {
		for _, f := range all {
			args := map[string]any{"currency": currency}
			for k, v := range f.Args {
				args[k] = v
			}
			out.Findings = append(out.Findings, Line{mark, of, name, l.T("severity."+f.Severity.String(), nil) + ": " + l.T(f.ID, args)})
		}
	}
	findings("-", s.OnlyA, currencyA)
	findings("+", s.OnlyB, currencyB)
}

// Write prints the differences, a line each.
func (r Report) Write(w io.Writer, l lang.Lang) error {
	if r.Empty() {
		_, err := fmt.Fprintln(w, l.T("compare.none", nil))
		return err
	}
	var b strings.Builder
	for _, part := range []struct {
		title string
		lines []Line
	}{{"compare.rows", r.Rows}, {"ui.figures", r.Figures}, {"compare.findings", r.Findings}} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", l.T(part.title, nil))
		for _, line := range part.lines {
			fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("%s %s · %s  %s", line.Mark, line.Of, line.Name, line.Text), " "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
