package drift

import (
	"fmt"
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// judgeInstances tells of instances that the layout lacks, of their version
// and of what they carry, and what of them cannot be judged.
func (c *comparison) judgeInstances() {
	for i := range c.live.Instances {
		in := &c.live.Instances[i]
		c.sight(in)
		c.untested(i)
		c.credentials(i)
		j := c.instance[i]
		if !c.chosen {
			continue
		}
		if j == none {
			if c.by[i] != "corrected" || in.Applications > 0 {
				c.add(InstanceUnplanned, []string{in.Name}, Difference{Args: verdict.Args{"instance": in.Name, "url": in.URL, "n": in.Applications},
					Live: []Place{{Instance: in.Name}}, adopt: func(a *adoption) { a.instance(i) }})
			}
			continue
		}
		row := c.arrangement.Instances[j]
		if now, was := product(in.Version), product(row.Version); now != "" && was != "" && now != was && !strings.HasPrefix(now, was+".") {
			c.add(InstanceVersion, []string{row.ID, now}, Difference{Args: verdict.Args{"instance": row.Name, "was": was, "now": now},
				Plan: []verdict.Ref{c.refInstance(j)}, Live: []Place{{Instance: in.Name}}, adopt: func(a *adoption) { a.version(row.ID, now) }})
		}
		c.capacity(i, j)
	}
	for j, i := range c.liveOf {
		if i == none && c.onClusters[j] > 0 {
			c.unjudged = append(c.unjudged, Note{"drift.unjudged.unconnected", verdict.Args{"instance": c.arrangement.Instances[j].Name, "n": c.planned[j], "clusters": c.onClusters[j]}})
		}
	}
}

// sight notes what of an instance is not known.
func (c *comparison) sight(in *Instance) {
	note := func(id string) {
		c.unjudged = append(c.unjudged, Note{id, verdict.Args{"instance": in.Name}})
	}
	switch {
	case in.State == live.Captured && in.Instance.Complete:
		c.captured = append(c.captured, Note{"drift.captured", verdict.Args{"instance": in.Name, "time": float64(in.Captured.UnixMilli())}})
	case !in.Instance.Complete:
		note("drift.unjudged.incomplete")
		return
	case !in.Complete():
		note("drift.unjudged.stale")
		return
	}
	if slices.Contains(in.Scope.Part, "applications") {
		note("drift.unjudged.some_applications")
	}
	switch {
	case in.SeesClusters():
	case slices.Contains(in.Scope.Part, "clusters") && len(in.Scope.Clusters) > 0:
		note("drift.unjudged.some_clusters")
	case slices.Contains(in.Scope.Hidden, "clusters"):
		note("drift.unjudged.clusters")
	default:
		note("drift.unjudged.unread")
	}
}

// product is a version as plans write it: 2.14.21 of v2.14.21+abc.
func product(v string) string {
	v, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(v), "v"), "+")
	return v
}

// capacity compares what an instance carries with the guidance for how the
// plan has it built. Where the plan's own figures are beyond it too, that is
// the layout's finding and not a difference.
func (c *comparison) capacity(i, j int) {
	in, row := &c.live.Instances[i], c.arrangement.Instances[j]
	if row.Mode != "" && row.Mode != plan.Push {
		return
	}
	clusters, objects := 0, 0.0
	for k := range c.clusters {
		if c.holds(i, &c.clusters[k]) {
			clusters++
		}
	}
	counted := map[string]bool{} // several names of one server share its figure
	for _, x := range in.Scope.Clusters {
		if a := Address(x.Server); !counted[a] {
			counted[a] = true
			objects += float64(x.Objects)
		}
	}
	perApp := catalog.Value(*c.p, "objects_per_application")
	for _, what := range []struct {
		kind          Kind
		id            string
		live, planned float64
	}{
		{OverApplications, "safe_applications", float64(in.Applications), float64(c.planned[j])},
		{OverClusters, "safe_clusters", float64(clusters), float64(c.onClusters[j])},
		{OverObjects, "safe_objects", objects, perApp * float64(c.planned[j])},
	} {
		id := what.id
		if row.HA {
			id += "_ha"
		}
		_, high := catalog.Range(*c.p, id)
		high *= float64(row.ShardCount())
		if what.live <= high || what.planned > high {
			continue
		}
		c.add(what.kind, []string{row.ID, in.Name}, Difference{Plan: []verdict.Ref{c.refInstance(j)}, Live: []Place{{Instance: in.Name}},
			Args: verdict.Args{"instance": row.Name, "count": what.live, "limit": high, "planned": what.planned}})
	}
}

