package web

import (
	"archive/zip"
	"io"
	"strings"
	"testing"
)

func TestReport_MarkdownComesAsAZipFileInTheAskedLanguage(t *testing.T) {
	s := sampleSite(t)
	if body := s.get("/plans/p/report").Body.String(); !strings.Contains(body, `href="/plans/p/report.zip?lang=en"`) {
		t.Error("the page does not offer it")
	}
	w := s.get("/plans/p/report.zip?lang=ko")
	z, err := zip.NewReader(strings.NewReader(w.Body.String()), int64(w.Body.Len()))
	if err != nil || !strings.Contains(w.Header().Get("Content-Disposition"), "Commerce platform.zip") {
		t.Fatalf("%v, %v", err, w.Header())
	}
	f, err := z.Open("report.md")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil || !strings.Contains(string(b), "## 단계별 관리 책임") {
		t.Errorf("%v: %.300s", err, b)
	}
}
