package survey

import (
	"strings"

	"deckplan/internal/plan"
)

// Propose compares a reading with a plan. It does no more than that: the same
// plan, reading and choices give the same proposal, and once it was carried
// out, a proposal with nothing in it.
func Propose(p *plan.Plan, o *Observed, c Choices) *Proposal {
	if o.FromCatalog() {
		return proposeCatalog(p, o, c)
	}
	r := &reading{builder: newBuilder(p), o: o, c: c}
	r.rows = make([]Row, 0, 2*len(o.Applications)+2*len(o.Clusters)+len(o.Projects)+16)
	r.gather()
	r.assign()
	clusters := r.clusters()
	r.slices(clusters)
	services := r.services()
	r.applications(clusters, services)
	r.layout(clusters)
	r.note("survey.note.dropped", o.Dropped)
	return r.proposal()
}

// clusters merges teams, environments, zones, repositories and clusters, and
// gives the clusters' keys by spot.
func (r *reading) clusters() []string {
	var environments, zones names
	for _, s := range r.spots {
		if s.used() {
			environments.add(s.environment, 1)
			zones.add(s.zone, 1)
		}
	}
	zones.sorted(nil)
	teamKeys, teams := r.teamsOf()
	environmentKeys, zoneKeys := r.environments(&environments), r.zones(&zones)
	var all []wanted[plan.Cluster]
	var which []int
	for i, s := range r.spots {
		if !s.used() {
			continue
		}
		why := Reason{ID: "survey.why.cluster.destination", N: len(s.apps), Name: s.instanceOr(r)}
		if s.listed {
			why.ID = "survey.why.cluster.listed"
		}
		which = append(which, i)
		all = append(all, wanted[plan.Cluster]{ident: s.ident, why: why, own: true, row: plan.Cluster{Name: s.name, Server: s.server, Kubernetes: s.kubernetes,
			Environment: environments.key(environmentKeys, s.environment), Zone: zones.key(zoneKeys, s.zone), Region: s.region, Team: teams.key(teamKeys, s.team)}})
	}
	keys := merge(r.builder, clusterTable(r.p, all), all, func(*plan.Cluster) *Reason { return &Reason{ID: "survey.why.gone.cluster"} })
	out := make([]string, len(r.spots))
	for i, k := range keys {
		out[which[i]] = k
	}
	return out
}

func (s *spot) instanceOr(r *reading) string {
	if len(s.apps) > 0 {
		return r.o.Applications[s.apps[0]].Instance
	}
	return s.instance
}

func clusterTable(p *plan.Plan, all []wanted[plan.Cluster]) table[plan.Cluster] {
	server := func(c *plan.Cluster) string {
		if isInCluster(c.Server) {
			return "" // each instance has one of its own
		}
		return address(c.Server)
	}
	name := func(c *plan.Cluster) *string { return &c.Name }
	return table[plan.Cluster]{kind: "clusters", rows: p.Clusters, key: func(c *plan.Cluster) *string { return &c.ID },
		columns: []column[plan.Cluster]{
			{name: "name", fixed: true, at: name},
			{name: "server", owned: true, at: func(c *plan.Cluster) *string { return &c.Server }, same: sameAddress},
			{name: "kubernetes", owned: true, at: func(c *plan.Cluster) *string { return &c.Kubernetes }, same: sameMinor},
			{name: "environment", at: func(c *plan.Cluster) *string { return &c.Environment }},
			{name: "zone", at: func(c *plan.Cluster) *string { return &c.Zone }},
			{name: "region", at: func(c *plan.Cluster) *string { return &c.Region }},
			{name: "team", at: func(c *plan.Cluster) *string { return &c.Team }},
		},
		passes: append([]pass[plan.Cluster]{{by: "server", row: server, want: func(i int) string { return server(&all[i].row) }}}, byName(name, all)...)}
}

