package layout

import (
	"slices"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// cut is a fault in reach, gathered by the zone the connection comes from.
type cut struct {
	instances, clusters, zones, repositories group
}

// reachClusters: an instance that pushes opens connections to its clusters'
// API servers; an agent opens them to its principal. An autonomous agent works
// without its principal, which then only fails to see it.
func (r *rules) reachClusters() {
	push, agent, blind := map[int]*cut{}, map[int]*cut{}, map[int]*cut{}
	for k, i := range r.owner {
		if i == none || r.host[i] == r.ix.slots[k].cluster {
			continue
		}
		c := r.ix.slots[k].cluster
		from, to, into := r.hostZone[i], r.ix.zone[c], push
		switch r.figures[i].Mode {
		case plan.AgentAutonomous:
			from, to, into = to, from, blind
		case plan.AgentManaged, plan.AgentShared:
			from, to, into = to, from, agent
		}
		if open, known := r.ix.reach(from, to); open || !known {
			continue
		}
		if r.figures[i].Mode != plan.AgentAutonomous {
			r.out.Compartments[k].Unreachable = true
		}
		g := cutAt(into, r.hostZone[i])
		r.addInstance(&g.instances, i)
		r.addCluster(&g.clusters, c)
		r.addZone(&g.zones, r.ix.zone[c])
	}
	r.addCuts(push, verdict.Error, "unreachable", "push_reach")
	r.addCuts(agent, verdict.Error, "agent_cut", "agent_reach")
	r.addCuts(blind, verdict.Warning, "agent_unseen", "agent_reach")
}

func cutAt(m map[int]*cut, zone int) *cut {
	if m[zone] == nil {
		m[zone] = &cut{}
	}
	return m[zone]
}

// inOrder gives a map's zones in the plan's order.
func inOrder(m map[int]*cut) []int {
	zones := make([]int, 0, len(m))
	for z := range m {
		zones = append(zones, z)
	}
	slices.Sort(zones)
	return zones
}

func (r *rules) addCuts(m map[int]*cut, severity verdict.Severity, id, fact string) {
	for _, z := range inOrder(m) {
		g := m[z]
		r.add(severity, id, verdict.Args{"instance": g.instances.list(), "instances": g.instances.n, "cluster": g.clusters.list(),
			"n": g.clusters.n, "host_zone": r.ix.zoneName(z), "zone": g.zones.list()},
			refs(&g.instances, &g.clusters), catalog.FactSources(fact)...)
	}
}

// reachRepositories: the repo-server reads Git, Helm and OCI repositories. It
// runs beside the instance, or on the cluster where an agent has its own. What
// a slot needs is what its services name; where they name none, any one of the
// plan's repositories will do.
func (r *rules) reachRepositories() {
	cuts := map[int]*cut{}
	readers := readers{ix: r.ix}
	for k, i := range r.owner {
		if i == none {
			continue
		}
		from := r.hostZone[i]
		if mode := r.figures[i].Mode; mode == plan.AgentManaged || mode == plan.AgentAutonomous {
			from = r.ix.zone[r.ix.slots[k].cluster]
		}
		for _, j := range readers.cut(from, k) {
			g := cutAt(cuts, from)
			r.addInstance(&g.instances, i)
			row := r.ix.plan.Repositories[j]
			g.repositories.add("repositories", row.ID, row.Name)
		}
	}
	for _, z := range inOrder(cuts) {
		g := cuts[z]
		r.add(verdict.Error, "repository_unreachable", verdict.Args{"instance": g.instances.list(), "instances": g.instances.n,
			"repository": g.repositories.list(), "n": g.repositories.n, "zone": r.ix.zoneName(z)}, refs(&g.instances, &g.repositories))
	}
}

// readers answers what repo-servers in a zone can read.
type readers struct {
	ix   *Index
	open map[int]bool // by zone: some repository of the plan is not out of reach
}

// cut gives the repositories that slot k needs and that are known to be out of
// reach from the zone.
func (q *readers) cut(from, k int) []int {
	need := q.ix.slots[k].repos
	if from == none || len(need) == 0 && q.any(from) {
		return nil
	}
	if len(need) == 0 {
		return q.ix.repositories
	}
	var out []int
	for _, j := range need {
		if q.ix.repositoryCut(from, j) {
			out = append(out, j)
		}
	}
	return out
}

func (q *readers) any(from int) bool {
	open, asked := q.open[from]
	if !asked {
		if q.open == nil {
			q.open = map[int]bool{}
		}
		open = len(q.ix.repositories) == 0 || slices.ContainsFunc(q.ix.repositories, func(j int) bool { return !q.ix.repositoryCut(from, j) })
		q.open[from] = open
	}
	return open
}

// repositoryCut says that the repository is known to be out of reach.
func (ix *Index) repositoryCut(from, repository int) bool {
	open, known := ix.reach(from, at(ix.zones, ix.plan.Repositories[repository].Zone))
	return known && !open
}

// reachRegistries: nodes pull images from a registry in their zone or over an
// online link.
func (r *rules) reachRegistries() {
	if len(r.ix.registries) == 0 {
		return
	}
	var zones, clusters group
	served := map[int]bool{}
	for c, z := range r.ix.zone {
		if z == none {
			continue
		}
		ok, asked := served[z]
		if !asked {
			ok = slices.ContainsFunc(r.ix.registries, func(to int) bool { open, _ := r.ix.reach(z, to); return open })
			served[z] = ok
		}
		if !ok {
			r.addZone(&zones, z)
			r.addCluster(&clusters, c)
		}
	}
	if zones.n > 0 {
		r.add(verdict.Error, "registry_unreachable", verdict.Args{"zone": zones.list(), "zones": zones.n, "cluster": clusters.list(), "n": clusters.n},
			refs(&zones, &clusters))
	}
}

// reachWebhooks: where a repository's zone cannot open a connection to an
// instance that reads from it, no webhook arrives and Argo CD polls.
func (r *rules) reachWebhooks() {
	cuts := map[int]*cut{}
	seen := map[int]bool{}
	for k, i := range r.owner {
		if i == none || r.hostZone[i] == none {
			continue
		}
		for _, j := range r.ix.slots[k].repos {
			pair := i*len(r.ix.plan.Repositories) + j
			if seen[pair] {
				continue
			}
			seen[pair] = true
			from := at(r.ix.zones, r.ix.plan.Repositories[j].Zone)
			if open, known := r.ix.reach(from, r.hostZone[i]); open || !known || r.ix.repositoryCut(r.hostZone[i], j) {
				continue // one that cannot be read is told of elsewhere
			}
			g := cutAt(cuts, r.hostZone[i])
			r.addInstance(&g.instances, i)
			row := r.ix.plan.Repositories[j]
			g.repositories.add("repositories", row.ID, row.Name)
			r.addZone(&g.zones, from)
		}
	}
	for _, z := range inOrder(cuts) {
		g := cuts[z]
		r.add(verdict.Note, "webhook_cut", verdict.Args{"instance": g.instances.list(), "instances": g.instances.n, "repository": g.repositories.list(),
			"n": g.repositories.n, "zone": g.zones.list(), "host_zone": r.ix.zoneName(z)}, refs(&g.instances, &g.repositories))
	}
}

// reachDashboard: Deckplan reads the state of every instance from its own zone.
func (r *rules) reachDashboard() {
	from := at(r.ix.zones, r.ix.plan.About.Zone)
	var instances, zones group
	for i, z := range r.hostZone {
		if open, known := r.ix.reach(from, z); known && !open {
			r.addInstance(&instances, i)
			r.addZone(&zones, z)
		}
	}
	if instances.n > 0 {
		r.add(verdict.Warning, "dashboard_cut", verdict.Args{"instance": instances.list(), "n": instances.n, "zone": r.ix.zoneName(from), "host_zone": zones.list()},
			refs(&instances))
	}
}
