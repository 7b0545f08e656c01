package scan

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
)

// gitlabKeys are top-level keys that are no jobs.
var gitlabKeys = words("default include stages variables workflow image services before_script after_script cache spec")

// layer is one place a job's keys are looked up in.
type layer struct {
	file string
	node *yaml.Node
}

// lab is a GitLab configuration with what it includes.
type lab struct {
	r      *reader
	f      *flow
	jobs   map[string][]layer // the including file's first
	order  []string
	stages []string
	global []layer // default: sections, and the old global keys
	set    map[string]bool
	read   map[string]bool
	left   int // script lines that references may still add
}

// gitlab reads .gitlab-ci.yml and the files it includes from the checkout.
func (r *reader) gitlab(file string) {
	g := &lab{r: r, jobs: map[string][]layer{}, set: map[string]bool{}, read: map[string]bool{}, left: 20_000}
	g.f = &flow{name: r.Word("scan.gitlab_name", nil), file: file, line: 1, tool: "gitlab_ci"}
	g.file(file, 0)
	if len(g.jobs) == 0 {
		return
	}
	if g.stages == nil {
		g.stages = []string{"build", "test", "deploy"}
	}
	g.stages = slices.Concat([]string{".pre"}, g.stages, []string{".post"})
	r.begins(g.f, 1, plan.OnPush, "push")
	byStage := map[string][]string{}
	kept := map[string]*job{}
	for _, name := range g.order[:min(len(g.order), maxJobs)] {
		if strings.HasPrefix(name, ".") {
			continue
		}
		if j := g.job(name); j != nil {
			kept[name] = j
			byStage[g.stage(name)] = append(byStage[g.stage(name)], name)
			g.f.jobs = append(g.f.jobs, j)
		}
	}
	slices.SortStableFunc(g.f.jobs, func(a, b *job) int {
		return slices.Index(g.stages, g.stage(a.key)) - slices.Index(g.stages, g.stage(b.key))
	})
	for name, j := range kept {
		if j.needs == nil {
			for i := slices.Index(g.stages, g.stage(name)) - 1; i >= 0 && j.needs == nil; i-- {
				j.needs = byStage[g.stages[i]]
			}
		}
	}
	for _, j := range g.f.jobs {
		if len(j.needs) == 0 { // every job clones; it is told of the first
			j.steps = append(j.steps, step{creds: []plan.Credential{{Kind: "source-read"}}})
		}
	}
	r.flows = append(r.flows, g.f)
}

// file takes in one file, after what it includes.
func (g *lab) file(file string, depth int) {
	if g.read[file] || depth > 20 {
		return
	}
	g.read[file] = true
	docs, ok := g.r.yaml(file)
	if !ok {
		return
	}
	root := docs[len(docs)-1] // a first document may hold spec: inputs
	for _, n := range items(get(root, "include")) {
		g.include(file, n, depth)
	}
	for _, p := range entries(root) {
		switch {
		case p.key == "stages":
			g.stages = texts(p.node)
		case p.key == "default":
			g.global = append([]layer{{file, p.node}}, g.global...)
		case p.key == "variables":
			for _, v := range entries(p.node) {
				g.set[v.key] = true
			}
		case slices.Contains(gitlabKeys, p.key):
		case p.node.Kind == yaml.MappingNode:
			if g.jobs[p.key] == nil {
				g.order = append(g.order, p.key)
			}
			p.node.Line = p.line // a job stands where its name does
			g.jobs[p.key] = append([]layer{{file, p.node}}, g.jobs[p.key]...)
		default:
			g.r.miss(file, p.line, "scan.missed.key", map[string]any{"name": clip(p.key, 80)})
		}
	}
	g.global = append(g.global, layer{file, root})
}

func (g *lab) include(from string, n *yaml.Node, depth int) {
	local := text(get(n, "local"))
	if s := text(n); s != "" && !strings.Contains(s, "://") {
		local = s
	}
	if local == "" {
		what := text(n)
		for _, p := range entries(n) {
			if slices.Contains([]string{"project", "remote", "template", "component", "artifact"}, p.key) {
				what = p.key + ": " + text(p.node)
			}
		}
		what, _, _ = strings.Cut(what, "?") // a query may hold a token
		g.r.miss(from, n.Line, "scan.missed.include", map[string]any{"name": clip(withoutUser(what), 160)})
		return
	}
	local = path.Clean(strings.TrimLeft(local, "/"))
	found := false
	for _, file := range g.r.order {
		if ok, err := doublestar.Match(local, file); err == nil && ok && strings.HasSuffix(file, "ml") {
			found = true
			g.file(file, depth+1)
		}
	}
	if !found {
		g.r.miss(from, n.Line, "scan.missed.include", map[string]any{"name": clip(local, 160)})
	}
}

// withoutUser takes a user and a password out of an address.
func withoutUser(s string) string {
	if i := strings.Index(s, "://"); i >= 0 {
		if j := strings.LastIndex(s[i+3:], "@"); j >= 0 {
			return s[:i+3] + s[i+3+j+1:]
		}
	}
	return s
}

