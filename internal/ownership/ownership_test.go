package ownership

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func TestAnalyse_SampleFigures(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pipeline   string
		integrated bool
		services   int
		figures    map[string]float64
		findings   string
	}{
		{"jenkins-all", true, 3, map[string]float64{"handoffs": 2, "seams": 0, "owners": 3, "installations": 1,
			"automated": 3.0 / 4, "lead": 29 + 290 + 120, "waiting": 410.0 / 439, "mandated": 120, "keys": 4, "reach": 2},
			"integrated_many waits manual_deploy all_keys shared_daemon all_owned"},
		{"ledger", false, 1, map[string]float64{"handoffs": 0, "seams": 0, "owners": 2, "installations": 1,
			"automated": 2.0 / 3, "lead": 63 + 1440 + 480, "waiting": 1920.0 / 1983, "mandated": 480, "keys": 4, "reach": 2},
			"no_owner two_owners by_memory waits all_keys shared_daemon"},
		{"split", false, 1, map[string]float64{"handoffs": 0, "seams": 1, "owners": 1, "installations": 2,
			"automated": 1, "lead": 15 + 2, "waiting": 2.0 / 17, "mandated": 0, "keys": 3, "reach": 1},
			"split_keys all_owned"},
	} {
		a := Analyse(p, c.pipeline)
		if a.Integrated != c.integrated || a.Services != c.services {
			t.Errorf("%s: integrated %v, %d services", c.pipeline, a.Integrated, a.Services)
		}
		if len(a.Verdict.Metrics) != len(c.figures) {
			t.Errorf("%s: %d metrics", c.pipeline, len(a.Verdict.Metrics))
		}
		for id, want := range c.figures {
			if m, ok := a.Verdict.Metric("ownership." + id); !ok || math.Abs(m.Value-want) > 1e-12 {
				t.Errorf("%s: %s is %v, not %v", c.pipeline, id, m.Value, want)
			}
		}
		var ids []string
		for _, f := range a.Verdict.Findings {
			ids = append(ids, strings.TrimPrefix(f.ID, "ownership.finding."))
			worded(t, f)
		}
		if got := strings.Join(ids, " "); got != c.findings {
			t.Errorf("%s: findings %s", c.pipeline, got)
		}
	}
}

func TestAnalyse_LeadTimeKeepsMandatedWaitsApart(t *testing.T) {
	m, _ := Analyse(mustSample(t), "jenkins-all").Verdict.Metric("ownership.lead")
	want := []verdict.Input{{ID: "ownership.work", Value: 29, Unit: verdict.Minutes},
		{ID: "ownership.wait", Value: 290, Unit: verdict.Minutes}, {ID: "ownership.mandated", Value: 120, Unit: verdict.Minutes}}
	if !slices.Equal(m.Inputs, want) {
		t.Errorf("got %+v", m.Inputs)
	}
}

