package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"

	"deckplan/internal/plan"
)

var golden = flag.Bool("golden", false, "write what the commands print as what they are to print")

// changedSample writes the sample plan of a language and one that differs in
// known ways: a stage and a cluster that move, a link that disappears, an owner
// too many who goes.
func changedSample(t *testing.T, l string) (old, changed string) {
	t.Helper()
	b, err := os.ReadFile("internal/plan/sample/" + l + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for was, now := range map[string]string{
		"    accountable: [release]\n    trigger: manual":                                 "    accountable: [payments]\n    trigger: upstream",
		"    cluster: prod-tokyo\n    instance: hub":                                      "    cluster: prod-tokyo\n    instance: dev-argo",
		"  - id: office-internet\n    from: office\n    to: internet\n    kind: online\n": "",
		"    accountable: [payments, release]":                                            "    accountable: [payments]",
		"    team: payments\n    kubernetes: \"1.32\"":                                    "    team: release\n    kubernetes: \"1.33\"",
	} {
		if strings.Count(text, was) != 1 {
			t.Fatalf("%q is there %d times", was, strings.Count(text, was))
		}
		text = strings.Replace(text, was, now, 1)
	}
	dir := t.TempDir()
	old, changed = filepath.Join(dir, "old.yaml"), filepath.Join(dir, "plan.yaml")
	for path, s := range map[string]string{old: string(b), changed: text} {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return old, changed
}

// likeGolden holds an output against the one that is kept.
func likeGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("internal/ci/testdata", name)
	if *golden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s: %v; got\n%s", name, err, got)
	}
}

func TestDiff_TellsTheSampleInBothLanguages(t *testing.T) {
	for _, l := range []string{"en", "ko"} {
		old, changed := changedSample(t, l)
		for format, ext := range map[string]string{"text": "txt", "markdown": "md", "json": "json"} {
			code, out, errs := deckplan(t, "--lang", l, "diff", old, changed, "--format", format)
			if code != 0 {
				t.Fatalf("%d: %s", code, errs)
			}
			likeGolden(t, "diff."+l+"."+ext, out)
		}
	}
}

func TestCheck_WritesEveryFormatInBothLanguages(t *testing.T) {
	for _, l := range []string{"en", "ko"} {
		old, _ := changedSample(t, l)
		for format, ext := range map[string]string{"text": "txt", "github": "github", "gitlab": "gitlab.json"} {
			code, out, errs := deckplan(t, "--lang", l, "check", old, "--format", format, "--root", filepath.Dir(old))
			if code != 1 {
				t.Fatalf("%d: %s", code, errs)
			}
			likeGolden(t, "check."+l+"."+ext, out)
		}
	}
}

func TestCheck_FailsFromTheSeverityThatIsAsked(t *testing.T) {
	file := sampleFile(t)
	mended := filepath.Join(t.TempDir(), "mended.yaml")
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Stages {
		p.Stages[i].Accountable = []string{"platform"}
	}
	p.Layouts, p.Instances, p.Placements = nil, nil, nil
	f, err := os.Create(mended)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.EncodeYAML(f, p); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, on string
		want     int
	}{{file, "error", 1}, {file, "warning", 1}, {file, "never", 0}, {mended, "error", 0}, {mended, "warning", 1}, {mended, "note", 2}} {
		if code, out, errs := deckplan(t, "--lang=en", "check", c.file, "--fail-on", c.on); code != c.want {
			t.Errorf("%s --fail-on %s: %d\n%s%s", c.file, c.on, code, out, errs)
		}
	}
}

