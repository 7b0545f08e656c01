package argocd_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

// ingress speaks HTTP/1 only and serves a server below a path, as some do.
type ingress struct {
	*httptest.Server
	root  string
	mu    sync.Mutex
	asked map[string]int // method and path -> times
}

func startIngress(t *testing.T, s *argotest.Server, root string) *ingress {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	i := &ingress{root: root, asked: map[string]int{}}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = quiet
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.asked[r.Method+" "+r.URL.Path]++
		i.mu.Unlock()
		if !strings.HasPrefix(r.URL.Path, root+"/") {
			http.NotFound(w, r)
			return
		}
		http.StripPrefix(root, proxy).ServeHTTP(w, r)
	}))
	i.Config.ErrorLog = quiet
	t.Cleanup(i.Close)
	return i
}

func (i *ingress) connection(s *argotest.Server) argocd.Connection {
	c := connection(s)
	c.URL = i.URL + i.root
	return c
}

// saw counts how often something was asked for.
func (i *ingress) saw(what string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[what]
}

func TestREST_IsChosenWhereHTTP2IsBlocked(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	for _, root := range []string{"", "/tools/argo-cd"} {
		i := startIngress(t, s, root)
		table := run(t, quick(), i.connection(s))
		within(t, 10*time.Second, "first list", connected(table, s.Name))
		if got := state(table, s.Name); got.Protocol != live.REST || got.Applications != 10 || got.Account != "dashboard" || got.Version == "" {
			t.Errorf("%+v", got)
		}
		within(t, 5*time.Second, "the watch", func() bool { return i.saw("GET "+root+"/api/v1/stream/applications") > 0 })
		within(t, 5*time.Second, "the probe", func() bool { return state(table, s.Name).CanWrite.State == live.WriteNone })
	}
}

func TestREST_ForcedGRPCTellsThatHTTP2IsBlocked(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	c := startIngress(t, s, "").connection(s)
	c.Protocol = live.GRPC
	table := run(t, quick(), c)
	within(t, 10*time.Second, "down", down(table, s.Name, live.HTTP2Blocked))
}

func TestREST_ShowsChangesWithinASecond(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	i := startIngress(t, s, "/argo")
	table := run(t, quick(), i.connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	s.Update(t, firstApp, argotest.Change{Health: "Degraded", Message: "2 of 3 pods fail", Sync: "OutOfSync", Revision: "cafe"})
	within(t, time.Second, "update", func() bool {
		r, _ := get(table, firstApp)
		return r.Health == live.Degraded && r.HealthMessage == "2 of 3 pods fail" && r.Sync == live.OutOfSync && r.Revision == "cafe" && r.Workloads == "Deployment"
	})
	name := s.Create(t, "new-one", argotest.Change{Health: "Progressing"})
	within(t, time.Second, "creation", func() bool { r, ok := get(table, name); return ok && r.Health == live.Progressing })
	s.Delete(t, firstApp)
	within(t, time.Second, "deletion", func() bool { _, ok := get(table, firstApp); return !ok })
}

func TestREST_NoticesARevokedToken(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	o := quick()
	o.Heartbeat = 200 * time.Millisecond
	noticesARevokedToken(t, o, s, startIngress(t, s, "").connection(s))
}

func TestREST_RecoversWhenTheIngressIsBack(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	i := startIngress(t, s, "/argo")
	table := run(t, quick(), i.connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	address := i.Listener.Addr().String()
	i.CloseClientConnections()
	i.Close()
	within(t, 5*time.Second, "down", down(table, s.Name, live.Unreachable))
	if r, ok := get(table, firstApp); !ok || !r.Stale {
		t.Errorf("row while the ingress is gone: present %v, stale %v", ok, r.Stale)
	}
	s.Update(t, firstApp, argotest.Change{Health: "Suspended"})
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	again := &http.Server{Handler: i.Config.Handler, ErrorLog: quiet, ReadHeaderTimeout: time.Second}
	go func() { _ = again.Serve(l) }()
	t.Cleanup(func() { _ = again.Close() })
	within(t, 10*time.Second, "recovery", connected(table, s.Name))
	if r, _ := get(table, firstApp); r.Health != live.Suspended || r.Stale {
		t.Errorf("after recovery: %s, stale %v", r.Health, r.Stale)
	}
}

func TestREST_AWatchCutMidStreamIsOpenedAnew(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	i := startIngress(t, s, "")
	table := run(t, quick(), i.connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	before := state(table, s.Name)
	i.CloseClientConnections()
	within(t, 10*time.Second, "a further list", func() bool { return state(table, s.Name).ListedAt.After(before.ListedAt) })
	s.Update(t, firstApp, argotest.Change{Health: "Suspended"})
	within(t, 2*time.Second, "update", func() bool { r, _ := get(table, firstApp); return r.Health == live.Suspended })
	if after := state(table, s.Name); !after.Since.Equal(before.Since) {
		t.Error("the instance was called down for a connection that was back at once")
	}
}

func TestREST_ReadsAListThatIsTooLargeThroughAWatch(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 120})
	o := quick()
	o.MaxMessage, o.ReplayQuiet, o.Relist = 256<<10, 300*time.Millisecond, 500*time.Millisecond
	table := run(t, o, startIngress(t, s, "").connection(s))
	within(t, 10*time.Second, "replay", connected(table, s.Name))
	if n := state(table, s.Name).Applications; n != 120 {
		t.Errorf("%d of 120 applications", n)
	}
}

func TestREST_SendsTheTokenNowhereElse(t *testing.T) {
	var stolen atomic.Bool
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Store(true) }))
	t.Cleanup(thief.Close)
	s := httptest.NewServer(http.RedirectHandler(thief.URL, http.StatusFound))
	t.Cleanup(s.Close)
	got := argocd.Try(t.Context(), argocd.Connection{Name: "x", URL: s.URL + "/login", Token: "a-token"}, quick())
	if got.Reason != live.NotArgoCD || stolen.Load() {
		t.Errorf("%+v, followed %v", got, stolen.Load())
	}
}

