package frontier

import (
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// Group is what one instance of a point holds.
type Group struct {
	Instance string // its id in the point's arrangement
	// Trait and Values describe it: it holds all that may share an instance
	// and has one of the values, and nothing else. Values are names.
	Trait  Trait
	Values []string
}

// Groups describes the instances of a point, in the order of its arrangement.
func (f Frontier) Groups(point int) []Group {
	s, c := f.search, f.kept[point]
	instances := s.instances(c, "")
	out := make([]Group, len(c.parts))
	for i, p := range c.parts {
		trait, keys := s.all[p.class].says(p.of)
		out[i] = Group{Instance: instances[i].ID, Trait: trait, Values: s.names(trait, keys)}
	}
	return out
}

// Arrangement makes the point's layout, which analyses to the point's figures.
// Instances that continue one of the base keep its id, name, installation,
// version and rates; the others are named after what they hold. Clusters
// without applications are added where that costs nothing and are otherwise
// left unassigned.
func (f Frontier) Arrangement(point int) layout.Arrangement {
	s, c := f.search, f.kept[point]
	a := layout.Arrangement{ID: "frontier-" + strconv.Itoa(point)}
	a.Instances = s.instances(c, a.ID)
	owner := s.owners(c)
	p := s.ix.Plan()
	for from := 0; from < len(s.slots); {
		to := from
		alike := true
		for to < len(s.slots) && s.slots[to].Cluster == s.slots[from].Cluster {
			alike = alike && owner[to] == owner[from]
			to++
		}
		for k := from; k < to && owner[k] >= 0; k++ {
			place := plan.Placement{Layout: a.ID, Cluster: p.Clusters[s.slots[k].Cluster].ID, Instance: a.Instances[owner[k]].ID}
			if s.slots[k].Slice >= 0 && !alike {
				place.Slice = p.Slices[s.slots[k].Slice].ID
			}
			a.Placements = append(a.Placements, place)
			if alike {
				break
			}
		}
		from = to
	}
	return a
}

// owners gives every slot its part, idle clusters included.
func (s *search) owners(c candidate) []int {
	owner := make([]int, len(s.slots))
	for k := range owner {
		owner[k] = -1
	}
	for i, p := range c.parts {
		for _, j := range p.of {
			owner[s.all[p.class].items[j].slot] = i
		}
	}
	s.addIdle(c, owner)
	return owner
}

// addIdle lets clusters to which nothing is delivered join instances that may
// have them, reach them and need no further shard or HA for them: their base's
// if it can be, else the first.
func (s *search) addIdle(c candidate, owner []int) {
	zones := make([]int, len(s.places))
	for p := range s.places {
		zones[p] = s.places[p].zone
	}
	var servers [][]int
	sums := make([]sum, len(c.parts))
	keys := make([][]string, len(c.parts))
	for i, p := range c.parts {
		sums[i] = s.all[p.class].sum(p.of)
		for _, j := range p.of {
			keys[i] = narrower(keys[i], s.slots[s.all[p.class].items[j].slot].Apart)
		}
	}
	for k, slot := range s.slots {
		if owner[k] >= 0 {
			continue
		}
		if servers == nil {
			servers = s.ix.Servers(zones)
		}
		for i, p := range c.parts {
			sum := sums[i]
			if !slices.Contains(servers[k], zones[p.place]) || !agree(keys[i], slot.Apart) || slot.Production && !sum.production ||
				s.shards(sum.production, sum.apps, sum.clusters+1) > s.shards(sum.production, sum.apps, sum.clusters) {
				continue
			}
			stays := s.base != nil && s.base[k] >= 0 && s.base[k] == int(p.base)
			if owner[k] < 0 || stays {
				owner[k] = i
			}
		}
		if i := owner[k]; i >= 0 {
			sums[i].clusters++
			keys[i] = narrower(keys[i], slot.Apart)
		}
	}
}

// narrower fills in what is not yet known of a group's traits.
func narrower(known, more []string) []string {
	if known == nil {
		return slices.Clone(more)
	}
	for i, v := range more {
		if known[i] == "" {
			known[i] = v
		}
	}
	return known
}

func (s *search) instances(c candidate, layoutID string) []plan.Instance {
	p := s.ix.Plan()
	used, names := map[string]bool{}, map[string]bool{}
	if s.options.Base != nil {
		for _, in := range s.options.Base.Instances {
			used[in.ID], names[in.Name] = true, true
		}
	}
	out := make([]plan.Instance, len(c.parts))
	for i, part := range c.parts {
		class := s.all[part.class]
		sum := class.sum(part.of)
		in := plan.Instance{Layout: layoutID, Mode: plan.Push, HA: sum.production}
		if n := s.shards(sum.production, sum.apps, sum.clusters); n > 1 {
			in.Shards = n
		}
		if part.host >= 0 {
			in.Host = p.Clusters[part.host].ID
		} else if z := s.places[part.place].zone; z >= 0 {
			in.Zone = p.Zones[z].ID
		}
		if part.base >= 0 {
			old := s.options.Base.Instances[part.base]
			in.ID, in.Name, in.Version = old.ID, old.Name, old.Version
			in.FailuresPerYear, in.RestoreHours = old.FailuresPerYear, old.RestoreHours
			if in.Host != "" || in.Zone != "" { // else it would take the installation's place
				in.Installation = old.Installation
			}
		} else {
			in.ID = fresh(used, "new", i+1)
			in.Name = fresh(names, s.nameOf(class, part.of), 1)
		}
		out[i] = in
	}
	return out
}

// fresh gives a name that is not yet taken: the wish itself at 1, then with a
// number.
func fresh(taken map[string]bool, wish string, n int) string {
	name := wish
	for ; n > 1 || taken[name]; n++ {
		if name = wish + "-" + strconv.Itoa(max(2, n)); !taken[name] {
			break
		}
	}
	taken[name] = true
	return name
}

// mostName is the longest name given, in runes, before its number.
const mostName = 80

// nameOf names an instance after what it holds.
func (s *search) nameOf(c *class, g group) string {
	words := []string{"argocd"}
	trait, keys := c.says(g)
	env := c.traits[0]
	if trait != ByEnvironment && trait != ByCluster && len(env.keys) == 2 && env.count[0] == 0 {
		words = append(words, s.names(ByEnvironment, env.keys[1:])...)
	}
	words = append(words, s.names(trait, keys)...)
	name := []rune(strings.Join(words, "-"))
	return string(name[:min(len(name), mostName)])
}

// names gives the names of a trait's values.
func (s *search) names(trait Trait, keys []string) []string {
	p := s.ix.Plan()
	var out []string
	for _, key := range keys {
		name := key // a region is its own name
		switch trait {
		case ByCluster:
			name = nameIn(p.Clusters, key, func(c plan.Cluster) string { return c.Name })
		case ByEnvironment:
			name = nameIn(p.Environments, key, func(e plan.Environment) string { return e.Name })
		case ByZone:
			name = nameIn(p.Zones, key, func(z plan.Zone) string { return z.Name })
		case ByTeam:
			name = nameIn(p.Teams, key, func(t plan.Team) string { return t.Name })
		}
		out = append(out, name)
	}
	return out
}

func nameIn[T interface{ Key() string }](rows []T, key string, name func(T) string) string {
	for _, row := range rows {
		if row.Key() == key {
			return name(row)
		}
	}
	return key
}
