package frontier

import "slices"

// Trait is how a group of clusters can be described.
type Trait string

const (
	ByNone        Trait = ""            // in no short way
	ByAll         Trait = "all"         // all that its instance may hold under the rules
	ByCluster     Trait = "cluster"     // one cluster
	ByEnvironment Trait = "environment" // all of the environments named
	ByZone        Trait = "zone"
	ByRegion      Trait = "region"
	ByTeam        Trait = "team"
)

// mostNamed is the most values a description names.
const mostNamed = 3

// mostUnits is the most values of a trait by which a class is cut.
const mostUnits = 64

// traitOf is a trait's value for every item of a class: a number, 0 where it
// is not known, and how many items have it.
type traitOf struct {
	trait Trait
	keys  []string // by number: the row's key, or the region itself
	of    []int    // by item
	count []int    // by number
}

func (c *class) readTraits() {
	p := c.ix.Plan()
	key := map[Trait]func(item) string{
		ByCluster: func(it item) string { return p.Clusters[it.cluster].ID },
		ByEnvironment: func(it item) string {
			if e := c.slots[it.slot].Environment; e >= 0 {
				return p.Environments[e].ID
			}
			return ""
		},
		ByZone: func(it item) string {
			if z := c.slots[it.slot].Zone; z >= 0 {
				return p.Zones[z].ID
			}
			return ""
		},
		ByRegion: func(it item) string { return p.Clusters[it.cluster].Region },
		ByTeam:   func(it item) string { return c.slots[it.slot].Team },
	}
	for _, trait := range []Trait{ByEnvironment, ByZone, ByRegion, ByTeam, ByCluster} {
		t := traitOf{trait: trait, keys: []string{""}, of: make([]int, len(c.items)), count: []int{0}}
		number := map[string]int{"": 0}
		for i, it := range c.items {
			k := key[trait](it)
			n, ok := number[k]
			if !ok {
				n = len(t.keys)
				number[k] = n
				t.keys, t.count = append(t.keys, k), append(t.count, 0)
			}
			t.of[i] = n
			t.count[n]++
		}
		c.traits = append(c.traits, t)
	}
}

// says describes a group and gives the keys of the values it names.
func (c *class) says(g group) (Trait, []string) {
	if len(g) == len(c.items) {
		return ByAll, nil
	}
	for _, t := range c.traits {
		if values := t.whole(g); values != nil {
			keys := make([]string, len(values))
			for i, v := range values {
				keys[i] = t.keys[v]
			}
			return t.trait, keys
		}
	}
	return ByNone, nil
}

// whole gives the values of which the group has everything and nothing else,
// if there are few; one cluster only.
func (t *traitOf) whole(g group) []int {
	most := mostNamed
	if t.trait == ByCluster {
		most = 1
	}
	var values []int
	n := 0
	for _, i := range g {
		v := t.of[i]
		if v == 0 {
			return nil
		}
		if !slices.Contains(values, v) {
			if len(values) == most {
				return nil
			}
			values = append(values, v)
			n += t.count[v]
		}
	}
	if n != len(g) {
		return nil
	}
	slices.Sort(values)
	return values
}

// odd counts the groups that no description fits.
func (c *class) odd(groups []group) int {
	n := 0
	for _, g := range groups {
		if t, _ := c.says(g); t == ByNone {
			n++
		}
	}
	return n
}

// describe adds groupings by environment, zone, region and team, whole values
// together, for every number of groups.
func (c *class) describe() {
	for _, t := range c.traits {
		if t.trait == ByCluster || len(t.keys) < 3 || len(t.keys) > mostUnits {
			continue
		}
		c.like(t.units())
	}
}

// units are the items of each value; those of unknown value lie together.
func (t *traitOf) units() []group {
	out := make([]group, len(t.keys))
	for i, v := range t.of {
		out[v] = append(out[v], int32(i))
	}
	return slices.DeleteFunc(out, func(g group) bool { return len(g) == 0 })
}

// like packs units as if each were one item, and offers what comes of it.
func (c *class) like(units []group) {
	weights := make([]int64, len(units))
	for u, g := range units {
		weights[u] = c.sum(g).weight
	}
	order := all(len(units))
	slices.SortStableFunc(order, func(a, b int32) int { return int(min(1, max(-1, weights[b]-weights[a]))) })
	p := &pool{floor: c.floor}
	for _, u := range order {
		p.w, p.apps = append(p.w, weights[u]), append(p.apps, 0)
	}
	p.solve(nil)
	alone := make([]group, len(units))
	for u := range units {
		alone[u] = group{int32(u)}
	}
	found := append(slices.Clone(p.found), alone)
	for _, packed := range found {
		if packed == nil {
			continue
		}
		groups := make([]group, len(packed))
		for i, g := range packed {
			for _, u := range g {
				groups[i] = append(groups[i], units[order[u]]...)
			}
			slices.Sort(groups[i])
		}
		c.offer(groups)
		if w, ok := c.weigh(groups); ok {
			c.liked = append(c.liked, w)
		}
	}
}
