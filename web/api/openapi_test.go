package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/pb33f/libopenapi/datamodel"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas compiles schemas of the OpenAPI document.
type schemas struct {
	*jsonschema.Compiler
	doc map[string]any
}

func documentOf(t *testing.T, s *site) schemas {
	t.Helper()
	w := s.get("/api/openapi.json")
	v, err := jsonschema.UnmarshalJSON(w.Body)
	if err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%d %v", w.Code, err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("mem:///openapi.json", v); err != nil {
		t.Fatal(err)
	}
	return schemas{c, v.(map[string]any)}
}

func TestOpenAPI_IsAValidDocumentOf31(t *testing.T) {
	s := documentOf(t, sampleSite(t))
	if s.doc["openapi"] != "3.1.0" {
		t.Errorf("got %v", s.doc["openapi"])
	}
	rules, err := jsonschema.UnmarshalJSON(strings.NewReader(datamodel.OpenAPI31SchemaData))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("mem:///rules.json", rules); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("mem:///rules.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(s.doc); err != nil {
		t.Errorf("%v", err)
	}
	delete(s.doc, "info")
	if compiled.Validate(s.doc) == nil {
		t.Error("a document without its name passes: the rules test nothing")
	}
	for name := range s.doc["components"].(map[string]any)["schemas"].(map[string]any) {
		if _, err := s.Compile("mem:///openapi.json#/components/schemas/" + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// at walks into a document by keys.
func at(v any, keys ...string) any {
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

// pointer is a place in the OpenAPI document.
func pointer(keys ...string) string {
	out := "mem:///openapi.json#"
	for _, k := range keys {
		out += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(k)
	}
	return out
}

func TestOpenAPI_ExamplesAreAcceptedByTheirSchemas(t *testing.T) {
	site := sampleSite(t)
	s := documentOf(t, site)
	tested := 0
	accept := func(keys ...string) {
		media, _ := at(s.doc, keys...).(map[string]any)
		if media == nil || media["example"] == nil {
			return
		}
		compiled, err := s.Compile(pointer(append(keys, "schema")...))
		if err != nil {
			t.Errorf("%v: %v", keys, err)
			return
		}
		if err := compiled.Validate(media["example"]); err != nil {
			t.Errorf("%v: %v", keys, err)
		}
		tested++
	}
	for path, item := range s.doc["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			for media := range asMap(at(operation, "requestBody", "content")) {
				accept("paths", path, method, "requestBody", "content", media)
			}
			for status, answer := range asMap(at(operation, "responses")) {
				for media := range asMap(at(answer, "content")) {
					accept("paths", path, method, "responses", status, "content", media)
				}
			}
		}
	}
	if want := 2*len(site.API().Examples()) - 20; tested < want {
		t.Errorf("only %d examples, want %d", tested, want)
	}
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// Real answers of every operation, and refused ones, keep to the document.
func TestOpenAPI_AnswersKeepToTheirSchemas(t *testing.T) {
	s := documentOf(t, sampleSite(t))
	for _, e := range sampleSite(t).API().Examples() {
		site := sampleSite(t)
		site.call(http.MethodPatch, "/api/v1/plans/commerce", `{"edits": [{"op": "set", "table": "zones", "key": "office", "fields": {"name": "HQ"}}]}`)
		for _, path := range []string{e.Path, strings.Replace(e.Path, "commerce", "nothing", 1)} {
			w := site.call(e.Method, path, e.Body, e.Headers...)
			media, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
			template := templateOf(t, site, e.Method, e.Path)
			status := at(s.doc, "paths", template, strings.ToLower(e.Method), "responses", itoa(w.Code))
			if status == nil {
				t.Errorf("%s %s: %d is not documented", e.Method, path, w.Code)
				continue
			}
			if !strings.HasSuffix(media, "json") {
				continue
			}
			compiled, err := s.Compile(pointer("paths", template, strings.ToLower(e.Method), "responses", itoa(w.Code), "content", media, "schema"))
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			v, err := jsonschema.UnmarshalJSON(w.Body)
			if err == nil {
				err = compiled.Validate(v)
			}
			if err != nil {
				t.Errorf("%s %s: %v", e.Method, path, err)
			}
		}
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func templateOf(t *testing.T, s *site, method, path string) string {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	ctx := chi.NewRouteContext()
	if !s.API().Routes().Match(ctx, method, path) {
		t.Fatalf("no route for %s", path)
	}
	return ctx.RoutePattern()
}

// Every route is in the document, and every operation of the document is
// routed, described, and shown on the page.
func TestRoutes_AreAllDocumented(t *testing.T) {
	s := sampleSite(t)
	doc := documentOf(t, s).doc
	var routes []string
	err := chi.Walk(s.API().Routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes = append(routes, method+" "+route)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for path, item := range doc["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			documented = append(documented, strings.ToUpper(method)+" "+path)
			for _, text := range []any{at(operation, "summary"), at(operation, "description")} {
				if text == nil || strings.Contains(text.(string), "‹") {
					t.Errorf("%s %s says %v", method, path, text)
				}
			}
			for _, p := range asList(at(operation, "parameters")) {
				if text, _ := at(p, "description").(string); text == "" || strings.Contains(text, "‹") {
					t.Errorf("%s %s: the parameter %v is not described", method, path, at(p, "name"))
				}
			}
		}
	}
	for _, route := range routes {
		if !slices.Contains(documented, route) && !slices.Contains([]string{"GET /api", "GET /api/docs", "GET /api/openapi.json"}, route) {
			t.Errorf("%s is not documented", route)
		}
	}
	for _, route := range documented {
		if !slices.Contains(routes, route) {
			t.Errorf("%s is not routed", route)
		}
	}
	files, err := os.ReadDir("examples")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, e := range s.API().Examples() {
		ids[e.ID] = true
		if e.Path == "" {
			t.Errorf("%s has no example", e.ID)
		}
	}
	for _, f := range files {
		if !ids[strings.TrimSuffix(f.Name(), filepath.Ext(f.Name()))] {
			t.Errorf("%s is of no operation", f.Name())
		}
	}
}

func asList(v any) []any {
	l, _ := v.([]any)
	return l
}

func TestDocs_ShowEveryOperationInBothLanguages(t *testing.T) {
	s := sampleSite(t)
	for _, lang := range []string{"en", "ko"} {
		w := s.get("/api/docs", "Accept-Language", lang)
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, `lang="`+lang+`"`) {
			t.Fatalf("%s: %d", lang, w.Code)
		}
		for _, e := range s.API().Examples() {
			if !strings.Contains(body, `id="`+e.ID+`"`) {
				t.Errorf("%s: %s is not shown", lang, e.ID)
			}
		}
		if i := strings.IndexAny(body, "‹\x1f"); i >= 0 {
			t.Errorf("%s: a message is missing: %s", lang, body[i:min(len(body), i+60)])
		}
		for _, bad := range []string{" style=", "<script>", `src="http`, `href="http`} {
			if strings.Contains(body, bad) {
				t.Errorf("the page holds %s", bad)
			}
		}
	}
	// What a problem's type names is there.
	p := refused(t, s.get("/api/v1/plans/nothing"), http.StatusNotFound, "not_found")
	_, anchor, _ := strings.Cut(p.Type, "#")
	if !strings.Contains(s.get("/api/docs").Body.String(), `id="`+anchor+`"`) {
		t.Errorf("%s is not on the page", p.Type)
	}
	if w := s.get("/api"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/api/docs" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	far := httptest.NewRequest(http.MethodGet, "/api/docs", nil)
	far.Host, far.RemoteAddr = "127.0.0.1", "203.0.113.9:1"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, far)
	if w.Code != http.StatusOK || !bytes.Contains(w.Body.Bytes(), []byte(`id="error-no_tokens"`)) {
		t.Errorf("who is refused cannot read why: %d", w.Code)
	}
}
