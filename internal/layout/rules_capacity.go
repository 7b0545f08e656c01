package layout

import (
	"cmp"
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// load is one instance's count against its guidance.
type load struct {
	instance  int
	count     float64
	low, high float64
}

// capacity compares applications, clusters and objects (so many for each
// application) with what an untuned instance is
// said to carry. Up to low nothing is to be done, up to high it wants tuning,
// beyond high nobody vouches for it. An instance with s shards is granted s
// times as much; agents, whose controllers run on the clusters, are not
// measured by it.
func (r *rules) capacity() {
	full := load{instance: none}
	over := false
	for _, what := range []string{"applications", "clusters", "objects"} {
		var near, beyond []load
		for i, f := range r.figures {
			if f.Mode != plan.Push || f.Clusters == 0 {
				continue
			}
			l := r.loadOf(i, what)
			switch {
			case l.count > l.high:
				beyond = append(beyond, l)
			case l.count > l.low:
				near = append(near, l)
			}
			if what == "applications" && (full.instance == none || l.count/l.low > full.count/full.low) {
				full = l
			}
		}
		over = over || len(near)+len(beyond) > 0
		r.addLoads(verdict.Warning, "over_", what, beyond)
		r.addLoads(verdict.Note, "near_", what, near)
	}
	if !over && full.instance != none {
		in := r.a.Instances[full.instance]
		r.add(verdict.Good, "within_capacity", verdict.Args{"instance": in.Name, "applications": full.count, "limit": full.low},
			[]verdict.Ref{{Kind: "instances", Key: in.ID, Name: in.Name}}, r.guidance("applications", in.HA)...)
	}
}

func (r *rules) loadOf(i int, what string) load {
	in := r.a.Instances[i]
	l := load{instance: i, count: float64(r.figures[i].Applications)}
	switch what {
	case "objects": // applications · objects_per_application
		l.count *= r.ix.values["objects_per_application"]
	case "clusters":
		l.count = float64(r.figures[i].Clusters)
	}
	limits := r.ix.ranges[guidanceID(what, in.HA)]
	shards := float64(in.ShardCount())
	l.low, l.high = limits[0]*shards, limits[1]*shards
	return l
}

func guidanceID(what string, ha bool) string {
	id := "safe_" + what
	if ha {
		id += "_ha"
	}
	return id
}

func (r *rules) guidance(what string, ha bool) []verdict.Source {
	p, _ := catalog.FindParameter(guidanceID(what, ha))
	return p.Sources
}

// addLoads names the instances, the fullest first, with the fullest's figures.
func (r *rules) addLoads(severity verdict.Severity, prefix, what string, loads []load) {
	if len(loads) == 0 {
		return
	}
	slices.SortStableFunc(loads, func(a, b load) int { return cmp.Compare(b.count, a.count) })
	var g group
	for _, l := range loads {
		r.addInstance(&g, l.instance)
	}
	worst := loads[0]
	in := r.a.Instances[worst.instance]
	sources := r.guidance(what, in.HA)
	if in.ShardCount() > 1 {
		sources = append(slices.Clone(sources), catalog.FactSources("shards_share_load")...)
	}
	r.add(severity, prefix+what, verdict.Args{"instance": g.list(), "n": g.n, "count": worst.count, "low": worst.low, "high": worst.high}, refs(&g), sources...)
}

// spare: what is to run on a cluster fits into what it says it has to spare.
func (r *rules) spare() {
	asked := make([]request, len(r.ix.plan.Clusters))
	for i := range r.a.Instances {
		if h := r.host[i]; h != none {
			asked[h] = asked[h].plus(r.ix.requestOf(r.a.Instances[i]))
		}
	}
	for _, d := range r.domains {
		if d.Kind == AgentDomain {
			asked[d.cluster] = asked[d.cluster].plus(r.ix.agentRequest(r.figures[d.instance].Mode))
		}
	}
	var g group
	var first plan.Cluster
	var need request
	for c, row := range r.ix.plan.Clusters {
		if row.SpareCPU > 0 && asked[c].cpu > float64(row.SpareCPU) || row.SpareMemory > 0 && asked[c].memory > float64(row.SpareMemory) {
			if g.n == 0 {
				first, need = row, asked[c]
			}
			r.addCluster(&g, c)
		}
	}
	if g.n > 0 {
		p, _ := catalog.FindParameter("instance_cpu")
		r.add(verdict.Warning, "host_full", verdict.Args{"host": g.list(), "n": g.n, "cpu": need.cpu, "memory": need.memory,
			"spare_cpu": first.SpareCPU, "spare_memory": first.SpareMemory}, refs(&g), p.Sources...)
	}
}

// compatibility: Argo CD versions that still get fixes, and Kubernetes
// versions they were tested with. What is not known is passed over.
func (r *rules) compatibility() {
	tested := make([]catalog.ArgoVersion, len(r.figures))
	var old group
	versions := map[string]bool{}
	var oldVersions []string
	for i, in := range r.a.Instances {
		tested[i], _ = catalog.FindArgoVersion(in.Version)
		if catalog.ArgoOutOfSupport(in.Version) {
			r.addInstance(&old, i)
			if !versions[in.Version] {
				versions[in.Version] = true
				oldVersions = append(oldVersions, in.Version)
			}
		}
	}
	if old.n > 0 {
		r.add(verdict.Warning, "version_unsupported", verdict.Args{"instance": old.list(), "n": old.n, "version": firstFew(oldVersions), "oldest": oldestSupported()},
			refs(&old), catalog.FactSources("supported_minors")...)
	}
	r.kubernetes(tested)
}

func (r *rules) kubernetes(tested []catalog.ArgoVersion) {
	type pair struct{ argo, kubernetes string }
	found := map[pair]*cut{}
	var order []pair
	for k, i := range r.owner {
		if i == none || tested[i].Kubernetes == nil {
			continue
		}
		c := r.ix.slots[k].cluster
		version := r.ix.kubernetes[c]
		if version == "" || slices.Contains(tested[i].Kubernetes, version) {
			continue
		}
		p := pair{tested[i].Minor, version}
		if found[p] == nil {
			found[p] = &cut{}
			order = append(order, p)
		}
		r.addInstance(&found[p].instances, i)
		r.addCluster(&found[p].clusters, c)
	}
	for _, p := range order {
		g := found[p]
		v, _ := catalog.FindArgoVersion(p.argo)
		r.add(verdict.Warning, "kubernetes_untested", verdict.Args{"instance": g.instances.list(), "instances": g.instances.n, "cluster": g.clusters.list(),
			"n": g.clusters.n, "version": p.argo, "kubernetes": p.kubernetes, "tested": strings.Join(v.Kubernetes, ", ")},
			refs(&g.instances, &g.clusters), catalog.FactSources("tested_kubernetes")...)
	}
}

func oldestSupported() string {
	oldest := ""
	for _, v := range catalog.ArgoVersions() {
		if v.Supported {
			oldest = v.Minor
		}
	}
	return oldest
}

func firstFew(names []string) string {
	g := group{n: len(names), names: names[:min(3, len(names))]}
	return g.list()
}
