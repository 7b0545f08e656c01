package scan

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
)

// ring is a CircleCI configuration being read.
type ring struct {
	r              *reader
	file           string
	jobs, commands map[string]*yaml.Node
	orbs           map[string]string // alias → orb
	left           int               // steps that commands may still unfold to
}

// circle reads .circleci/config.yml: a flow a workflow.
func (r *reader) circle(file string) {
	docs, ok := r.yaml(file)
	if !ok {
		return
	}
	c := &ring{r: r, file: file, jobs: map[string]*yaml.Node{}, commands: map[string]*yaml.Node{}, orbs: map[string]string{}, left: 20_000}
	for _, p := range entries(get(docs[0], "jobs")) {
		c.jobs[p.key] = p.node
	}
	for _, p := range entries(get(docs[0], "commands")) {
		c.commands[p.key] = p.node
	}
	for _, p := range entries(get(docs[0], "orbs")) {
		orb, _, _ := strings.Cut(text(p.node), "@")
		c.orbs[p.key] = orb
		r.miss(file, p.line, "scan.missed.orb", map[string]any{"name": clip(text(p.node), 120)})
	}
	if get(docs[0], "setup") != nil && text(get(docs[0], "setup")) == "true" {
		r.miss(file, get(docs[0], "setup").Line, "scan.missed.setup", nil)
	}
	flows := entries(get(docs[0], "workflows"))
	if len(flows) == 0 && c.jobs["build"] != nil {
		f := &flow{name: "build", file: file, line: c.jobs["build"].Line, tool: "circleci"}
		r.begins(f, f.line, plan.OnPush, "push")
		f.jobs = []*job{c.job("build", "build", nil, f.line)}
		r.flows = append(r.flows, f)
	}
	for _, p := range flows {
		if p.node.Kind == yaml.MappingNode {
			c.workflow(p)
		}
	}
}

func (c *ring) workflow(p pair) {
	f := &flow{name: p.key, file: c.file, line: p.line, tool: "circleci"}
	for _, t := range items(get(p.node, "triggers")) {
		if get(t, "schedule") != nil {
			c.r.begins(f, t.Line, plan.OnSchedule, "schedule")
		}
	}
	if len(f.starts) == 0 {
		c.r.begins(f, p.line, plan.OnPush, "push")
	}
	for _, n := range items(get(p.node, "jobs"))[:min(len(items(get(p.node, "jobs"))), maxJobs)] {
		name, with := text(n), (*yaml.Node)(nil)
		if all := entries(n); name == "" && len(all) > 0 {
			name, with = all[0].key, all[0].node
		}
		if name == "" {
			continue
		}
		key := name
		if alias := text(get(with, "name")); alias != "" {
			key = alias
		}
		j := c.job(name, key, with, n.Line)
		if text(get(with, "type")) == "approval" {
			j.gate, j.role, j.steps = true, clip(key, 120), nil
		}
		for _, need := range items(get(with, "requires")) {
			if t := text(need); t != "" {
				j.needs = append(j.needs, t)
			} else if all := entries(need); len(all) > 0 {
				j.needs = append(j.needs, all[0].key)
			}
		}
		f.jobs = append(f.jobs, j)
	}
	c.r.flows = append(c.r.flows, f)
}

// job reads a job as a workflow uses it.
func (c *ring) job(name, key string, with *yaml.Node, line int) *job {
	j := &job{key: key, name: key, line: line}
	for _, context := range texts(get(with, "context")) {
		j.secrets = append(j.secrets, clip(context, 80))
	}
	n := c.jobs[name]
	if n == nil {
		if alias, command, ok := strings.Cut(name, "/"); ok && c.orbs[alias] != "" {
			j.steps = append(j.steps, step{line: line, name: name, uses: c.orb(alias, command), with: map[string]string{}})
		}
		return j
	}
	set := map[string]bool{}
	for _, p := range entries(get(n, "environment")) {
		set[p.key] = true
	}
	for _, d := range items(get(n, "docker")) {
		scalars(get(d, "auth"), func(s string) { j.secrets = append(j.secrets, variableSecrets(s, set)...) })
	}
	for _, part := range []*yaml.Node{get(with, "pre-steps"), get(n, "steps"), get(with, "post-steps")} {
		c.steps(j, part, set, 0)
	}
	return j
}

// orb names an orb's command by the orb itself, whatever it is called here.
func (c *ring) orb(alias, command string) string {
	if orb := c.orbs[alias]; orb != "" {
		return strings.TrimPrefix(orb, "circleci/") + "/" + command
	}
	return alias + "/" + command
}

func (c *ring) steps(j *job, list *yaml.Node, set map[string]bool, depth int) {
	for _, n := range items(list) {
		if depth > 8 || !c.r.spend(&c.left, 1, c.file) {
			return
		}
		name, with := text(n), (*yaml.Node)(nil)
		if all := entries(n); name == "" && len(all) > 0 {
			name, with = all[0].key, all[0].node
		}
		switch {
		case name == "run":
			command := with
			if get(with, "command") != nil {
				command = get(with, "command")
			}
			s := text(command)
			c.left -= len(s) / 256
			j.steps = append(j.steps, step{name: text(get(with, "name")), line: n.Line, script: s, from: body(command), secrets: variableSecrets(s, set)})
		case name == "when" || name == "unless":
			c.steps(j, get(with, "steps"), set, depth+1)
		case c.commands[name] != nil:
			c.steps(j, get(c.commands[name], "steps"), set, depth+1)
		case strings.Contains(name, "/"):
			alias, command, _ := strings.Cut(name, "/")
			s := step{name: name, line: n.Line, uses: c.orb(alias, command), with: map[string]string{}}
			scalars(with, func(v string) {
				if len(v) < 100 && secretive.MatchString(v) && !strings.ContainsAny(v, " /:.") {
					s.secrets = append(s.secrets, strings.Trim(v, "${}"))
				}
			})
			s.secrets = slices.DeleteFunc(s.secrets, func(v string) bool { return strings.ToUpper(v) != v })
			j.steps = append(j.steps, s)
		case name != "":
			j.steps = append(j.steps, step{name: name, line: n.Line, uses: name, with: map[string]string{}})
		}
	}
}
