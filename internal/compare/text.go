package compare

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Report is the difference between two plans in words, as it is printed.
type Report struct {
	Story
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
	// Of figures, the figure and its values; Preset where it is of a layout
	// that the plan does not hold.
	Figure string `json:"figure,omitempty"`
	Was    string `json:"was,omitempty"`
	Now    string `json:"now,omitempty"`
	Preset bool   `json:"preset,omitempty"`
}

// Empty tells whether nothing differs.
func (r Report) Empty() bool { return len(r.Rows)+len(r.Figures)+len(r.Findings) == 0 }

// Plans words every difference between two plans: what changes in sentences,
// then rows, figures and findings one by one.
func Plans(l lang.Lang, a, b *plan.Plan) Report {
	changes, judgedA, judgedB := plan.Diff(a, b), appraise.Run(a), appraise.Run(b)
	out := Report{Story: Told(l, a, b, changes, judgedA, judgedB)}
	marks := map[What]string{Added: "+", Removed: "-", Changed: "~"}
	for _, r := range Rows(l, changes, a, b) {
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
	for _, s := range Verdicts(judgedA, judgedB) {
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
		label := l.T("metric."+f.ID, nil)
		out.Figures = append(out.Figures, Line{Mark: "~", Of: of, Name: name, Figure: label, Was: was, Now: now, Preset: s.Preset,
			Text: l.T("compare.sentence", map[string]any{"field": label, "was": was, "now": now})})
	}
	findings := func(mark string, all []verdict.Finding, currency string) {
		for _, f := range all {
			args := map[string]any{"currency": currency}
			for k, v := range f.Args {
				args[k] = v
			}
			out.Findings = append(out.Findings, Line{Mark: mark, Of: of, Name: name, Text: l.T("severity."+f.Severity.String(), nil) + ": " + l.T(f.ID, args)})
		}
	}
	findings("-", s.OnlyA, currencyA)
	findings("+", s.OnlyB, currencyB)
}

// Write prints what changes in sentences, then every figure and every row that
// differs, a line each.
func (r Report) Write(w io.Writer, l lang.Lang) error {
	if r.Empty() {
		_, err := fmt.Fprintln(w, l.T("compare.none", nil))
		return err
	}
	var b strings.Builder
	b.WriteString(Plain(r.Verdict) + "\n")
	for _, part := range Parts {
		if told := r.Of(part); len(told) > 0 {
			fmt.Fprintf(&b, "\n%s\n", l.T("compare.part."+string(part), nil))
			for _, s := range told {
				b.WriteString("- " + Plain(s.Text) + "\n")
			}
		}
	}
	for _, part := range []struct {
		title string
		lines []Line
	}{{"ui.figures", r.Figures}, {"compare.rows", r.Rows}} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", l.T(part.title, nil))
		for _, line := range part.lines {
			b.WriteString(line.String() + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// String is the line as it is printed.
func (l Line) String() string {
	return Plain(strings.TrimRight(fmt.Sprintf("%s %s · %s  %s", l.Mark, l.Of, l.Name, l.Text), " "))
}

// Plain makes one line of a text that may hold what people typed: a line break
// in a name must not look like another line, nor a control character reach a
// terminal.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
