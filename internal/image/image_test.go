package image

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"deckplan/internal/catalog"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

var update = flag.Bool("update", false, "write the golden files again")

var good = Values{Registry: "registry.example.com:5000", Repository: "team/web", Tag: "1.0", To: "mirror.example.com/team/web:1.0",
	User: "robot$ci", Platform: "linux/arm64", Namespace: "ci", Archive: "my images/web's.tar"}

func TestCheck_NamesTheFieldOfEachFault(t *testing.T) {
	long := strings.Repeat("a", 301)
	for field, cases := range map[string]map[string]string{
		"registry": {"": "registry_empty", "harbor": "registry_short", "https://registry.example.com": "registry", "registry.example.com/": "registry",
			"a b": "registry", "$(rm)": "registry", "r.example.com:port": "registry", "r.example.com;rm": "registry", "r.example.com\nrm": "registry", "-r.example.com": "registry",
			"registry.example.com": "", "localhost": "", "harbor:5000": "", "[2001:db8::1]:5000": "", "docker.io": "", "index.docker.io": "", long: "long"},
		"repository": {"": "repository_empty", "Team/web": "repository_case", "team/web:1": "repository_tag", "team//web": "repository", "web`id`": "repository",
			"team/web@sha256:" + strings.Repeat("a", 64): "repository_tag", "$(rm)": "repository", "웹": "repository", strings.Repeat("a", 256): "repository_long", "web": "", "a/b/c_d-e.f": ""},
		"tag":       {"": "tag_empty", "-1": "tag", "1.0;rm": "tag", "'": "tag", "1\n2": "tag", strings.Repeat("a", 129): "tag", "v1.0_rc-1": ""},
		"to":        {"team/web:1.0": "to", "r.example.com/team/web": "to", "r.example.com/web:1@sha256:" + strings.Repeat("a", 64): "to", "$(rm)": "to", "": "", "r.example.com/web:1": ""},
		"user":      {"a:b": "user", "-u": "user", "a\nb": "user", "a\x00": "user", "\xff": "user", "": "", "robot$ci": "", "김 민서": "", `o'hara "x"`: ""},
		"platform":  {"amd64": "platform", "linux/": "platform", "linux/amd64;rm": "platform", "": "", "linux/amd64": "", "linux/arm/v7": ""},
		"namespace": {"": "namespace", "a b": "namespace", "-n": "namespace", "a..b": "namespace", strings.Repeat("a", 77): "namespace", "k8s.io": "", "ci_1": ""},
		"archive":   {"-": "archive", "-o": "archive", "a\nb": "archive", "dir/": "archive", "a\x1b[2J": "archive", "": "", "$(rm).tar": "", "보관.tar": ""},
	} {
		for text, want := range cases {
			v := good
			*v.At(field) = text
			got := v.Check()
			switch {
			case want == "" && len(got) > 0:
				t.Errorf("%s %q: %v", field, text, got)
			case want != "" && (len(got) != 1 || got[0].Path != field || got[0].ID != "image.problem."+want):
				t.Errorf("%s %q: got %v, want %s", field, text, got, want)
			}
		}
	}
}

// checkWords reads commands as a shell would and gives the words of each call.
// Anything that a shell would expand or run must be on the list.
func checkWords(t *testing.T, script string) (calls [][]string) {
	t.Helper()
	f, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err != nil {
		t.Fatalf("%v in %s", err, script)
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.CmdSubst, *syntax.ArithmExp, *syntax.ProcSubst, *syntax.Redirect:
			t.Errorf("%T in %s", n, script)
		case *syntax.ParamExp:
			if name := x.Param.Value; name != "ns" && name != "REGISTRY_PASSWORD" {
				t.Errorf("$%s in %s", name, script)
			}
		case *syntax.CallExpr:
			var call []string
			for _, w := range x.Args {
				var b strings.Builder
				for _, part := range w.Parts {
					text(&b, part)
				}
				call = append(call, b.String())
			}
			calls = append(calls, call)
		}
		return true
	})
	return calls
}