func mustSample(t *testing.T) *plan.Plan {
	t.Helper()
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func lead(a Analysis) float64 {
	m, _ := a.Verdict.Metric("ownership.lead")
	return m.Value
}

func TestAnalyse_CriticalPathTakesTheLongestBranch(t *testing.T) {
	p := sound()
	p.Stages = append(p.Stages, plan.Stage{ID: "t", Pipeline: "p", Name: "Test", Kind: plan.Test, Installation: "ci",
		Accountable: []string{"dev"}, Trigger: plan.OnUpstream, After: []string{"s"}, Minutes: 30})
	p.Stages[2].After = []string{"b", "t"}
	a := Analyse(p, "p")
	if lead(a) != 5+30+5 {
		t.Errorf("got %v", lead(a))
	}
	for _, e := range a.Edges {
		if e.From >= e.To {
			t.Errorf("edge %+v goes back", e)
		}
	}
}

func TestAnalyse_ApprovalWithoutARoleIsNone(t *testing.T) {
	p := sound()
	p.Stages[2].WaitMinutes = 1
	p.Stages[2].Approval = plan.Approval{MandatedBy: "Law", WaitMinutes: 100}
	without := Analyse(p, "p")
	p.Stages[2].Approval.Role = "Officer"
	with := Analyse(p, "p")
	if lead(without) != 16 || without.Edges[1].Wait != 1 || lead(with) != 116 || with.Edges[1].Wait != 101 {
		t.Errorf("lead %v and %v, wait %v and %v", lead(without), lead(with), without.Edges[1].Wait, with.Edges[1].Wait)
	}
}

func TestAnalyse_NobodyAndNoInstallationAreNoHandOffAndNoSeam(t *testing.T) {
	p := sound()
	if e := Analyse(p, "p").Edges[1]; !e.HandOff || !e.Seam {
		t.Errorf("got %+v", e)
	}
	p.Stages[2].Accountable, p.Stages[2].Installation = nil, ""
	if e := Analyse(p, "p").Edges[1]; e.HandOff || e.Seam {
		t.Errorf("got %+v", e)
	}
}

func TestAnalyse_OneStageOnAnInstallationIsIntegrated(t *testing.T) {
	p := sound()
	p.Stages = p.Stages[:1]
	if !Analyse(p, "p").Integrated {
		t.Error("with an installation")
	}
	p.Stages[0].Installation = ""
	if Analyse(p, "p").Integrated {
		t.Error("without one")
	}
}

func TestAnalyse_CyclesAreNamedApartAndNothingBreaks(t *testing.T) {
	p := sound()
	p.Stages = nil
	add := func(id string, after ...string) {
		p.Stages = append(p.Stages, plan.Stage{ID: id, Pipeline: "p", Name: id, Kind: plan.Own, Trigger: plan.OnUpstream, After: after,
			Accountable: []string{"dev"}, Minutes: 1})
	}
	add("start")
	add("a", "b", "start")
	add("b", "a")
	add("behind", "b")
	add("self", "behind", "self")
	add("c", "e")
	add("d", "c", "self")
	add("e", "d")
	a := Analyse(p, "p")
	var cycles []string
	for _, f := range a.Verdict.Findings {
		if f.ID == "ownership.finding.cycle" {
			cycles = append(cycles, f.Args["stages"].(string))
			if len(f.About) != f.Args["n"] {
				t.Errorf("about %+v", f.About)
			}
		}
	}
	if got := strings.Join(cycles, "; "); got != "a, b; self; c, d, e" {
		t.Errorf("got %s", got)
	}
	columns := map[int]bool{}
	for _, s := range a.Stages {
		columns[s.Column] = true
	}
	if len(a.Stages) != 8 || len(columns) != 8 || len(a.Edges) != 10 || lead(a) == 0 {
		t.Errorf("%d stages in %d columns, %d edges, lead %v", len(a.Stages), len(columns), len(a.Edges), lead(a))
	}
}

func TestAnalyse_UnknownPipelineIsEmpty(t *testing.T) {
	if a := Analyse(sound(), "gone"); a.Pipeline.ID != "" || a.Stages != nil || a.Verdict.Findings != nil {
		t.Errorf("got %+v", a)
	}
}

func TestDescribe_NamesInstallationAndBuilder(t *testing.T) {
	for _, c := range []struct{ tool, builder, want string }{
		{"jenkins", "docker_build", "CI, Docker"}, {"jenkins", "our script", "CI, our script"},
		{"jenkins", "", "CI"}, {"buildkit", "buildkit", "CI"},
	} {
		p := sound()
		p.Installations[0].Tool, p.Stages[1].Builder = c.tool, c.builder
		if got := Analyse(p, "p").Stages[1].Tool; !strings.HasPrefix(got, c.want) || c.builder == "" && got != c.want {
			t.Errorf("%s with %s: %s", c.tool, c.builder, got)
		}
	}
}

// large is a plan of n pipelines with stages in a chain.
func large(pipelines, stages int) *plan.Plan {
	p := sound()
	p.Pipelines, p.Stages = nil, nil
	for i := range pipelines {
		id := fmt.Sprint("p", i)
		p.Pipelines = append(p.Pipelines, plan.Pipeline{ID: id, Name: id})
		for j := range stages {
			s := plan.Stage{ID: fmt.Sprintf("%s-%d", id, j), Pipeline: id, Name: fmt.Sprint("Stage ", j), Kind: plan.Test, Installation: "ci",
				Accountable: []string{"dev"}, Trigger: plan.OnPush, Minutes: 1}
			keysOn(&s, "source-read@a", "registry-push@r", "cluster-deploy@k")
			if j > 0 {
				s.Trigger, s.After = plan.OnUpstream, []string{fmt.Sprintf("%s-%d", id, j-1)}
			}
			p.Stages = append(p.Stages, s)
		}
	}
	return p
}

func BenchmarkAnalyseAll_200x10(b *testing.B) {
	p := large(200, 10)
	for b.Loop() {
		AnalyseAll(p)
	}
}
