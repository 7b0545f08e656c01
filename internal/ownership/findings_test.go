package ownership

import (
	"slices"
	"strings"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// sound is a plan of one pipeline that no rule complains about: two teams, two
// installations, build and deploy.
func sound() *plan.Plan {
	return &plan.Plan{
		Schema: plan.Schema,
		Teams:  []plan.Team{{ID: "dev", Name: "Dev"}, {ID: "ops", Name: "Ops"}},
		Zones:  []plan.Zone{{ID: "net", Name: "Internet", Internet: true}, {ID: "in", Name: "Inside"}, {ID: "cut", Name: "Cut off"}},
		Links: []plan.Link{{ID: "l1", From: "in", To: "net", Kind: plan.Online}, {ID: "l2", From: "cut", To: "in", Kind: plan.Online},
			{ID: "l3", From: "cut", To: "net", Kind: plan.Mirror}},
		Installations: []plan.Installation{{ID: "ci", Name: "CI", Tool: "gitlab_ci", Zone: "in"}, {ID: "cd", Name: "CD", Tool: "argo_cd", Zone: "in"}},
		Pipelines:     []plan.Pipeline{{ID: "p", Name: "P"}},
		Stages: []plan.Stage{
			{ID: "s", Pipeline: "p", Name: "Source", Kind: plan.SourceBuild, Installation: "ci", Accountable: []string{"dev"}, Trigger: plan.OnPush, Minutes: 5},
			{ID: "b", Pipeline: "p", Name: "Build", Kind: plan.ContainerBuild, Installation: "ci", Builder: "buildah", Accountable: []string{"dev"},
				Trigger: plan.OnUpstream, After: []string{"s"}, Minutes: 5},
			{ID: "d", Pipeline: "p", Name: "Deploy", Kind: plan.Deploy, Installation: "cd", Accountable: []string{"ops"},
				Trigger: plan.OnGitPoll, After: []string{"b"}, Minutes: 5},
		},
	}
}

func found(a Analysis, id string) (verdict.Finding, bool) {
	i := slices.IndexFunc(a.Verdict.Findings, func(f verdict.Finding) bool { return f.ID == "ownership.finding."+id })
	if i < 0 {
		return verdict.Finding{}, false
	}
	return a.Verdict.Findings[i], true
}

func TestFindings_SoundPipelineHasNoneButTheGoodOne(t *testing.T) {
	a := Analyse(sound(), "p")
	if len(a.Verdict.Findings) != 1 || a.Verdict.Findings[0].ID != "ownership.finding.all_owned" {
		t.Errorf("got %+v", a.Verdict.Findings)
	}
}

func keysOn(stage *plan.Stage, all ...string) {
	for _, s := range all {
		var c plan.Credential
		_ = c.UnmarshalText([]byte(s))
		stage.Credentials = append(stage.Credentials, c)
	}
}

// TestFindings_EachRule breaks the sound plan in one way and says which finding
// must come of it, or must not.
func TestFindings_EachRule(t *testing.T) {
	const source, build, deploy = 0, 1, 2
	stage := func(i int, change func(*plan.Stage)) func(*plan.Plan) {
		return func(p *plan.Plan) { change(&p.Stages[i]) }
	}
	saas := func(zone string) func(*plan.Plan) {
		return func(p *plan.Plan) { p.Installations[0].SaaS, p.Installations[0].Zone = true, zone }
	}
	registry := func(zone string) func(*plan.Plan) {
		return func(p *plan.Plan) {
			p.Installations[0].Zone = zone
			p.Registries = []plan.Registry{{ID: "r", Name: "r", Zone: "net"}}
		}
	}
	approved := func(team, mandate string) func(*plan.Plan) {
		return stage(deploy, func(s *plan.Stage) {
			s.Accountable, s.Approval = []string{team}, plan.Approval{Role: "Manager", MandatedBy: mandate}
		})
	}
	alone := func(keys ...string) func(*plan.Plan) {
		return stage(deploy, func(s *plan.Stage) {
			s.Accountable = []string{"dev"}
			keysOn(s, keys...)
		})
	}
	apart := func(p *plan.Plan) {
		alone("cluster-deploy@k")(p)
		keysOn(&p.Stages[build], "source-read@a", "registry-push@r")
	}
	for _, c := range []struct {
		rule, name string
		change     func(*plan.Plan)
		severity   verdict.Severity
		about      string // keys, sorted; empty where the finding must not come
	}{
		{"no_stages", "none at all", func(p *plan.Plan) { p.Stages = nil }, verdict.Note, "p"},
		{"all_owned", "one is unowned", stage(build, func(s *plan.Stage) { s.Accountable = nil }), 0, ""},
		{"no_owner", "nobody", stage(build, func(s *plan.Stage) { s.Accountable = nil }), verdict.Error, "b"},
		{"no_owner", "two", stage(build, func(s *plan.Stage) { s.Accountable = []string{"dev", "ops"} }), 0, ""},
		{"two_owners", "two", stage(build, func(s *plan.Stage) { s.Accountable = []string{"dev", "ops"} }), verdict.Error, "b"},
		{"no_trigger", "first stage, no trigger", stage(source, func(s *plan.Stage) { s.Trigger = "" }), verdict.Error, "s"},
		{"no_trigger", "first stage, upstream", stage(source, func(s *plan.Stage) { s.Trigger = plan.OnUpstream }), verdict.Error, "s"},
		{"no_trigger", "after another, no trigger", stage(build, func(s *plan.Stage) { s.Trigger = "" }), 0, ""},
		{"no_trigger", "after a stage of another pipeline", func(p *plan.Plan) {
			p.Stages = append(p.Stages, plan.Stage{ID: "x", Pipeline: "q", Name: "X"})
			p.Stages[source].Trigger, p.Stages[source].After = plan.OnUpstream, []string{"x"}
		}, 0, ""},
		{"by_memory", "after another, no trigger", stage(build, func(s *plan.Stage) { s.Trigger = "" }), verdict.Warning, "b"},
		{"by_memory", "said to be by hand", stage(build, func(s *plan.Stage) { s.Trigger = plan.Manual }), 0, ""},
		{"by_memory", "after nothing", stage(source, func(s *plan.Stage) { s.Trigger = "" }), 0, ""},
		{"cycle", "two in a circle, the third behind", stage(source, func(s *plan.Stage) { s.After = []string{"b"} }), verdict.Error, "b s"},
		{"cycle", "itself", stage(build, func(s *plan.Stage) { s.After = []string{"s", "b"} }), verdict.Error, "b"},
		{"cycle", "named twice is none", stage(build, func(s *plan.Stage) { s.After = []string{"s", "s"} }), 0, ""},
		{"integrated_many", "one tool, two teams", stage(deploy, func(s *plan.Stage) { s.Installation = "ci" }), verdict.Warning, "p"},
		{"integrated_many", "the limit is three", func(p *plan.Plan) { p.Stages[deploy].Installation, p.About.OneToolTeams = "ci", 3 }, 0, ""},
		{"integrated_many", "one stage alone", func(p *plan.Plan) {
			p.Stages = p.Stages[:1]
			p.Stages[0].Accountable = []string{"dev", "ops"}
		}, 0, ""},
		{"split_one", "two tools, one team, no keys that joining adds up", alone(), verdict.Note, "p"},
		{"split_one", "two teams", func(*plan.Plan) {}, 0, ""},
		{"split_one", "joining would put the keys together", apart, 0, ""},
		{"split_one", "the one tool cannot reach the cluster", func(p *plan.Plan) {
			alone()(p)
			p.Clusters = []plan.Cluster{{ID: "k", Name: "k", Zone: "cut"}}
			keysOn(&p.Stages[source], "cluster-deploy@k")
			keysOn(&p.Stages[deploy], "cluster-deploy@k")
		}, 0, ""},
		{"split_keys", "joining would put the keys together", apart, verdict.Note, "p"},
		{"split_keys", "one tool has them already", func(p *plan.Plan) {
			alone("cluster-deploy@k")(p)
			keysOn(&p.Stages[build], "source-read@a", "registry-push@r", "cluster-deploy@k")
		}, 0, ""},
		{"split_gates", "the writers would run the tool that asks", func(p *plan.Plan) {
			alone()(p)
			p.Installations[0].Team, p.Installations[1].Team = "dev", "ops"
			p.Stages[deploy].Approval = plan.Approval{Role: "Manager", MandatedBy: "Policy"}
		}, verdict.Note, "p"},
		{"split_gates", "others operate it", func(p *plan.Plan) {
			alone()(p)
			p.Installations[0].Team, p.Installations[1].Team = "ops", "ops"
			p.Stages[deploy].Approval = plan.Approval{Role: "Manager", MandatedBy: "Policy"}
		}, 0, ""},
		{"own_approval", "the writers approve, mandated or not", func(p *plan.Plan) {
			p.Stages[deploy].Approval = plan.Approval{Role: "Manager", MandatedBy: "Policy", Team: "dev"}
		}, verdict.Warning, "d"},
		{"own_approval", "another team approves", func(p *plan.Plan) {
			p.Stages[deploy].Approval = plan.Approval{Role: "Manager", Team: "ops"}
		}, 0, ""},
		{"same_hands", "another team approves", func(p *plan.Plan) {
			approved("dev", "")(p)
			p.Stages[deploy].Approval.Team = "ops"
		}, 0, ""},
		{"waits", "longer than the work", stage(deploy, func(s *plan.Stage) { s.WaitMinutes = 16 }), verdict.Warning, "p"},
		{"waits", "as long as the work", stage(deploy, func(s *plan.Stage) { s.WaitMinutes = 15 }), 0, ""},
		{"waits", "approval nobody mandates", stage(deploy, func(s *plan.Stage) { s.Approval = plan.Approval{Role: "R", WaitMinutes: 16} }), verdict.Warning, "p"},
		{"waits", "approval somebody mandates", stage(deploy, func(s *plan.Stage) {
			s.Approval = plan.Approval{Role: "R", MandatedBy: "Law", WaitMinutes: 500}
		}), 0, ""},
		{"waits", "no role, no approval", stage(deploy, func(s *plan.Stage) { s.Approval.WaitMinutes = 500 }), 0, ""},
		{"manual_deploy", "by hand", stage(deploy, func(s *plan.Stage) { s.Trigger = plan.Manual }), verdict.Warning, "d"},
		{"manual_deploy", "by hand, after nothing", stage(deploy, func(s *plan.Stage) { s.Trigger, s.After = plan.Manual, nil }), 0, ""},
		{"manual_deploy", "another kind", stage(build, func(s *plan.Stage) { s.Trigger = plan.Manual }), 0, ""},
		{"all_keys", "spread over two pipelines", func(p *plan.Plan) {
			p.Stages = append(p.Stages, plan.Stage{ID: "x", Pipeline: "q", Name: "X", Installation: "ci"})
			keysOn(&p.Stages[source], "source-read@a")
			keysOn(&p.Stages[build], "registry-push@r")
			keysOn(&p.Stages[3], "cluster-deploy@k")
		}, verdict.Warning, "ci"},
		{"all_keys", "spread over two installations", func(p *plan.Plan) {
			keysOn(&p.Stages[source], "source-read@a")
			keysOn(&p.Stages[build], "registry-push@r")
			keysOn(&p.Stages[deploy], "cluster-deploy@k")
		}, 0, ""},
		{"same_hands", "nobody mandates it", approved("dev", ""), verdict.Warning, "d"},
		{"same_hands", "somebody mandates it", approved("dev", "Policy"), 0, ""},
		{"same_hands", "another team deploys", approved("ops", ""), 0, ""},
		{"retired", "archived", stage(build, func(s *plan.Stage) { s.Builder = "kaniko" }), verdict.Warning, "b"},
		{"retired", "continued elsewhere", func(p *plan.Plan) { p.Installations[0].Tool = "drone" }, verdict.Warning, "b s"},
		{"retired", "renamed", func(p *plan.Plan) { p.Installations[0].Tool = "jenkins_x" }, 0, ""},
		{"renamed", "renamed", func(p *plan.Plan) { p.Installations[0].Tool = "jenkins_x" }, verdict.Note, "b s"},
		{"renamed", "archived", stage(build, func(s *plan.Stage) { s.Builder = "kaniko" }), 0, ""},
		{"shared_daemon", "the builder", stage(build, func(s *plan.Stage) { s.Builder = "docker_build" }), verdict.Warning, "b"},
		{"shared_daemon", "the installation itself", func(p *plan.Plan) { p.Installations[0].Tool, p.Stages[build].Builder = "buildkit", "" }, verdict.Warning, "b"},
		{"shared_daemon", "a builder instead of it", func(p *plan.Plan) { p.Installations[0].Tool = "buildkit" }, 0, ""},
		{"shared_daemon", "builds no image", stage(source, func(s *plan.Stage) { s.Builder = "docker_build" }), 0, ""},
		{"registry_unreachable", "no link to any registry", registry("cut"), verdict.Error, "ci"},
		{"registry_unreachable", "in the registry's zone", registry("net"), 0, ""},
		{"registry_unreachable", "its zone is not known", registry(""), 0, ""},
		{"saas_unreachable", "by way of another zone only", saas("cut"), verdict.Error, "ci"},
		{"saas_unreachable", "an online link", saas("in"), 0, ""},
		{"saas_unreachable", "on the internet", saas("net"), 0, ""},
		{"saas_unreachable", "no zone", saas(""), 0, ""},
	} {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			p := sound()
			c.change(p)
			a := Analyse(p, "p")
			f, ok := found(a, c.rule)
			if ok != (c.about != "") {
				t.Fatalf("found: %v, in %+v", ok, a.Verdict.Findings)
			}
			var about []string
			for _, r := range f.About {
				about = append(about, r.Key)
			}
			slices.Sort(about)
			if got := strings.Join(about, " "); ok && (got != c.about || f.Severity != c.severity) {
				t.Errorf("got %s about %q", f.Severity, got)
			}
			for _, f := range a.Verdict.Findings {
				worded(t, f)
			}
		})
	}
}

