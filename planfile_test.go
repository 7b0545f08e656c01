package main

import (
	"archive/zip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCheck_ExitsOneWhereAFindingIsAnError(t *testing.T) {
	code, out, _ := deckplan(t, "--lang=en", "check", sampleFile(t))
	if code != 1 || !strings.Contains(out, "argo-office cannot reach prod-vault.") {
		t.Errorf("%d: %s", code, out)
	}
	code, out, _ = deckplan(t, "--lang=ko", "check", "--json", sampleFile(t))
	var answer struct {
		Findings []struct{ ID, Severity, Text string }
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 1 || len(answer.Findings) == 0 || answer.Findings[0].Severity != "error" {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	clean := filepath.Join(t.TempDir(), "clean.yaml")
	if err := os.WriteFile(clean, []byte("schema: 1\nabout: {name: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := deckplan(t, "check", clean); code != 0 {
		t.Errorf("%d: %s%s", code, out, errs)
	}
}

func TestCheck_NamesTheLineOfEveryFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(path, []byte("schema: 1\nabout: {name: x}\nteams:\n  - {id: a}\n  - {id: b, name: b, colour: red}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := deckplan(t, "--lang=en", "check", path)
	if code != 2 || !strings.Contains(errs, "bad.yaml:4: teams[0].name: name is missing") || !strings.Contains(errs, "bad.yaml:5: teams[1].colour: colour is not a field here") {
		t.Errorf("%d: %s", code, errs)
	}
}

func TestReport_WritesOneFile(t *testing.T) {
	to := filepath.Join(t.TempDir(), "report.html")
	if code, _, errs := deckplan(t, "--lang=ko", "report", sampleFile(t), "--output", to); code != 0 {
		t.Fatalf("%d: %s", code, errs)
	}
	b, err := os.ReadFile(to)
	if err != nil || !strings.Contains(string(b), `lang="ko"`) || !strings.Contains(string(b), "<svg") {
		t.Errorf("%v, %d bytes", err, len(b))
	}
}

func TestReport_MarkdownIsAZipFileOnAnyOutput(t *testing.T) {
	to := filepath.Join(t.TempDir(), "report.zip")
	if code, _, errs := deckplan(t, "--lang=en", "report", sampleFile(t), "--format", "markdown", "-o", to); code != 0 {
		t.Fatalf("%d: %s", code, errs)
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	code, out, _ := deckplan(t, "--lang=en", "report", sampleFile(t), "--format=markdown")
	for _, z := range []string{string(b), out} {
		r, err := zip.NewReader(strings.NewReader(z), int64(len(z)))
		if err != nil || code != 0 || len(r.File) < 5 || r.File[0].Name != "report.md" {
			t.Errorf("%d, %v", code, err)
		}
	}
	if code, _, _ := deckplan(t, "report", sampleFile(t), "--format=paper"); code != 2 {
		t.Errorf("an unknown format: %d", code)
	}
}

func TestImportThenExport_GivesTheSamePlan(t *testing.T) {
	file, db := sampleFile(t), filepath.Join(t.TempDir(), "d.db")
	code, id, errs := deckplan(t, "import", file, "--database", db)
	if code != 0 {
		t.Fatalf("%d: %s", code, errs)
	}
	code, out, errs := deckplan(t, "export", strings.TrimSpace(id), "--database", db)
	want, err := os.ReadFile(file)
	if err != nil || code != 0 || out != string(want) {
		t.Errorf("%d, %v: %s", code, err, errs)
	}
	if code, _, _ := deckplan(t, "export", "nothing", "--database", db); code != 2 {
		t.Errorf("an unknown plan: %d", code)
	}
	if code, _, _ := deckplan(t, "export", "--database", filepath.Join(t.TempDir(), "none.db")); code != 3 {
		t.Errorf("a missing database: %d", code)
	}
}

func TestDiff_PrintsRowsFiguresAndFindings(t *testing.T) {
	old := sampleFile(t)
	b, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "new.yaml")
	text := strings.Replace(string(b), "name: Payments", "name: Settlement", 1)
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := deckplan(t, "--lang=en", "diff", old, changed)
	if code != 0 || !strings.Contains(out, "~ Teams · Settlement  Name: Payments → Settlement") {
		t.Errorf("%d: %s%s", code, out, errs)
	}
	if code, out, _ := deckplan(t, "--lang=ko", "diff", "--exit-code", old, changed); code != 1 || !strings.Contains(out, "이름: Payments → Settlement") {
		t.Errorf("%d: %s", code, out)
	}
	if code, out, _ := deckplan(t, "--lang=en", "diff", "--exit-code", old, old); code != 0 || out != "Nothing differs.\n" {
		t.Errorf("%d: %q", code, out)
	}
	var d struct {
		Rows []struct{ Mark, Of, Name, Text string }
	}
	if _, out, _ := deckplan(t, "diff", "--json", old, changed); json.Unmarshal([]byte(out), &d) != nil || len(d.Rows) == 0 || d.Rows[0].Mark != "~" {
		t.Errorf("%s", out)
	}
	if code, _, errs := deckplan(t, "diff", old, filepath.Join(t.TempDir(), "none.yaml")); code != 2 || errs == "" {
		t.Errorf("a file that is not there: %d, %q", code, errs)
	}
}

func TestManifests_WritesTheLayoutThatIsNamed(t *testing.T) {
	file, to := sampleFile(t), filepath.Join(t.TempDir(), "m.zip")
	for _, name := range []string{"ours", "Our draft"} {
		if code, _, errs := deckplan(t, "--lang=en", "manifests", file, "--layout", name, "-o", to); code != 0 {
			t.Fatalf("%s: %d %s", name, code, errs)
		}
		r, err := zip.OpenReader(to)
		if err != nil || !slices.ContainsFunc(r.File, func(f *zip.File) bool { return f.Name == "argo-office/clusters.yaml" }) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			_ = r.Close()
		}
	}
	if code, _, errs := deckplan(t, "--lang=en", "manifests", file, "--layout", "nothing"); code != 2 || !strings.Contains(errs, "per_environment") {
		t.Errorf("an unknown layout: %d %s", code, errs)
	}
}
