package ci

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"deckplan/internal/compare"
	"deckplan/internal/lang"
	"deckplan/internal/verdict"
)

// hostile is a name that tries everything.
const hostile = "a\n::error::x\r\n##[add-mask]y @octocat #12 [l](http://evil.example) <img src=x> | `c` 50% {0} www.evil.example GH-3 \x1b[31m!7"

func report(findings ...Finding) Report {
	return Report{Lang: lang.English, Version: "1", Plan: "Plan", Findings: findings}
}

func finding(severity verdict.Severity, same string) Finding {
	return Finding{Rule: "ownership.finding.no_owner", Severity: severity, Topic: "ownership", Subject: "P", Text: "Nobody is accountable for " + same + ".", Why: "Why.", Do: "Do.",
		File: "plans/my plan.yaml", Line: 3, Column: 5, Same: []string{"stages", same}}
}

func written(t *testing.T, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sarifOf(t *testing.T, r Report) *sarif.Report {
	t.Helper()
	text := written(t, func(b *bytes.Buffer) error { return WriteSARIF(b, r) })
	out, err := sarif.FromString(text, sarif.WithStrictValidation())
	if err == nil {
		err = out.Validate()
	}
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out
}

func TestSARIF_KeepsToItsSchema(t *testing.T) {
	good := finding(verdict.Good, "c")
	r := sarifOf(t, report(finding(verdict.Warning, "b"), good, finding(verdict.Error, hostile)))
	run := r.Runs[0]
	if len(run.Results) != 2 || len(run.Tool.Driver.Rules) != 1 || *run.Tool.Driver.Name != "Deckplan" || *run.Tool.Driver.Version != "1" {
		t.Fatalf("%d results, %d rules", len(run.Results), len(run.Tool.Driver.Rules))
	}
	rule := run.Tool.Driver.Rules[0]
	if *rule.ShortDescription.Text != "Nobody is accountable for …." || *rule.Help.Text != "When it breaks, teams will ask each other. Name one team." || rule.DefaultConfiguration.Level != "error" {
		t.Errorf("%+v", rule)
	}
	first := run.Results[0]
	place := first.Locations[0].PhysicalLocation
	if first.Level != "error" || first.RuleIndex != 0 || *place.ArtifactLocation.URI != "plans/my%20plan.yaml" || *place.Region.StartLine != 3 || *place.Region.StartColumn != 5 {
		t.Errorf("%+v", first)
	}
	if strings.Contains(*first.Message.Text, "[l](http") {
		t.Errorf("a name is a link: %s", *first.Message.Text)
	}
	if len(sarifOf(t, report()).Runs[0].Results) != 0 {
		t.Error("no finding has a result")
	}
}

func TestSARIF_KnowsAFindingAgainOnAnotherLine(t *testing.T) {
	mark := func(f ...Finding) []string {
		var out []string
		for _, r := range sarifOf(t, report(f...)).Runs[0].Results {
			out = append(out, r.PartialFingerprints["primaryLocationLineHash"])
		}
		return out
	}
	a, b := finding(verdict.Error, "a"), finding(verdict.Error, "b")
	before := mark(a, b, b)
	a.Line, b.Line, b.Text = 30, 40, "Other numbers."
	if after := mark(b, b, a); after[2] != before[0] || after[0] != before[1] || after[1] != before[2] || before[0] == before[1] || before[1] == before[2] {
		t.Errorf("%v became %v", before, after)
	}
	a.Rule = "ownership.finding.two_owners"
	if mark(a)[0] == before[0] {
		t.Error("findings of two rules have one mark")
	}
}

func TestGitHub_EscapesAndPutsTheGravestFirst(t *testing.T) {
	f := finding(verdict.Error, hostile)
	f.Subject = "a:b,c\nd"
	out := written(t, func(b *bytes.Buffer) error {
		return WriteGitHub(b, report(finding(verdict.Note, "n"), finding(verdict.Warning, "w"), f, finding(verdict.Good, "g")))
	})
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 4 || lines[3] != "1 error, 1 warning, 1 note" {
		t.Fatalf("%q", lines)
	}
	if !strings.HasPrefix(lines[0], "::error file=plans/my plan.yaml,line=3,col=5,title=a%3Ab%2Cc d::Nobody is accountable for a%0A::error::x%0D%0A") || !strings.Contains(lines[0], "50%25") {
		t.Errorf("%q", lines[0])
	}
	for i, want := range []string{"::error ", "::warning ", "::notice "} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: %q", i, lines[i])
		}
	}
}

func TestGitHub_ShowsTenOfAKindAndListsTheRest(t *testing.T) {
	var many []Finding
	for i := range 12 {
		many = append(many, finding(verdict.Warning, fmt.Sprint(i, hostile)))
	}
	out := written(t, func(b *bytes.Buffer) error { return WriteGitHub(b, report(many...)) })
	if strings.Count(out, "::warning ") != 10 || !strings.Contains(out, "::group::2 more: GitHub shows 10") || !strings.Contains(out, "0 errors, 12 warnings, 0 notes") {
		t.Errorf("%s", out)
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "::error") || strings.Contains(line, "##[") && !strings.HasPrefix(line, "::") || strings.Contains(line, "\x1b") && !strings.HasPrefix(line, "::") {
			t.Errorf("a name is a command: %q", line)
		}
	}
}

