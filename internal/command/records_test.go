package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
)

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
	adr := func(status, front string, checks ...string) string {
		text := "---\nstatus: " + status + "\n" + front + "---\n# A record\n\n## Context and Problem Statement\n\nx\n\n## Decision Outcome\n\nWe do it.\n\n## Assumptions\n\n"
		for _, c := range checks {
			text += "* Assumed so: `" + c + "`\n"
		}
		return text
	}
	due := func(date string) string { return "deckplan:\n  topic: plan\n  review-by: \"" + date + "\"\n" }
	file, dir := folder(t, map[string]string{
		"0001-hub.md":      adr("accepted", "", `layout("ours").radius < 0.4`),
		"0002-old.md":      adr("proposed", due("2026-01-01"), `layout("ours").radius < 0.4`),
		"sub/0003-fine.md": adr("accepted", due("9999-01-01"), `layout("ours").radius < 0.9`),
		"0005-gone.md":     adr("accepted", "", `layout("nothing").radius < 0.4`),
		"0006-shut.md":     adr("deprecated", due("2026-01-01"), `layout("ours").radius < 0.4`),
		"0007-bad.md":      "---\nstatus: [\n---\n# Broken front matter\n",
		"README.md":        "# Not a record\n",
		".git/0005.md":     "# x\n",
		"0006.txt":         "x\n",
	})
	var out, errs bytes.Buffer
	s := &Streams{Out: &out, Err: &errs, Lang: lang.English}
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
	bad := false
	for _, f := range answer.Findings {
		if f.Topic == "decision" {
			got = append(got, fmt.Sprintf("%s:%d %s %s %s", f.File, f.Line, f.Severity, f.Subject.Key, f.Text))
		}
	}
	want := []string{
		"adr/0001-hub.md:16 error 0001 No longer holds: Assumed so (Delivery radius of Our draft is 71%)",
		"adr/0005-gone.md:16 error 0005 Can no longer be judged: Assumed so (“nothing” is no longer in the plan)",
		"adr/0002-old.md:5 warning 0002 Its review is due since 2026-01-01.",
	}
	got = slices.DeleteFunc(got, func(s string) bool {
		if strings.HasPrefix(s, "adr/0007-bad.md:") && strings.Contains(s, "warning") {
			bad = true
			return true
		}
		return false
	})
	if !bad {
		t.Error("a broken file is passed over in silence")
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	for format, want := range map[string]string{"sarif": `"uri": "adr/0001-hub.md"`, "github": "::error file=adr/0001-hub.md,line=16,col=1,title=A record::No longer holds", "gitlab": `"path": "adr/0001-hub.md"`, "text": "adr/0001-hub.md:16:1: error: "} {
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
	s := &Streams{Out: &out, Err: &errs, Lang: lang.English}
	if err := (Check{File: file, Format: "text", FailOn: "error", Decisions: filepath.Join(dir, "none")}).Run(s); err != (Exit{2}) || !strings.Contains(errs.String(), "--decisions") {
		t.Errorf("%v %s", err, errs.String())
	}
}
