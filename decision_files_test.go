package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDecisions_GoOutAndComeBackByTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "d.db"), filepath.Join(dir, "adr")
	call := func(code int, args ...string) (string, string) {
		t.Helper()
		var o, e bytes.Buffer
		if got := run(append([]string{"--lang", "en"}, args...), &o, &e); got != code {
			t.Fatalf("%v: %d\n%s%s", args, got, &o, &e)
		}
		return o.String(), e.String()
	}
	plan := filepath.Join(dir, "plan.yaml")
	if err := os.WriteFile(plan, []byte("schema: 1\nabout: {name: P}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	call(0, "import", plan, "--database", db)
	o, _ := call(0, "decisions", "import", "internal/decision/testdata/nygard", "--database", db, "--dry-run")
	if !strings.Contains(o, "0002  superseded  One hub") {
		t.Errorf("got %s", o)
	}
	call(0, "decisions", "import", "internal/decision/testdata/nygard", "--database", db)
	call(0, "decisions", "export", "--database", db, "-o", out)
	call(0, "decisions", "export", "--database", db, "-o", filepath.Join(dir, "a.zip"))
	if b, err := os.ReadFile(filepath.Join(out, "0002-one-hub.md")); err != nil || !strings.Contains(string(b), "[ADR-0003](0003-a-hub-for-each-environment.md)") {
		t.Errorf("%v: %s", err, b)
	}
	o, errs := call(0, "decisions", "import", filepath.Join(dir, "a.zip"), "--database", db)
	if !strings.Contains(o, "0006  superseded  One hub") || !strings.Contains(errs, "0002 was given before; the record becomes 0006.") {
		t.Errorf("got %s\n%s", o, errs)
	}
	call(2, "decisions", "import", "main.go", "--database", db, "--plan", "none")
	if err := os.WriteFile(filepath.Join(out, "0009-long.md"), []byte("# T\n\n## Context\n\n"+strings.Repeat("x", 30000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs := call(2, "decisions", "import", out, "--database", db); !strings.Contains(errs, "Nothing was imported") {
		t.Error(errs)
	}
}
