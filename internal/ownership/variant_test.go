package ownership

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

var english Words = lang.English.T

// line writes a variant's stages in the order they run, as name>tool(owner).
func line(v Variant) string {
	var out []string
	for _, s := range v.Analysis.Stages {
		out = append(out, s.Name+">"+v.Analysis.index.installations[s.Installation].Name+"("+strings.Join(s.Accountable, "+")+")")
	}
	return strings.Join(out, " ")
}

func TestVariant_SplitsTheSampleAtTheDeployment(t *testing.T) {
	a := Analyse(mustSample(t), "jenkins-all")
	v := a.Variant(Split, english)
	want := "Source build>jenkins-main(storefront) Test>jenkins-main(storefront) Container build>jenkins-main(platform) " +
		"Approval: Release manager>jenkins-main(release) Manifest update for Deploy>jenkins-main(platform) Deploy>argo-office(release)"
	if got := line(v); got != want {
		t.Errorf("got %s", got)
	}
	if len(v.Added) != 0 || v.Analysis.Integrated {
		t.Errorf("added %+v", v.Added)
	}
	last := v.Stages[len(v.Stages)-1]
	if last.Trigger != plan.OnGitPoll || last.WaitMinutes != GitPollMinutes || last.Approval.Role != "" {
		t.Errorf("deploy %+v", last)
	}
	mandated, _ := v.Analysis.Verdict.Metric("ownership.mandated")
	if mandated.Value != 120 || lead(v.Analysis) != 29+50+120+GitPollMinutes+configMinutes {
		t.Errorf("mandated %v, lead %v", mandated.Value, lead(v.Analysis))
	}
	if k := v.Analysis.index.ring("argo"); k.source || k.registry || !k.cluster {
		t.Errorf("Argo CD holds %+v", k)
	}
}

func TestVariant_ADeploymentIntoAnAirGapGetsAnArgoCDInside(t *testing.T) {
	a := Analyse(mustSample(t), "ledger")
	v := a.Variant(Split, english)
	if len(v.Added) != 1 || v.Added[0].Tool != "argo_cd" {
		t.Fatalf("added %+v", v.Added)
	}
	zone := ""
	for _, c := range mustSample(t).Clusters {
		if c.ID == "prod-vault" {
			zone = c.Zone
		}
	}
	if v.Added[0].Zone != zone || zone == "" {
		t.Errorf("in %q, the cluster in %q", v.Added[0].Zone, zone)
	}
	for _, s := range v.Stages {
		if len(s.Accountable) != 1 {
			t.Errorf("%s has %d owners", s.Name, len(s.Accountable))
		}
	}
}

func TestVariant_IntegratedRunsEveryStageOnOneTool(t *testing.T) {
	a := Analyse(mustSample(t), "split")
	v := a.Variant(Integrated, english)
	if !v.Analysis.Integrated || !strings.HasSuffix(line(v), "Deploy>gitlab(storefront)") {
		t.Errorf("got %s", line(v))
	}
	if d := v.Stages[2]; d.Trigger != plan.OnUpstream || d.WaitMinutes != 0 {
		t.Errorf("deploy %+v", d)
	}
	// Tools that cannot run the whole chain are passed over.
	p := sound()
	p.Stages[0].Installation, p.Stages[1].Installation = "cd", "cd"
	p.Installations = p.Installations[1:]
	b := Analyse(p, "p")
	if v := b.Variant(Integrated, english); len(v.Added) != 1 || v.Added[0].Tool != "jenkins" || !v.Analysis.Integrated {
		t.Errorf("added %+v", v.Added)
	}
}

func TestVariant_AnApprovalNobodyMandatesStaysWhereItIs(t *testing.T) {
	p := sound()
	p.Stages[2].Approval = plan.Approval{Role: "Lead", WaitMinutes: 30}
	a := Analyse(p, "p")
	for _, f := range Forms {
		v := a.Variant(f, english)
		if got := v.Stages[len(v.Stages)-1].Approval; got != p.Stages[2].Approval {
			t.Errorf("%s: %+v", f, got)
		}
	}
}

// Consent comes before the commit that a pull follows at once.
func TestVariant_AMandatedApprovalComesBeforeTheCommit(t *testing.T) {
	p := sound()
	p.Stages = slices.Insert(p.Stages, 2, plan.Stage{ID: "c", Pipeline: "p", Name: "Config", Kind: plan.ConfigUpdate, Installation: "ci",
		Accountable: []string{"dev"}, Trigger: plan.OnUpstream, After: []string{"b"}})
	p.Stages[3].After = []string{"c"}
	p.Stages[3].Approval = plan.Approval{Role: "Officer", MandatedBy: "Law", WaitMinutes: 60}
	a := Analyse(p, "p")
	v := a.Variant(Split, english)
	if got := line(v); got != "Source>CI(dev) Build>CI(dev) Approval: Officer>CI(ops) Config>CI(dev) Deploy>CD(ops)" {
		t.Errorf("got %s", got)
	}
	if len(p.Stages[2].After) != 1 || p.Stages[2].After[0] != "b" {
		t.Error("the plan itself was changed")
	}
}

