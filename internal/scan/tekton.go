package scan

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
)

// tektonTask is a Task that lies in the checkout.
type tektonTask struct {
	file string
	spec *yaml.Node
}

// tektonPipeline is a Pipeline, or the one inside a PipelineRun.
type tektonPipeline struct {
	name, file string
	line       int
	spec       *yaml.Node
	starts     []plan.Trigger
}

// tekton takes in one object of Tekton.
func (r *reader) tekton(file string, doc *yaml.Node) {
	name, kind, spec := text(get(doc, "metadata", "name")), text(get(doc, "kind")), get(doc, "spec")
	if name == "" {
		name = text(get(doc, "metadata", "generateName"))
	}
	if len(r.tektons) >= maxObjects || len(r.runs) >= 10*maxObjects {
		r.miss(file, doc.Line, "scan.missed.many", map[string]any{"pipelines": maxPipeline, "stages": maxStages})
		return
	}
	switch kind {
	case "Task", "ClusterTask", "StepAction":
		r.tasks[name] = &tektonTask{file, spec}
		r.found(file, doc.Line, "scan.found.object", map[string]any{"kind": kind, "name": clip(name, 80)})
	case "Pipeline":
		r.tektons = append(r.tektons, &tektonPipeline{name: name, file: file, line: doc.Line, spec: spec})
	case "PipelineRun":
		event := text(get(doc, "metadata", "annotations", "pipelinesascode.tekton.dev/on-event"))
		start := plan.Manual
		if event != "" || text(get(doc, "metadata", "annotations", "pipelinesascode.tekton.dev/on-cel-expression")) != "" {
			start = plan.OnPush
		}
		if inline := get(spec, "pipelineSpec"); inline != nil {
			r.tektons = append(r.tektons, &tektonPipeline{strings.TrimSuffix(name, "-"), file, doc.Line, inline, []plan.Trigger{start}})
		} else if ref := text(get(spec, "pipelineRef", "name")); ref != "" {
			r.runs = append(r.runs, tektonRun{ref, file, doc.Line, start, clip(event, 60)})
		}
	case "TriggerTemplate":
		for _, t := range items(get(spec, "resourcetemplates")) {
			if ref := text(get(t, "spec", "pipelineRef", "name")); ref != "" {
				r.runs = append(r.runs, tektonRun{ref, file, t.Line, plan.OnWebhook, kind})
			} else if inline := get(t, "spec", "pipelineSpec"); inline != nil {
				r.tektons = append(r.tektons, &tektonPipeline{name, file, t.Line, inline, []plan.Trigger{plan.OnWebhook}})
			}
		}
	case "EventListener", "TriggerBinding", "ClusterTriggerBinding", "Trigger", "Interceptor", "ClusterInterceptor":
		r.found(file, doc.Line, "scan.found.object", map[string]any{"kind": kind, "name": clip(name, 80)})
	default:
		r.miss(file, doc.Line, "scan.missed.object", map[string]any{"kind": clip(kind, 60), "name": clip(name, 80)})
	}
}

// tektonRun names what a pipeline is started by.
type tektonRun struct {
	pipeline, file string
	line           int
	start          plan.Trigger
	event          string
}

// tektonFlows makes flows once all Tasks and runs are known.
func (r *reader) tektonFlows() {
	for _, p := range r.tektons {
		f := &flow{name: p.name, file: p.file, line: p.line, tool: "tekton"}
		for _, s := range p.starts {
			r.begins(f, p.line, s, "PipelineRun")
		}
		for _, run := range r.runs {
			if run.pipeline == p.name {
				if !slices.Contains(f.starts, run.start) {
					f.starts = append(f.starts, run.start)
				}
				r.found(run.file, run.line, "scan.found.trigger", map[string]any{"trigger": string(run.start), "event": run.event})
			}
		}
		if len(f.starts) == 0 {
			r.miss(f.file, f.line, "scan.missed.trigger", nil)
		}
		all := slices.Concat(items(get(p.spec, "tasks")), items(get(p.spec, "finally")))
		last := len(items(get(p.spec, "tasks")))
		for i, n := range all[:min(len(all), maxJobs)] {
			j := r.tektonJob(f, n)
			if i >= last {
				j.needs = ends(f.jobs[:min(last, len(f.jobs))])
			}
			f.jobs = append(f.jobs, j)
		}
		r.flows = append(r.flows, f)
	}
}

