package main

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deckplan/internal/argocd/argotest"
	"deckplan/internal/snapshot"
)

func unpacked(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSnapshot_WritesAFileAnInstanceWithoutItsToken(t *testing.T) {
	servers := argotest.StartAll(t, argotest.Options{Names: []string{"seoul", "busan"}, Apps: 12})
	for _, s := range servers {
		prefix := "DECKPLAN_ARGOCD_" + strings.ToUpper(s.Name) + "_"
		t.Setenv(prefix+"URL", s.URL)
		t.Setenv(prefix+"TOKEN", s.Token)
		t.Setenv(prefix+"INSECURE", "true")
	}
	dir := t.TempDir()
	code, out, errs := deckplan(t, "--lang=en", "snapshot", "-o", dir)
	if code != 0 || out != "" || !strings.Contains(errs, "busan: 12 applications, captured ") {
		t.Fatalf("%d: %s%s", code, out, errs)
	}
	for _, s := range servers {
		path := filepath.Join(dir, s.Name+".snapshot.json.gz")
		text := unpacked(t, path)
		if strings.Contains(text+errs, s.Token) || strings.Contains(text, "token") {
			t.Errorf("%s: the token is in it", s.Name)
		}
		got, err := snapshot.Read(strings.NewReader(text))
		if err != nil || got.Instance != s.Name || got.Source != snapshot.Deckplan || got.Guessed || got.Captured.IsZero() || got.Version == "" || got.Host == "" {
			t.Fatalf("%+v, %v", got, err)
		}
		byName := map[string]int{}
		for i, a := range got.Applications {
			byName[a.Name] = i
		}
		for _, want := range s.Reference(t) {
			i, ok := byName[want.Name]
			if !ok {
				t.Errorf("%s: no %s", s.Name, want.Name)
				continue
			}
			a := got.Applications[i]
			if a.Health != want.Health || a.Sync != want.Sync || a.Cluster != want.Cluster || a.Project != want.Project || a.Revision != want.Revision {
				t.Errorf("%s: %+v, want %+v", s.Name, a, want)
			}
		}
	}
	code, out, _ = deckplan(t, "snapshot", "--instance", "seoul", "-o", "-")
	if s, err := snapshot.Read(strings.NewReader(out)); code != 0 || err != nil || len(s.Applications) != 12 {
		t.Errorf("on standard output: %d, %v", code, err)
	}
	if code, _, errs := deckplan(t, "--lang=en", "snapshot", "-o", "-"); code != 2 || !strings.Contains(errs, "2 instances") {
		t.Errorf("two instances on one output: %d %s", code, errs)
	}
	if code, _, errs := deckplan(t, "--lang=en", "snapshot", "--instance", "jeju"); code != 2 || !strings.Contains(errs, "busan, seoul") {
		t.Errorf("an unknown instance: %d %s", code, errs)
	}
	servers[0].Revoke(t, "dashboard")
	dir = t.TempDir()
	if code, _, errs := deckplan(t, "--lang=ko", "snapshot", "-o", dir); code != 1 || !strings.Contains(errs, "seoul: 토큰이 거부되었습니다") || strings.Contains(errs, servers[0].Token) {
		t.Errorf("a refused token: %d %s", code, errs)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 || left[0].Name() != "busan.snapshot.json.gz" {
		t.Errorf("%v", left)
	}
}

func TestSnapshot_ConvertsWhatKubectlPrinted(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join("internal", "snapshot", "testdata", "kubectl.yaml")
	code, _, errs := deckplan(t, "--lang=en", "snapshot", "--kubectl", in, "--instance", "vault", "--captured", "2026-11-24T15:30:00+09:00", "-o", dir)
	if code != 0 || !strings.Contains(errs, "vault: 10 applications") {
		t.Fatalf("%d: %s", code, errs)
	}
	text := unpacked(t, filepath.Join(dir, "vault.snapshot.json.gz"))
	if strings.Contains(text, "sentinel") || !strings.Contains(text, `"captured":"2026-11-24T06:30:00Z"`) || !strings.Contains(text, `"source":"kubectl"`) {
		t.Error(text)
	}
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte("{\n\"items\": [\n{\"kind\": \"Secret\", \"metadata\": {\"name\": \"x\"}}]}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := deckplan(t, "--lang=en", "snapshot", "--kubectl", bad, "-o", "-"); code != 2 || !strings.Contains(errs, "bad.json: Item 1, line 3, x: The file contains Secrets") {
		t.Errorf("%d: %s", code, errs)
	}
	if code, _, errs := deckplan(t, "--lang=en", "snapshot", "--kubectl", in, "--captured", "yesterday", "-o", "-"); code != 2 || !strings.Contains(errs, "“yesterday” is not a time") {
		t.Errorf("%d: %s", code, errs)
	}
	if code, _, errs := deckplan(t, "--lang=en", "snapshot", "-o", dir); code != 2 || !strings.Contains(errs, "No Argo CD is configured") {
		t.Errorf("%d: %s", code, errs)
	}
	if code, _, errs := deckplan(t, "--lang=en", "snapshot", "--connections", filepath.Join(dir, "none.yaml"), "-o", dir); code != 2 || !strings.Contains(errs, "--connections: ") {
		t.Errorf("%d: %s", code, errs)
	}
	if code, _, errs := deckplan(t, "--lang=en", "serve", "--listen", "127.0.0.1:0", "--database", filepath.Join(dir, "d.db"), "--snapshot-folder", bad); code != 2 || !strings.Contains(errs, "--snapshot-folder") {
		t.Errorf("%d: %s", code, errs)
	}
}