// layers are where a job's keys are looked up: itself, what it extends (the
// last named first), and the defaults.
func (g *lab) layers(name string, seen map[string]bool) []layer {
	if seen[name] || len(seen) > 50 {
		return nil
	}
	seen[name] = true
	out := slices.Clone(g.jobs[name])
	for _, l := range g.jobs[name] {
		for _, base := range slices.Backward(texts(get(l.node, "extends"))) {
			out = append(out, g.layers(base, seen)...)
		}
	}
	return out
}

// look gives a key of a job, with the file it stands in.
func (g *lab) look(name, key string) (layer, bool) {
	all := g.layers(name, map[string]bool{})
	if slices.Contains([]string{"image", "before_script", "after_script", "id_tokens"}, key) {
		all = append(all, g.global...)
	}
	for _, l := range all {
		if n := get(l.node, key); n != nil {
			return layer{l.file, n}, true
		}
	}
	return layer{}, false
}

func (g *lab) text(name, key string) string {
	l, _ := g.look(name, key)
	return text(l.node)
}

func (g *lab) stage(name string) string {
	if s := g.text(name, "stage"); s != "" {
		return s
	}
	return "test"
}

// job reads a job; nil where it never runs.
func (g *lab) job(name string) *job {
	at := g.jobs[name][0]
	j := &job{key: name, name: name, file: at.file, line: at.node.Line}
	if l, ok := g.look(name, "needs"); ok {
		j.needs = []string{}
		for _, n := range items(l.node) {
			if need := text(n) + text(get(n, "job")); need != "" && g.jobs[need] != nil {
				j.needs = append(j.needs, need)
			} else if p := text(get(n, "project")); p != "" {
				g.r.miss(l.file, n.Line, "scan.missed.include", map[string]any{"name": clip("project: "+p, 160)})
			}
		}
	}
	if !g.when(name, j) {
		return nil
	}
	set := map[string]bool{}
	for _, l := range g.layers(name, map[string]bool{}) {
		for _, v := range entries(get(l.node, "variables")) {
			set[v.key] = true
		}
		for _, p := range entries(get(l.node, "secrets")) {
			j.steps = append(j.steps, step{creds: []plan.Credential{{Kind: "secrets-read", Scope: clip(p.key, 80)}}})
		}
	}
	for k := range g.set {
		set[k] = true
	}
	for _, key := range []string{"before_script", "script"} {
		if l, ok := g.look(name, key); ok {
			g.script(j, l, set, 0)
		}
	}
	if l, ok := g.look(name, "trigger"); ok {
		g.r.miss(l.file, l.node.Line, "scan.missed.child", map[string]any{"job": clip(name, 80)})
	}
	if l, ok := g.look(name, "environment"); ok {
		env := text(l.node) + text(get(l.node, "name"))
		g.r.miss(l.file, l.node.Line, "scan.missed.environment", map[string]any{"name": clip(env, 80), "job": clip(name, 80)})
	}
	return j
}

// when reads what starts a job; false where nothing ever does.
func (g *lab) when(name string, j *job) bool {
	when := g.text(name, "when")
	manual := when == "manual"
	scheduled := false
	if l, ok := g.look(name, "rules"); ok {
		runs, byHand, timed := 0, 0, 0
		for _, rule := range items(l.node) {
			w := text(get(rule, "when"))
			if w == "never" {
				continue
			}
			runs++
			if w == "manual" || w == "" && manual {
				byHand++
			}
			if strings.Contains(text(get(rule, "if")), `"schedule"`) {
				timed++
			}
		}
		if runs == 0 && len(items(l.node)) > 0 {
			return false
		}
		manual, scheduled = byHand > 0 && byHand == runs, timed > 0 && timed == runs
		if byHand > 0 && byHand < runs {
			g.r.miss(l.file, l.node.Line, "scan.missed.sometimes", map[string]any{"job": clip(name, 80)})
		}
	}
	if l, ok := g.look(name, "only"); ok {
		only := append(texts(l.node), texts(get(l.node, "refs"))...)
		scheduled = scheduled || len(only) == 1 && only[0] == "schedules"
	}
	switch {
	case when == "never":
		return false
	case manual:
		j.trigger, j.role = plan.Manual, g.r.Word("scan.role.manual", nil)
	case scheduled:
		j.trigger = plan.OnSchedule
		g.r.found(j.file, j.line, "scan.found.trigger", map[string]any{"trigger": string(plan.OnSchedule), "event": "schedule"})
	}
	return true
}

// script takes in a list of commands; !reference names another job's.
func (g *lab) script(j *job, l layer, set map[string]bool, depth int) {
	for _, n := range items(l.node) {
		if !g.r.spend(&g.left, 1+len(n.Value)/256, l.file) {
			return
		}
		if n.Kind == yaml.SequenceNode {
			if to := texts(n); n.Tag == "!reference" && len(to) == 2 && depth < 10 {
				if from, ok := g.look(to[0], to[1]); ok {
					g.script(j, from, set, depth+1)
					continue
				}
				g.r.miss(l.file, n.Line, "scan.missed.reference", map[string]any{"name": clip(strings.Join(to, "."), 80)})
			} else if depth < 10 {
				g.script(j, layer{l.file, n}, set, depth+1)
			}
			continue
		}
		s := text(n)
		j.steps = append(j.steps, step{file: l.file, line: n.Line, script: s, from: body(n), secrets: variableSecrets(s, set)})
	}
}