// teamsOf merges the teams that services, clusters and projects name.
func (r *reading) teamsOf() ([]string, *names) {
	n := &names{}
	for _, t := range r.team {
		n.add(t, 1)
	}
	for _, s := range r.spots {
		n.add(s.team, 1)
	}
	projects := map[string]bool{}
	if r.c.Team == FromProject {
		for _, p := range r.o.Projects {
			if p.Name != "default" {
				n.add(tidy(p.Name, 120), 0)
				projects[tidy(p.Name, 120)] = true
			}
		}
	}
	n.sorted(nil)
	r.teamNames = n
	r.teamKeys = r.teams(n, "survey.why.team", func(s string) bool { return projects[s] })
	return r.teamKeys, n
}

// shipped is a service as its applications tell of it.
type shipped struct {
	team, repository, image string
	torn                    bool // its applications name several teams
	n                       int
}

// services merges repositories and services, and gives the services' keys by
// application.
func (r *reading) services() []string {
	var found, urls names
	kinds := map[string]plan.RepositoryKind{}
	about := map[string]*shipped{}
	for i, s := range r.service {
		a := &r.o.Applications[i]
		url := tidy(a.RepoURL, 300)
		if url != "" {
			urls.add(url, 1)
			if first := urls.order[urls.at[fold(url)]]; kinds[first] == "" {
				kinds[first] = repositoryKind(a)
			}
		}
		if s == "" {
			continue
		}
		found.add(s, 1)
		one := about[fold(s)]
		if one == nil {
			about[fold(s)] = &shipped{team: r.team[i], repository: url, image: mainImage(a, s), n: 1}
			continue
		}
		one.n++
		agree(&one.repository, url)
		agree(&one.image, mainImage(a, s))
		if t := r.team[i]; t != "" && one.team == "" {
			one.team = t
		} else if t != "" && fold(t) != fold(one.team) {
			one.torn = true
		}
	}
	found.sorted(nil)
	urls.sorted(nil)
	repositories := r.repositories(&urls, kinds)
	all := make([]wanted[plan.Service], len(found.order))
	torn := 0
	for i, s := range found.order {
		one := about[fold(s)]
		if one.torn {
			one.team = ""
			torn++
		}
		all[i] = wanted[plan.Service]{ident: fold(s), why: Reason{ID: "survey.why.service", N: one.n},
			row: plan.Service{Name: s, Team: r.teamNames.key(r.teamKeys, one.team), Repository: urls.key(repositories, one.repository), Image: one.image}}
	}
	r.note("survey.note.teams", torn)
	keys := merge(r.builder, serviceTable(r.p, all), all, nil)
	out := make([]string, len(r.service))
	for i, s := range r.service {
		out[i] = found.key(keys, s)
	}
	return out
}

func serviceTable(p *plan.Plan, all []wanted[plan.Service]) table[plan.Service] {
	name := func(s *plan.Service) *string { return &s.Name }
	return table[plan.Service]{kind: "services", rows: p.Services, key: func(s *plan.Service) *string { return &s.ID },
		columns: []column[plan.Service]{
			{name: "name", fixed: true, at: name},
			{name: "team", at: func(s *plan.Service) *string { return &s.Team }},
			{name: "repository", at: func(s *plan.Service) *string { return &s.Repository }},
			{name: "image", at: func(s *plan.Service) *string { return &s.Image }},
		}, passes: byName(name, all)}
}

// agree empties a value that another one contradicts.
func agree(v *string, other string) {
	if *v != other {
		*v = ""
	}
}

func repositoryKind(a *Application) plan.RepositoryKind {
	switch {
	case strings.HasPrefix(a.RepoURL, "oci://"):
		return plan.OCIRepository
	case a.Chart:
		return plan.HelmRepository
	}
	return plan.ConfigRepository
}

// mainImage is the application's one image, or the one called like the
// service, without tag and digest.
func mainImage(a *Application, service string) string {
	only := ""
	for _, image := range a.Images {
		image, _, _ = strings.Cut(image, "@")
		if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
			image = image[:i]
		}
		if strings.EqualFold(image[strings.LastIndexByte(image, '/')+1:], service) {
			return tidy(image, 300)
		}
		if len(a.Images) == 1 {
			only = tidy(image, 300)
		}
	}
	return only
}

