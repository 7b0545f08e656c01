// Package owner tells which team of a plan a live application belongs to, and
// why it is thought to. It looks at the plan's own rows only: what is matched
// by hand is no matter here.
package owner

import (
	"strings"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// Reason is what of the plan names the owner.
type Reason string

// The reasons, the surest first.
const (
	Nobody      Reason = ""
	Application Reason = "application" // an application of that name, in that cluster or namespace
	Service     Reason = "service"     // a service of that name, with or without a cluster's or environment's
	Slice       Reason = "slice"       // the part of the cluster that the namespace or project is in
	Cluster     Reason = "cluster"     // the whole cluster
)

// Found is who a live application belongs to. The zero Found is nobody.
type Found struct {
	Team    string // its id
	Name    string // the team's
	Service string // id, where an application or a service named the owner
	Why     Reason
	By      string // name of the row that named the owner
}

// Finder finds owners in one plan. It is safe for concurrent use.
type Finder struct {
	teams        map[string]string // name by id
	applications map[string][]application
	services     map[string]service // by name and by id, in small letters
	byServer     map[string]int     // clusters
	byName       map[string]int
	clusters     []cluster
	words        map[string]bool // names of clusters and environments
}

type application struct {
	name, service string
	team          string
	cluster       int // none: the plan does not say
	namespace     string
}

type service struct{ id, name, team string }

type cluster struct {
	name, team string
	slices     []plan.Slice // that have a team
}

const none = -1

// New reads a plan once. The plan must not change while the finder is used.
func New(p *plan.Plan) *Finder {
	f := &Finder{teams: map[string]string{}, applications: map[string][]application{}, services: map[string]service{},
		byServer: map[string]int{}, byName: map[string]int{}, words: map[string]bool{}}
	for _, t := range p.Teams {
		f.teams[t.ID] = t.Name
	}
	for _, e := range p.Environments {
		f.words[strings.ToLower(e.ID)], f.words[strings.ToLower(e.Name)] = true, true
	}
	at := map[string]int{}
	for i, c := range p.Clusters {
		at[c.ID] = i
		f.clusters = append(f.clusters, cluster{name: c.Name, team: c.Team})
		for _, name := range []string{strings.ToLower(c.ID), strings.ToLower(c.Name)} {
			f.words[name] = true
			if _, taken := f.byName[name]; !taken {
				f.byName[name] = i
			}
		}
		if s := server(c.Server); s != "" {
			f.byServer[s] = i
		}
	}
	for _, s := range p.Slices {
		if i, ok := at[s.Cluster]; ok && f.teams[s.Team] != "" {
			f.clusters[i].slices = append(f.clusters[i].slices, s)
		}
	}
	teamOf := map[string]string{}
	for _, s := range p.Services {
		teamOf[s.ID] = s.Team
		if f.teams[s.Team] == "" {
			continue
		}
		for _, name := range []string{strings.ToLower(s.Name), strings.ToLower(s.ID)} {
			if _, taken := f.services[name]; !taken {
				f.services[name] = service{s.ID, s.Name, s.Team}
			}
		}
	}
	for _, a := range p.Applications {
		if f.teams[teamOf[a.Service]] == "" {
			continue
		}
		one := application{a.Name, a.Service, teamOf[a.Service], none, a.Namespace}
		if i, ok := at[a.Cluster]; ok {
			one.cluster = i
		}
		name := strings.ToLower(a.Name)
		f.applications[name] = append(f.applications[name], one)
	}
	return f
}

// server is a URL of an API server in one spelling.
func server(url string) string {
	return strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(url)), "/"), ":443")
}

// Name gives the owning team's name, empty for nobody: what live.Query asks.
func (f *Finder) Name(a *live.Application) string { return f.Of(a).Name }

// Of gives who an application belongs to.
func (f *Finder) Of(a *live.Application) Found {
	in := none
	if i, ok := f.byServer[server(a.Server)]; ok && a.Server != "" {
		in = i
	} else if i, ok := f.byName[strings.ToLower(a.Cluster)]; ok && a.Cluster != "" {
		in = i
	}
	name := strings.ToLower(a.Name)
	if found := f.application(name, in, a.DestNamespace); found != nil {
		return f.found(found.team, found.service, Application, found.name)
	}
	if s, ok := f.service(name); ok {
		return f.found(s.team, s.id, Service, s.name)
	}
	if in == none {
		return Found{}
	}
	c := &f.clusters[in]
	for i := range c.slices {
		if holds(&c.slices[i], a) {
			return f.found(c.slices[i].Team, "", Slice, c.slices[i].Name)
		}
	}
	if f.teams[c.team] != "" {
		return f.found(c.team, "", Cluster, c.name)
	}
	return Found{}
}

func (f *Finder) found(team, service string, why Reason, by string) Found {
	return Found{Team: team, Name: f.teams[team], Service: service, Why: why, By: by}
}

// application is the planned one of that name that contradicts the live one
// least: in its cluster, then in its namespace. One in another cluster is
// another application; where all such have one team, it is theirs too.
func (f *Finder) application(name string, in int, namespace string) *application {
	all := f.applications[name]
	var best *application
	most := -1
	for i := range all {
		a, fits := &all[i], 0
		if a.cluster != none && in != none && a.cluster != in || a.namespace != "" && namespace != "" && a.namespace != namespace {
			continue
		}
		if a.cluster != none && a.cluster == in {
			fits += 2
		}
		if a.namespace != "" && a.namespace == namespace {
			fits++
		}
		if fits > most {
			best, most = a, fits
		}
	}
	if best == nil && len(all) > 0 {
		for i := range all {
			if all[i].team != all[0].team {
				return nil
			}
		}
		best = &all[0]
	}
	return best
}

// service is the one of that name, or of what is left of it without a
// cluster's or an environment's name before or behind, as generators add it.
func (f *Finder) service(name string) (service, bool) {
	if s, ok := f.services[name]; ok {
		return s, true
	}
	for i := range name {
		if name[i] != '-' {
			continue
		}
		if f.words[name[i+1:]] {
			if s, ok := f.services[name[:i]]; ok {
				return s, true
			}
		}
		if f.words[name[:i]] {
			if s, ok := f.services[name[i+1:]]; ok {
				return s, true
			}
		}
	}
	return service{}, false
}

// holds tells whether an application lies in a part of its cluster.
func holds(s *plan.Slice, a *live.Application) bool {
	for _, n := range s.Namespaces {
		if n == a.DestNamespace {
			return true
		}
	}
	return s.Project != "" && s.Project == a.Project
}
