package argocd_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

func TestRun_OneThatHangsHoldsUpNoOther(t *testing.T) {
	names := strings.Split("a,b,c,d,e,f,g,h,i,hanging", ",")
	all := argotest.StartAll(t, argotest.Options{Names: names})
	hanging := all[len(all)-1]
	hanging.Freeze(t, true)
	defer hanging.Freeze(t, false)
	var connections []argocd.Connection
	for _, s := range all {
		connections = append(connections, connection(s))
	}
	table := run(t, quick(), connections...)
	for _, s := range all[:len(all)-1] {
		within(t, 10*time.Second, s.Name, connected(table, s.Name))
		s.Update(t, firstApp, argotest.Change{Health: "Suspended"})
		within(t, time.Second, "update of "+s.Name, func() bool {
			r, _ := table.Get(live.Key{Instance: s.Name, Namespace: "argocd", Name: firstApp})
			return r.Health == live.Suspended
		})
	}
	if i := state(table, "hanging"); i.State == live.Connected {
		t.Errorf("%+v", i)
	}
}

func TestRun_AHistoryThatBeganAnewIsFollowed(t *testing.T) {
	for name, restart := range map[string]bool{"the server restarts": true, "the connection stays": false} {
		t.Run(name, func(t *testing.T) {
			s := argotest.Start(t, argotest.Options{})
			o := quick()
			o.Settle = 100 * time.Millisecond
			table := run(t, o, connection(s))
			within(t, 10*time.Second, "first list", connected(table, s.Name))
			if restart {
				s.Stop(t)
			} else {
				time.Sleep(2 * o.Settle)
			}
			s.Rewind(t) // versions are lower from now on
			s.Update(t, firstApp, argotest.Change{Health: "Suspended"})
			if restart {
				s.Resume(t)
			}
			within(t, 5*time.Second, "the change", func() bool { r, _ := get(table, firstApp); return r.Health == live.Suspended })
			s.Update(t, firstApp, argotest.Change{Health: "Missing"})
			within(t, time.Second, "the next change", func() bool { r, _ := get(table, firstApp); return r.Health == live.Missing })
		})
	}
}

// pretender answers as an Argo CD over REST, but for the list and the stream.
type pretender struct {
	list, stream func(w io.Writer)
	broken       atomic.Bool // answers with garbage from now on
}

const oneApp = `{"metadata":{"name":"app-%d","namespace":"argocd","resourceVersion":"%d"},"spec":{"project":"default"},"status":{"health":{"status":"Healthy"},"sync":{"status":"Synced"}}}`

func (p *pretender) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case p.broken.Load():
		_, _ = io.WriteString(w, `{"items":[{"metadata":{"name":`+strings.Repeat("\x00", 100))
	case r.URL.Path == "/api/version":
		_, _ = io.WriteString(w, `{"Version":"v9"}`)
	case strings.HasSuffix(r.URL.Path, "/userinfo"):
		_, _ = io.WriteString(w, `{"loggedIn":true,"username":"x"}`)
	case r.URL.Path == "/api/v1/applications":
		p.list(flushing{w})
	case r.URL.Path == "/api/v1/stream/applications" && p.stream != nil:
		p.stream(flushing{w})
	case r.URL.Path == "/api/v1/stream/applications":
		<-r.Context().Done()
	default:
		http.Error(w, `{"code":7,"message":"no"}`, http.StatusForbidden)
	}
}

// flushing sends what is written at once.
type flushing struct{ http.ResponseWriter }

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.ResponseWriter.Write(p)
	f.ResponseWriter.(http.Flusher).Flush()
	return n, err
}

func (p *pretender) start(t *testing.T) argocd.Connection {
	t.Helper()
	s := httptest.NewUnstartedServer(p)
	s.Config.ErrorLog = quiet
	s.Start()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return argocd.Connection{Name: "argocd", URL: s.URL, Token: "a-token", Protocol: live.REST}
}

// few writes a list of n applications.
func few(n int) func(io.Writer) {
	return func(w io.Writer) {
		_, _ = io.WriteString(w, `{"metadata":{},"items":[`)
		for i := range n {
			_, _ = fmt.Fprintf(w, strings.Repeat(",", min(i, 1))+oneApp, i, i+1)
		}
		_, _ = io.WriteString(w, `]}`)
	}
}

