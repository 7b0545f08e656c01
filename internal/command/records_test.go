package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// judgeByWord stands for the judging of records: a file says itself how it
// stands.
func judgeByWord(name string, text []byte, _ *plan.Plan, _ *appraise.Appraisal, _ string) Judged {
	j := Judged{Number: name[:4], Title: "Title of " + name}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "broken "); ok {
			j.Broken = append(j.Broken, Broken{strings.TrimSpace(rest), "48%"})
		}
		if rest, ok := strings.CutPrefix(line, "due "); ok {
			j.Due = strings.TrimSpace(rest)
		}
	}
	return j
}

func folder(t *testing.T, files map[string]string) (planFile, dir string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, "adr")
	files["../plan.yaml"] = "schema: 1\nabout: {name: x}\n"
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
		"0001-hub.md":        "# Hub\n\nbroken layout.radius < 0.4\n",
		"0002-old.md":        "# Old\ndue 2026-01-01\n",
		"sub/0003-deeper.md": "all is well\n",
		"0004-large.md":      strings.Repeat("x", mostRecordBytes+1),
		"README.md":          "broken a\n",
		"adr-template.md":    "broken b\n",
		".git/0005.md":       "broken c\n",
		"0006.txt":           "broken d\n",
	})
	var out, errs bytes.Buffer
	s := &Streams{Out: &out, Err: &errs, Lang: lang.English, Judge: judgeByWord}
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
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil || len(answer.Findings) != 3 {
		t.Fatalf("%v: %s", err, out.String())
	}
	for i, want := range []string{"adr/0001-hub.md error No longer holds: layout.radius < 0.4 (now: 48%)", "adr/0002-old.md warning Its review is due since 2026-01-01.",
		"adr/0004-large.md warning The file is larger than 1,024 KiB and was not read."} {
		f := answer.Findings[i]
		if got := f.File + " " + f.Severity + " " + f.Text; got != want || f.Topic != "decision" {
			t.Errorf("%d: %s", i, got)
		}
	}
	if answer.Findings[0].Line != 3 || answer.Findings[1].Line != 2 || answer.Findings[0].Subject.Key != "0001" {
		t.Errorf("%+v", answer.Findings)
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
	s := &Streams{Out: &out, Err: &errs, Lang: lang.English, Judge: judgeByWord}
	if err := (Check{File: file, Format: "text", FailOn: "error", Decisions: filepath.Join(dir, "none")}).Run(s); err != (Exit{2}) || !strings.Contains(errs.String(), "--decisions") {
		t.Errorf("%v %s", err, errs.String())
	}
}
