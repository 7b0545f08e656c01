package survey_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

// seen is two Argo CDs: seoul delivers to prod-seoul and to itself, busan to
// stage-busan and to itself.
func seen() *survey.Observed {
	o := &survey.Observed{
		Instances: []survey.Instance{{Name: "busan", Version: "v3.2.1"}, {Name: "seoul", Version: "v2.14.21"}},
		Projects:  []survey.Project{{Instance: "seoul", Name: "default"}, {Instance: "seoul", Name: "payments"}},
		Clusters: []survey.Cluster{
			{Instance: "busan", Name: "in-cluster", Server: survey.InCluster},
			{Instance: "busan", Name: "stage-busan", Server: "https://stage.example.com:6443", Kubernetes: "v1.33.4", Labels: labels("environment", "staging", "region", "busan")},
			{Instance: "seoul", Name: "in-cluster", Server: survey.InCluster, Kubernetes: "1.34"},
			{Instance: "seoul", Name: "prod-seoul", Server: "https://prod.example.com:6443", Kubernetes: "1.34", Labels: labels("environment", "production", "region", "seoul")},
		},
	}
	app := func(instance, name, cluster, server, team, service string) survey.Application {
		return survey.Application{Instance: instance, Namespace: "argocd", Name: name, Project: team, Cluster: cluster, Server: server, DestNamespace: service,
			Labels: labels("app.kubernetes.io/part-of", service, "team", team), ApplicationSet: service, RepoURL: "https://git.example.com/platform/deployments.git", Path: "apps/" + name,
			Images: []string{"registry.example.com/" + service + ":v1", "registry.example.com/proxy@sha256:ab"}}
	}
	o.Applications = []survey.Application{
		app("seoul", "checkout-prod-seoul", "", "https://prod.example.com:6443/", "payments", "checkout"),
		app("seoul", "ledger-prod-seoul", "prod-seoul", "", "payments", "ledger"),
		app("seoul", "argocd", "", survey.InCluster, "platform", "argocd"),
		app("busan", "checkout-stage-busan", "stage-busan", "", "payments", "checkout"),
	}
	o.Sort()
	return o
}

func labels(pairs ...string) (out []survey.Label) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, survey.Label{Key: pairs[i], Value: pairs[i+1]})
	}
	return out
}

func guess(o *survey.Observed) survey.Choices {
	c := survey.Guess(o, survey.Keys(o))
	c.LayoutName = "As it runs"
	return c
}

