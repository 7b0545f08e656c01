// Package argotest starts real Argo CD API servers for tests. The servers are a
// program of the nested module argocdtest, built on first use and run as a
// process, so that nothing of Argo CD's server is linked into the caller.
package argotest

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options seed the servers. Zero values mean one server named argocd with ten
// applications of 30 resources on three clusters in three projects.
type Options struct {
	Names     []string
	Apps      int // negative for none
	Resources int
	Clusters  int
	Projects  int
	TLS       bool
	Real      bool // add ten applications recorded from a real cluster
}

// Server is one running API server. Accounts: dashboard may read everything,
// writer may do everything, single may read and sync one application, narrow
// may read applications and neither clusters nor projects.
type Server struct {
	Name        string `json:"name"`
	URL         string `json:"url"`
	CA          string `json:"ca"` // PEM, with TLS
	Token       string `json:"token"`
	WriterToken string `json:"writer_token"`
	SingleToken string `json:"single_token"`
	NarrowToken string `json:"narrow_token"`
	Apps        int    `json:"apps"` // at the start

	process *process
}

// Row is what the full apiclient package reads of an application.
type Row struct {
	Namespace        string    `json:"namespace"`
	Name             string    `json:"name"`
	Project          string    `json:"project"`
	Cluster          string    `json:"cluster"`
	Server           string    `json:"server"`
	DestNamespace    string    `json:"dest_namespace"`
	Health           string    `json:"health"`
	HealthMessage    string    `json:"health_message"`
	Sync             string    `json:"sync"`
	Phase            string    `json:"phase"`
	OperationMessage string    `json:"operation_message"`
	Revision         string    `json:"revision"`
	RepoURL          string    `json:"repo_url"`
	Path             string    `json:"path"`
	TargetRevision   string    `json:"target_revision"`
	LastSync         time.Time `json:"last_sync"`
	ResourceVersion  string    `json:"resource_version"`
	Condition        string    `json:"condition"`
	Set              string    `json:"set"`
	Images           []string  `json:"images"`
	Workloads        []string  `json:"workloads"`
}

// Change is what Update and Create set; empty fields stay as they are.
type Change struct {
	Health   string `json:"health,omitempty"`
	Message  string `json:"message,omitempty"` // of the health
	Sync     string `json:"sync,omitempty"`
	Phase    string `json:"phase,omitempty"`
	Revision string `json:"revision,omitempty"`
	Project  string `json:"project,omitempty"`
	Cluster  string `json:"cluster,omitempty"` // API server URL
}

// Start runs one server until the test ends. With -short it skips the test,
// because building the server takes minutes the first time.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	return StartAll(t, o)[0]
}

// StartAll runs a server for every name until the test ends.
func StartAll(t testing.TB, o Options) []*Server {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a real Argo CD API server")
	}
	program, err := build()
	if err != nil {
		t.Fatalf("build the Argo CD API server: %v", err)
	}
	if len(o.Names) == 0 {
		o.Names = []string{"argocd"}
	}
	args := []string{"-names", strings.Join(o.Names, ",")}
	for flag, n := range map[string]int{"apps": o.Apps, "resources": o.Resources, "clusters": o.Clusters, "projects": o.Projects} {
		if n != 0 {
			args = append(args, "-"+flag, strconv.Itoa(max(n, 0)))
		}
	}
	if o.TLS {
		args = append(args, "-tls")
	}
	if o.Real {
		args = append(args, "-real")
	}
	p, err := launch(program, args)
	if err != nil {
		t.Fatalf("start the Argo CD API server: %v", err)
	}
	t.Cleanup(func() { p.stop(t) })
	servers := make([]*Server, len(o.Names))
	for i := range servers {
		servers[i] = &Server{process: p}
		if err := p.read(servers[i]); err != nil {
			t.Fatalf("the Argo CD API server did not start: %v", err)
		}
	}
	return servers
}

// Update changes an application as the controller would.
func (s *Server) Update(t testing.TB, app string, c Change) { s.change(t, "update", app, c) }

// Create adds an application; with app "" its name is made up. It returns the
// name.
func (s *Server) Create(t testing.TB, app string, c Change) string {
	return s.change(t, "create", app, c)
}

