package survey

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// spot is a cluster as all instances together tell of it.
type spot struct {
	ident, name, server, kubernetes string
	instance                        string // that lists it first, or delivers to it
	listed                          bool
	labels                          []Label
	apps                            []int          // positions in Observed
	by                              map[string]int // applications by instance
	environment, zone, region, team string
	host                            bool              // the cluster its instance runs on
	slices                          map[string]string // keys by instance, where several share it
}

// reading is an Argo CD reading on its way to rows.
type reading struct {
	*builder
	o       *Observed
	c       Choices
	spots   []*spot
	at      []int    // spot of each application, -1 for none
	service []string // of each application
	team    []string // of each application

	teamNames *names
	teamKeys  []string
}

// gather finds the clusters, and where each application is delivered.
func (r *reading) gather() {
	byIdent := map[string]int{}
	servers := map[string]string{} // instance + name → server
	add := func(instance, name, server string) int {
		ident, host := address(server), isInCluster(server)
		switch {
		case host:
			ident = instance + "\x00" + InCluster
			if name == "" || name == "in-cluster" || name == server {
				name = instance + "/in-cluster"
			}
		case server == "":
			ident = "name\x00" + fold(name)
		}
		if i, ok := byIdent[ident]; ok {
			return i
		}
		if name == "" || name == server {
			name = hostOf(server)
		}
		s := &spot{ident: ident, name: tidy(name, 120), server: tidy(server, 300), instance: instance, host: host, by: map[string]int{}}
		if s.name == "" {
			return -1
		}
		byIdent[ident] = len(r.spots)
		r.spots = append(r.spots, s)
		return len(r.spots) - 1
	}
	long := 0
	for _, c := range r.o.Clusters {
		if c.Name != "" && c.Server != "" {
			servers[c.Instance+"\x00"+c.Name] = c.Server
		}
		i := add(c.Instance, c.Name, c.Server)
		if i < 0 {
			long++
			continue
		}
		s := r.spots[i]
		s.listed = true
		s.kubernetes = cmp.Or(s.kubernetes, minor(c.Kubernetes))
		if s.labels == nil {
			s.labels = c.Labels
		}
	}
	r.at = make([]int, len(r.o.Applications))
	for i := range r.o.Applications {
		a := &r.o.Applications[i]
		server := cmp.Or(a.Server, servers[a.Instance+"\x00"+a.Cluster])
		if r.at[i] = -1; server == "" && a.Cluster == "" {
			continue
		}
		if r.at[i] = add(a.Instance, a.Cluster, server); r.at[i] >= 0 {
			s := r.spots[r.at[i]]
			s.apps = append(s.apps, i)
			s.by[a.Instance]++
		}
	}
	r.note("survey.note.long", long)
}

// hostOf is the host name of a cluster nobody has named.
func hostOf(server string) string {
	_, rest, ok := strings.Cut(server, "://")
	if !ok {
		rest = server
	}
	rest, _, _ = strings.Cut(rest, "/")
	return rest
}

var version = regexp.MustCompile(`^v?(\d+\.\d+)`)

// minor is a Kubernetes version as plans write it, such as 1.34.
func minor(v string) string {
	if m := version.FindStringSubmatch(strings.TrimSpace(v)); m != nil {
		return m[1]
	}
	return ""
}

func sameMinor(have, seen string) bool { return minor(have) == seen }

func sameAddress(have, seen string) bool { return address(have) == address(seen) }

// value takes what a choice says from an application or its cluster; either
// may be nil.
func value(from From, a *Application, s *spot) string {
	if key, ofCluster, ok := from.Label(); ok {
		switch {
		case ofCluster && s != nil:
			return tidy(labelOf(s.labels, key), 120)
		case !ofCluster && a != nil:
			return tidy(labelOf(a.Labels, key), 120)
		}
		return ""
	}
	if from == FromClusterName && s != nil {
		return environmentWord(s.name)
	}
	if a == nil {
		return ""
	}
	switch from {
	case FromProject:
		if a.Project != "default" {
			return tidy(a.Project, 120)
		}
	case FromNamespace:
		return tidy(a.DestNamespace, 120)
	case FromRepository:
		return tidy(lastPart(a.RepoURL), 120)
	case FromApplicationSet:
		return tidy(a.ApplicationSet, 120)
	case FromName:
		cluster, environment := "", ""
		if s != nil {
			cluster, environment = s.name, s.environment
		}
		return tidy(Stem(a.Name, cluster, environment), 120)
	}
	return ""
}

