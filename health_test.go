package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealth_SaysWhetherTheServerIsReady(t *testing.T) {
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, listen := range []string{"127.0.0.1:" + port, ":" + port, "0.0.0.0:" + port, "[::]:" + port} {
		t.Setenv("DECKPLAN_LISTEN", listen)
		if code, out, errs := deckplan(t, "--lang=en", "health"); code != 0 || !strings.Contains(out, "ready") {
			t.Errorf("%s: %d %s%s", listen, code, out, errs)
		}
	}
	status = http.StatusServiceUnavailable
	if code, _, errs := deckplan(t, "--lang=en", "health"); code != 1 || !strings.Contains(errs, "503") {
		t.Errorf("unready: %d %s", code, errs)
	}
	s.Close()
	if code, _, errs := deckplan(t, "--lang=en", "health"); code != 1 || !strings.Contains(errs, "does not answer") {
		t.Errorf("gone: %d %s", code, errs)
	}
	if code, _, _ := deckplan(t, "health", "--listen", "nowhere"); code != 2 {
		t.Errorf("no address: %d", code)
	}
}
