package builder

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// world has two pipelines on one Jenkins, a third on a tool of its own.
func world() *plan.Plan {
	return &plan.Plan{
		Clusters:      []plan.Cluster{{ID: "k", Name: "build-1"}},
		Registries:    []plan.Registry{{ID: "r1", Name: "Mirror"}, {ID: "r2", Name: "Harbor"}},
		Installations: []plan.Installation{{ID: "j", Name: "Jenkins main", Tool: "jenkins", Host: "k"}, {ID: "d", Name: "Old box", Tool: "docker_build"}},
		Pipelines:     []plan.Pipeline{{ID: "big", Name: "Big"}, {ID: "small", Name: "Small"}, {ID: "other", Name: "Other"}},
		Stages: []plan.Stage{
			{ID: "b1", Pipeline: "big", Name: "Build big", Kind: plan.ContainerBuild, Installation: "j", Builder: "docker_build", Credentials: []plan.Credential{{Kind: "registry-push", Scope: "harbor"}}},
			{ID: "b2", Pipeline: "small", Name: "Build small", Kind: plan.ContainerBuild, Installation: "j", Builder: "docker_build"},
			{ID: "b3", Pipeline: "other", Name: "Build other", Kind: plan.ContainerBuild, Installation: "d"},
			{ID: "t", Pipeline: "other", Name: "Test", Kind: plan.Test, Installation: "d"},
		},
		Services:     []plan.Service{{ID: "s", Pipeline: "big"}, {ID: "u", Pipeline: "other"}},
		Applications: []plan.Application{{ID: "a1", Service: "s"}, {ID: "a2", Service: "s"}, {ID: "a3", Service: "u"}},
	}
}

func ids(m Migration) (out []string) {
	for _, f := range m.Findings {
		out = append(out, strings.TrimPrefix(f.ID, "builder.finding."))
	}
	return out
}

func TestCheck_NamesWhatBuildsOnADaemonAndTheLeastRiskFirst(t *testing.T) {
	s := Check(world())
	var order []string
	for _, m := range s.Migrations {
		order = append(order, m.Pipeline.Name)
	}
	if !slices.Equal(order, []string{"Small", "Other", "Big"}) {
		t.Fatalf("%v", order)
	}
	small, other, big := s.Migrations[0], s.Migrations[1], s.Migrations[2]
	if small.Others != 1 || other.Others != 0 || big.Applications != 2 || big.Host.Name != "build-1" || !small.Named || other.Named {
		t.Errorf("%+v", s.Migrations)
	}
	if got := ids(big); !slices.Equal(got, []string{"daemon_shared", "pod", "cache", "platforms", "input", "login", "way_back"}) {
		t.Errorf("big: %v", got)
	}
	if got := ids(other); !slices.Equal(got, []string{"daemon_installation", "pod_unknown", "cache", "platforms", "input", "login_unknown", "way_back"}) {
		t.Errorf("other: %v", got)
	}
	if big.Findings[2].Args["registry"] != "Harbor" || other.Findings[2].Args["registry"] != "Mirror" {
		t.Error("the cache goes to the registry that the stage's key names, else to the first")
	}
	if s.Findings[0].ID != "builder.finding.begin" || s.Findings[0].Args["pipeline"] != "Small" {
		t.Errorf("%+v", s.Findings)
	}
}

func TestCheck_WhatIsNotKnownIsSaid(t *testing.T) {
	p := world()
	p.Stages[0].Builder, p.Stages[1].Builder, p.Stages[2].Installation = "", "buildah", ""
	p.Stages = append(p.Stages, plan.Stage{ID: "n", Pipeline: "big", Name: "Nowhere", Kind: plan.ContainerBuild, Builder: "docker_build"})
	p.Registries = nil
	s := Check(p)
	if len(s.Unknown) != 2 || len(s.Free) != 1 || len(s.Migrations) != 1 {
		t.Fatalf("unknown %v, free %v, migrations %d", s.Unknown, s.Free, len(s.Migrations))
	}
	if got := ids(s.Migrations[0]); got[0] != "daemon_nowhere" || got[2] != "cache_nowhere" {
		t.Errorf("%v", got)
	}
	if f := Check(&plan.Plan{}).Findings; len(f) != 1 || f[0].ID != "builder.finding.no_stages" {
		t.Errorf("an empty plan: %+v", f)
	}
	p.Stages = p.Stages[1:2]
	if f := Check(p).Findings; len(f) != 1 || f[0].ID != "builder.finding.free" {
		t.Errorf("nothing on a daemon: %+v", f)
	}
}

func TestCheck_OwnFactsCount(t *testing.T) {
	p := world()
	p.ToolFacts = []plan.ToolFact{{Tool: "docker_build", Fact: "daemon", Value: "not_required", Source: "us", Date: "2026-01-01"},
		{Tool: "kaniko_oss", Fact: "maintenance", Value: "archived", Source: "us", Date: "2026-01-01"}}
	s := Check(p)
	if len(s.Migrations) != 0 || len(s.Free) != 3 {
		t.Errorf("%d migrations", len(s.Migrations))
	}
	p.ToolFacts = p.ToolFacts[1:]
	for _, f := range Check(p).Migrations[0].Findings {
		for _, v := range f.Args {
			if names, ok := v.(string); ok && strings.Contains(names, "osscontainertools") {
				t.Errorf("%s names a builder that ended: %s", f.ID, names)
			}
		}
	}
}

func TestMessages_EveryFindingIsWordedAndWhole(t *testing.T) {
	b, err := os.ReadFile("findings.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`finding\("([a-z_]+)"`).FindAllStringSubmatch(string(b), -1) {
		named[m[1]] = true
	}
	for _, l := range lang.All {
		for id := range named {
			if !l.Has("builder.finding."+id) || !l.Has("builder.finding."+id+".why") {
				t.Errorf("%s: builder.finding.%s is not worded", l, id)
			}
		}
		s := Check(world())
		all := s.Findings
		for _, m := range s.Migrations {
			all = append(all, m.Findings...)
		}
		for _, f := range all {
			for _, part := range []string{"", ".why", ".do"} {
				if l.Has(f.ID+part) && strings.Contains(l.T(f.ID+part, f.Args), "‹") {
					t.Errorf("%s: %s", l, l.T(f.ID+part, f.Args))
				}
			}
		}
	}
	for id := range lang.Messages() {
		if rest, ok := strings.CutPrefix(id, "builder.finding."); ok && !named[strings.SplitN(rest, ".", 2)[0]] {
			t.Errorf("%s is used by nothing", id)
		}
	}
}