func (s *Server) change(t testing.TB, do, app string, c Change) string {
	return s.send(t, map[string]any{"do": do, "app": app, "health": c.Health, "message": c.Message, "sync": c.Sync,
		"phase": c.Phase, "revision": c.Revision, "project": c.Project, "cluster": c.Cluster}).App
}

// Delete removes an application.
func (s *Server) Delete(t testing.TB, app string) {
	s.send(t, map[string]any{"do": "delete", "app": app})
}

// Stop refuses connections and cuts the open ones; Resume takes them again.
func (s *Server) Stop(t testing.TB) { s.send(t, map[string]any{"do": "stop"}) }

// Resume ends Stop, on the same address.
func (s *Server) Resume(t testing.TB) { s.send(t, map[string]any{"do": "start"}) }

// Freeze holds, or lets go again, all traffic without closing a connection.
func (s *Server) Freeze(t testing.TB, on bool) { s.send(t, map[string]any{"do": "freeze", "on": on}) }

// Revoke deletes every token of an account.
func (s *Server) Revoke(t testing.TB, account string) {
	s.send(t, map[string]any{"do": "revoke", "account": account})
}

// NewToken makes a further token of an account.
func (s *Server) NewToken(t testing.TB, account string) string {
	return s.send(t, map[string]any{"do": "token", "account": account}).Token
}

// ExpiringToken makes a further token of an account that ends after a while.
func (s *Server) ExpiringToken(t testing.TB, account string, after time.Duration) string {
	return s.send(t, map[string]any{"do": "token", "account": account, "seconds": int(after.Seconds())}).Token
}

// Rewind lets the resource versions of what changes from now on begin anew, as
// after a restore of the cluster.
func (s *Server) Rewind(t testing.TB) { s.send(t, map[string]any{"do": "rewind"}) }

// Writes are what the server itself, and not a command of the test, has changed
// in Kubernetes since it started, as "verb resource".
func (s *Server) Writes(t testing.TB) []string {
	return s.send(t, map[string]any{"do": "writes"}).Lines
}

// Churn changes random applications rate times a second; 0 ends it.
func (s *Server) Churn(t testing.TB, rate float64) {
	s.send(t, map[string]any{"do": "churn", "rate": rate})
}

// Burst makes n changes as fast as it can, one application after the other. The
// last change of each makes it Degraded and OutOfSync.
func (s *Server) Burst(t testing.TB, n int) { s.send(t, map[string]any{"do": "burst", "count": n}) }

// Reference lists the applications with the full apiclient package.
func (s *Server) Reference(t testing.TB) []Row {
	return s.send(t, map[string]any{"do": "reference"}).Rows
}

// Detail is one application as the full apiclient package reads it.
func (s *Server) Detail(t testing.TB, app string) json.RawMessage {
	return s.send(t, map[string]any{"do": "detail", "app": app}).Detail
}

type reply struct {
	OK     bool            `json:"ok"`
	Error  string          `json:"error"`
	Token  string          `json:"token"`
	App    string          `json:"app"`
	Rows   []Row           `json:"rows"`
	Lines  []string        `json:"lines"`
	Detail json.RawMessage `json:"detail"`
}

func (s *Server) send(t testing.TB, command map[string]any) reply {
	t.Helper()
	command["server"] = s.Name
	r, err := s.process.call(command)
	if err == nil && !r.OK {
		err = errors.New(r.Error)
	}
	if err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	return r
}

// process is the running program. One command is under way at a time.
type process struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors *strings.Builder
}

func launch(program string, args []string) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), errors: &strings.Builder{}}
	p.cmd.Stderr = p.errors
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

func (p *process) read(v any) error {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

func (p *process) call(command map[string]any) (r reply, err error) {
	line, err := json.Marshal(command)
	if err != nil {
		return r, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return r, err
	}
	return r, p.read(&r)
}

// stop ends the program by closing its input, and kills it if that does not
// help.
func (p *process) stop(t testing.TB) {
	_ = p.in.Close()
	kill := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the Argo CD API server ended with %v\n%s", err, tail(p.errors.String()))
	}
}

func tail(s string) string { return s[max(0, len(s)-4000):] }
