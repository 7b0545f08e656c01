package layout

import (
	"strconv"
	"strings"

	"deckplan/internal/plan"
)

// Arrangement is a layout resolved: its instances, with what they take from
// the installations they are, and what each delivers to. A preset's rows have
// identifiers of their own, which mean nothing outside the arrangement.
type Arrangement struct {
	ID         string // of the stored layout, or of the preset
	Preset     Preset // empty for a stored layout
	Name       string // of the stored layout; a preset's is the message layout.preset.ID
	Instances  []plan.Instance
	Placements []plan.Placement
}

// Preset is a rule that makes a layout from the plan's clusters.
type Preset string

const (
	Hub            Preset = "hub"             // 1:N, one instance for all
	PerCluster     Preset = "per_cluster"     // 1:1, an instance on every cluster
	PerEnvironment Preset = "per_environment" // an instance for every environment
	PerZone        Preset = "per_zone"        // an instance for every network zone
	PerRegion      Preset = "per_region"      // an instance for every region
	PerTeam        Preset = "per_team"        // an instance for every team that owns clusters
)

// Resolve gives a stored layout of the plan; false if there is none of that id.
func Resolve(p *plan.Plan, layoutID string) (Arrangement, bool) { return NewIndex(p).Resolve(layoutID) }

// Resolve gives a stored layout; false if there is none of that id. An
// instance that is an existing installation takes from it the host, zone and
// version it does not state itself.
func (ix *Index) Resolve(layoutID string) (Arrangement, bool) {
	for _, l := range ix.plan.Layouts {
		if l.ID != layoutID {
			continue
		}
		a := Arrangement{ID: l.ID, Name: l.Name}
		for _, i := range ix.layouts[l.ID].instances {
			in := ix.plan.Instances[i]
			if j := at(ix.installs, in.Installation); j != none {
				real := ix.plan.Installations[j]
				if in.Host == "" && in.Zone == "" {
					in.Host, in.Zone = real.Host, real.Zone
				}
				if in.Version == "" {
					in.Version = real.Version
				}
				if in.URL == "" {
					in.URL = real.URL
				}
			}
			a.Instances = append(a.Instances, in)
		}
		for _, i := range ix.layouts[l.ID].placements {
			a.Placements = append(a.Placements, ix.plan.Placements[i])
		}
		return a, true
	}
	return Arrangement{}, false
}

// Presets makes the preset layouts of the plan; none if it has no clusters.
func Presets(p *plan.Plan) []Arrangement { return NewIndex(p).Presets() }

// Presets makes layouts from the plan's clusters: 1:N, 1:1, by environment, and
// by zone, region and owning team where these part the clusters, and otherwise
// than a preset before them.
//
// An instance for several clusters runs on the one of them that reaches the
// most of them over online links (the plan's first among equals); where the
// rules list hosts, on one of those if any is among its clusters. 1:1 runs on
// the cluster itself. An instance that delivers to a production cluster has
// HA, as the installation guide recommends.
func (ix *Index) Presets() []Arrangement {
	p := ix.plan
	if len(p.Clusters) == 0 {
		return nil
	}
	one := func(int) (string, string) { return "hub", "" }
	self := func(c int) (string, string) { return "on-" + p.Clusters[c].ID, p.Clusters[c].Name }
	by := func(prefix, key, name string) (string, string) {
		if key == "" {
			return prefix, ""
		}
		return prefix + "-" + key, name
	}
	grouping := []struct {
		preset Preset
		always bool
		of     func(c int) (id, name string)
	}{
		{Hub, true, one},
		{PerCluster, true, self},
		{PerEnvironment, true, func(c int) (string, string) {
			if e := ix.env[c]; e != none {
				return by("env", p.Environments[e].ID, p.Environments[e].Name)
			}
			return by("env", "", "")
		}},
		{PerZone, false, func(c int) (string, string) {
			if z := ix.zone[c]; z != none {
				return by("zone", p.Zones[z].ID, p.Zones[z].Name)
			}
			return by("zone", "", "")
		}},
		{PerRegion, false, func(c int) (string, string) { return by("region", p.Clusters[c].Region, p.Clusters[c].Region) }},
		{PerTeam, false, func(c int) (string, string) { return by("team", p.Clusters[c].Team, ix.teams[p.Clusters[c].Team]) }},
	}
	var out []Arrangement
	seen := map[string]bool{}
	for _, g := range grouping {
		a, parting, groups := ix.partition(g.preset, g.of)
		if g.always || groups > 1 && !seen[parting] {
			out = append(out, a)
		}
		seen[parting] = true
	}
	return out
}

