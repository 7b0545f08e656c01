package frontier

import (
	"context"
	"slices"
	"strings"

	"deckplan/internal/layout"
)

// place is a zone that instances may run in: free of charge on its clusters,
// or, if it has none, at a price outside them.
type place struct {
	zone  int
	hosts []int // clusters that are allowed, in the plan's order
}

// space is what the classes of one search have in common.
type space struct {
	ctx     context.Context
	ix      *layout.Index
	slots   []layout.Slot
	places  []place
	free    bits // places with hosts
	every   bits
	outside bool // instances may run outside the planned clusters
	floor   int64
	nodes   int
	left    int // of the nodes of all questions
	prices  map[priceKey]float64
	hostAt  map[int]int // by cluster that may host: its place
	base    []int       // by slot: position of its instance in the base; nil without one
}

type priceKey struct {
	ha, outside bool
	shards      int
}

func (s *space) stopped() bool { return s.ctx.Err() != nil }

// ration is what the next question may take.
func (s *space) ration() int { return min(s.nodes, s.left/16) }

func (s *space) everywhere() bits { return s.every }

// instance is what an instance costs a year, as the analysis has it.
func (s *space) instance(ha bool, shards int, outside bool) float64 {
	key := priceKey{ha, outside, shards}
	v, ok := s.prices[key]
	if !ok {
		v = s.ix.InstanceCost(ha, shards, outside)
		s.prices[key] = v
	}
	return v
}

func (s *space) shards(ha bool, apps, clusters int) int { return s.ix.Shards(ha, apps, clusters) }

func (s *space) carries(ha bool) (apps, clusters float64) { return s.ix.Carries(ha) }

func newSpace(ctx context.Context, ix *layout.Index, nodes int) *space {
	s := &space{ctx: ctx, ix: ix, slots: ix.Slots(), nodes: nodes, left: nodesInAll * nodes, prices: map[priceKey]float64{}, hostAt: map[int]int{}}
	hosts, outside := ix.Hosts()
	s.outside = outside
	at := map[int]int{}
	add := func(zone int) int {
		p, ok := at[zone]
		if !ok {
			p = len(s.places)
			at[zone] = p
			s.places = append(s.places, place{zone: zone})
			s.every = s.every.with(p)
		}
		return p
	}
	for _, h := range hosts {
		p := add(ix.ZoneOf(h))
		s.places[p].hosts = append(s.places[p].hosts, h)
		s.hostAt[h] = p
		s.free = s.free.with(p)
	}
	if outside {
		for z := range ix.Plan().Zones {
			add(z)
		}
	}
	for len(s.free) < len(s.every) {
		s.free = append(s.free, 0)
	}
	return s
}

// items makes the slots that are to be assigned. A whole cluster to which
// nothing is delivered is not among them; what no place serves is stranded.
func (s *space) items() (items []item, stranded []int) {
	zones := make([]int, len(s.places))
	for p := range s.places {
		zones[p] = s.places[p].zone
	}
	placeOf := map[int]int{}
	for p, z := range zones {
		placeOf[z] = p
	}
	servers := s.ix.Servers(zones)
	parts := map[int]int{}
	for _, slot := range s.slots {
		parts[slot.Cluster]++
	}
	for k, slot := range s.slots {
		if !slot.Delivered && parts[slot.Cluster] == 1 {
			continue
		}
		it := item{slot: k, weight: int64(slot.Weight), apps: slot.Applications, cluster: slot.Cluster,
			production: slot.Production, serve: make(bits, len(s.every))}
		for _, z := range servers[k] {
			it.serve = it.serve.with(placeOf[z])
		}
		if it.serve.none() {
			stranded = append(stranded, k)
		}
		items = append(items, it)
		s.floor = max(s.floor, it.weight)
	}
	return items, stranded
}

