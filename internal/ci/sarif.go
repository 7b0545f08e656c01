package ci

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"deckplan/internal/lang"
	"deckplan/internal/verdict"
)

// mostResults is the most results of a run that GitHub takes.
const mostResults = 25_000

// levels are SARIF's words for severities.
var levels = [...]string{verdict.Error: "error", verdict.Warning: "warning", verdict.Note: "note", verdict.Good: "none"}

// literal writes what a message would else read as a link or an argument.
var literal = strings.NewReplacer("\\", "\\\\", "[", "\\[", "]", "\\]", "{", "{{", "}", "}}")

// WriteSARIF writes the findings as SARIF 2.1.0, the gravest first and no more
// than GitHub takes.
func WriteSARIF(w io.Writer, r Report) error {
	r.Sort()
	all := r.asking()
	marks := prints(all)
	run := sarif.NewRun().WithColumnKind("unicodeCodePoints").WithLanguage(string(r.Lang))
	run.Tool = sarif.NewTool().WithDriver(sarif.NewToolComponent().WithName("Deckplan").WithVersion(r.Version).WithLanguage(string(r.Lang)))
	rules := map[string]int{}
	for i, f := range all[:min(len(all), mostResults)] {
		at, known := rules[f.Rule]
		if !known {
			at = len(run.Tool.Driver.Rules)
			rules[f.Rule] = at
			run.Tool.Driver.AddRule(rule(r.Lang, f))
		}
		region := sarif.NewRegion().WithStartLine(max(1, f.Line)).WithStartColumn(max(1, f.Column))
		place := sarif.NewPhysicalLocation().WithRegion(region).
			WithArtifactLocation(sarif.NewArtifactLocation().WithURI((&url.URL{Path: f.File}).String()))
		// The first mark is the one by which GitHub knows an alert again.
		result := sarif.NewRuleResult(f.Rule).WithRuleIndex(at).WithLevel(levels[f.Severity]).
			WithMessage(sarif.NewTextMessage(literal.Replace(subjected(f) + f.said(" ")))).
			WithLocations([]*sarif.Location{sarif.NewLocationWithPhysicalLocation(place)}).
			WithPartialFingerprints(map[string]string{"primaryLocationLineHash": marks[i], "deckplanFinding/v1": marks[i]})
		run.AddResult(result)
	}
	report := sarif.NewReport()
	report.AddRun(run)
	if err := report.PrettyWrite(w); err != nil {
		return fmt.Errorf("ci: SARIF: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// subjected names what a finding is about before its sentence.
func subjected(f Finding) string {
	if f.Subject == "" {
		return ""
	}
	return f.Subject + ": "
}

// rule describes what findings of a kind say, without the names of one.
func rule(l lang.Lang, f Finding) *sarif.ReportingDescriptor {
	short, why, do := l.Outline(f.Rule), l.Outline(f.Rule+".why"), l.Outline(f.Rule+".do")
	text := func(s string) *sarif.MultiformatMessageString {
		return sarif.NewMultiformatMessageString().WithText(s)
	}
	help := strings.TrimSpace(why + " " + do)
	if help == "" {
		help = short
	}
	tags := sarif.NewPropertyBag().Add("problem.severity", map[verdict.Severity]string{verdict.Error: "error", verdict.Warning: "warning"}[f.Severity])
	if f.Severity >= verdict.Note {
		tags.Add("problem.severity", "recommendation")
	}
	tags.Tags = []string{f.Topic}
	return sarif.NewRule(f.Rule).WithName(f.Rule).WithDescription(short).
		WithFullDescription(text(strings.TrimSpace(short + " " + why))).
		WithHelp(text(help).WithMarkdown(Inline(help))).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(levels[f.Severity])).
		WithProperties(tags)
}
