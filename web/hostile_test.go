package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/live"
)

func TestRoutes_NothingIsDoneForAnotherOriginOrHost(t *testing.T) {
	s := snapshotSite(t)
	routes := 0
	err := chi.Walk(s.router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		switch method {
		case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace: // nothing is done for these
			return nil
		}
		if strings.HasPrefix(route, "/static") {
			return nil
		}
		routes++
		path := strings.NewReplacer("{plan}", "p", "{", "", "}", "", "*", "x").Replace(route)
		for name, of := range map[string]struct {
			host, site, origin string
			want               int
		}{
			"another site":   {"localhost", "cross-site", "", http.StatusForbidden},
			"a sibling":      {"localhost", "same-site", "", http.StatusForbidden},
			"an old browser": {"localhost", "", "https://evil.example.com", http.StatusForbidden},
			"another host":   {"evil.example.com", "same-origin", "http://evil.example.com", http.StatusMisdirectedRequest},
		} {
			r := httptest.NewRequest(method, path, strings.NewReader("name=x"))
			r.Host = of.host
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for header, value := range map[string]string{"Sec-Fetch-Site": of.site, "Origin": of.origin} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}
			if w := s.do(r); w.Code != of.want {
				t.Errorf("%s %s of %s: %d", method, path, name, w.Code)
			}
		}
		return nil
	})
	if err != nil || routes < 20 {
		t.Errorf("%d routes, %v", routes, err)
	}
}

func TestLive_TheAddressIsBoundedAndOnlyWhatIsUnderstoodIsRepeated(t *testing.T) {
	s := sampleSite(t)
	s.fill(1000, 5)
	plain := len(s.get("/live").Body.String())
	for query, code := range map[string]int{
		"stranger=" + strings.Repeat("y", 7000):                 http.StatusOK,
		strings.Repeat("a=b&", 1500):                            http.StatusOK,
		"cluster=" + strings.Repeat("y", 60_000):                http.StatusUnprocessableEntity,
		"group=cluster&" + strings.Repeat("fold=y&", 8000):      http.StatusUnprocessableEntity,
		"q=" + url.QueryEscape(strings.Repeat("a*", 20_000)):    http.StatusUnprocessableEntity,
		"q=" + strings.Repeat("a*", 240) + "&columns=name,name": http.StatusOK,
	} {
		w := s.get("/live?" + query)
		if w.Code != code || strings.Contains(w.Body.String(), "stranger") || strings.HasPrefix(query, "stranger") && w.Body.Len() > plain+1000 {
			t.Errorf("%.30s…: %d, %d bytes", query, w.Code, w.Body.Len())
		}
	}
}

func TestLiveCSV_NoColumnHoldsAFormula(t *testing.T) {
	s := sampleSite(t)
	for n, begin := range []string{"=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "'=", "\x00="} {
		x := begin + "1+1"
		s.Live.Reconcile(fmt.Sprint(n, x), []live.Application{{Name: x, Namespace: x, Project: x, Cluster: x, Server: x, DestNamespace: x, Health: x, HealthMessage: x, Sync: x,
			Phase: x, Revision: x, TargetRevision: x, RepoURL: x, Path: x, Set: x, Images: x}})
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(s.get("/live.csv").Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 14 {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows[1:] {
		for n, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.ContainsAny(cell, "\x00") || slices.Contains([]rune("＝＋－＠"), []rune(cell + " ")[0]) {
				t.Errorf("%s: %q", rows[0][n], cell)
			}
		}
	}
}

func TestDetails_AnInstanceThatHangsHoldsUpNoOther(t *testing.T) {
	held := make(chan struct{})
	begun := make(chan struct{}, 100)
	d := newDetails(time.Now, func(_ context.Context, k live.Key) (live.Detail, error) {
		if k.Instance == "hangs" {
			begun <- struct{}{}
			<-held
		}
		return live.Detail{Read: time.Now()}, nil
	})
	done := make(chan struct{})
	for n := range 50 {
		go func() {
			_, _ = d.of(t.Context(), live.Key{Instance: "hangs", Name: fmt.Sprint(n)})
			done <- struct{}{}
		}()
	}
	for range detailsAtOne {
		<-begun
	}
	answered := make(chan error, 1)
	go func() {
		_, err := d.of(t.Context(), live.Key{Instance: "well", Name: "x"})
		answered <- err
	}()
	select {
	case err := <-answered:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("another instance's application waits")
	}
	if len(begun) > 0 {
		t.Errorf("%d more than %d are read at once", len(begun), detailsAtOne)
	}
	close(held)
	for range 50 {
		<-done
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.slots) != 0 {
		t.Errorf("%d instances are still read", len(d.slots))
	}
}
