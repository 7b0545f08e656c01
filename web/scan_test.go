package web

import (
	"archive/zip"
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/scan"
)

const scannedWorkflow = "name: Ship\non: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {push: true}\n" +
	"  <b>deploy</b>:\n    runs-on: x\n"

const scannedPipeline = "name: Ship\non: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {push: true}\n" +
	"  tests:\n    needs: image\n    runs-on: ubuntu-24.04\n    steps: [{run: go test ./...}]\n" +
	"  deploy:\n    needs: tests\n    runs-on: ubuntu-24.04\n    steps: [{run: \"kubectl apply -f . --token ${{ secrets.PROD_KUBE_TOKEN }}\"}]\n"

// upload posts files as a browser's form would.
func (s *site) upload(language string, files map[string][]byte) *httptest.ResponseRecorder {
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
	r := httptest.NewRequest(http.MethodPost, "/plans/p/scan", &b)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", language)
	return s.do(r)
}

var (
	carriedValue = regexp.MustCompile(`name="proposal" value="([^"]*)"`)
	tickedBox    = regexp.MustCompile(`name="(pipeline|stage)" value="([^"]*)" checked`)
)

// form reads the preview's form as a browser would send it back.
func previewForm(t *testing.T, body string) url.Values {
	t.Helper()
	m := carriedValue.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no proposal in\n%s", body)
	}
	out := url.Values{"proposal": {strings.ReplaceAll(m[1], "&#43;", "+")}}
	for _, box := range tickedBox.FindAllStringSubmatch(body, -1) {
		out.Add(box[1], box[2])
	}
	return out
}

