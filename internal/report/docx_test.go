package report

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// program finds a program that a test needs, and says what to install.
func program(t testing.TB, install string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("the test needs %s: on Debian, apt-get install %s", strings.Join(names, " or "), install)
	return ""
}

// raster draws pictures in Chromium.
func raster(t testing.TB) func(string, int) ([]byte, error) {
	t.Helper()
	path := program(t, "chromium fonts-noto-cjk", "chromium", "chromium-browser", "google-chrome")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.NoSandbox, chromedp.WindowSize(1600, 1200))
	allocator, free := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel(); free() })
	if err := chromedp.Do(ctx); err != nil { // else the tab would end with the first picture's context
		t.Fatal(err)
	}
	return func(svg string, width int) ([]byte, error) {
		html := `<!DOCTYPE html><style>html,body{margin:0}img{display:block;width:` + strconv.Itoa(width) + `px}</style><img src="data:image/svg+xml;base64,` +
			base64.StdEncoding.EncodeToString([]byte(svg)) + `">`
		within, done := context.WithTimeout(ctx, time.Minute)
		defer done()
		if err := chromedp.Do(within, chromedp.Navigate("data:text/html;base64,"+base64.StdEncoding.EncodeToString([]byte(html)))); err != nil {
			return nil, err
		}
		return chromedp.Run(within, chromedp.Screenshot(chromedp.CSS("img")))
	}
}