func lastPart(url string) string {
	s := strings.TrimSuffix(strings.TrimRight(url, "/"), ".git")
	return s[strings.LastIndexAny(s, "/:")+1:]
}

// ofSpot is a cluster's own value; where it is taken from applications, the
// one they agree on.
func (r *reading) ofSpot(from From, s *spot) (v string, agreed bool) {
	if from == Nothing || from.perCluster() {
		return value(from, nil, s), true
	}
	for _, i := range s.apps {
		switch one := value(from, &r.o.Applications[i], s); {
		case one == "" || one == v:
		case v == "":
			v = one
		default:
			return "", false
		}
	}
	return v, true
}

// assign gives clusters and applications what the choices take.
func (r *reading) assign() {
	torn := 0
	set := func(from From, s *spot, to *string) {
		v, ok := r.ofSpot(from, s)
		if *to = v; !ok {
			torn++
		}
	}
	for _, s := range r.spots {
		set(r.c.Environment, s, &s.environment)
		set(r.c.Zone, s, &s.zone)
		set(r.c.Region, s, &s.region)
		if r.c.Team.perCluster() {
			s.team = value(r.c.Team, nil, s)
		}
	}
	r.note("survey.note.torn", torn)
	r.service, r.team = make([]string, len(r.at)), make([]string, len(r.at))
	without := 0
	for i := range r.at {
		var s *spot
		if r.at[i] >= 0 {
			s = r.spots[r.at[i]]
		}
		r.service[i] = value(r.c.Service, &r.o.Applications[i], s)
		r.team[i] = value(r.c.Team, &r.o.Applications[i], s)
		if r.service[i] == "" && r.c.Service != Nothing {
			without++
		}
	}
	r.note("survey.note.no_service", without)
}

// used tells whether a cluster is worth a row: the one an instance runs on is
// listed always, and often nothing is delivered to it.
func (s *spot) used() bool { return !s.host || len(s.apps) > 0 }

// names are different texts in order of appearance, with how often each came.
type names struct {
	order []string
	at    map[string]int // by fold
	n     []int
}

func (n *names) add(s string, times int) {
	if s == "" {
		return
	}
	if n.at == nil {
		n.at = map[string]int{}
	}
	i, ok := n.at[fold(s)]
	if !ok {
		i = len(n.order)
		n.at[fold(s)] = i
		n.order, n.n = append(n.order, s), append(n.n, 0)
	}
	n.n[i] += times
}

// sorted puts the names in order, by less or else by the alphabet.
func (n *names) sorted(rank func(string) int) {
	count := map[string]int{}
	for i, s := range n.order {
		count[s] = n.n[i]
	}
	slices.SortFunc(n.order, func(a, b string) int {
		if rank != nil && rank(a) != rank(b) {
			return rank(a) - rank(b)
		}
		return cmp.Or(cmp.Compare(fold(a), fold(b)), cmp.Compare(a, b))
	})
	for i, s := range n.order {
		n.at[fold(s)], n.n[i] = i, count[s]
	}
}

// key finds the key of a name among those that merge gave.
func (n *names) key(keys []string, s string) string {
	if i, ok := n.at[fold(s)]; ok && s != "" {
		return keys[i]
	}
	return ""
}

// byName matches rows by their name, then by the key an earlier reading gave.
func byName[T any](name func(*T) *string, all []wanted[T]) []pass[T] {
	return []pass[T]{
		{by: "name", row: func(t *T) string { return fold(*name(t)) }, want: func(i int) string { return fold(*name(&all[i].row)) }},
		{by: "key"},
	}
}

func (b *builder) teams(n *names, why string, own func(string) bool, more ...func(all []wanted[plan.Team]) pass[plan.Team]) []string {
	all := make([]wanted[plan.Team], len(n.order))
	for i, s := range n.order {
		all[i] = wanted[plan.Team]{ident: fold(s), row: plan.Team{Name: s}, why: Reason{ID: why, N: n.n[i]}, own: own(s)}
	}
	name := func(t *plan.Team) *string { return &t.Name }
	t := table[plan.Team]{kind: "teams", rows: b.p.Teams, key: func(t *plan.Team) *string { return &t.ID },
		columns: []column[plan.Team]{{name: "name", fixed: true, at: name}}, passes: byName(name, all)}
	for _, m := range more {
		t.passes = append(t.passes, m(all))
	}
	return merge(b, t, all, nil)
}

