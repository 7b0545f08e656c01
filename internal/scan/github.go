package scan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"

	"deckplan/internal/plan"
)

const (
	maxCalls = 4   // workflows that call workflows
	maxJobs  = 500 // of one flow
)

// github reads a workflow of GitHub Actions.
func (r *reader) github(file string) {
	w := r.workflow(file, true)
	if w == nil {
		return
	}
	f := &flow{name: value(w.Name), file: file, line: 1, tool: "github_actions"}
	if f.name == "" {
		f.name = stem(file)
	}
	f.called = len(w.On) == 1 && w.On[0].EventName() == "workflow_call"
	for _, e := range w.On {
		r.githubEvent(f, e)
	}
	f.jobs = r.githubJobs(file, w, 0)
	r.flows = append(r.flows, f)
}

// workflow parses a workflow; faults are told once.
func (r *reader) workflow(file string, tell bool) *actionlint.Workflow {
	b, ok := r.read(file)
	if !ok {
		return nil
	}
	if _, ok := r.parse(file, b); !ok {
		return nil // aliases must be known to be harmless before another follows them
	}
	w, problems := actionlint.Parse(b)
	if tell {
		for _, p := range problems[:min(len(problems), 20)] {
			r.miss(file, p.Line, "scan.missed.syntax", map[string]any{"detail": fault(p.Message)})
		}
	}
	return w
}

func (r *reader) githubEvent(f *flow, e actionlint.Event) {
	switch e := e.(type) {
	case *actionlint.ScheduledEvent:
		r.begins(f, e.Pos.Line, plan.OnSchedule, "schedule")
	case *actionlint.WorkflowDispatchEvent:
		r.begins(f, e.Pos.Line, plan.Manual, "workflow_dispatch")
	case *actionlint.RepositoryDispatchEvent:
		r.begins(f, e.Pos.Line, plan.OnWebhook, "repository_dispatch")
	case *actionlint.WorkflowCallEvent:
		r.begins(f, e.Pos.Line, plan.OnUpstream, "workflow_call")
	case *actionlint.WebhookEvent:
		name := value(e.Hook)
		switch name {
		case "workflow_run":
			for _, w := range e.Workflows {
				f.after = append(f.after, value(w))
			}
			r.begins(f, e.Pos.Line, plan.OnUpstream, name)
		case "push", "pull_request", "pull_request_target", "merge_group", "release", "create", "delete":
			if e.Tags != nil && e.Branches == nil {
				name += " (tags)"
			}
			r.begins(f, e.Pos.Line, plan.OnPush, name)
		case "registry_package":
			r.begins(f, e.Pos.Line, plan.OnRegistryEvent, name)
		default:
			r.begins(f, e.Pos.Line, plan.OnWebhook, name)
		}
	}
}

