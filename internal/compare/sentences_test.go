package compare

import (
	"slices"
	"strings"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// copied is a plan that may be changed in place.
func copied(t *testing.T, p *plan.Plan) *plan.Plan {
	t.Helper()
	b, err := plan.EncodeJSON(p)
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.DecodeJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// row finds a row of a table to change it in place.
func row[T plan.Item](rows []T, key string) *T {
	return &rows[slices.IndexFunc(rows, func(r T) bool { return r.Key() == key })]
}

func without[T plan.Item](rows []T, key string) []T {
	return slices.DeleteFunc(rows, func(r T) bool { return r.Key() == key })
}

// told is every kind of sentence with a change that brings it about, and what
// the sentence says.
var told = []struct {
	kind   string
	change func(*plan.Plan)
	want   string
}{
	{"renamed", func(p *plan.Plan) { row(p.Teams, "payments").Name = "Settlement" }, "Payments is now called Settlement (Teams)."},
	{"version", func(p *plan.Plan) { row(p.Installations, "argo").Version = "3.6" }, "argo-office goes from Argo CD 3.5.1 to 3.6."},
	{"rows", func(p *plan.Plan) { row(p.Registries, "harbor").URL = "elsewhere.example" }, "Registries: 1 further row differs."},
	{"rule", func(p *plan.Plan) { p.About.Rules.MaxRadius = 20 }, "changes from 0 to 20."},
	{"pipeline_added", func(p *plan.Plan) { p.Pipelines = append(p.Pipelines, plan.Pipeline{ID: "n", Name: "Night"}) }, "Night is a new pipeline of 0 stages."},
	{"pipeline_removed", func(p *plan.Plan) {
		p.Pipelines, p.Stages = without(p.Pipelines, "split"), slices.DeleteFunc(p.Stages, func(s plan.Stage) bool { return s.Pipeline == "split" })
		row(p.Services, "search").Pipeline = ""
	}, "The pipeline Search, split goes, with its 3 stages."},
	{"stage_added", func(p *plan.Plan) {
		p.Stages = append(p.Stages, plan.Stage{ID: "c4", Pipeline: "split", Name: "Sign", Kind: plan.Sign, Installation: "gitlab", Accountable: []string{"security"}})
	}, "Search, split gains the stage Sign (accountable: Security; runs on: gitlab)."},
	{"stage_removed", func(p *plan.Plan) { p.Stages = without(p.Stages, "c3") }, "Search, split loses the stage Deploy (accountable: Storefront; ran on: argo-office)."},
	{"stage_passes", func(p *plan.Plan) { row(p.Stages, "a4").Accountable = []string{"payments"} }, "Release loses Deploy of Storefront, all in Jenkins to Payments."},
	{"stage_gains", func(p *plan.Plan) { row(p.Stages, "b2").Accountable = []string{"platform"} }, "Build platform gains Container build of Ledger, by hand, for which nobody was accountable."},
	{"stage_joins", func(p *plan.Plan) { row(p.Stages, "a4").Accountable = []string{"release", "payments"} }, "Payments gains Deploy of Storefront, all in Jenkins beside Release."},
	{"stage_loses", func(p *plan.Plan) { row(p.Stages, "a4").Accountable = nil }, "Release loses Deploy of Storefront, all in Jenkins; nobody is accountable for it any more."},
	{"stage_leaves", func(p *plan.Plan) { row(p.Stages, "b3").Accountable = []string{"payments"} }, "Release loses Deploy of Ledger, by hand; Payments stays accountable."},
	{"stage_pipeline", func(p *plan.Plan) { row(p.Stages, "c3").Pipeline = "ledger" }, "Deploy moves from the pipeline Search, split to Ledger, by hand."},
	{"stage_tool", func(p *plan.Plan) { row(p.Stages, "a4").Installation = "argo" }, "Deploy of Storefront, all in Jenkins moves from jenkins-main to argo-office."},
	{"stage_builder", func(p *plan.Plan) { row(p.Stages, "a3").Builder = "buildah" }, "builds its image with Buildah; before: Docker build."},
	{"stage_trigger", func(p *plan.Plan) { row(p.Stages, "a4").Trigger = plan.OnUpstream }, "changes from “by hand” to “previous stage”."},
	{"stage_key_gains", func(p *plan.Plan) {
		row(p.Stages, "a2").Credentials = []plan.Credential{{Kind: "secrets-read", Scope: "vault"}}
	}, "gains the credential secrets-read@vault."},
	{"stage_key_loses", func(p *plan.Plan) { row(p.Stages, "a1").Credentials = nil }, "gives up the credential source-read@commerce."},
	{"approval_added", func(p *plan.Plan) { row(p.Stages, "a3").Approval.Role = "Architect" }, "now waits for the approval of Architect."},
	{"approval_removed", func(p *plan.Plan) { row(p.Stages, "a4").Approval = plan.Approval{} }, "no longer waits for the approval of Release manager."},
	{"approval_role", func(p *plan.Plan) { row(p.Stages, "a4").Approval.Role = "Architect" }, "passes from Release manager to Architect."},
	{"approval_wait", func(p *plan.Plan) { row(p.Stages, "a4").Approval.WaitMinutes = 30 }, "goes from 2 h to 30 min."},
	{"approval_mandate", func(p *plan.Plan) { row(p.Stages, "a4").Approval.MandatedBy = "" }, "is mandated by none; before: Change policy."},
	{"layout_added", func(p *plan.Plan) { p.Layouts = append(p.Layouts, plan.Layout{ID: "n", Name: "Next"}) }, "Next is a new layout of 0 instances."},
	{"layout_removed", func(p *plan.Plan) { p.Layouts, p.Instances, p.Placements = nil, nil, nil }, "The layout Our draft goes, with its 2 instances."},
	{"layout_chosen", func(p *plan.Plan) {
		p.Layouts, p.About.Layout = append(p.Layouts, plan.Layout{ID: "n", Name: "Next"}), "n"
	}, "The layout in force changes from Our draft to Next."},
	{"instance_added", func(p *plan.Plan) {
		p.Instances = append(p.Instances, plan.Instance{ID: "v", Layout: "ours", Name: "argo-vault", Host: "prod-vault"})
	}, "Our draft gains the Argo CD instance argo-vault (on: prod-vault)."},
	{"instance_removed", func(p *plan.Plan) {
		p.Instances, p.Placements = without(p.Instances, "dev-argo"), without(p.Placements, "ours/dev-1")
	}, "Our draft loses the Argo CD instance argo-dev (on: dev-1)."},
	{"instance_ha", func(p *plan.Plan) { row(p.Instances, "dev-argo").HA = true }, "argo-dev in Our draft becomes highly available (HA)."},
	{"instance_no_ha", func(p *plan.Plan) { row(p.Instances, "hub").HA = false }, "argo-office in Our draft is no longer highly available (HA)."},
	{"instance_mode", func(p *plan.Plan) { row(p.Instances, "hub").Mode = plan.AgentManaged }, "from “push” to “agent, managed”."},
	{"instance_shards", func(p *plan.Plan) { row(p.Instances, "hub").Shards = 3 }, "goes from 1 to 3 controller shards."},
	{"instance_host", func(p *plan.Plan) { row(p.Instances, "hub").Host = "prod-seoul" }, "moves from stage-seoul to prod-seoul."},
	{"instance_version", func(p *plan.Plan) { row(p.Instances, "hub").Version = "3.6" }, "goes from Argo CD 3.5.1 to 3.6."},
	{"cluster_moves", func(p *plan.Plan) {
		row(p.Placements, "ours/prod-tokyo").Instance, row(p.Placements, "ours/prod-seoul").Instance = "dev-argo", "dev-argo"
	}, "prod-seoul, prod-tokyo move from argo-office to argo-dev in Our draft."},
	{"cluster_assigned", func(p *plan.Plan) {
		p.Clusters = append(p.Clusters, plan.Cluster{ID: "n", Name: "prod-busan"})
		p.Placements = append(p.Placements, plan.Placement{Layout: "ours", Cluster: "n", Instance: "hub"})
	}, "argo-office in Our draft now delivers to prod-busan, which no instance did."},
	{"cluster_unassigned", func(p *plan.Plan) { p.Placements = without(p.Placements, "ours/prod-vault") }, "argo-office in Our draft no longer delivers to prod-vault; no instance does."},
	{"cluster_moves", func(p *plan.Plan) {
		p.Slices = []plan.Slice{{ID: "s1", Name: "pay", Cluster: "prod-seoul"}, {ID: "s2", Name: "shop", Cluster: "prod-seoul"}}
		p.Placements = append(without(p.Placements, "ours/prod-seoul"), plan.Placement{Layout: "ours", Cluster: "prod-seoul", Slice: "s1", Instance: "dev-argo"},
			plan.Placement{Layout: "ours", Cluster: "prod-seoul", Slice: "s2", Instance: "hub"})
	}, "pay (prod-seoul) moves from argo-office to argo-dev in Our draft."},
	{"zone_added", func(p *plan.Plan) { p.Zones = append(p.Zones, plan.Zone{ID: "dmz", Name: "DMZ"}) }, "A new zone: DMZ."},
	{"zone_removed", func(p *plan.Plan) {
		p.Zones, p.Links = without(p.Zones, "internet"), without(p.Links, "office-internet")
	}, "A zone goes: Internet."},
	{"zone_internet", func(p *plan.Plan) { row(p.Zones, "office").Internet = true }, "Company network becomes the zone of public services"},
	{"zone_no_internet", func(p *plan.Plan) { row(p.Zones, "internet").Internet = false }, "Internet is no longer the zone of public services"},
	{"zone_offline", func(p *plan.Plan) { row(p.Links, "office-internet").Kind = plan.NoLink }, "Company network goes offline"},
	{"zone_online", func(p *plan.Plan) { row(p.Links, "office-vault").Kind = plan.Online }, "Air-gapped comes online"},
	{"link_added", func(p *plan.Plan) {
		p.Links = append(p.Links, plan.Link{ID: "n", From: "vault", To: "office", Kind: plan.Mirror})
	}, "Air-gapped can now reach Company network (one-way mirror)."},
	{"link_removed", func(p *plan.Plan) { p.Links = without(p.Links, "office-vault") }, "Company network loses its link to Air-gapped (manual media)."},
	{"link_kind", func(p *plan.Plan) { row(p.Links, "office-vault").Kind = plan.Mirror }, "changes from “manual media” to “one-way mirror”."},
	{"link_delay", func(p *plan.Plan) { row(p.Links, "office-vault").DelayMinutes = 60 }, "waits 1 h instead of 1 d."},
	{"link_approver", func(p *plan.Plan) { row(p.Links, "office-vault").Approver = "payments" }, "passes from Security to Payments."},
	{"cluster_added", func(p *plan.Plan) { p.Clusters = append(p.Clusters, plan.Cluster{ID: "n", Name: "prod-busan"}) }, "A new cluster: prod-busan."},
	{"cluster_removed", func(p *plan.Plan) {
		p.Clusters, p.Placements = without(p.Clusters, "prod-tokyo"), without(p.Placements, "ours/prod-tokyo")
	}, "A cluster goes: prod-tokyo."},
	{"cluster_zone", func(p *plan.Plan) { row(p.Clusters, "dev-1").Zone = "vault" }, "dev-1 moves from the zone Company network to Air-gapped."},
	{"cluster_environment", func(p *plan.Plan) { row(p.Clusters, "dev-1").Environment = "" }, "dev-1 changes its environment from Development to none."},
	{"cluster_team", func(p *plan.Plan) { row(p.Clusters, "dev-1").Team = "payments" }, "The cluster dev-1 passes from Build platform to Payments."},
	{"slice_added", func(p *plan.Plan) { p.Slices = []plan.Slice{{ID: "s", Name: "pay", Cluster: "dev-1"}} }, "A new slice: pay."},
	{"service_added", func(p *plan.Plan) { p.Services = append(p.Services, plan.Service{ID: "n", Name: "news"}) }, "A new service: news."},
	{"service_removed", func(p *plan.Plan) { p.Services = without(p.Services, "mailer") }, "A service goes: mailer."},
	{"service_team", func(p *plan.Plan) { row(p.Services, "cart").Team = "payments" }, "The service cart passes from Storefront to Payments."},
	{"service_pipeline", func(p *plan.Plan) { row(p.Services, "cart").Pipeline = "split" }, "from Storefront, all in Jenkins to Search, split."},
	{"service_criticality", func(p *plan.Plan) { row(p.Services, "cart").Criticality = 1 }, "The criticality of cart goes from 4 to 1."},
	{"strategy_chosen", func(p *plan.Plan) {
		p.Strategies = append(p.Strategies, plan.Strategy{ID: "n", Service: "cart", Choice: plan.Canary})
	}, "cart is rolled out by Canary in every environment; before, nothing was chosen."},
	{"strategy_dropped", func(p *plan.Plan) {
		p.Strategies = slices.DeleteFunc(p.Strategies, func(s plan.Strategy) bool { return s.Service == "web" })
	}, "web no longer has a strategy in Production; it was Canary."},
	{"strategy_changes", func(p *plan.Plan) {
		i := slices.IndexFunc(p.Strategies, func(s plan.Strategy) bool { return s.Service == "web" })
		p.Strategies[i].Choice = plan.Recreate
	}, "web is rolled out by Recreate instead of Canary in Production."},
	{"application_added", func(p *plan.Plan) {
		p.Applications = append(p.Applications, plan.Application{ID: "n", Name: "cart-vault", Service: "cart", Cluster: "prod-vault"})
	}, "1 new application: cart-vault."},
	{"application_removed", func(p *plan.Plan) { p.Applications = without(p.Applications, "web-dev-1") }, "1 application goes: web-dev-1."},
	{"application_moves", func(p *plan.Plan) { row(p.Applications, "web-dev-1").Cluster = "prod-vault" }, "1 application moves from dev-1 to prod-vault: web-dev-1."},
	{"installation_added", func(p *plan.Plan) {
		p.Installations = append(p.Installations, plan.Installation{ID: "n", Name: "tekton"})
	}, "A new installation: tekton."},
	{"installation_removed", func(p *plan.Plan) {
		p.Installations = without(p.Installations, "argo")
		row(p.Stages, "c3").Installation, row(p.Instances, "hub").Installation = "", ""
	}, "An installation goes: argo-office."},
	{"installation_tool", func(p *plan.Plan) { row(p.Installations, "jenkins").Tool = "tekton" }, "jenkins-main becomes Tekton Pipelines instead of Jenkins."},
	{"installation_team", func(p *plan.Plan) { row(p.Installations, "jenkins").Team = "release" }, "Release operates jenkins-main instead of Build platform."},
	{"installation_zone", func(p *plan.Plan) { row(p.Installations, "jenkins").Zone = "vault" }, "moves from the zone Company network to Air-gapped."},
	{"installation_host", func(p *plan.Plan) { row(p.Installations, "argo").Host = "dev-1" }, "moves from the host stage-seoul to dev-1."},
	{"matrix_added", func(p *plan.Plan) {
		p.Matrices = append(p.Matrices, plan.Matrix{ID: "n", Name: "Scanners", Purpose: plan.CompareOwn})
	}, "A new matrix: Scanners."},
	{"matrix_removed", func(p *plan.Plan) { p.Matrices = without(p.Matrices, "ci") }, "A matrix goes: Which tool builds."},
	{"matrix_gate_added", func(p *plan.Plan) { row(p.Matrices, "ci").Gates = []plan.Gate{plan.GateOffline, plan.GateOpenSource} }, "Which tool builds now has the gate “open source”."},
	{"matrix_gate_removed", func(p *plan.Plan) { row(p.Matrices, "ci").Gates = nil }, "Which tool builds no longer has the gate “works offline”."},
	{"criterion_added", func(p *plan.Plan) {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: "n", Matrix: "cd", Name: "Price", Weight: 2})
	}, "Which tool deploys gains the criterion Price, weight 2."},
	{"criterion_removed", func(p *plan.Plan) { p.Criteria = without(p.Criteria, "cd-effort") }, "Which tool deploys loses the criterion Effort to run, weight 1."},
	{"criterion_weight", func(p *plan.Plan) { row(p.Criteria, "cd-references").Weight = 9 }, "References in Which tool deploys weighs 9 instead of 2."},
	{"candidate_added", func(p *plan.Plan) {
		p.Candidates = append(p.Candidates, plan.Candidate{ID: "n", Matrix: "cd", Name: "Homegrown"})
	}, "Homegrown becomes a candidate of Which tool deploys."},
	{"candidate_removed", func(p *plan.Plan) {
		i := slices.IndexFunc(p.Candidates, func(c plan.Candidate) bool { return c.Tool == "spinnaker" })
		p.Candidates = slices.Delete(p.Candidates, i, i+1)
	}, "Spinnaker is no longer a candidate of Which tool deploys."},
	{"scores", func(p *plan.Plan) { p.Scores[0].Value = 6 - p.Scores[0].Value }, "1 score of a tool matrix differs."},
	{"team_added", func(p *plan.Plan) { p.Teams = append(p.Teams, plan.Team{ID: "n", Name: "Night shift"}) }, "A new team: Night shift."},
	{"team_removed", func(p *plan.Plan) { p.Teams = without(p.Teams, "security") }, "A team goes: Security."},
	{"environment_added", func(p *plan.Plan) {
		p.Environments = append(p.Environments, plan.Environment{ID: "n", Name: "Load test"})
	}, "A new environment: Load test."},
	{"environment_removed", func(p *plan.Plan) { p.Environments = without(p.Environments, "stage") }, "An environment goes: Staging."},
	{"figure_radius_up", func(p *plan.Plan) { row(p.Placements, "ours/dev-1").Instance = "hub" }, "The delivery radius of Our draft grows from 71% to 100%, by the failure of argo-office."},
	{"figure_radius_down", func(p *plan.Plan) { row(p.Placements, "ours/prod-tokyo").Instance = "dev-argo" }, "The delivery radius of Our draft shrinks from 71% to 58%, by the failure of argo-office."},
	{"figure_blocked_hours_down", func(p *plan.Plan) { p.Placements = without(p.Placements, "ours/prod-seoul") }, "instead of 399 h."},
	{"figure_blocked_hours_up", func(p *plan.Plan) {
		p.Assumptions = append(p.Assumptions, plan.Assumption{ID: "restore_hours", Value: 90})
	}, "Our draft is expected to block deliveries longer:"},
	{"figure_cost_up", func(p *plan.Plan) { row(p.Instances, "dev-argo").HA = true }, "Our draft costs more to run:"},
	{"figure_cost_down", func(p *plan.Plan) { row(p.Instances, "hub").HA = false }, "Our draft costs less to run:"},
	{"figure_handoffs_up", func(p *plan.Plan) { row(p.Stages, "c2").Accountable = []string{"platform"} }, "Work in Search, split changes hands more often: 2 times instead of 0."},
	{"figure_handoffs_down", func(p *plan.Plan) { row(p.Stages, "a3").Accountable = []string{"storefront"} }, "Work in Storefront, all in Jenkins changes hands less often: 1 times instead of 2."},
	{"figure_lead_up", func(p *plan.Plan) { row(p.Stages, "c1").Minutes = 65 }, "The lead time of Search, split grows from 17 min to 1 h 17 min."},
	{"figure_lead_down", func(p *plan.Plan) { row(p.Stages, "a4").WaitMinutes = 0 }, "The lead time of Storefront, all in Jenkins shrinks"},
	{"figure_winner", func(p *plan.Plan) { row(p.Criteria, "cd-references").Weight = 0 }, "In Which tool deploys, Flux CD leads; before: Argo CD."},
	{"finding_fresh", func(p *plan.Plan) { row(p.Stages, "a4").Accountable = nil }, "New error in Storefront, all in Jenkins: Nobody is accountable for Deploy."},
	{"finding_gone", func(p *plan.Plan) { row(p.Stages, "b2").Accountable = []string{"platform"} }, "No longer in Ledger, by hand (error): Nobody is accountable for Container build."},
}

