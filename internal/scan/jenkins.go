package scan

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// butler is a Jenkinsfile being read.
type butler struct {
	r       *reader
	f       *flow
	secrets []string // of the whole pipeline
	told    map[string]bool
}

// jenkins reads a Jenkinsfile, declarative or plainly scripted.
func (r *reader) jenkins(file string) {
	b, ok := r.read(file)
	if !ok {
		return
	}
	name := path.Base(path.Dir(file))
	if name == "." || name == "/" {
		name = cmp.Or(r.Name, path.Base(file))
	}
	h := &butler{r: r, f: &flow{name: name, file: file, line: 1, tool: "jenkins"}, told: map[string]bool{}}
	top := parseGroovy(string(b))
	var ends []string
	for _, s := range top {
		switch n := s.name(); {
		case n == "pipeline" && len(s.blocks) > 0:
			h.f.line = s.line
			h.declarative(s.blocks[0].body)
		case n == "node" || n == "stage" || n == "timestamps" || n == "podTemplate" || n == "ansiColor":
			r.found(file, s.line, "scan.found.scripted", nil)
			ends = h.scripted([]statement{s}, ends, nil)
		case n == "properties":
			h.triggers(flatten(s))
		case strings.HasPrefix(n, "@Library") || n == "library":
			r.miss(file, s.line, "scan.missed.library", nil)
		case len(s.blocks) == 1 && len(s.tokens) == 1:
			r.miss(file, s.line, "scan.missed.library", nil) // a pipeline of a shared library
		}
	}
	if len(h.f.jobs) == 0 {
		r.miss(file, 1, "scan.missed.no_stages", nil)
		return
	}
	for _, j := range h.f.jobs {
		j.secrets = append(j.secrets, h.secrets...)
	}
	if len(h.f.starts) == 0 {
		r.miss(file, h.f.line, "scan.missed.trigger", nil)
	}
	r.flows = append(r.flows, h.f)
}

// flatten gives a statement's own tokens as a statement for each call in it.
func flatten(s statement) []statement {
	var out []statement
	for i, t := range s.tokens {
		if t.kind == word {
			out = append(out, statement{tokens: s.tokens[i:min(len(s.tokens), i+4)], line: t.line})
		}
	}
	for _, b := range s.blocks {
		out = append(out, b.body...)
	}
	return out
}

func (h *butler) declarative(body []statement) {
	for _, s := range body {
		switch s.name() {
		case "stages":
			h.sequence(s, nil)
		case "environment":
			h.secrets = append(h.secrets, environment(s)...)
		case "triggers":
			for _, b := range s.blocks {
				h.triggers(b.body)
			}
		case "agent", "options", "parameters", "tools", "post", "libraries":
		default:
			h.unknown(s.line, s.name())
		}
	}
}

func environment(s statement) []string {
	var out []string
	for _, b := range s.blocks {
		for _, line := range b.body {
			if id, ok := line.call("credentials"); ok {
				out = append(out, id)
			}
		}
	}
	return out
}

func (h *butler) triggers(body []statement) {
	for _, s := range body {
		switch n := s.name(); n {
		case "cron", "parameterizedCron":
			h.r.begins(h.f, s.line, plan.OnSchedule, n)
		case "pollSCM":
			h.r.begins(h.f, s.line, plan.OnGitPoll, n)
		case "githubPush", "gitlab", "bitbucketPush", "giteaPush":
			h.r.begins(h.f, s.line, plan.OnPush, n)
		case "GenericTrigger", "genericTrigger":
			h.r.begins(h.f, s.line, plan.OnWebhook, n)
		case "upstream":
			h.r.begins(h.f, s.line, plan.OnUpstream, n)
		}
	}
}

// sequence reads the stages of a block one after the other, and gives the
// keys of the last.
func (h *butler) sequence(s statement, needs []string) []string {
	for _, b := range s.blocks {
		for _, st := range b.body {
			if st.name() == "stage" {
				needs = h.stage(st, needs)
			}
		}
	}
	return needs
}

