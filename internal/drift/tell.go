package drift

import (
	"slices"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/survey"
	"deckplan/internal/verdict"
)

func (c *comparison) refService(s int) verdict.Ref {
	return verdict.Ref{Kind: "services", Key: c.p.Services[s].ID, Name: c.p.Services[s].Name}
}

// places names the first applications of a group.
func (c *comparison) places(rows []placed) (out []Place) {
	for _, r := range rows[:min(len(rows), examples)] {
		out = append(out, Place{r.app.Instance, r.app.Cluster, r.app.Namespace, r.app.Name})
	}
	return out
}

func (a *applications) difference(g *group, args verdict.Args) Difference {
	args["n"], args["examples"] = len(g.rows), list(g.names)
	return Difference{Args: args, Live: a.places(g.rows), Count: len(g.rows), Examples: few(g.names)}
}

func (a *applications) tell() {
	for _, key := range a.twice.all {
		a.tellTwice(key, a.twice.at[key])
	}
	for _, key := range a.left.all {
		a.tellLeft(key, a.left.at[key])
	}
	for _, key := range a.outside.all {
		g := a.outside.at[key]
		a.tellOutside(key.a, g)
	}
	for _, key := range a.team.all {
		g, j := a.team.at[key], a.instance[key.a]
		var teams []string
		for id := range a.teamsOf[j] {
			teams = append(teams, a.teams[id])
		}
		slices.Sort(teams)
		in := a.live.Instances[key.a].Name
		d := a.difference(g, verdict.Args{"team": a.teams[key.text], "instance": in, "teams": list(teams)})
		d.Plan = []verdict.Ref{{Kind: "teams", Key: key.text, Name: a.teams[key.text]}, a.refInstance(j)}
		a.add(ApplicationTeam, []string{key.text, in}, d)
	}
	for _, key := range a.rollout.all {
		d := a.difference(a.rollout.at[key], verdict.Args{"service": a.p.Services[key.a].Name, "choice": key.text})
		d.Plan = []verdict.Ref{{Kind: "strategies", Key: a.p.Services[key.a].ID, Name: a.p.Services[key.a].Name}}
		a.add(StrategyRollout, []string{a.p.Services[key.a].ID, key.text}, d)
	}
	for _, key := range a.plain.all {
		service := a.p.Services[key.a]
		d := a.difference(a.plain.at[key], verdict.Args{"service": service.Name, "choice": key.text})
		d.Plan = []verdict.Ref{{Kind: "strategies", Key: service.ID, Name: service.Name}}
		d.adopt = func(to *adoption) { to.strategy(service.ID, plan.Rollout(key.text)) }
		a.add(StrategyDeployment, []string{service.ID, key.text}, d)
	}
	a.tellUnplanned()
	a.tellField(ApplicationProject, &a.project, "project", func(p *plan.Application, l *live.Application) (string, string) { return p.Project, l.Project })
	a.tellField(ApplicationSpace, &a.space, "namespace", func(p *plan.Application, l *live.Application) (string, string) {
		return p.Namespace, l.DestNamespace
	})
}

func (a *applications) tellTwice(key pair, g *group) {
	n := len(a.live.Instances)
	one, two := key.b/n, key.b%n
	d := a.difference(g, verdict.Args{"cluster": a.p.Clusters[key.a].Name, "one": a.live.Instances[one].Name, "two": a.live.Instances[two].Name})
	d.Plan = []verdict.Ref{a.refCluster(key.a)}
	foreseen := a.foreseen(key.a)
	d.PlanSays = "drift.application_twice.plan_none"
	if len(foreseen) > 0 {
		d.PlanSays = ""
		d.Args["planned"] = a.arrangement.Instances[foreseen[0]].Name
	}
	gone := two // the instance that should let go
	if a.instance[two] != none && contains(foreseen, a.instance[two]) {
		gone = one
	}
	d.Live = []Place{{Instance: a.live.Instances[one].Name, Cluster: a.shownOn(key.a, one)}, {Instance: a.live.Instances[two].Name, Cluster: a.shownOn(key.a, two)}}
	d.Hint = []string{a.command(gone, "app", "set", g.names[0], "--sync-policy", "none"), a.command(gone, "app", "delete", g.names[0], "--cascade=false")}
	a.add(ApplicationTwice, []string{a.p.Clusters[key.a].ID, a.live.Instances[one].Name, a.live.Instances[two].Name}, d)
}

func (a *applications) tellLeft(key pair, g *group) {
	j, in := a.instance[key.b], a.live.Instances[key.b].Name
	var mine []int
	var spaces, allowed []string
	for _, s := range a.slices[key.a] {
		if a.part[s] == j {
			mine = append(mine, s)
			allowed = append(allowed, a.p.Slices[s].Name)
		}
	}
	for _, r := range g.rows {
		if !slices.Contains(spaces, r.app.DestNamespace) && len(spaces) < 500 {
			spaces = append(spaces, r.app.DestNamespace)
		}
	}
	slices.Sort(spaces)
	d := a.difference(g, verdict.Args{"cluster": a.p.Clusters[key.a].Name, "instance": in, "slices": list(allowed), "namespaces": list(spaces)})
	d.Plan = []verdict.Ref{a.refCluster(key.a), {Kind: "slices", Key: a.p.Slices[mine[0]].ID, Name: a.p.Slices[mine[0]].Name}}
	if len(mine) == 1 && a.p.Slices[mine[0]].Project == "" && a.free(key.a, mine[0], spaces) {
		row := a.p.Slices[mine[0]]
		d.adopt = func(to *adoption) { to.widen(row, spaces) }
	}
	a.add(SliceLeft, []string{a.p.Clusters[key.a].ID, in}, d)
}

