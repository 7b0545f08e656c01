package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
)

// event is one that a stream brought.
type event struct{ id, name, data string }

// listener reads a stream over a real connection.
type listener struct {
	t      testing.TB
	events chan event
	close  func()
	last   string // id of the last event
	stream string
}

func liveSite(t testing.TB, rows int) (*site, *httptest.Server) {
	t.Helper()
	s := sampleSite(t)
	list := make([]live.Application, rows)
	for i := range list {
		list[i] = live.Application{Namespace: "argocd", Name: fmt.Sprintf("app-%05d", i), Project: "default", Cluster: fmt.Sprint("c", i%40),
			Health: live.Healthy, Sync: live.Synced, Revision: strings.Repeat("a", 40), ResourceVersion: "1"}
	}
	s.Live.SetStatus("seoul", live.Status{URL: "https://seoul.test", State: live.Connected})
	s.Live.Reconcile("seoul", list)
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		close(s.closing)
		server.Close()
	})
	return s, server
}

func (s *site) change(n int, health string) live.Key {
	return s.changeMessage(n, health, "")
}

func (s *site) changeMessage(n int, health, message string) live.Key {
	k := live.Key{Instance: "seoul", Namespace: "argocd", Name: fmt.Sprintf("app-%05d", n)}
	s.Live.Upsert(live.Application{Instance: k.Instance, Namespace: k.Namespace, Name: k.Name, Project: "default", Cluster: fmt.Sprint("c", n%40),
		Health: health, HealthMessage: message, Sync: live.Synced, Revision: strings.Repeat("a", 40), ResourceVersion: fmt.Sprint(time.Now().UnixNano())})
	return k
}

var streamAttribute = regexp.MustCompile(`data-stream="([^"]*)"`)

// pageStream opens the table's page and gives the address of its stream.
func pageStream(t testing.TB, base, query string) string {
	t.Helper()
	return streamOf(t, base, "/live"+query)
}

// streamOf opens a page and gives the address of its stream.
func streamOf(t testing.TB, base, path string) string {
	t.Helper()
	resp, err := http.Get(base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := streamAttribute.FindSubmatch(b)
	if m == nil {
		t.Fatalf("no stream in the page: %d", resp.StatusCode)
	}
	return base + strings.ReplaceAll(string(m[1]), "&amp;", "&")
}

// listen opens a stream, after an event if one is named.
func listen(t testing.TB, address, last string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d", address, resp.StatusCode)
	}
	l := &listener{t: t, events: make(chan event, 1000), close: func() { cancel(); _ = resp.Body.Close() }, last: last}
	go func() {
		defer close(l.events)
		var e event
		lines := bufio.NewReader(resp.Body)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data += value
			case "":
				if e.name != "" {
					l.events <- e
				}
				e = event{}
			case "retry":
			default:
				l.events <- event{name: "unknown field " + name}
			}
		}
	}()
	return l
}

// next waits for an event of a name; others before it are errors unless they
// may come.
func (l *listener) next(name string, may ...string) event {
	l.t.Helper()
	for {
		select {
		case e, ok := <-l.events:
			if !ok {
				l.t.Fatalf("the stream ended before %q", name)
			}
			if e.id != "" {
				l.last = e.id
			}
			if e.name == name {
				return e
			}
			if !strings.Contains(strings.Join(may, " "), e.name) {
				l.t.Errorf("%q came before %q: %.300s", e.name, name, e.data)
			}
		case <-time.After(8 * time.Second):
			l.t.Fatalf("no %q", name)
		}
	}
}

// hello reads the beginning.
func (l *listener) hello() *listener {
	l.t.Helper()
	var h struct{ ID string }
	if err := json.Unmarshal([]byte(l.next("hello").data), &h); err != nil || h.ID == "" {
		l.t.Fatal(err, h)
	}
	l.stream = h.ID
	return l
}

func rowOf(k live.Key) string {
	return `id="app/` + k.Instance + "/" + k.Namespace + "/" + k.Name + `"`
}
