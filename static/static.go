// Package static serves the front end that the build left in dist.
package static

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// ErrNotBuilt is Load's answer on a clone whose front end was never built.
var ErrNotBuilt = errors.New("the front end is not built: run make")

// Packed gives what a file that the build packed holds, such as resvg.wasm.
func Packed(name string) ([]byte, error) {
	a, err := Load()
	if err != nil {
		return nil, err
	}
	hashed, ok := a.names[name+".gz"]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, ErrNotBuilt)
	}
	b, err := dist.ReadFile("dist/" + hashed)
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Assets are the built files, each under a name that holds its content's hash.
type Assets struct {
	names map[string]string
	files http.Handler
}

// Load reads the list of built files.
func Load() (Assets, error) {
	b, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		return Assets{}, ErrNotBuilt
	}
	a := Assets{names: map[string]string{}}
	if err := json.Unmarshal(b, &a.names); err != nil {
		return Assets{}, err
	}
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return Assets{}, err
	}
	a.files = http.StripPrefix("/static/", http.FileServerFS(sub))
	return a, nil
}

// URL is a file's address. A name that was not built gives an address that
// answers 404.
func (a Assets) URL(name string) string {
	if hashed, ok := a.names[name]; ok {
		return "/static/" + hashed
	}
	return "/static/missing/" + name
}

// ServeHTTP serves the files, to be kept by browsers for good: a changed file
// has another name.
func (a Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	a.files.ServeHTTP(w, r)
}