func TestREST_IsRememberedForAWhile(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	for _, again := range []time.Duration{time.Hour, time.Nanosecond} {
		i := startIngress(t, s, "")
		o := quick()
		o.Reconsider = again
		table := run(t, o, i.connection(s))
		within(t, 10*time.Second, "first list", connected(table, s.Name))
		const preface = "PRI *" // how HTTP/2 begins
		tried := i.saw(preface) // gRPC's library may have tried again by itself
		if tried == 0 {
			t.Fatal("gRPC was not tried before REST")
		}
		before := state(table, s.Name)
		i.CloseClientConnections()
		within(t, 10*time.Second, "a further list", func() bool { return state(table, s.Name).ListedAt.After(before.ListedAt) })
		if more := i.saw(preface) > tried; more != (again < time.Second) {
			t.Errorf("reconsidered after %v: gRPC was tried again: %v", again, more)
		}
	}
}

func TestREST_SurveyReadsWhatGRPCReads(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 12, Real: true})
	want, err := argocd.Survey(t.Context(), connection(s), quick())
	if err != nil {
		t.Fatal(err)
	}
	got, err := argocd.Survey(t.Context(), startIngress(t, s, "/argo").connection(s), quick())
	if err != nil {
		t.Fatal(err)
	}
	got.Instances[0].URL = want.Instances[0].URL
	if !reflect.DeepEqual(got, want) || len(got.Applications) != 22 {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestREST_HonoursThePin(t *testing.T) {
	s := argotest.Start(t, argotest.Options{TLS: true})
	c := connection(s)
	c.Protocol = live.REST
	shown := argocd.Try(t.Context(), c, quick())
	if shown.Reason != live.TLS || len(shown.Fingerprint) != 64 {
		t.Fatalf("%+v", shown)
	}
	c.Pin = shown.Fingerprint
	if got := argocd.Try(t.Context(), c, quick()); got.Reason != live.NoReason || got.Transport != live.Pinned || got.Protocol != live.REST || got.Fallback {
		t.Errorf("%+v", got)
	}
	c.Pin = strings.Repeat("0", 64)
	if got := argocd.Try(t.Context(), c, quick()); got.Reason != live.TLS || got.Account != "" {
		t.Errorf("another pin: %+v", got)
	}
}

func TestTry_FindsTheProtocol(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	i := startIngress(t, s, "/argo")
	got := argocd.Try(t.Context(), i.connection(s), quick())
	if got.Reason != live.NoReason || got.Account != "dashboard" || got.Transport != live.PlainText || got.CanWrite.State != live.WriteNone ||
		got.Protocol != live.REST || got.Fallback || got.Applications != 10 || got.Clusters != 4 || got.Projects != 4 {
		t.Errorf("%+v", got)
	}
	if got := argocd.Try(t.Context(), startIngress(t, s, "").connection(s), quick()); !got.Fallback || got.Protocol != live.REST {
		t.Errorf("%+v", got)
	}
	writer := i.connection(s)
	writer.Token = argocd.Secret(s.WriterToken)
	if got := argocd.Try(t.Context(), writer, quick()); got.CanWrite.State != live.WriteFound {
		t.Errorf("%+v", got)
	}
}
