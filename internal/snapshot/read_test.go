package snapshot

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"deckplan/internal/live"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, text string) *Snapshot {
	t.Helper()
	s, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func refused(t testing.TB, r io.Reader) *Fault {
	t.Helper()
	s, err := readUpTo(r, MaxBytes, 20_000) // half a million objects take half a minute under the race detector
	return asFault(t, s, err)
}

func asFault(t testing.TB, s *Snapshot, err error) *Fault {
	t.Helper()
	var f *Fault
	if !errors.As(err, &f) {
		t.Fatalf("taken, or another error: %+v, %v", s, err)
	}
	return f
}

func TestRead_JSONAndYAMLOfKubectlAreTheSame(t *testing.T) {
	a, b := read(t, string(sample(t, "kubectl.json"))), read(t, string(sample(t, "kubectl.yaml")))
	if a.Digest == b.Digest || len(a.Digest) != 64 {
		t.Errorf("digests %s, %s", a.Digest, b.Digest)
	}
	b.Digest = a.Digest
	if !reflect.DeepEqual(a, b) {
		t.Errorf("JSON gives\n%+v\nYAML\n%+v", a, b)
	}
	if len(a.Applications) != 10 || len(a.Scope.Projects) != 2 || a.Sets != 1 || a.Source != Kubectl || len(a.Passed) != 0 {
		t.Errorf("%d applications, %d projects, %d sets, %+v", len(a.Applications), len(a.Scope.Projects), a.Sets, a.Passed)
	}
	auto := a.Applications[0]
	if want := (live.Application{Namespace: "argocd", Name: "auto", Project: "default", Cluster: "in-cluster", Server: "https://kubernetes.default.svc", DestNamespace: "demo",
		Health: "Healthy", Sync: "Synced", Phase: "Succeeded", OperationMessage: "successfully synced (all tasks run)",
		LastSync: time.Date(2026, 11, 23, 6, 8, 52, 0, time.UTC), Revision: "8d007f60c8130a57979508957e9114ba6458955a",
		RepoURL: "https://git.example.com/demo/apps.git", Path: "auto", TargetRevision: "main", Set: "guestbook",
		Images: "docker.io/library/redis:7\nregistry.example.com/web:1.2", Workloads: "Deployment Rollout", ResourceVersion: "280"}); auto != want {
		t.Errorf("%+v\nwant\n%+v", auto, want)
	}
	w := a.Scope.Projects[0].Windows
	if len(w) != 1 || w[0].Kind != "deny" || w[0].TimeZone != "Asia/Seoul" || !w[0].Manual || w[0].Clusters[0] != "prod-*" {
		t.Errorf("windows %+v", w)
	}
	if c := a.Scope.Clusters; len(c) != 2 || c[0].Name != "in-cluster" || c[0].Applications != 9 || c[1].Name != "vault-1" {
		t.Errorf("clusters %+v", c)
	}
	if !a.Guessed || a.Captured.Format(time.DateOnly) != "2026-11-23" {
		t.Errorf("captured %v, guessed %v", a.Captured, a.Guessed)
	}
}

// What could let somebody in is in the samples as sentinel-….
func TestRead_NothingSecretIsKept(t *testing.T) {
	for _, name := range []string{"kubectl.json", "kubectl.yaml"} {
		b := sample(t, name)
		if n := bytes.Count(b, []byte("sentinel-")); n < 7 {
			t.Fatalf("%s has only %d sentinels", name, n)
		}
		s := read(t, string(b))
		var out bytes.Buffer
		if err := s.Write(&out); err != nil {
			t.Fatal(err)
		}
		if all := fmt.Sprintf("%+v", s) + out.String(); strings.Contains(all, "sentinel") || !strings.Contains(all, "https://git.example.com/demo/apps.git: denied") {
			t.Errorf("%s: %s", name, all)
		}
	}
	for in, want := range map[string]string{
		"https://token@git.example.com/x":                         "https://git.example.com/x",
		"ssh://git@git.example.com/x":                             "ssh://git@git.example.com/x",
		"ssh://git:pw@git.example.com/x":                          "ssh://git@git.example.com/x",
		"fetch HTTPS://a:b@h/x and oci://u:p@r/y failed: a@b.com": "fetch HTTPS://h/x and oci://u@r/y failed: a@b.com",
	} {
		if got := withoutCredentials(in); got != want {
			t.Errorf("%s became %s", in, got)
		}
	}
}

const oneApp = `{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"a","namespace":"argocd"},"spec":{"destination":{"server":"https://x"}}}`

func TestRead_TakesEveryShapeThatKubectlMakes(t *testing.T) {
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(oneApp)) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(oneApp))
	_ = z.Close()
	one := "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: a\n  namespace: argocd\nspec:\n  destination:\n    server: https://x\n"
	item := "- " + strings.ReplaceAll(strings.TrimSpace(one), "\n", "\n  ") + "\n"
	for name, text := range map[string]string{
		"a single object":             "\n  " + oneApp,
		"objects in a row":            oneApp + "\n" + strings.Replace(oneApp, `"a"`, `"b"`, 1),
		"an array":                    "[" + oneApp + "]",
		"Argo CD's own answer":        `{"metadata":{},"items":[{"metadata":{"name":"a","namespace":"argocd"},"spec":{"destination":{"server":"https://x"}}}]}`,
		"a byte order mark":           "\ufeff" + oneApp,
		"PowerShell's UTF-16":         string(utf16le),
		"gzip":                        packed.String(),
		"YAML":                        one,
		"YAML of several":             "---\n" + one + "---\n# nothing\n---\n" + strings.Replace(one, "name: a", "name: b", 1) + "...\n",
		"a YAML list":                 "apiVersion: v1\nitems:\n" + item + "kind: List\n",
		"an indented YAML list":       "kind: List\nitems:\n  " + strings.ReplaceAll(strings.TrimSpace(item), "\n", "\n  ") + "\n",
		"YAML lists of two":           "items:\n" + item + "kind: List\n---\nitems:\n" + strings.Replace(item, "name: a", "name: b", 1) + "kind: List\n",
		"YAML with CRLF":              strings.ReplaceAll("apiVersion: v1\nitems:\n"+item+"kind: List\n", "\n", "\r\n"),
		"YAML in braces":              "kind: List\nitems: [" + oneApp + "]\n",
		"a bare YAML sequence":        item,
		"other objects beside":        "[" + oneApp + `,{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"source":7}}]`,
		"other people's Applications": "[" + oneApp + `,{"apiVersion":"app.k8s.io/v1beta1","kind":"Application","metadata":{"name":"p"}}]`,
	} {
		s, err := Read(strings.NewReader(text))
		if err != nil || len(s.Applications) == 0 || s.Applications[0].Name != "a" || s.Applications[0].Server != "https://x" {
			t.Errorf("%s: %+v, %v", name, s, err)
			continue
		}
		if two := strings.Contains(name, "several") || strings.Contains(name, "row") || strings.Contains(name, "two"); two != (len(s.Applications) == 2) {
			t.Errorf("%s: %d applications", name, len(s.Applications))
		}
		if strings.HasPrefix(name, "other") != (len(s.Passed) == 1) {
			t.Errorf("%s: passed over %+v", name, s.Passed)
		}
	}
}

