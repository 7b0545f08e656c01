package argocd

import (
	"context"
	"slices"
	"strings"
	"time"

	"deckplan/internal/live"
)

// probe is one question to CanI.
type probe struct{ resource, action, object string }

func (p probe) String() string { return p.resource + " " + p.action + " " + p.object }

// Limits of one round of probing. What does not fit is asked in the next.
const (
	maxProbedProjects = 40
	maxProbedApps     = 20
	maxFound          = 40
)

var (
	applicationActions = []string{"create", "update", "delete", "sync", "override", "action"}
	setActions         = []string{"create", "update", "delete"}
	globalResources    = []string{"clusters", "repositories", "projects", "accounts", "certificates", "gpgkeys"}
)

// globalProbes ask for what is not bound to a project.
func globalProbes() []probe {
	var out []probe
	for _, resource := range globalResources {
		for _, action := range setActions {
			out = append(out, probe{resource, action, "*"})
		}
	}
	return append(out, projectProbes("*")...)
}

// projectProbes ask for everything of a project; "*" for all projects.
func projectProbes(project string) []probe {
	var out []probe
	for _, action := range applicationActions {
		out = append(out, probe{"applications", action, project + "/*"})
	}
	for _, action := range setActions {
		out = append(out, probe{"applicationsets", action, project + "/*"})
	}
	return append(out, probe{"exec", "create", project + "/*"})
}

// applicationProbes ask for one application.
func applicationProbes(a place) []probe {
	var out []probe
	for _, action := range applicationActions[1:] { // all but create
		out = append(out, probe{"applications", action, a.project + "/" + a.name})
	}
	return out
}

// place is an application as RBAC names it.
type place struct{ project, name string }

// probed are the projects to ask for: those the connection is about, or all the
// token may see. One that may see none is asked for all at once.
func probed(f filter, seen []live.Project) []string {
	if len(f.projects) > 0 {
		return f.projects
	}
	out := make([]string, len(seen))
	for n := range seen {
		out[n] = seen[n].Name
	}
	return out
}

// prober asks what a token may write. It goes round projects and applications,
// a bounded number each time, and keeps what it found: one answer of yes stays
// until the same question is answered with no.
type prober struct {
	found                map[probe]bool
	nextProject, nextApp int
	check                live.WriteCheck
}

func newProber() *prober {
	return &prober{found: map[probe]bool{}, check: live.WriteCheck{State: live.WriteUnknown}}
}

// round asks one round of questions and returns what is known after it.
func (p *prober) round(ctx context.Context, ask func(context.Context, probe) (yes, ok bool, err error), projects []string, apps []place, now func() time.Time) (live.WriteCheck, error) {
	questions := globalProbes()
	for _, project := range window(projects, &p.nextProject, maxProbedProjects) {
		questions = append(questions, projectProbes(project)...)
	}
	for _, a := range window(apps, &p.nextApp, maxProbedApps) {
		questions = append(questions, applicationProbes(a)...)
	}
	for _, q := range questions {
		yes, ok, err := ask(ctx, q)
		if err != nil {
			return p.check, err
		}
		if !ok {
			continue
		}
		p.check.At = now()
		if yes {
			p.found[q] = true
		} else {
			delete(p.found, q)
		}
	}
	p.check.Found = nil
	for q := range p.found {
		if !p.implied(q) {
			p.check.Found = append(p.check.Found, q.String())
		}
	}
	slices.Sort(p.check.Found)
	p.check.Found = p.check.Found[:min(len(p.check.Found), maxFound)]
	switch {
	case len(p.found) > 0:
		p.check.State = live.WriteFound
	case p.check.At.IsZero():
		p.check.State = live.WriteUnknown
	default:
		p.check.State = live.WriteNone
	}
	return p.check, nil
}

// implied reports whether something broader was found that contains q.
func (p *prober) implied(q probe) bool {
	project, _, scoped := strings.Cut(q.object, "/")
	for _, object := range []string{"*/*", project + "/*"} {
		if scoped && object != q.object && p.found[probe{q.resource, q.action, object}] {
			return true
		}
	}
	return false
}

// window returns up to limit items from *next on, round the end, and moves
// *next behind them.
func window[T any](items []T, next *int, limit int) []T {
	if len(items) <= limit {
		return items
	}
	out := make([]T, limit)
	for i := range out {
		out[i] = items[(*next+i)%len(items)]
	}
	*next = (*next + limit) % len(items)
	return out
}