// text is a word's part as the program called would get it.
func text(b *strings.Builder, part syntax.WordPart) {
	switch x := part.(type) {
	case *syntax.Lit:
		for i := 0; i < len(x.Value); i++ {
			if x.Value[i] == '\\' && i+1 < len(x.Value) {
				i++
			}
			b.WriteByte(x.Value[i])
		}
	case *syntax.SglQuoted:
		b.WriteString(x.Value)
	case *syntax.DblQuoted:
		for _, p := range x.Parts {
			text(b, p)
		}
	}
}

func TestFill_ValuesReachTheToolAsTheyWereTyped(t *testing.T) {
	programs := []string{"docker", "ctr", "nerdctl", "crictl", "grep", "read", "echo"}
	for _, hostile := range []string{"$(rm)", "`id`", "a;rm -rf b", "a'b", `a"b`, "a b|c", "~/x", "*", "$HOME", "a\\b", "#c", "!x", "&", "보관"} {
		v := good
		v.User, v.Archive = strings.ReplaceAll(hostile, ":", ""), hostile
		b, problems := Fill(v)
		if len(problems) > 0 {
			t.Fatalf("%q: %v", hostile, problems)
		}
		seen := 0
		for _, s := range b.Steps {
			for _, c := range s.Commands {
				for _, call := range checkWords(t, strings.Join(c.Lines, "\n")) {
					if !slices.Contains(programs, call[0]) {
						t.Errorf("%q runs %q", hostile, call)
					}
					for _, w := range call {
						if w == hostile || w == hostile+":" {
							seen++
						}
					}
				}
			}
		}
		if seen < 6 {
			t.Errorf("%q reached a tool whole only %d times", hostile, seen)
		}
	}
}

func TestFill_TakesNamesInFullForContainerd(t *testing.T) {
	v := good
	v.Registry, v.Repository, v.Archive, v.User = " docker.io ", "nginx", "", ""
	b, problems := Fill(v)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	pull, _ := b.Step("pull")
	if b.Reference != "docker.io/library/nginx:1.0" || b.Archive != "nginx-1.0.tar" ||
		pull.By(Ctr).Lines[0] != "ctr --namespace ci images pull --platform linux/arm64 docker.io/library/nginx:1.0" ||
		pull.By(Crictl).Lines[0] != "crictl pull docker.io/library/nginx:1.0" {
		t.Errorf("%s, %s, %v", b.Reference, b.Archive, pull.Commands)
	}
}

func TestFill_EveryStepSaysOfEveryToolWhatItDoesOrThatItCannot(t *testing.T) {
	b, _ := Fill(good)
	for _, s := range b.Steps {
		if len(s.Commands) != len(Tools) {
			t.Errorf("%s: %d columns", s.ID, len(s.Commands))
		}
		for _, l := range lang.All {
			for _, suffix := range []string{"", ".what", ".wrong", ".undo"} {
				if !l.Has("image.step." + s.ID + suffix) {
					t.Errorf("%s: no message %s%s", l, s.ID, suffix)
				}
			}
			for _, c := range s.Commands {
				if (len(c.Lines) == 0) != (c.Cannot != "") || c.Cannot != "" && !l.Has(c.Cannot) {
					t.Errorf("%s, %s: %+v", s.ID, c.Tool, c)
				}
			}
		}
	}
	for _, id := range []string{"build", "list", "tag", "push", "pull", "save", "load", "everywhere", "visible", "kubernetes"} {
		if len(catalog.ImageFacts(id)) == 0 {
			t.Errorf("nothing is known of %s", id)
		}
	}
	withoutCopy := good
	withoutCopy.To = ""
	if b, _ := Fill(withoutCopy); slices.ContainsFunc(b.Steps, func(s Step) bool { return s.ID == "mirror" }) {
		t.Error("a copy to nowhere")
	}
}