func TestTell_SaysWhatChanges(t *testing.T) {
	p := sample(t)
	p.Slices = nil
	fired := map[string]bool{"slice_removed": false, "slice_team": false}
	for _, c := range told {
		q := copied(t, p)
		c.change(q)
		fired[c.kind] = true
		var all []string
		found := false
		for _, s := range Tell(lang.English, p, q).Sentences {
			all = append(all, s.Kind+": "+s.Text)
			found = found || s.Kind == c.kind && strings.Contains(s.Text, c.want)
		}
		if !found {
			t.Errorf("%s: %q is not said:\n%s", c.kind, c.want, strings.Join(all, "\n"))
		}
		for _, s := range Tell(lang.Korean, p, q).Sentences {
			if strings.Contains(s.Text, "‹") {
				t.Errorf("%s: %s", c.kind, s.Text)
			}
		}
	}
	sliced := copied(t, p)
	sliced.Slices = []plan.Slice{{ID: "s", Name: "pay", Cluster: "dev-1", Team: "payments"}, {ID: "r", Name: "shop", Cluster: "dev-1"}}
	next := copied(t, sliced)
	next.Slices = []plan.Slice{{ID: "s", Name: "pay", Cluster: "dev-1", Team: "release"}}
	for _, s := range Tell(lang.English, sliced, next).Sentences {
		fired[s.Kind] = true
	}
	for id := range lang.Messages() {
		if kind, ok := strings.CutPrefix(id, "compare.say."); ok && !fired[kind] {
			t.Errorf("no change brings about %s", kind)
		}
	}
}

