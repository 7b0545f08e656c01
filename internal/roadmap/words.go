package roadmap

import (
	"maps"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func clone(a verdict.Args) verdict.Args { return maps.Clone(a) }

// pushes says whether the instance itself opens connections to its clusters.
func pushes(in plan.Instance) bool { return in.Mode == "" || in.Mode == plan.Push }

func (pl *planner) names(instances []int) []string {
	out := make([]string, len(instances))
	for n, i := range instances {
		out[n] = pl.later[i].Name
	}
	return out
}

// hosts names what the instances run on: clusters, or zones outside them.
func (pl *planner) hosts(instances []int) []string {
	var out []string
	for _, i := range instances {
		in := pl.later[i]
		host, ok := pl.clusters[in.Host]
		switch {
		case ok:
			out = append(out, host.Name)
		case pl.zones[in.Zone] != "":
			out = append(out, pl.zones[in.Zone])
		default:
			out = append(out, "—")
		}
	}
	return unique(out)
}

// teamOf is the team that operates the first of the instances of which it is
// known: the installation's, else that of the cluster it runs on.
func (pl *planner) teamOf(instances []int) string {
	for _, i := range instances {
		in := pl.later[i]
		if row := pl.installs[in.Installation]; row != nil && row.Team != "" {
			return row.Team
		}
		if row := pl.clusters[in.Host]; row != nil && row.Team != "" {
			return row.Team
		}
	}
	return ""
}

// teamOfSlots is the team that owns the most of what moves, the first among
// equals; where none does, that of the instance it moves to.
func (pl *planner) teamOfSlots(slots []int) string {
	count, best := map[string]int{}, ""
	for _, k := range slots {
		if t := pl.team[k]; t != "" {
			count[t]++
		}
	}
	for _, k := range slots {
		if t := pl.team[k]; t != "" && count[t] > count[best] {
			best = t
		}
	}
	if best == "" {
		return pl.teamOf([]int{pl.goal[slots[0]]})
	}
	return best
}

func (pl *planner) share(weight float64) float64 {
	if pl.weight == 0 {
		return 0
	}
	return weight / pl.weight
}

// check is a line that rests on a fact; fact "" is our own procedure.
func check(id, fact string) Check {
	if fact == "" {
		return Check{ID: id}
	}
	sources := catalog.CutoverSources(fact)
	if sources == nil {
		sources = catalog.FactSources(fact)
	}
	return Check{ID: id, Sources: sources}
}

func installChecks(ha, agent bool) []Check {
	out := []Check{check("apply", "server_side_apply")}
	if ha {
		out = append(out, check("nodes", "ha_nodes"))
	}
	if agent {
		out = append(out, check("agent_maturity", "agent_maturity"))
	}
	return append(out, check("empty", ""))
}

func prepareChecks(agent bool) []Check {
	out := []Check{check("projects", "projects"), check("repositories", ""), check("access", "")}
	if agent {
		return append(out, check("agent", "agent"))
	}
	return append(out, check("account", "service_account"))
}

func adjustChecks() []Check {
	return []Check{check("export", "export"), check("apply", "server_side_apply")}
}

// moveChecks is the cut-over: at no time may two controllers sync one
// application, and nothing may be pruned by a move.
func moveChecks(handed, agent bool) (out []Check) {
	if handed {
		out = append(out, check("one_controller", ""), check("tracking", "tracking"), check("sync_off", "sync_off"), check("finalizer", "finalizer"))
	}
	if agent {
		out = append(out, check("agent_move", "agent"))
	}
	out = append(out, check("create", ""), check("diff", "diff"), check("sync_on", "prune"))
	if handed {
		out = append(out, check("delete", "delete"), check("keep_credential", ""))
	}
	return out
}

func credentialChecks(push bool) []Check {
	if !push {
		return []Check{check("unused", ""), check("agent_remove", "")}
	}
	return []Check{check("unused", ""), check("cluster_rm", "cluster_rm"), check("reconnect", "cluster_removal"), check("revoke", "")}
}

func retireChecks() []Check {
	return []Check{check("export", "export"), check("no_finalizer", "finalizer"), check("uninstall", "")}
}
