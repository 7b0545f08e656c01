package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deckplan/internal/live"
)

// What the benchmark is made of.
const (
	benchRows    = 100_000
	benchReaders = 500
	benchQueries = 20
	benchChanges = 100 // a second
	benchTime    = 12 * time.Second
)

// benchReader reads a page's stream as a browser does, refreshes included.
type benchReader struct {
	base, query, stream string
	client              *http.Client
	begun               *sync.Map // time of each change by its number
	took                []time.Duration
	events, pages       *atomic.Int64 // bytes
	refreshes           *atomic.Int64
	epoch               string
	asked               atomic.Int64
}

// BenchmarkLiveEvents measures the time from Table.Upsert to a reader having
// the row, for rows on that reader's screen: 500 readers of 20 queries over
// loopback, 100 changes a second, each to a row that 25 of them see. The readers
// refresh whenever a browser would, and run on the same processors.
func BenchmarkLiveEvents(b *testing.B) {
	s := sampleSite(b)
	fill(s)
	srv := &http.Server{Handler: s}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	defer func() { _ = srv.Close() }()
	base := "http://" + l.Addr().String()
	for b.Loop() {
		benchmarkLive(b, s, base)
	}
}

func fill(s *site) {
	for i := range 50 {
		name := fmt.Sprintf("argocd-%02d", i)
		list := make([]live.Application, benchRows/50)
		for n := range list {
			list[n] = benchApplication(i*len(list)+n, live.Healthy, "")
		}
		s.Live.SetStatus(name, live.Status{URL: "https://" + name + ".test", State: live.Connected})
		s.Live.Reconcile(name, list)
	}
}

func benchApplication(n int, health, message string) live.Application {
	return live.Application{Instance: fmt.Sprintf("argocd-%02d", n/(benchRows/50)), Namespace: "argocd", Name: fmt.Sprintf("service-%06d", n),
		Project: fmt.Sprint("team-", n%200), Cluster: fmt.Sprint("cluster-", n%100), DestNamespace: fmt.Sprint("ns-", n%500),
		Health: health, HealthMessage: message, Sync: live.Synced, Revision: fmt.Sprintf("%040x", n%3000), RepoURL: "https://git.test/repo", ResourceVersion: message}
}

func benchmarkLive(b *testing.B, s *site, base string) {
	var begun sync.Map
	var events, pages, refreshes atomic.Int64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchReaders, MaxConnsPerHost: 0, DisableCompression: true}}
	defer client.CloseIdleConnections()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var readers []*benchReader
	var ready, running sync.WaitGroup
	for i := range benchReaders {
		r := &benchReader{base: base, query: fmt.Sprintf("?cluster=cluster-%d", i%benchQueries), client: client, begun: &begun,
			events: &events, pages: &pages, refreshes: &refreshes}
		address := pageStream(b, base, r.query)
		readers = append(readers, r)
		ready.Add(1)
		running.Go(func() { r.read(ctx, address, ready.Done) })
	}
	ready.Wait()
	runtime.GC()
	runtime.ReadMemStats(&after)
	events.Store(0)
	start, changes := time.Now(), 0
	for tick := time.NewTicker(time.Second / benchChanges); time.Since(start) < benchTime; changes++ {
		<-tick.C
		// the row is one of the first hundred of a query
		n := rand.IntN(benchQueries) + 100*rand.IntN(100)
		begun.Store(changes, time.Now())
		s.Live.Upsert(benchApplication(n, []string{live.Degraded, live.Progressing}[changes%2], fmt.Sprintf("seq-%d.", changes)))
	}
	span := time.Since(start)
	time.Sleep(500 * time.Millisecond)
	var peak runtime.MemStats
	runtime.ReadMemStats(&peak)
	interval := s.hub.interval
	cancel()
	running.Wait()
	var took []time.Duration
	for _, r := range readers {
		took = append(took, r.took...)
	}
	slices.Sort(took)
	if want := changes * benchReaders / benchQueries; len(took) < want*99/100 {
		b.Errorf("%d rows arrived of %d", len(took), want)
	}
	at := func(p float64) float64 { return float64(took[int(p*float64(len(took)-1))].Microseconds()) / 1000 }
	perReader := func(n int64) float64 { return float64(n) / span.Seconds() / benchReaders }
	b.ReportMetric(at(.5), "ms-p50")
	b.ReportMetric(at(.99), "ms-p99")
	b.ReportMetric(at(1), "ms-max")
	b.ReportMetric(perReader(events.Load()), "event-B/s/reader")
	b.ReportMetric(perReader(pages.Load()), "refresh-B/s/reader")
	b.ReportMetric(float64(refreshes.Load())/span.Seconds(), "refreshes/s")
	b.ReportMetric(float64(interval.Milliseconds()), "ms-interval")
	b.ReportMetric(float64(int64(after.HeapAlloc+after.StackInuse)-int64(before.HeapAlloc+before.StackInuse))/1e6, "MB-readers")
	b.ReportMetric(float64(peak.HeapAlloc)/1e6, "MB-heap")
	b.ReportMetric(float64(changes)/span.Seconds(), "changes/s")
}

func (r *benchReader) read(ctx context.Context, address string, ready func()) {
	q, _ := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	resp, err := r.client.Do(q)
	if err != nil {
		panic(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewReaderSize(resp.Body, 16<<10)
	name := ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		r.events.Add(int64(len(line)))
		if v, ok := strings.CutPrefix(line, "event: "); ok {
			name = strings.TrimSpace(v)
			continue
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		switch name {
		case "hello":
			var h struct{ ID, Epoch string }
			_ = json.Unmarshal([]byte(data), &h)
			r.stream, r.epoch = h.ID, h.Epoch
			ready()
		case "rows":
			r.arrived(data)
		case "stale":
			var at struct{ Version, Within int64 }
			_ = json.Unmarshal([]byte(data), &at)
			r.refresh(ctx, at.Version, at.Within)
		}
	}
}

// arrived notes when a change was first seen.
func (r *benchReader) arrived(data string) {
	now := time.Now()
	for {
		_, rest, ok := strings.Cut(data, "seq-")
		if !ok {
			return
		}
		number, rest, _ := strings.Cut(rest, ".")
		data = rest
		n, _ := strconv.Atoi(number)
		if begun, ok := r.begun.Load(n); ok {
			r.took = append(r.took, now.Sub(begun.(time.Time)))
		}
	}
}

func (r *benchReader) refresh(ctx context.Context, version, within int64) {
	if r.asked.Swap(version) != 0 {
		return
	}
	time.AfterFunc(time.Duration(rand.Int64N(within+1))*time.Millisecond, func() {
		q, _ := http.NewRequestWithContext(ctx, http.MethodGet, r.base+"/live"+r.query, nil)
		q.Header.Set("HX-Request", "true")
		q.Header.Set("Accept-Encoding", "gzip")
		q.Header.Set(liveStreamHeader, r.stream)
		q.Header.Set(liveVersionHeader, fmt.Sprintf("%s-%d", r.epoch, r.asked.Swap(0)))
		resp, err := r.client.Do(q)
		if err != nil {
			return
		}
		defer func() { _ = resp.Body.Close() }()
		n, _ := io.Copy(io.Discard, resp.Body)
		r.pages.Add(n)
		r.refreshes.Add(1)
	})
}