func tierOf(name string) plan.Tier {
	for _, w := range append([]string{fold(name)}, words(name)...) {
		if t := tiers[w]; t != "" {
			return plan.Tier(t)
		}
	}
	return ""
}

// environments matches by name, by earlier key, and last by tier where only
// one on each side is of it: what a label calls prod a plan may call Production.
func (b *builder) environments(n *names) []string {
	order := append(plan.Tier("").Values(), "")
	n.sorted(func(s string) int { return slices.Index(order, string(tierOf(s))) })
	all := make([]wanted[plan.Environment], len(n.order))
	seen, have := map[plan.Tier]int{}, map[plan.Tier]int{}
	for i, s := range n.order {
		all[i] = wanted[plan.Environment]{ident: fold(s), row: plan.Environment{Name: s, Tier: tierOf(s)},
			why: Reason{ID: "survey.why.environment", N: n.n[i]}}
		seen[tierOf(s)]++
	}
	for _, e := range b.p.Environments {
		have[e.Tier]++
	}
	name := func(e *plan.Environment) *string { return &e.Name }
	alone := func(t plan.Tier) string {
		if t != "" && seen[t] == 1 && have[t] == 1 {
			return string(t)
		}
		return ""
	}
	passes := append(byName(name, all), pass[plan.Environment]{by: "tier",
		row: func(e *plan.Environment) string { return alone(e.Tier) }, want: func(i int) string { return alone(all[i].row.Tier) }})
	return merge(b, table[plan.Environment]{kind: "environments", rows: b.p.Environments, key: func(e *plan.Environment) *string { return &e.ID },
		columns: []column[plan.Environment]{{name: "name", fixed: true, at: name}, {name: "tier", at: func(e *plan.Environment) *string { return (*string)(&e.Tier) }}},
		passes:  passes}, all, nil)
}

func (b *builder) zones(n *names) []string {
	all := make([]wanted[plan.Zone], len(n.order))
	for i, s := range n.order {
		all[i] = wanted[plan.Zone]{ident: fold(s), row: plan.Zone{Name: s}, why: Reason{ID: "survey.why.zone", N: n.n[i]}}
	}
	name := func(z *plan.Zone) *string { return &z.Name }
	return merge(b, table[plan.Zone]{kind: "zones", rows: b.p.Zones, key: func(z *plan.Zone) *string { return &z.ID },
		columns: []column[plan.Zone]{{name: "name", fixed: true, at: name}}, passes: byName(name, all)}, all, nil)
}

// repositories matches by URL; the name is the URL's last two parts.
func (b *builder) repositories(n *names, kinds map[string]plan.RepositoryKind) []string {
	all := make([]wanted[plan.Repository], len(n.order))
	for i, url := range n.order {
		all[i] = wanted[plan.Repository]{ident: address(url), row: plan.Repository{Name: lastTwo(url), URL: url, Kind: kinds[url]},
			why: Reason{ID: "survey.why.repository", N: n.n[i]}}
	}
	return merge(b, table[plan.Repository]{kind: "repositories", rows: b.p.Repositories, key: func(r *plan.Repository) *string { return &r.ID },
		columns: []column[plan.Repository]{
			{name: "name", fixed: true, at: func(r *plan.Repository) *string { return &r.Name }},
			{name: "url", owned: true, at: func(r *plan.Repository) *string { return &r.URL }, same: sameAddress},
			{name: "kind", at: func(r *plan.Repository) *string { return (*string)(&r.Kind) }},
		},
		passes: []pass[plan.Repository]{
			{by: "url", row: func(r *plan.Repository) string { return address(r.URL) }, want: func(i int) string { return address(all[i].row.URL) }},
			{by: "key"},
			{by: "name", row: func(r *plan.Repository) string { return fold(r.Name) }, want: func(i int) string { return fold(all[i].row.Name) }},
		}}, all, nil)
}

func lastTwo(url string) string {
	s := strings.TrimSuffix(strings.TrimRight(url, "/"), ".git")
	if i := strings.LastIndexAny(s, "/:"); i > 0 {
		if j := strings.LastIndexAny(s[:i], "/:@"); j >= 0 && j+1 < i {
			return s[j+1:]
		}
	}
	return s
}
