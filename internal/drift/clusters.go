package drift

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/verdict"
)

// examples bounds what a difference names of the rows it stands for.
const examples = 5

func few(all []string) []string { return slices.Clone(all[:min(len(all), examples)]) }

// list names a few, and that there are more.
func list(all []string) string {
	if len(all) > examples {
		return strings.Join(all[:examples], ", ") + ", …"
	}
	return strings.Join(all, ", ")
}

func (c *comparison) refCluster(k int) verdict.Ref {
	return verdict.Ref{Kind: "clusters", Key: c.p.Clusters[k].ID, Name: c.p.Clusters[k].Name}
}

func (c *comparison) refInstance(i int) verdict.Ref {
	in := c.arrangement.Instances[i]
	return verdict.Ref{Kind: "instances", Key: in.ID, Name: in.Name}
}

func (c *comparison) namesOf(instances []int) (out []string) {
	for _, i := range instances {
		out = append(out, c.live.Instances[i].Name)
	}
	return out
}

// plain are words that mean themselves in a shell.
var plain = regexp.MustCompile(`^[\w./:=@%+-]+$`)

// quoted is a word as a shell takes it: what runs is named by others, and the
// line is there to be copied.
func quoted(word string) string {
	if plain.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// command is an argocd command line for an instance.
func (c *comparison) command(instance int, words ...string) string {
	server := c.live.Instances[instance].Name
	if u, err := url.Parse(c.live.Instances[instance].URL); err == nil && u.Host != "" {
		server = u.Host
	}
	line := []string{"argocd", "--server", quoted(server)}
	for _, w := range words {
		line = append(line, quoted(w))
	}
	return strings.Join(line, " ")
}

// serverOn is how an instance knows a planned cluster.
func (c *comparison) serverOn(k, instance int) string {
	for _, n := range c.liveOn[k] {
		if c.holds(instance, &c.clusters[n]) {
			return c.clusters[n].server
		}
	}
	return c.p.Clusters[k].Server
}

// appsOn counts an instance's applications on a planned cluster.
func (c *comparison) appsOn(k, instance int) (n int) {
	for _, x := range c.liveOn[k] {
		n += c.clusters[x].apps[instance]
	}
	return n
}

// judgeClusters tells of clusters that are missing, not planned, on another
// instance, or on several.
func (c *comparison) judgeClusters() {
	for k := range c.p.Clusters {
		foreseen := c.foreseen(k)
		if len(c.managing[k]) == 0 {
			c.missing(k, foreseen)
		}
		c.clusterFacts(k)
		if !c.chosen {
			if len(c.managing[k]) > 1 && len(c.slices[k]) == 0 {
				c.shared(k)
			}
			continue
		}
		var there, other []int // as foreseen or not
		for _, i := range c.managing[k] {
			if c.instance[i] != none && contains(foreseen, c.instance[i]) {
				there = append(there, i)
			} else {
				other = append(other, i)
			}
		}
		switch {
		case len(c.managing[k]) > 1 && len(c.slices[k]) == 0:
			c.shared(k)
		case len(there) == 0 && len(other) == 1:
			c.elsewhere(k, foreseen, other[0])
		case len(c.slices[k]) > 0:
			for _, i := range other {
				c.elsewhere(k, foreseen, i)
			}
		}
	}
	for k := range c.clusters {
		if x := &c.clusters[k]; x.plan == none && (x.total > 0 || x.host == none) {
			c.unplanned(k)
		}
	}
}

// missing: no instance has a cluster that the layout delivers to. That is told
// where the instance it is planned on is known to lack it.
func (c *comparison) missing(k int, foreseen []int) {
	var lacking []int
	for _, f := range foreseen {
		i := c.liveOf[f]
		if i == none || !c.live.Instances[i].SeesClusters() {
			return
		}
		for _, n := range c.liveOn[k] {
			if contains(c.clusters[n].listed, i) {
				return
			}
		}
		lacking = append(lacking, i)
	}
	if len(lacking) == 0 || slices.ContainsFunc(c.clusters, func(x cluster) bool { return x.by == "ambiguous" && fold(x.name) == fold(c.p.Clusters[k].Name) }) {
		return // it may be one of those that have its name
	}
	row := &c.p.Clusters[k]
	d := Difference{Args: verdict.Args{"cluster": row.Name, "instance": c.arrangement.Instances[foreseen[0]].Name},
		Plan: []verdict.Ref{c.refCluster(k), c.refInstance(foreseen[0])}, Live: []Place{{Instance: c.live.Instances[lacking[0]].Name}},
		Hint:  []string{c.command(lacking[0], "cluster", "add", "CONTEXT", "--name", row.Name)},
		adopt: func(a *adoption) { a.unplace(row.ID) }}
	c.add(ClusterMissing, []string{row.ID}, d)
}

// elsewhere: an instance manages a cluster that the layout gives to another,
// or to none.
func (c *comparison) elsewhere(k int, foreseen []int, i int) {
	row, name := &c.p.Clusters[k], c.live.Instances[i].Name
	d := Difference{Args: verdict.Args{"cluster": row.Name, "instance": name, "n": c.appsOn(k, i), "planned": ""},
		Plan: []verdict.Ref{c.refCluster(k)}, Live: []Place{{Instance: name, Cluster: c.shownOn(k, i)}},
		adopt: func(a *adoption) { a.place(row.ID, "", a.instance(i)) }}
	if len(foreseen) == 0 {
		d.PlanSays = "drift.cluster_elsewhere.plan_none"
		d.Hint = []string{c.command(i, "cluster", "rm", c.serverOn(k, i))}
	} else {
		planned := c.arrangement.Instances[foreseen[0]]
		d.Args["planned"] = planned.Name
		d.Plan = append(d.Plan, c.refInstance(foreseen[0]))
		if to := c.liveOf[foreseen[0]]; to != none {
			d.Hint = append(d.Hint, c.command(to, "cluster", "add", "CONTEXT", "--name", row.Name))
		}
		d.Hint = append(d.Hint, c.command(i, "cluster", "rm", c.serverOn(k, i)))
	}
	c.add(ClusterElsewhere, []string{row.ID, name}, d)
}

func (c *comparison) shownOn(k, i int) string {
	for _, n := range c.liveOn[k] {
		if c.holds(i, &c.clusters[n]) {
			return c.clusters[n].name
		}
	}
	return ""
}

// shared: several instances manage one cluster that has no slices.
func (c *comparison) shared(k int) {
	row, by := &c.p.Clusters[k], c.managing[k]
	names := c.namesOf(by)
	d := Difference{Args: verdict.Args{"cluster": row.Name, "instances": list(names), "n": len(by)}, Plan: []verdict.Ref{c.refCluster(k)}}
	foreseen := c.foreseen(k)
	if len(foreseen) == 0 {
		d.PlanSays = "drift.cluster_shared.plan_none"
	} else {
		d.Args["planned"] = c.arrangement.Instances[foreseen[0]].Name
		d.Plan = append(d.Plan, c.refInstance(foreseen[0]))
	}
	var each []string // what each has there
	for _, i := range by {
		each = append(each, fmt.Sprintf("%s %d", c.live.Instances[i].Name, c.appsOn(k, i)))
		d.Live = append(d.Live, Place{Instance: c.live.Instances[i].Name, Cluster: c.shownOn(k, i)})
		if c.instance[i] == none || !contains(foreseen, c.instance[i]) {
			d.Hint = append(d.Hint, c.command(i, "cluster", "rm", c.serverOn(k, i)))
		}
	}
	d.Args["each"] = list(each)
	if c.chosen {
		d.adopt = func(a *adoption) {
			for _, i := range by {
				a.place(row.ID, a.slice(row.ID, i, a.namespaces(k, i)), a.instance(i))
			}
		}
	}
	c.add(ClusterShared, append([]string{row.ID}, names...), d)
}

// unplanned: a live cluster that the plan lacks.
func (c *comparison) unplanned(n int) {
	x := &c.clusters[n]
	var by []int
	for i := range c.live.Instances {
		if c.holds(i, x) {
			by = append(by, i)
		}
	}
	d := Difference{Args: verdict.Args{"cluster": x.name, "server": x.server, "instances": list(c.namesOf(by)), "n": x.total}}
	for _, i := range by {
		d.Live = append(d.Live, Place{Instance: c.live.Instances[i].Name, Cluster: x.name})
		d.Hint = append(d.Hint, c.command(i, "cluster", "rm", x.server))
	}
	d.adopt = func(a *adoption) {
		key := a.cluster(n)
		if len(by) == 1 && c.chosen {
			a.place(key, "", a.instance(by[0]))
		}
	}
	c.add(ClusterUnplanned, []string{x.id}, d)
}

// clusterFacts: version and address of a planned cluster, as it reports them.
// Where it is known in several ways, one that agrees with the plan is enough.
func (c *comparison) clusterFacts(k int) {
	row := &c.p.Clusters[k]
	planned, versioned := catalog.Minor(row.Kubernetes)
	sameVersion := slices.ContainsFunc(c.liveOn[k], func(n int) bool {
		now, ok := catalog.Minor(c.clusters[n].kubernetes)
		return ok && now == planned
	})
	sameServer := slices.ContainsFunc(c.liveOn[k], func(n int) bool { return Address(c.clusters[n].server) == Address(row.Server) })
	for _, n := range c.liveOn[k] {
		x := &c.clusters[n]
		args := func(was, now string) verdict.Args {
			return verdict.Args{"cluster": row.Name, "was": was, "now": now}
		}
		where := c.placesOf(x)
		if now, known := catalog.Minor(x.kubernetes); versioned && known && !sameVersion {
			c.add(ClusterKubernetes, []string{row.ID, now}, Difference{Args: args(planned, now), Plan: []verdict.Ref{c.refCluster(k)}, Live: where,
				adopt: func(a *adoption) { a.set("clusters", row.ID, "kubernetes", row.Kubernetes, now) }})
		}
		if x.host == none && !proxied(x.server) && x.server != "" && row.Server != "" && !sameServer {
			server := clipped(x.server, 300)
			c.add(ClusterServer, []string{row.ID, x.id}, Difference{Args: args(row.Server, x.server), Plan: []verdict.Ref{c.refCluster(k)}, Live: where,
				adopt: func(a *adoption) { a.set("clusters", row.ID, "server", row.Server, server) }})
		}
	}
}

// proxied tells whether an address is that of the proxy through which a
// principal of argocd-agent reaches its agents: one for all of them.
func proxied(server string) bool {
	u, err := url.Parse(server)
	return err == nil && u.Query().Has("agentName")
}

func clipped(s string, most int) string {
	if len(s) > most {
		return ""
	}
	return s
}

func (c *comparison) placesOf(x *cluster) (out []Place) {
	for i := range c.live.Instances {
		if c.holds(i, x) || contains(x.listed, i) {
			out = append(out, Place{Instance: c.live.Instances[i].Name, Cluster: x.name})
		}
	}
	return out
}
