package argocd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayCall are the only RPC methods this package may name or call.
var mayCall = []string{"List", "Get", "Watch", "Version", "GetUserInfo", "GetAccount", "CanI"}

// inTable are methods of live.Table that share a name with RPC methods.
var inTable = []string{"Delete"}

var (
	methodPath = regexp.MustCompile(`^/?[\w.]*Service/(\w+)$`)
	rpcOfFile  = regexp.MustCompile(`^(grpc|dial|codec)\.go$`) // where connections are at hand
	httpOfFile = regexp.MustCompile(`^rest(_\w+)?\.go$`)
	otherVerb  = regexp.MustCompile(`^(POST|PUT|PATCH|DELETE|OPTIONS|CONNECT)$`)
)

// violations lists what one file does that a reader must not do. rpcs are the
// names of all RPC methods Argo CD has.
func violations(t *testing.T, name string, source any, rpcs map[string]bool) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	report := func(n ast.Node, text string) { out = append(out, fset.Position(n.Pos()).String()+": "+text) }
	base := filepath.Base(name)
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		grpcPackage := path == "google.golang.org/grpc" || strings.HasPrefix(path, "github.com/argoproj/")
		if grpcPackage && !rpcOfFile.MatchString(base) {
			report(i, "imports "+path)
		}
		if (path == "net/http" || strings.HasPrefix(path, "net/http/")) && !httpOfFile.MatchString(base) {
			report(i, "imports "+path)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if n.Name == "Refresh" {
				report(n, "names Refresh")
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
				if m := methodPath.FindStringSubmatch(text); m != nil && !slices.Contains(mayCall, m[1]) {
					report(n, "names method "+text)
				}
				if strings.HasPrefix(text, "/api") && !slices.Contains(readPaths, text) || otherVerb.MatchString(text) {
					report(n, "names "+text)
				}
			}
		case *ast.SelectorExpr:
			if on, ok := n.X.(*ast.Ident); ok && on.Name == "http" && strings.HasPrefix(n.Sel.Name, "Method") && n.Sel.Name != "MethodGet" {
				report(n, "names http."+n.Sel.Name)
			}
		case *ast.AssignStmt:
			for _, to := range n.Lhs {
				if f, ok := to.(*ast.SelectorExpr); ok && f.Sel.Name == "Method" {
					report(n, "sets a request's method")
				}
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok {
				checkCall(n, f, rpcs, report)
			}
		}
		return true
	})
	return out
}

func checkCall(call *ast.CallExpr, f *ast.SelectorExpr, rpcs map[string]bool, report func(ast.Node, string)) {
	name := f.Sel.Name
	if (name == "Invoke" || name == "NewStream") && len(call.Args) > 1 {
		method := call.Args[1]
		if name == "NewStream" && len(call.Args) > 2 {
			method = call.Args[2]
		}
		if id, ok := method.(*ast.Ident); !ok || !strings.HasPrefix(id.Name, "method") {
			report(call, name+" with a method that is not one of the constants")
		}
	}
	checkHTTP(call, f, report)
	if !rpcs[name] || slices.Contains(mayCall, name) {
		return
	}
	if on, ok := f.X.(*ast.SelectorExpr); ok && on.Sel.Name == "table" && slices.Contains(inTable, name) {
		return
	}
	report(call, "calls "+name)
}

// checkHTTP lets requests be made of GET alone, and sent to the constants' paths
// alone.
func checkHTTP(call *ast.CallExpr, f *ast.SelectorExpr, report func(ast.Node, string)) {
	name := f.Sel.Name
	on, _ := f.X.(*ast.Ident)
	ofHTTP := on != nil && on.Name == "http"
	switch {
	case ofHTTP && name == "NewRequestWithContext":
		if method, ok := call.Args[1].(*ast.SelectorExpr); !ok || method.Sel.Name != "MethodGet" {
			report(call, "makes a request that is not GET")
		}
	case ofHTTP && slices.Contains([]string{"NewRequest", "Get", "Head", "Post", "PostForm"}, name), name == "Post", name == "PostForm":
		report(call, "calls http."+name)
	case name == "ask" || name == "send":
		at := 1
		if name == "send" {
			at = 2
		}
		id, ok := call.Args[at].(*ast.Ident)
		if !ok || !strings.HasPrefix(id.Name, "path") && id.Name != "pattern" {
			report(call, name+" with a path that is not one of the constants")
		}
	}
}

// allRPCs reads the names of all methods of Argo CD's generated clients.
func allRPCs(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-cd/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "pkg", "apiclient", "*", "*.pb.go"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d generated files, %v", len(files), err)
	}
	rpcs, path := map[string]bool{}, regexp.MustCompile(`"/\w+\.\w+Service/(\w+)"`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range path.FindAllStringSubmatch(string(text), -1) {
			rpcs[m[1]] = true
		}
	}
	return rpcs
}

