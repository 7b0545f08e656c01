package compare

import (
	"cmp"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// services tells what happens to services, the way they roll out, and their
// applications.
func (n *narrator) services() {
	all := pair(n.a.Services, n.b.Services)
	n.come(Services, "service_added", "services", keysOf(all.fresh))
	n.come(Services, "service_removed", "services", keysOf(all.gone))
	there := map[string]bool{} // services of both plans
	for _, s := range all.both {
		was, now := s[0], s[1]
		there[now.ID] = true
		of := n.ref("services", now.ID)
		n.renamed(Services, "services", now.ID, was.Name, now.Name)
		n.passed(Services, "service_team", of, "teams", was.Team, now.Team, nil)
		n.passed(Services, "service_pipeline", of, "pipelines", was.Pipeline, now.Pipeline, nil)
		if was.Weight() != now.Weight() {
			n.say(Services, "service_criticality", args{"name": now.Name, "was": was.Weight(), "now": now.Weight()}, was.Weight(), now.Weight(), of)
		}
	}
	n.rollouts(there)
	n.applications()
}

// rollouts tells which services get another strategy. What goes with its
// service needs no word.
func (n *narrator) rollouts(there map[string]bool) {
	all := pair(n.a.Strategies, n.b.Strategies)
	say := func(kind string, s plan.Strategy, was, now plan.Rollout) {
		n.seen("strategies", s.ID)
		if !there[s.Service] {
			return
		}
		a := args{"service": n.name("services", s.Service), "environment": n.lang.T("compare.everywhere", nil),
			"was": n.word("choice.rollout.", string(was)), "now": n.word("choice.rollout.", string(now))}
		if s.Environment != "" {
			a["environment"] = n.name("environments", s.Environment)
		}
		n.say(Services, kind, a, string(was), string(now), verdict.Ref{Kind: "strategies", Key: s.ID, Name: n.name("services", s.Service)}, n.ref("services", s.Service))
	}
	for _, s := range all.fresh {
		say("strategy_chosen", s, "", s.Choice)
	}
	for _, s := range all.gone {
		say("strategy_dropped", s, s.Choice, "")
	}
	for _, s := range all.both {
		if s[0].Choice != s[1].Choice {
			say("strategy_changes", s[1], s[0].Choice, s[1].Choice)
		}
	}
}

// applications tells of them together: a plan has very many.
func (n *narrator) applications() {
	all := pair(n.a.Applications, n.b.Applications)
	n.come(Services, "application_added", "applications", keysOf(all.fresh))
	n.come(Services, "application_removed", "applications", keysOf(all.gone))
	type move struct{ from, to string }
	var order []move
	moved := map[move][]string{}
	for _, a := range all.both {
		m := move{a[0].Cluster, a[1].Cluster}
		if m.from == m.to {
			continue
		}
		if moved[m] == nil {
			order = append(order, m)
		}
		moved[m] = append(moved[m], a[1].ID)
		n.seen("applications", a[1].ID)
	}
	for _, m := range order {
		keys := moved[m]
		n.say(Services, "application_moves", args{"n": len(keys), "list": n.list("applications", keys), "was": n.name("clusters", m.from), "now": n.name("clusters", m.to)},
			n.named("clusters", m.from), n.named("clusters", m.to), n.refs("applications", keys[:min(len(keys), mostRefs)])...)
	}
}

// tool names a tool of the catalogue, or one by the word the plan has for it.
func (n *narrator) tool(id string) string {
	if t, ok := catalog.ToolByID(id); ok {
		return t.Name
	}
	return n.text(id)
}

// tools tells of installations, and of what tools are compared by.
func (n *narrator) tools() {
	all := pair(n.a.Installations, n.b.Installations)
	n.come(Tools, "installation_added", "installations", keysOf(all.fresh))
	n.come(Tools, "installation_removed", "installations", keysOf(all.gone))
	for _, i := range all.both {
		was, now := i[0], i[1]
		of := n.ref("installations", now.ID)
		n.renamed(Tools, "installations", now.ID, was.Name, now.Name)
		if was.Tool != now.Tool {
			n.say(Tools, "installation_tool", args{"name": now.Name, "was": n.tool(was.Tool), "now": n.tool(now.Tool)}, was.Tool, now.Tool, of)
		}
		if was.Version != now.Version {
			n.version(Tools, of, n.tool(cmp.Or(now.Tool, was.Tool)), was.Version, now.Version)
		}
		n.passed(Tools, "installation_team", of, "teams", was.Team, now.Team, nil)
		n.passed(Tools, "installation_zone", of, "zones", was.Zone, now.Zone, nil)
		n.passed(Tools, "installation_host", of, "clusters", was.Host, now.Host, nil)
	}
	n.matrices()
}

// matrices tells what tools are compared by, and which; what that does to their
// leaders is told among the figures.
func (n *narrator) matrices() {
	all := pair(n.a.Matrices, n.b.Matrices)
	n.come(Tools, "matrix_added", "matrices", keysOf(all.fresh))
	n.come(Tools, "matrix_removed", "matrices", keysOf(all.gone))
	stays := map[string]bool{}
	for _, m := range all.both {
		was, now := m[0], m[1]
		stays[now.ID] = true
		n.renamed(Tools, "matrices", now.ID, was.Name, now.Name)
		for _, g := range minusGates(now.Gates, was.Gates) {
			n.say(Tools, "matrix_gate_added", args{"matrix": now.Name, "gate": n.word("choice.gate.", string(g))}, nil, string(g), n.ref("matrices", now.ID))
		}
		for _, g := range minusGates(was.Gates, now.Gates) {
			n.say(Tools, "matrix_gate_removed", args{"matrix": now.Name, "gate": n.word("choice.gate.", string(g))}, string(g), nil, n.ref("matrices", now.ID))
		}
	}
	criteria := pair(n.a.Criteria, n.b.Criteria)
	say := func(kind string, c plan.Criterion, before, after any) {
		if n.seen("criteria", c.ID); stays[c.Matrix] {
			n.say(Tools, kind, args{"matrix": n.name("matrices", c.Matrix), "criterion": c.Name, "was": before, "now": after}, before, after, n.ref("criteria", c.ID), n.ref("matrices", c.Matrix))
		}
	}
	for _, c := range criteria.fresh {
		say("criterion_added", c, nil, c.Weight)
	}
	for _, c := range criteria.gone {
		say("criterion_removed", c, c.Weight, nil)
	}
	for _, c := range criteria.both {
		n.renamed(Tools, "criteria", c[1].ID, c[0].Name, c[1].Name)
		if c[0].Weight != c[1].Weight {
			say("criterion_weight", c[1], c[0].Weight, c[1].Weight)
		}
	}
	n.candidates(stays)
}

func (n *narrator) candidates(stays map[string]bool) {
	all := pair(n.a.Candidates, n.b.Candidates)
	say := func(kind string, c plan.Candidate) {
		if n.seen("candidates", c.ID); stays[c.Matrix] {
			name := cmp.Or(c.Name, n.tool(c.Tool))
			n.say(Tools, kind, args{"matrix": n.name("matrices", c.Matrix), "candidate": name}, nil, nil,
				verdict.Ref{Kind: "candidates", Key: c.ID, Name: name}, n.ref("matrices", c.Matrix))
		}
	}
	for _, c := range all.fresh {
		say("candidate_added", c)
	}
	for _, c := range all.gone {
		say("candidate_removed", c)
	}
	scores := pair(n.a.Scores, n.b.Scores)
	changed := len(scores.fresh) + len(scores.gone)
	for _, s := range append(scores.fresh, scores.gone...) {
		n.seen("scores", s.Key())
	}
	for _, s := range scores.both {
		if s[0].Value != s[1].Value {
			changed++
			n.seen("scores", s[1].Key())
		}
	}
	if changed > 0 && len(stays) > 0 {
		n.say(Tools, "scores", args{"n": changed}, nil, nil)
	}
}

func minusGates(list, without []plan.Gate) (out []plan.Gate) {
	has := map[plan.Gate]bool{}
	for _, g := range without {
		has[g] = true
	}
	for _, g := range list {
		if !has[g] {
			out = append(out, g)
		}
	}
	return out
}

// others tells of teams, environments, rules and assumptions, and counts the
// rows that differ and that no sentence told of.
func (n *narrator) others(changes []plan.Change) {
	teams := pair(n.a.Teams, n.b.Teams)
	n.come(Rest, "team_added", "teams", keysOf(teams.fresh))
	n.come(Rest, "team_removed", "teams", keysOf(teams.gone))
	for _, t := range teams.both {
		n.renamed(Rest, "teams", t[1].ID, t[0].Name, t[1].Name)
	}
	environments := pair(n.a.Environments, n.b.Environments)
	n.come(Rest, "environment_added", "environments", keysOf(environments.fresh))
	n.come(Rest, "environment_removed", "environments", keysOf(environments.gone))
	for _, e := range environments.both {
		n.renamed(Rest, "environments", e[1].ID, e[0].Name, e[1].Name)
	}
	for _, c := range changes {
		if c.Kind == "about" || c.Kind == "assumptions" {
			n.rule(c)
		}
	}
	counts, order := map[string]int{}, []string{}
	for _, c := range changes {
		if n.told[c.Kind+"/"+c.Key] {
			continue
		}
		if counts[c.Kind] == 0 {
			order = append(order, c.Kind)
		}
		counts[c.Kind]++
	}
	for _, kind := range order {
		n.say(Rest, "rows", args{"n": counts[kind], "kind": n.lang.T("kind."+kind, nil)}, nil, nil)
	}
}

// rule tells of what the plan demands or assumes, field by field.
func (n *narrator) rule(c plan.Change) {
	k := plan.KindOf(c.Kind)
	fields, err := c.Fields()
	if err != nil {
		return
	}
	w := worder{lang: n.lang, names: map[string]string{}, plans: []*plan.Plan{n.b, n.a}}
	for _, fv := range fields {
		f, _ := k.Field(fv.Name)
		if c.Kind == "about" && f.Name == "layout" || c.Kind == "assumptions" && f.Name != "value" {
			continue // a layout in force is told among the layouts
		}
		name := n.lang.T("field."+c.Kind+"."+f.Name, nil)
		if c.Kind == "assumptions" {
			if name = c.Key; n.lang.Has("assumption." + c.Key) {
				name = n.lang.T("assumption."+c.Key, nil)
			}
		}
		was, now := clip(w.value(f, fv.Was)), clip(w.value(f, fv.Now))
		if c.Kind == "assumptions" {
			was, now = assumed(c.Before != nil, was), assumed(c.After != nil, now)
		}
		n.say(Rest, "rule", args{"name": name, "was": was, "now": now}, was, now, verdict.Ref{Kind: c.Kind, Key: c.Key, Name: name})
	}
}

// assumed is an assumption's figure; the catalogue's where the plan has none.
func assumed(own bool, figure string) string {
	if !own {
		return Nothing
	}
	return figure
}

// mostText bounds what a sentence says of a long text.
const mostText = 120

func clip(s string) string {
	if r := []rune(s); len(r) > mostText {
		return string(r[:mostText]) + "…"
	}
	return s
}
