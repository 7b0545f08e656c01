package ledger

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"log"

	"deckplan/internal/reach"
)

// registryWith serves an index of two platforms at demo/two:1.
func registryWith(t *testing.T, before func(w http.ResponseWriter, r *http.Request) bool) (host string, index v1.ImageIndex) {
	t.Helper()
	inner := registry.New(registry.Logger(log.New(discard{}, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil || before(w, r) {
			inner.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	index = empty.Index
	for _, arch := range []string{"arm64", "amd64"} {
		image, err := random.Image(20_000, 3)
		if err != nil {
			t.Fatal(err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
	}
	return u.Host, index
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func push(t *testing.T, host string, index v1.ImageIndex) string {
	t.Helper()
	ref, err := name.ParseReference(host + "/demo/two:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, index); err != nil {
		t.Fatal(err)
	}
	return ref.Name()
}

func TestPull_ReadsOnePlatformsLayersAndEveryManifest(t *testing.T) {
	host, index := registryWith(t, nil)
	ref := push(t, host, index)
	l, err := Puller{Reach: reach.Loopback}.Pull(t.Context(), ref, Options{})
	if err != nil {
		t.Fatal(err)
	}
	image := &l.Images[0]
	p := image.Main()
	if len(image.Platforms) != 2 || p.Platform != "linux/amd64" || !p.whole() || image.Platforms[0].whole() || len(p.Layers) != 3 {
		t.Fatalf("%s", asJSON(t, l))
	}
	digest, err := index.Digest()
	if err != nil || image.Index.Digest != digest.String() {
		t.Errorf("index %s %v", image.Index.Digest, err)
	}
	if l.Bytes != p.stored() || !image.Figure(DockerSize).Known || image.Figure(DockerDisk).Known {
		t.Errorf("%d bytes read, %s", l.Bytes, asJSON(t, image.Figures))
	}
	if _, err := (Puller{Reach: reach.Loopback}).Pull(t.Context(), host+"/demo/two:2", Options{}); faultOf(err) != "registry_unknown" {
		t.Error(err)
	}
	if _, err := (Puller{}).Pull(t.Context(), "Not A Reference", Options{}); faultOf(err) != "reference" {
		t.Error(err)
	}
}

func TestPull_ConnectsWhereItMayOnly(t *testing.T) {
	asked := 0
	host, _ := registryWith(t, func(http.ResponseWriter, *http.Request) bool { asked++; return true })
	_, port, _ := net.SplitHostPort(host)
	for _, h := range []string{host, "localhost:" + port, "[::1]:" + port, "169.254.169.254", "10.0.0.1:5000", "metadata.localhost:" + port} {
		for _, r := range []reach.Reach{"", reach.Public} {
			if _, err := (Puller{Reach: r, Insecure: true}).Pull(t.Context(), h+"/demo/two:1", Options{}); faultOf(err) != "registry_forbidden" {
				t.Errorf("%s: %v", h, err)
			}
		}
	}
	if asked > 0 {
		t.Errorf("asked %d times", asked)
	}
	// A registry that is reached may send elsewhere: that is asked again.
	away, _ := registryWith(t, func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusTemporaryRedirect)
		return false
	})
	if _, err := (Puller{Reach: reach.Loopback}).Pull(t.Context(), away+"/demo/two:1", Options{}); faultOf(err) != "registry_forbidden" {
		t.Error(err)
	}
}

func TestPull_WithACredential(t *testing.T) {
	host, index := registryWith(t, func(w http.ResponseWriter, r *http.Request) bool {
		user, password, _ := r.BasicAuth()
		if r.Method == http.MethodGet && (user != "kim" || password != "secret") {
			w.Header().Set("WWW-Authenticate", `Basic realm="demo"`)
			http.Error(w, "who are you", http.StatusUnauthorized)
			return false
		}
		return true
	})
	ref, err := name.ParseReference(host + "/demo/two:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, index, remote.WithAuth(Puller{User: "kim", Password: "secret"}.auth())); err != nil {
		t.Fatal(err)
	}
	if _, err := (Puller{Reach: reach.Loopback}).Pull(t.Context(), ref.Name(), Options{}); faultOf(err) != "registry_denied" || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	if _, err := (Puller{Reach: reach.Loopback, User: "kim", Password: "secret"}).Pull(t.Context(), ref.Name(), Options{}); err != nil {
		t.Error(err)
	}
}

func TestPull_AWrongBlobIsFound(t *testing.T) {
	swap := false
	host, index := registryWith(t, func(w http.ResponseWriter, r *http.Request) bool {
		if swap && strings.Contains(r.URL.Path, "/blobs/") && r.Method == http.MethodGet {
			_, _ = w.Write([]byte(`{"os":"linux"}`))
			return false
		}
		return true
	})
	ref := push(t, host, index)
	swap = true
	if _, err := (Puller{Reach: reach.Loopback}).Pull(t.Context(), ref, Options{}); faultOf(err) != "registry_digest" {
		t.Error(err)
	}
}
