package scan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// made are the stages of one flow as they are made.
type made struct {
	f        *flow
	pipeline string
	cuts     map[string][]piece
	first    map[string]string // job → its first stage
	last     map[string]string // job → its last
	jobs     map[string]*job
}

// build makes pipelines and stages of the flows.
func (r *reader) build() {
	byFlow := map[string]*made{}
	slices.SortStableFunc(r.flows, func(a, b *flow) int { return min(len(a.after), 1) - min(len(b.after), 1) })
	for _, f := range r.flows {
		if len(f.jobs) == 0 || f.called && r.called[f.file] {
			continue
		}
		if len(r.p.Pipelines) >= maxPipeline || len(r.p.Stages)+len(f.jobs) > maxStages {
			r.miss(f.file, f.line, "scan.missed.many", map[string]any{"pipelines": maxPipeline, "stages": maxStages})
			continue
		}
		m := &made{f: f, cuts: map[string][]piece{}, first: map[string]string{}, last: map[string]string{}, jobs: map[string]*job{}}
		var upstream []string
		for _, name := range f.after {
			if u := byFlow[name]; u != nil {
				m.pipeline = u.pipeline
				for _, key := range ends(u.f.jobs) {
					upstream = append(upstream, u.last[key])
				}
			}
		}
		if m.pipeline == "" {
			m.pipeline = r.pipeline(f)
		}
		r.stages(m, upstream)
		byFlow[f.name] = m
	}
}

func (r *reader) pipeline(f *flow) string {
	name := f.name
	if r.Name != "" && !strings.EqualFold(name, r.Name) {
		name = r.Name + ": " + name
	}
	p := plan.Pipeline{ID: r.NewID(), Name: clip(name, 120), Note: r.Word("scan.pipeline_note", map[string]any{"file": f.file})}
	r.p.Pipelines = append(r.p.Pipelines, p)
	r.p.Places[p.ID] = Place{f.file, f.line}
	r.found(f.file, f.line, "scan.found.pipeline", map[string]any{"name": p.Name})
	return p.ID
}

// stages makes the stages of a flow, then leads them to each other.
func (r *reader) stages(m *made, upstream []string) {
	begin := len(r.p.Stages)
	for _, j := range m.f.jobs {
		m.jobs[j.key] = j
		if !j.gate {
			r.jobStages(m, j)
		}
	}
	at := map[string]int{}
	for i := begin; i < len(r.p.Stages); i++ {
		at[r.p.Stages[i].ID] = i
	}
	for _, j := range m.f.jobs {
		if j.gate {
			continue
		}
		s := &r.p.Stages[at[m.first[j.key]]]
		role := j.role
		s.After = m.before(j.needs, &role, map[string]bool{})
		if len(s.After) == 0 {
			s.After = slices.Clone(upstream)
		}
		if role != "" {
			s.Approval.Role = clip(role, 120)
			r.found(cmp.Or(j.file, m.f.file), j.line, "scan.found.approval", map[string]any{"name": s.Name, "role": s.Approval.Role})
		}
		s.After = s.After[:min(len(s.After), 50)]
		switch {
		case j.trigger != "":
			s.Trigger = j.trigger
		case len(s.After) > 0:
			s.Trigger = plan.OnUpstream
		default:
			s.Trigger = m.f.start()
		}
	}
}

// before are the last stages of jobs, those behind an approval included.
func (m *made) before(needs []string, role *string, seen map[string]bool) []string {
	var out []string
	for _, n := range needs {
		j := m.jobs[n]
		if j == nil || seen[n] {
			continue
		}
		seen[n] = true
		more := []string{m.last[n]}
		if j.gate {
			*role = j.role
			more = m.before(j.needs, role, seen)
		}
		for _, id := range more {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// start is what starts a flow's first jobs: the likeliest, as a stage has one.
func (f *flow) start() plan.Trigger {
	for _, t := range []plan.Trigger{plan.OnPush, plan.OnGitPoll, plan.OnWebhook, plan.OnRegistryEvent, plan.OnSchedule, plan.OnUpstream, plan.Manual} {
		if slices.Contains(f.starts, t) {
			return t
		}
	}
	return ""
}

func (r *reader) jobStages(m *made, j *job) {
	pieces := r.cut(m.f, j)
	accountable := r.accountable(m.f.file)
	for i, p := range pieces {
		s := plan.Stage{ID: r.NewID(), Pipeline: m.pipeline, Name: clip(j.name, 120), Kind: p.kind, Builder: p.builder,
			Accountable: accountable, Credentials: p.creds, Installation: r.installation(m.f.tool, m.f.file)}
		if p.tool != "" {
			s.Installation = r.installation(p.tool, p.file)
		}
		if len(pieces) > 1 && p.kind != byName(j.name) {
			s.Name = clip(j.name, 90) + " · " + r.Word("choice.stagekind."+string(p.kind), nil)
		}
		if s.Name == "" {
			s.Name = r.Word("choice.stagekind."+string(p.kind), nil)
		}
		if i == 0 {
			m.first[j.key] = s.ID
		} else {
			s.After, s.Trigger = []string{m.last[j.key]}, plan.OnUpstream
		}
		m.last[j.key] = s.ID
		r.p.Stages = append(r.p.Stages, s)
		r.p.Places[s.ID] = Place{p.file, p.line}
		r.tell(p, s)
	}
}

// tell notes what was recognised of a stage.
func (r *reader) tell(p piece, s plan.Stage) {
	file := p.file
	args := map[string]any{"name": s.Name, "kind": string(p.kind), "by": p.by}
	switch {
	case p.kind == plan.Own: // told as not recognised
	case p.named:
		r.found(file, p.line, "scan.found.by_name", args)
	default:
		r.found(file, p.line, "scan.found.stage", args)
	}
	for _, c := range s.Credentials {
		r.found(file, p.line, "scan.found.credential", map[string]any{"name": s.Name, "credential": c.String()})
	}
	if p.kind == plan.ContainerBuild || p.kind == plan.Publish || p.kind == plan.Deploy || p.kind == plan.ConfigUpdate || p.kind == plan.Sign {
		if !slices.Contains(r.p.Delivers, s.Pipeline) {
			r.p.Delivers = append(r.p.Delivers, s.Pipeline)
		}
	}
}

// begins notes what starts a flow.
func (r *reader) begins(f *flow, line int, t plan.Trigger, event string) {
	if !slices.Contains(f.starts, t) {
		f.starts = append(f.starts, t)
	}
	r.found(f.file, line, "scan.found.trigger", map[string]any{"trigger": string(t), "event": clip(event, 60)})
}

// stem is a file's name without its ending.
func stem(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

func words(s string) []string { return strings.Fields(s) }