// classes parts the items by what the rules keep apart and then by what one
// place can serve. An item of which a rule's trait is not known goes with the
// heaviest class it may lie with, loosely.
func (s *space) classes(items []item) []*class {
	byKey := map[string][]item{}
	weight := map[string]int64{}
	var keys []string
	for _, it := range items {
		key := strings.Join(s.slots[it.slot].Apart, "\x00")
		if _, ok := byKey[key]; !ok {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], it)
		weight[key] += it.weight
	}
	for _, key := range keys {
		home, loose := s.home(key, keys, weight)
		if !loose {
			continue
		}
		moved := byKey[key]
		for i := range moved {
			moved[i].loose = true
		}
		if home != key {
			byKey[home] = append(byKey[home], moved...)
			byKey[key] = nil
		}
	}
	var out []*class
	for _, key := range keys {
		for _, part := range s.connected(byKey[key]) {
			out = append(out, s.class(part))
		}
	}
	return out
}

// home finds the class for items of a key of which some traits are unknown,
// and whether there is any other that they might lie with.
func (s *space) home(key string, keys []string, weight map[string]int64) (home string, loose bool) {
	home = key
	mine := strings.Split(key, "\x00")
	if !slices.Contains(mine, "") || len(s.ixApart()) == 0 {
		return home, false
	}
	for _, other := range keys {
		theirs := strings.Split(other, "\x00")
		if other == key || !agree(mine, theirs) {
			continue
		}
		loose = true
		if !slices.Contains(theirs, "") && (home == key || weight[other] > weight[home]) {
			home = other
		}
	}
	return home, loose
}

// ixApart gives the traits kept apart, by the first slot's values.
func (s *space) ixApart() []string {
	if len(s.slots) == 0 {
		return nil
	}
	return s.slots[0].Apart
}

func agree(a, b []string) bool {
	for i := range a {
		if a[i] != "" && b[i] != "" && a[i] != b[i] {
			return false
		}
	}
	return true
}

// connected parts items that no chain of shared places joins.
func (s *space) connected(items []item) [][]item {
	parts := [][]item{}
	reach := []bits{}
	for _, it := range items {
		into := -1
		for p := 0; p < len(parts); p++ {
			if reach[p].and(it.serve).none() {
				continue
			}
			if into < 0 {
				into = p
				parts[p] = append(parts[p], it)
				reach[p] = reach[p].or(it.serve)
				continue
			}
			parts[into] = append(parts[into], parts[p]...)
			reach[into] = reach[into].or(reach[p])
			parts, reach = slices.Delete(parts, p, p+1), slices.Delete(reach, p, p+1)
			p--
		}
		if into < 0 {
			parts, reach = append(parts, []item{it}), append(reach, it.serve)
		}
	}
	return parts
}

func (s *space) class(items []item) *class {
	slices.SortStableFunc(items, func(a, b item) int {
		if a.weight != b.weight {
			return int(min(1, max(-1, b.weight-a.weight)))
		}
		return a.slot - b.slot
	})
	c := &class{space: s, items: items}
	common := s.free
	seen := map[int]bool{}
	alike := true
	for _, it := range items {
		common = common.and(it.serve)
		c.sliced = c.sliced || seen[it.cluster]
		seen[it.cluster] = true
		alike = alike && it.production == items[0].production
	}
	c.common = !common.none()
	c.easy = alike && c.common
	c.readTraits()
	return c
}

// leastByHosts bounds the radius from below where the rules name the hosts:
// what only some hosts serve loads these, except what lies on one of them.
func (s *space) leastByHosts(items []item) int64 {
	if s.outside {
		return s.floor
	}
	least := s.floor
	sets := []bits{s.every}
	for _, it := range items {
		if !slices.ContainsFunc(sets, it.serve.equal) {
			sets = append(sets, it.serve)
		}
	}
	for _, set := range sets {
		n := 0
		for p := range s.places {
			if set.has(p) {
				n += len(s.places[p].hosts)
			}
		}
		var w []int64
		for _, it := range items {
			if _, host := s.hostAt[it.cluster]; !host && it.serve.and(set).equal(it.serve) {
				w = append(w, it.weight)
			}
		}
		slices.SortFunc(w, func(a, b int64) int { return int(min(1, max(-1, b-a))) })
		sums := sumsOf(w)
		least = max(least, leastFor(w, sums, n, sums[len(w)]))
	}
	return least
}
