package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImage_TellsWhatEnginesShow(t *testing.T) {
	const archive = "internal/ledger/testdata/ctr-export.tar"
	code, out, errs := deckplan(t, "image", archive)
	if code != 0 || !strings.Contains(out, "5.32MB") || !strings.Contains(out, "2.2 MiB") || strings.Contains(out, "‹") || errs != "" {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, _ = deckplan(t, "--lang", "ko", "image", archive, archive)
	if code != 0 || !strings.Contains(out, "반박됨") || strings.Contains(out, "‹") {
		t.Errorf("%d %s", code, out)
	}
	code, out, _ = deckplan(t, "image", "--json", archive)
	var got struct {
		Version int
		Ledgers []struct {
			Images []struct {
				Figures []struct{ ID, Text string }
			}
		}
		Hypotheses []struct{ ID, Answer, Text string }
	}
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || got.Version != 1 || len(got.Ledgers[0].Images[0].Figures) != 11 || len(got.Hypotheses) != 4 || got.Hypotheses[3].Text == "" {
		t.Errorf("%d %v %s", code, err, out)
	}
}

func TestImage_SaysWhatIsWrong(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.tar")
	if err := os.WriteFile(bad, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"no tar archive":             {bad},
		"no such file":               {bad + ".tar"},
		"not connected to":           {"127.0.0.1:1/demo:1"},
		"no image reference":         {"UPPER CASE"},
		"at least one":               {},
		"not both":                   {bad, "--json", "--table"},
		"DECKPLAN_REGISTRY_PASSWORD": {"a.example.com/b:1", "--user", "kim"},
		"must be one of \"public\"":  {bad, "--private", "all"},
	} {
		if code, out, errs := deckplan(t, append([]string{"image"}, args...)...); code != 2 || !strings.Contains(errs, want) || out != "" && want[0] != 'm' {
			t.Errorf("%v: %d %s%s", args, code, out, errs)
		}
	}
}