func TestRead_SecretsAreRefusedByName(t *testing.T) {
	yaml := "items:\n- apiVersion: v1\n  data:\n    password: c2VudGluZWw=\n  kind: Secret\n  metadata:\n    name: argocd-secret\nkind: List\n"
	for _, text := range []string{yaml, `{"items":[` + oneApp + `,{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"argocd-cm"},"data":{"x":"y"}}]}`,
		`{"kind":"SecretList","items":[]}`, `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"x"},"data":{}}`} {
		f := refused(t, strings.NewReader(text))
		if f.ID != "snapshot.fault.secret" || f.Args["command"] != Command {
			t.Errorf("%s: %+v", text, f)
		}
	}
	if f := refused(t, strings.NewReader(yaml)); f.Item != 1 || f.Line != 2 || f.Name != "argocd-secret" || f.Args["kind"] != "Secret" {
		t.Errorf("%+v", f)
	}
}

func TestRead_AFaultNamesItsPlace(t *testing.T) {
	list := "{\n\"items\": [\n" + oneApp + ",\n"
	for _, c := range []struct {
		text, id   string
		item, line int
	}{
		{"", "empty", 0, 0},
		{" \n\n", "empty", 0, 0},
		{list + oneApp, "cut", 3, 4},
		{list + `{"kind": }`, "json", 2, 4},
		{"\n\n" + list + `{"kind":"Application","metadata":{"name":7}}]}`, "object", 2, 6},
		{list + `{"kind":"Application","metadata":{"name":""}}]}`, "name", 2, 4},
		{list + `{"kind":"Application","metadata":{"name":"` + strings.Repeat("x", 600) + `"}}]}`, "name", 2, 4},
		{`{"items": "nothing"}`, "shape", 1, 1},
		{`true`, "none", 0, 0},
		{`{"kind":"List","items":[]}`, "none", 0, 0},
		{"No resources found", "none", 0, 0},
		{"items:\n- kind: Application\n  metadata: {name: a\nkind: List\n", "yaml", 1, 0},
		{"items:\n- kind: &a Application\n  metadata: {name: *a}\n", "alias", 1, 2},
		{"\n\nkind: Application\nmetadata: {name: [a]}\n", "object", 1, 3},
		{"a: " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "depth", 1, 1},
		{`{"deckplan_snapshot":2}`, "format", 0, 0},
		{`{"deckplan_snapshot":1,"applications":[{"name":1}]}`, "object", 1, 1},
		{`{"deckplan_snapshot":1,"scope":7}`, "object", 0, 1},
		{`{"deckplan_snapshot":1} {"deckplan_snapshot":1}`, "more", 0, 1},
		{"\x1f\x8bnothing", "gzip", 0, 0},
	} {
		f := refused(t, strings.NewReader(c.text))
		if f.ID != "snapshot.fault."+c.id || f.Item != c.item || c.line > 0 && f.Line != c.line {
			t.Errorf("%.60q: %s at item %d, line %d; want %s at %d, %d", c.text, f.ID, f.Item, f.Line, c.id, c.item, c.line)
		}
	}
}

