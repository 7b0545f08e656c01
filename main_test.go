package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

// deckplan runs a command line and gives its exit code and what it printed.
func deckplan(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(args, &o, &e)
	return code, o.String(), e.String()
}

func sampleFile(t *testing.T) string {
	t.Helper()
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := plan.EncodeYAML(&b, p); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSchemaAndVersion(t *testing.T) {
	if code, out, _ := deckplan(t, "schema"); code != 0 || !json.Valid([]byte(out)) {
		t.Errorf("schema: %d", code)
	}
	if code, out, _ := deckplan(t, "version"); code != 0 || !strings.HasPrefix(out, "deckplan ") {
		t.Errorf("version: %d %s", code, out)
	}
	if code, _, _ := deckplan(t, "--help"); code != 0 {
		t.Errorf("help: %d", code)
	}
	if code, _, _ := deckplan(t, "explode"); code != 2 {
		t.Errorf("unknown command: %d", code)
	}
}