// worded checks that a finding's messages find all their arguments.
func worded(t *testing.T, f verdict.Finding) {
	t.Helper()
	for _, l := range lang.All {
		for _, suffix := range []string{"", ".why", ".do"} {
			if suffix != "" && !l.Has(f.ID+suffix) {
				continue
			}
			if s := l.T(f.ID+suffix, f.Args); strings.ContainsAny(s, "‹›") {
				t.Errorf("%s%s (%s): %s", f.ID, suffix, l, s)
			}
		}
	}
}

func TestKeys_NameEveryClusterOnceAcrossPipelines(t *testing.T) {
	p := sound()
	p.Pipelines = append(p.Pipelines, plan.Pipeline{ID: "q", Name: "Q"})
	p.Stages = append(p.Stages, plan.Stage{ID: "x", Pipeline: "q", Name: "X", Kind: plan.Deploy, Installation: "ci"})
	keysOn(&p.Stages[0], "source-write@a", "cluster-admin@seoul")
	keysOn(&p.Stages[1], "registry-push@r")
	keysOn(&p.Stages[3], "cluster-deploy@seoul", "cluster-deploy@tokyo", "cluster-admin")
	for _, a := range AnalyseAll(p) {
		f, ok := found(a, "all_keys")
		if !ok || f.Args["scopes"] != "seoul, tokyo, cluster-admin" || f.Args["n"] != 3 || f.About[0] != (verdict.Ref{Kind: "installations", Key: "ci", Name: "CI"}) {
			t.Errorf("%s: got %+v", a.Pipeline.Name, f)
		}
	}
}

func TestFindings_AreGravestFirst(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range AnalyseAll(p) {
		if !slices.IsSortedFunc(a.Verdict.Findings, func(x, y verdict.Finding) int { return int(x.Severity) - int(y.Severity) }) {
			t.Errorf("%s: not in order", a.Pipeline.Name)
		}
	}
}