// stage reads one stage: a job, or a group of further stages.
func (h *butler) stage(s statement, needs []string) []string {
	if len(h.f.jobs) >= maxJobs || len(s.blocks) == 0 {
		return needs
	}
	title, _ := s.first()
	j := &job{key: fmt.Sprint(len(h.f.jobs)), name: title.text, line: s.line, needs: needs}
	group := -1
	for i, d := range s.blocks[0].body {
		switch d.name() {
		case "parallel", "stages", "matrix":
			group = i
		case "input":
			h.input(j, d)
		case "environment":
			j.secrets = append(j.secrets, environment(d)...)
		}
	}
	if group >= 0 {
		before := len(h.f.jobs)
		ends := h.group(s.blocks[0].body[group], needs)
		for _, inner := range h.f.jobs[before:] {
			inner.secrets = append(inner.secrets, j.secrets...)
			if j.role != "" && slices.Equal(inner.needs, needs) {
				inner.role, inner.trigger = j.role, j.trigger
			}
		}
		return ends
	}
	h.f.jobs = append(h.f.jobs, j)
	for _, d := range s.blocks[0].body {
		switch d.name() {
		case "steps":
			for _, b := range d.blocks {
				h.steps(j, b.body, nil, 0)
			}
		case "agent", "when", "input", "environment", "options", "tools", "post", "failFast":
		default:
			h.steps(j, []statement{d}, nil, 0) // a scripted stage has its steps at once
		}
	}
	return []string{j.key}
}

func (h *butler) group(d statement, needs []string) []string {
	if d.name() == "stages" {
		return h.sequence(d, needs)
	}
	var ends []string
	for _, b := range d.blocks {
		for _, st := range b.body {
			switch st.name() {
			case "stage":
				ends = append(ends, h.stage(st, needs)...)
			case "stages":
				ends = append(ends, h.sequence(st, needs)...)
			}
		}
	}
	if len(ends) == 0 {
		return needs
	}
	return ends
}

// input is a person's consent before a stage.
func (h *butler) input(j *job, d statement) {
	j.role, j.trigger = h.r.Word("scan.role.input", nil), plan.Manual
	all := slices.Clone(d.given("submitter"))
	for _, b := range d.blocks {
		for _, line := range b.body {
			if t, ok := line.first(); ok && line.name() == "submitter" {
				all = append(all, t.text)
			}
		}
	}
	if len(all) > 0 && all[0] != "" {
		j.role = clip(all[0], 120)
	}
}

// scripted looks for stages in a scripted pipeline.
func (h *butler) scripted(body []statement, needs []string, secrets []string) []string {
	for _, s := range body {
		switch s.name() {
		case "stage":
			begin := len(h.f.jobs)
			needs = h.stage(s, needs)
			for _, j := range h.f.jobs[begin:] {
				j.secrets = append(j.secrets, secrets...)
			}
		case "parallel":
			var ends []string
			for _, b := range s.blocks {
				to := h.scripted(b.body, needs, secrets)
				if slices.Equal(to, needs) && len(h.f.jobs) < maxJobs { // a branch without stages
					j := &job{key: fmt.Sprint(len(h.f.jobs)), name: b.label, line: s.line, needs: needs, secrets: secrets}
					h.f.jobs = append(h.f.jobs, j)
					h.steps(j, b.body, nil, 0)
					to = []string{j.key}
				}
				ends = append(ends, to...)
			}
			if len(ends) > 0 {
				needs = ends
			}
		default:
			held := append(slices.Clone(secrets), s.given("credentialsId")...)
			for _, b := range s.blocks {
				needs = h.scripted(b.body, needs, held)
			}
		}
	}
	return needs
}

// around are steps that only hold others.
var around = words(`script dir timeout retry node container ws withEnv wrap catchError warnError lock timestamps ansiColor if else for while try catch finally
	withCredentials withKubeConfig withDockerRegistry docker.withRegistry docker.withServer withMaven withSonarQubeEnv sshagent withAWS withVault withGradle docker.image parallel stage
	waitUntil configFileProvider nodejs openshift.withCluster openshift.withProject env.with def gitlabCommitStatus`)

// still are steps that are no stage of anything.
var still = words(`echo junit archiveArtifacts cleanWs deleteDir stash unstash emailext mail slackSend publishHTML recordIssues error sleep unstable milestone
	fileExists readFile writeFile readJSON readYaml readMavenPom writeYaml isUnix tool pwd def env currentBuild return properties jacoco step publishCoverage cobertura fingerprint
	updateGitlabCommitStatus githubNotify when println params`)

// jenkinsWork is what plug-ins' steps do.
var jenkinsWork = map[string]work{
	"docker.build": {kind: plan.ContainerBuild, builder: "docker_build"}, "dockerImage.push": {kind: plan.Publish, right: "registry-push", joins: true},
	"kubernetesDeploy": {kind: plan.Deploy, right: "cluster-deploy"}, "kubernetesApply": {kind: plan.Deploy, right: "cluster-deploy"},
	"openshiftDeploy": {kind: plan.Deploy, right: "cluster-deploy"}, "waitForQualityGate": {kind: plan.Scan}, "dependencyCheck": {kind: plan.Scan},
	"dependencyCheckAnalyzer": {kind: plan.Scan}, "aquaMicroscanner": {kind: plan.Scan}, "anchore": {kind: plan.Scan}, "snykSecurity": {kind: plan.Scan},
	"nexusArtifactUploader": {kind: plan.Publish}, "rtUpload": {kind: plan.Publish}, "nexusPublisher": {kind: plan.Publish}, "publishChecks": {},
	"git": {right: "source-read"}, "checkout": {right: "source-read"}, "ansiblePlaybook": {kind: plan.Deploy}, "sshPublisher": {kind: plan.Deploy}, "deploy": {kind: plan.Deploy},
}

