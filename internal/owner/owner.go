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

// Found is who a live application belongs to, and which rows of the plan it is
// in. The zero Found is nobody, on a cluster the plan does not have.
type Found struct {
	Team    string // its id
	Name    string // the team's
	Service string // id, where an application or a service named the owner
	Why     Reason
	By      string // name of the row that named the owner

	Application string // id of the planned application that it is
	Cluster     string // id of the planned cluster that it runs on
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
	id, name, service string
	team              string
	cluster           int // none: the plan does not say
	namespace         string
}

type service struct{ id, name, team string }

type cluster struct {
	id, name, team string
	slices         []plan.Slice // that have a team
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
		f.clusters = append(f.clusters, cluster{id: c.ID, name: c.Name, team: c.Team})
		for _, name := range []string{strings.ToLower(c.ID), strings.ToLower(c.Name)} {
			f.words[name] = true
			if _, taken := f.byName[name]; !taken {
				f.byName[name] = i
			}
		}
		if s := Server(c.Server); s != "" {
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
		one := application{a.ID, a.Name, a.Service, teamOf[a.Service], none, a.Namespace}
		if i, ok := at[a.Cluster]; ok {
			one.cluster = i
		}
		name := strings.ToLower(a.Name)
		f.applications[name] = append(f.applications[name], one)
	}
	return f
}

// Server is a URL of an API server in one spelling.
func Server(url string) string {
	return strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(url)), "/"), ":443")
}

// Name gives the owning team's name, empty for nobody: what live.Query asks.
func (f *Finder) Name(a *live.Application) string { return f.Of(a).Name }

// Of gives who an application belongs to.
func (f *Finder) Of(a *live.Application) Found {
	in := f.cluster(a)
	name := strings.ToLower(a.Name)
	row, same := f.application(name, in, a.DestNamespace)
	out := f.owned(a, in, name, row)
	if same {
		out.Application = row.id
	}
	if in != none {
		out.Cluster = f.clusters[in].id
	}
	return out
}

// cluster is the planned one that an application runs on, or none.
func (f *Finder) cluster(a *live.Application) int {
	if i, ok := f.byServer[Server(a.Server)]; ok && a.Server != "" {
		return i
	} else if i, ok := f.byName[strings.ToLower(a.Cluster)]; ok && a.Cluster != "" {
		return i
	}
	return none
}

// owned names the owner, where row is the planned application if there is one.
func (f *Finder) owned(a *live.Application, in int, name string, row *application) Found {
	if row != nil && f.teams[row.team] != "" {
		return f.found(row.team, row.service, Application, row.name)
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
// another application, and not the same; where all such have one team, it is
// theirs too.
func (f *Finder) application(name string, in int, namespace string) (best *application, same bool) {
	all := f.applications[name]
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
	if best != nil || len(all) == 0 {
		return best, best != nil
	}
	for i := range all {
		if all[i].team != all[0].team {
			return nil, false
		}
	}
	return &all[0], false
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
