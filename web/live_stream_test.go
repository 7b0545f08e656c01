package web

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
)

func TestLiveEvents_TellOfTheRowsOnThePageOnly(t *testing.T) {
	s, server := liveSite(t, 300)
	first := listen(t, pageStream(t, server.URL, ""), "").hello()
	other := listen(t, pageStream(t, server.URL, "?page=2"), "").hello()
	s.change(150, live.Degraded)
	here := s.change(7, live.Degraded)
	e := first.next("rows")
	if !strings.Contains(e.data, rowOf(here)) || !strings.Contains(e.data, live.Degraded) || strings.Contains(e.data, "app-00150") {
		t.Errorf("the first page is told of %s", e.data)
	}
	if e := other.next("rows"); !strings.Contains(e.data, "app-00150") || strings.Contains(e.data, "app-00007") {
		t.Errorf("the second page is told of %s", e.data)
	}
	first.next("stale")
	s.Live.Delete(here)
	if e := first.next("gone"); e.data != `["app/seoul/argocd/app-00007"]` {
		t.Errorf("gone: %s", e.data)
	}
}

func TestLiveEvents_NameRowsThatTheFilterNoLongerSelects(t *testing.T) {
	s, server := liveSite(t, 20)
	s.change(3, live.Degraded)
	s.change(4, live.Degraded)
	l := listen(t, pageStream(t, server.URL, "?health=Degraded"), "").hello()
	s.changeMessage(3, live.Degraded, "worse")
	if e := l.next("rows"); !strings.Contains(e.data, "worse") {
		t.Error(e.data)
	}
	l.next("stale") // and no "left" before it
	s.change(4, live.Healthy)
	l.next("rows")
	if e := l.next("left"); e.data != `["app/seoul/argocd/app-00004"]` {
		t.Error(e.data)
	}
	l.next("stale")
	s.change(4, live.Degraded)
	l.next("rows")
	l.next("stale")
}

func TestLiveEvents_TextsFromOutsideStayInTheirLine(t *testing.T) {
	s, server := liveSite(t, 3)
	l := listen(t, pageStream(t, server.URL, ""), "").hello()
	s.changeMessage(1, live.Degraded, "one\n\nevent: hello\rdata: two\r\n<b>")
	if e := l.next("rows"); !strings.Contains(e.data, "event: hello") || strings.Contains(e.data, "<b>\"") {
		t.Error(e.data)
	}
	l.next("stale")
}

// What changes between the page and its stream, and while a reader is away, is
// told when it comes.
func TestLiveEvents_LeaveNoGap(t *testing.T) {
	s, server := liveSite(t, 300)
	drawn := s.Live.Version()
	address := pageStream(t, server.URL, "?sort=name")
	k := s.change(1, live.Degraded)
	l := listen(t, address, "").hello()
	if e := l.next("rows"); !strings.Contains(e.data, rowOf(k)) {
		t.Errorf("between page and stream: %s", e.data)
	}
	if l.last != s.hub.stamp(s.Live.Version(), s.Live.Version()-1) {
		t.Errorf("the event is named %q", l.last)
	}
	l.close()
	k = s.change(2, live.Missing)
	s.change(200, live.Missing)
	l = listen(t, address, l.last).hello()
	if e := l.next("rows"); !strings.Contains(e.data, rowOf(k)) || strings.Contains(e.data, "app-00200") || strings.Contains(e.data, "app-00001") {
		t.Errorf("while away: %s", e.data)
	}
	l.next("stale", "rows") // rows may be told of twice
	l.close()

	// Counts of which nothing was told yet are told after all.
	s.change(250, live.Missing)
	seen := s.hub.stamp(s.Live.Version(), drawn)
	listen(t, address, seen).hello().next("stale", "rows") // rows may be told of twice

	for what, last := range map[string]string{
		"a screen the server has not kept": s.hub.stamp(s.Live.Version(), 1),
		"a version before its memory":      s.hub.stamp(0, s.Live.Version()),
		"another start of the server":      "otherepoch-" + fmt.Sprint(s.Live.Version(), "-", s.Live.Version()),
		"nonsense":                         "-",
		"numbers too large":                s.hub.epoch + "-99999999999999999999999-1",
	} {
		t.Run(what, func(t *testing.T) {
			for range 9000 - int(s.Live.Version()) {
				s.change(299, fmt.Sprint(s.Live.Version()))
			}
			l := listen(t, address, last).hello()
			l.next("stale", "rows")
			l.close()
		})
	}
}

