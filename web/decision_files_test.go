package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"deckplan/internal/decision"
)

// sendRecords posts files to the import of decisions as a browser's form would.
func (s *site) sendRecords(language string, files map[string][]byte) *httptest.ResponseRecorder {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, data := range files {
		w, err := m.CreateFormFile("files", name)
		if err != nil {
			panic(err)
		}
		_, _ = w.Write(data)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, "/plans/p/decisions/import", &b)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", language)
	return s.do(r)
}

var (
	carriedFiles = regexp.MustCompile(`name="carried" value="([^"]*)"`)
	tickedFile   = regexp.MustCompile(`name="file" value="([^"]*)" checked`)
)

func recordsForm(t *testing.T, body string) url.Values {
	t.Helper()
	m := carriedFiles.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no files carried in\n%s", body)
	}
	out := url.Values{"carried": {strings.ReplaceAll(m[1], "&#43;", "+")}}
	for _, box := range tickedFile.FindAllStringSubmatch(body, -1) {
		out.Add("file", box[1])
	}
	return out
}

func nygard(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"README.md": []byte("# Decisions")}
	names, err := filepath.Glob("../internal/decision/testdata/nygard/*.md")
	if err != nil || len(names) != 4 {
		t.Fatal(err, names)
	}
	for _, name := range names {
		if out[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestDecisionImport_ShowsThenKeepsWhatIsTicked(t *testing.T) {
	s := sampleSite(t)
	if _, err := s.db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Title: "Here already", Topic: decision.Plan, Status: decision.Proposed}}}); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "ko"} {
		w := s.sendRecords(lang, nygard(t))
		body := w.Body.String()
		if w.Code != http.StatusOK || strings.Contains(body, "‹") || !strings.Contains(body, "0002-one-hub.md") || !strings.Contains(body, "README.md") || strings.Contains(body, " style=") {
			t.Fatalf("%s: %d\n%s", lang, w.Code, body)
		}
	}
	body := s.sendRecords("en", nygard(t)).Body.String()
	form := recordsForm(t, body)
	if len(form["file"]) != 4 || !strings.Contains(body, "0001 was given before; the record becomes 0005.") || !strings.Contains(body, "On hold until spring") {
		t.Fatalf("ticked %v\n%s", form["file"], body)
	}
	none := url.Values{"carried": form["carried"]}
	if w := s.post("/plans/p/decisions/import", "/plans/p/decisions/import", none); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Tick at least one record.") {
		t.Errorf("nothing ticked: %d", w.Code)
	}
	form["file"] = []string{"0001-record-architecture-decisions.md", "0002-one-hub.md", "0003-hubs.md"}
	if w := s.post("/plans/p/decisions/import", "/plans/p/decisions/import", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/plans/p/decisions" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	all, err := s.db.Records(t.Context(), "p")
	if err != nil || len(all) != 4 || all[0].Number != 5 || all[0].Title != "Record architecture decisions" || all[2].SupersededBy != 3 || all[2].RelatesTo != nil || !strings.Contains(all[2].More, "Relates to “Naming”.") {
		t.Errorf("%v %+v", err, all)
	}
	if d, err := s.db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Title: "Next", Topic: decision.Plan}}}); err != nil || d.Record.Number != 6 {
		t.Errorf("%v: the next number is %d", err, d.Record.Number)
	}
	if w := s.get("/plans/p/decisions/3"); w.Code != http.StatusOK {
		t.Errorf("the page of an imported record: %d", w.Code)
	}
}

func TestDecisionExport_ComesBackTheSameInAnotherPlan(t *testing.T) {
	s := sampleSite(t)
	form := recordsForm(t, s.sendRecords("en", nygard(t)).Body.String())
	s.post("/plans/p/decisions/import", "/plans/p/decisions/import", form)
	snap := &decision.Snapshot{Plan: "p", Revision: 1, Metrics: []decision.Metric{{ID: "layout.radius", Value: 0.48}}, Figures: []decision.Picture{{ID: "deckplan", SVG: decision.Text{En: "<svg/>"}}}}
	if _, err := s.db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: decision.Record{Title: "With a snapshot", Topic: decision.Layout, Status: decision.Accepted}, Snapshot: snap}}); err != nil {
		t.Fatal(err)
	}
	w := s.get("/plans/p/decisions.zip")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/zip" || !strings.Contains(w.Header().Get("Content-Disposition"), "ADR.zip") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	other := sampleSite(t)
	form = recordsForm(t, other.sendRecords("ko", map[string][]byte{"x.zip": w.Body.Bytes()}).Body.String())
	if w := other.post("/plans/p/decisions/import", "/plans/p/decisions/import", form); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if again := other.get("/plans/p/decisions.zip"); !bytes.Equal(again.Body.Bytes(), w.Body.Bytes()) {
		t.Error("the export of what was imported is another")
	}
	d, err := other.db.Decision(t.Context(), "p", 5)
	if err != nil || d.Snapshot == nil || !d.Intact() || d.Hash != snap.Hash() {
		t.Errorf("%v %+v", err, d)
	}
}

func TestDecisionImport_RefusesWithWhatToDo(t *testing.T) {
	s := sampleSite(t)
	for name, c := range map[string]struct {
		data string
		code int
		says string
	}{
		"x.zip":     {"no zip", http.StatusUnprocessableEntity, "zip archive is damaged"},
		"":          {"", http.StatusUnprocessableEntity, "Choose at least one file."},
		"notes.md":  {"# Shopping\n\n## Fruit", http.StatusOK, "No section of a decision record was found."},
		"0001-x.md": {"# X\n\n## Context\n\n" + strings.Repeat("x", decision.MaxText+1), http.StatusOK, "at most 20,000 are allowed"},
	} {
		w := s.sendRecords("en", map[string][]byte{name: []byte(c.data)})
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d\n%s", name, w.Code, w.Body)
		}
	}
	for _, carried := range []string{"!", "AAAA"} {
		if w := s.post("/plans/p/decisions/import", "/plans/p/decisions/import", url.Values{"carried": {carried}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", carried, w.Code)
		}
	}
	if all, err := s.db.Records(t.Context(), "p"); err != nil || len(all) != 0 {
		t.Errorf("%v %v", err, all)
	}
}