func TestGitLab_WritesCodeQuality(t *testing.T) {
	var issues []struct {
		Description, Fingerprint, Severity string
		Check                              string `json:"check_name"`
		Location                           struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	read := func(r Report) {
		issues = nil
		if err := json.Unmarshal([]byte(written(t, func(b *bytes.Buffer) error { return WriteGitLab(b, r) })), &issues); err != nil {
			t.Fatal(err)
		}
	}
	read(report(finding(verdict.Note, "n"), finding(verdict.Warning, "w"), finding(verdict.Error, "e"), finding(verdict.Error, "e")))
	var grades []string
	marks := map[string]bool{}
	for _, i := range issues {
		grades, marks[i.Fingerprint] = append(grades, i.Severity), true
	}
	if strings.Join(grades, " ") != "critical critical major info" || len(marks) != 4 {
		t.Errorf("%v %v", grades, marks)
	}
	if i := issues[0]; i.Location.Path != "plans/my plan.yaml" || i.Location.Lines.Begin != 3 || i.Check == "" || !strings.HasPrefix(i.Description, "P: Nobody") {
		t.Errorf("%+v", i)
	}
	if out := written(t, func(b *bytes.Buffer) error { return WriteGitLab(b, report()) }); out != "[]\n" {
		t.Errorf("no finding: %q", out)
	}
}

// rendered is Markdown as a reader sees it.
func rendered(t *testing.T, markdown string) string {
	t.Helper()
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert([]byte(markdown), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	mention = regexp.MustCompile(`@[A-Za-z0-9]`)
	issue   = regexp.MustCompile(`(#|GH-|!)[0-9]`)
)

func TestMarkdown_ReadsNothingInANameAsMarkup(t *testing.T) {
	summary := written(t, func(b *bytes.Buffer) error { return WriteSummary(b, report(finding(verdict.Error, hostile))) })
	comment := written(t, func(b *bytes.Buffer) error {
		return WriteComment(b, lang.English, hostile, compare.Report{Story: compare.Story{Verdict: hostile, Sentences: []compare.Sentence{{Part: compare.Rest, Text: "/close " + hostile}}},
			Rows: []compare.Line{{Mark: "-", Of: "Teams", Name: hostile}}})
	})
	for name, text := range map[string]string{"summary": summary, "comment": comment} {
		html := rendered(t, text)
		if strings.Contains(html, "<a ") || strings.Contains(html, "<img") || strings.Contains(html, "<code>c") || mention.MatchString(html) || issue.MatchString(html) {
			t.Errorf("%s: %s", name, html)
		}
		if !strings.Contains(html, "octocat") || strings.Contains(text, "\x1b") {
			t.Errorf("%s lost a name, or kept a control character: %s", name, text)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "/") || strings.HasPrefix(line, "::") {
				t.Errorf("%s: a line is a command: %q", name, line)
			}
		}
	}
	if !strings.Contains(rendered(t, summary), "<td>error</td>") {
		t.Errorf("no table: %s", summary)
	}
}

func TestComment_EndsBeforeGitHubsLimitAndSaysSo(t *testing.T) {
	var r compare.Report
	r.Verdict = "Much differs."
	for i := range 400 {
		r.Sentences = append(r.Sentences, compare.Sentence{Part: compare.Stages, Text: fmt.Sprint("Sentence ", i, strings.Repeat(" 단계", 20))})
		r.Rows = append(r.Rows, compare.Line{Mark: "~", Of: "Stages", Name: fmt.Sprint("row ", i), Text: strings.Repeat("x", 200)})
	}
	for i := range 30 {
		r.Figures = append(r.Figures, compare.Line{Name: "Layout", Figure: fmt.Sprint("figure ", i), Was: "1", Now: "2", Preset: i%2 == 1})
	}
	for _, l := range lang.All {
		text := written(t, func(b *bytes.Buffer) error { return WriteComment(b, l, "Plan", r) })
		if n := utf8.RuneCountInString(text); n > mostCharacters || n < mostCharacters-2000 {
			t.Errorf("%d characters", n)
		}
		if strings.Count(text, "<details>") != 2 || strings.Count(text, "</details>") != 2 {
			t.Error("what folds is not closed")
		}
		if !strings.Contains(text, "Sentence 399") || strings.Contains(text, "row 399") || strings.Contains(text, "figure 1 ") || !strings.Contains(text, "figure 28") {
			t.Error("the wrong part was left out")
		}
		if tail := text[len(text)-200:]; !strings.Contains(tail, "deckplan diff") {
			t.Errorf("nothing says that lines are left out: %q", tail)
		}
	}
	if text := written(t, func(b *bytes.Buffer) error { return WriteComment(b, lang.English, "Plan", compare.Report{}) }); text != "### Plan Plan\n\nNothing differs.\n" {
		t.Errorf("%q", text)
	}
}
