package scan

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

func counter() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("r%d", n) }
}

func options(name string) Options {
	return Options{Name: name, Word: lang.English.T, NewID: counter()}
}

func read(t testing.TB, fsys fs.FS, name string) *Proposal {
	t.Helper()
	p, err := Read(fsys, options(name))
	if err != nil {
		t.Fatal(err)
	}
	sound(t, p)
	return p
}

// sound holds for every proposal: a plan takes it, and every note is worded.
func sound(t testing.TB, p *Proposal) {
	t.Helper()
	if _, _, err := plan.Apply(plan.Empty("x"), p.Edit(plan.Empty("x"))); err != nil {
		t.Errorf("a plan refuses the proposal: %v", err)
	}
	for _, n := range slices.Concat(p.Recognised, p.Unrecognised) {
		for _, l := range lang.All {
			if s := l.T(n.ID, n.Args); !l.Has(n.ID) || strings.Contains(s, "\x00") {
				t.Errorf("%s:%d: %s", n.File, n.Line, s)
			}
		}
	}
}

func fixture(t testing.TB, name string) *Proposal {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := txtar.FS(txtar.Parse(b))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, fsys, "")
}

// picture writes a proposal's stages in one line each.
func picture(p *Proposal) string {
	var b strings.Builder
	names := map[string]string{"": "-"}
	for _, s := range p.Stages {
		names[s.ID] = s.Name
	}
	for _, in := range p.Installations {
		names[in.ID] = in.Tool
	}
	for _, team := range p.Teams {
		names[team.ID] = team.Name
	}
	for _, pl := range p.Pipelines {
		beside := ""
		if !slices.Contains(p.Delivers, pl.ID) {
			beside = " (beside)"
		}
		fmt.Fprintf(&b, "%s%s\n", pl.Name, beside)
		for _, s := range p.Stages {
			if s.Pipeline != pl.ID {
				continue
			}
			fmt.Fprintf(&b, "  %s: %s on %s", s.Name, s.Kind, names[s.Installation])
			if s.Builder != "" {
				fmt.Fprintf(&b, " with %s", s.Builder)
			}
			fmt.Fprintf(&b, ", %s", s.Trigger)
			for i, a := range s.After {
				fmt.Fprintf(&b, "%s%s", map[bool]string{true: " after ", false: " + "}[i == 0], names[a])
			}
			for _, c := range s.Credentials {
				fmt.Fprintf(&b, "; %s", c)
			}
			if s.Approval.Role != "" {
				fmt.Fprintf(&b, "; consent of %s", s.Approval.Role)
			}
			for _, a := range s.Accountable {
				fmt.Fprintf(&b, "; owner %s", names[a])
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func notes(all []Note) string {
	var b strings.Builder
	for _, n := range all {
		fmt.Fprintf(&b, "%s:%d %s\n", n.File, n.Line, lang.English.T(n.ID, n.Args))
	}
	return b.String()
}

var update = flag.Bool("update", false, "write what the fixtures give")

// The fixtures have the shapes of well-known repositories' files; what is
// recognised of each, and what is not, stands beside it.
func TestRead_FixturesGiveWhatStandsBesideThem(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 7 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		p := fixture(t, name)
		got := fmt.Sprintf("%d files, %d pipelines, %d stages, %d tools, %d teams, %d recognised, %d not\n\n%s\n%s", p.Files, len(p.Pipelines), len(p.Stages),
			len(p.Installations), len(p.Teams), len(p.Recognised), len(p.Unrecognised), picture(p), notes(p.Unrecognised))
		want := strings.TrimSuffix(file, ".txtar") + ".want"
		if *update {
			if err := os.WriteFile(want, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(want)
		if err != nil || string(b) != got {
			t.Errorf("%s (%v): got\n%s\nwant\n%s", name, err, got, b)
		}
	}
}

func TestRead_RepeatsNoValueOfASecret(t *testing.T) {
	b, err := os.ReadFile("testdata/gitlab-includes.txtar")
	if err != nil || !strings.Contains(string(b), "not-a-real-value-4711") {
		t.Fatal("the fixture holds no value to be told")
	}
	for _, files := range []map[string]string{
		{".gitlab-ci.yml": "variables: {TOKEN: s3cr3t-value}\njob:\n  script:\n    - docker login -u bot -p s3cr3t-value harbor.example.com\n    - frob --token=s3cr3t-value\n    - curl https://bot:s3cr3t-value@git.example.com\ninclude: {remote: 'https://bot:s3cr3t-value@git.example.com/a.yml?token=s3cr3t-value'}\n"},
		{".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    env: {TOKEN: s3cr3t-value}\n    steps:\n      - run: s3cr3t-tool --password s3cr3t-value\n      - uses: docker/login-action@v3\n        with: {password: s3cr3t-value, registry: ghcr.io}\n"},
		{"Jenkinsfile": "pipeline { environment { T = 's3cr3t-value' }\n stages { stage('a') { steps { sh 'helm upgrade --set password=s3cr3t-value x y'\n frob token: 's3cr3t-value' } } } }"},
		{".circleci/config.yml": "version: 2.1\njobs:\n  build:\n    docker: [{image: x, auth: {username: bot, password: s3cr3t-value}}]\n    environment: {T: s3cr3t-value}\n    steps: [{run: 'kubectl --token s3cr3t-value apply -f .'}]\n"},
	} {
		p := read(t, memory(t, files), "")
		out, err := json.Marshal(p)
		if err != nil || strings.Contains(string(out), "s3cr3t-value") || len(p.Stages) == 0 {
			t.Errorf("%v: %s", err, out)
		}
	}
	p := read(t, memory(t, map[string]string{".github/workflows/a.yml": "on: push\njobs:\n  a:\n    timeout-minutes: s3cr3t-value\n    s3cr3t-value: x\n    env: s3cr3t-value\n",
		"Dockerfile": "ENV s3cr3t-value\n", ".gitlab-ci.yml": "a: *s3cr3t-value"}), "")
	out, err := json.Marshal(p)
	if err != nil || strings.Contains(string(out), "s3cr3t-value") || len(p.Unrecognised) < 3 {
		t.Errorf("a fault repeats a value: %s", out)
	}
	out, err = json.Marshal(fixture(t, "gitlab-includes"))
	if err != nil || strings.Contains(string(out), "4711") {
		t.Error("a variable's value was told")
	}
}

func memory(t testing.TB, files map[string]string) fs.FS {
	t.Helper()
	a := &txtar.Archive{}
	for name, data := range files {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(data)})
	}
	fsys, err := txtar.FS(a)
	if err != nil {
		t.Fatal(err)
	}
	return fsys
}

func missed(p *Proposal, id string) bool {
	return slices.ContainsFunc(p.Unrecognised, func(n Note) bool { return n.ID == id })
}

func TestRead_HostileFilesAreToldOfAndCostNoOther(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'l'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	deep := "on: push\njobs: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	for name, c := range map[string]struct{ file, text, id string }{
		"aliases that multiply":     {".github/workflows/a.yml", bomb, "scan.missed.bomb"},
		"an alias inside itself":    {".gitlab-ci.yml", "a: &a\n  script: [x]\n  extends: *a\n", "scan.missed.bomb"},
		"deep nesting":              {".circleci/config.yml", deep, "scan.missed.bomb"},
		"no YAML":                   {".gitlab-ci.yml", "a: [", "scan.missed.yaml"},
		"a large file":              {".github/workflows/a.yml", "#" + strings.Repeat("x", maxFile), "scan.missed.large"},
		"no Dockerfile":             {"Dockerfile", "\x00\x01", "scan.missed.dockerfile"},
		"an empty Jenkinsfile":      {"Jenkinsfile", strings.Repeat("{", 50_000), "scan.missed.no_stages"},
		"a template":                {"x.yaml", "apiVersion: argoproj.io/v1alpha1\nname: {{ .x }}", "scan.missed.template"},
		"extends in a circle":       {".gitlab-ci.yml", "a: {extends: b}\nb: {extends: a}\n", "scan.missed.job"},
		"a reference in a circle":   {".gitlab-ci.yml", "a:\n  script:\n    - !reference [a, script]\n", "scan.missed.job"},
		"a command within itself":   {".circleci/config.yml", "version: 2.1\ncommands: {a: {steps: [a, a, a, a]}}\njobs: {x: {steps: [a]}}\nworkflows: {w: {jobs: [x]}}\n", "scan.missed.job"},
		"a script of brackets only": {".gitlab-ci.yml", "a:\n  script: \"" + strings.Repeat("(", 200_000) + "\"\n", "scan.missed.job"},
	} {
		p := read(t, memory(t, map[string]string{c.file: c.text, "other/Jenkinsfile": "pipeline { stages { stage('Build') { steps { sh 'make build' } } } }"}), "")
		if !missed(p, c.id) {
			t.Errorf("%s: not told: %s", name, notes(p.Unrecognised))
		}
		if !slices.ContainsFunc(p.Stages, func(s plan.Stage) bool { return s.Name == "Build" }) {
			t.Errorf("%s: the other file was not read", name)
		}
	}
}

// What files share must not multiply: each of these is small, and would be
// gigabytes of work if every use of a shared part were followed.
func TestRead_SharedPartsDoNotMultiply(t *testing.T) {
	long := strings.Repeat("go test ./...\\n", 4_000)
	var lab, keys, tasks, circle strings.Builder
	fmt.Fprintf(&lab, ".base:\n  script:\n%s", strings.Repeat("    - \"go test ./...\"\n", 5_000))
	for i := range 20_000 {
		fmt.Fprintf(&keys, "  k%d: x\n", i)
	}
	for i := range 400 {
		fmt.Fprintf(&lab, "j%d: {extends: .base}\n", i)
	}
	for i := range 150 {
		fmt.Fprintf(&tasks, "---\napiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p%d}\nspec: {tasks: [%s]}\n", i, strings.Repeat("{name: x, taskRef: {name: t}},", 100))
	}
	circle.WriteString("version: 2.1\ncommands:\n  c: {steps: [{run: \"" + long + "\"}]}\njobs:\n  j: {steps: [" + strings.Repeat("c,", 10_000) + "c]}\nworkflows: {w: {jobs: [j]}}\n")
	p := read(t, memory(t, map[string]string{
		".gitlab-ci.yml":          lab.String() + "many:\n" + keys.String(),
		"tekton/t.yaml":           "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: {steps: [" + strings.Repeat("{script: go test},", 5_000) + "]}\n" + tasks.String(),
		".circleci/config.yml":    circle.String(),
		".github/workflows/a.yml": "on: push\nx: &x \"" + long + "\"\njobs:\n  a:\n    runs-on: x\n    steps:\n" + strings.Repeat("      - run: *x\n", 5_000),
	}), "")
	if !missed(p, "scan.missed.work") || !missed(p, "scan.missed.bomb") {
		t.Error(notes(p.Unrecognised))
	}
}

func TestRead_LeavesOutDependenciesAndSymbolicLinks(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"node_modules/x", "vendor/y", ".git/z", "a"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, d, "Jenkinsfile"), []byte("pipeline { stages { stage('"+d+"') { steps { sh 'make' } } } }"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "a"), filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "Jenkinsfile")); err != nil {
		t.Fatal(err)
	}
	p := read(t, os.DirFS(dir), "")
	if len(p.Stages) != 1 || p.Stages[0].Name != "a" || !missed(p, "scan.missed.symlink") {
		t.Errorf("%s%s", picture(p), notes(p.Unrecognised))
	}
}