// endless repeats a text for ever.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[e.at]
		e.at = (e.at + 1) % len(e.text)
	}
	return len(p), nil
}

func TestRead_NothingEndlessIsHeldInMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, c := range map[string]struct {
		head, text, id string
	}{
		"one object":      {`{"items":[{"kind":"`, "x", "item_large"},
		"a skipped field": {`{"other":"`, "x", "item_large"},
		"depth":           {`{"items":[`, `[`, "json"},
		"white space":     {`{"items":[`, ` `, "item_large"},
		"a YAML line":     {"kind: ", "x", "item_large"},
		"a YAML item":     {"items:\n- ", "a: b\n  ", "item_large"},
		"other objects":   {`{"items":[`, `{"kind":"Pod"},`, "items"},
	} {
		if f := refused(t, io.MultiReader(strings.NewReader(c.head), &endless{text: c.text})); f.ID != "snapshot.fault."+c.id {
			t.Errorf("%s: %s", name, f.ID)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("%d MB are held", grown>>20)
	}
}

func TestRead_APackedFileIsBoundedAsItUnpacks(t *testing.T) {
	const most = 1 << 20
	r, w := io.Pipe()
	go func() {
		z := gzip.NewWriter(w)
		_, err := io.Copy(z, io.LimitReader(&endless{text: "\n"}, most+10))
		w.CloseWithError(errors.Join(err, z.Close()))
	}()
	s, err := readUpTo(r, most, maxItems)
	if f := asFault(t, s, err); f.ID != "snapshot.fault.large" {
		t.Error(f)
	}
	_ = r.Close()
}

