package compare

import (
	"slices"
	"strings"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// pipelines tells what happens to pipelines and their stages.
func (n *narrator) pipelines() {
	lines := pair(n.a.Pipelines, n.b.Pipelines)
	whole := map[string]bool{} // pipelines that come or go, stages and all
	for _, group := range []struct {
		kind string
		rows []plan.Pipeline
		all  []plan.Stage
	}{{"pipeline_added", lines.fresh, n.b.Stages}, {"pipeline_removed", lines.gone, n.a.Stages}} {
		for _, p := range group.rows {
			whole[p.ID] = true
			count := 0
			for _, s := range group.all {
				if s.Pipeline == p.ID {
					count++
					n.seen("stages", s.ID)
				}
			}
			n.say(Stages, group.kind, args{"pipeline": p.Name, "n": count}, nil, nil, n.ref("pipelines", p.ID))
		}
	}
	for _, p := range lines.both {
		n.renamed(Stages, "pipelines", p[1].ID, p[0].Name, p[1].Name)
	}
	stages := pair(n.a.Stages, n.b.Stages)
	for _, s := range stages.fresh {
		if !whole[s.Pipeline] {
			n.say(Stages, "stage_added", n.stage(s), nil, s.Name, n.ref("stages", s.ID), n.ref("pipelines", s.Pipeline))
		}
	}
	for _, s := range stages.gone {
		if !whole[s.Pipeline] {
			n.say(Stages, "stage_removed", n.stage(s), s.Name, nil, n.ref("stages", s.ID), n.ref("pipelines", s.Pipeline))
		}
	}
	for _, s := range stages.both {
		n.stageChange(s[0], s[1])
	}
}

// stage gives the arguments of a sentence about a stage.
func (n *narrator) stage(s plan.Stage) args {
	return args{"stage": s.Name, "pipeline": n.name("pipelines", s.Pipeline), "team": n.list("teams", s.Accountable), "tool": n.name("installations", s.Installation)}
}

func (n *narrator) stageChange(was, now plan.Stage) {
	of := n.ref("stages", now.ID)
	n.renamed(Stages, "stages", now.ID, was.Name, now.Name)
	n.accountable(of, was, now)
	change := func(kind string, before, after string) {
		if before != after {
			a := n.stage(now)
			a["was"], a["now"] = before, after
			n.say(Stages, kind, a, before, after, of)
		}
	}
	if was.Pipeline != now.Pipeline {
		change("stage_pipeline", n.name("pipelines", was.Pipeline), n.name("pipelines", now.Pipeline))
	}
	if was.Installation != now.Installation {
		n.passed(Stages, "stage_tool", of, "installations", was.Installation, now.Installation, n.stage(now))
	}
	change("stage_builder", n.tool(was.Builder), n.tool(now.Builder))
	change("stage_trigger", n.word("choice.trigger.", string(was.Trigger)), n.word("choice.trigger.", string(now.Trigger)))
	n.approval(of, was, now)
	n.keys(of, was, now)
}

// accountable tells who loses a stage and who gains it.
func (n *narrator) accountable(of verdict.Ref, was, now plan.Stage) {
	lost, gained := minus(was.Accountable, now.Accountable), minus(now.Accountable, was.Accountable)
	a := n.stage(now)
	a["was"], a["now"], a["n"] = n.list("teams", lost), n.list("teams", gained), len(lost)
	kind := ""
	switch {
	case len(lost) > 0 && len(gained) > 0:
		kind = "stage_passes"
	case len(gained) > 0:
		kind, a["n"] = "stage_gains", len(gained)
		if len(was.Accountable) > 0 {
			kind, a["others"] = "stage_joins", n.list("teams", was.Accountable)
		}
	case len(lost) > 0:
		kind = "stage_loses"
		if len(now.Accountable) > 0 {
			kind, a["others"] = "stage_leaves", n.list("teams", now.Accountable)
		}
	default:
		return
	}
	refs := append([]verdict.Ref{of}, n.refs("teams", append(lost, gained...))...)
	n.say(Stages, kind, a, n.list("teams", was.Accountable), n.list("teams", now.Accountable), refs...)
}

// approval tells of a consent that is asked for, no longer asked for, or asked
// for otherwise.
func (n *narrator) approval(of verdict.Ref, was, now plan.Stage) {
	x, y := was.Approval, now.Approval
	if x == y {
		return
	}
	a := n.stage(now)
	switch {
	case x.Role == "":
		a["role"] = y.Role
		n.say(Stages, "approval_added", a, nil, y.Role, of)
	case y.Role == "":
		a["role"] = x.Role
		n.say(Stages, "approval_removed", a, x.Role, nil, of)
	case x.Role != y.Role:
		a["was"], a["now"] = x.Role, y.Role
		n.say(Stages, "approval_role", a, x.Role, y.Role, of)
	case x.WaitMinutes != y.WaitMinutes:
		a["role"], a["was"], a["now"] = y.Role, x.WaitMinutes, y.WaitMinutes
		n.say(Stages, "approval_wait", a, x.WaitMinutes, y.WaitMinutes, of)
	case x.MandatedBy != y.MandatedBy:
		a["role"], a["was"], a["now"] = y.Role, n.text(x.MandatedBy), n.text(y.MandatedBy)
		n.say(Stages, "approval_mandate", a, x.MandatedBy, y.MandatedBy, of)
	}
}

// keys tells of credentials that a stage gains or loses.
func (n *narrator) keys(of verdict.Ref, was, now plan.Stage) {
	words := func(all []plan.Credential) []string {
		out := make([]string, len(all))
		for i, c := range all {
			out[i] = c.String()
		}
		return out
	}
	x, y := words(was.Credentials), words(now.Credentials)
	for _, one := range []struct {
		kind string
		keys []string
	}{{"stage_key_gains", minus(y, x)}, {"stage_key_loses", minus(x, y)}} {
		if len(one.keys) == 0 {
			continue
		}
		slices.Sort(one.keys)
		a := n.stage(now)
		a["n"], a["list"] = len(one.keys), n.join(one.keys[:min(len(one.keys), mostNamed)], len(one.keys))
		n.say(Stages, one.kind, a, strings.Join(x, ", "), strings.Join(y, ", "), of)
	}
}