func TestScript_IsOneWorkflowAndStopsAtAFailure(t *testing.T) {
	b, _ := Fill(good)
	for _, tool := range Tools {
		for _, l := range lang.All {
			got := b.Script(tool, l.T)
			path := filepath.Join("testdata", string(tool)+"."+string(l)+".sh")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || got != string(want) {
				t.Errorf("%s differs from %s (%v):\n%s", tool, path, err, got)
			}
			if !strings.HasPrefix(got, "#!/bin/sh\n# ") || !strings.Contains(got, "\nset -eu\n") || strings.Contains(got, "‹") {
				t.Errorf("%s: %s", tool, got)
			}
			checkWords(t, strings.Replace(got, "set -eu", "", 1))
		}
	}
	hostile := b.Script(Docker, func(string, map[string]any) string { return "a\nrm -rf b\r\u2028c" })
	for _, line := range strings.Split(hostile, "\n") {
		if strings.HasPrefix(line, "rm") {
			t.Error("a sentence became a command")
		}
	}
}

func TestOrder_LeavesOutWhatIsKnownToFail(t *testing.T) {
	for namespace, want := range map[string][2]bool{"k8s.io": {false, false}, "default": {false, true}, "ci": {true, true}} {
		v := good
		v.Namespace = namespace
		b, _ := Fill(v)
		has := func(id string) bool {
			return slices.ContainsFunc(b.Order(Ctr), func(s Step) bool { return s.ID == id })
		}
		if has("create") != want[0] || has("visible") != want[1] {
			t.Errorf("%s: create %v, visible %v", namespace, has("create"), has("visible"))
		}
		for _, tool := range Tools {
			for _, s := range b.Order(tool) {
				if s.By(tool).Cannot != "" {
					t.Errorf("%s cannot %s", tool, s.ID)
				}
			}
		}
	}
}

func TestDefaults_AreThePlansOwn(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	v := Defaults(p)
	if v.Registry != "registry.example.com" || v.Repository != "commerce/web" || v.Tag != "1.0" || v.To != "" || len(v.Check()) > 0 {
		t.Errorf("%+v", v)
	}
	p.Links = append(p.Links, plan.Link{From: "office", To: "vault", Kind: plan.Online})
	if v := Defaults(p); v.To != "registry.vault.example/commerce/web:1.0" {
		t.Errorf("the mirror is in reach, and %q is offered", v.To)
	}
	if v := Defaults(plan.Empty("x")); len(v.Check()) > 0 {
		t.Errorf("%+v", v.Check())
	}
	odd := plan.Empty("x")
	odd.Registries = []plan.Registry{{ID: "a", URL: "harbor"}, {ID: "b", URL: "https://r.example.com:8443/project"}}
	odd.Services = []plan.Service{{ID: "s", Image: "NO:"}}
	if v := Defaults(odd); v.Registry != "r.example.com:8443" || len(v.Check()) > 0 {
		t.Errorf("%+v", v)
	}
}

// served is a plan of one service in a cluster of the zone vault.
func served(images ...string) *plan.Plan {
	p := plan.Empty("x")
	p.Zones = []plan.Zone{{ID: "office", Name: "Office"}, {ID: "vault", Name: "Vault"}}
	p.Clusters = []plan.Cluster{{ID: "c", Name: "c", Zone: "vault"}, {ID: "d", Name: "d"}}
	p.Registries = []plan.Registry{{ID: "hub", Name: "hub", URL: "https://hub.example.com", Zone: "office"}}
	for i, image := range images {
		id := string(rune('a' + i))
		p.Services = append(p.Services, plan.Service{ID: id, Name: "svc-" + id, Image: image})
		p.Applications = append(p.Applications, plan.Application{ID: id, Service: id, Cluster: "c"}, plan.Application{ID: id + "2", Service: id, Cluster: "d"})
	}
	return p
}

