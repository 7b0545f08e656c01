package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"deckplan/internal/jobs"
	"deckplan/internal/plan"
	"deckplan/internal/print"
	"deckplan/internal/report"
)

// paper is a printer whose PDF is what it was given, or that has a reason.
type paper struct {
	reason print.Reason
	fails  print.Reason
	held   chan struct{} // waits for it, if there is one
}

func (p paper) Ready() error {
	if p.reason != "" {
		return &print.Error{Reason: p.reason}
	}
	return nil
}

func (p paper) PDF(ctx context.Context, html io.Reader, w io.Writer) error {
	if p.held != nil {
		select {
		case <-p.held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if p.fails != "" {
		return &print.Error{Reason: p.fails}
	}
	_, _ = io.WriteString(w, "%PDF ")
	_, err := io.Copy(w, html)
	return err
}

func reportSite(t *testing.T, p Printer) *site {
	t.Helper()
	s := sampleSite(t)
	k, err := jobs.Open(t.Context(), jobs.Config{Store: s.db, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	c := s.Config
	c.Jobs, c.Print = k, p
	server, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return &site{server, s.plan, s.db}
}

// order sends the form of a report.
func (s *site) order(t *testing.T, fields map[string][]string, logo []byte) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			if err := form.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := form.CreateFormFile("logo", "logo.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(logo)
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/plans/p/reports", &b)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.do(r)
}

// ended waits for the newest job to end.
func (s *site) ended(t *testing.T) jobs.Job {
	t.Helper()
	changed, cancel := s.Jobs.Subscribe("p")
	defer cancel()
	late := time.After(30 * time.Second)
	for {
		list, err := s.Jobs.Jobs(t.Context(), "p")
		if err != nil || len(list) == 0 {
			t.Fatalf("%v, %v", list, err)
		}
		if list[0].State.Ended() {
			return list[0]
		}
		select {
		case <-changed:
		case <-time.After(50 * time.Millisecond):
		case <-late:
			t.Fatalf("it never ends: %+v", list[0])
		}
	}
}

var onePixel, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

func TestReports_TheFormMakesWhatWasAskedForAndOffersItAgain(t *testing.T) {
	s := reportSite(t, paper{})
	w := s.order(t, map[string][]string{"about": {"plan"}, "section": {"summary", "layouts"}, "title": {"Board paper"}, "classification": {"Internal"}, "lang": {"ko"}, "format": {"pdf"}}, onePixel)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/plans/p/report#jobs" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	j := s.ended(t)
	if j.State != jobs.Done || j.Type != "application/pdf" || j.Name != "Commerce platform.pdf" || j.Revision != 1 {
		t.Fatalf("%+v", j)
	}
	file := s.get("/plans/p/reports/" + j.ID)
	text := file.Body.String()
	if !strings.HasPrefix(text, "%PDF ") || !strings.Contains(text, "Board paper") || !strings.Contains(text, "Internal") || !strings.Contains(text, "data:image/png") ||
		!strings.Contains(text, `lang="ko"`) || !strings.Contains(text, `id="layouts"`) || strings.Contains(text, `id="matrices"`) {
		t.Error("the file is not what was asked for")
	}
	if d := file.Header().Get("Content-Disposition"); !strings.Contains(d, "attachment") || !strings.Contains(d, "Commerce platform.pdf") {
		t.Errorf("sent as %q", d)
	}
	body := s.get("/plans/p/report").Body.String()
	for _, want := range []string{`value="Board paper"`, `value="Internal"`, `name="keep" value="yes" checked`, `name="section" value="layouts" checked`, `value="ko" selected`, j.ID} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not offer %s again", want)
		}
	}
	if regexp.MustCompile(`name="section" value="matrices" checked`).MatchString(body) {
		t.Error("a chapter is ticked that was not")
	}
	// The logo of the last one is taken along without being chosen anew.
	if w := s.order(t, map[string][]string{"about": {"plan"}, "section": {"summary"}, "keep": {"yes"}, "lang": {"en"}, "format": {"html"}}, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if j := s.ended(t); !strings.Contains(s.get("/plans/p/reports/"+j.ID).Body.String(), "data:image/png") {
		t.Error("the logo is gone")
	}
}

func TestReports_EveryFormatComesFromTheForm(t *testing.T) {
	s := reportSite(t, paper{})
	for format, begin := range map[string]string{"html": "<!", "pdf": "%PDF", "markdown": "PK", "docx": "PK", "json": "{", "xlsx": "PK", "all": "PK"} {
		if w := s.order(t, map[string][]string{"about": {"plan"}, "section": {"summary"}, "lang": {"en"}, "format": {format}}, nil); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", format, w.Code, w.Body)
		}
		j := s.ended(t)
		text := s.get("/plans/p/reports/" + j.ID).Body.String()
		if j.State != jobs.Done || !strings.HasPrefix(text, begin) {
			t.Errorf("%s: %s %s %.20q", format, j.State, j.Reason, text)
		}
		if format != "all" {
			continue
		}
		z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := z.Open("report.pdf"); err != nil || len(z.File) < 7 {
			t.Errorf("%d files, %v", len(z.File), err)
		}
	}
}

func TestReports_ComparesAScenarioAndReportsChosenDecisions(t *testing.T) {
	s := reportSite(t, paper{})
	copied, err := s.db.Copy(t.Context(), "p", plan.NewID(), "", "to-be A")
	if err != nil {
		t.Fatal(err)
	}
	if w := s.order(t, map[string][]string{"about": {"compare"}, "with": {copied.ID}, "compared": {"figures", "rows"}, "lang": {"en"}, "format": {"html"}}, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	j := s.ended(t)
	text := s.get("/plans/p/reports/" + j.ID).Body.String()
	if j.State != jobs.Done || !strings.Contains(text, "to-be A") || !strings.Contains(text, `id="figures"`) || strings.Contains(text, `id="changes"`) {
		t.Errorf("%s %s: %.300s", j.State, j.Reason, text)
	}
	if w := s.order(t, map[string][]string{"about": {"decisions"}, "only": {"9"}, "lang": {"en"}, "format": {"html"}}, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "0009") {
		t.Errorf("a decision that is not there: %d", w.Code)
	}
}

func TestReports_ARefusedFormKeepsWhatWasTypedAndSaysWhy(t *testing.T) {
	s := reportSite(t, paper{reason: print.Absent})
	good := map[string][]string{"about": {"plan"}, "section": {"summary"}, "title": {"Kept <title>"}, "lang": {"en"}, "format": {"html"}}
	with := func(name string, values ...string) map[string][]string {
		out := map[string][]string{}
		for k, v := range good {
			out[k] = v
		}
		out[name] = values
		return out
	}
	for name, c := range map[string]struct {
		fields map[string][]string
		logo   []byte
		want   string
	}{
		"no chapter":      {with("section"), nil, "Chapters: tick at least one."},
		"strange chapter": {with("section", "summary", "x"), nil, "is not one of them"},
		"no format":       {with("format", "exe"), nil, "Format: choose one"},
		"no browser":      {with("format", "pdf"), nil, "PDF needs a Chromium"},
		"no subject":      {with("about", "all"), nil, "choose one of the three"},
		"no scenario":     {with("about", "compare"), nil, "Scenario: choose the one"},
		"no decision":     {with("about", "decisions"), nil, "Chosen decisions: tick"},
		"long":            {with("classification", strings.Repeat("x", report.MaxClassification+1)), nil, "at most 120"},
		"no picture":      {good, []byte("GIF89a"), "neither PNG, JPEG nor SVG"},
		"scripted":        {good, []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`), "no plain drawing"},
	} {
		w := s.order(t, c.fields, c.logo)
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, c.want) || !strings.Contains(body, "Kept &lt;title&gt;") {
			t.Errorf("%s: %d, and %v", name, w.Code, regexp.MustCompile(`(?s)id="report-faults".*?</div>`).FindString(body))
		}
		if again := strings.Contains(body, "Choose the logo again"); again != (c.logo != nil) {
			t.Errorf("%s: told to choose the logo again: %v", name, again)
		}
	}
	if w := s.order(t, good, make([]byte, report.MaxLogo+300<<10)); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "larger than 1 MiB") {
		t.Errorf("too large: %d", w.Code)
	}
	if w := s.post("/plans/p/reports", "/plans/p/report", nil); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("no file form: %d", w.Code)
	}
	if list, _ := s.Jobs.Jobs(t.Context(), "p"); len(list) != 0 {
		t.Errorf("%d jobs were begun", len(list))
	}
}

func TestReports_WithoutABrowserPDFIsOffAndTheRestWorks(t *testing.T) {
	s := reportSite(t, paper{reason: print.Absent})
	body := s.get("/plans/p/report").Body.String()
	if !regexp.MustCompile(`name="format" value="pdf" disabled`).MatchString(body) || !strings.Contains(body, "Install Chromium beside Deckplan") || !strings.Contains(body, "without PDF") {
		t.Error("the page does not say that there is no PDF, why, and what to do")
	}
	if w := s.order(t, map[string][]string{"about": {"plan"}, "section": {"summary"}, "lang": {"en"}, "format": {"all"}}, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	j := s.ended(t)
	text := s.get("/plans/p/reports/" + j.ID).Body.String()
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Open("report.pdf"); err == nil {
		t.Error("there is a PDF")
	}
	if _, err := z.Open("report.docx"); err != nil {
		t.Error(err)
	}
}

func TestReports_TheAPIWordsWhyThereIsNoPDF(t *testing.T) {
	s := reportSite(t, paper{fails: print.Unreachable})
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080/api/v1/plans/p/report?format=pdf", nil)
	r.RemoteAddr = "127.0.0.1:5000"
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if body := w.Body.String(); w.Code != http.StatusServiceUnavailable || !strings.Contains(body, "The Chromium for PDF does not answer.") || !strings.Contains(body, "DECKPLAN_CHROME_URL") {
		t.Errorf("%d: %s", w.Code, body)
	}
}

func TestReports_AFailureIsWordedAndACancelledOneEnds(t *testing.T) {
	s := reportSite(t, paper{fails: print.Crashed})
	form := map[string][]string{"about": {"plan"}, "section": {"summary"}, "lang": {"en"}, "format": {"pdf"}}
	s.order(t, form, nil)
	failed := s.ended(t)
	body := s.get("/plans/p/report").Body.String()
	if failed.State != jobs.Failed || !strings.Contains(body, "Chromium ended twice while it printed. It may lack memory.") {
		t.Errorf("%s %s", failed.State, failed.Reason)
	}
	if w := s.get("/plans/p/reports/" + failed.ID); w.Code != http.StatusNotFound {
		t.Errorf("a file that is not there: %d", w.Code)
	}
	if w := s.post("/plans/p/reports/"+failed.ID+"/delete", "/plans/p/report", nil); w.Code != http.StatusSeeOther || strings.Contains(s.get("/plans/p/report").Body.String(), failed.ID) {
		t.Errorf("deleted: %d", w.Code)
	}

	s = reportSite(t, paper{held: make(chan struct{})})
	s.order(t, form, nil)
	list, err := s.Jobs.Jobs(t.Context(), "p")
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	if w := s.post("/plans/p/reports/"+list[0].ID+"/delete", "/plans/p/report", nil); w.Code != http.StatusSeeOther {
		t.Errorf("delete while it runs: %d", w.Code)
	}
	if w := s.post("/plans/p/reports/"+list[0].ID+"/cancel", "/plans/p/report", nil); w.Code != http.StatusSeeOther {
		t.Errorf("cancelled: %d", w.Code)
	}
	if j := s.ended(t); j.State != jobs.Cancelled {
		t.Errorf("%s", j.State)
	}
	for _, path := range []string{"/plans/p/reports/none", "/plans/none/reports/" + list[0].ID} {
		if w := s.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if _, _, err := s.Jobs.Result(t.Context(), "p", list[0].ID); !errors.Is(err, jobs.ErrRunning) {
		t.Errorf("%v", err)
	}
}
