package manifest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// crds compiles the schemas of Argo CD's own custom resource definitions, made
// strict: a field they do not name is an error.
func crds(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-cd/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*jsonschema.Schema{}
	for kind, file := range map[string]string{"AppProject": "appproject", "ApplicationSet": "applicationset"} {
		b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "manifests", "crds", file+"-crd.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var crd struct {
			Spec struct {
				Versions []struct {
					Schema struct {
						OpenAPIV3Schema map[string]any `yaml:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := yaml.Unmarshal(b, &crd); err != nil {
			t.Fatal(err)
		}
		schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		strict(schema)
		schema["properties"].(map[string]any)["metadata"] = map[string]any{"type": "object"}
		out[kind] = compile(t, kind, schema)
	}
	return out
}

func compile(t testing.TB, name string, schema any) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///"+name, plainJSON(t, schema)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mem:///" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func plainJSON(t testing.TB, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func strict(v any) {
	switch x := v.(type) {
	case map[string]any:
		if _, named := x["properties"].(map[string]any); named && x["type"] == "object" && x["additionalProperties"] == nil && x["x-kubernetes-preserve-unknown-fields"] == nil {
			x["additionalProperties"] = false
		}
		for _, inner := range x {
			strict(inner)
		}
	case []any:
		for _, inner := range x {
			strict(inner)
		}
	}
}

var (
	subdomain  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	labelValue = regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$`)
	labelKey   = regexp.MustCompile(`^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`)
	safePath   = regexp.MustCompile(`^(README\.md|[a-z0-9-]{1,63}/(agents/[a-z0-9-]{1,63}/)?[a-z]+\.yaml)$`)
)

// validate reads every file strictly: objects by their own types, Argo CD's by
// its definitions, all names by Kubernetes' rules; no two objects of a kind
// have the same name, and a kustomization names the files that are there.
func validate(t testing.TB, files []File, schemas map[string]*jsonschema.Schema) (objects map[string]int) {
	t.Helper()
	objects = map[string]int{}
	there, seen := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		if !safePath.MatchString(f.Path) || there[f.Path] {
			t.Errorf("path %q", f.Path)
		}
		there[f.Path] = true
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".yaml") {
			continue
		}
		dec := yaml.NewDecoder(bytes.NewReader(f.Data))
		for {
			var node yaml.Node
			if err := dec.Decode(&node); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", f.Path, err, f.Data)
			}
			var head struct {
				Kind     string
				Metadata meta
			}
			if err := node.Decode(&head); err != nil {
				t.Fatalf("%s: %v", f.Path, err)
			}
			objects[head.Kind]++
			one(t, f.Path, head.Kind, &node, schemas, there)
			if head.Kind == "Kustomization" {
				continue
			}
			id := fmt.Sprint(strings.Split(f.Path, "/")[:strings.Count(f.Path, "/")], head.Kind, head.Metadata.Name)
			if seen[id] {
				t.Errorf("%s: %s twice", f.Path, id)
			}
			seen[id] = true
			if !subdomain.MatchString(head.Metadata.Name) || len(head.Metadata.Name) > 253 || len(head.Metadata.Namespace) > 63 {
				t.Errorf("%s: %s is called %q in %q", f.Path, head.Kind, head.Metadata.Name, head.Metadata.Namespace)
			}
			for k, v := range head.Metadata.Labels {
				if !labelKey.MatchString(k) || !labelValue.MatchString(v) {
					t.Errorf("%s: label %q: %q", f.Path, k, v)
				}
			}
			for k := range head.Metadata.Annotations {
				if !labelKey.MatchString(k) {
					t.Errorf("%s: annotation %q", f.Path, k)
				}
			}
		}
	}
	return objects
}

