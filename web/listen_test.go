package web

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestProbesAndSchema_Answer(t *testing.T) {
	s := sampleSite(t)
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/schema/plan.json": `"title": "Deckplan plan"`} {
		if w := s.get(path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if w := s.get("/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("ready without a database: %d", w.Code)
	}
	if w := s.get("/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthy without a database: %d", w.Code)
	}
}

func TestStreams_EndWhenTheServerCloses(t *testing.T) {
	s := sampleSite(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/plans/p/events", nil)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	first := make([]byte, 64)
	if _, err := answer.Body.Read(first); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := io.ReadAll(answer.Body); err != nil {
		t.Errorf("the stream did not end: %v", err)
	}
}

func TestListen_ShutsDownWithStreamsOpen(t *testing.T) {
	s := sampleSite(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Listen(ctx, l, slog.New(slog.DiscardHandler)) }()
	for _, path := range []string{"/plans/p/events", "/live/events"} {
		answer, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if _, err := answer.Body.Read(make([]byte, 16)); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("still serving")
	}
}