func TestRead_TellsAFailingReaderFromAFault(t *testing.T) {
	broken := errors.New("the line is cut")
	_, err := Read(io.MultiReader(strings.NewReader(`{"items":[`), &failing{broken}))
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestWrite_ComesBackAsItWas(t *testing.T) {
	s := read(t, string(sample(t, "kubectl.json")))
	s.Instance, s.URL, s.Version, s.By, s.Host = "서울 <운영>", "https://argocd.example.com", "v3.1.0", "jimin", "jump-1"
	s.Scope.Clusters[0].Labels = []live.Label{{Key: "env", Value: "prod"}}
	for i := range s.Applications {
		s.Applications[i].ResourceVersion = "" // means nothing elsewhere
		s.Applications[i].Since = time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)
	}
	var out bytes.Buffer
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out.Bytes()) {
		t.Fatalf("no JSON: %s", out.String())
	}
	back := read(t, out.String())
	back.Digest = s.Digest
	if !reflect.DeepEqual(s, back) {
		t.Errorf("wrote\n%+v\nread\n%+v", s, back)
	}
	empty := read(t, `{"deckplan_snapshot":1,"instance":"a","applications":[]}`)
	if empty.Instance != "a" || len(empty.Applications) != 0 {
		t.Errorf("%+v", empty)
	}
}

func TestRead_TextsAreClipped(t *testing.T) {
	long := strings.Repeat("가", 4000)
	app := strings.Replace(oneApp, `"spec":`, `"status":{"operationState":{"message":"`+long+`"},"summary":{"images":["`+long+`"]}},"spec":`, 1)
	a := read(t, app).Applications[0]
	if len(a.OperationMessage) > live.MaxMessage || !strings.HasSuffix(a.OperationMessage, "…") || len(a.Images) > live.MaxName {
		t.Errorf("%d bytes of a message, %d of an image", len(a.OperationMessage), len(a.Images))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f, "kubectl.json"))
	f.Add(sample(f, "kubectl.yaml"))
	f.Add([]byte(oneApp))
	f.Add([]byte(`{"deckplan_snapshot":1,"instance":"a","scope":{},"applications":[{"name":"x"}]}`))
	f.Add([]byte("items:\n- {kind: Application, metadata: {name: a}}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Read(bytes.NewReader(b))
		if err != nil {
			var fault *Fault
			if !errors.As(err, &fault) {
				t.Fatal(err)
			}
			return
		}
		var out bytes.Buffer
		if err := s.Write(&out); err != nil {
			t.Fatal(err)
		}
		back, err := Read(&out)
		if err != nil || len(back.Applications) != len(s.Applications) {
			t.Fatalf("what was written is not read: %v", err)
		}
	})
}

func TestWrite_NoCredentialLeavesWhateverTheRowsWereMadeOf(t *testing.T) {
	s := &Snapshot{Instance: "a", URL: "https://me:sentinel@argocd", Applications: []live.Application{
		{Name: "x", RepoURL: "https://sentinel@git/x", HealthMessage: "https://a:sentinel@h/ failed", Condition: "ssh://git:sentinel@h/"}}}
	var out bytes.Buffer
	if err := s.Write(&out); err != nil || strings.Contains(out.String(), "sentinel") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestRead_AYAMLMappingIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("kind: List\nitems:\n- kind: Application\n  metadata: {name: a}\n  spec:\n")
	for n := 0; b.Len() < maxItem-1000; n++ {
		fmt.Fprintf(&b, "    k%d: b\n", n)
	}
	done := make(chan error, 1)
	go func() {
		_, err := Read(strings.NewReader(b.String()))
		done <- err
	}()
	select {
	case err := <-done:
		var f *Fault
		if !errors.As(err, &f) || f.ID != "snapshot.fault.keys" {
			t.Errorf("%v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("each key is still compared with every other")
	}
}

func TestWrite_ARowThatIsLeftOutLeavesNoGap(t *testing.T) {
	s := &Snapshot{Instance: "a", Applications: []live.Application{{Name: "a/b"}, {Name: "x"}, {Name: ""}, {Name: "y"}}}
	var out bytes.Buffer
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	if back, err := Read(&out); err != nil || len(back.Applications) != 2 {
		t.Errorf("%+v, %v", back, err)
	}
}
