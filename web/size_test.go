package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// wirePages are what is walked of a plan beside its tables.
var wirePages = []string{"", "/ownership", "/ownership?view=all", "/layouts", "/layouts?layout=per_cluster", "/roadmap?from=hub&to=per_cluster&size=1", "/matrix", "/matrix/builders", "/decisions", "/decisions/new?topic=layout", "/report", "/history", "/compare", "/images"}

// TestPages_StayLightOnTheWire holds every page of 1,000 clusters and 10,000
// services to 150 KB as it is sent, and to 450 KB as a browser reads it.
func TestPages_StayLightOnTheWire(t *testing.T) {
	s := newSite(t, plantest.Generate(1, 1000, 10000))
	paths := wirePages
	for _, k := range plan.Kinds() {
		paths = append(paths, "/facts/"+k.Name, "/facts/"+k.Name+"/paste")
	}
	for _, path := range paths {
		r := httptest.NewRequest(http.MethodGet, "/plans/p"+path, nil)
		r.Host = "localhost"
		r.Header.Set("Accept-Encoding", "gzip")
		w := s.do(r)
		wire := w.Body.Len()
		z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
		if err != nil {
			t.Errorf("%s: %d, %v", path, w.Code, err)
			continue
		}
		whole, err := io.Copy(io.Discard, z)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-30s %7d on the wire, %8d whole", path, wire, whole)
		if w.Code != http.StatusOK || wire > 150_000 || whole > 450_000 {
			t.Errorf("%s: %d, %d bytes on the wire, %d whole", path, w.Code, wire, whole)
		}
	}
}
