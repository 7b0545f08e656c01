package catalog

import (
	"slices"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

func TestBuilders_EveryFactHasBothLanguagesASourceAndADate(t *testing.T) {
	all := BuildersIn(&plan.Plan{})
	for _, b := range all {
		for _, f := range b.Facts() {
			where := b.ID + " " + f.Name
			checkText(t, where, f.Fact.Note)
			checkSources(t, where, f.Fact.Sources)
			if !slices.Contains(ToolVocabulary(f.Vocabulary), f.Fact.Value) || f.Fact.Known() && len(f.Fact.Sources) == 0 {
				t.Errorf("%s: %+v", where, f.Fact)
			}
			for _, s := range f.Fact.Sources {
				if s.Kind != "assumption" && !strings.HasPrefix(s.URL, "https://") {
					t.Errorf("%s: %s has no address", where, s.Title)
				}
			}
		}
	}
	for _, id := range []string{"docker_rootful", "docker_rootless", "buildkit_rootful", "buildkit_rootless", "buildah", "kaniko_oss", "kaniko_chainguard", "ko", "jib", "buildpacks_pack"} {
		if !slices.ContainsFunc(all, func(b Builder) bool { return b.ID == id }) {
			t.Errorf("%s is not compared", id)
		}
	}
	text := string(buildersYAML)
	for _, line := range strings.Split(text[strings.Index(text, "\nsources:"):strings.Index(text, "\nbuilders:")], "\n") {
		if id, _, ok := strings.Cut(strings.TrimSpace(line), ": {title"); ok && strings.Count(text, id+",")+strings.Count(text, id+"]") == 0 {
			t.Errorf("source %s is used by nothing", id)
		}
	}
}

func TestBuilders_KnownAnswers(t *testing.T) {
	by := map[string]Builder{}
	for _, b := range BuildersIn(&plan.Plan{}) {
		by[b.ID] = b
	}
	if by["kaniko_oss"].Turned == nil || by["kaniko_oss"].Ended() || by["docker_rootful"].Daemonless() || !by["buildah"].Daemonless() ||
		by["buildkit_rootful"].Privileges.Value != "privileged" || by["ko"].Privileges.Value != "none" || by["jib"].Maintenance.Value != "low" {
		t.Errorf("%+v", by)
	}
}

func TestOwn_FactStandsInPlaceOfTheCatalogues(t *testing.T) {
	p := &plan.Plan{ToolFacts: []plan.ToolFact{{Tool: "kaniko", Fact: "maintenance", Value: "low", Note: "we keep a fork", Source: "https://git.example.com/kaniko", Date: "2026-10-01"},
		{Tool: "buildah", Fact: "cache", Value: "local", Source: "trial", Date: "2026-10-02"}}}
	own, _ := ToolIn(p, "kaniko")
	was, _ := ToolByID("kaniko")
	if f := own.Maintenance.Fact; own.Ended() || !f.Ours || f.Was != "archived" || f.Seen() != "2026-10-01" || f.Sources[0].URL != "https://git.example.com/kaniko" || f.Note.KO != "we keep a fork" || own.Maintenance.AsOf != "2026-10-01" {
		t.Errorf("%+v", own.Maintenance)
	}
	if !was.Ended() || was.Maintenance.Ours {
		t.Error("the catalogue itself was changed")
	}
	for _, b := range BuildersIn(p) {
		if b.ID == "buildah" && (b.Cache.Value != "local" || !b.Cache.Ours) {
			t.Errorf("%+v", b.Cache)
		}
		if b.ID == "kaniko_oss" && b.Maintenance.Ours {
			t.Errorf("what is found of the original is said of its fork: %+v", b.Maintenance)
		}
	}
	if allBuilders()[4].Cache.Ours {
		t.Error("the catalogue of builders itself was changed")
	}
	if _, ok := ToolIn(p, "House builder"); ok {
		t.Error("a tool nobody knows was found")
	}
}