var taskResult = regexp.MustCompile(`\$\(tasks\.([\w-]+)\.`)

func (r *reader) tektonJob(f *flow, n *yaml.Node) *job {
	j := &job{key: text(get(n, "name")), line: n.Line, needs: texts(get(n, "runAfter"))}
	j.name = j.key
	need := func(s string) {
		for _, m := range taskResult.FindAllStringSubmatch(s, -1) {
			if !slices.Contains(j.needs, m[1]) && m[1] != j.key {
				j.needs = append(j.needs, m[1])
			}
		}
	}
	scalars(get(n, "params"), need)
	scalars(get(n, "when"), need)
	params := map[string]string{}
	for _, p := range items(get(n, "params")) {
		params[text(get(p, "name"))] = text(get(p, "value"))
	}
	spec, file := get(n, "taskSpec"), f.file
	ref := text(get(n, "taskRef", "name"))
	for _, p := range items(get(n, "taskRef", "params")) {
		if text(get(p, "name")) == "name" && ref == "" {
			ref = text(get(p, "value"))
		}
	}
	if t := r.tasks[ref]; t != nil && spec == nil {
		spec, file = t.spec, t.file
	}
	if _, ok := readyMade(ref); ok || spec == nil {
		if name := ref; name != "" {
			j.steps = append(j.steps, step{name: j.name, line: n.Line, uses: name, with: map[string]string{}})
		}
	}
	if spec != nil && len(j.steps) == 0 {
		for _, s := range items(get(spec, "steps")) {
			if !r.spend(&r.steps, 1, file) {
				break
			}
			j.steps = append(j.steps, tektonStep(file, s))
		}
		for _, v := range items(get(spec, "volumes")) {
			if s := text(get(v, "secret", "secretName")); s != "" {
				j.secrets = append(j.secrets, clip(s, 80))
			}
		}
	}
	if script := params["SCRIPT"]; script != "" { // of the catalogue's kubernetes-actions and the like
		j.steps = append(j.steps, step{line: n.Line, script: script, from: n.Line})
	}
	return j
}

func tektonStep(file string, n *yaml.Node) step {
	s := step{file: file, name: text(get(n, "name")), line: n.Line, image: text(get(n, "image")), with: map[string]string{}}
	if script := get(n, "script"); script != nil {
		s.script, s.from = tektonParam.ReplaceAllString(text(script), "PARAM"), body(script)
	}
	command := append(texts(get(n, "command")), texts(get(n, "args"))...)
	if s.script == "" && len(command) > 0 {
		if get(n, "command") == nil {
			s.args = command
		} else {
			s.script, s.from = shellWords(command), lineOf(get(n, "command"), n.Line)
		}
	}
	for _, e := range items(get(n, "env")) {
		if name := text(get(e, "valueFrom", "secretKeyRef", "name")); name != "" {
			s.secrets = append(s.secrets, clip(name, 80))
		}
	}
	for _, e := range items(get(n, "envFrom")) {
		if name := text(get(e, "secretRef", "name")); name != "" {
			s.secrets = append(s.secrets, clip(name, 80))
		}
	}
	return s
}

var tektonParam = regexp.MustCompile(`\$\((?:inputs\.)?(?:params|results|workspaces|context|tasks|steps|resources|outputs)[^)\n]*\)`)

// shellWords writes a list of words as one command.
func shellWords(list []string) string {
	if len(list) >= 3 && strings.HasSuffix(list[1], "c") && strings.HasSuffix(list[0], "sh") {
		return tektonParam.ReplaceAllString(list[2], "PARAM")
	}
	out := make([]string, len(list))
	for i, w := range list {
		w = tektonParam.ReplaceAllString(w, "PARAM")
		out[i] = "'" + strings.ReplaceAll(w, "'", "") + "'"
	}
	return strings.Join(out, " ")
}