// applications merges the applications.
func (r *reading) applications(clusters, services []string) {
	delivered := map[string]bool{}
	all := make([]wanted[plan.Application], 0, len(r.o.Applications))
	long := 0
	for i := range r.o.Applications {
		a := &r.o.Applications[i]
		cluster, slice := "", ""
		if r.at[i] >= 0 {
			cluster, slice = clusters[r.at[i]], r.spots[r.at[i]].slices[a.Instance]
			delivered[cluster] = true
		}
		name := tidy(a.Name, 253)
		if name == "" {
			long++
			continue
		}
		all = append(all, wanted[plan.Application]{ident: a.Instance + "\x00" + a.Namespace + "\x00" + a.Name, own: true,
			why: Reason{ID: "survey.why.application", Name: a.Instance},
			row: plan.Application{Name: name, Service: services[i], Cluster: cluster, Slice: slice, Namespace: tidy(a.DestNamespace, 63),
				Project: tidy(a.Project, 120), ApplicationSet: tidy(a.ApplicationSet, 253)}})
	}
	r.note("survey.note.long", long)
	merge(r.builder, applicationTable(r.p, all), all, func(a *plan.Application) *Reason {
		if a.Cluster != "" && delivered[a.Cluster] {
			return &Reason{ID: "survey.why.gone.application"}
		}
		return nil
	})
	r.goneServices()
}

func applicationTable(p *plan.Plan, all []wanted[plan.Application]) table[plan.Application] {
	join := func(parts ...string) string { return strings.Join(parts, "\x00") }
	exact := func(a *plan.Application) string { return join(a.Name, a.Cluster, a.Namespace) }
	placed := func(a *plan.Application) string { return join(a.Name, a.Cluster) }
	loose := func(a *plan.Application) string {
		if a.Cluster != "" {
			return ""
		}
		return a.Name
	}
	return table[plan.Application]{kind: "applications", rows: p.Applications, key: func(a *plan.Application) *string { return &a.ID },
		columns: []column[plan.Application]{
			{name: "name", fixed: true, at: func(a *plan.Application) *string { return &a.Name }},
			{name: "service", at: func(a *plan.Application) *string { return &a.Service }, owned: true},
			{name: "cluster", at: func(a *plan.Application) *string { return &a.Cluster }},
			{name: "slice", at: func(a *plan.Application) *string { return &a.Slice }},
			{name: "namespace", owned: true, at: func(a *plan.Application) *string { return &a.Namespace }},
			{name: "project", owned: true, at: func(a *plan.Application) *string { return &a.Project }},
			{name: "applicationSet", owned: true, at: func(a *plan.Application) *string { return &a.ApplicationSet }},
		},
		passes: []pass[plan.Application]{
			{by: "application", row: exact, want: func(i int) string { return exact(&all[i].row) }},
			{by: "application", row: placed, want: func(i int) string { return placed(&all[i].row) }},
			{by: "key"},
			{by: "name", row: loose, want: func(i int) string { return all[i].row.Name }},
		}}
}

// goneServices offers the services that no application named, once none of the
// plan's applications is left to them.
func (r *reading) goneServices() {
	gone, stays := map[string]bool{}, map[string]bool{}
	for _, row := range r.rows {
		switch {
		case row.Action == Gone && row.Kind == "applications":
			gone[row.Key] = true
		case row.Kind == "services":
			stays[row.Key] = true // wanted
		}
	}
	lost := map[string]bool{}
	for _, a := range r.p.Applications {
		lost[a.Service] = true
		if !gone[a.ID] {
			stays[a.Service] = true
		}
	}
	for _, s := range r.p.Services {
		if !stays[s.ID] && (lost[s.ID] || r.c.Service != Nothing) {
			r.add(Row{Action: Gone, Kind: "services", Key: s.ID, Name: s.Name, Why: Reason{ID: "survey.why.gone.service"}})
		}
	}
}
