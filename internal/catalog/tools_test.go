package catalog

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func korean(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Hangul, r) })
}

// languageNeutral are notes made of versions, dates and names only.
func languageNeutral(t Text) bool { return t.EN == t.KO && t.EN != "" }

func checkText(t *testing.T, where string, text Text) {
	t.Helper()
	if (text.EN == "") != (text.KO == "") {
		t.Errorf("%s: one language is missing: %+v", where, text)
	}
	if text.KO != "" && !korean(text.KO) && !languageNeutral(text) &&
		text.KO != strings.ReplaceAll(strings.ReplaceAll(text.EN, ";", ","), " and ", ", ") {
		t.Errorf("%s: not Korean: %q", where, text.KO)
	}
	if korean(text.EN) {
		t.Errorf("%s: not English: %q", where, text.EN)
	}
	for _, s := range []string{text.EN, text.KO} {
		if strings.HasSuffix(s, ".") || strings.TrimSpace(s) != s {
			t.Errorf("%s: a note ends without a full stop: %q", where, s)
		}
	}
}

func checkDate(t *testing.T, where, date string) {
	t.Helper()
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		t.Errorf("%s: %v", where, err)
	}
}

func checkSources(t *testing.T, where string, sources []verdict.Source) {
	t.Helper()
	for _, s := range sources {
		if s.Title == "" || !slices.Contains([]string{"documented", "measured", "derived", "assumption"}, s.Kind) ||
			!slices.Contains([]string{"high", "medium", "low"}, s.Confidence) {
			t.Errorf("%s: source %+v is not whole", where, s)
		}
		if s.Kind != "assumption" {
			checkDate(t, where, s.AsOf)
		}
	}
}

func TestTools_EveryFactHasBothLanguagesAndASource(t *testing.T) {
	for _, tool := range Tools() {
		if tool.Name == "" || tool.Homepage == "" || tool.Licence.Terms == "" {
			t.Errorf("%s lacks its name, homepage or licence", tool.ID)
		}
		for _, f := range tool.Facts() {
			where := tool.ID + " " + f.Name
			checkText(t, where, f.Fact.Note)
			checkSources(t, where, f.Fact.Sources)
			if !slices.Contains(ToolVocabulary(f.Vocabulary), f.Fact.Value) {
				t.Errorf("%s: %q", where, f.Fact.Value)
			}
			if f.Fact.Known() && f.Fact.Value != "not_applicable" && len(f.Fact.Sources) == 0 {
				t.Errorf("%s is claimed without a source", where)
			}
			if !f.Fact.Known() && f.Fact.Unverified {
				t.Errorf("%s is unknown and unverified at once", where)
			}
		}
		for _, n := range tool.Notes {
			checkText(t, tool.ID+" note", n.Note)
			checkSources(t, tool.ID+" note", n.Sources)
			if n.Note.EN == "" || len(n.Sources) == 0 || n.Value != "" {
				t.Errorf("%s: note %+v is not whole", tool.ID, n)
			}
		}
		if d := tool.Maintenance.AsOf; d != "" {
			checkDate(t, tool.ID, d)
		}
	}
}

func TestTools_GeneralKnowledgeIsMarkedUnverified(t *testing.T) {
	for _, tool := range Tools() {
		for _, f := range tool.Facts() {
			said := slices.ContainsFunc(f.Fact.Sources, func(s verdict.Source) bool { return strings.Contains(s.Title, "unverified") })
			if said != f.Fact.Unverified {
				t.Errorf("%s %s: unverified is %v", tool.ID, f.Name, f.Fact.Unverified)
			}
		}
	}
	jenkins, _ := ToolByID("jenkins")
	if !jenkins.Hosting.Unverified || jenkins.AirGapped.Unverified {
		t.Error("Jenkins: hosting is general knowledge, the offline install is documented")
	}
}

