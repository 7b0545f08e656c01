package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

func checkout(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	for name, text := range map[string]string{
		".github/workflows/ci.yml": "name: CI\non: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n" +
			"      - uses: docker/build-push-action@v6\n        with: {push: true}\n      - run: frobnicate\n",
		".github/workflows/lint.yml": "name: Lint\non: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-24.04\n    steps: [{run: eslint .}]\n",
		"CODEOWNERS":                 "* @example/payments\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestScan_WritesAPlanThatNamesThePlansOwnTeams(t *testing.T) {
	dir, to := checkout(t), filepath.Join(t.TempDir(), "plan.yaml")
	code, out, errs := deckplan(t, "--lang=en", "scan", dir, "--plan", sampleFile(t), "-o", to)
	if code != 0 || !strings.Contains(out, "shop: CI") || !strings.Contains(out, "ci.yml:10: image: the command frobnicate is not known.") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	f, err := os.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.DecodeYAML(f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	sample, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	last := p.Stages[len(p.Stages)-1]
	if len(p.Pipelines) != len(sample.Pipelines)+1 || len(p.Teams) != len(sample.Teams) || last.Accountable[0] != "payments" || last.Kind != plan.ContainerBuild {
		t.Errorf("%d pipelines, %d teams, last stage %+v", len(p.Pipelines), len(p.Teams), last)
	}
}

func TestScan_PrintsJSONAndFailsWhereThereIsNoPipeline(t *testing.T) {
	code, out, errs := deckplan(t, "--lang=ko", "scan", "--json", checkout(t))
	var answer struct {
		Stages []plan.Stage
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 0 || len(answer.Stages) != 2 || !strings.Contains(out, "알 수 없는 명령 frobnicate") {
		t.Errorf("%d, %v: %s%s", code, err, out, errs)
	}
	if code, _, _ := deckplan(t, "scan", t.TempDir()); code != 1 {
		t.Errorf("an empty folder: %d", code)
	}
	if code, _, _ := deckplan(t, "scan", filepath.Join(t.TempDir(), "none")); code != 3 {
		t.Errorf("no folder: %d", code)
	}
}