// endless writes items until the reader goes away.
func endless(begin, item, end string) func(io.Writer) {
	return func(w io.Writer) {
		_, err := io.WriteString(w, begin)
		for n := 0; err == nil; n++ {
			_, err = fmt.Fprintf(w, item+end, n, n+1)
		}
	}
}

func TestRun_HostileAnswersLeaveTheRowsAndAReason(t *testing.T) {
	endlessStream := endless("", `{"result":{"type":"ADDED","application":`+oneApp, "}}\n")
	for name, k := range map[string]struct {
		list, stream func(io.Writer)
		reason       live.Reason
	}{
		"a list without end":         {endless(`{"items":[`, oneApp, ","), nil, live.TooLarge},
		"a list and a watch alike":   {endless(`{"items":[`, oneApp, ","), endlessStream, live.TooLarge},
		"an application without end": {endless(`{"items":[{"metadata":{"name":"`, `%d%d`, ""), endlessStream, live.TooLarge},
		"a line without end":         {few(2), endless(`data: {"result":`, `%d%d`, ""), live.TooLarge},
		"a drop now and then":        {func(w io.Writer) { drip(w, `{"items":[`) }, nil, live.TimedOut},
		"a list that breaks off":     {func(w io.Writer) { _, _ = io.WriteString(w, `{"items":[`); panic(http.ErrAbortHandler) }, nil, live.Unreachable},
		"half a list":                {func(w io.Writer) { _, _ = io.WriteString(w, `{"items":[`) }, nil, live.Unreachable},
		"a page":                     {func(w io.Writer) { _, _ = io.WriteString(w, `<html>log in</html>`) }, nil, live.NotArgoCD},
		"nothing":                    {func(io.Writer) {}, nil, live.Unreachable},
		"an object of another kind":  {func(w io.Writer) { _, _ = io.WriteString(w, `{"kind":"Status"}`) }, nil, live.NotArgoCD},
		"a name that is a number":    {func(w io.Writer) { _, _ = io.WriteString(w, `{"items":[{"metadata":{"name":7}}]}`) }, nil, live.NotArgoCD},
		"garbage in the watch":       {few(2), func(w io.Writer) { _, _ = io.WriteString(w, "data: {\x00\n") }, live.NotArgoCD},
		"an error in the watch":      {few(2), func(w io.Writer) { _, _ = io.WriteString(w, `{"error":{"grpc_code":16,"message":"expired"}}`+"\n") }, live.Unauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var hostile atomic.Bool
			p := &pretender{}
			p.list = func(w io.Writer) {
				if hostile.Load() {
					k.list(w)
				} else {
					few(3)(w)
				}
			}
			if k.stream != nil {
				p.stream = func(w io.Writer) {
					for !hostile.Load() {
						select {
						case <-t.Context().Done():
							return
						case <-time.After(5 * time.Millisecond):
						}
					}
					k.stream(w)
				}
			}
			o := quick()
			o.Relist, o.ListTimeout, o.MaxMessage, o.MaxApplications = 100*time.Millisecond, 2*time.Second, 1<<20, 500
			table := run(t, o, p.start(t))
			within(t, 5*time.Second, "first list", connected(table, "argocd"))
			hostile.Store(true)
			within(t, 20*time.Second, "down", func() bool { return state(table, "argocd").State == live.Down })
			if i := state(table, "argocd"); i.Reason != k.reason || i.Detail == "" {
				t.Errorf("reason %q (%s), want %q", i.Reason, i.Detail, k.reason)
			}
			if _, ok := table.Get(live.Key{Instance: "argocd", Namespace: "argocd", Name: "app-1"}); !ok {
				t.Error("the rows are gone")
			}
			hostile.Store(false)
			within(t, 20*time.Second, "recovery", func() bool { return connected(table, "argocd")() && state(table, "argocd").Applications == 3 })
		})
	}
}

// drip writes something, and then a space every moment.
func drip(w io.Writer, begin string) {
	_, err := io.WriteString(w, begin)
	for err == nil {
		time.Sleep(20 * time.Millisecond)
		_, err = io.WriteString(w, " ")
	}
}

