package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// readByWord stands for the reading of records' Markdown; how they stand is
// judged as it is.
func readByWord(name string, text []byte) (decision.Record, []plan.Problem) {
	n, _ := strconv.Atoi(name[:min(4, len(name))])
	r := decision.Record{Number: n, Title: "Title of " + name, Status: decision.Accepted}
	var faults []plan.Problem
	for line := range strings.Lines(string(text)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "status":
			r.Status = decision.Status(rest)
		case "check":
			r.Assumptions = append(r.Assumptions, decision.Assumption{Text: "Assumed: " + rest, Check: rest})
		case "due":
			r.ReviewBy = rest
		case "fault":
			faults = append(faults, plan.Problem{Line: 1, ID: "plan.problem.empty_file"})
		}
	}
	return r, faults
}

func folder(t *testing.T, files map[string]string) (planFile, dir string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, "adr")
	b, err := os.ReadFile("../plan/sample/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files["../plan.yaml"] = string(b)
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "plan.yaml"), dir
}

func TestCheck_TellsWhichRecordsNoLongerStand(t *testing.T) {
	file, dir := folder(t, map[string]string{
		"0001-hub.md":      "# Hub\n\ncheck layout(\"ours\").radius < 0.4\n",
		"0002-old.md":      "# Old\nstatus proposed\ndue 2026-01-01\ncheck layout(\"ours\").radius < 0.4\n",
		"sub/0003-fine.md": "check layout(\"ours\").radius < 0.9\ndue 9999-01-01\n",
		"0005-gone.md":     "check layout(\"nothing\").radius < 0.4\n",
		"0006-shut.md":     "status superseded\ndue 2026-01-01\ncheck layout(\"ours\").radius < 0.4\n",
		"0007-bad.md":      "fault\n",
		"0004-large.md":    strings.Repeat("x", mostRecordBytes+1),
		"README.md":        "check a\n",
		"adr-template.md":  "check b\n",
		".git/0005.md":     "check c\n",
		"0006.txt":         "check d\n",
	})
	var out, errs bytes.Buffer
	s := &Streams{Out: &out, Err: &errs, Lang: lang.English, Record: readByWord}
	c := Check{File: file, Format: "json", FailOn: "error", Output: "-", Decisions: dir, Root: filepath.Dir(file)}
	if err := c.Run(s); err != (Exit{1}) {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var answer struct {
		Findings []struct {
			Topic, Severity, Text, File string
			Line                        int
			Subject                     appraise.Subject
		}
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	var got []string
	for _, f := range answer.Findings {
		if f.Topic == "decision" {
			got = append(got, fmt.Sprintf("%s:%d %s %s %s", f.File, f.Line, f.Severity, f.Subject.Key, f.Text))
		}
	}
	want := []string{
		"adr/0001-hub.md:3 error 0001 No longer holds: Assumed: layout(\"ours\").radius < 0.4 (Delivery radius of Our draft is 71%)",
		"adr/0005-gone.md:1 error 0005 Can no longer be judged: Assumed: layout(\"nothing\").radius < 0.4 (“nothing” is no longer in the plan)",
		"adr/0002-old.md:3 warning 0002 Its review is due since 2026-01-01.",
		"adr/0004-large.md:1 warning adr/0004-large.md The file is larger than 1,024 KiB and was not read.",
		"adr/0007-bad.md:1 warning 0007 " + lang.English.T("plan.problem.empty_file", nil),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	for format, want := range map[string]string{"sarif": `"uri": "adr/0001-hub.md"`, "github": "::error file=adr/0001-hub.md,line=3,col=1,title=Title of 0001-hub.md::No longer holds", "gitlab": `"path": "adr/0001-hub.md"`, "text": "adr/0001-hub.md:3:1: error: "} {
		out.Reset()
		c.Format, c.FailOn = format, "never"
		if err := c.Run(s); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %v %s", format, err, out.String())
		}
	}
}

func TestCheck_RefusesAFolderOfRecordsThatIsNotThere(t *testing.T) {
	file, dir := folder(t, map[string]string{})
	var out, errs bytes.Buffer
	s := &Streams{Out: &out, Err: &errs, Lang: lang.English, Record: readByWord}
	if err := (Check{File: file, Format: "text", FailOn: "error", Decisions: filepath.Join(dir, "none")}).Run(s); err != (Exit{2}) || !strings.Contains(errs.String(), "--decisions") {
		t.Errorf("%v %s", err, errs.String())
	}
}
