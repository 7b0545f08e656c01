package drift

import (
	"slices"
	"strings"

	"deckplan/internal/live"
)

// read gathers the live clusters, and which of them every application is on.
func (c *comparison) read() {
	servers, instances := map[destination]string{}, c.joined
	for i := range c.live.Instances {
		instances[c.live.Instances[i].Name] = i
		for _, x := range c.live.Instances[i].Scope.Clusters {
			k := c.clusterOf(i, x.Server, x.Name)
			if k == none {
				continue
			}
			servers[destination{instance: i, name: x.Name}] = x.Server
			at := &c.clusters[k]
			at.listed = append(at.listed, i)
			if at.kubernetes == "" {
				at.kubernetes = x.Kubernetes
			}
			if at.labels == nil {
				at.labels = x.Labels
			}
		}
	}
	several, once := map[int]bool{}, map[live.Key]bool{} // of instances that are connected more than once
	for name, i := range instances {
		if name != c.live.Instances[i].Name {
			several[i] = true
			c.live.Instances[i].Applications = 0
		}
	}
	seen, n := map[destination]int{}, 0
	for i := range c.live.Instances {
		n += c.live.Instances[i].Applications
	}
	c.rows = make([]placed, 0, n)
	c.live.Each(func(a *live.Application) {
		i, ok := instances[a.Instance]
		if !ok {
			return // it came or went meanwhile
		}
		if several[i] {
			key := live.Key{Instance: c.live.Instances[i].Name, Namespace: a.Namespace, Name: a.Name}
			if once[key] {
				return
			}
			once[key] = true
			c.live.Instances[i].Applications++
		}
		d := destination{i, a.Server, a.Cluster}
		k, ok := seen[d]
		if !ok {
			server := a.Server
			if server == "" {
				server = servers[destination{instance: i, name: a.Cluster}]
			}
			k = c.clusterOf(i, server, a.Cluster)
			seen[d] = k
		}
		own := k != none && c.clusters[k].host == i && ownAffair(a)
		if k != none && !own {
			c.clusters[k].apps[i]++
			c.clusters[k].total++
		}
		c.rows = append(c.rows, placed{a, i, k, own})
	})
}

// ownAffair tells whether an application that goes to the cluster its Argo CD
// runs on is not delivered for anybody: an app of apps, which makes resources of
// Argo CD beside itself and no pods, or Argo CD keeping itself up to date.
func ownAffair(a *live.Application) bool {
	if a.DestNamespace != a.Namespace && a.DestNamespace != "" {
		return false
	}
	if a.Workloads == "" {
		return true
	}
	for image := range strings.Lines(a.Images) {
		image, _, _ = strings.Cut(strings.TrimSpace(image), "@")
		if name, _, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":"); name == "argocd" {
			return true
		}
	}
	return false
}

// join makes connections to one address one instance: the one that sees most,
// with what the others add where it does not see all.
func (c *comparison) join() {
	c.joined = map[string]int{}
	all, at := c.live.Instances, map[string]int{}
	sight := func(in *Instance) (n int) {
		for _, sees := range []bool{in.SeesApplications(), in.SeesClusters(), in.Complete()} {
			if n *= 2; sees {
				n++
			}
		}
		return n
	}
	c.live.Instances = nil
	for _, in := range all {
		address := Address(in.URL)
		i, known := at[address]
		if !known || address == "" {
			at[address] = len(c.live.Instances)
			c.live.Instances = append(c.live.Instances, in)
			continue
		}
		best, other := &c.live.Instances[i], in
		if sight(best) < sight(&other) {
			*best, other = other, *best
			for name, n := range c.joined {
				if n == i && best.SeesApplications() {
					delete(c.joined, name)
				}
			}
		}
		if !best.SeesApplications() {
			c.joined[other.Name] = i
		}
		if !best.SeesClusters() {
			best.Scope.Clusters = slices.Concat(best.Scope.Clusters, other.Scope.Clusters)
		}
	}
}