func TestFit_ReusesThePlansToolsAndTeams(t *testing.T) {
	p := fixture(t, "github-reusable")
	doc := plan.Empty("x")
	doc.Teams = []plan.Team{{ID: "bp", Name: "Build Platform team"}}
	doc.Installations = []plan.Installation{{ID: "first", Name: "Actions, other", Tool: "github_actions"}, {ID: "named", Name: "github actions", Tool: "github_actions"}}
	next, result, err := plan.Apply(doc, p.Edit(doc))
	if err != nil {
		t.Fatal(err)
	}
	if len(next.Teams) != 1 || len(next.Installations) != 2 || len(next.Stages) != len(p.Stages) {
		t.Errorf("%d teams, %d installations", len(next.Teams), len(next.Installations))
	}
	for _, s := range next.Stages {
		if s.Installation != "named" || !slices.Equal(s.Accountable, []string{"bp"}) {
			t.Errorf("%s runs on %s for %v", s.Name, s.Installation, s.Accountable)
		}
	}
	if result.Summary.ID != "scan.summary" {
		t.Errorf("summary %v", result.Summary)
	}
}

func TestKeep_LeadsAroundWhatIsLeftOut(t *testing.T) {
	p := fixture(t, "circleci")
	k := p.Keep(func(s plan.Stage) bool { return s.Name == "unit" || s.Name == "deploy production" })
	want := "ship\n  unit: test on circleci, push; source-read\n" +
		"  deploy production: deploy on circleci, upstream after unit; cluster-deploy@KUBECONFIG_DATA; cluster-deploy@kube-prod; registry-pull@REGISTRY_PASSWORD; consent of release-gate\n"
	if got := picture(k); got != want {
		t.Errorf("got\n%s", got)
	}
	sound(t, k)
}

