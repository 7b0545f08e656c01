package roadmap

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// group is what moves in one step: clusters of one environment with the same
// former instance. They go to one new instance, or each to one that gets
// nothing else.
type group struct {
	env      int
	rest     bool // of sliced clusters, what is in no slice: after the slices, which it would else take along
	from, to int  // to is none where every one has an instance of its own
	weight   float64
	slots    []int
}

// moves gathers what changes its instance, in the order in which it moves.
func (pl *planner) moves() []group {
	gets := make([]int, len(pl.all))
	moving := func(k int) bool { return pl.goal[k] != none && pl.goal[k] != pl.owner[k] }
	for k := range pl.slots {
		if moving(k) {
			gets[pl.goal[k]]++
		}
	}
	type key struct {
		env, from, to int
		rest          bool
	}
	at := map[key]int{}
	var whole []group
	for k, c := range pl.slots {
		if !moving(k) {
			continue
		}
		q := key{pl.env[k], pl.owner[k], pl.goal[k], c.Slice == "" && pl.sliced[c.Cluster]}
		if gets[q.to] == 1 {
			q.to = none
		}
		i, ok := at[q]
		if !ok {
			i = len(whole)
			at[q] = i
			whole = append(whole, group{env: q.env, rest: q.rest, from: q.from, to: q.to})
		}
		whole[i].slots = append(whole[i].slots, k)
		whole[i].weight += c.Weight
	}
	slices.SortStableFunc(whole, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.env, b.env), boolean(a.rest)-boolean(b.rest), cmp.Compare(a.weight, b.weight))
	})
	var out []group
	for _, g := range whole {
		slices.SortStableFunc(g.slots, func(a, b int) int { return cmp.Compare(pl.slots[a].Weight, pl.slots[b].Weight) })
		for part := range slices.Chunk(g.slots, pl.atOnce) {
			one := g
			one.slots = part
			out = append(out, one)
		}
	}
	return out
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (pl *planner) add(s Step) int {
	slices.Sort(s.After)
	s.After = slices.Compact(s.After)
	pl.steps = append(pl.steps, s)
	return len(pl.steps) - 1
}

// install adds the steps that install and prepare the new instances, in the
// order in which clusters move to them.
func (pl *planner) install(moves []group) {
	var order []int
	env := map[int]int{}
	for _, g := range moves {
		for _, k := range g.slots {
			if i := pl.goal[k]; i >= len(pl.from.Instances) {
				if _, known := env[i]; !known {
					env[i] = g.env
					order = append(order, i)
				}
			}
		}
	}
	for i := len(pl.from.Instances); i < len(pl.all); i++ { // those that get nothing come last
		if _, known := env[i]; !known {
			env[i] = len(pl.p.Environments)
			order = append(order, i)
		}
	}
	for len(order) > 0 {
		n := 1
		for n < min(len(order), pl.atOnce) && env[order[n]] == env[order[0]] {
			n++
		}
		pl.installTogether(order[:n], env[order[0]])
		order = order[n:]
	}
}

func (pl *planner) installTogether(instances []int, env int) {
	args := verdict.Args{"instance": list(pl.names(instances)), "n": len(instances), "host": list(pl.hosts(instances))}
	ha, agent := false, false
	for _, i := range instances {
		ha, agent = ha || pl.all[i].HA, agent || !pushes(pl.all[i])
	}
	team := pl.teamOf(instances)
	at := pl.add(Step{Kind: plan.InstallStep, Args: args, Team: team, environment: env, instances: instances, Checks: installChecks(ha, agent)})
	ready := pl.add(Step{Kind: plan.PrepareStep, Args: clone(args), Team: team, environment: env, After: []int{at}, Checks: prepareChecks(agent)})
	for _, i := range instances {
		pl.readyAt[i] = ready
	}
}

// adjust adds a step for every instance that stays with other settings.
func (pl *planner) adjust() {
	for i := range pl.from.Instances {
		a, b := pl.all[i], pl.later[i]
		if a.HA == b.HA && a.ShardCount() == b.ShardCount() && (a.Version == b.Version || b.Version == "") {
			continue
		}
		pl.readyAt[i] = pl.add(Step{Kind: plan.AdjustStep, environment: len(pl.p.Environments), instances: []int{i}, Team: pl.teamOf([]int{i}),
			Args:   verdict.Args{"instance": list([]string{b.Name}), "n": 1, "was": settings(a), "becomes": settings(b)},
			Checks: adjustChecks()})
	}
}

