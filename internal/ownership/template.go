package ownership

import (
	"slices"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// Template is a pipeline to start from. Its name is the message
// ownership.template.ID.
type Template struct {
	ID      string
	CI, CD  string // tools of the catalogue; the same one where it is integrated
	Builder string // that the container build calls
	deploys plan.Trigger
}

// Templates are the pipelines to start from, in display order.
var Templates = []Template{
	{"jenkins", "jenkins", "jenkins", "docker_build", plan.OnUpstream},
	{"github_argo", "github_actions", "argo_cd", "buildkit", plan.OnGitPoll},
	{"gitlab_argo", "gitlab_ci", "argo_cd", "buildah", plan.OnGitPoll},
	{"tekton_argo", "tekton", "argo_cd", "buildah", plan.OnGitPoll},
	{"github_spinnaker", "github_actions", "spinnaker", "kaniko", plan.OnRegistryEvent},
}

// TemplateByID gives a template.
func TemplateByID(id string) (Template, bool) {
	i := slices.IndexFunc(Templates, func(t Template) bool { return t.ID == id })
	if i < 0 {
		return Template{}, false
	}
	return Templates[i], true
}

// Tools names the template's tools and its builder.
func (t Template) Tools() (out []string) {
	for _, id := range []string{t.CI, t.Builder, t.CD} {
		if tool, ok := catalog.ToolByID(id); ok && !slices.Contains(out, tool.Name) {
			out = append(out, tool.Name)
		}
	}
	return out
}

// Owners are the teams accountable for building and for deployment; either may
// be empty, and findings ask for it then.
type Owners struct{ Build, Release string }

// Build makes a pipeline of a template: on the plan's first installation of
// each tool where it has one, else on a new one. Credentials name the plan's
// own registry, repositories and production where there are such. Durations
// are left to the team: nothing here knows them.
func (t Template) Build(p *plan.Plan, o Owners, words Words, newID func() string) (plan.Pipeline, []plan.Stage, []plan.Installation) {
	m := making{plan: p, words: words, newID: newID}
	m.pipeline = plan.Pipeline{ID: newID(), Name: clip(words("ownership.template."+t.ID, nil), 120)}
	ci := m.installation(t.CI, o.Build)
	cd := ci
	if t.CD != t.CI {
		cd = m.installation(t.CD, o.Release)
	}
	m.stage(plan.SourceBuild, ci, o.Build, plan.OnPush, cred("source-read", m.repository(plan.SourceRepository)))
	m.stage(plan.Test, ci, o.Build, plan.OnUpstream)
	m.stage(plan.ContainerBuild, ci, o.Build, plan.OnUpstream, cred("registry-push", m.registry()))
	m.stages[len(m.stages)-1].Builder = t.Builder
	if pulls(t.CD) {
		m.stage(plan.ConfigUpdate, ci, o.Build, plan.OnUpstream, cred("config-repo-write", m.repository(plan.ConfigRepository)))
	}
	m.stage(plan.Deploy, cd, o.Release, t.deploys, cred("cluster-deploy", m.production()))
	return m.pipeline, m.stages, m.added
}

// making is a template's pipeline in the making.
type making struct {
	plan     *plan.Plan
	words    Words
	newID    func() string
	pipeline plan.Pipeline
	stages   []plan.Stage
	added    []plan.Installation
}

// installation gives the plan's first one of a tool, or a new one. A tool that
// is only to be had as a service is added as one.
func (m *making) installation(tool, team string) string {
	for _, in := range m.plan.Installations {
		if in.Tool == tool {
			return in.ID
		}
	}
	t, _ := catalog.ToolByID(tool)
	m.added = append(m.added, plan.Installation{ID: m.newID(), Name: t.Name, Tool: tool, Team: team, SaaS: t.Hosting.Value == "saas"})
	return m.added[len(m.added)-1].ID
}

// stage adds a stage after the last one.
func (m *making) stage(kind plan.StageKind, installation, team string, on plan.Trigger, keys ...plan.Credential) {
	s := plan.Stage{ID: m.newID(), Pipeline: m.pipeline.ID, Name: m.words("ownership.stage."+string(kind), nil), Kind: kind,
		Installation: installation, Trigger: on, Credentials: keys}
	if team != "" {
		s.Accountable = []string{team}
	}
	if n := len(m.stages); n > 0 {
		s.After = []string{m.stages[n-1].ID}
	}
	m.stages = append(m.stages, s)
}

func cred(kind, scope string) plan.Credential {
	return plan.Credential{Kind: kind, Scope: clip(scope, 100)}
}

func (m *making) repository(kind plan.RepositoryKind) string {
	for _, r := range m.plan.Repositories {
		if r.Kind == kind {
			return r.Name
		}
	}
	return ""
}

func (m *making) registry() string {
	if len(m.plan.Registries) > 0 {
		return m.plan.Registries[0].Name
	}
	return ""
}

func (m *making) production() string {
	for _, e := range m.plan.Environments {
		if e.Tier == plan.Production {
			return e.Name
		}
	}
	return ""
}