func TestTell_IsSilentWhereNothingVisibleDiffers(t *testing.T) {
	p := sample(t)
	for name, change := range map[string]func(*plan.Plan){
		"nothing":                              func(*plan.Plan) {},
		"an empty list for none":               func(p *plan.Plan) { row(p.Stages, "a2").Informed = []string{} },
		"another order":                        func(p *plan.Plan) { slices.Reverse(p.Teams) },
		"another order of what no figure uses": func(p *plan.Plan) { slices.Reverse(p.Repositories) },
	} {
		q := copied(t, p)
		change(q)
		if s := Tell(lang.English, p, q); len(s.Sentences) > 0 || s.Verdict != "Nothing differs." {
			t.Errorf("%s: %+v", name, s)
		}
	}
	q := copied(t, p)
	row(q.Registries, "harbor").URL = "elsewhere.example"
	for _, s := range Tell(lang.English, p, q).Sentences {
		if s.Part != Rest && s.Part != Findings {
			t.Errorf("a registry's address: %+v", s)
		}
	}
}

func TestTell_LeadsWithTheRadiusOfTheLayoutInForce(t *testing.T) {
	p := sample(t)
	q := copied(t, p)
	row(q.Stages, "c1").Minutes = 65
	row(q.Placements, "ours/dev-1").Instance = "hub"
	if v := Tell(lang.English, p, q).Verdict; !strings.HasPrefix(v, "The delivery radius of Our draft grows from 71% to 100%, by the failure of argo-office; ") {
		t.Error(v)
	}
	r := copied(t, p)
	row(r.Registries, "harbor").Team = "release"
	if v := Tell(lang.Korean, p, r).Verdict; v != "1행이 다르지만 주요 수치는 그대로입니다. 진단은 그대로입니다." {
		t.Error(v)
	}
}

func TestTell_NamesASlicedClusterBySlice(t *testing.T) {
	p := sample(t)
	p.Slices = []plan.Slice{{ID: "s1", Name: "pay", Cluster: "prod-seoul"}, {ID: "s2", Name: "shop", Cluster: "prod-seoul"}}
	q := copied(t, p)
	q.Placements = append(q.Placements, plan.Placement{Layout: "ours", Cluster: "prod-seoul", Slice: "s2", Instance: "dev-argo"})
	told := Tell(lang.English, p, q).Of(Layouts)
	if len(told) != 1 || told[0].Text != "shop (prod-seoul) moves from argo-office to argo-dev in Our draft." || told[0].Before != "argo-office" || told[0].After != "argo-dev" ||
		told[0].Refs[0].Key != "s2" {
		t.Errorf("%+v", told)
	}
}