// free tells whether no other slice of the cluster has one of the namespaces.
func (a *applications) free(k, mine int, spaces []string) bool {
	for _, s := range a.slices[k] {
		if s != mine && slices.ContainsFunc(a.p.Slices[s].Namespaces, func(n string) bool { return slices.Contains(spaces, n) }) {
			return false
		}
	}
	return true
}

func (a *applications) tellOutside(i int, g *group) {
	var names []string
	var on []int
	for _, r := range g.rows {
		if r.cluster != none && !slices.Contains(on, r.cluster) {
			on = append(on, r.cluster)
			names = append(names, a.clusters[r.cluster].name)
		}
	}
	d := a.difference(g, verdict.Args{"instance": a.live.Instances[i].Name, "clusters": list(names)})
	if len(on) > 0 {
		d.adopt = func(to *adoption) {
			for _, n := range on {
				to.cluster(n)
			}
		}
	}
	a.add(ApplicationOutside, []string{a.live.Instances[i].Name}, d)
}

func (a *applications) tellUnplanned() {
	for _, key := range a.unplanned.all {
		g := a.unplanned.at[key]
		of, ids := a.live.Instances[g.instance].Name+" · "+key.text, []string{a.live.Instances[g.instance].Name, key.text}
		if g.service != none {
			of, ids = a.p.Services[g.service].Name, []string{a.p.Services[g.service].ID}
		}
		d := a.difference(g, verdict.Args{"of": of, "instance": a.live.Instances[g.instance].Name})
		d.PlanSays = "drift.application_unplanned.plan_none"
		if g.service != none {
			d.PlanSays = ""
			d.Plan = []verdict.Ref{a.refService(g.service)}
		}
		rows, service := g.rows, g.service
		d.adopt = func(to *adoption) {
			for _, r := range rows {
				to.application(r, service)
			}
		}
		a.add(ApplicationUnplanned, ids, d)
	}
}

func (a *applications) tellField(kind Kind, all *groups[pair], field string, of func(*plan.Application, *live.Application) (string, string)) {
	for _, key := range all.all {
		g := all.at[key]
		name, id := key.text, key.text
		var refs []verdict.Ref
		if g.service != none {
			name, id = a.p.Services[g.service].Name, a.p.Services[g.service].ID
			refs = []verdict.Ref{a.refService(g.service)}
		}
		was, now := of(&a.p.Applications[g.plans[0]], g.rows[0].app)
		d := a.difference(g, verdict.Args{"of": name, "was": was, "now": now, "first": g.names[0]})
		d.Plan = refs
		rows, plans := g.rows, g.plans
		d.adopt = func(to *adoption) {
			for i, r := range rows {
				was, now := of(&a.p.Applications[plans[i]], r.app)
				to.set("applications", a.p.Applications[plans[i]].ID, field, was, survey.Tidy(now, 120))
			}
		}
		a.add(kind, []string{id}, d)
	}
}

// missingOnes tells of planned applications that do not run, by service. They
// are missed only where every instance that could have them was read, and
// where the cluster itself is not missing.
func (a *applications) missingOnes() {
	sliceAt := at(a.p.Slices)
	var by groups[pair]
	names := map[pair][]string{}
	for i := range a.p.Applications {
		row := &a.p.Applications[i]
		k, ok := a.clusterAt[row.Cluster]
		if a.used[i] || !ok || len(a.managing[k]) == 0 || !a.readAll(k) {
			continue
		}
		if j := a.ownerOf(*row, sliceAt); j == none || a.liveOf[j] == none || !a.live.Instances[a.liveOf[j]].SeesApplications() {
			continue
		}
		s, ok := a.serviceAt[row.Service]
		if !ok {
			s = none
		}
		g := by.of(pair{a: s})
		g.service = s
		g.plans = append(g.plans, i)
		if key := (pair{a: s}); len(names[key]) <= examples {
			names[key] = append(names[key], row.Name)
		}
	}
	for _, key := range by.all {
		g := by.at[key]
		d := Difference{Args: verdict.Args{"of": "", "n": len(g.plans), "examples": list(names[key])}, Count: len(g.plans), Examples: few(names[key])}
		id := ""
		if g.service != none {
			id, d.Args["of"] = a.p.Services[g.service].ID, a.p.Services[g.service].Name
			d.Plan = []verdict.Ref{a.refService(g.service)}
		} else {
			d.Plan = []verdict.Ref{{Kind: "applications", Key: a.p.Applications[g.plans[0]].ID, Name: names[key][0]}}
			d.Args["of"] = names[key][0]
		}
		plans := g.plans
		d.adopt = func(to *adoption) {
			for _, i := range plans {
				to.remove("applications", a.p.Applications[i].ID)
			}
		}
		a.add(ApplicationMissing, []string{id}, d)
	}
}

// readAll tells whether all that an instance of the cluster has is known.
func (a *applications) readAll(k int) bool {
	return !slices.ContainsFunc(a.managing[k], func(i int) bool { return !a.live.Instances[i].SeesApplications() })
}