// A refresh tells the server what the page shows from then on.
func TestLiveEvents_FollowARefresh(t *testing.T) {
	s, server := liveSite(t, 300)
	l := listen(t, pageStream(t, server.URL, "?sort=health"), "").hello()
	k := s.change(280, live.Degraded) // comes up to the first place
	var at struct{ Version uint64 }
	if err := json.Unmarshal([]byte(l.next("stale").data), &at); err != nil {
		t.Fatal(err)
	}
	queries := s.hub.shares.spent.Load()
	var first []byte
	for range 5 {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/live?sort=health", nil)
		r.Header.Set("HX-Request", "true")
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set(liveStreamHeader, l.stream)
		r.Header.Set(liveVersionHeader, s.hub.stamp(at.Version))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(z)
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(body), `<div id="live"`) || !strings.Contains(string(body), rowOf(k)) {
			t.Fatalf("a refresh is answered with %.300s", body)
		}
		if first == nil {
			first, queries = body, s.hub.shares.spent.Load()
		} else if string(first) != string(body) || s.hub.shares.spent.Load() > queries {
			t.Error("the same was drawn again for another reader")
		}
	}
	s.change(280, live.Missing)
	if e := l.next("rows"); !strings.Contains(e.data, rowOf(k)) {
		t.Error(e.data)
	}
}

func TestLiveEvents_OtherPagesHearOnlyWhatConcernsThem(t *testing.T) {
	s, server := liveSite(t, 3)
	connections := listen(t, server.URL+"/live/events?of=connections", "")
	one := listen(t, server.URL+"/live/events?application=seoul/argocd/app-00001", "")
	all := listen(t, server.URL+"/live/events", "")
	s.change(2, live.Degraded)
	all.next("changed")
	s.change(1, live.Degraded)
	one.next("changed")
	s.Live.SetStatus("seoul", live.Status{State: live.Down, Reason: live.TimedOut})
	if e := connections.next("changed"); e.data != fmt.Sprint(s.Live.Version()) {
		t.Errorf("told of version %s of %d", e.data, s.Live.Version())
	}
}

// What changes between the drawing of a page and the opening of its stream is
// told at once, and only that.
func TestLiveEvents_OtherPagesMissNothingBeforeTheirStream(t *testing.T) {
	for _, path := range []string{"/live/clusters", "/live/instances/seoul", "/live/applications/seoul/argocd/app-00001", "/connections"} {
		s, server := liveSite(t, 3)
		silent := func(address, what string) {
			t.Helper()
			idle := listen(t, address, "")
			defer idle.close()
			select {
			case e := <-idle.events:
				t.Errorf("%s is told %q: %s", path, e.name, what)
			case <-time.After(200 * time.Millisecond):
			}
		}
		address := streamOf(t, server.URL, path)
		silent(address, "nothing has changed")
		if strings.HasSuffix(path, "1") || path == "/connections" {
			s.change(2, live.Degraded)
			silent(address, "it does not show what changed")
		}
		s.Live.SetStatus("seoul", live.Status{URL: "https://seoul.test", State: live.Down})
		if e := listen(t, address, "").next("changed"); e.data != fmt.Sprint(s.Live.Version()) {
			t.Errorf("%s is told of version %s of %d", path, e.data, s.Live.Version())
		}
		listen(t, server.URL+"/live/events?seen=another-1", "").next("changed")
	}
}