// steps reads what a stage does. held are the credentials around it.
func (h *butler) steps(j *job, body []statement, held []string, depth int) {
	if depth > maxBlocks {
		return
	}
	for _, s := range body {
		n := s.name()
		switch n {
		case "sh", "bat", "powershell", "pwsh":
			if t, ok := s.first("script"); ok {
				script := t.text
				j.steps = append(j.steps, step{line: s.line, script: script, from: t.line, secrets: held})
			}
			continue
		case "input":
			h.input(j, s)
			continue
		case "build":
			h.r.miss(h.f.file, s.line, "scan.missed.downstream", nil)
			continue
		}
		h.other(j, s, n, held, depth)
	}
}

func (h *butler) other(j *job, s statement, n string, held []string, depth int) {
	ids := append(slices.Clone(held), s.given("credentialsId", "credentials", "kubeconfigId")...)
	var creds []plan.Credential
	for name, what := range map[string]string{"withKubeConfig": "cluster-deploy", "withDockerRegistry": "registry-push", "docker.withRegistry": "registry-push", "withVault": "secrets-read"} {
		if n == name {
			found := s.given("credentialsId")
			if n == "docker.withRegistry" {
				found = nil
				for _, t := range s.tokens {
					if t.kind == quoted && !strings.Contains(t.text, "/") && !strings.Contains(t.text, ":") && !strings.Contains(t.text, ".") && t.text != "" {
						found = append(found, t.text)
					}
				}
			}
			for _, id := range found {
				creds = append(creds, plan.Credential{Kind: what, Scope: clip(id, 80)})
			}
			ids = held
		}
	}
	if n == "sshagent" || n == "docker.withRegistry" && len(creds) == 0 {
		for _, t := range s.tokens {
			if t.kind == quoted && !strings.Contains(t.text, "/") {
				ids = append(ids, t.text)
			}
		}
	}
	if len(creds) > 0 {
		j.steps = append(j.steps, step{line: s.line, creds: creds})
	}
	h.plugins(j, s, n, ids)
	for _, b := range s.blocks {
		h.steps(j, b.body, ids, depth+1)
	}
}

// plugins takes in steps that plug-ins bring.
func (h *butler) plugins(j *job, s statement, n string, ids []string) {
	w, known := jenkinsWork[n]
	for i, t := range s.tokens { // app = docker.build('x'), app.push('tag')
		if t.kind != word || i < 2 || s.tokens[i-1].text != "." {
			continue
		}
		if s.tokens[i-2].text == "docker" && t.text == "build" {
			w, known = jenkinsWork["docker.build"], true
		} else if t.text == "push" && !known {
			w, known = jenkinsWork["dockerImage.push"], true
		}
	}
	if strings.HasPrefix(n, "withSonarQubeEnv") {
		w, known = work{kind: plan.Scan}, true
	}
	if known {
		j.steps = append(j.steps, step{line: s.line, uses: cmp.Or(n, "docker"), with: map[string]string{}, secrets: ids, done: &w})
		return
	}
	assigned := len(s.tokens) > 1 && s.tokens[1].text == "=" || len(s.tokens) > 2 && s.tokens[2].text == "="
	if n == "" || assigned || slices.Contains(around, n) || slices.Contains(still, n) || slices.Contains(still, strings.SplitN(n, ".", 2)[0]) {
		if id, ok := s.first("script"); ok && assigned && hasWord(s, "sh") {
			j.steps = append(j.steps, step{line: s.line, script: id.text, from: id.line, secrets: ids})
		}
		return
	}
	if k := byName(n); k != "" {
		guess := workOf(k)
		j.steps = append(j.steps, step{line: s.line, uses: n, with: map[string]string{}, secrets: ids, done: &guess})
		return
	}
	h.unknown(s.line, n)
}

func hasWord(s statement, w string) bool {
	return slices.ContainsFunc(s.tokens, func(t token) bool { return t.kind == word && t.text == w })
}

func (h *butler) unknown(line int, name string) {
	if name = clip(name, 60); name != "" && !h.told[name] {
		h.told[name] = true
		h.r.miss(h.f.file, line, "scan.missed.directive", map[string]any{"name": name})
	}
}