// dots is a picture of one colour.
func dots(t testing.TB, width, height int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		m.Set(i%width, i/width, color.RGBA{31, 95, 191, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// word gives the parts of a Word document.
func word(t testing.TB, in Input) (parts map[string]string, whole []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteDOCX(&b, in); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	parts = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(content)
	}
	return parts, b.Bytes()
}

// pages opens a Word document in LibreOffice and gives the text of its pages.
func pages(t *testing.T, name string, docx []byte) []string {
	t.Helper()
	office := program(t, "libreoffice-writer-nogui", "soffice")
	text := program(t, "poppler-utils", "pdftotext")
	dir := t.TempDir()
	file := filepath.Join(dir, name+".docx")
	if err := os.WriteFile(file, docx, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	convert := exec.CommandContext(ctx, office, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, file)
	if out, err := convert.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pdf := filepath.Join(dir, name+".pdf")
	if keep := os.Getenv("REPORT_DIR"); keep != "" {
		if content, err := os.ReadFile(pdf); err == nil {
			_ = os.WriteFile(filepath.Join(keep, name+".pdf"), content, 0o600)
			_ = os.WriteFile(filepath.Join(keep, name+".docx"), docx, 0o600)
		}
	}
	out, err := exec.CommandContext(ctx, text, "-layout", pdf, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}

func TestWriteDOCX_LibreOfficeShowsHeadingsBothScriptsPicturesAndPageNumbers(t *testing.T) {
	draw := raster(t)
	for _, l := range lang.All {
		in := sample(t, l)
		in.Raster = draw
		in.Options = Options{Classification: "대외비 · Internal", Logo: Logo{typePNG, dots(t, 120, 40)}}
		parts, whole := word(t, in)
		want := len(in.Appraisal.Pipelines) + len(in.Appraisal.Layouts) + 1 + len(in.Appraisal.Matrices) + len(in.Decisions) + 1
		if n := strings.Count(parts["word/document.xml"], "<w:drawing>"); n != want {
			t.Errorf("%s: %d pictures, want %d", l, n, want)
		}
		list := pages(t, "report-"+string(l), whole)
		for i, p := range list {
			flat := strings.Join(strings.Fields(p), " ")
			if !strings.Contains(flat, "대외비 · Internal") {
				t.Errorf("%s: page %d bears no classification", l, i+1)
			}
			if !strings.Contains(flat, fmt.Sprintf("%d / %d", i+1, len(list))) {
				t.Errorf("%s: page %d of %d bears no number: %.300s", l, i+1, len(list), flat)
			}
		}
		all := strings.Join(strings.Fields(strings.Join(list, " ")), " ")
		for _, id := range Chapters() {
			if n := strings.Count(all, l.T("report."+id, nil)); n < 2 {
				t.Errorf("%s: the chapter %s stands there %d times, not in the contents and above its text", l, id, n)
			}
		}
		for _, s := range []string{"민서, 보안", "Group Argo CD instances by environment", in.Plan.About.Name, in.Plan.Clusters[0].Name} {
			if !strings.Contains(all, s) {
				t.Errorf("%s: %q is not on the pages", l, s)
			}
		}
		if strings.Contains(all, "‹") || strings.Contains(all, l.T("report.picture_missing", map[string]any{"title": "Deck plan"})) {
			t.Errorf("%s: a message or a picture is missing", l)
		}
	}
}

func TestWriteDOCX_PartsAreWholeAndReferOnlyToWhatIsThere(t *testing.T) {
	in := sample(t, lang.Korean)
	in.Options = Options{Title: "제목 & <b>", Classification: evil, Logo: Logo{typePNG, dots(t, 4, 2)}}
	in.Raster = func(string, int) ([]byte, error) { return dots(t, 8, 4), nil }
	parts, one := word(t, in)
	for name, content := range parts {
		if strings.HasSuffix(name, ".png") {
			continue
		}
		for dec := xml.NewDecoder(strings.NewReader(content)); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	rels, body := parts["word/_rels/document.xml.rels"], parts["word/document.xml"]
	for _, m := range regexp.MustCompile(`Target="([^"]*)"`).FindAllStringSubmatch(rels, -1) {
		if _, ok := parts["word/"+m[1]]; !ok {
			t.Errorf("%s is not in the file", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`r:(?:embed|id)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(rels, `Id="`+m[1]+`"`) {
			t.Errorf("nothing is called %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`<w:pStyle w:val="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(parts["word/styles.xml"], `w:styleId="`+m[1]+`"`) && m[1] != "Normal" {
			t.Errorf("no style %s", m[1])
		}
	}
	if strings.Contains(body, "<script") || !strings.Contains(parts["docProps/core.xml"], "제목 &amp; &lt;b&gt;") {
		t.Error("what people typed is not text, or the title is missing")
	}
	for _, want := range []string{`w:eastAsia="Malgun Gothic"`, `w:eastAsia="ko-KR"`} {
		if !strings.Contains(parts["word/styles.xml"], want) {
			t.Errorf("styles lack %s", want)
		}
	}
	if strings.Count(body, "<w:tblHeader/>") != strings.Count(body, "<w:tbl>") {
		t.Error("a table does not repeat its head")
	}
	// the two decisions have the same picture, and so has everything here
	if n := strings.Count(strings.Join(names(parts), " "), ".png"); n != 2 {
		t.Errorf("%d files of pictures", n)
	}
	if _, two := word(t, in); !bytes.Equal(one, two) {
		t.Error("the same input gave other bytes")
	}
}

func names(parts map[string]string) (out []string) {
	for name := range parts {
		out = append(out, name)
	}
	return out
}

func TestWriteDOCX_SaysWhichPictureIsMissing(t *testing.T) {
	for name, draw := range map[string]func(string, int) ([]byte, error){"none": nil, "fails": func(string, int) ([]byte, error) { return nil, errors.New("no") },
		"no picture": func(string, int) ([]byte, error) { return []byte("text"), nil }} {
		in := sample(t, lang.English)
		in.Raster = draw
		parts, _ := word(t, in)
		for _, m := range in.Appraisal.Matrices {
			if s := in.Lang.T("report.picture_missing", map[string]any{"title": m.Matrix.Name}); !strings.Contains(parts["word/document.xml"], xmlEscape(s)) {
				t.Errorf("%s: nothing is said of the picture of %s", name, m.Matrix.Name)
			}
		}
	}
}

func TestWriteDOCX_EmptyAndLargePlans(t *testing.T) {
	p := plan.Empty("새 계획")
	parts, _ := word(t, Input{Plan: p, Appraisal: appraise.Run(p), Lang: lang.Korean, Generated: at})
	if !strings.Contains(parts["word/document.xml"], lang.Korean.T("report.none_decisions", nil)) {
		t.Error("nothing is said of there being no decisions")
	}
	p = large(1000, 10000)
	a := appraise.Run(p)
	_, whole := word(t, Input{Plan: p, Appraisal: a, Decisions: decisions(a, 500), Lang: lang.English, Generated: at})
	if len(whole) > 8<<20 {
		t.Errorf("%d bytes", len(whole))
	}
}

func TestColumnWidths_FillThePageAndKeepWordsWhole(t *testing.T) {
	for _, rows := range [][][]string{{{"a", "b"}}, {{strings.Repeat("w", 80), "x", strings.Repeat("한글 ", 90)}}, {{}}} {
		heads := make([]head, max(len(rows[0]), 1))
		sum := 0
		for _, w := range columnWidths(heads, rows) {
			sum += w
			if w < 100 {
				t.Errorf("%v: a column of %d", rows, w)
			}
		}
		if sum != textWidth {
			t.Errorf("%v: %d in all", rows, sum)
		}
	}
}
