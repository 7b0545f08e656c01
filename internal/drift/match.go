package drift

import (
	"slices"
	"strings"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

const none = -1

// Labels of a cluster that name it, whatever comes before their last slash.
var nameLabels = []string{"cluster", "cluster-name", "clustername"}

// cluster is a live cluster, as all instances together tell of it.
type cluster struct {
	id, name, server string
	kubernetes       string
	labels           []live.Label
	host             int // the instance that runs on it, none for another's
	plan             int
	by               string
	listed           []int // instances that list it, in order
	apps             []int // by instance
	total            int
}

// placed is an application with where it belongs; cluster is none where its
// destination names nothing.
type placed struct {
	app      *live.Application
	instance int
	cluster  int
	own      bool // the instance's own affair, see ownAffair
}

// destination is what an application says of where it goes.
type destination struct {
	instance     int
	server, name string
}

// Address is a URL as it is compared: lower case, without the usual port and
// without a slash at its end.
func Address(s string) string {
	s = strings.TrimRight(strings.ToLower(strings.TrimSpace(s)), "/")
	switch {
	case strings.HasPrefix(s, "https://"):
		s = strings.TrimSuffix(s, ":443")
	case strings.HasPrefix(s, "http://"):
		s = strings.TrimSuffix(s, ":80")
	}
	return s
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func isInCluster(address string) bool {
	return address == live.InCluster || strings.HasPrefix(address, live.InCluster+".")
}

// corrections are the matches made by hand, by what is matched.
func (c *comparison) corrections(kind plan.MatchKind) map[string]plan.LiveMatch {
	out := map[string]plan.LiveMatch{}
	for _, m := range c.p.LiveMatches {
		if m.Kind == kind {
			out[m.Live] = m
		}
	}
	return out
}

// matchInstances finds the planned instance of each live one: as corrected, by
// the address of its API, then by its name.
func (c *comparison) matchInstances() {
	n := len(c.live.Instances)
	c.instance, c.by, c.liveOf = fill(n), make([]string, n), fill(len(c.arrangement.Instances))
	take := func(i, to int, by string) {
		if c.instance[i], c.by[i] = to, by; to != none {
			c.liveOf[to] = i
		}
	}
	planned := at(c.arrangement.Instances)
	fixed := c.corrections(plan.MatchInstance)
	for i := range c.live.Instances {
		if m, ok := fixed[c.live.Instances[i].Name]; ok {
			to, ok := planned[m.Instance]
			if !ok && m.Instance != "" {
				continue // of another layout
			}
			if !ok {
				to = none
			}
			take(i, to, "corrected")
		}
	}
	pass := func(by string, of func(*plan.Instance) string, mine func(*Instance) string) {
		open := map[string]int{}
		for j := range c.arrangement.Instances {
			if s := of(&c.arrangement.Instances[j]); s != "" && c.liveOf[j] == none {
				open[s] = j
			}
		}
		for i := range c.live.Instances {
			s := mine(&c.live.Instances[i])
			if j, ok := open[s]; ok && s != "" && c.by[i] == "" && c.liveOf[j] == none {
				take(i, j, by)
			}
		}
	}
	pass("url", func(in *plan.Instance) string { return Address(in.URL) }, func(in *Instance) string { return Address(in.URL) })
	pass("name", func(in *plan.Instance) string { return fold(in.Name) }, func(in *Instance) string { return fold(in.Name) })
	for i := range c.by {
		if c.by[i] == "" {
			c.by[i] = "none"
		}
	}
}

// clusterOf finds or makes the live cluster of an address or a name.
func (c *comparison) clusterOf(instance int, server, name string) int {
	address := Address(server)
	id, host := address, none
	switch {
	case isInCluster(address) || address == "" && fold(name) == "in-cluster":
		id, host = c.live.Instances[instance].Name+"/in-cluster", instance
		if name == "" || name == server {
			name = live.InClusterName
		}
	case address == "" && name == "":
		return none
	case address == "":
		id = "name:" + fold(name)
	}
	if k, ok := c.byID[id]; ok {
		return k
	}
	if name == "" || name == server {
		_, name, _ = strings.Cut(address, "://")
	}
	c.byID[id] = len(c.clusters)
	c.clusters = append(c.clusters, cluster{id: id, name: name, server: server, host: host, plan: none, apps: make([]int, len(c.live.Instances))})
	return len(c.clusters) - 1
}

// matchClusters finds the planned cluster of each live one: as corrected, by
// the address of its API server (of the one an instance runs on, the planned
// host), by name where that is not ambiguous, then by a label that names it.
func (c *comparison) matchClusters() {
	fixed := c.corrections(plan.MatchCluster)
	byServer, byName := map[string]int{}, map[string]int{}
	for i := len(c.p.Clusters) - 1; i >= 0; i-- {
		row := &c.p.Clusters[i]
		if a := Address(row.Server); a != "" && !isInCluster(a) {
			byServer[a] = i
		}
		byName[fold(row.Name)] = i
	}
	c.liveOn = make([][]int, len(c.p.Clusters))
	take := func(k, to int, by string) {
		if c.clusters[k].plan, c.clusters[k].by = to, by; to != none {
			c.liveOn[to] = append(c.liveOn[to], k)
		}
	}
	for k := range c.clusters {
		x := &c.clusters[k]
		if m, ok := fixed[x.id]; ok {
			to, ok := c.clusterAt[m.Cluster]
			if !ok {
				to = none
			}
			if ok || m.Cluster == "" { // else it is of another revision
				take(k, to, "corrected")
				continue
			}
		}
		if to, ok := byServer[Address(x.server)]; ok {
			take(k, to, "server")
		} else if to := c.hostOf(x); to != none {
			take(k, to, "host")
		}
	}
	names := map[string]int{} // live clusters that nothing has matched yet
	for k := range c.clusters {
		if c.clusters[k].by == "" {
			names[fold(c.clusters[k].name)]++
		}
	}
	for k := range c.clusters {
		x := &c.clusters[k]
		if x.by != "" {
			continue
		}
		to, ok := byName[fold(x.name)]
		switch {
		case ok && names[fold(x.name)] == 1 && len(c.liveOn[to]) == 0:
			take(k, to, "name")
		case ok && x.name != live.InClusterName:
			x.by = "ambiguous"
		default:
			if to, ok := labelled(x.labels, byName, c.clusterAt); ok && len(c.liveOn[to]) == 0 {
				take(k, to, "label")
			} else {
				x.by = "none"
			}
		}
	}
}

// hostOf is the planned cluster that the instance of an in-cluster runs on.
func (c *comparison) hostOf(x *cluster) int {
	if x.host == none || c.instance[x.host] == none {
		return none
	}
	j := c.instance[x.host]
	row := &c.arrangement.Instances[j]
	if k, ok := c.clusterAt[row.Host]; ok {
		return k
	}
	// One that is to deliver to a single cluster, and delivers to the one it runs
	// on and knows no other, runs there.
	if in := &c.live.Instances[x.host]; x.total == 0 || row.Host != "" || row.Zone != "" || c.onClusters[j] != 1 || !in.SeesClusters() || len(in.Scope.Clusters) != 1 {
		return none
	}
	return slices.IndexFunc(c.p.Clusters, func(row plan.Cluster) bool { return contains(c.foreseen(c.clusterAt[row.ID]), j) })
}

func labelled(labels []live.Label, maps ...map[string]int) (int, bool) {
	for _, want := range nameLabels {
		for _, l := range labels {
			if l.Key[strings.LastIndexByte(l.Key, '/')+1:] != want {
				continue
			}
			for _, m := range maps {
				if k, ok := m[fold(l.Value)]; ok {
					return k, true
				}
			}
		}
	}
	return none, false
}

// holds tells whether an instance delivers to a live cluster, or has a
// credential of it. Every instance lists the one it runs on; that alone says
// nothing.
func (c *comparison) holds(i int, x *cluster) bool {
	return x.apps[i] > 0 || x.host == none && contains(x.listed, i)
}

func contains(all []int, i int) bool {
	return slices.Contains(all, i)
}

// manage gathers which live instances manage which of the plan's clusters:
// those that deliver to it, or where none does, those with a credential of it.
// One that is to deliver to it, has a credential of it and whose applications
// are not all known is taken to do so; where it is not known at all, a
// credential of another says nothing.
func (c *comparison) manage() {
	c.managing, c.idle = make([][]int, len(c.p.Clusters)), make([][]int, len(c.live.Instances))
	for k := range c.p.Clusters {
		var delivers, holds []int
		foreseen := c.foreseen(k)
		planned := func(i int) bool { return c.instance[i] != none && contains(foreseen, c.instance[i]) }
		for i := range c.live.Instances {
			has := slices.ContainsFunc(c.liveOn[k], func(n int) bool { return c.holds(i, &c.clusters[n]) })
			if c.appsOn(k, i) > 0 || has && planned(i) && !c.live.Instances[i].SeesApplications() {
				delivers = append(delivers, i)
			} else if has {
				holds = append(holds, i)
			}
		}
		if c.managing[k] = delivers; len(delivers) == 0 {
			if slices.ContainsFunc(foreseen, func(j int) bool { return c.liveOf[j] == none || !c.live.Instances[c.liveOf[j]].SeesClusters() }) {
				holds = slices.DeleteFunc(holds, func(i int) bool { return !planned(i) })
			}
			c.managing[k] = holds
			continue
		}
		for _, i := range holds {
			if !planned(i) {
				c.idle[i] = append(c.idle[i], k)
			}
		}
	}
}

func (c *comparison) instanceMatches() []InstanceMatch {
	out := make([]InstanceMatch, len(c.live.Instances))
	for i := range c.live.Instances {
		in := &c.live.Instances[i]
		out[i] = InstanceMatch{Name: in.Name, URL: in.URL, By: c.by[i]}
		if c.instance[i] != none {
			out[i].Plan = c.arrangement.Instances[c.instance[i]].ID
		}
	}
	return out
}

func (c *comparison) clusterMatches() []ClusterMatch {
	out := make([]ClusterMatch, 0, len(c.clusters))
	for k := range c.clusters {
		x := &c.clusters[k]
		if x.host != none && x.total == 0 && x.plan == none {
			continue // nothing is delivered there
		}
		m := ClusterMatch{ID: x.id, Name: x.name, By: x.by, Applications: x.total}
		if x.plan != none {
			m.Plan = c.p.Clusters[x.plan].ID
		}
		for i := range c.live.Instances {
			if c.holds(i, x) || contains(x.listed, i) {
				m.Instances = append(m.Instances, c.live.Instances[i].Name)
			}
		}
		out = append(out, m)
	}
	return out
}