func TestByName(t *testing.T) {
	for name, want := range map[string]plan.StageKind{"build-and-push-image": plan.ContainerBuild, "컨테이너 빌드": plan.ContainerBuild, "운영 배포": plan.Deploy, "단위 테스트": plan.Test,
		"deployProd": plan.Deploy, "update manifests": plan.ConfigUpdate, "smoke-test": plan.Verify, "lint": plan.Test, "release": plan.Publish, "trivy scan": plan.Scan, "misc": "", "": ""} {
		if got := byName(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestRecognise_SeesThroughWrappersAndOptions(t *testing.T) {
	for script, want := range map[string]plan.StageKind{
		"sudo -E docker --context x build .": plan.ContainerBuild, "sudo docker build -t a .": plan.ContainerBuild, "DOCKER_BUILDKIT=1 docker buildx build --push .": plan.ContainerBuild,
		"bash -c 'set -e; go test ./...'": plan.Test, "# docker build .": "", "echo docker build .": "", "helm -n shop upgrade --install web x": plan.Deploy,
		"if true; then kubectl apply -f x; fi": plan.Deploy, "kubectl --context prod apply -f -": plan.Deploy, "x=$(kubectl apply -f y)": plan.Deploy, "./scripts/deploy.sh prod": plan.Deploy,
		"npm run build": plan.SourceBuild, "npm ci": "", "mvn -B -pl web com.google.cloud.tools:jib-maven-plugin:build": "", "mvn compile jib:build": plan.ContainerBuild,
		"docker build . | tee log": plan.ContainerBuild, "cat <<EOF\ndocker build .\nEOF": "", "cosign sign x": plan.Sign, "trivy image x": plan.Scan,
	} {
		var got plan.StageKind
		for _, c := range commands(script, 1) {
			if w, _ := recognise(c); got == "" {
				got = w.kind
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
}

func fuzz(f *testing.F, file string, seeds ...string) {
	fixtures, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range fixtures {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, one := range a.Files {
			if formatOf(one.Name) == formatOf(file) {
				f.Add(one.Data)
			}
		}
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fsys, err := txtar.FS(&txtar.Archive{Files: []txtar.File{{Name: file, Data: b}}})
		if err != nil {
			t.Fatal(err)
		}
		p := read(t, fsys, "shop")
		if missed(p, "scan.missed.broken") {
			t.Errorf("a parser gave up: %s", notes(p.Unrecognised))
		}
	})
}

func FuzzGitHub(f *testing.F) {
	fuzz(f, ".github/workflows/a.yml", "on: push\njobs: {a: {uses: ./.github/workflows/a.yml}}")
}
func FuzzGitLab(f *testing.F) {
	fuzz(f, ".gitlab-ci.yml", "include: .gitlab-ci.yml\n.a: &a {script: [!reference [.a, script]]}\nb: {<<: *a, extends: [b]}")
}
func FuzzJenkins(f *testing.F) {
	fuzz(f, "Jenkinsfile", "node { stage('a') { sh \"${x}\" } }", "pipeline{stages{stage(/a/){input{submitter 'x'}}}}")
}
func FuzzCircle(f *testing.F) {
	fuzz(f, ".circleci/config.yml", "workflows: {a: {jobs: [{a: {type: approval, requires: [a]}}]}}")
}
func FuzzManifests(f *testing.F) {
	fuzz(f, "a.yaml", "apiVersion: toolkit.fluxcd.io/v1\nkind: HelmRelease")
}
func FuzzDockerfile(f *testing.F) { fuzz(f, "Dockerfile", "FROM a\nRUN <<EOF\ngo build\nEOF\n") }
func FuzzOwners(f *testing.F)     { fuzz(f, "CODEOWNERS", "^[A][2] @a/b\n*.go\n/x/** @a @b/c x@y.example") }

func FuzzArchive(f *testing.F) {
	f.Add("a.zip", packed(f, "zip", map[string]string{"r/Jenkinsfile": "x"}))
	f.Add("a.tar.gz", packed(f, "tar.gz", map[string]string{"r/Jenkinsfile": "x"}))
	f.Add("ci.yml", []byte("on: push\njobs: {}"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		fsys, _, err := Unpack([]Upload{{name, b}})
		if err == nil {
			read(t, fsys, "")
		}
	})
}
