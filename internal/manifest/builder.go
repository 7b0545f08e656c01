package manifest

import (
	"cmp"
	"slices"
	"strings"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// builder knows who is called what and who delivers what.
type builder struct {
	p     *plan.Plan
	a     layout.Arrangement
	words Words

	instances, clusters, teams, environments, zones, regions names
	namespaces                                               []string          // by instance
	display                                                  map[string]string // by table/key
	targets                                                  [][]target        // by instance
	perTeam                                                  []map[string]*teamProject
}

// target is a cluster that an instance delivers to, or the namespaces of it.
type target struct {
	cluster      *plan.Cluster
	namespaces   []string // empty for the whole cluster
	projects     []string
	applications int
}

// teamProject is what a team has on an instance.
type teamProject struct {
	name, display string
	repositories  []string
	destinations  []destination
	environments  []string // label values of its clusters' environments; "" for none
	nowhere       int      // applications without a namespace to deliver to
}

func rowsOf[T plan.Item](table []T, name func(T) string) []named {
	out := make([]named, len(table))
	for i, row := range table {
		out[i] = named{row.Key(), name(row)}
	}
	return out
}

func newBuilder(p *plan.Plan, a layout.Arrangement, words Words) *builder {
	b := &builder{p: p, a: a, words: words, display: map[string]string{}}
	b.instances = newNames("argocd", rowsOf(a.Instances, func(i plan.Instance) string { return i.Name }))
	b.clusters = newNames("cluster", rowsOf(p.Clusters, func(c plan.Cluster) string { return c.Name }))
	// unowned is what no team owns; a team of that name gets another.
	b.teams = newNames("team", append(rowsOf(p.Teams, func(t plan.Team) string { return t.Name }), named{"", "unowned"}))
	delete(b.teams.of, "")
	b.environments = newNames("env", rowsOf(p.Environments, func(e plan.Environment) string { return e.Name }))
	b.zones = newNames("zone", rowsOf(p.Zones, func(z plan.Zone) string { return z.Name }))
	var regions []named
	seen := map[string]bool{"": true}
	for _, c := range p.Clusters {
		if !seen[c.Region] {
			seen[c.Region] = true
			regions = append(regions, named{c.Region, c.Region})
		}
	}
	b.regions = newNames("region", regions)
	for _, e := range p.Environments {
		b.display["environments/"+e.ID] = clean(e.Name)
	}
	for _, z := range p.Zones {
		b.display["zones/"+z.ID] = clean(z.Name)
	}
	for _, t := range p.Teams {
		b.display["teams/"+t.ID] = clean(t.Name)
	}
	b.nameSpaces()
	b.assign()
	return b
}

// nameSpaces gives an instance the usual namespace, and one of its own where
// several share a host.
func (b *builder) nameSpaces() {
	on := map[string]int{}
	for _, in := range b.a.Instances {
		on[in.Host]++
	}
	for _, in := range b.a.Instances {
		if in.Host == "" || on[in.Host] == 1 {
			b.namespaces = append(b.namespaces, "argocd")
		} else {
			b.namespaces = append(b.namespaces, "argocd-"+b.instances.of[in.ID])
		}
	}
}

// assign gives every instance its clusters and, by team, its applications.
func (b *builder) assign() {
	type place struct{ cluster, slice string }
	analysis := layout.Analyse(b.p, b.a)
	rows := make(map[string]*plan.Cluster, len(b.p.Clusters))
	for i := range b.p.Clusters {
		rows[b.p.Clusters[i].ID] = &b.p.Clusters[i]
	}
	parts := make(map[string]*plan.Slice, len(b.p.Slices))
	for i := range b.p.Slices {
		parts[b.p.Slices[i].ID] = &b.p.Slices[i]
	}
	owner := map[place]int{}
	b.targets, b.perTeam = make([][]target, len(b.a.Instances)), make([]map[string]*teamProject, len(b.a.Instances))
	at := map[[2]string]int{}
	for _, c := range analysis.Compartments {
		if c.Instance < 0 {
			continue
		}
		owner[place{c.Cluster, c.Slice}] = c.Instance
		key := [2]string{b.a.Instances[c.Instance].ID, c.Cluster}
		i, ok := at[key]
		if !ok {
			i = len(b.targets[c.Instance])
			at[key] = i
			b.targets[c.Instance] = append(b.targets[c.Instance], target{cluster: rows[c.Cluster]})
		}
		t := &b.targets[c.Instance][i]
		t.applications += c.Applications
		if c.Slice != "" {
			for _, ns := range parts[c.Slice].Namespaces {
				if dnsLabel.MatchString(ns) {
					t.namespaces = append(t.namespaces, ns)
				}
			}
		}
	}
	whole := func(cluster string, i int) bool { // a slot of the cluster without namespaces makes the secret the whole cluster's
		got, ok := owner[place{cluster, ""}]
		return ok && got == i
	}
	b.applications(func(cluster, slice string) (int, bool) {
		if s := parts[slice]; s != nil {
			i, ok := owner[place{s.Cluster, slice}]
			return i, ok
		}
		i, ok := owner[place{cluster, ""}]
		return i, ok
	}, rows, parts)
	for i := range b.targets {
		for n := range b.targets[i] {
			t := &b.targets[i][n]
			if whole(t.cluster.ID, i) {
				t.namespaces = nil
			}
			slices.Sort(t.namespaces)
			t.namespaces = slices.Compact(t.namespaces)
		}
	}
}

// applications sorts the plan's applications into instances and teams.
func (b *builder) applications(owner func(cluster, slice string) (int, bool), rows map[string]*plan.Cluster, parts map[string]*plan.Slice) {
	services := make(map[string]*plan.Service, len(b.p.Services))
	for i := range b.p.Services {
		services[b.p.Services[i].ID] = &b.p.Services[i]
	}
	repositories := make(map[string]*plan.Repository, len(b.p.Repositories))
	for i := range b.p.Repositories {
		repositories[b.p.Repositories[i].ID] = &b.p.Repositories[i]
	}
	sources := map[*teamProject]map[string]bool{}
	environments := map[*teamProject]map[string]bool{}
	projects := map[[2]string]map[string]bool{} // by instance and cluster
	for _, app := range b.p.Applications {
		cluster := app.Cluster
		if s := parts[app.Slice]; s != nil {
			cluster = s.Cluster
		}
		i, ok := owner(app.Cluster, app.Slice)
		if !ok || rows[cluster] == nil {
			continue
		}
		team, service := "", services[app.Service]
		if service != nil {
			team = service.Team
		}
		t := b.teamOn(i, team)
		if sources[t] == nil {
			sources[t], environments[t] = map[string]bool{}, map[string]bool{}
		}
		if service != nil {
			if r := repositories[service.Repository]; r != nil && r.Kind != plan.SourceRepository && plainURL(r.URL) {
				sources[t][r.URL] = true
			}
		}
		environments[t][b.environments.of[rows[cluster].Environment]] = true
		// A project that may deliver into Argo CD's own namespace rules it.
		own := cluster == b.a.Instances[i].Host && app.Namespace == b.namespaces[i]
		if dnsLabel.MatchString(app.Namespace) && !own {
			t.destinations = append(t.destinations, destination{b.clusters.of[cluster], app.Namespace})
		} else {
			t.nowhere++
		}
		key := [2]string{b.a.Instances[i].ID, cluster}
		if projects[key] == nil {
			projects[key] = map[string]bool{}
		}
		projects[key][t.name] = true
	}
	for _, r := range b.p.Repositories { // what a team keeps for delivery it may deliver from
		delivers := r.Kind == plan.ConfigRepository || r.Kind == plan.HelmRepository || r.Kind == plan.OCIRepository
		for i := range b.perTeam {
			if t := b.perTeam[i][r.Team]; t != nil && r.Team != "" && delivers && plainURL(r.URL) {
				sources[t][r.URL] = true
			}
		}
	}
	for t, set := range sources {
		t.repositories, t.environments = sorted(set), sorted(environments[t])
		slices.SortFunc(t.destinations, func(x, y destination) int {
			return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Namespace, y.Namespace))
		})
		t.destinations = slices.Compact(t.destinations)
	}
	for i := range b.targets {
		for n := range b.targets[i] {
			t := &b.targets[i][n]
			t.projects = sorted(projects[[2]string{b.a.Instances[i].ID, t.cluster.ID}])
		}
	}
}

func (b *builder) teamOn(i int, team string) *teamProject {
	name, ok := b.teams.of[team]
	if !ok {
		team, name = "", "unowned"
	}
	if b.perTeam[i] == nil {
		b.perTeam[i] = map[string]*teamProject{}
	}
	t := b.perTeam[i][team]
	if t == nil {
		t = &teamProject{name: name, display: cmp.Or(b.display["teams/"+team], name), repositories: []string{}, destinations: []destination{}}
		b.perTeam[i][team] = t
	}
	return t
}

// projectsOf are an instance's projects by name.
func (b *builder) projectsOf(i int) []teamProject {
	var out []teamProject
	for _, t := range b.perTeam[i] {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(x, y teamProject) int { return strings.Compare(x.name, y.name) })
	return out
}

// mark makes a name safe in Markdown.
func (b *builder) mark(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", "\\|", "#", "\\#").Replace(clean(s))
}
