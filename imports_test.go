package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImports_KeepTheRule holds the rule of which room may know which.
func TestImports_KeepTheRule(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	analyses := []string{"ownership", "layout", "matrix", "strategy", "image", "builder"}
	adapters := []string{"argocd", "store", "report", "webhook"}
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
	allow := map[string][]string{"seal": nil, "prose": nil, "reach": nil, "ledger": {"reach"}, "settings": {"argocd", "print", "seal"}, "connect": {"seal"}, "plan": nil, "sheet": {"plan"}, "survey": {"plan"}, "backstage": {"plan", "survey"}, "verdict": nil, "lang": nil, "live": nil, "logbook": {"live"}, "owner": {"plan", "live"},
		"catalog": {"plan", "verdict"}, "decision": {"lang", "verdict"}, "appraise": append([]string{"plan", "verdict"}, analyses...)}
	allow["frontier"] = []string{"plan", "catalog", "verdict", "layout"}
	for _, a := range analyses {
		allow[a] = []string{"plan", "catalog", "verdict"}
	}
	allow["roadmap"], allow["manifest"] = []string{"plan", "catalog", "verdict", "layout"}, []string{"plan", "layout"}
	allow["rollout"] = []string{"catalog", "manifest", "plan", "strategy"}
	allow["jobs"], allow["raster"], allow["print"] = nil, []string{"static"}, []string{"static"}
	allow["review"] = append([]string{"plan", "catalog", "verdict", "decision", "appraise", "drift", "live"}, analyses...)
	allow["matrixfile"] = []string{"plan", "catalog", "matrix", "sheet"}
	allow["drift"] = []string{"plan", "catalog", "verdict", "layout", "live", "survey"}
	allow["hook"] = []string{"decision", "lang"}
	allow["webhook"] = []string{"reach", "hook", "connect", "decision", "lang", "plan", "seal"}
	allow["lookout"] = []string{"hook", "decision", "drift", "lang", "live", "plan", "verdict"}
	allow["ci"] = []string{"lang", "verdict", "compare"}
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
	for _, got := range imports["web/api"] {
		if got == "web" || got == "web/page" || got == "report" {
			t.Errorf("web/api imports %s; web hands to it what it needs of it", got)
		}
	}
	if len(imports) < 10 {
		t.Errorf("only %d rooms were read", len(imports))
	}
}