// partition makes an arrangement of clusters that have a group in common, and
// tells how they are parted: each cluster's group by its order of appearance.
func (ix *Index) partition(preset Preset, of func(c int) (id, name string)) (a Arrangement, parting string, groups int) {
	a = Arrangement{ID: string(preset), Preset: preset}
	at := map[string]int{}
	var members [][]int
	var ids, names []string
	var how strings.Builder
	for c := range ix.plan.Clusters {
		id, name := of(c)
		i, ok := at[id]
		if !ok {
			i = len(members)
			at[id] = i
			members, ids, names = append(members, nil), append(ids, id), append(names, name)
		}
		members[i] = append(members[i], c)
		how.WriteString(strconv.Itoa(i) + " ")
	}
	for i, m := range members {
		name := "argocd"
		if names[i] != "" {
			name += "-" + names[i]
		}
		ix.addGroup(&a, ids[i], name, m)
	}
	return a, how.String(), len(members)
}

// addGroup adds an instance that delivers to all of the clusters.
func (ix *Index) addGroup(a *Arrangement, id, name string, group []int) {
	host := ix.chooseHost(group)
	in := plan.Instance{ID: id, Layout: a.ID, Name: name, Mode: plan.Push, Host: ix.plan.Clusters[host].ID}
	for _, c := range group {
		in.HA = in.HA || ix.production(c)
		a.Placements = append(a.Placements, plan.Placement{Layout: a.ID, Cluster: ix.plan.Clusters[c].ID, Instance: id})
	}
	a.Instances = append(a.Instances, in)
}

// chooseHost picks the cluster of the group that reaches the most of it. A
// cluster whose zone is not given is sure of nothing but itself.
func (ix *Index) chooseHost(group []int) int {
	candidates := group
	if len(ix.plan.About.Rules.Hosts) > 0 {
		allowed := ix.allowedHosts()
		var some []int
		for _, c := range group {
			if allowed[c] {
				some = append(some, c)
			}
		}
		if len(some) > 0 {
			candidates = some
		}
	}
	inZone := map[int]int{}
	for _, c := range group {
		inZone[ix.zone[c]]++
	}
	reached := map[int]int{none: 1}
	for link := range ix.online {
		if link[0] != link[1] && link[0] != none && link[1] != none {
			reached[link[0]] += inZone[link[1]]
		}
	}
	for z, n := range inZone {
		if z != none {
			reached[z] += n
		}
	}
	best := candidates[0]
	for _, c := range candidates {
		if reached[ix.zone[c]] > reached[ix.zone[best]] {
			best = c
		}
	}
	return best
}

func (ix *Index) allowedHosts() map[int]bool {
	allowed := map[int]bool{}
	for _, id := range ix.plan.About.Rules.Hosts {
		if c := at(ix.clusters, id); c != none {
			allowed[c] = true
		}
	}
	return allowed
}

// Adopt makes rows of an arrangement, for a copy that is edited by hand. Every
// row gets an identifier from newID, which must not repeat itself. The layout
// takes the arrangement's name, which is empty for a preset: name it.
func Adopt(a Arrangement, newID func() string) (plan.Layout, []plan.Instance, []plan.Placement) {
	l := plan.Layout{ID: newID(), Name: a.Name}
	renamed := map[string]string{}
	instances := make([]plan.Instance, 0, len(a.Instances))
	for _, in := range a.Instances {
		renamed[in.ID] = newID()
		in.ID, in.Layout = renamed[in.ID], l.ID
		instances = append(instances, in)
	}
	placements := make([]plan.Placement, 0, len(a.Placements))
	for _, p := range a.Placements {
		if id, ok := renamed[p.Instance]; ok {
			p.Layout, p.Instance = l.ID, id
			placements = append(placements, p)
		}
	}
	return l, instances, placements
}
