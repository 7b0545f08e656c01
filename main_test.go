package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

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

func TestCheck_ExitsOneWhereAFindingIsAnError(t *testing.T) {
	code, out, _ := deckplan(t, "--lang=en", "check", sampleFile(t))
	if code != 1 || !strings.Contains(out, "argo-office cannot reach prod-vault.") {
		t.Errorf("%d: %s", code, out)
	}
	code, out, _ = deckplan(t, "--lang=ko", "check", "--json", sampleFile(t))
	var answer struct {
		Findings []struct{ ID, Severity, Text string }
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 1 || len(answer.Findings) == 0 || answer.Findings[0].Severity != "error" {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	clean := filepath.Join(t.TempDir(), "clean.yaml")
	if err := os.WriteFile(clean, []byte("schema: 1\nabout: {name: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := deckplan(t, "check", clean); code != 0 {
		t.Errorf("%d: %s%s", code, out, errs)
	}
}

func TestCheck_NamesTheLineOfEveryFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(path, []byte("schema: 1\nabout: {name: x}\nteams:\n  - {id: a}\n  - {id: b, name: b, colour: red}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := deckplan(t, "--lang=en", "check", path)
	if code != 2 || !strings.Contains(errs, "bad.yaml:4: teams[0].name: name is missing") || !strings.Contains(errs, "bad.yaml:5: teams[1].colour: colour is not a field here") {
		t.Errorf("%d: %s", code, errs)
	}
}

func TestReport_WritesOneFile(t *testing.T) {
	to := filepath.Join(t.TempDir(), "report.html")
	if code, _, errs := deckplan(t, "--lang=ko", "report", sampleFile(t), "--output", to); code != 0 {
		t.Fatalf("%d: %s", code, errs)
	}
	b, err := os.ReadFile(to)
	if err != nil || !strings.Contains(string(b), `lang="ko"`) || !strings.Contains(string(b), "<svg") {
		t.Errorf("%v, %d bytes", err, len(b))
	}
}

func TestReport_MarkdownIsAZipFileOnAnyOutput(t *testing.T) {
	to := filepath.Join(t.TempDir(), "report.zip")
	if code, _, errs := deckplan(t, "--lang=en", "report", sampleFile(t), "--format", "markdown", "-o", to); code != 0 {
		t.Fatalf("%d: %s", code, errs)
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	code, out, _ := deckplan(t, "--lang=en", "report", sampleFile(t), "--format=markdown")
	for _, z := range []string{string(b), out} {
		r, err := zip.NewReader(strings.NewReader(z), int64(len(z)))
		if err != nil || code != 0 || len(r.File) < 5 || r.File[0].Name != "report.md" {
			t.Errorf("%d, %v", code, err)
		}
	}
	if code, _, _ := deckplan(t, "report", sampleFile(t), "--format=pdf"); code != 2 {
		t.Errorf("an unknown format: %d", code)
	}
}

func TestImportThenExport_GivesTheSamePlan(t *testing.T) {
	file, db := sampleFile(t), filepath.Join(t.TempDir(), "d.db")
	code, id, errs := deckplan(t, "import", file, "--database", db)
	if code != 0 {
		t.Fatalf("%d: %s", code, errs)
	}
	code, out, errs := deckplan(t, "export", strings.TrimSpace(id), "--database", db)
	want, err := os.ReadFile(file)
	if err != nil || code != 0 || out != string(want) {
		t.Errorf("%d, %v: %s", code, err, errs)
	}
	if code, _, _ := deckplan(t, "export", "nothing", "--database", db); code != 2 {
		t.Errorf("an unknown plan: %d", code)
	}
	if code, _, _ := deckplan(t, "export", "--database", filepath.Join(t.TempDir(), "none.db")); code != 1 {
		t.Errorf("a missing database: %d", code)
	}
}

func TestServe_ReportsEveryWrongSettingAtOnce(t *testing.T) {
	t.Setenv("DECKPLAN_LOG_LEVEL", "loud")
	t.Setenv("DECKPLAN_INSECURE_NO_LOGIN", "perhaps")
	t.Setenv("DECKPLAN_ARGOCD_PROD_TOKEN", "secret-token-value")
	t.Setenv("DECKPLAN_SECRET_KEY", "not-thirty-two-bytes")
	list := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(list, []byte("- name: prod\n  url: https://a.example.com\n  token: secret-token-value\n  pin: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := deckplan(t, "--lang=en", "serve", "--connections", list, "--listen", "nowhere", "--log-format", "xml", "--public-url", "ftp:", "--secret-key-file", "k", "--token-folder", "/nowhere/at/all")
	if code != 2 {
		t.Errorf("exit %d", code)
	}
	for _, want := range []string{"11 settings are wrong", list + ":3: Tokens do not belong in this file", list + ":4: The pin of prod must be", "DECKPLAN_SECRET_KEY: The key must be 32 bytes", "DECKPLAN_SECRET_KEY: Set either", "--token-folder", "--listen", "--log-level", "--log-format", "--public-url", "--insecure-no-login", "DECKPLAN_ARGOCD_PROD_URL"} {
		if !strings.Contains(errs, want) {
			t.Errorf("not told: %s in\n%s", want, errs)
		}
	}
	for _, never := range []string{"secret-token-value", "not-thirty-two-bytes"} {
		if strings.Contains(errs, never) {
			t.Errorf("%s was printed", never)
		}
	}
}

func TestServe_AConnectionsFileThatCannotBeReadIsTold(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone.yaml")
	if code, _, errs := deckplan(t, "--lang=en", "serve", "--connections", gone); code != 2 || !strings.Contains(errs, "--connections: "+gone+" cannot be read.") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestServe_MakesAKeyBesideTheDatabaseOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0") // so that it does not go on to serve
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	db := filepath.Join(t.TempDir(), "d.db")
	var before string
	for range 2 {
		if code, _, errs := deckplan(t, "serve", "--listen", taken.Addr().String(), "--database", db); code != 1 {
			t.Fatalf("exit %d: %s", code, errs)
		}
		info, err := os.Stat(db + ".key")
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		key, err := os.ReadFile(db + ".key")
		if err != nil || before != "" && string(key) != before {
			t.Errorf("the key of the first start was not kept (%v)", err)
		}
		before = string(key)
	}
}

func TestServe_RefusesAKeyThatOthersMayRead(t *testing.T) {
	db := filepath.Join(t.TempDir(), "d.db")
	if err := os.WriteFile(db+".key", []byte("nothing of a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	told := func() string {
		t.Helper()
		code, _, errs := deckplan(t, "--lang=en", "serve", "--listen", "127.0.0.1:0", "--database", db)
		if code != 2 {
			t.Errorf("exit %d", code)
		}
		return errs
	}
	if errs := told(); !strings.Contains(errs, "d.db.key does not hold a key") {
		t.Error(errs)
	}
	if err := os.Chmod(db+".key", 0o640); err != nil {
		t.Fatal(err)
	}
	if errs := told(); !strings.Contains(errs, "chmod 600") || !strings.Contains(errs, db+".key") {
		t.Error(errs)
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("a database was made although the settings are wrong")
	}
}

func TestServe_RefusesOtherMachinesWithoutAccounts(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80"} {
		if code, _, errs := deckplan(t, "--lang=en", "serve", "--listen", listen, "--database", filepath.Join(t.TempDir(), "d.db")); code != 2 || !strings.Contains(errs, "--insecure-no-login") {
			t.Errorf("%s: %d %s", listen, code, errs)
		}
	}
}

func TestServe_MayBeToldToServeOthers(t *testing.T) {
	for _, args := range [][]string{{"--insecure-no-login"}, {"--insecure-no-login=true"}, {"--insecure-no-login", "--log-level=warn"}} {
		var c cli
		parser, err := kong.New(&c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(append([]string{"serve", "--listen=0.0.0.0:0"}, args...)); err != nil {
			t.Fatal(err)
		}
		set, problems := c.Serve.settings(&streams{err: io.Discard, lang: "en"})
		if len(problems) > 0 || !slices.Contains(set.hosts, "*") {
			t.Errorf("%v: %v", args, problems)
		}
	}
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

// TestImports_KeepTheRule holds the rule of which room may know which.
func TestImports_KeepTheRule(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	analyses := []string{"ownership", "layout", "matrix", "strategy", "image"}
	adapters := []string{"argocd", "store", "report"}
	imports := map[string][]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		words := strings.Fields(line)
		room := strings.TrimPrefix(strings.TrimPrefix(words[0], "deckplan/"), "internal/")
		for _, w := range words[1:] {
			if rest, ours := strings.CutPrefix(w, "deckplan/"); ours {
				imports[room] = append(imports[room], strings.TrimPrefix(rest, "internal/"))
			}
		}
	}
	allow := map[string][]string{"seal": nil, "connect": {"seal"}, "plan": nil, "sheet": {"plan"}, "survey": {"plan"}, "backstage": {"plan", "survey"}, "verdict": nil, "lang": nil, "live": nil, "logbook": {"live"}, "owner": {"plan", "live"},
		"catalog": {"plan", "verdict"}, "decision": {"lang", "verdict"}, "appraise": append([]string{"plan", "verdict"}, analyses...)}
	allow["frontier"] = []string{"plan", "catalog", "verdict", "layout"}
	for _, a := range analyses {
		allow[a] = []string{"plan", "catalog", "verdict"}
	}
	allow["roadmap"], allow["manifest"] = []string{"plan", "catalog", "verdict", "layout"}, []string{"plan", "layout"}
	allow["drift"] = []string{"plan", "catalog", "verdict", "layout", "live", "survey"}
	for room, may := range allow {
		for _, got := range imports[room] {
			if !slices.Contains(may, got) {
				t.Errorf("%s imports %s", room, got)
			}
		}
	}
	for room, all := range imports {
		top, _, _ := strings.Cut(room, "/")
		for _, got := range all {
			if got == "roster" && room != "deckplan" {
				t.Errorf("%s imports roster; only main may", room)
			}
			if got == "store" && room != "deckplan" {
				t.Errorf("%s imports store; only main may", room)
			}
			if strings.HasPrefix(got, "web") && top != "web" && room != "deckplan" {
				t.Errorf("%s imports %s; only main may", room, got)
			}
			if slices.Contains(adapters, top) && slices.Contains(adapters, got) && top != got {
				t.Errorf("the adapter %s imports the adapter %s", room, got)
			}
		}
	}
	if len(imports) < 10 {
		t.Errorf("only %d rooms were read", len(imports))
	}
}

func TestDiff_PrintsRowsFiguresAndFindings(t *testing.T) {
	old := sampleFile(t)
	b, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "new.yaml")
	text := strings.Replace(string(b), "name: Payments", "name: Settlement", 1)
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := deckplan(t, "--lang=en", "diff", old, changed)
	if code != 0 || !strings.Contains(out, "~ Teams · Settlement  Name: Payments → Settlement") {
		t.Errorf("%d: %s%s", code, out, errs)
	}
	if code, out, _ := deckplan(t, "--lang=ko", "diff", "--exit-code", old, changed); code != 1 || !strings.Contains(out, "이름: Payments → Settlement") {
		t.Errorf("%d: %s", code, out)
	}
	if code, out, _ := deckplan(t, "--lang=en", "diff", "--exit-code", old, old); code != 0 || out != "Nothing differs.\n" {
		t.Errorf("%d: %q", code, out)
	}
	var d struct {
		Rows []struct{ Mark, Of, Name, Text string }
	}
	if _, out, _ := deckplan(t, "diff", "--json", old, changed); json.Unmarshal([]byte(out), &d) != nil || len(d.Rows) == 0 || d.Rows[0].Mark != "~" {
		t.Errorf("%s", out)
	}
	if code, _, errs := deckplan(t, "diff", old, filepath.Join(t.TempDir(), "none.yaml")); code != 2 || errs == "" {
		t.Errorf("a file that is not there: %d, %q", code, errs)
	}
}

func TestManifests_WritesTheLayoutThatIsNamed(t *testing.T) {
	file, to := sampleFile(t), filepath.Join(t.TempDir(), "m.zip")
	for _, name := range []string{"ours", "Our draft"} {
		if code, _, errs := deckplan(t, "--lang=en", "manifests", file, "--layout", name, "-o", to); code != 0 {
			t.Fatalf("%s: %d %s", name, code, errs)
		}
		r, err := zip.OpenReader(to)
		if err != nil || !slices.ContainsFunc(r.File, func(f *zip.File) bool { return f.Name == "argo-office/clusters.yaml" }) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			_ = r.Close()
		}
	}
	if code, _, errs := deckplan(t, "--lang=en", "manifests", file, "--layout", "nothing"); code != 2 || !strings.Contains(errs, "per_environment") {
		t.Errorf("an unknown layout: %d %s", code, errs)
	}
}