// settings writes what an adjust step changes: HA, controller shards, version.
func settings(in plan.Instance) string {
	s := "non-HA"
	if in.HA {
		s = "HA"
	}
	if n := in.ShardCount(); n > 1 {
		s += " × " + strconv.Itoa(n)
	}
	if in.Version != "" {
		s += " · " + strings.ReplaceAll(in.Version, ",", " ")
	}
	return s
}

func (pl *planner) move(moves []group) {
	last := none
	for _, g := range moves {
		var targets, after []int
		var names, keys []string
		applications, weight := 0, 0.0
		for _, k := range g.slots {
			c := &pl.slots[k]
			targets = append(targets, pl.goal[k])
			names, keys = append(names, c.Name), append(keys, c.Cluster)
			applications += c.Applications
			weight += c.Weight
		}
		targets = unique(targets)
		if last != none {
			after = append(after, last)
		}
		agent := false
		for _, i := range targets {
			if at, ok := pl.readyAt[i]; ok {
				after = append(after, at)
			}
			agent = agent || !pushes(pl.all[i])
		}
		s := Step{Kind: plan.MoveStep, environment: g.env, slots: g.slots, Clusters: unique(keys), After: after, Team: pl.teamOfSlots(g.slots),
			Args: verdict.Args{"cluster": list(names), "n": len(names), "to": list(pl.names(targets)), "from": "",
				"applications": applications, "share": pl.share(weight)},
			Checks: moveChecks(g.from != none, agent)}
		if g.from != none {
			s.Args["from"] = list([]string{pl.all[g.from].Name})
		}
		last = pl.add(s)
		if g.from != none {
			pl.lastFrom[g.from] = last
		}
	}
}

// cleanUp takes the former credentials out, after everything has moved, and
// retires instances that the target does not have and that deliver nothing.
func (pl *planner) cleanUp() {
	end := len(pl.steps) - 1
	released := pl.released()
	for i := range pl.from.Instances {
		if len(released[i]) == 0 {
			continue
		}
		keys, names := released[i], make([]string, len(released[i]))
		for n, key := range keys {
			names[n] = pl.clusters[key].Name
		}
		pl.lastFrom[i] = pl.add(Step{Kind: plan.CredentialsStep, environment: len(pl.p.Environments), Clusters: keys, After: []int{end}, Team: pl.teamOf([]int{i}),
			Args:   verdict.Args{"instance": list(pl.names([]int{i})), "cluster": list(names), "n": len(keys)},
			Checks: credentialChecks(pushes(pl.all[i]))})
	}
	stays := make([]bool, len(pl.all))
	for _, i := range pl.target {
		stays[i] = true
	}
	for k, i := range pl.owner {
		if i != none && pl.goal[k] == none {
			stays[i] = true
		}
	}
	var leaving []int
	for i := range pl.from.Instances {
		if !stays[i] {
			leaving = append(leaving, i)
		}
	}
	for some := range slices.Chunk(leaving, pl.atOnce) {
		s := Step{Kind: plan.RetireStep, environment: len(pl.p.Environments), instances: some, Team: pl.teamOf(some),
			Args: verdict.Args{"instance": list(pl.names(some)), "n": len(some), "host": list(pl.hosts(some))}, Checks: retireChecks()}
		for _, i := range some {
			if at, ok := pl.lastFrom[i]; ok {
				s.After = append(s.After, at)
			}
		}
		pl.add(s)
	}
}

// released are, by former instance, the clusters it delivered to and no longer
// does, its own host aside, for which it holds no credential.
func (pl *planner) released() [][]string {
	type pair struct {
		instance int
		cluster  string
	}
	keeps := map[pair]bool{}
	for k, c := range pl.slots {
		if pl.goal[k] != none {
			keeps[pair{pl.goal[k], c.Cluster}] = true
		} else if pl.owner[k] != none {
			keeps[pair{pl.owner[k], c.Cluster}] = true
		}
	}
	out := make([][]string, len(pl.from.Instances))
	for k, c := range pl.slots {
		if i := pl.owner[k]; i != none && !keeps[pair{i, c.Cluster}] && c.Cluster != pl.all[i].Host {
			keeps[pair{i, c.Cluster}] = true // once
			out[i] = append(out[i], c.Cluster)
		}
	}
	return out
}
