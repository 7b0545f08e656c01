package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

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
		if code, _, errs := deckplan(t, "serve", "--listen", taken.Addr().String(), "--database", db); code != 3 {
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
		set := c.Serve.Read(io.Discard, func(where, id string, _ map[string]any) { t.Errorf("%v: %s %s", args, where, id) })
		if !slices.Contains(set.Hosts, "*") {
			t.Errorf("%v: %v", args, set.Hosts)
		}
	}
}

func TestServe_RefusesAHistoryThatIsNoTime(t *testing.T) {
	code, _, errs := deckplan(t, "--lang=en", "serve", "--live-history", "soon")
	if code != 2 || !strings.Contains(errs, "--live-history: “soon” is not a time such as 90d") {
		t.Errorf("%d: %s", code, errs)
	}
}
