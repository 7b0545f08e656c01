package ci

import (
	"fmt"
	"io"
	"strings"

	"deckplan/internal/compare"
	"deckplan/internal/verdict"
)

// mostShown is how many annotations of a kind GitHub shows of one step.
const mostShown = 10

// commands are GitHub's words for severities.
var commands = [...]string{verdict.Error: "error", verdict.Warning: "warning", verdict.Note: "notice"}

var (
	// data and property escape as GitHub's runner unescapes.
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	// logged breaks the older form of a command, which is read anywhere in a
	// line of the log.
	logged = strings.NewReplacer("##[", "## [")
)

// WriteGitHub writes the findings as workflow commands, the gravest first and
// as many of a kind as GitHub shows of a step; the others as lines of the log,
// and a line that counts all.
func WriteGitHub(w io.Writer, r Report) error {
	r.Sort()
	var b strings.Builder
	var shown [4]int
	var rest []Finding
	for _, f := range r.asking() {
		if shown[f.Severity]++; shown[f.Severity] > mostShown {
			rest = append(rest, f)
			continue
		}
		title := f.Subject
		if title == "" {
			title = "Deckplan"
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", commands[f.Severity], property.Replace(f.File), max(1, f.Line), max(1, f.Column),
			property.Replace(compare.Plain(title)), data.Replace(f.said("\n")))
	}
	if len(rest) > 0 {
		fmt.Fprintf(&b, "::group::%s\n", data.Replace(r.Lang.T("ci.github.rest", map[string]any{"n": len(rest), "max": mostShown})))
		for _, f := range rest {
			b.WriteString(logged.Replace(f.Printed(r)) + "\n")
		}
		b.WriteString("::endgroup::\n")
	}
	b.WriteString(logged.Replace(compare.Plain(r.total())) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Printed is a finding as a line of a terminal or a log, its place first.
func (f Finding) Printed(r Report) string {
	return compare.Plain(fmt.Sprintf("%s:%d:%d: %s: %s%s", f.File, max(1, f.Line), max(1, f.Column), r.Lang.T("severity."+f.Severity.String(), nil), subjected(f), f.Text))
}

// WriteText writes the findings for people, a line each with its place first.
func WriteText(w io.Writer, r Report) error {
	r.Sort()
	var b strings.Builder
	for _, f := range r.Findings {
		b.WriteString(f.Printed(r) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteSummary writes the findings as Markdown for a job's summary page.
func WriteSummary(w io.Writer, r Report) error {
	r.Sort()
	d := newDoc(r.Lang)
	d.heading(2, strings.TrimSuffix("Deckplan · "+r.Plan, " · "))
	d.block(Line(r.total()))
	all := r.asking()
	if len(all) > 0 {
		d.table([]string{r.Lang.T("ci.summary.severity", nil), r.Lang.T("ci.summary.place", nil), r.Lang.T("ci.summary.finding", nil), r.Lang.T("ci.summary.do", nil)}, len(all), func(i int) []string {
			f := all[i]
			return []string{r.Lang.T("severity."+f.Severity.String(), nil), fmt.Sprintf("%s:%d", f.File, max(1, f.Line)), subjected(f) + f.Text, f.Do}
		})
	}
	return d.write(w)
}