func TestVariant_LeavesThePlanAloneAndItsRowsPassTheSchema(t *testing.T) {
	for _, p := range []*plan.Plan{mustSample(t), plantest.Generate(3, 10, 40)} {
		before, err := plan.EncodeJSON(p)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range AnalyseAll(p) {
			if i > 5 {
				break
			}
			for _, f := range Forms {
				n := 0
				pl, stages, added := a.Variant(f, english).Adopt("New", func() string { n++; return fmt.Sprint("id", n) })
				next, _, err := plan.Apply(p, plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "installations", Items: plan.Rows(added...)},
					plan.Put{Kind: "pipelines", Items: plan.Rows(pl)}, plan.Put{Kind: "stages", Items: plan.Rows(stages...)}}})
				if err != nil {
					t.Fatalf("%s %s: %v", a.Pipeline.Name, f, err)
				}
				got, want := Analyse(next, pl.ID), a.Variant(f, english).Analysis
				if len(got.Stages) != len(want.Stages) || lead(got) != lead(want) || got.Integrated != want.Integrated {
					t.Errorf("%s %s: adopted it is another pipeline", a.Pipeline.Name, f)
				}
			}
		}
		if after, _ := plan.EncodeJSON(p); string(after) != string(before) {
			t.Error("the plan was changed")
		}
	}
}

func TestCompare_AdvisesByOwnersKeysAndGates(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*plan.Plan)
		advice Form
		keep   bool
		first  string
	}{
		{"two teams on two tools", func(*plan.Plan) {}, Split, true, "owners"},
		{"two teams on one tool", func(p *plan.Plan) { p.Stages[2].Installation = "ci" }, Split, false, "owners"},
		{"the limit is three", func(p *plan.Plan) { p.About.OneToolTeams = 3 }, Integrated, false, "one_owner"},
		{"one team", func(p *plan.Plan) { p.Stages[2].Accountable = []string{"dev"} }, Integrated, false, "one_owner"},
		{"one team on one tool", func(p *plan.Plan) { p.Stages[2].Accountable, p.Stages[2].Installation = []string{"dev"}, "ci" }, Integrated, true, "one_owner"},
		{"one team, and keys would come together", func(p *plan.Plan) {
			p.Stages[2].Accountable = []string{"dev"}
			keysOn(&p.Stages[0], "source-read@a", "registry-push@r")
			keysOn(&p.Stages[2], "cluster-deploy@k")
		}, Split, true, "one_owner"},
		{"one team, and the clusters are out of reach", func(p *plan.Plan) {
			p.Stages[2].Accountable = []string{"dev"}
			p.Clusters = []plan.Cluster{{ID: "k", Name: "k", Zone: "cut"}}
			keysOn(&p.Stages[2], "cluster-deploy@k")
		}, Split, true, "unreached"},
		{"nobody", func(p *plan.Plan) {
			for i := range p.Stages {
				p.Stages[i].Accountable = nil
			}
		}, "", false, "no_owners"},
		{"one stage", func(p *plan.Plan) { p.Stages = p.Stages[:1] }, "", false, "few_stages"},
		{"a circle", func(p *plan.Plan) { p.Stages[0].After = []string{"d"} }, "", false, "cycle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := sound()
			c.change(p)
			a := Analyse(p, "p")
			got := a.Compare(english)
			if got.Advice != c.advice || got.Keep != c.keep || len(got.Reasons) == 0 || got.Reasons[0].ID != "ownership.reason."+c.first {
				t.Errorf("advice %q, keep %v, %+v", got.Advice, got.Keep, got.Reasons)
			}
			for _, l := range lang.All {
				for _, r := range got.Reasons {
					if s := l.T(r.ID, r.Args); strings.ContainsAny(s, "‹›") {
						t.Error(s)
					}
				}
				for _, v := range got.Variants {
					for _, n := range v.Changes {
						if s := l.T(n.ID, n.Args); strings.ContainsAny(s, "‹›") {
							t.Error(s)
						}
					}
				}
			}
		})
	}
}

func TestTemplates_UseInstallationsOfThePlanElseAddThem(t *testing.T) {
	p := mustSample(t)
	for _, tmpl := range Templates {
		n := 0
		pl, stages, added := tmpl.Build(p, Owners{Build: "storefront", Release: "release"}, english, func() string { n++; return fmt.Sprint("x", n) })
		next, _, err := plan.Apply(p, plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "installations", Items: plan.Rows(added...)},
			plan.Put{Kind: "pipelines", Items: plan.Rows(pl)}, plan.Put{Kind: "stages", Items: plan.Rows(stages...)}}})
		if err != nil {
			t.Fatalf("%s: %v", tmpl.ID, err)
		}
		a := Analyse(next, pl.ID)
		if _, ok := found(a, "all_owned"); !ok || a.Integrated != (tmpl.CI == tmpl.CD) {
			t.Errorf("%s: integrated %v", tmpl.ID, a.Integrated)
		}
		if want := map[string]int{"jenkins": 0, "github_argo": 1, "gitlab_argo": 0, "tekton_argo": 1, "github_spinnaker": 2}[tmpl.ID]; len(added) != want {
			t.Errorf("%s added %d installations", tmpl.ID, len(added))
		}
	}
}

func TestKeys_ScopesReachWhatTheyName(t *testing.T) {
	p := sound()
	p.Environments = []plan.Environment{{ID: "e", Name: "Production"}}
	p.Clusters = []plan.Cluster{{ID: "one", Name: "Seoul", Environment: "e"}, {ID: "two", Name: "Tokyo", Environment: "e", Zone: "in"}, {ID: "three", Name: "Dev"}}
	for scope, want := range map[string]float64{"@SEOUL": 1, "@two": 1, "@production": 2, "@Inside": 1, "": 3, "@*": 3, "@elsewhere": 1} {
		q := *p
		q.Stages = slices.Clone(p.Stages)
		keysOn(&q.Stages[2], "cluster-deploy"+scope)
		a := Analyse(&q, "p")
		if m, _ := a.Verdict.Metric("ownership.reach"); m.Value != want || m.Cause != "CD" {
			t.Errorf("%q reaches %v by %s", scope, m.Value, m.Cause)
		}
	}
}

func TestSurvey_CountsLoadOverAllPipelines(t *testing.T) {
	p := sound()
	p.Pipelines = append(p.Pipelines, plan.Pipeline{ID: "q", Name: "Q"})
	p.Stages = append(p.Stages, plan.Stage{ID: "x", Pipeline: "q", Name: "X", Kind: plan.Deploy, Accountable: []string{"dev"}, Minutes: 60},
		plan.Stage{ID: "y", Pipeline: "q", Name: "Y", Kind: plan.Sign})
	p.Services = []plan.Service{{ID: "1", Name: "1", Pipeline: "q", Deploys: 2, Team: "dev"}, {ID: "2", Name: "2"}, {ID: "3", Name: "3", Pipeline: "p", Deploys: 6}}
	all := AnalyseAll(p)
	s := NewSurvey(p, all)
	want := []Load{{Team: "dev", Name: "Dev", Stages: 3, Pipelines: 2, Services: 2, Hours: 1 + 2},
		{Team: "ops", Name: "Ops", Stages: 1, Pipelines: 1, Services: 1, HandOffs: 1, Hours: 0.5}}
	if !slices.Equal(s.Loads, want) {
		t.Errorf("loads %+v", s.Loads)
	}
	if o := s.Orphans; len(o.Stages) != 1 || o.Stages[0].ID != "y" || len(o.Services) != 1 || o.Services[0].ID != "2" || len(o.Pipelines) != 0 {
		t.Errorf("orphans %+v", o)
	}
	if !slices.Equal(s.Order, []int{2, 0, 1}) {
		t.Errorf("order %v", s.Order)
	}
	q := s.Pipeline(&p.Services[0])
	for kind, want := range map[plan.StageKind]Holding{plan.Deploy: OwnTeam, plan.Sign: Nobody, plan.Test: NoStage} {
		if h, _ := q.Holds(kind, "dev"); h != want {
			t.Errorf("%s: %s", kind, h)
		}
	}
	if h, _ := q.Holds(plan.Deploy, "ops"); h != OtherTeam {
		t.Errorf("another team's service: %s", h)
	}
}

func TestFiles_AreListedAsCodeOwners(t *testing.T) {
	p := sound()
	p.Teams[1].Contact = "@org/ops"
	p.Teams = append(p.Teams, plan.Team{ID: "ko", Name: "결제팀"})
	p.Repositories = []plan.Repository{{ID: "r", Name: "shop"}}
	p.Services = []plan.Service{{ID: "1", Name: "1", Pipeline: "p", Repository: "r"}}
	p.Stages[0].File, p.Stages[1].File, p.Stages[2].File = "ci/build it.yml\n* @evil", "./#x", "deploy/"
	p.Stages[0].Accountable, p.Stages[2].Accountable = []string{"dev", "ops"}, []string{"ko"}
	a := Analyse(p, "p")
	got := Files(p, english, &a)
	for _, want := range []string{"# In: shop\n", "/ci/build\\ it.yml\\ *\\ @evil @dev @org/ops\n", "/\\#x @dev\n", "# Deploy: no handle for 결제팀", "# Deploy: nobody to name for deploy/\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestRACI_NamesEachPartOnce(t *testing.T) {
	p := sound()
	p.Stages[0].Responsible, p.Stages[0].Informed = []string{"dev"}, []string{"ops", "ops"}
	a := Analyse(p, "p")
	r := NewRACI(p, &a)
	if len(r.Teams) != 2 || !slices.Equal(r.Rows[0].Letters, []string{"R/A", "I"}) || !slices.Equal(r.Rows[2].Letters, []string{"", "A"}) {
		t.Errorf("got %+v", r)
	}
}