// githubJobs gives a workflow's jobs in the file's order, with the jobs of the
// workflows here that it calls in their callers' place.
func (r *reader) githubJobs(file string, w *actionlint.Workflow, depth int) []*job {
	var order []*actionlint.Job
	for _, j := range w.Jobs {
		order = append(order, j)
	}
	slices.SortFunc(order, func(a, b *actionlint.Job) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	var out []*job
	become := map[string][]string{} // a calling job → the last jobs called
	for _, g := range order[:min(len(order), maxJobs)] {
		j := r.githubJob(file, w, g)
		inner := r.callee(file, g, depth)
		if inner == nil {
			out = append(out, j)
			continue
		}
		for _, k := range ends(inner) {
			become[j.key] = append(become[j.key], j.key+"/"+k)
		}
		for _, k := range inner {
			k.key, k.name = j.key+"/"+k.key, j.name+" / "+k.name
			for i := range k.needs {
				k.needs[i] = j.key + "/" + k.needs[i]
			}
			if len(k.needs) == 0 {
				k.needs = j.needs
			}
			rename(k, g.WorkflowCall.Secrets)
		}
		out = append(out, inner...)
	}
	for _, j := range out {
		var needs []string
		for _, n := range j.needs {
			if to, ok := become[n]; ok {
				needs = append(needs, to...)
			} else {
				needs = append(needs, n)
			}
		}
		j.needs = needs
	}
	return out[:min(len(out), maxJobs)]
}

// rename calls secrets as the caller does, where it hands them on by name.
func rename(j *job, handed map[string]*actionlint.WorkflowCallSecret) {
	names := map[string]string{}
	for inner, s := range handed {
		if outer := githubSecrets(value(s.Value)); len(outer) > 0 {
			names[strings.ToLower(inner)] = outer[0]
		}
	}
	in := func(list []string) {
		for i, n := range list {
			if outer := names[strings.ToLower(n)]; outer != "" {
				list[i] = outer
			}
		}
	}
	in(j.secrets)
	for i := range j.steps {
		in(j.steps[i].secrets)
	}
}

// callee gives the jobs of the workflow a job calls; nil where it calls none
// or one that is not here.
func (r *reader) callee(from string, g *actionlint.Job, depth int) []*job {
	if g.WorkflowCall == nil {
		return nil
	}
	uses := value(g.WorkflowCall.Uses)
	file, local := strings.CutPrefix(uses, "./")
	if file = path.Clean(file); !local || r.files[file] != githubWorkflow || depth >= maxCalls {
		r.miss(from, g.Pos.Line, "scan.missed.called", map[string]any{"name": clip(uses, 120)})
		return nil
	}
	w := r.workflow(file, false)
	if w == nil {
		return nil
	}
	r.called[file] = true
	r.found(from, g.Pos.Line, "scan.found.called", map[string]any{"file": file})
	return r.githubJobs(file, w, depth+1)
}

func (r *reader) githubJob(file string, w *actionlint.Workflow, g *actionlint.Job) *job {
	j := &job{file: file, key: value(g.ID), name: value(g.Name), line: g.Pos.Line}
	if j.name == "" || strings.Contains(j.name, "${{") {
		j.name = j.key
	}
	if p := cmp.Or(g.Permissions, w.Permissions); p != nil {
		contents := p.Scopes["contents"]
		j.reads = value(p.All) != "write-all" && (contents == nil || value(contents.Value) != "write")
	}
	for _, n := range g.Needs {
		j.needs = append(j.needs, strings.ToLower(value(n)))
	}
	j.key = strings.ToLower(j.key)
	for _, e := range []*actionlint.Env{w.Env, g.Env} {
		j.secrets = append(j.secrets, envSecrets(e)...)
	}
	if c := g.Container; c != nil && c.Credentials != nil {
		j.secrets = append(j.secrets, githubSecrets(value(c.Credentials.Username)+value(c.Credentials.Password))...)
	}
	if c := g.WorkflowCall; c != nil {
		for _, s := range c.Secrets {
			j.secrets = append(j.secrets, githubSecrets(value(s.Value))...)
		}
		slices.Sort(j.secrets)
		j.steps = append(j.steps, step{line: j.line, uses: value(c.Uses), name: j.name})
	}
	if e := g.Environment; e != nil && value(e.Name) != "" {
		r.miss(file, g.Pos.Line, "scan.missed.environment", map[string]any{"name": clip(value(e.Name), 80), "job": clip(j.name, 80)})
	}
	for _, s := range g.Steps[:min(len(g.Steps), 500)] {
		if !r.spend(&r.steps, 1, file) {
			break
		}
		j.steps = append(j.steps, r.githubStep(file, s)...)
	}
	return j
}

func (r *reader) githubStep(file string, g *actionlint.Step) []step {
	s := step{name: value(g.Name), line: g.Pos.Line, with: map[string]string{}, secrets: envSecrets(g.Env)}
	switch e := g.Exec.(type) {
	case *actionlint.ExecRun:
		s.script, s.from = value(e.Run), g.Pos.Line
		if e.Run != nil && e.Run.Pos != nil {
			s.from = e.Run.Pos.Line
			if strings.Contains(s.script, "\n") {
				s.from++
			}
		}
		s.secrets = append(s.secrets, githubSecrets(s.script)...)
	case *actionlint.ExecAction:
		s.uses = value(e.Uses)
		if dir, ok := strings.CutPrefix(s.uses, "./"); ok {
			if inner, ok := r.composite(file, g.Pos.Line, path.Clean(dir)); ok {
				return inner
			}
		}
		if image, ok := strings.CutPrefix(s.uses, "docker://"); ok {
			s.uses, s.image = "", image
		}
		names := make([]string, 0, len(e.Inputs))
		for n := range e.Inputs {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			v := value(e.Inputs[n].Value)
			s.secrets = append(s.secrets, githubSecrets(v)...)
			switch n {
			case "push":
				if strings.Contains(v, "${{") {
					v = "true"
				}
				s.with[n] = v
			case "registry", "repository":
				s.with[n] = clip(expression.ReplaceAllString(v, ""), 80)
			case "arguments", "tasks":
				s.script, s.from = "gradle "+v, g.Pos.Line
			}
		}
	}
	return []step{s}
}

// composite gives the steps of an action that lies in the checkout.
func (r *reader) composite(from string, line int, dir string) ([]step, bool) {
	for _, file := range []string{dir + "/action.yml", dir + "/action.yaml"} {
		if r.files[file] != githubAction {
			continue
		}
		docs, ok := r.yaml(file)
		if !ok {
			return nil, false
		}
		var out []step
		all := items(get(docs[0], "runs", "steps"))
		for _, n := range all[:min(len(all), 500)] {
			s := step{file: file, name: text(get(n, "name")), line: n.Line, uses: text(get(n, "uses")), with: map[string]string{}}
			if run := get(n, "run"); run != nil {
				s.script, s.from = text(run), body(run)
			}
			if get(n, "with", "push") != nil {
				s.with["push"] = "true"
			}
			scalars(n, func(v string) { s.secrets = append(s.secrets, githubSecrets(v)...) })
			out = append(out, s)
		}
		r.found(from, line, "scan.found.called", map[string]any{"file": file})
		return out, len(out) > 0
	}
	return nil, false
}

func envSecrets(e *actionlint.Env) []string {
	if e == nil {
		return nil
	}
	var out []string
	for _, v := range e.Vars {
		out = append(out, githubSecrets(value(v.Value))...)
	}
	slices.Sort(out)
	return out
}

func value(s *actionlint.String) string {
	if s == nil {
		return ""
	}
	return s.Value
}
