package layout

import (
	"strconv"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

var parameterUnit = func() map[string]verdict.Unit {
	units := map[string]verdict.Unit{}
	for _, p := range catalog.Parameters() {
		units[p.ID] = p.Unit
	}
	return units
}()

// maxRefs bounds the rows one finding names; its arguments give the number.
const maxRefs = 12

// rules finds what is wrong, risky or in order. Every rule gives at most a few
// findings however large the plan is: rows that share a fault are named
// together.
type rules struct {
	*model
	out *Analysis
	all []verdict.Finding
}

// findings runs every rule; the worst come first, otherwise in order of rule.
func (r *rules) findings() []verdict.Finding {
	r.unassigned()
	r.reachClusters()
	r.reachRepositories()
	r.reachRegistries()
	r.reachWebhooks()
	r.reachDashboard()
	r.apart()
	r.hosts()
	r.limits()
	r.availability()
	r.keys()
	r.capacity()
	r.spare()
	r.compatibility()
	r.commonFailures()
	r.unknowns()
	var sorted []verdict.Finding
	for s := verdict.Error; s <= verdict.Good; s++ {
		for _, f := range r.all {
			if f.Severity == s {
				sorted = append(sorted, f)
			}
		}
	}
	return sorted
}

func (r *rules) add(severity verdict.Severity, id string, args verdict.Args, about []verdict.Ref, sources ...verdict.Source) {
	r.all = append(r.all, verdict.Finding{ID: "layout.finding." + id, Severity: severity, Args: args, About: about, Sources: sources})
}

// group gathers rows that share a fault. What it holds is bounded; what it
// counts is not.
type group struct {
	n     int
	names []string
	refs  []verdict.Ref
	seen  map[verdict.Ref]bool
}

func (g *group) add(kind, key, name string) {
	ref := verdict.Ref{Kind: kind, Key: key, Name: name}
	if g.seen[ref] {
		return
	}
	if g.seen == nil {
		g.seen = map[verdict.Ref]bool{}
	}
	g.seen[ref] = true
	g.n++
	if len(g.names) < 3 {
		g.names = append(g.names, name)
	}
	if len(g.refs) < maxRefs {
		g.refs = append(g.refs, ref)
	}
}

// list names up to three rows and counts the rest: "a, b, c +9".
func (g *group) list() string {
	s := strings.Join(g.names, ", ")
	if g.n > len(g.names) {
		s += " +" + strconv.Itoa(g.n-len(g.names))
	}
	return s
}

func (r *rules) addInstance(g *group, i int) {
	g.add("instances", r.a.Instances[i].ID, r.a.Instances[i].Name)
}

func (r *rules) addCluster(g *group, c int) {
	row := r.ix.plan.Clusters[c]
	g.add("clusters", row.ID, row.Name)
}

func (r *rules) addZone(g *group, z int) {
	g.add("zones", r.ix.plan.Zones[z].ID, r.ix.plan.Zones[z].Name)
}

func refs(groups ...*group) []verdict.Ref {
	var out []verdict.Ref
	for _, g := range groups {
		out = append(out, g.refs...)
	}
	return out
}

// unassigned: everything that is delivered belongs to an instance.
func (r *rules) unassigned() {
	var busy, idle, used group
	apps := 0
	for k, i := range r.owner {
		s := r.ix.slots[k]
		switch {
		case i != none:
		case s.apps > 0 || r.ix.byCluster:
			r.addCluster(&busy, s.cluster)
			apps += s.apps
		default:
			r.addCluster(&idle, s.cluster)
		}
	}
	for i, f := range r.figures {
		if f.Clusters == 0 {
			r.addInstance(&used, i)
		}
	}
	if busy.n > 0 {
		r.add(verdict.Error, "unassigned", verdict.Args{"cluster": busy.list(), "n": busy.n, "applications": apps}, refs(&busy))
	}
	if idle.n > 0 {
		r.add(verdict.Note, "unassigned_empty", verdict.Args{"cluster": idle.list(), "n": idle.n}, refs(&idle))
	}
	if used.n > 0 {
		r.add(verdict.Note, "idle_instance", verdict.Args{"instance": used.list(), "n": used.n}, refs(&used))
	}
}

// availability: HA for production, one instance for one fate.
func (r *rules) availability() {
	var single, agents group
	for i, f := range r.figures {
		if f.production > 0 && !f.HA {
			r.addInstance(&single, i)
		}
		if f.Mode != plan.Push {
			r.addInstance(&agents, i)
		}
	}
	if single.n > 0 {
		r.add(verdict.Warning, "not_ha", verdict.Args{"instance": single.list(), "n": single.n}, refs(&single), catalog.FactSources("ha_for_production")...)
	}
	if agents.n > 0 {
		r.add(verdict.Note, "agent_maturity", verdict.Args{"instance": agents.list(), "n": agents.n}, refs(&agents), catalog.FactSources("agent_maturity")...)
	}
	if d := r.out.Radius.Domain; d.Kind == HostDomain && d.cluster != none {
		r.sharedHost(d)
	}
}

// sharedHost: a host that several instances share gives the delivery radius.
func (r *rules) sharedHost(d Domain) {
	var on group
	for i, h := range r.host {
		if h == d.cluster {
			r.addInstance(&on, i)
		}
	}
	if on.n > 1 {
		host := r.ix.plan.Clusters[d.cluster]
		r.add(verdict.Warning, "shared_host", verdict.Args{"host": host.Name, "instance": on.list(), "n": on.n, "radius": r.out.Radius.Value},
			append([]verdict.Ref{{Kind: "clusters", Key: host.ID, Name: host.Name}}, on.refs...))
	}
}

// keys: how much the taking of one instance gives away.
func (r *rules) keys() {
	var many group
	most := 0
	for i, f := range r.figures {
		if f.Mode == plan.Push && f.production > 1 {
			r.addInstance(&many, i)
			most = max(most, f.production)
		}
	}
	if many.n > 0 {
		r.add(verdict.Warning, "production_keys", verdict.Args{"instance": many.list(), "n": many.n, "keys": most}, refs(&many), catalog.FactSources("cluster_admin_by_default")...)
	}
}

// commonFailures: what splitting does not bound.
func (r *rules) commonFailures() {
	n := 0
	for _, f := range r.figures {
		if f.Clusters > 0 {
			n++
		}
	}
	if q := r.domains[1].Q; n > 1 && q > 0 {
		r.add(verdict.Note, "common", verdict.Args{"n": n, "share": r.beta(), "hours": q * hoursPerYear}, nil, catalog.FactSources("common_failures")...)
	}
}

// unknowns: what could not be checked, and why.
func (r *rules) unknowns() {
	var zoneless group
	for k, i := range r.owner {
		c := r.ix.slots[k].cluster
		if i == none || r.host[i] == c {
			continue
		}
		if r.ix.zone[c] == none {
			r.addCluster(&zoneless, c)
		} else if r.hostZone[i] == none {
			r.addInstance(&zoneless, i)
		}
	}
	if zoneless.n > 0 {
		r.add(verdict.Note, "zone_unknown", verdict.Args{"name": zoneless.list(), "n": zoneless.n}, refs(&zoneless))
	}
	switch {
	case r.ix.byCluster && len(r.ix.slots) > 0:
		r.add(verdict.Note, "no_applications", verdict.Args{"n": len(r.ix.slots)}, nil)
	case r.ix.homeless > 0:
		r.add(verdict.Note, "homeless", verdict.Args{"n": r.ix.homeless}, nil)
	}
}
