package ownership

import (
	"slices"
	"strings"
	"sync"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// findings are the pipeline's, gravest first, in the order of the rules among
// equals.
func (a *Analysis) findings() []verdict.Finding {
	if len(a.Stages) == 0 {
		return []verdict.Finding{a.finding("ownership.finding.no_stages", verdict.Note, nil)}
	}
	var out []verdict.Finding
	for _, rule := range []func(*Analysis) []verdict.Finding{
		owned, started, cyclic, joined, joinable, waits, byHand, keys, sameHands, retired, daemons, offline, pushes,
	} {
		out = append(out, rule(a)...)
	}
	slices.SortStableFunc(out, func(x, y verdict.Finding) int { return int(x.Severity) - int(y.Severity) })
	return out
}

// finding makes a finding about the pipeline or, where given, some stages.
func (a *Analysis) finding(id string, s verdict.Severity, args verdict.Args, stages ...Stage) verdict.Finding {
	if args == nil {
		args = verdict.Args{}
	}
	args["pipeline"] = a.Pipeline.Name
	f := verdict.Finding{ID: id, Severity: s, Args: args}
	for _, st := range stages {
		f.About = append(f.About, verdict.Ref{Kind: "stages", Key: st.ID, Name: st.Name})
	}
	if len(stages) == 0 {
		f.About = []verdict.Ref{{Kind: "pipelines", Key: a.Pipeline.ID, Name: a.Pipeline.Name}}
	}
	return f
}

// about makes a finding about an installation.
func (a *Analysis) about(id string, s verdict.Severity, in plan.Installation, args verdict.Args) verdict.Finding {
	args["tool"] = in.Name
	f := a.finding(id, s, args)
	f.About = []verdict.Ref{{Kind: "installations", Key: in.ID, Name: in.Name}}
	return f
}

func stageNames(stages []Stage) string {
	out := make([]string, len(stages))
	for i, s := range stages {
		out[i] = s.Name
	}
	return strings.Join(out, ", ")
}

func (a *Analysis) names(teams []string) string {
	out := make([]string, len(teams))
	for i, t := range teams {
		out[i] = a.index.team(t)
	}
	return strings.Join(out, ", ")
}

// owned: every stage has exactly one accountable team.
func owned(a *Analysis) (out []verdict.Finding) {
	for _, s := range a.Stages {
		switch len(s.Accountable) {
		case 0:
			out = append(out, a.finding("ownership.finding.no_owner", verdict.Error, verdict.Args{"stage": s.Name}, s))
		case 1:
		default:
			out = append(out, a.finding("ownership.finding.two_owners", verdict.Error,
				verdict.Args{"stage": s.Name, "n": len(s.Accountable), "teams": a.names(s.Accountable)}, s))
		}
	}
	if len(out) == 0 {
		out = append(out, a.finding("ownership.finding.all_owned", verdict.Good, verdict.Args{"n": len(a.Stages)}))
	}
	return out
}

// started: every stage has something that starts it. A stage after another
// without a trigger is started by whoever remembers.
func started(a *Analysis) (out []verdict.Finding) {
	for _, s := range a.Stages {
		switch {
		case a.unstarted(s):
			out = append(out, a.finding("ownership.finding.no_trigger", verdict.Error, verdict.Args{"stage": s.Name}, s))
		case s.Trigger == "":
			out = append(out, a.finding("ownership.finding.by_memory", verdict.Warning, verdict.Args{"stage": s.Name}, s))
		}
	}
	return out
}

// unstarted tells whether nothing at all triggers a stage: no trigger, or the
// end of an earlier stage, where it comes after none.
func (a *Analysis) unstarted(s Stage) bool {
	return (s.Trigger == "" || s.Trigger == plan.OnUpstream) && !a.follows(s)
}

// cyclic: stages that wait for each other never begin.
func cyclic(a *Analysis) (out []verdict.Finding) {
	for _, cycle := range a.cycles() {
		stages := make([]Stage, len(cycle))
		for i, at := range cycle {
			stages[i] = a.Stages[at]
		}
		out = append(out, a.finding("ownership.finding.cycle", verdict.Error,
			verdict.Args{"stages": stageNames(stages), "n": len(stages)}, stages...))
	}
	return out
}

// joined: an integrated pipeline whose stages belong to several teams has one
// tool that several teams must agree on.
func joined(a *Analysis) []verdict.Finding {
	owners := a.owners()
	if !a.Integrated || len(a.Stages) < 2 || len(owners) < a.index.plan.About.OneToolLimit() {
		return nil
	}
	return []verdict.Finding{a.finding("ownership.finding.integrated_many", verdict.Warning, verdict.Args{"n": len(owners),
		"teams": a.names(owners), "tool": a.index.installations[a.Stages[0].Installation].Name,
		"limit": a.index.plan.About.OneToolLimit()})}
}

// joinable: a pipeline cut over several installations though one team owns it
// all. Joining is advised only where neither what one tool's keys give nor the
// gates get worse by it; otherwise the finding says what keeps it apart.
func joinable(a *Analysis) []verdict.Finding {
	owners, tools := a.owners(), a.installed()
	if len(owners) != 1 || len(tools) < 2 {
		return nil
	}
	args := verdict.Args{"team": a.names(owners), "n": len(tools)}
	one, ok := a.joiner()
	args["tool"] = one.Name
	switch {
	case !ok || a.unreached(one) != "":
		return nil
	case a.joinWidens(one.ID):
		return []verdict.Finding{a.finding("ownership.finding.split_keys", verdict.Note, args)}
	case a.joinOpens(one.ID):
		return []verdict.Finding{a.finding("ownership.finding.split_gates", verdict.Note, args)}
	}
	return []verdict.Finding{a.finding("ownership.finding.split_one", verdict.Note, args)}
}

// waits: more unmandated waiting than work on the critical path.
func waits(a *Analysis) []verdict.Finding {
	if a.path.wait <= a.path.work {
		return nil
	}
	return []verdict.Finding{a.finding("ownership.finding.waits", verdict.Warning,
		verdict.Args{"wait": a.path.wait, "work": a.path.work, "lead": a.path.total()})}
}

// byHand: a deployment that a person starts though the stage before could. The
// wait is the stage's own: a mandated approval is no reason to start by hand,
// and no such finding touches it.
func byHand(a *Analysis) (out []verdict.Finding) {
	for _, s := range a.Stages {
		if s.Kind == plan.Deploy && s.Trigger == plan.Manual && a.follows(s) {
			out = append(out, a.finding("ownership.finding.manual_deploy", verdict.Warning,
				verdict.Args{"stage": s.Name, "wait": s.WaitMinutes}, s))
		}
	}
	return out
}

// keys: one installation that can read source, push images and deploy can do
// the whole chain in anybody's name. What counts is what it holds through all
// pipelines; each pipeline that uses it hears of it.
func keys(a *Analysis) (out []verdict.Finding) {
	for _, id := range a.installed() {
		if k := a.index.ring(id); k.all() {
			out = append(out, a.about("ownership.finding.all_keys", verdict.Warning, a.index.installations[id],
				verdict.Args{"scopes": k.targets(), "n": len(k.scopes)}))
		}
	}
	return out
}

// sameHands: separation of duties. Where the plan says which team approves, it
// must be none of those that write. Where it does not say: one team alone
// answers for the source and for the deployment, and the approval between them
// is demanded by nobody; whose the approving role is the finding cannot say.
func sameHands(a *Analysis) (out []verdict.Finding) {
	writers := a.writers()
	for _, s := range a.Stages {
		if s.Approval.Role != "" && s.Approval.Team != "" && slices.Contains(writers, s.Approval.Team) {
			out = append(out, a.finding("ownership.finding.own_approval", verdict.Warning,
				verdict.Args{"stage": s.Name, "team": a.index.team(s.Approval.Team), "role": s.Approval.Role}, s))
		}
	}
	writes := ""
	for _, s := range a.Stages {
		if s.Kind != plan.SourceBuild {
			continue
		}
		if len(s.Accountable) != 1 || writes != "" && writes != s.Accountable[0] {
			return out
		}
		writes = s.Accountable[0]
	}
	if writes == "" {
		return out
	}
	for _, s := range a.Stages {
		if s.Kind == plan.Deploy && s.Approval.Role != "" && s.Approval.Team == "" && s.Approval.MandatedBy == "" && slices.Equal(s.Accountable, []string{writes}) {
			out = append(out, a.finding("ownership.finding.same_hands", verdict.Warning,
				verdict.Args{"stage": s.Name, "team": a.index.team(writes), "role": s.Approval.Role}, s))
		}
	}
	return out
}

// retired: a tool or builder whose project ended, or goes on under another
// name. Each is named once, with the stages that use it.
func retired(a *Analysis) (out []verdict.Finding) {
	var tools []*catalog.Tool
	users := map[string][]Stage{}
	for _, s := range a.Stages {
		for _, t := range a.tools(s) {
			if t.Turned == nil || !ended(t) && t.Turned.Kind != "renamed" {
				continue
			}
			if users[t.ID] == nil {
				tools = append(tools, t)
			}
			users[t.ID] = append(users[t.ID], s)
		}
	}
	for _, t := range tools {
		id, severity := "ownership.finding.renamed", verdict.Note
		if ended(t) {
			id, severity = "ownership.finding.retired", verdict.Warning
		}
		f := a.finding(id, severity, verdict.Args{"tool": t.Name, "turn": t.Turned.Kind, "date": t.Turned.Date,
			"now": strings.Join(t.Turned.Now, ", "), "stages": stageNames(users[t.ID])}, users[t.ID]...)
		f.Sources = t.Turned.Sources
		out = append(out, f)
	}
	return out
}

// daemons: images built on a daemon that a CI server shares.
func daemons(a *Analysis) (out []verdict.Finding) {
	for _, s := range a.Stages {
		if !s.Daemon {
			continue
		}
		t := a.builder(s)
		f := a.finding("ownership.finding.shared_daemon", verdict.Warning,
			verdict.Args{"stage": s.Name, "tool": t.Name, "others": strings.Join(daemonless(), ", ")}, s)
		f.Sources = t.Daemon.Sources
		out = append(out, f)
	}
	return out
}

// daemonless names the catalogue's builders of images that need no daemon,
// ended projects left out.
var daemonless = sync.OnceValue(func() (out []string) {
	for _, t := range catalog.Tools() {
		if t.Category == "builder" && t.Does(plan.ContainerBuild) == catalog.DoesIt && t.Daemon.Value == "not_required" && !ended(&t) {
			out = append(out, t.Name)
		}
	}
	return out
})

// offline: a service on the internet, used from a zone that has no online link
// to it. An installation without a zone is left alone: nothing is known.
func offline(a *Analysis) (out []verdict.Finding) {
	for _, id := range a.installed() {
		in := a.index.installations[id]
		if in.SaaS && in.Zone != "" && !a.index.online[in.Zone] {
			out = append(out, a.about("ownership.finding.saas_unreachable", verdict.Error, in,
				verdict.Args{"zone": plan.NameOf(a.index.plan, "zones", in.Zone)}))
		}
	}
	return out
}

// pushes: what builds or publishes images must reach a registry: the ones that
// its registry-push keys name, or any of the plan. What has no zone is left
// alone: nothing is known.
func pushes(a *Analysis) (out []verdict.Finding) {
	told := map[string]bool{}
	for _, s := range a.Stages {
		in, ok := a.index.installations[s.Installation]
		if !ok || in.Zone == "" || told[in.ID] || s.Kind != plan.ContainerBuild && s.Kind != plan.Publish {
			continue
		}
		all := a.index.plan.Registries
		named := map[string]bool{}
		for _, c := range s.Credentials {
			if c.Kind == "registry-push" {
				named[strings.ToLower(c.Scope)] = true
			}
		}
		if some := slices.DeleteFunc(slices.Clone(all), func(r plan.Registry) bool {
			return !named[strings.ToLower(r.Name)] && !named[strings.ToLower(r.ID)]
		}); len(some) > 0 {
			all = some
		}
		if len(all) == 0 || slices.ContainsFunc(all, func(r plan.Registry) bool { return a.index.near(in, r.Zone) > 0 }) {
			continue
		}
		told[in.ID] = true
		out = append(out, a.about("ownership.finding.registry_unreachable", verdict.Error, in, verdict.Args{
			"stage": s.Name, "registry": all[0].Name, "n": len(all), "zone": plan.NameOf(a.index.plan, "zones", in.Zone)}))
	}
	return out
}
