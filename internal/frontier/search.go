package frontier

import (
	"context"
	"math"
	"slices"

	"deckplan/internal/layout"
)

// Options of a search; the zero value will do.
type Options struct {
	// Base is the layout as it is: among equals, points that move less of it
	// come first, and what stays keeps its instances.
	Base *layout.Arrangement
	// Nodes bounds the work on each question (the least radius of so many
	// instances of one class); 0 is DefaultNodes. The same number gives the
	// same answer on every machine.
	Nodes int
	// Progress is called with how much of the work is done, if it is not nil.
	Progress func(done, total int)
}

// DefaultNodes is the number of nodes a question may take.
const DefaultNodes = 1_000_000

// nodesInAll is how many times its nodes for a question a search may take: the
// first questions get all of theirs, later ones a share of what is left.
const nodesInAll = 100

// Point is a layout of the frontier. Radii are fractions of the weight of all
// applications, costs a year in the plan's currency.
type Point struct {
	Radius, Cost float64
	// ChangeRadius is what one instance, or one of its credentials, can
	// overwrite or prune.
	ChangeRadius float64
	Instances    int
	// Moves counts the slots with applications that another instance delivers to than in the
	// base; 0 without a base.
	Moves int
	// BoundRadius is proven: no layout of this cost or less has a smaller
	// radius. Proven says that it is the point's own.
	BoundRadius float64
	Proven      bool
	// BoundCost is proven: no layout of this radius or less costs less.
	BoundCost float64
	// By describes the groups if one trait describes all of them (besides
	// those that hold all they may), Odd counts those that none describes.
	By  Trait
	Odd int
}

// Frontier is what a search found.
type Frontier struct {
	// Points come by rising radius and falling cost.
	Points []Point
	// Proven says that this is the whole frontier: no point on it can be
	// bettered, and none is missing between them.
	Proven bool
	// Stranded names the clusters that no allowed host reaches. Then there are
	// no points: something that is delivered cannot be.
	Stranded []string
	// OverRadius and OverInstances count the points left out because the
	// team's limits forbid them.
	OverRadius, OverInstances int

	search *search
	kept   []candidate // of the points
}

// search is the state of one search.
type search struct {
	*space
	all      []*class
	options  Options
	bounds   []bound        // of the whole, fixed cost included
	clusters map[string]int // rows by key, of the base's hosts
}