// A reader who takes nothing is cut off and holds no more than its screen; when
// it comes back it has the present state.
func TestLiveEvents_CutOffWhoFallsBehind(t *testing.T) {
	s, server := liveSite(t, 100)
	s.hub.patience = 300 * time.Millisecond
	address := pageStream(t, server.URL, "")
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", strings.TrimPrefix(address, server.URL))
	readers := func() (n, pending int) {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		for _, r := range s.hub.readers {
			pending = max(pending, len(r.pending))
		}
		return len(s.hub.readers), pending
	}
	for n := 0; n == 0; n, _ = readers() {
		time.Sleep(time.Millisecond)
	}
	message := strings.Repeat("long ", 4000)
	deadline := time.Now().Add(20 * time.Second)
	for n := 1; n > 0; {
		if time.Now().After(deadline) {
			t.Fatal("it is not cut off")
		}
		for i := range 100 {
			s.changeMessage(i, live.Degraded, message+fmt.Sprint(s.Live.Version()))
		}
		time.Sleep(5 * time.Millisecond)
		var pending int
		if n, pending = readers(); pending > 100 {
			t.Fatalf("%d rows wait for it", pending)
		}
	}
	l := listen(t, address, "").hello() // its page shows what is long gone
	e := l.next("rows", "stale")
	if got := strings.Count(e.data, "<tr"); got != 100 {
		t.Errorf("it is told of %d rows", got)
	}
	l.next("stale")
}

func TestLiveEvents_AreBounded(t *testing.T) {
	s, server := liveSite(t, 3)
	s.hub.limit = 2
	address := pageStream(t, server.URL, "")
	a := listen(t, address, "").hello()
	listen(t, address, "").hello()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	r.Header.Set("Accept-Language", "ko")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("one too many: %d", resp.StatusCode)
	}
	b, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.Header.Get("Retry-After") == "" || !strings.Contains(string(b), "새로 고침") {
		t.Errorf("%d %q", resp.StatusCode, b)
	}
	a.close()
	for again := 0; again != http.StatusOK; {
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := http.DefaultClient.Do(r.Clone(ctx))
		if err != nil {
			t.Fatal(err)
		}
		again = resp.StatusCode
		cancel()
		_ = resp.Body.Close()
	}
}

func TestHub_LeavesNothingBehind(t *testing.T) {
	s, server := liveSite(t, 50)
	address := pageStream(t, server.URL, "")
	// those of the hub and of its streams
	goroutines := func() int {
		all := make([]byte, 4<<20)
		all = all[:runtime.Stack(all, true)]
		return strings.Count(string(all), "web.(*hub).") + strings.Count(string(all), "web.(*Server).liveEvents(")
	}
	for range 3 {
		var all []*listener
		for range 20 {
			all = append(all, listen(t, address, "").hello())
		}
		s.change(1, fmt.Sprint(s.Live.Version()))
		for _, l := range all {
			l.next("rows", "stale")
			l.close()
		}
	}
	deadline := time.Now().Add(8 * time.Second)
	for {
		s.hub.mu.Lock()
		left, views, running := len(s.hub.readers), len(s.hub.views), s.hub.stop != nil
		s.hub.mu.Unlock()
		now := goroutines()
		if left+views+now == 0 && !running {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d readers, %d views, running %t, %d goroutines", left, views, running, now)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A reader beside a plan that has changed is sent to come anew, so that rows are
// drawn by the plan that the page shows.
func TestLiveEvents_EndWhereThePlanBesideThePageIsAnother(t *testing.T) {
	s, server := liveSite(t, 30)
	beside := func(path string, header ...string) *http.Request {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		w := httptest.NewRecorder()
		setCookie(w, "plan", s.plan, 60)
		r.Header.Set("Cookie", w.Header().Get("Set-Cookie"))
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return r
	}
	body := func(r *http.Request) string {
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	address := html.UnescapeString(regexp.MustCompile(`data-stream="([^"]+)"`).FindStringSubmatch(body(beside("/live")))[1])
	resp, err := http.DefaultClient.Do(beside(address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	var hello struct{ ID string }
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(data), &hello); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	again := func() {
		body(beside("/live", "HX-Request", "true", liveStreamHeader, hello.ID, liveVersionHeader, s.hub.stamp(0)))
	}
	again()
	s.hub.mu.Lock()
	if s.hub.readers[hello.ID].over {
		t.Error("the stream ends though the plan is as before")
	}
	s.hub.mu.Unlock()
	s.rename(t, "Storefront", "Shopfront")
	again()
	for lines.Scan() { // until the end
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
}