// untested: clusters of an instance whose Kubernetes its Argo CD was not
// tested with, by version.
func (c *comparison) untested(i int) {
	in := &c.live.Instances[i]
	argo, _ := catalog.FindArgoVersion(in.Version)
	if argo.Kubernetes == nil {
		return
	}
	found := map[string][]string{}
	var order []string
	told := map[int]bool{}
	for _, x := range in.Scope.Clusters {
		k := c.clusterOf(i, x.Server, x.Name)
		if k == none || told[k] || !c.holds(i, &c.clusters[k]) {
			continue
		}
		told[k] = true
		v, ok := catalog.Minor(x.Kubernetes)
		if !ok || slices.Contains(argo.Kubernetes, v) {
			continue
		}
		if found[v] == nil {
			order = append(order, v)
		}
		found[v] = append(found[v], x.Name)
	}
	for _, v := range order {
		d := Difference{Args: verdict.Args{"instance": in.Name, "argo": argo.Minor, "kubernetes": v, "tested": strings.Join(argo.Kubernetes, ", "), "clusters": list(found[v]), "n": len(found[v])},
			Live: []Place{{Instance: in.Name}}, Count: len(found[v]), Examples: few(found[v])}
		if j := c.instance[i]; j != none {
			d.Plan = []verdict.Ref{c.refInstance(j)}
		}
		c.add(KubernetesUntested, []string{in.Name, argo.Minor, v}, d)
	}
}

// credentials: an instance can reach clusters that others deliver to.
func (c *comparison) credentials(i int) {
	if len(c.idle[i]) == 0 || !c.live.Instances[i].SeesApplications() {
		return
	}
	var names []string
	in := c.live.Instances[i].Name
	d := Difference{Live: []Place{{Instance: in}}, Count: len(c.idle[i])}
	for _, k := range c.idle[i] {
		names = append(names, c.p.Clusters[k].Name)
		if len(d.Hint) < examples {
			d.Plan = append(d.Plan, c.refCluster(k))
			d.Hint = append(d.Hint, c.command(i, "cluster", "rm", c.serverOn(k, i)))
		}
	}
	d.Args, d.Examples = verdict.Args{"instance": in, "n": len(names), "clusters": list(names)}, few(names)
	c.add(ClusterCredential, []string{in}, d)
}

// draw makes an arrangement of what runs, to be drawn beside the layout: a
// planned cluster is on the instance that has the most applications there, and
// of one in slices, a slice is on the instance it is planned for if that
// manages the cluster.
func (c *comparison) draw() {
	if !c.chosen {
		return
	}
	c.drawn.ID, c.drawn.Name = c.arrangement.ID, c.arrangement.Name
	key := make([]string, len(c.live.Instances))
	for i := range c.live.Instances {
		in := plan.Instance{ID: fmt.Sprintf("live-%d", i), Name: c.live.Instances[i].Name, Layout: c.arrangement.ID}
		if j := c.instance[i]; j != none {
			in = c.arrangement.Instances[j]
		}
		key[i] = in.ID
		if !slices.ContainsFunc(c.drawn.Instances, func(have plan.Instance) bool { return have.ID == in.ID }) {
			c.drawn.Instances = append(c.drawn.Instances, in)
		}
	}
	for k := range c.p.Clusters {
		best, most := none, -1
		for _, i := range c.managing[k] {
			if n := c.appsOn(k, i); n > most {
				best, most = i, n
			}
		}
		if best == none {
			continue
		}
		if foreseen := c.foreseen(k); len(foreseen) == 0 {
			c.away[c.p.Clusters[k].ID] = ""
		} else if c.instance[best] == none || !contains(foreseen, c.instance[best]) {
			c.away[c.p.Clusters[k].ID] = c.arrangement.Instances[foreseen[0]].Name
		}
		if len(c.managing[k]) > 1 && len(c.slices[k]) == 0 {
			others := slices.DeleteFunc(slices.Clone(c.managing[k]), func(i int) bool { return i == best })
			c.sharing[c.p.Clusters[k].ID] = list(c.namesOf(others))
		}
		place := plan.Placement{Layout: c.arrangement.ID, Cluster: c.p.Clusters[k].ID, Instance: key[best]}
		if len(c.slices[k]) == 0 {
			c.drawn.Placements = append(c.drawn.Placements, place)
		}
		for _, s := range c.slices[k] {
			place.Slice, place.Instance = c.p.Slices[s].ID, key[best]
			if j := c.part[s]; j != none && contains(c.managing[k], c.liveOf[j]) {
				place.Instance = key[c.liveOf[j]]
			}
			c.drawn.Placements = append(c.drawn.Placements, place)
		}
	}
}
