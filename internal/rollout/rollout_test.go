package rollout

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"

	"deckplan/internal/lang"
	"deckplan/internal/manifest"
	"deckplan/internal/plan"
)

func choice(r plan.Rollout, tool Tool) Choice {
	return Choice{Name: "shop", Display: "결제 <b>", Image: "registry.example.com/shop", Strategy: r, Tool: tool, Replicas: 10, Surge: 25, Less: 25,
		Steps: []int{5, 15, 45, 100}, Pause: 300, Delay: 30, Stop: 10}
}

func paths(files []manifest.File) (out []string) {
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
}

func find(t *testing.T, files []manifest.File, path string) string {
	t.Helper()
	for _, f := range files {
		if f.Path == path {
			return string(f.Data)
		}
	}
	t.Fatalf("no %s among %v", path, paths(files))
	return ""
}

func TestBuild_EveryStrategyHasItsFiles(t *testing.T) {
	for _, c := range []struct {
		choice Choice
		want   string
	}{
		{choice(plan.Recreate, Kubernetes), "deployment.yaml service.yaml"},
		{choice(plan.RollingUpdate, Kubernetes), "deployment.yaml service.yaml"},
		{choice(plan.BlueGreen, Kubernetes), "blue.yaml green.yaml service.yaml switch.sh"},
		{choice(plan.Canary, Kubernetes), "stable.yaml canary.yaml service.yaml canary.sh"},
		{choice(plan.BlueGreen, Rollouts), "rollout.yaml service.yaml analysis.yaml"},
		{choice(plan.Canary, Rollouts), "rollout.yaml service.yaml analysis.yaml"},
	} {
		if got := strings.Join(paths(Build(c.choice, lang.English.T)), " "); got != c.want {
			t.Errorf("%s by %s: %s, want %s", c.choice.Strategy, c.choice.Tool, got, c.want)
		}
	}
}

func TestBuild_DeploymentNeverHasBothFencepostsAtZero(t *testing.T) {
	c := choice(plan.RollingUpdate, Kubernetes)
	c.Surge, c.Less = 0, 0
	if got := find(t, Build(c, lang.English.T), "deployment.yaml"); !strings.Contains(got, "maxSurge: 0%\n") || !strings.Contains(got, "maxUnavailable: 1%\n") {
		t.Error(got)
	}
}

// The script of a canary behind one Service scales as Argo Rollouts would.
func TestBuild_CanaryByReplicasCountsAsTheSimulationDoes(t *testing.T) {
	got := find(t, Build(choice(plan.Canary, Kubernetes), lang.English.T), "canary.sh")
	for _, want := range []string{"step 5 1 10\n", "step 15 2 9\n", "step 45 5 6\n", "step 100 10 0\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// Every script is read by a shell's parser, and run with a kubectl that only
// writes down what it is asked for.
func TestBuild_ScriptsRun(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	fake := "#!/bin/sh\necho \"$@\" >> " + log + "\ncase \"$*\" in *jsonpath*) printf blue ;; esac\n"
	if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, r := range []plan.Rollout{plan.BlueGreen, plan.Canary} {
		for _, router := range append([]string{""}, plan.GatewayAPI.Values()...) {
			c := choice(r, Kubernetes)
			c.Router, c.Pause, c.Delay, c.Namespace = plan.Router(router), 0, 0, "shop-ns"
			for _, f := range Build(c, lang.Korean.T) {
				if !strings.HasSuffix(f.Path, ".sh") {
					continue
				}
				if _, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(bytes.NewReader(f.Data), f.Path); err != nil {
					t.Errorf("%s: %v", f.Path, err)
				}
				path := filepath.Join(dir, f.Path)
				if err := os.WriteFile(path, f.Data, 0o755); err != nil {
					t.Fatal(err)
				}
				for _, args := range [][]string{{"deploy", "image:2"}, {"back"}} {
					_ = os.Remove(log)
					cmd := exec.Command("/bin/sh", append([]string{path}, args...)...)
					cmd.Env = []string{"PATH=" + dir + ":/bin:/usr/bin"}
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Fatalf("%s %v: %v\n%s", f.Path, args, err, out)
					}
					asked, err := os.ReadFile(log)
					if err != nil {
						t.Fatal(err)
					}
					for line := range strings.Lines(string(asked)) {
						if !strings.HasPrefix(line, "--namespace=shop-ns ") {
							t.Errorf("%s %v: kubectl %s", f.Path, args, line)
						}
					}
					if args[0] == "deploy" && !strings.Contains(string(asked), "app=image:2") {
						t.Errorf("%s: %s", f.Path, asked)
					}
				}
			}
		}
	}
}

// Whatever a service is called, the files are YAML without what was not meant.
func TestBuild_HostileTextStaysText(t *testing.T) {
	for _, r := range plan.Canary.Values() {
		for _, tool := range []Tool{Kubernetes, Rollouts} {
			c := choice(plan.Rollout(r), tool)
			c.Display, c.Image, c.Router = "x\n---\nkind: Secret\n# `$(rm -rf /)`", "a: b\n---\nkind: Secret", plan.Istio
			for _, f := range Build(c, lang.English.T) {
				if strings.HasSuffix(f.Path, ".sh") {
					for line := range strings.Lines(string(f.Data)) {
						if strings.Contains(line, "rm -rf") && !strings.HasPrefix(line, "#") {
							t.Errorf("%s: %s", f.Path, line)
						}
					}
					continue
				}
				dec := yaml.NewDecoder(bytes.NewReader(f.Data))
				for {
					var o struct{ Kind string }
					if err := dec.Decode(&o); err != nil {
						if err.Error() != "EOF" {
							t.Errorf("%s: %v", f.Path, err)
						}
						break
					}
					if o.Kind == "Secret" || o.Kind == "" {
						t.Errorf("%s holds a %q", f.Path, o.Kind)
					}
				}
			}
		}
	}
}

func TestBuild_SameChoiceGivesTheSameBytes(t *testing.T) {
	c := choice(plan.Canary, Rollouts)
	c.Router, c.Segment = plan.ALB, plan.ByAddress
	a, b := Build(c, lang.English.T), Build(c, lang.English.T)
	if fmt.Sprint(a) != fmt.Sprint(b) || len(All(a)) == 0 {
		t.Error("two builds differ")
	}
	var out bytes.Buffer
	if err := manifest.WriteZip(&out, a); err != nil {
		t.Fatal(err)
	}
	if z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len())); err != nil || len(z.File) != len(a) {
		t.Errorf("%v", err)
	}
}
