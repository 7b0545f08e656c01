package report

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/decision"
	"deckplan/internal/lang"
)

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>`

// texts gives the report in the formats that are read as text.
func texts(t testing.TB, in Input) map[string]string {
	t.Helper()
	files, _ := unzip(t, in)
	parts, _ := word(t, in)
	return map[string]string{"html": write(t, in), "markdown": files["report.md"], "docx": parts["word/document.xml"]}
}

func TestOptions_OnlyTheChosenChaptersAreInEveryFormat(t *testing.T) {
	for _, chosen := range Chapters() {
		in := full(t, lang.English)
		in.Options.Sections = []string{chosen}
		all := texts(t, in)
		for _, id := range Chapters() {
			name := lang.English.T("report."+id, nil)
			for format, mark := range map[string]string{"html": "<h2>" + name + "</h2>", "markdown": "## " + name + "\n", "docx": `<w:bookmarkStart w:id="1" w:name="_Toc00000001"/>` + run("", name)} {
				if got := strings.Contains(all[format], mark); got != (id == chosen) {
					t.Errorf("%s of %s in %s: %t", id, chosen, format, got)
				}
			}
			if got := strings.Contains(all["html"], `href="#`+id+`"`); got != (id == chosen) {
				t.Errorf("the contents of %s name %s: %t", chosen, id, got)
			}
		}
		if r := asJSON(t, in); !slices.Equal(r.Sections, []string{chosen}) || (r.Decisions != nil) != (chosen == "decisions") || (r.Document != nil) != (chosen == "plan") || (r.Roadmap != nil) != (chosen == "roadmap") {
			t.Errorf("%s: %v in JSON", chosen, r.Sections)
		}
	}
	in := full(t, lang.English)
	in.Options.Sections = []string{"decisions", "summary"} // the report's own order holds
	if s := write(t, in); strings.Index(s, `id="summary"`) > strings.Index(s, `id="decisions"`) {
		t.Error("chapters follow the order in which they were chosen")
	}
}

func TestOptions_TitleClassificationAndLogoAreInEveryFormat(t *testing.T) {
	in := sample(t, lang.Korean)
	in.Options = Options{Title: "분기 보고 \"Q4\"", Classification: `Secret"}</style><script>x()</script>`, Logo: Logo{Type: typeSVG, Data: []byte(`<?xml version="1.0"?>` + drawing)}}
	in.Raster = func(string, int) ([]byte, error) { return dots(t, 9, 3), nil }
	s := write(t, in)
	if strings.Contains(s, "<script") || strings.Count(s, "</style>") != 1 {
		t.Error("the classification breaks out")
	}
	for _, want := range []string{"<title>분기 보고 &#34;Q4&#34; · ", "<h1>분기 보고", `<p class="classification">Secret`, `@top-center{content:"Secret\22 }\3c /style\3e \3c script\3e x()`,
		`<img class="logo" src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString([]byte(drawing))} {
		if !strings.Contains(s, want) {
			t.Errorf("HTML lacks %s", want)
		}
	}
	files, _ := unzip(t, in)
	if files["figures/logo.svg"] != drawing || !strings.Contains(files["report.md"], "](figures/logo.svg)") || !strings.Contains(files["report.md"], "# 분기 보고") || !strings.Contains(files["report.md"], "**Secret") {
		t.Errorf("%.400s", files["report.md"])
	}
	parts, _ := word(t, in)
	if !strings.Contains(parts["word/header1.xml"], "Secret&quot;") || !strings.Contains(parts["word/document.xml"], `descr="로고"`) {
		t.Error("the Word document has no classification or no logo")
	}
	if r := asJSON(t, in); r.Title != in.Options.Title || r.Classification != in.Options.Classification {
		t.Errorf("%+v", r.Title)
	}
	in.Options = Options{}
	if parts, _ := word(t, in); parts["word/header1.xml"] != "" || strings.Contains(write(t, in), "top-center") {
		t.Error("there is a classification where none was given")
	}
}

func TestReadLogo_TakesPicturesThatOnlyDraw(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 3, 3)), nil); err != nil {
		t.Fatal(err)
	}
	for kind, data := range map[string][]byte{typePNG: dots(t, 2, 2), typeJPEG: photo.Bytes(), typeSVG: []byte("\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- ours -->\n" + drawing)} {
		l, err := ReadLogo(data)
		if err != nil || l.Type != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
	wide := dots(t, maxLogoSide+1, 1)
	for want, data := range map[string][]byte{"report.problem.logo_size": make([]byte, MaxLogo+1), "report.problem.logo_side": wide, "report.problem.logo_broken": dots(t, 2, 2)[:20],
		"report.problem.logo_type": []byte("GIF89a"), "report.problem.logo_svg": []byte(strings.Replace(drawing, "<path", "<script/><path", 1))} {
		var bad *logoError
		if _, err := ReadLogo(data); !errors.As(err, &bad) || bad.ID != want || bad.Field != "logo" {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if _, err := ReadLogo(nil); err == nil {
		t.Error("nothing is a logo")
	}
}

func TestCheck_NamesEveryFaultAndNoFormatWritesThen(t *testing.T) {
	in := sample(t, lang.English)
	in.Options = Options{Title: "a\nb", Classification: strings.Repeat("한", MaxClassification+1), Logo: Logo{Data: []byte("text")}, Sections: []string{"summary", "nothing", "rows"}}
	in.Only = []int{1, 99}
	want := []string{"title", "classification", "logo", "sections", "sections", "only"}
	var got []string
	for _, p := range Check(in) {
		got = append(got, p.Field)
		for _, l := range lang.All {
			if s := l.T(p.ID, p.Args); strings.Contains(s, "‹") {
				t.Errorf("%s: %s", p.ID, s)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	for _, f := range Formats {
		var b bytes.Buffer
		var faults Problems
		if err := f.Write(&b, in); !errors.As(err, &faults) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", f.Name, err, b.Len())
		}
		if again, ok := FormatOf(f.Name); !ok || again.Media != f.Media || !lang.English.Has("report.format."+f.Name) {
			t.Errorf("%s is not found", f.Name)
		}
	}
}

func TestOnly_ChosenDecisionsAreTheWholeReport(t *testing.T) {
	in := full(t, lang.English)
	in.Only = []int{2}
	for format, s := range texts(t, in) {
		if strings.Contains(s, "0001 Group") || !strings.Contains(s, "0002 Group") || strings.Contains(s, lang.English.T("report.layouts", nil)+"</h2>") {
			t.Errorf("%s: not the chosen decision alone", format)
		}
		// what is not listed is counted
		if !strings.Contains(s, "are unresolved and not listed here") {
			t.Errorf("%s: nothing is said of what is unresolved", format)
		}
	}
	if r := asJSON(t, in); r.Kind != "decisions" || len(r.Decisions) != 1 || r.Unresolved.Errors == 0 {
		t.Errorf("%+v", r.Unresolved)
	}
}

func TestRecords_ShowWhatAReaderOnPaperNeeds(t *testing.T) {
	in := full(t, lang.English)
	for format, s := range texts(t, in) {
		s = strings.NewReplacer("&lt;", "<", "<code>", "", "</code>", "").Replace(s)
		for _, want := range []string{"layout.clusters <= 9", "The team stays whole", "1 of 3 decision-makers agree", "2 missing: 민서, Noor", "with the second host", "entered by Hana", "objects", "2027-05-01",
			"Relates to 0001", "Risk register", "R-12 stays open.", "Nobody missed the old hub.", "nothing has changed"} {
			if !strings.Contains(s, want) && !strings.Contains(s, strings.ReplaceAll(want, "_", `\_`)) {
				t.Errorf("%s lacks %q", format, want)
			}
		}
		if strings.Contains(s, "among ourselves") {
			t.Errorf("%s shows comments", format)
		}
	}
	r := in.Decisions[1].Record // proposed again, and changed since it was signed
	r.Status = decision.Proposed
	if s := (&doc{Input: in}).signs(r); s.summary[0] != "0 of 3 decision-makers agree" || !strings.Contains(s.rows[0][1], "signed an earlier text") {
		t.Errorf("a word on an earlier text counts: %v", s)
	}
	if s := (&doc{Input: in}).signs(decision.Record{Status: decision.Draft, DecisionMakers: []string{"a"}}); s.summary != nil {
		t.Error("a draft misses words")
	}
}

func TestWrite_PrintsItsNumberAndClassificationOnEveryPage(t *testing.T) {
	browser := program(t, "chromium fonts-noto-cjk", "chromium", "chromium-browser", "google-chrome")
	text := program(t, "poppler-utils", "pdftotext")
	in := full(t, lang.Korean)
	in.Options = Options{Title: "분기 보고", Classification: "대외비 · Internal"}
	dir := t.TempDir()
	file, pdf := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.pdf")
	if err := os.WriteFile(file, []byte(write(t, in)), 0o600); err != nil {
		t.Fatal(err)
	}
	print := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--user-data-dir="+filepath.Join(dir, "profile"), "--print-to-pdf="+pdf, "file://"+file)
	if out, err := print.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), text, "-layout", pdf, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("REPORT_DIR"); keep != "" {
		if content, err := os.ReadFile(pdf); err == nil {
			_ = os.WriteFile(filepath.Join(keep, "html.pdf"), content, 0o600)
		}
	}
	list := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	for i, p := range list {
		flat := strings.Join(strings.Fields(p), " ")
		for _, want := range []string{"대외비 · Internal", "분기 보고", fmt.Sprintf("%d / %d", i+1, len(list))} {
			if !strings.Contains(flat, want) {
				t.Errorf("page %d of %d lacks %q: %.200s", i+1, len(list), want, flat)
			}
		}
	}
	if len(list) < 10 {
		t.Errorf("%d pages", len(list))
	}
}