func TestCheck_TellsAWrongFileInTheChosenFormat(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(path, []byte("schema: 1\nabout: {name: x}\nteams:\n  - {id: a}\n  - {id: b, name: b, colour: red}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"json":   `"line": 4`,
		"sarif":  `"startLine": 5`,
		"github": "::error file=bad.yaml,line=4,col=1,title=teams[0].name::name is missing",
		"gitlab": `"begin": 5`,
	} {
		code, out, errs := deckplan(t, "--lang=en", "check", path, "--format", format, "--fail-on", "never", "--root", dir)
		if code != 2 || errs != "" || !strings.Contains(out, want) {
			t.Errorf("%s: %d %s%s", format, code, errs, out)
		}
		if format == "sarif" {
			r, err := sarif.FromString(out)
			if err == nil {
				err = r.Validate()
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func TestCheck_ExitsThreeWhereItCannotWrite(t *testing.T) {
	file := sampleFile(t)
	if code, _, errs := deckplan(t, "check", file, "--output", filepath.Join(t.TempDir(), "none", "x")); code != 3 || errs == "" {
		t.Errorf("check: %d %s", code, errs)
	}
	if code, _, errs := deckplan(t, "diff", file, file, "--output", filepath.Join(t.TempDir(), "none", "x")); code != 3 || errs == "" {
		t.Errorf("diff: %d %s", code, errs)
	}
	if code, _, _ := deckplan(t, "check", filepath.Join(t.TempDir(), "none.yaml")); code != 2 {
		t.Errorf("a file that is not there: %d", code)
	}
}

func TestCheck_AddsToTheJobsSummary(t *testing.T) {
	summary := filepath.Join(t.TempDir(), "summary.md")
	if err := os.WriteFile(summary, []byte("# Before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	file := sampleFile(t)
	t.Setenv("GITHUB_WORKSPACE", filepath.Dir(file))
	code, out, _ := deckplan(t, "--lang=en", "check", file, "--format", "github")
	b, err := os.ReadFile(summary)
	if err != nil || code != 1 || !strings.Contains(out, "::error file=plan.yaml,line=") || !strings.HasPrefix(string(b), "# Before\n## Deckplan · Commerce platform\n") ||
		!strings.Contains(string(b), "| error | plan.yaml:") {
		t.Errorf("%d %v %s\n%s", code, err, out, b)
	}
	deckplan(t, "check", file)
	if again, err := os.ReadFile(summary); err != nil || string(again) != string(b) {
		t.Error("another format added a summary")
	}
}

func TestHelp_DocumentsTheExitCodes(t *testing.T) {
	for _, command := range []string{"check", "diff"} {
		if code, out, _ := deckplan(t, command, "--help"); code != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), "3 something could not be read or written") {
			t.Errorf("%s: %d %s", command, code, out)
		}
	}
}

var fenced = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// examples are the CI definitions of the README, GitHub's and GitLab's.
func examples(t *testing.T) (github, gitlab string) {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "\n## In a CI job\n")
	section, _, _ = strings.Cut(section, "\n## ")
	found := fenced.FindAllStringSubmatch(section, -1)
	if len(found) != 2 {
		t.Fatalf("%d examples", len(found))
	}
	return found[0][1], found[1][1]
}

func TestReadme_GitHubsExampleIsAWorkflow(t *testing.T) {
	github, _ := examples(t)
	l, err := actionlint.NewLinter(os.Stderr, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	faults, err := l.Lint("plan.yaml", []byte(github), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Errorf("line %d: %s", f.Line, f.Message)
	}
}

// TestReadme_ExamplesRun runs the lines of both examples as their runners do,
// in a repository of a plan that was changed; curl and gh, which would ask
// GitHub and GitLab, only note how they were called.
func TestReadme_ExamplesRun(t *testing.T) {
	github, gitlab := examples(t)
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Run string }
		}
	}
	var pipeline struct {
		Plan struct {
			Script    []string
			Artifacts struct{ Reports map[string]string }
		}
	}
	if err := yaml.Unmarshal([]byte(github), &workflow); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(gitlab), &pipeline); err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, s := range workflow.Jobs["plan"].Steps {
		if s.Run != "" {
			steps = append(steps, s.Run)
		}
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "deckplan"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"gh", "curl"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\necho "+name+" \"$@\" >> calls\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	repo, base := planRepository(t)
	run := func(lines string) (string, error) {
		if _, err := syntax.NewParser().Parse(strings.NewReader(lines), ""); err != nil {
			t.Fatal(err)
		}
		c := exec.Command("bash", "-e", "-c", lines)
		c.Dir = repo
		c.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "DECKPLAN_LANG=en", "GITHUB_WORKSPACE="+repo, "GITHUB_STEP_SUMMARY="+filepath.Join(repo, "summary.md"),
			"BASE="+base, "NUMBER=7", "CI_MERGE_REQUEST_DIFF_BASE_SHA="+base, "CI_API_V4_URL=https://gitlab.example/api/v4", "CI_PROJECT_ID=1", "CI_MERGE_REQUEST_IID=2", "DECKPLAN_TOKEN=x")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	for i, s := range steps {
		out, err := run(s)
		if last := i == len(steps)-1; (err != nil) != last {
			t.Errorf("%s: %v: %s", s, err, out)
		} else if last && !strings.Contains(out, "::error file=plan.yaml,line=") {
			t.Errorf("%s", out)
		}
	}
	for i, s := range pipeline.Plan.Script {
		if out, err := run(s); (err != nil) != (i == len(pipeline.Plan.Script)-1) {
			t.Errorf("%s: %v: %s", s, err, out)
		}
	}
	for name, want := range map[string]string{"deckplan.sarif": `"uri": "plan.yaml"`, "comment.md": "Release loses Deploy", "note.md": "prod-tokyo moves from argo-office to argo-dev",
		"summary.md": "## Deckplan", "calls": "gh pr comment 7 --body-file comment.md", pipeline.Plan.Artifacts.Reports["codequality"]: "fingerprint"} {
		if b, err := os.ReadFile(filepath.Join(repo, name)); err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %v: %.300s", name, err, b)
		}
	}
	var issues []map[string]any
	b, err := os.ReadFile(filepath.Join(repo, "codequality.json"))
	if err != nil || json.Unmarshal(b, &issues) != nil || len(issues) == 0 {
		t.Errorf("%v: %d issues", err, len(issues))
	}
}

// planRepository is a Git repository whose plan.yaml was changed since a commit.
func planRepository(t *testing.T) (dir, base string) {
	t.Helper()
	old, changed := changedSample(t, "en")
	dir = t.TempDir()
	git := func(args ...string) string {
		c := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "--quiet")
	for _, from := range []string{old, changed} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "plan.yaml"), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		git("add", "plan.yaml")
		git("commit", "--quiet", "--message", filepath.Base(from))
		if base == "" {
			base = git("rev-parse", "HEAD")
		}
	}
	return dir, base
}