func TestRun_GarbageAfterAGoodListKeepsTheRows(t *testing.T) {
	p := &pretender{list: few(3)}
	o := quick()
	o.Heartbeat = 50 * time.Millisecond
	table := run(t, o, p.start(t))
	within(t, 5*time.Second, "first list", connected(table, "argocd"))
	p.broken.Store(true)
	within(t, 5*time.Second, "down", down(table, "argocd", live.NotArgoCD))
	if n := state(table, "argocd").Applications; n != 3 {
		t.Errorf("%d rows of 3", n)
	}
	p.broken.Store(false)
	within(t, 5*time.Second, "recovery", connected(table, "argocd"))
}

func TestRun_AListAboveTheNumberIsNotKept(t *testing.T) {
	p := &pretender{list: few(101)}
	o := quick()
	o.MaxApplications = 100
	table := run(t, o, p.start(t))
	within(t, 5*time.Second, "down", down(table, "argocd", live.TooLarge))
	if i := state(table, "argocd"); i.Applications != 0 || !strings.Contains(i.Detail, "more applications") {
		t.Errorf("%d rows, %s", i.Applications, i.Detail)
	}
	p = &pretender{list: few(100)}
	table = run(t, o, p.start(t))
	within(t, 5*time.Second, "first list", connected(table, "argocd"))
}

func TestRun_NamesThatCannotBeRealAreNoRows(t *testing.T) {
	var items []string
	for _, name := range []string{"good", "a/b", `nul\u0000`, `turned\u202egnp`, `two\nlines`, "--all"} {
		items = append(items, `{"metadata":{"name":"`+name+`","namespace":"argocd"}}`)
	}
	items = append(items, `{"metadata":{"name":"x","namespace":"a/b"}}`, `null`, `{}`)
	p := &pretender{list: func(w io.Writer) { _, _ = io.WriteString(w, `{"items":[`+strings.Join(items, ",")+`]}`) }}
	table := run(t, quick(), p.start(t))
	within(t, 5*time.Second, "first list", connected(table, "argocd"))
	if _, ok := table.Get(live.Key{Instance: "argocd", Namespace: "argocd", Name: "good"}); !ok || state(table, "argocd").Applications != 1 {
		t.Errorf("%d rows", state(table, "argocd").Applications)
	}
}

func TestTry_NoPartOfATokenComesBack(t *testing.T) {
	token := argocd.Secret(strings.Repeat("header.payload.signature", 12))
	for _, filler := range []int{0, 200, 300, 460} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, strings.Repeat("x", filler)+" "+r.Header.Get("Authorization"), http.StatusTeapot)
		}))
		t.Cleanup(s.Close)
		got := argocd.Try(t.Context(), argocd.Connection{Name: "x", URL: s.URL, Token: token, Protocol: live.REST}, quick())
		if got.Detail == "" || strings.Contains(got.Detail, string(token[:4])) {
			t.Errorf("after %d bytes: %s", filler, got.Detail)
		}
	}
}

func TestTry_ASmallAnswerIsBounded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, `{"Version":"v3`+strings.Repeat(" ", 2<<20)+`"}`)
		_ = z.Close()
	}))
	t.Cleanup(s.Close)
	if got := argocd.Try(t.Context(), argocd.Connection{Name: "x", URL: s.URL, Token: "a", Protocol: live.REST}, quick()); got.Reason != live.TooLarge {
		t.Errorf("%+v", got)
	}
}

func TestRun_AnEventBeforeTheClustersAreReadGetsItsClustersName(t *testing.T) {
	const app = `{"metadata":{"name":"x","namespace":"argocd","resourceVersion":"7"},"spec":{"destination":{"server":"https://c.example.com"}}}`
	sent := make(chan struct{})
	p := &pretender{list: func(w io.Writer) { _, _ = io.WriteString(w, `{"items":[`+app+`]}`) }}
	p.stream = func(w io.Writer) {
		_, _ = io.WriteString(w, `{"result":{"type":"MODIFIED","application":`+app+"}}\n")
		time.Sleep(100 * time.Millisecond) // for it to be read
		close(sent)
		<-t.Context().Done()
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/clusters" {
			p.ServeHTTP(w, r)
			return
		}
		<-sent
		_, _ = io.WriteString(w, `{"items":[{"name":"seoul","server":"https://c.example.com"}]}`)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	table := run(t, quick(), argocd.Connection{Name: "argocd", URL: s.URL, Token: "a-token", Protocol: live.REST})
	within(t, 10*time.Second, "first list", connected(table, "argocd"))
	if r, ok := get(table, "x"); !ok || r.Cluster != "seoul" {
		t.Errorf("%+v, %v", r, ok)
	}
}