func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestScan_ProposesThenAddsInOneStepThatCanBeUndone(t *testing.T) {
	s := sampleSite(t)
	if w := s.get("/plans/p/scan"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "‹") || !strings.Contains(s.get("/plans/p/ownership").Body.String(), `href="/plans/p/scan"`) {
		t.Errorf("the form: %d", w.Code)
	}
	for _, lang := range []string{"en", "ko"} {
		w := s.upload(lang, map[string][]byte{"shop.zip": zipped(t, map[string]string{"shop-1/.github/workflows/ship.yml": scannedPipeline, "shop-1/main.go": "x"})})
		if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "‹") || !strings.Contains(body, "cluster-deploy@PROD_KUBE_TOKEN") || !strings.Contains(body, "ship.yml:16") {
			t.Fatalf("%s: %d\n%s", lang, w.Code, body)
		}
	}
	w := s.upload("en", map[string][]byte{"shop.zip": zipped(t, map[string]string{"shop-1/.github/workflows/ship.yml": scannedPipeline, "shop-1/main.go": "x"})})
	form := previewForm(t, w.Body.String())
	if len(form["stage"]) != 3 || len(form["pipeline"]) != 1 {
		t.Fatalf("ticked: %v", form)
	}
	form["stage"] = []string{form["stage"][0], form["stage"][2]} // without the tests
	form.Set("team", "payments")
	before, _, err := s.db.Plan(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	w = s.post("/plans/p/scan/apply", "/plans/p/scan", form)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/plans/p/ownership?ownership="+form.Get("pipeline") {
		t.Fatalf("%d to %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	head, doc, err := s.db.Plan(t.Context(), "p")
	if err != nil || head.Revision != before.Revision+1 {
		t.Fatalf("revision %d, %v", head.Revision, err)
	}
	last := doc.Stages[len(doc.Stages)-1]
	if last.Kind != plan.Deploy || len(last.Accountable) != 1 || last.Accountable[0] != "payments" || last.After[0] != form["stage"][0] || doc.Pipelines[len(doc.Pipelines)-1].Name != "shop: Ship" {
		t.Errorf("%+v", last)
	}
	if _, err := s.db.Undo(t.Context(), "p", "", head.Revision); err != nil {
		t.Fatal(err)
	}
	if _, doc, err = s.db.Plan(t.Context(), "p"); err != nil || len(doc.Pipelines) != 3 {
		t.Errorf("after undo %d pipelines, %v", len(doc.Pipelines), err)
	}
}

func TestScan_RefusesWhatItCannotUseAndSaysWhy(t *testing.T) {
	s := sampleSite(t)
	for name, c := range map[string]struct {
		files map[string][]byte
		code  int
		want  string
	}{
		"nothing":          {nil, 422, "Choose an archive"},
		"a broken archive": {map[string][]byte{"a.zip": []byte("no zip")}, 422, "a.zip is not a readable"},
		"a path out":       {map[string][]byte{"a.zip": zipped(t, map[string]string{"../Jenkinsfile": "x"})}, 422, "leads out of it"},
		"too much":         {map[string][]byte{"a.zip": make([]byte, scan.MaxUpload+1)}, 413, "larger than 32 MiB"},
		"no pipeline":      {map[string][]byte{"README.md": []byte("x")}, 200, "No pipeline was found"},
		"a name with tags": {map[string][]byte{"ship.yml": []byte(scannedWorkflow)}, 200, "&lt;b&gt;deploy&lt;/b&gt;"},
	} {
		if w := s.upload("en", c.files); w.Code != c.code || !strings.Contains(w.Body.String(), c.want) || strings.Contains(w.Body.String(), "<b>deploy") {
			t.Errorf("%s: %d\n%s", name, w.Code, w.Body)
		}
	}
}

func TestScan_KeepsThePreviewWhereNothingIsChosen(t *testing.T) {
	s := sampleSite(t)
	form := previewForm(t, s.upload("en", map[string][]byte{"ship.yml": []byte(scannedPipeline)}).Body.String())
	stages := form["stage"]
	form.Del("pipeline")
	w := s.post("/plans/p/scan/apply", "/plans/p/scan", form)
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Choose at least one stage") || len(previewForm(t, w.Body.String())["stage"]) != len(stages) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	for _, forged := range []string{"", "AAAA", "not base64", form.Get("proposal")[:40]} {
		if w := s.post("/plans/p/scan/apply", "/plans/p/scan", url.Values{"proposal": {forged}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "came back incomplete") {
			t.Errorf("%q: %d", forged, w.Code)
		}
	}
	text, err := carry(&scan.Proposal{Pipelines: []plan.Pipeline{{ID: "x", Name: "x"}}, Stages: []plan.Stage{{ID: "y", Pipeline: "x", Name: strings.Repeat("n", 300), Kind: "no kind"}}})
	if err != nil {
		t.Fatal(err)
	}
	w = s.post("/plans/p/scan/apply", "/plans/p/scan", url.Values{"proposal": {text}, "pipeline": {"x"}, "stage": {"y"}})
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("rows that no plan takes: %d", w.Code)
	}
	if bomb, err := carry(&scan.Proposal{Name: strings.Repeat("x", maxProposal)}); err != nil {
		t.Fatal(err)
	} else if w := s.post("/plans/p/scan/apply", "/plans/p/scan", url.Values{"proposal": {bomb}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a bomb of %d characters: %d", len(bomb), w.Code)
	}
}

func TestScan_OfManyStagesStaysSmallOnTheWire(t *testing.T) {
	s := sampleSite(t)
	var jobs strings.Builder
	for i := range 400 {
		fmt.Fprintf(&jobs, "  deploy-%d:\n    runs-on: x\n    steps: [{run: \"kubectl apply -f . ${{ secrets.KUBE_%d }}\"}, {run: frobnicate%d}]\n", i, i, i)
	}
	w := s.upload("en", map[string][]byte{"ship.yml": []byte("on: push\njobs:\n" + jobs.String())})
	if got := len(tickedBox.FindAllString(w.Body.String(), -1)); got != 401 {
		t.Errorf("%d boxes", got)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	f, err := z.Create("page")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(w.Body.Bytes())
	if err := z.Close(); err != nil || packed.Len() > 150<<10 {
		t.Errorf("%d bytes on the wire, %v", packed.Len(), err)
	}
}