func TestSource_CanOnlyRead(t *testing.T) {
	rpcs := allRPCs(t)
	for _, name := range []string{"Sync", "Rollback", "TerminateOperation", "Create", "Delete", "List"} {
		if !rpcs[name] {
			t.Fatalf("%s is not among the %d methods found", name, len(rpcs))
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		read++
		for _, v := range violations(t, f, nil, rpcs) {
			t.Error(v)
		}
	}
	if read < 8 {
		t.Errorf("only %d files were read", read)
	}
	generated, err := filepath.Glob("wire/*.pb.go")
	if err != nil || len(generated) == 0 {
		t.Fatal(generated, err)
	}
	for _, f := range generated {
		if text, err := os.ReadFile(f); err != nil || strings.Contains(strings.ToLower(string(text)), "refresh") {
			t.Errorf("%s can ask for a refresh (%v)", f, err)
		}
	}
}

func TestSource_ViolationsAreFound(t *testing.T) {
	rpcs := allRPCs(t)
	for text, want := range map[string]int{
		`func f() { c.Sync(ctx) }`:                                              1,
		`func f() { s.client.Rollback(ctx, q) }`:                                1,
		`func f() { c.Delete(ctx, q) }`:                                         1,
		`func f() { s.table.Delete(k) }`:                                        0,
		`const m = "/application.ApplicationService/Sync"`:                      1,
		`const m = "/application.ApplicationService/List"`:                      0,
		`func f() { cc.Invoke(ctx, "/a.BService/"+x, q, r) }`:                   1,
		`func f() { cc.Invoke(ctx, methodList, q, r) }`:                         0,
		`func f() { cc.NewStream(ctx, d, name) }`:                               1,
		`var q = Query{Refresh: &hard}`:                                         1,
		`import "github.com/argoproj/argo-cd/v2/pkg/apiclient/about"`:           1,
		`import "google.golang.org/grpc"`:                                       1,
		`import "net/http"`:                                                     1,
		`func f() { http.NewRequestWithContext(ctx, http.MethodPost, a, nil) }`: 2,
		`func f() { http.NewRequestWithContext(ctx, verb, a, nil) }`:            1,
		`func f() { http.NewRequestWithContext(ctx, http.MethodGet, a, nil) }`:  0,
		`func f() { http.NewRequest("POST", a, nil) }`:                          2,
		`func f() { http.Get(a) }`:                                              1,
		`func f() { c.calls.Post(a, b, d) }`:                                    1,
		`func f() { q.Method = verb }`:                                          1,
		`const p = "/api/v1/applications/*/sync"`:                               1,
		`const p = "/api/v1/applications/*"`:                                    0,
		`func f() { c.ask(ctx, "/api"+x, &m, nil) }`:                            2,
		`func f() { c.ask(ctx, pathVersion, &m, nil) }`:                         0,
	} {
		if got := violations(t, "run.go", "package p\n"+text, rpcs); len(got) != want {
			t.Errorf("%s: found %v, want %d", text, got, want)
		}
	}
}

func TestDial_RefusesEverythingButReads(t *testing.T) {
	for _, m := range readOnly {
		if err := allowed(m); err != nil || !slices.Contains(mayCall, m[strings.LastIndex(m, "/")+1:]) {
			t.Errorf("%s: %v", m, err)
		}
	}
	c, err := dialGRPC(Connection{URL: "http://127.0.0.1:1"}, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	const sync = "/application.ApplicationService/" + "Sync"
	if err := c.cc.Invoke(t.Context(), sync, nil, nil); err == nil || !strings.Contains(err.Error(), "is not a read") {
		t.Errorf("invoke: %v", err)
	}
	if _, err := c.cc.NewStream(t.Context(), nil, sync); err == nil || !strings.Contains(err.Error(), "is not a read") {
		t.Errorf("stream: %v", err)
	}
}

func TestREST_RefusesEverythingButReads(t *testing.T) {
	var reached bool
	r := readsOnly{root: "/argo", RoundTripper: roundTripper(func(*http.Request) (*http.Response, error) {
		reached = true
		return nil, errEnded
	})}
	for address, want := range map[string]bool{
		"GET /argo/api/version":                                     true,
		"GET /argo/api/v1/applications?projects=a&selector=b":       true,
		"GET /argo/api/v1/applications/one?appNamespace=argocd":     true,
		"GET /argo/api/v1/account/can-i/applications/sync/team/%2A": true,
		"GET /argo/api/v1/stream/applications?resourceVersion=1":    true,
		"GET /argo/api/v1/applications/one?refresh=hard":            false,
		"GET /argo/api/v1/applications/one/resource":                false,
		"GET /argo/api/v1/applications/one/pods/a/logs":             false,
		"GET /argo/api/v1/settings":                                 false,
		"GET /api/version":                                          false,
		"POST /argo/api/v1/applications":                            false,
		"DELETE /argo/api/v1/applications/one":                      false,
		"PUT /argo/api/v1/applications/one":                         false,
		"PATCH /argo/api/v1/applications/one":                       false,
		"POST /argo/api/version":                                    false,
	} {
		method, path, _ := strings.Cut(address, " ")
		q, err := http.NewRequestWithContext(t.Context(), method, "http://argocd.example.com"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		reached = false
		if _, err := r.RoundTrip(q); err == nil || reached != want {
			t.Errorf("%s: let through %v, %v", address, reached, err)
		}
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://argocd.example.com/argo/api/version", strings.NewReader("a body"))
	if err != nil {
		t.Fatal(err)
	}
	reached = false
	if _, err := r.RoundTrip(q); err == nil || reached {
		t.Error("a body is let through")
	}
	c, err := dialREST(Connection{URL: "http://127.0.0.1:1/argo"}, Options{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".", ".."} {
		if _, err := c.get(t.Context(), "argocd", name); err == nil || !strings.Contains(err.Error(), "no part of a path") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if at, err := c.address(pathApplication, nil, "../a/b?refresh=hard"); err != nil || at != "http://127.0.0.1:1/argo/api/v1/applications/..%2Fa%2Fb%3Frefresh=hard" {
		t.Errorf("%s, %v", at, err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }
