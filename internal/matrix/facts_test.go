package matrix

import (
	"testing"
	"time"

	"deckplan/internal/plan"
)

func TestFacts_OwnFactDecidesAndSaysSo(t *testing.T) {
	p := gated(table(plan.CompareOwn, []float64{1}, nil, "buildkite", "spinnaker"), plan.GateOffline)
	p.ToolFacts = []plan.ToolFact{{Tool: "buildkite", Fact: "airgapped", Value: "with_effort", Source: "https://example.com/trial", Date: "2026-11-02", Note: "our trial"},
		{Tool: "spinnaker", Fact: "airgapped", Value: "no", Source: "trial", Date: "2026-11-02"}}
	a := Analyse(p, "m")
	for _, r := range a.Rows {
		o := r.Outcomes[0]
		if !o.Fact.Fact.Ours || o.Fact.Fact.Sources[0].AsOf != "2026-11-02" || (r.State == Out) != (r.Candidate.Tool == "spinnaker") {
			t.Errorf("%s: %+v", r.Name, o)
		}
	}
	if f := find(a, "out"); f == nil || f.Args["names"] != "Spinnaker" || f.Sources[0].Title != "trial" {
		t.Errorf("%+v", f)
	}
}

func TestFacts_OwnFactsJudgeToolsTheCatalogueLacks(t *testing.T) {
	p := gated(table(plan.CompareBuilders, []float64{1}, nil, "buildah"), plan.GateDaemonless)
	p.Candidates = append(p.Candidates, plan.Candidate{ID: "own", Matrix: "m", Name: "House builder"}, plan.Candidate{ID: "dim", Matrix: "m", Name: "Unknown builder"})
	p.ToolFacts = []plan.ToolFact{{Tool: "House builder", Fact: "daemon", Value: "required", Source: "us", Date: "2026-01-01"}}
	for _, r := range Analyse(p, "m").Rows {
		if want := map[string]Result{"buildah": Passes, "own": Fails, "dim": Open}[r.Candidate.ID]; r.Outcomes[0].Result != want {
			t.Errorf("%s: %s, want %s", r.Name, r.Outcomes[0].Result, want)
		}
	}
	if find(Analyse(p, "m"), "unfit") != nil {
		t.Error("a tool the catalogue lacks is taken at its word")
	}
}

func TestFacts_OldOnesAskToBeLookedAtAgain(t *testing.T) {
	p := gated(table(plan.CompareCI, []float64{1}, nil, "teamcity", "jenkins"), plan.GateOffline)
	today := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a := Analyse(p, "m")
	if f := a.FactFindings(today("2027-08-22")); len(f) == 2 && f[0].Args["count"] == 2 {
		t.Errorf("a day less than a year after the catalogue was read its facts are not old: %+v", f)
	}
	f := a.FactFindings(today("2027-08-25"))
	if len(f) != 2 || f[0].ID != "matrix.finding.stale_deciding" || f[1].Args["count"] != 2 || f[1].Args["months"] != 12 {
		t.Fatalf("%+v", f)
	}
	p.Matrices[0].FactMonths = 60
	if f := Analyse(p, "m"); len(f.FactFindings(today("2027-08-25"))) != 0 {
		t.Error("facts younger than the chosen age are old")
	}
	p.Matrices[0].FactMonths = 1
	p.ToolFacts = []plan.ToolFact{{Tool: "jenkins", Fact: "airgapped", Value: "yes", Source: "us", Date: "2026-09-20"}}
	for _, g := range Analyse(p, "m").Rows {
		if g.Candidate.Tool == "jenkins" && g.Outcomes[0].Fact.Fact.Old(1, today("2026-10-01")) {
			t.Error("one's own newer fact is as old as the catalogue's")
		}
	}
}

func TestFacts_EndedCandidatesAreMarked(t *testing.T) {
	a := Analyse(table(plan.CompareOwn, []float64{1}, map[string][]float64{"buildah": {5}, "kaniko": {2}, "drone": {1}}, "buildah", "kaniko", "drone", "jenkins_x"), "m")
	for id, date := range map[string]string{"turned_archived": "2025-06-03", "turned_renamed": "2026-03-19", "turned_elsewhere": "2021-07-07"} {
		if f := find(a, id); f == nil || f.Args["date"] != date || len(f.Sources) == 0 {
			t.Errorf("%s: %+v", id, f)
		}
	}
	lead := Analyse(table(plan.CompareOwn, []float64{1}, map[string][]float64{"kaniko": {5}, "buildah": {2}}, "kaniko", "buildah"), "m")
	if find(lead, "turned_archived") != nil || find(lead, "winner_retired") == nil {
		t.Error("a leader that ended is told once, among the leaders")
	}
}

func TestArticle_DifferencesFromToday(t *testing.T) {
	same := map[string][3]bool{ // group, network, unknown
		"github_actions": {true, false, false}, "jenkins": {false, true, false}, "jenkins_x": {true, false, true},
		"circleci": {false, false, false}, "gitlab_ci": {false, true, false}, "argo_cd": {true, true, false}, "spinnaker": {true, false, true}}
	lines := Article(&plan.Plan{})
	if len(lines) != len(same) {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if got := [3]bool{l.Group, l.Network, l.Unknown}; got != same[l.Tool.ID] {
			t.Errorf("%s: %v, want %v", l.Tool.ID, got, same[l.Tool.ID])
		}
		if l.Today.EN == "" || l.Today.KO == "" {
			t.Errorf("%s: the difference is not explained", l.Tool.ID)
		}
	}
}

func TestTemplate_StarsAreNoCriterion(t *testing.T) {
	for _, s := range Starts() {
		if s.ID == "stars" || s.ID == "fame" {
			t.Errorf("%s is offered", s.ID)
		}
	}
	for _, v := range plan.FactName("").Values() {
		if v == "stars" {
			t.Error("stars are a fact")
		}
	}
}