// Search finds the frontier of the index's plan. It is deterministic. It
// returns the context's error if that ends first.
func Search(ctx context.Context, ix *layout.Index, o Options) (Frontier, error) {
	if o.Nodes <= 0 {
		o.Nodes = DefaultNodes
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	s := &search{space: newSpace(ctx, ix, o.Nodes), options: o}
	items, stranded := s.items()
	out := Frontier{search: s}
	for _, k := range stranded {
		out.Stranded = append(out.Stranded, ix.Plan().Clusters[s.slots[k].Cluster].Name)
	}
	out.Stranded = slices.Compact(out.Stranded)
	if len(items) == 0 || len(stranded) > 0 {
		return out, ctx.Err()
	}
	if o.Base != nil {
		s.base = ix.Owners(*o.Base)
		s.clusters = map[string]int{}
		for c, row := range ix.Plan().Clusters {
			s.clusters[row.ID] = c
		}
	}
	s.floor = s.leastByHosts(items)
	s.all = s.classes(items)
	// A class's share of the work goes with its items, the points come last.
	total, done := len(items)+len(items)/4+1, 0
	for _, c := range s.all {
		o.Progress(done, total)
		c.solve()
		done += len(c.items)
	}
	s.bound()
	found := s.points(func(part, of int) { o.Progress(done+(total-done)*part/of, total) })
	if err := ctx.Err(); err != nil {
		return Frontier{}, err
	}
	out.Proven = s.complete(found)
	out.keep(found)
	o.Progress(total, total)
	return out, nil
}

// bound sums the classes' bounds.
func (s *search) bound() {
	var radii []int64
	for _, c := range s.all {
		for _, b := range c.bounds {
			radii = append(radii, b.radius)
		}
	}
	slices.Sort(radii)
	shared := s.newPairs()
	if shared != nil {
		radii = append(radii, shared.radii()...)
		slices.Sort(radii)
		radii = slices.DeleteFunc(radii, func(r int64) bool { return r < s.floor })
	}
	radii = slices.Compact(radii)
	for i, r := range radii {
		if s.stopped() {
			return
		}
		last := int64(math.MaxInt64)
		if i+1 < len(radii) {
			last = radii[i+1] - 1
		}
		cost := s.ix.FixedCost()
		for _, c := range s.all {
			cost += costAt(c.bounds, r)
		}
		if shared != nil {
			cost = math.Max(cost, shared.least(last))
		}
		if n := len(s.bounds); n == 0 && !math.IsInf(cost, 1) || n > 0 && less(cost, s.bounds[n-1].cost) {
			s.bounds = append(s.bounds, bound{r, cost})
		}
	}
}

// radiusAt is the bound on the radius at a cost.
func (s *search) radiusAt(cost float64) int64 {
	for _, b := range s.bounds {
		if !less(cost, b.cost) {
			return b.radius
		}
	}
	return s.bounds[len(s.bounds)-1].radius
}

// complete says that the bounds are reached everywhere.
func (s *search) complete(found []candidate) bool {
	at := -1
	for _, b := range s.bounds {
		for at+1 < len(found) && found[at+1].radius <= b.radius {
			at++
		}
		if at < 0 || less(b.cost, found[at].cost) {
			return false
		}
	}
	return true
}

// points builds a layout for every radius at which a class changes its way.
func (s *search) points(progress func(part, of int)) []candidate {
	var radii []int64
	for _, c := range s.all {
		for _, w := range c.ways {
			radii = append(radii, max(w.radius, s.floor))
		}
	}
	if !s.outside {
		radii = append(radii, s.steps(slices.Max(radii))...)
		for _, b := range s.bounds {
			radii = append(radii, b.radius)
		}
	}
	slices.Sort(radii)
	radii = slices.Compact(radii)
	shared := s.newPairs()
	every := 1
	if !s.outside {
		every += len(radii) / (4 * mostSteps)
	}
	var found []candidate
	for i := 0; i < len(radii); i += every {
		r := radii[i]
		if s.stopped() {
			return nil
		}
		progress(i, len(radii))
		if c, ok := s.build(r); ok {
			found = keepBest(found, c)
		}
		if shared != nil {
			if c, ok := shared.build(r); ok {
				found = keepBest(found, c)
			}
		}
	}
	return s.enumerateHosts(found)
}

// mostSteps is how many radii are tried beside those of the classes where
// instances share hosts.
const mostSteps = 100

func (s *search) steps(most int64) []int64 {
	var out []int64
	for i := range int64(mostSteps) {
		out = append(out, s.floor+(2*most-s.floor)*i/mostSteps)
	}
	return out
}

// keepBest keeps candidates by rising radius and falling cost.
func keepBest(found []candidate, c candidate) []candidate {
	at, _ := slices.BinarySearchFunc(found, c.radius, func(f candidate, r int64) int { return int(min(1, max(-1, f.radius-r))) })
	if at < len(found) && found[at].radius == c.radius && !less(c.cost, found[at].cost) || at > 0 && !less(c.cost, found[at-1].cost) {
		return found
	}
	end := at
	for end < len(found) && !less(found[end].cost, c.cost) {
		end++
	}
	return slices.Replace(found, at, end, c)
}

// keep makes points of candidates, without those beyond the team's limits.
func (f *Frontier) keep(found []candidate) {
	s := f.search
	rules := s.ix.Plan().About.Rules
	for _, c := range found {
		p := s.point(c)
		over := false
		if limit := rules.MaxRadius / 100; limit > 0 && p.Radius > limit+1e-9 {
			f.OverRadius++
			over = true
		}
		if rules.MaxInstances > 0 && p.Instances > rules.MaxInstances {
			f.OverInstances++
			over = true
		}
		if !over {
			f.Points, f.kept = append(f.Points, p), append(f.kept, c)
		}
	}
}

func (s *search) point(c candidate) Point {
	share := func(w int64) float64 { return float64(w) / s.ix.Weight() }
	bound := min(c.radius, s.radiusAt(c.cost))
	p := Point{Radius: share(c.radius), Cost: c.cost, Instances: len(c.parts), BoundRadius: share(bound), Proven: bound == c.radius,
		BoundCost: min(c.cost, costAt(s.bounds, c.radius))}
	mixed := false
	for _, part := range c.parts {
		class := s.all[part.class]
		var change int64
		clusters := map[int]bool{}
		for _, i := range part.of {
			it := &class.items[i]
			if !clusters[it.cluster] {
				clusters[it.cluster] = true
				change += int64(s.slots[it.slot].ClusterWeight)
			}
			if s.base != nil && s.slots[it.slot].Delivered && (part.base < 0 || s.base[it.slot] != int(part.base)) {
				p.Moves++
			}
		}
		p.ChangeRadius = max(p.ChangeRadius, share(change))
		switch t, _ := class.says(part.of); {
		case t == ByNone:
			p.Odd++
		case t == ByAll && p.By != "":
		case p.By == "" || p.By == ByAll:
			p.By = t
		case p.By != t:
			mixed = true
		}
	}
	if mixed || p.Odd > 0 {
		p.By = ByNone
	}
	return p
}
