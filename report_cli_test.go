package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReport_FormatsAndChaptersAreChosen(t *testing.T) {
	dir := t.TempDir()
	logo := filepath.Join(dir, "logo.svg")
	if err := os.WriteFile(logo, []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1z"/></svg>`), 0o600); err != nil {
		t.Fatal(err)
	}
	file := sampleFile(t)
	code, out, errs := deckplan(t, "--lang=en", "report", file, "--title=Quarterly", "--classification=Internal", "--logo", logo, "--sections=summary,roadmap")
	if code != 0 || !strings.Contains(out, "<h1>Quarterly</h1>") || !strings.Contains(out, `<p class="classification">Internal</p>`) || !strings.Contains(out, "data:image/svg+xml") ||
		!strings.Contains(out, `id="roadmap"`) || strings.Contains(out, `id="layouts"`) {
		t.Errorf("%d: %s %.200s", code, errs, out)
	}
	code, out, errs = deckplan(t, "--lang=ko", "report", file, "--format=json", "--compare", file)
	if code != 0 || !strings.Contains(out, `"kind": "comparison"`) || !strings.Contains(out, `"language": "ko"`) {
		t.Errorf("%d: %s %.200s", code, errs, out)
	}
	if code, out, _ := deckplan(t, "report", file, "--format=docx"); code != 0 || !strings.HasPrefix(out, "PK") || !strings.Contains(out, "word/document.xml") {
		t.Errorf("%d: %.20q", code, out)
	}
	if code, out, _ := deckplan(t, "schema", "--report"); code != 0 || !strings.Contains(out, `"title": "Deckplan report"`) {
		t.Errorf("%d: %.200s", code, out)
	}
}

func TestReport_TellsAllThatIsWrongAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	to, logo, file := filepath.Join(dir, "out.html"), filepath.Join(dir, "logo.png"), sampleFile(t)
	if err := os.WriteFile(logo, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := deckplan(t, "--lang=en", "report", file, "-o", to, "--logo", logo, "--sections=summary,nothing,rows", "--classification", strings.Repeat("x", 200))
	for _, want := range []string{"Logo: the file is neither", "“nothing” is not one of them", "“rows” belongs to a comparison", "Classification: 200 characters"} {
		if code != 2 || !strings.Contains(errs, want) {
			t.Errorf("%d: no %q in %s", code, want, errs)
		}
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("a file was written all the same")
	}
	if code, _, errs := deckplan(t, "--lang=en", "report", file, "--format=odt"); code != 2 || !strings.Contains(errs, "There are: html, markdown, docx, json") {
		t.Errorf("%d: %s", code, errs)
	}
	if code, _, errs := deckplan(t, "--lang=en", "report", file, "--logo", filepath.Join(dir, "none.png")); code != 2 || !strings.Contains(errs, "none.png") {
		t.Errorf("%d: %s", code, errs)
	}
	if code, _, errs := deckplan(t, "report", file, "--compare", filepath.Join(dir, "none.yaml")); code != 2 || !strings.Contains(errs, "none.yaml") {
		t.Errorf("%d: %s", code, errs)
	}
}
