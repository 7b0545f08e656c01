package roadmap

import (
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// planner is a roadmap in the making. Instances are numbered: the former ones,
// then those of the target that are not among them.
type planner struct {
	p      *plan.Plan
	ix     *layout.Index
	from   layout.Arrangement
	to     layout.Arrangement
	atOnce int
	broken int

	clusters map[string]*plan.Cluster
	installs map[string]*plan.Installation
	zones    map[string]string // names

	slots  []layout.Compartment // clusters and slices
	weight float64              // of them all
	env    []int                // by slot; the number of environments for none
	team   []string             // by slot
	sliced map[string]bool      // by cluster
	all    []plan.Instance      // with identifiers of their own
	target []int                // by instance of the target: its number
	later  []plan.Instance      // by number: as the target has it
	owner  []int                // by slot, before
	goal   []int                // by slot, after; none for what stays with its owner

	steps    []Step
	readyAt  map[int]int // by instance: the step that makes it ready
	lastFrom map[int]int // by instance: the last step that takes from it

	now    []int // by slot, while steps are carried out
	exists []bool
	as     []plan.Instance
}

func newPlanner(p *plan.Plan, from, to layout.Arrangement, atOnce int) *planner {
	pl := &planner{p: p, ix: layout.NewIndex(p), from: from, to: to, atOnce: atOnce, sliced: map[string]bool{},
		clusters: map[string]*plan.Cluster{}, installs: map[string]*plan.Installation{}, zones: map[string]string{},
		readyAt: map[int]int{}, lastFrom: map[int]int{}}
	for i := range p.Clusters {
		pl.clusters[p.Clusters[i].ID] = &p.Clusters[i]
	}
	for i := range p.Installations {
		pl.installs[p.Installations[i].ID] = &p.Installations[i]
	}
	for _, z := range p.Zones {
		pl.zones[z.ID] = z.Name
	}
	before, after := pl.ix.Analyse(from), pl.ix.Analyse(to)
	pl.broken = after.Verdict.Worst()[verdict.Error]
	pl.slots = after.Compartments
	pl.number()
	pl.place(before, after)
	pl.reset()
	return pl
}

// place reads who delivers to every cluster and slice before and after, its
// environment and its team.
func (pl *planner) place(before, after layout.Analysis) {
	envs := map[string]int{}
	for i, e := range pl.p.Environments {
		envs[e.ID] = i
	}
	teams := make(map[string]string, len(pl.p.Slices))
	for _, s := range pl.p.Slices {
		teams[s.ID] = s.Team
		pl.sliced[s.Cluster] = true
	}
	for k, c := range pl.slots {
		row := pl.clusters[c.Cluster]
		e, ok := envs[row.Environment]
		if !ok {
			e = len(pl.p.Environments)
		}
		team := teams[c.Slice]
		if team == "" {
			team = row.Team
		}
		goal := after.Compartments[k].Instance
		if goal != none {
			goal = pl.target[goal]
		}
		pl.env, pl.team = append(pl.env, e), append(pl.team, team)
		pl.owner, pl.goal = append(pl.owner, before.Compartments[k].Instance), append(pl.goal, goal)
		pl.weight += c.Weight
	}
}

// number gives every instance of both layouts one number, the same where the
// target's is one that is there already.
func (pl *planner) number() {
	for _, in := range pl.from.Instances {
		in.ID = "from/" + in.ID
		pl.all = append(pl.all, in)
	}
	pl.later = append(pl.later, pl.all...)
	pl.target = match(pl.from, pl.to)
	for i, in := range pl.to.Instances {
		if j := pl.target[i]; j != none {
			pl.later[j] = pl.becomes(pl.all[j], in)
			continue
		}
		pl.target[i] = len(pl.all)
		in.ID = "to/" + in.ID
		pl.all, pl.later = append(pl.all, in), append(pl.later, in)
	}
}

// becomes gives a former instance the settings that the target has for it. A
// preset knows no names, versions or shards, and takes no HA away.
func (pl *planner) becomes(was, target plan.Instance) plan.Instance {
	if pl.to.Preset != "" {
		was.HA = was.HA || target.HA
		return was
	}
	target.ID = was.ID
	return target
}

// match finds, for every instance of the target, the former one that it is, or
// none: of the same mode, not on another host, and the same installation; else
// the same row; else of the same name; else, where one of the layouts is a
// preset, whose instances have no identity of their own, on the same host.
func match(from, to layout.Arrangement) []int {
	preset := from.Preset != "" || to.Preset != ""
	rules := []func(a, b *plan.Instance) bool{
		func(a, b *plan.Instance) bool { return a.Installation != "" && a.Installation == b.Installation },
		func(a, b *plan.Instance) bool { return !preset && a.ID == b.ID },
		func(a, b *plan.Instance) bool { return a.Name == b.Name },
		func(a, b *plan.Instance) bool { return preset && a.Host != "" && a.Host == b.Host },
	}
	out := make([]int, len(to.Instances))
	for i := range out {
		out[i] = none
	}
	taken := make([]bool, len(from.Instances))
	for _, rule := range rules {
		for i := range to.Instances {
			for j := 0; j < len(from.Instances) && out[i] == none; j++ {
				a, b := &from.Instances[j], &to.Instances[i]
				if !taken[j] && compatible(a, b) && rule(a, b) {
					out[i], taken[j] = j, true
				}
			}
		}
	}
	return out
}

// compatible says that nothing speaks against two rows being one instance.
func compatible(a, b *plan.Instance) bool {
	mode := func(in *plan.Instance) plan.Mode {
		if in.Mode == "" {
			return plan.Push
		}
		return in.Mode
	}
	same := func(x, y string) bool { return x == "" || y == "" || x == y }
	if a.Installation != "" && b.Installation != "" && a.Installation != b.Installation {
		return false
	}
	if a.Host == "" && b.Host == "" && !same(a.Zone, b.Zone) {
		return false
	}
	return mode(a) == mode(b) && same(a.Host, b.Host)
}

func (pl *planner) reset() {
	pl.now = append(pl.now[:0], pl.owner...)
	pl.as = append(pl.as[:0], pl.all...)
	pl.exists = pl.exists[:0]
	for i := range pl.all {
		pl.exists = append(pl.exists, i < len(pl.from.Instances))
	}
}

// apply carries a step out on the planner's present state.
func (pl *planner) apply(s Step) {
	for _, k := range s.slots {
		pl.now[k] = pl.goal[k]
	}
	for _, i := range s.instances {
		switch s.Kind {
		case plan.InstallStep:
			pl.exists[i] = true
		case plan.AdjustStep:
			pl.as[i] = pl.later[i]
		case plan.RetireStep:
			pl.exists[i] = false
		}
	}
}

// arrangement is the present state as an arrangement.
func (pl *planner) arrangement() layout.Arrangement {
	a := layout.Arrangement{ID: "roadmap", Instances: make([]plan.Instance, 0, len(pl.as)), Placements: make([]plan.Placement, 0, len(pl.slots))}
	for i, in := range pl.as {
		if pl.exists[i] {
			a.Instances = append(a.Instances, in)
		}
	}
	for k, i := range pl.now {
		if i != none {
			c := &pl.slots[k]
			a.Placements = append(a.Placements, plan.Placement{Layout: a.ID, Cluster: c.Cluster, Slice: c.Slice, Instance: pl.all[i].ID})
		}
	}
	return a
}
