// Package builder checks which pipelines build images on a daemon that a CI
// server shares, and what it takes to move each of them off it. Moving is not
// urged: Docker is what most teams build with, and a build that works is worth
// keeping until its way back is known.
package builder

import (
	"cmp"
	"slices"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Migration is a stage that builds images on a daemon, with what would have to
// change for it to do without.
type Migration struct {
	Pipeline     verdict.Ref `json:"pipeline"`
	Stage        verdict.Ref `json:"stage"`
	Installation verdict.Ref `json:"installation,omitzero"`
	Host         verdict.Ref `json:"host,omitzero"` // the cluster it runs on, where the plan says
	// Tool is what builds; Named says that the stage names it as its builder, and
	// not only its installation does.
	Tool  catalog.Tool `json:"-"`
	Named bool         `json:"named"`
	// Others counts the other pipelines that build on the same installation's daemon.
	Others int `json:"others"`
	// Applications counts what the pipeline delivers: what a bad image could reach.
	Applications int               `json:"applications"`
	Findings     []verdict.Finding `json:"findings"`

	keys []string // scopes of its registry-push keys
}

// Survey is the answer for a whole plan.
type Survey struct {
	Builders []catalog.Builder
	// Migrations come in the order in which they risk least: fewest applications first.
	Migrations []Migration
	// Free are stages known to build without a daemon, Unknown those of which it
	// is not known what builds their images.
	Free, Unknown []verdict.Ref
	Findings      []verdict.Finding
}

// Check surveys a plan.
func Check(p *plan.Plan) Survey {
	s := Survey{Builders: catalog.BuildersIn(p)}
	ix := newIndex(p)
	for _, st := range p.Stages {
		if st.Kind != plan.ContainerBuild {
			continue
		}
		in, installed := ix.installations[st.Installation]
		id := cmp.Or(st.Builder, in.Tool)
		t, known := catalog.ToolIn(p, id)
		ref := verdict.Ref{Kind: "stages", Key: st.ID, Name: st.Name}
		switch {
		case known && t.Daemon.Value == "not_required":
			s.Free = append(s.Free, ref)
		case known && t.Daemon.Value == "required":
			m := Migration{Stage: ref, Tool: t, Named: st.Builder != "", Applications: ix.applications[st.Pipeline],
				Pipeline: verdict.Ref{Kind: "pipelines", Key: st.Pipeline, Name: ix.pipelines[st.Pipeline]}}
			if installed {
				m.Installation = verdict.Ref{Kind: "installations", Key: in.ID, Name: in.Name}
				if host, ok := ix.clusters[in.Host]; ok {
					m.Host = verdict.Ref{Kind: "clusters", Key: in.Host, Name: host}
				}
			}
			for _, c := range st.Credentials {
				if c.Kind == "registry-push" && c.Scope != "" {
					m.keys = append(m.keys, c.Scope)
				}
			}
			s.Migrations = append(s.Migrations, m)
		default:
			s.Unknown = append(s.Unknown, ref)
		}
	}
	s.share()
	slices.SortStableFunc(s.Migrations, func(a, b Migration) int { return cmp.Compare(a.Applications, b.Applications) })
	for i := range s.Migrations {
		s.Migrations[i].Findings = s.check(&s.Migrations[i], p)
	}
	s.Findings = s.overall()
	return s
}

// share counts the pipelines that build on one installation's daemon.
func (s *Survey) share() {
	on := map[string]map[string]bool{}
	for _, m := range s.Migrations {
		if key := m.Installation.Key; key != "" {
			if on[key] == nil {
				on[key] = map[string]bool{}
			}
			on[key][m.Pipeline.Key] = true
		}
	}
	for i := range s.Migrations {
		s.Migrations[i].Others = max(0, len(on[s.Migrations[i].Installation.Key])-1)
	}
}

// index finds what stages name.
type index struct {
	installations       map[string]plan.Installation
	clusters, pipelines map[string]string
	applications        map[string]int // by pipeline
}

func newIndex(p *plan.Plan) index {
	ix := index{map[string]plan.Installation{}, map[string]string{}, map[string]string{}, map[string]int{}}
	for _, in := range p.Installations {
		ix.installations[in.ID] = in
	}
	for _, c := range p.Clusters {
		ix.clusters[c.ID] = c.Name
	}
	for _, l := range p.Pipelines {
		ix.pipelines[l.ID] = l.Name
	}
	pipeline := make(map[string]string, len(p.Services))
	for _, s := range p.Services {
		pipeline[s.ID] = s.Pipeline
	}
	for _, a := range p.Applications {
		ix.applications[pipeline[a.Service]]++
	}
	return ix
}
