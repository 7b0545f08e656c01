package argocd

import (
	"go/ast"
	"go/parser"
	"go/token"
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
	if !rpcs[name] || slices.Contains(mayCall, name) {
		return
	}
	if on, ok := f.X.(*ast.SelectorExpr); ok && on.Sel.Name == "table" && slices.Contains(inTable, name) {
		return
	}
	report(call, "calls "+name)
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
		`func f() { c.Sync(ctx) }`:                                    1,
		`func f() { s.client.Rollback(ctx, q) }`:                      1,
		`func f() { c.Delete(ctx, q) }`:                               1,
		`func f() { s.table.Delete(k) }`:                              0,
		`const m = "/application.ApplicationService/Sync"`:            1,
		`const m = "/application.ApplicationService/List"`:            0,
		`func f() { cc.Invoke(ctx, "/a.BService/"+x, q, r) }`:         1,
		`func f() { cc.Invoke(ctx, methodList, q, r) }`:               0,
		`func f() { cc.NewStream(ctx, d, name) }`:                     1,
		`var q = Query{Refresh: &hard}`:                               1,
		`import "github.com/argoproj/argo-cd/v2/pkg/apiclient/about"`: 1,
		`import "google.golang.org/grpc"`:                             1,
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
