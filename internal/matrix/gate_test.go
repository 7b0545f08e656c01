package matrix

import (
	"slices"
	"testing"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

func TestGate_WhatPassesFailsAndStaysOpen(t *testing.T) {
	for _, c := range []struct {
		gate plan.Gate
		tool string
		want Result
	}{
		{plan.GateOffline, "gitlab_ci", Passes}, {plan.GateOffline, "jenkins", Passes}, {plan.GateOffline, "buildkite", Fails}, {plan.GateOffline, "spinnaker", Open},
		{plan.GateDaemonless, "buildah", Passes}, {plan.GateDaemonless, "docker_build", Fails}, {plan.GateDaemonless, "jenkins", Open},
		{plan.GateSelfHosted, "github_actions", Passes}, {plan.GateSelfHosted, "buildkite", Fails},
		{plan.GateOpenSource, "argo_cd", Passes}, {plan.GateOpenSource, "circleci", Fails}, {plan.GateOpenSource, "gitlab_ci", Open}, {plan.GateOpenSource, "drone", Open},
		{plan.GateMaintained, "jib", Passes}, {plan.GateMaintained, "kaniko", Fails}, {plan.GateMaintained, "jenkins_x", Open}, {plan.GateMaintained, "drone", Open},
	} {
		tool, ok := catalog.ToolByID(c.tool)
		if o := Judge(c.gate, &tool); !ok || o.Result != c.want || o.Fact.Fact.Value == "" {
			t.Errorf("%s, %s: %s by %+v", c.gate, c.tool, o.Result, o.Fact)
		}
	}
	for _, c := range []struct {
		tool string
		want Result
	}{{"buildah", Passes}, {"docker_build", Passes}, {"kaniko", Open}, {"jenkins", Open}, {"argo_cd", Passes}} {
		tool, _ := catalog.ToolByID(c.tool)
		if o := Judge(plan.GateRootless, &tool); o.Result != c.want {
			t.Errorf("rootless, %s: %s", c.tool, o.Result)
		}
	}
	for _, v := range plan.Gate("").Values() {
		if o := Judge(plan.Gate(v), nil); o.Result != Open || o.Fact.Name == "" {
			t.Errorf("%s of a tool the catalogue lacks: %+v", v, o)
		}
	}
}

func TestGate_KnockedOutNamesGateAndSource(t *testing.T) {
	rows := map[string][]float64{"buildkite": {5}, "jenkins": {3}, "spinnaker": {2}}
	a := Analyse(gated(table(plan.CompareOwn, []float64{1}, rows, "buildkite", "jenkins", "spinnaker"), plan.GateOffline), "m")
	last := a.Rows[2]
	if last.State != Out || last.Rank != 0 || last.Outcomes[0].Gate != plan.GateOffline || last.Outcomes[0].Fact.Fact.Value != "no" || a.Rows[0].Name != "Jenkins" {
		t.Errorf("%+v", last)
	}
	f := find(a, "out")
	if f == nil || f.Args["names"] != "Buildkite Pipelines" || f.Args["fact"] != "airgapped" || len(f.Sources) == 0 || f.About[0].Key != "buildkite" {
		t.Errorf("out: %+v", f)
	}
	open := find(a, "open")
	if open == nil || open.Args["names"] != "Spinnaker" || a.Rows[1].Rank != 2 {
		t.Errorf("an unknown fact is an open question and stays ranked: %+v", open)
	}
	free := Analyse(table(plan.CompareOwn, []float64{1}, rows, "buildkite", "jenkins"), "m")
	if find(free, "out") != nil || find(free, "open") != nil || free.Rows[0].Name != "Buildkite Pipelines" {
		t.Error("a gate that is off knocks out")
	}
}

func TestGate_UnverifiedFactDecides(t *testing.T) {
	rows := map[string][]float64{"circleci": {4}, "jenkins": {3}, "docker_build": {2}}
	a := Analyse(gated(table(plan.CompareOwn, []float64{1}, rows, "circleci", "jenkins"), plan.GateOpenSource), "m")
	if f := find(a, "unverified_out"); f == nil || f.Args["names"] != "CircleCI" {
		t.Errorf("CircleCI's licence is general knowledge: %+v", f)
	}
	a = Analyse(gated(table(plan.CompareOwn, []float64{1}, rows, "jenkins", "docker_build"), plan.GateSelfHosted), "m")
	if f := find(a, "unverified_winner"); f == nil || f.Args["names"] != "Jenkins" || find(a, "unverified_out") != nil {
		t.Errorf("Jenkins' hosting is general knowledge: %+v", f)
	}
	a = Analyse(gated(table(plan.CompareOwn, []float64{1}, rows, "jenkins", "docker_build"), plan.GateOffline), "m")
	if find(a, "unverified_winner") != nil || find(a, "unverified_out") != nil {
		t.Error("Jenkins' offline install is documented")
	}
}

func TestGate_NoCandidateLeft(t *testing.T) {
	two := table(plan.CompareOwn, []float64{1}, nil, "buildkite", "kaniko")
	a := Analyse(gated(two, plan.GateOffline, plan.GateMaintained), "m")
	f := find(a, "none_left_two")
	if f == nil || f.Args["gate"] != "offline" || f.Args["other"] != "maintained" || f.Args["back"] != 1 {
		t.Fatalf("%+v", a.Verdict.Findings)
	}
	if _, ok := a.Verdict.Metric("matrix.scored"); ok || len(a.Ranked()) > 0 {
		t.Error("nothing is left to score")
	}
	a = Analyse(gated(table(plan.CompareOwn, []float64{1}, nil, "buildkite"), plan.GateOffline, plan.GateOpenSource, plan.GateMaintained), "m")
	if f := find(a, "none_left_one"); f == nil || f.Args["gate"] != "offline" || f.Args["back"] != 0 {
		t.Errorf("one gate is enough: %+v", a.Verdict.Findings)
	}
	a = Analyse(gated(table(plan.CompareOwn, []float64{1}, nil, "docker_build", "kaniko", "buildkite"), plan.GateDaemonless, plan.GateMaintained, plan.GateSelfHosted), "m")
	if f := find(a, "none_left"); f == nil || f.Args["gates"] != 3 {
		t.Errorf("three gates: %+v", a.Verdict.Findings)
	}
	a = Analyse(gated(two, plan.GateOffline), "m")
	for _, id := range []string{"none_left", "none_left_one", "none_left_two"} {
		if find(a, id) != nil {
			t.Errorf("%s fires while kaniko is left", id)
		}
	}
}

// vault has an air-gapped zone, into which pipeline "ship" deploys, and a zone
// "office" that reaches the internet by way of "dmz".
func vault(purpose plan.MatrixPurpose) *plan.Plan {
	p := table(purpose, []float64{1}, map[string][]float64{"jenkins": {3}}, "jenkins")
	p.Zones = []plan.Zone{{ID: "net", Name: "Internet", Internet: true}, {ID: "dmz"}, {ID: "office"}, {ID: "vault", Name: "Vault"}}
	p.Links = []plan.Link{{ID: "1", From: "dmz", To: "net", Kind: plan.Online}, {ID: "2", From: "office", To: "dmz", Kind: plan.Online},
		{ID: "3", From: "net", To: "vault", Kind: plan.Online}, {ID: "4", From: "vault", To: "dmz", Kind: plan.Mirror}}
	p.Clusters = []plan.Cluster{{ID: "c", Zone: "vault"}, {ID: "o", Zone: "office"}}
	p.Slices = []plan.Slice{{ID: "s", Cluster: "c"}}
	p.Pipelines = []plan.Pipeline{{ID: "ship", Name: "Ship"}}
	p.Stages = []plan.Stage{{ID: "b", Pipeline: "ship", Kind: plan.SourceBuild}, {ID: "d", Pipeline: "ship", Kind: plan.Deploy}}
	p.Services = []plan.Service{{ID: "svc", Pipeline: "ship"}}
	p.Applications = []plan.Application{{ID: "app", Service: "svc", Slice: "s"}, {ID: "app2", Service: "svc", Cluster: "o"}}
	return p
}

func TestGate_AirGapSetsOfflineUnlessLifted(t *testing.T) {
	a := Analyse(vault(plan.CompareCD), "m")
	f := find(a, "gate_set")
	if f == nil || f.Args["zone"] != "Vault" || f.Args["pipeline"] != "Ship" || f.Args["gate"] != "offline" || f.Args["zones"] != 1 {
		t.Fatalf("%+v", f)
	}
	if g := a.Gates[0]; !g.On || g.Lifted || len(a.Matrix.Gates) != 0 {
		t.Errorf("the plan does not set it: %+v", g)
	}
	lifted := vault(plan.CompareCD)
	lifted.Matrices[0].Lifted = []plan.Gate{plan.GateOffline}
	lifted.Matrices[0].Gates = []plan.Gate{plan.GateOffline} // lifted wins
	a = Analyse(lifted, "m")
	if g := a.Gates[0]; g.On || !g.Lifted || find(a, "gate_lifted") == nil || find(a, "gate_set") != nil {
		t.Errorf("lifted: %+v", g)
	}
	silent := map[string]func(p *plan.Plan){
		"an online link leads out":       func(p *plan.Plan) { p.Links[3].Kind = plan.Online },
		"no zone is marked the internet": func(p *plan.Plan) { p.Zones[0].Internet = false },
		"nothing is deployed":            func(p *plan.Plan) { p.Stages = p.Stages[:1] },
		"the service has no pipeline":    func(p *plan.Plan) { p.Services[0].Pipeline = "" },
	}
	for name, change := range silent {
		p := vault(plan.CompareCD)
		change(p)
		if a := Analyse(p, "m"); find(a, "gate_set") != nil || a.Gates[0].On {
			t.Errorf("set though %s", name)
		}
	}
}

func TestGate_TeamRulesSetGates(t *testing.T) {
	p := table(plan.CompareBuilders, []float64{1}, nil, "docker_build", "buildah", "kaniko")
	p.About.Tools = plan.ToolRules{NoDaemon: true, Rootless: true, Maintained: true}
	a := Analyse(p, "m")
	states := map[string]State{}
	for _, r := range a.Rows {
		states[r.Candidate.Tool] = r.State
	}
	if states["docker_build"] != Out || states["kaniko"] != Out || states["buildah"] == Out || find(a, "gate_set_rule") == nil {
		t.Errorf("%v", states)
	}
	p.Matrices[0].Lifted = []plan.Gate{plan.GateDaemonless}
	a = Analyse(p, "m")
	if f := find(a, "gate_lifted_rule"); f == nil || f.Args["rule"] != "noDaemon" || a.Gates[1].On {
		t.Errorf("lifted: %+v", f)
	}
}

// Whatever is chosen is in force afterwards, and nothing else.
func TestGate_SwitchLeadsToWhatIsChosen(t *testing.T) {
	all := plan.Gate("").Values()
	for set := range 1 << len(all) {
		p := vault(plan.CompareCD)
		p.About.Tools = plan.ToolRules{OpenSource: true}
		gated(p, plan.GateMaintained, plan.GateOffline)
		var on []plan.Gate
		for i, v := range all {
			if set>>i&1 == 1 {
				on = append(on, plan.Gate(v))
			}
		}
		m := &p.Matrices[0]
		m.Gates, m.Lifted = Switch(p, *m, on)
		for i, g := range Analyse(p, "m").Gates {
			if g.On != (set>>i&1 == 1) {
				t.Fatalf("chosen %v, %s is %v", on, g.Gate, g.On)
			}
		}
	}
}

func TestGate_BuildingOutsideTheAirGapAsksForNothing(t *testing.T) {
	p := vault(plan.CompareCI)
	if find(Analyse(p, "m"), "gate_set") == nil {
		t.Error("where it is built is not known")
	}
	p.Installations = []plan.Installation{{ID: "ci", Host: "o"}}
	p.Stages[0].Installation = "ci"
	if find(Analyse(p, "m"), "gate_set") != nil {
		t.Error("it is built in the office")
	}
	p.Installations[0] = plan.Installation{ID: "ci", SaaS: true}
	if find(Analyse(p, "m"), "gate_set") != nil {
		t.Error("it is built by a SaaS tool")
	}
	p.Installations[0] = plan.Installation{ID: "ci", Zone: "vault"}
	p.Applications = nil
	if find(Analyse(p, "m"), "gate_set") == nil {
		t.Error("it is built inside the air gap")
	}
	if !slices.Contains([]string{"Vault"}, Analyse(p, "m").Gates[0].Reasons[0].Zone.Name) {
		t.Error("the zone is not named")
	}
}