func TestTools_EverySourceIsUsed(t *testing.T) {
	text := string(toolsYAML)
	for _, line := range strings.Split(text[strings.Index(text, "\nsources:"):strings.Index(text, "\narticle:")], "\n") {
		id, _, ok := strings.Cut(strings.TrimSpace(line), ": {title")
		if ok && id != "OWN" && strings.Count(text, id+",")+strings.Count(text, id+"]") == 0 {
			t.Errorf("source %s is used by nothing", id)
		}
	}
}

func TestTools_ArticleToolsAreMarked(t *testing.T) {
	want := []string{"github_actions", "jenkins", "jenkins_x", "circleci", "gitlab_ci", "argo_cd", "spinnaker",
		"docker_build", "buildkit", "buildah", "kaniko"}
	var got []string
	for _, tool := range Tools() {
		if tool.InArticle {
			got = append(got, tool.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("marked: %v", got)
	}
	groups := map[string]string{}
	for _, row := range ArticleTable() {
		checkText(t, "article "+row.Tool, Text{strings.TrimSuffix(row.Today.EN, "."), strings.TrimSuffix(row.Today.KO, ".")})
		groups[row.Tool] = row.Group + " " + row.Network
	}
	for tool, said := range map[string]string{"github_actions": "integrated online", "jenkins": "integrated offline", "jenkins_x": "integrated offline",
		"circleci": "ci online", "gitlab_ci": "ci offline", "argo_cd": "cd offline", "spinnaker": "cd offline"} {
		if groups[tool] != said {
			t.Errorf("the article's %s: %q", tool, groups[tool])
		}
	}
	if len(groups) != 7 {
		t.Errorf("%d rows", len(groups))
	}
}

func TestTools_EndedProjectsSaySinceWhenAndWhatFollows(t *testing.T) {
	for id, want := range map[string]string{"kaniko": "archived 2025-06-03", "jenkins_x": "renamed 2026-03-19", "drone": "continued_elsewhere 2021-07-07"} {
		tool, ok := ToolByID(id)
		if !ok || tool.Turned == nil {
			t.Fatalf("%s is not marked", id)
		}
		turn := tool.Turned
		if turn.Kind+" "+turn.Date != want || len(turn.Now) == 0 || len(turn.Sources) == 0 {
			t.Errorf("%s: %+v", id, turn)
		}
		checkDate(t, id, turn.Date)
		checkText(t, id, turn.Note)
	}
	for _, tool := range Tools() {
		ended := tool.Maintenance.Value == "archived" || tool.Maintenance.Value == "continued_elsewhere"
		if ended && tool.Turned == nil {
			t.Errorf("%s has ended and does not say so", tool.ID)
		}
	}
}

func TestTools_AbilityByStage(t *testing.T) {
	argo, _ := ToolByID("argo_cd")
	jenkins, _ := ToolByID("jenkins")
	if argo.Does(plan.Deploy) != DoesIt || argo.Does(plan.SourceBuild) != DoesNot ||
		jenkins.Does(plan.Deploy) != Orchestrates || jenkins.Does(plan.Scan) != "" {
		t.Error("abilities are mixed up")
	}
	if _, ok := ToolByID("nothing"); ok {
		t.Error("an unknown tool was found")
	}
}

func TestDecodeTools_RefusesWhatDoesNotFit(t *testing.T) {
	for _, change := range [][2]string{
		{"src: [GH_SYNC]", "src: [NOWHERE]"}, {"hosting: {value: both", "hosting: {value: both_of_them"},
		{"category: integrated", "category: all"}, {"- id: jenkins\n", "- id: github_actions\n"},
		{"kind: renamed", "kind: gone"}, {"tool: spinnaker", "tool: spinaker"}, {"  article: true", "  artikle: true"},
	} {
		if _, err := decodeTools([]byte(strings.Replace(string(toolsYAML), change[0], change[1], 1))); err == nil {
			t.Errorf("%q is accepted", change[1])
		}
	}
}

func BenchmarkDecodeTools(b *testing.B) {
	for b.Loop() {
		if _, err := decodeTools(toolsYAML); err != nil {
			b.Fatal(err)
		}
	}
}