// carry carries out what is picked of a proposal; nil picks what is by default.
func carry(t *testing.T, p *plan.Plan, o *survey.Observed, c survey.Choices, picks *survey.Picks) *plan.Plan {
	t.Helper()
	proposal := survey.Propose(p, o, c)
	if picks == nil {
		d := proposal.Default()
		picks = &d
	}
	e, _ := proposal.Edit(*picks, plan.Summary{ID: "plan.summary.import"})
	next, _, err := plan.Apply(p, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Check(next); err != nil {
		t.Fatal(err)
	}
	return next
}

// rows writes a proposal's groups: "add/teams: a b".
func rows(p *survey.Proposal, picks survey.Picks) string {
	var out []string
	for _, g := range p.Groups(picks) {
		if g.Action == survey.Keep {
			continue
		}
		line := g.ID + ":"
		for _, r := range g.Rows {
			line += " " + r.Name
			for _, c := range r.Changes {
				if g.Action != survey.Add {
					line += fmt.Sprintf("[%s %s→%s]", c.Field, c.Before, c.After)
				}
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func cluster(p *plan.Plan, name string) *plan.Cluster {
	i := slices.IndexFunc(p.Clusters, func(c plan.Cluster) bool { return c.Name == name })
	if i < 0 {
		return &plan.Cluster{}
	}
	return &p.Clusters[i]
}

func TestPropose_MakesAPlanOfWhatRuns(t *testing.T) {
	o := seen()
	p := carry(t, plan.Empty("x"), o, guess(o), nil)
	prod := cluster(p, "prod-seoul")
	if prod.Server != "https://prod.example.com:6443" || prod.Kubernetes != "1.34" || prod.Region != "seoul" ||
		plan.NameOf(p, "environments", prod.Environment) != "production" {
		t.Errorf("%+v", prod)
	}
	if len(p.Clusters) != 4 || cluster(p, "seoul/in-cluster").ID == cluster(p, "busan/in-cluster").ID {
		// nothing is delivered to busan's own cluster
		if len(p.Clusters) != 3 || cluster(p, "busan/in-cluster").ID != "" || cluster(p, "seoul/in-cluster").ID == "" {
			t.Errorf("%+v", p.Clusters)
		}
	}
	if len(p.Environments) != 2 || p.Environments[0].Tier != plan.Staging || p.Environments[1].Tier != plan.Production {
		t.Errorf("not in the order of promotion: %+v", p.Environments)
	}
	var services []string
	for _, s := range p.Services {
		services = append(services, s.Name+"="+plan.NameOf(p, "teams", s.Team)+"="+s.Image)
	}
	if got := strings.Join(services, " "); got != "argocd=platform=registry.example.com/argocd checkout=payments=registry.example.com/checkout ledger=payments=registry.example.com/ledger" {
		t.Error(got)
	}
	if len(p.Repositories) != 1 || p.Repositories[0].Name != "platform/deployments" || p.Repositories[0].Kind != plan.ConfigRepository || p.Services[0].Repository != p.Repositories[0].ID {
		t.Errorf("%+v", p.Repositories)
	}
	for _, a := range p.Applications {
		if a.Service == "" || a.Cluster == "" || a.Namespace == "" || a.Project == "" || a.ApplicationSet == "" {
			t.Errorf("%+v", a)
		}
	}
	if len(p.Applications) != 4 || len(p.Layouts) != 1 || len(p.Instances) != 2 || len(p.Placements) != 3 {
		t.Errorf("%d applications, %d layouts, %d instances, %d placements", len(p.Applications), len(p.Layouts), len(p.Instances), len(p.Placements))
	}
	for _, i := range p.Instances {
		if i.Name == "seoul" && (plan.NameOf(p, "clusters", i.Host) != "seoul/in-cluster" || i.Version != "2.14.21") {
			t.Errorf("%+v", i)
		}
	}
	for _, pl := range p.Placements {
		if c, i := plan.NameOf(p, "clusters", pl.Cluster), plan.NameOf(p, "instances", pl.Instance); strings.Contains(c, "busan") != (i == "busan") {
			t.Errorf("%s is placed with %s", c, i)
		}
	}
}

func TestPropose_HasNothingToDoTwice(t *testing.T) {
	for name, p := range map[string]*plan.Plan{"empty": plan.Empty("x"), "sample": sample(t)} {
		o := seen()
		c := guess(o)
		once := carry(t, p, o, c, nil)
		again := survey.Propose(once, o, c)
		if e, n := again.Edit(again.Default(), plan.Summary{}); n.Any() {
			t.Errorf("%s: %+v %+v\n%s", name, n, e, rows(again, again.Default()))
		}
		if !reflect.DeepEqual(carry(t, p, o, c, nil), once) {
			t.Errorf("%s: not the same a second time", name)
		}
	}
}

func sample(t *testing.T) *plan.Plan {
	t.Helper()
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPropose_OrderOfWhatWasReadDoesNotMatter(t *testing.T) {
	a, b := seen(), seen()
	slices.Reverse(b.Applications)
	slices.Reverse(b.Clusters)
	slices.Reverse(b.Instances)
	b.Sort()
	if !reflect.DeepEqual(carry(t, plan.Empty("x"), a, guess(a), nil), carry(t, plan.Empty("x"), b, guess(b), nil)) {
		t.Error("another plan")
	}
}

func TestPropose_KeepsWhatPeopleWrote(t *testing.T) {
	o := seen()
	c := guess(o)
	p := carry(t, plan.Empty("x"), o, c, nil)
	p.Zones = []plan.Zone{{ID: "z", Name: "vault"}}
	prod := cluster(p, "prod-seoul")
	prod.Name, prod.Zone, prod.Environment, prod.Kubernetes = "Seoul, production", "z", "", "1.30"
	for i := range p.Services {
		if p.Services[i].Name == "ledger" {
			p.Services[i].Name, p.Services[i].Criticality, p.Services[i].Team = "General ledger", 5, p.Teams[1].ID
		}
	}
	p.Clusters = append(p.Clusters, plan.Cluster{ID: "planned", Name: "planned"})
	p.Services = append(p.Services, plan.Service{ID: "idea", Name: "idea"})
	got := survey.Propose(p, o, c)
	if want := "fill/clusters: Seoul, production[environment →production]\ndiffer/clusters.kubernetes: Seoul, production[kubernetes 1.30→1.34]\n" +
		"gone/clusters: planned\ngone/services: idea"; rows(got, got.Default()) != want {
		t.Errorf("got\n%s\nwant\n%s", rows(got, got.Default()), want)
	}
	next := carry(t, p, o, c, nil)
	kept := cluster(next, "Seoul, production")
	if kept.Zone != "z" || kept.Kubernetes != "1.30" || plan.NameOf(next, "environments", kept.Environment) != "production" || len(next.Clusters) != len(p.Clusters) || len(next.Services) != len(p.Services) {
		t.Errorf("%+v", kept)
	}
	picks := got.Default()
	picks.Groups = append(picks.Groups, "differ/clusters.kubernetes")
	picks.Rows = []string{"clusters/planned"}
	next = carry(t, p, o, c, &picks)
	if cluster(next, "Seoul, production").Kubernetes != "1.34" || cluster(next, "planned").ID != "" {
		t.Errorf("%+v", next.Clusters)
	}
}

// Another label for services adds none that no application would belong to.
func TestPropose_AnotherLabelMovesApplicationsOnlyWhenAsked(t *testing.T) {
	o := seen()
	c := guess(o)
	p := carry(t, plan.Empty("x"), o, c, nil)
	c.Service = survey.FromProject
	got := survey.Propose(p, o, c)
	if e, n := got.Edit(got.Default(), plan.Summary{}); n.Any() {
		t.Errorf("%+v %+v", n, e)
	}
	picks := got.Default()
	picks.Groups = append(picks.Groups, "differ/applications.service", "add/services")
	next := carry(t, p, o, c, &picks)
	for _, a := range next.Applications {
		if plan.NameOf(next, "services", a.Service) != a.Project {
			t.Errorf("%+v", a)
		}
	}
	after := survey.Propose(next, o, c)
	if want := "gone/services: argocd checkout ledger"; rows(after, after.Default()) != want {
		t.Errorf("got %s", rows(after, after.Default()))
	}
	picks = survey.Picks{}
	for _, g := range after.Groups(picks) {
		for _, r := range g.Rows {
			if g.Action == survey.Gone {
				picks.Rows = append(picks.Rows, r.ID())
			}
		}
	}
	if last := carry(t, next, o, c, &picks); len(last.Services) != 2 || len(last.Applications) != 4 {
		t.Errorf("%d services, %d applications", len(last.Services), len(last.Applications))
	}
}

func TestPropose_WhatIsGoneIsListedAndStays(t *testing.T) {
	o := seen()
	c := guess(o)
	p := carry(t, plan.Empty("x"), o, c, nil)
	less := seen()
	less.Applications = slices.DeleteFunc(less.Applications, func(a survey.Application) bool { return a.Name == "ledger-prod-seoul" })
	got := survey.Propose(p, less, c)
	if want := "gone/applications: ledger-prod-seoul\ngone/services: ledger"; rows(got, got.Default()) != want {
		t.Errorf("got\n%s", rows(got, got.Default()))
	}
	if next := carry(t, p, less, c, nil); !reflect.DeepEqual(next, p) {
		t.Error("the plan has changed")
	}
	all := carry(t, p, less, c, &survey.Picks{Rows: []string{got.Groups(survey.Picks{})[0].Rows[0].ID(), got.Groups(survey.Picks{})[1].Rows[0].ID()}})
	if len(all.Applications) != 3 || len(all.Services) != 2 {
		t.Errorf("%d applications, %d services", len(all.Applications), len(all.Services))
	}
	// What another instance delivers is not gone because it was not read.
	one := seen()
	one.Instances, one.Clusters = one.Instances[:1], one.Clusters[:2]
	one.Applications = slices.DeleteFunc(one.Applications, func(a survey.Application) bool { return a.Instance != "busan" })
	got = survey.Propose(p, one, c)
	for _, g := range got.Groups(got.Default()) {
		if g.Action == survey.Gone && g.Kind != "clusters" || g.Action == survey.Add {
			t.Errorf("%s %+v", g.ID, g.Rows)
		}
	}
}
