package scan

import (
	"cmp"
	"slices"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// piece is the part of a job that is one kind of work: a stage to be.
type piece struct {
	kind    plan.StageKind
	builder string
	tool    string
	file    string
	line    int
	by      string // what it was recognised by
	named   bool   // by its name only
	pushes  bool   // an image leaves the machine
	creds   []plan.Credential
}

// right is a credential that was seen, before it is known which piece of its
// job holds it. kind is that of the step it was seen in.
type right struct {
	what, scope string
	kind        plan.StageKind
	job         bool // the whole job sees it
}

// cutting is a job being cut into pieces.
type cutting struct {
	r      *reader
	f      *flow
	j      *job
	pieces []piece
	rights []right
	edits  bool
	pushed int    // line of a push of commits
	file   string // of the step at hand
	asked  map[string]bool
}

// cut finds the pieces of a job: one at least.
func (r *reader) cut(f *flow, j *job) []piece {
	c := &cutting{r: r, f: f, j: j, asked: map[string]bool{}}
	for _, s := range j.steps {
		c.file = cmp.Or(s.file, j.file, f.file)
		c.step(s)
	}
	c.file = cmp.Or(j.file, f.file)
	name := byName(j.name)
	if name == "" {
		name = byName(j.key)
	}
	switch {
	case c.pushed > 0 && (c.edits || name == plan.ConfigUpdate || name == plan.Deploy):
		c.add(work{kind: plan.ConfigUpdate}, c.pushed, "git push")
		c.rights = append(c.rights, right{what: "config-repo-write", kind: plan.ConfigUpdate})
	case c.pushed > 0:
		c.rights = append(c.rights, right{what: "source-write"})
	}
	for _, s := range j.secrets {
		c.secret(s, right{job: true})
	}
	c.throwaway(name)
	if name == plan.Verify {
		for i := range c.pieces {
			if c.pieces[i].kind == plan.Test {
				c.pieces[i].kind = plan.Verify
			}
		}
	}
	if len(c.pieces) == 0 {
		k, named := name, name != ""
		if !named {
			k = plan.Own
		}
		c.pieces = append(c.pieces, piece{kind: k, file: c.file, line: j.line, by: j.name, named: true})
		if !named && !j.gate && !c.checksOut() {
			r.miss(c.file, j.line, "scan.missed.job", map[string]any{"name": clip(j.name, 80)})
		}
	}
	c.hand()
	return c.pieces
}

// throwaway takes out of a job that tests what is built and started for the
// test only.
func (c *cutting) throwaway(name plan.StageKind) {
	if name != plan.Test && name != plan.Scan {
		return
	}
	gone := map[plan.StageKind]bool{}
	c.pieces = slices.DeleteFunc(c.pieces, func(p piece) bool {
		out := p.kind == plan.Deploy || p.kind == plan.Verify || p.kind == plan.ContainerBuild && !p.pushes
		gone[p.kind] = gone[p.kind] || out
		return out
	})
	c.rights = slices.DeleteFunc(c.rights, func(g right) bool { return gone[g.kind] && (g.scope == "" || implied(g.scope)) })
	if len(c.pieces) == 0 {
		c.pieces = append(c.pieces, piece{kind: name, file: c.file, line: c.j.line, by: c.j.name, named: true})
	}
}

// step finds what one step does.
func (c *cutting) step(s step) {
	var own plan.StageKind
	var rights []string
	take := func(w work, line int, by string) {
		if w.right != "" {
			rights = append(rights, w.right)
		}
		c.edits = c.edits || w.edits
		if w.pushes {
			c.pushed = line
		}
		if w.kind != "" {
			own = cmp.Or(own, w.kind)
			c.add(w, line, by)
		}
	}
	if s.script != "" && !c.r.spend(&c.r.scripts, len(s.script)+100, c.file) {
		return
	}
	for _, cmd := range commands(s.script, s.from) {
		w, known := recognise(cmd)
		if !known {
			c.unknown("scan.missed.command", cmd.line, cmd.words[0]+target(cmd))
			continue
		}
		take(w, cmd.line, commandName(cmd))
	}
	switch {
	case s.done != nil:
		take(*s.done, s.line, s.uses)
	case s.uses != "":
		c.ready(s, take)
	case s.image != "" && s.script == "":
		cmd := byImage(s.image, s.args)
		w, known := recognise(cmd)
		if !known {
			c.unknown("scan.missed.image", s.line, cmd.words[0])
		}
		take(w, s.line, cmd.words[0])
	}
	if s.with["push"] == "true" {
		rights = append(rights, "registry-push")
	}
	for _, cr := range s.creds {
		c.rights = append(c.rights, right{what: cr.Kind, scope: cr.Scope, kind: own})
	}
	for _, what := range rights {
		c.rights = append(c.rights, right{what: what, scope: "\x00" + s.with["registry"], kind: own})
	}
	for _, name := range s.secrets {
		what := ""
		if len(rights) > 0 {
			what = rights[0]
		}
		c.secret(name, right{what: what, kind: own})
	}
}

// checksOut tells whether a job fetches the source and runs nothing.
func (c *cutting) checksOut() bool {
	fetches := false
	for _, s := range c.j.steps {
		w, _ := readyMade(s.uses)
		fetches = fetches || w.right == "source-read" || s.done != nil && s.done.right == "source-read"
		if s.script != "" {
			return false
		}
	}
	return fetches
}

// ready finds what something ready-made does.
func (c *cutting) ready(s step, take func(work, int, string)) {
	if w, ok := readyMade(s.uses); ok {
		if s.with["repository"] != "" && w.right == "source-read" {
			if configRepo.MatchString(s.with["repository"]) {
				w.right, c.edits = "config-repo-write", true
			}
		}
		take(w, s.line, s.uses)
		return
	}
	k := byName(s.uses)
	if k == "" {
		k = byName(s.name)
	}
	if k == "" {
		c.unknown("scan.missed.action", s.line, s.uses)
		return
	}
	take(workOf(k), s.line, s.uses)
}

func (c *cutting) unknown(id string, line int, name string) {
	if name = clip(name, 80); name != "" && !c.asked[name] {
		c.asked[name] = true
		c.r.miss(c.file, line, id, map[string]any{"name": name, "job": clip(c.j.name, 80)})
	}
}

// add puts work to the piece of its kind.
func (c *cutting) add(w work, line int, by string) {
	if w.joins {
		for i := range c.pieces {
			if c.pieces[i].kind == plan.ContainerBuild {
				c.pieces[i].pushes = true
				return
			}
		}
	}
	for i := range c.pieces {
		if p := &c.pieces[i]; p.kind == w.kind && p.tool == w.tool {
			if p.builder == "" {
				p.builder = w.builder
			}
			return
		}
	}
	c.pieces = append(c.pieces, piece{kind: w.kind, builder: w.builder, tool: w.tool, file: c.file, line: line, by: clip(by, 80)})
}

// secret notes the use of a secret by its name.
func (c *cutting) secret(name string, g right) {
	if g.what == "" && c.j.reads && name == "GITHUB_TOKEN" {
		g.what = "source-read"
	}
	if g.scope = clip(name, 80); g.scope != "" && !beside.MatchString(name) {
		c.rights = append(c.rights, g)
	}
}

// hand gives every credential to the piece that needs it.
func (c *cutting) hand() {
	for _, g := range c.rights {
		i := c.holder(g)
		p := &c.pieces[i]
		what := g.what
		switch {
		case what == "":
			what = rightOf(g.scope, p.kind)
			if g.job { // the whole job sees it: to whom it suits
				what = rightOf(g.scope, "")
				i = c.holder(right{what: what})
				if p = &c.pieces[i]; what == "registry-push" && p.kind == plan.Deploy {
					what = "registry-pull"
				}
			}
		case what == "cloud":
			what = cloudRight(p.kind)
		case what == "registry-push" && p.kind == plan.Deploy:
			what = "registry-pull"
		}
		if what == "source-read" && (g.scope == "" || implied(g.scope)) {
			g.scope = "\x00" + c.r.Name
		}
		if what == "registry-push" && p.kind == plan.ContainerBuild {
			p.pushes = true
		}
		p.creds = append(p.creds, plan.Credential{Kind: what, Scope: g.scope})
	}
	for i := range c.pieces {
		p := &c.pieces[i]
		p.creds = tidy(p.creds)
		for k := range p.creds {
			if implied(p.creds[k].Scope) {
				p.creds[k].Scope = clip(p.creds[k].Scope[1:], 80)
			}
		}
		p.creds = tidy(p.creds)
	}
}

// wants are the kinds of work that need a right, the likeliest first.
var wants = map[string][]plan.StageKind{
	"registry-push":     {plan.ContainerBuild, plan.Publish, plan.Deploy},
	"registry-pull":     {plan.Deploy, plan.Verify},
	"cluster-deploy":    {plan.Deploy, plan.Verify},
	"cloud":             {plan.Deploy, plan.ContainerBuild, plan.Publish},
	"sign":              {plan.Sign, plan.ContainerBuild, plan.Publish},
	"config-repo-write": {plan.ConfigUpdate},
	"source-write":      {plan.Publish, plan.ConfigUpdate},
}

func (c *cutting) holder(g right) int {
	kinds := wants[g.what]
	if g.kind != "" {
		kinds = append([]plan.StageKind{g.kind}, kinds...)
	}
	for _, k := range kinds {
		if i := slices.IndexFunc(c.pieces, func(p piece) bool { return p.kind == k }); i >= 0 {
			return i
		}
	}
	return 0
}

// commandName is what a command is called in a note: its program and what
// follows it while that is a plain word. Arguments may hold anything.
func commandName(c command) string {
	plain := c.plain()
	name := plain[0]
	if name == "executor" {
		return "kaniko"
	}
	for _, w := range plain[1:min(len(plain), 4)] {
		if len(w) > 20 || !isWord(w) || !slices.ContainsFunc(byProgram[plain[0]], func(r rule) bool { return slices.Contains(words(r.pattern), w) }) {
			break
		}
		name += " " + w
	}
	return name
}

// target is what make or its like is told to do, where that is a plain word.
func target(c command) string {
	plain := c.plain()
	if _, ok := targets[plain[0]]; !ok || len(plain) < 2 || !isWord(plain[1]) || len(plain[1]) > 40 {
		return ""
	}
	return " " + plain[1]
}

func isWord(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && c != '-' && c != ':' {
			return false
		}
	}
	return s != ""
}

// installation gives the identifier of a tool's installation, first met in a file.
func (r *reader) installation(tool, file string) string {
	if id, ok := r.tools[tool]; ok || tool == "" {
		return id
	}
	in := plan.Installation{ID: r.NewID(), Name: toolName(tool), Tool: tool, SaaS: tool == "github_actions" || tool == "circleci"}
	if in.SaaS {
		r.miss(file, 0, "scan.missed.saas", map[string]any{"name": in.Name})
	}
	r.tools[tool] = in.ID
	r.p.Installations = append(r.p.Installations, in)
	return in.ID
}

func toolName(tool string) string {
	t, _ := catalog.ToolByID(tool)
	return cmp.Or(t.Name, tool)
}