func TestAnalyse_FindsWhatCannotBePulledOrToldApart(t *testing.T) {
	const hub = "hub.example.com/web:1"
	for name, c := range map[string]struct {
		plan *plan.Plan
		want map[string]verdict.Severity
	}{
		"nothing named": {served(""), nil},
		"invalid":       {served("Hub.example.com/WEB"), map[string]verdict.Severity{"invalid": verdict.Error}},
		"unreachable":   {served(hub), map[string]verdict.Severity{"unreachable": verdict.Error}},
		"a media link carries no pull": {edit(served(hub), func(p *plan.Plan) { p.Links = []plan.Link{{From: "vault", To: "office", Kind: plan.Media}} }),
			map[string]verdict.Severity{"unreachable": verdict.Error}},
		"the link goes the other way": {edit(served(hub), func(p *plan.Plan) { p.Links = []plan.Link{{From: "office", To: "vault", Kind: plan.Online}} }),
			map[string]verdict.Severity{"unreachable": verdict.Error}},
		"online": {edit(served(hub), func(p *plan.Plan) { p.Links = []plan.Link{{From: "vault", To: "office", Kind: plan.Online}} }),
			map[string]verdict.Severity{"whole": verdict.Good}},
		"same zone": {edit(served(hub), func(p *plan.Plan) { p.Registries[0].Zone = "vault" }), map[string]verdict.Severity{"whole": verdict.Good}},
		"mirror": {edit(served(hub), func(p *plan.Plan) {
			p.Registries = append(p.Registries, plan.Registry{ID: "m", Name: "mirror", Zone: "vault", Mirrors: "hub"})
		}),
			map[string]verdict.Severity{"mirror_only": verdict.Note}},
		"unknown zone":    {edit(served(hub), func(p *plan.Plan) { p.Registries[0].Zone = "" }), map[string]verdict.Severity{"whole": verdict.Good}},
		"short":           {served("nginx:1"), map[string]verdict.Severity{"short": verdict.Warning}},
		"short folder":    {served("team/nginx:1"), map[string]verdict.Severity{"short": verdict.Warning}},
		"foreign, latest": {served("other.example.com/web"), map[string]verdict.Severity{"foreign": verdict.Note, "latest": verdict.Warning}},
		"digest":          {served("other.example.com/web@sha256:" + strings.Repeat("a", 64)), map[string]verdict.Severity{"foreign": verdict.Note}},
		"no registries known": {edit(served("other.example.com/web:1"), func(p *plan.Plan) { p.Registries = nil }),
			map[string]verdict.Severity{"whole": verdict.Good}},
	} {
		got := map[string]verdict.Severity{}
		for _, f := range Analyse(c.plan).Verdict.Findings {
			got[strings.TrimPrefix(f.ID, "image.finding.")] = f.Severity
			for _, l := range lang.All {
				if s := l.T(f.ID, f.Args) + l.T(f.ID+".why", f.Args) + l.T(f.ID+".do", f.Args); f.Severity != verdict.Good && strings.Contains(s, "‹") {
					t.Errorf("%s: %s", name, s)
				}
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
		for id, s := range c.want {
			if have, ok := got[id]; !ok || have != s {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
		}
	}
}

func edit(p *plan.Plan, f func(*plan.Plan)) *plan.Plan { f(p); return p }

func TestAnalyse_GathersAlikeFaults(t *testing.T) {
	images := make([]string, 20)
	for i := range images {
		images[i] = "nginx"
	}
	findings := Analyse(served(images...)).Verdict.Findings
	if len(findings) != 2 || findings[0].Args["n"] != 20 || len(findings[0].About) != maxNames {
		t.Errorf("%+v", findings)
	}
}

func BenchmarkAnalyse(b *testing.B) {
	p := plan.Empty("x")
	p.Registries = []plan.Registry{{ID: "hub", Name: "hub", URL: "https://hub.example.com"}}
	for i := range 10_000 {
		p.Services = append(p.Services, plan.Service{ID: string(rune(i)), Image: "hub.example.com/team/web-" + strings.Repeat("x", i%20) + ":1.0"})
	}
	for b.Loop() {
		Analyse(p)
	}
}
