package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "write the documented answers anew")

// made are identifiers and hashes that are another each time.
var made = regexp.MustCompile(`"(id|family|plan|key)": ?"[a-z0-9]{12}"`)

// TestExamples_AreRealAnswers asks every documented call of a real server and
// compares its answer with the one that is shown.
func TestExamples_AreRealAnswers(t *testing.T) {
	for _, e := range sampleSite(t).API().Examples() {
		s := sampleSite(t)
		if e.ID == "get-revision" || e.ID == "undo" {
			s.call(http.MethodPatch, "/api/v1/plans/commerce", `{"author": "Minseo", "edits": [{"op": "set", "table": "clusters", "key": "dev-1", "fields": {"region": "busan"}}]}`)
		}
		w := s.call(e.Method, e.Path, e.Body, append([]string{"Accept-Language", "en"}, e.Headers...)...)
		if w.Code != e.Status {
			t.Errorf("%s: %d, want %d: %s", e.ID, w.Code, e.Status, w.Body)
			continue
		}
		got := w.Body.Bytes()
		ext := map[string]string{"application/json": ".json", "application/yaml": ".yaml", "text/markdown; charset=utf-8": ".md"}[w.Header().Get("Content-Type")]
		if ext == "" {
			continue // a report is too long to be shown, and a deletion says nothing
		}
		if ext == ".json" {
			var out bytes.Buffer
			if err := json.Indent(&out, made.ReplaceAll(got, []byte(`"$1":"q7k2m5x9c3vd"`)), "", "  "); err != nil {
				t.Fatal(err)
			}
			got = out.Bytes()
		}
		file := filepath.Join("examples", e.ID+ext)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if want, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what is answered now (%v): run go test ./web/api -run Examples -update\n%s", file, err, got)
		}
	}
}
