package ownership

import (
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func (a *Analysis) findings() []verdict.Finding {
	if len(a.Stages) == 0 {
		return []verdict.Finding{a.finding("ownership.finding.no_stages", verdict.Note, nil)}
	}
	var out []verdict.Finding
	for _, rule := range []func(*Analysis) []verdict.Finding{
		owned, started, cyclic, joined, split, waits, keys, retired, daemons,
	} {
		out = append(out, rule(a)...)
	}
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

func (a *Analysis) names(teams []string) string {
	out := make([]string, len(teams))
	for i, t := range teams {
		out[i] = a.index.teams[t]
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

// started: every stage has something that starts it.
func started(a *Analysis) (out []verdict.Finding) {
	for _, s := range a.Stages {
		if s.Trigger == "" || s.Trigger == plan.OnUpstream && !a.follows(s) {
			out = append(out, a.finding("ownership.finding.no_trigger", verdict.Error, verdict.Args{"stage": s.Name}, s))
		}
	}
	return out
}

// follows tells whether a stage comes after another of the pipeline.
func (a *Analysis) follows(s Stage) bool {
	return slices.ContainsFunc(a.Edges, func(e Edge) bool { return a.Stages[e.To].ID == s.ID })
}

func cyclic(a *Analysis) []verdict.Finding {
	if len(a.cycle) == 0 {
		return nil
	}
	return []verdict.Finding{a.finding("ownership.finding.cycle", verdict.Error,
		verdict.Args{"stages": strings.Join(a.cycle, ", "), "n": len(a.cycle)})}
}

// joined: an integrated pipeline whose stages belong to several teams has one
// tool that several teams must agree on.
func joined(a *Analysis) []verdict.Finding {
	owners := a.owners()
	if !a.Integrated || len(owners) < a.index.plan.About.OneToolLimit() {
		return nil
	}
	return []verdict.Finding{a.finding("ownership.finding.integrated_many", verdict.Warning, verdict.Args{"n": len(owners),
		"teams": a.names(owners), "tool": a.index.installations[a.Stages[0].Installation].Name,
		"limit": a.index.plan.About.OneToolLimit()})}
}

// split: a pipeline cut over several installations though one team owns it all.
// Joining is only a question: it must not widen what one tool's keys reach.
func split(a *Analysis) []verdict.Finding {
	owners, tools := a.owners(), a.installed()
	if len(owners) != 1 || len(tools) < 2 {
		return nil
	}
	return []verdict.Finding{a.finding("ownership.finding.split_one", verdict.Note,
		verdict.Args{"team": a.names(owners), "n": len(tools)})}
}

// waits: more unmandated waiting than work on the critical path.
func waits(a *Analysis) []verdict.Finding {
	if a.path.wait <= a.path.work {
		return nil
	}
	return []verdict.Finding{a.finding("ownership.finding.waits", verdict.Warning,
		verdict.Args{"wait": a.path.wait, "work": a.path.work, "lead": a.path.total()})}
}

// keys: one installation that can read source, push images and deploy can do
// the whole chain in anybody's name.
func keys(a *Analysis) (out []verdict.Finding) {
	for _, id := range a.installed() {
		var source, registry, cluster bool
		var scopes []string
		for _, s := range a.Stages {
			if s.Installation != id {
				continue
			}
			for _, c := range s.Credentials {
				source = source || strings.HasPrefix(c.Kind, "source-")
				registry = registry || c.Kind == "registry-push"
				if c.Kind == "cluster-deploy" || c.Kind == "cluster-admin" {
					cluster = true
					scopes = append(scopes, c.Scope)
				}
			}
		}
		if source && registry && cluster {
			out = append(out, a.finding("ownership.finding.all_keys", verdict.Warning,
				verdict.Args{"tool": a.index.installations[id].Name, "scopes": strings.Join(scopes, ", "), "n": len(scopes)}))
		}
	}
	return out
}

// retired: a tool or builder whose project ended or was renamed.
func retired(a *Analysis) (out []verdict.Finding) {
	seen := map[string]bool{}
	for _, s := range a.Stages {
		for _, id := range []string{a.index.installations[s.Installation].Tool, s.Builder} {
			t, ok := catalog.ToolByID(id)
			if !ok || t.Turned == nil || seen[id] {
				continue
			}
			seen[id] = true
			f := a.finding("ownership.finding.retired", verdict.Warning,
				verdict.Args{"tool": t.Name, "turn": t.Turned.Kind, "date": t.Turned.Date, "stage": s.Name}, s)
			f.Sources = t.Turned.Sources
			out = append(out, f)
		}
	}
	return out
}

// daemons: images built on a daemon that a CI server shares.
func daemons(a *Analysis) (out []verdict.Finding) {
	for _, s := range a.Stages {
		if !s.Daemon {
			continue
		}
		t, _ := catalog.ToolByID(s.Builder)
		f := a.finding("ownership.finding.shared_daemon", verdict.Warning, verdict.Args{"stage": s.Name, "tool": t.Name}, s)
		f.Sources = t.Daemon.Sources
		out = append(out, f)
	}
	return out
}