func one(t testing.TB, path, kind string, node *yaml.Node, schemas map[string]*jsonschema.Schema, there map[string]bool) {
	t.Helper()
	if s := schemas[kind]; s != nil {
		var v any
		if err := node.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(plainJSON(t, v)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		return
	}
	into := map[string]any{"Secret": &secret{}, "Namespace": &namespace{}, "ConfigMap": &configMap{}, "Kustomization": &kustomization{}}[kind]
	if into == nil {
		t.Fatalf("%s: an object of kind %q", path, kind)
	}
	b, err := yaml.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	switch o := into.(type) {
	case *secret:
		for key := range o.StringData {
			if key != "name" && key != "server" && key != "namespaces" {
				t.Errorf("%s: a cluster secret holds %s", path, key)
			}
		}
	case *kustomization:
		for _, r := range o.Resources {
			if !there[filepath.ToSlash(filepath.Join(filepath.Dir(path), r))] {
				t.Errorf("%s names %s, which is not there", path, r)
			}
		}
	}
}

var hostile = []string{"결제 운영", "결제 개발", "a: b\n- c", "{{ .Evil }}", "../../etc/passwd", "*", "\"quoted'", "--- x", "# comment\nkind: Secret",
	"PROD_Seoul 1", "prod-seoul-1", "prod seoul 1", strings.Repeat("x", 119), strings.Repeat("가", 119), "\u2028\u0000\ufeff", "-", "true", "123", "null", "~", "운영", "🚢"}

func nasty() *plan.Plan {
	p := &plan.Plan{About: plan.About{Name: hostile[2]}}
	for i, name := range hostile {
		id := fmt.Sprintf("%d%s", i, hostile[(i*7)%len(hostile)])
		p.Teams = append(p.Teams, plan.Team{ID: id, Name: name})
		p.Environments = append(p.Environments, plan.Environment{ID: id, Name: name})
		p.Zones = append(p.Zones, plan.Zone{ID: id, Name: name})
		p.Repositories = append(p.Repositories, plan.Repository{ID: id, Name: name, Kind: plan.ConfigRepository, URL: "https://git.example.com/" + name, Team: id})
		c := plan.Cluster{ID: id, Name: name, Environment: id, Zone: id, Region: name, Team: id}
		if i%2 == 0 {
			c.Server = "https://" + name
		}
		p.Clusters = append(p.Clusters, c)
		p.Slices = append(p.Slices, plan.Slice{ID: "s" + id, Name: name, Cluster: id, Namespaces: []string{name, "ok-" + fmt.Sprint(i)}})
		p.Services = append(p.Services, plan.Service{ID: id, Name: name, Team: id, Repository: id})
		p.Applications = append(p.Applications, plan.Application{ID: id, Name: name, Service: id, Cluster: id, Namespace: "ns-" + fmt.Sprint(i)},
			plan.Application{ID: "n" + id, Name: name, Cluster: id, Slice: "s" + id, Namespace: name})
	}
	p.Teams[5].Name = "unowned"
	return p
}

func TestManifests_AreValidWhateverTheNames(t *testing.T) {
	schemas := crds(t)
	p := nasty()
	for _, mode := range []plan.Mode{plan.Push, plan.AgentManaged, plan.AgentShared, plan.AgentAutonomous} {
		for _, a := range layout.Presets(p) {
			for i := range a.Instances {
				a.Instances[i].Mode, a.Instances[i].Name = mode, hostile[i%len(hostile)]
			}
			objects := validate(t, Build(p, a, hostile[2], lang.Korean.T), schemas)
			if mode == plan.Push && (objects["Secret"] < len(p.Clusters) || objects["AppProject"] < len(p.Teams) || objects["ApplicationSet"] != objects["AppProject"]) {
				t.Errorf("%s: %v", a.ID, objects)
			}
			if mode != plan.Push && (objects["Secret"] != 0 || objects["ApplicationSet"] != 0 || objects["ConfigMap"] == 0) {
				t.Errorf("%s as %s: %v", a.ID, mode, objects)
			}
		}
	}
}

func TestManifests_OfTheSampleFollowThePlan(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	p.Clusters[3].Server = ""
	a, _ := layout.Resolve(p, "ours")
	files := Build(p, a, "x", lang.English.T)
	validate(t, files, crds(t))
	text := map[string]string{}
	for _, f := range files {
		text[f.Path] = string(f.Data)
	}
	for path, want := range map[string][]string{
		"argo-office/clusters.yaml": {"name: cluster-prod-vault", "server: https://kubernetes.default.svc", "environment: production", "zone: air-gapped", "deckplan/zone: Air-gapped",
			"server: https://prod-vault.example.com:6443"},
		"argo-office/applicationsets.yaml": {"preserveResourcesOnDeletion: true", "environment: production"},
		"argo-office/projects.yaml":        {"kind: AppProject", "namespace: "},
		"argo-dev/kustomization.yaml":      {"- namespace.yaml", "- clusters.yaml"},
		"README.md":                        {"`argo-office/`: argo-office (push): 4 clusters"},
	} {
		for _, w := range want {
			if !strings.Contains(text[path], w) {
				t.Errorf("%s lacks %q:\n%s", path, w, text[path])
			}
		}
	}
	if n := strings.Count(text["argo-office/clusters.yaml"], "server: https://replace-me.invalid/"); n != 1 {
		t.Errorf("%d clusters without an address", n)
	}
	for path, s := range text {
		if strings.Contains(s, "bearerToken") || strings.Contains(s, "automated") {
			t.Errorf("%s holds a token or syncs by itself", path)
		}
	}
}

func TestManifests_AreTheSameEveryTime(t *testing.T) {
	p := nasty()
	for _, a := range layout.Presets(p) {
		if !reflect.DeepEqual(Build(p, a, "x", lang.English.T), Build(p, a, "x", lang.English.T)) {
			t.Errorf("%s differs from itself", a.ID)
		}
	}
}

func TestNames_StayWhenRowsAreOrderedOtherwise(t *testing.T) {
	var rows, back []named
	for i, n := range hostile {
		rows = append(rows, named{fmt.Sprint("id", i), n})
		back = append([]named{{fmt.Sprint("id", i), n}}, back...)
	}
	a, b := newNames("c", rows), newNames("c", back)
	if !reflect.DeepEqual(a.of, b.of) {
		t.Errorf("%v\n%v", a.of, b.of)
	}
	if a.of["id9"] == a.of["id10"] || !strings.HasPrefix(a.of["id10"], "prod-seoul-1-") {
		t.Errorf("names that collide: %s, %s", a.of["id9"], a.of["id10"])
	}
}

func TestManifests_NoProjectRulesArgoCD(t *testing.T) {
	p := &plan.Plan{Clusters: []plan.Cluster{{ID: "c", Name: "c"}, {ID: "d", Name: "d"}},
		Applications: []plan.Application{{ID: "1", Name: "1", Cluster: "c", Namespace: "argocd"}, {ID: "2", Name: "2", Cluster: "d", Namespace: "argocd"}}}
	a := layout.Presets(p)[0]
	var projects string
	for _, f := range Build(p, a, "x", lang.English.T) {
		if strings.HasSuffix(f.Path, "projects.yaml") {
			projects = string(f.Data)
		}
	}
	if strings.Contains(projects, "name: c\n") || !strings.Contains(projects, "name: d\n") {
		t.Errorf("the host's namespace argocd is a destination, or another's is none:\n%s", projects)
	}
}

// The size for 1,000 clusters and 10,000 services; -v prints it.
func TestManifests_OfAThousandClusters(t *testing.T) {
	p := plantest.Generate(1, 1000, 10000)
	schemas := crds(t)
	for _, a := range layout.Presets(p) {
		if a.Preset != layout.Hub && a.Preset != layout.PerCluster {
			continue
		}
		files := Build(p, a, "x", lang.English.T)
		if n := validate(t, files, schemas)["Secret"]; n != 1000 {
			t.Errorf("%s: %d cluster secrets", a.ID, n)
		}
		var b bytes.Buffer
		if err := WriteZip(&b, files); err != nil {
			t.Fatal(err)
		}
		r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || len(r.File) != len(files) {
			t.Errorf("%v, %d files", err, len(r.File))
		}
		t.Logf("%s: %d files, %d bytes as a zip file", a.ID, len(files), b.Len())
	}
}
