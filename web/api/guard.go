package api

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"deckplan/internal/lang"
)

// Addresses beside the operations'.
const (
	prefix      = "/api"
	docsPath    = "/api/docs"
	openapiPath = "/api/openapi.json"
)

// answerTime bounds the work on one request; the server's own deadline for
// writing is later.
const answerTime = 50 * time.Second

// Handles tells whether a request is for the API.
func Handles(r *http.Request) bool {
	return r.URL.Path == prefix || strings.HasPrefix(r.URL.Path, prefix+"/")
}

// asking is what handlers need of their request beside its parameters.
type asking struct {
	lang lang.Lang
	r    *http.Request
	api  *API
}

type askingKey struct{}

func askingOf(ctx context.Context) *asking {
	if q, ok := ctx.Value(askingKey{}).(*asking); ok {
		return q
	}
	return &asking{lang: lang.English}
}

// languageOf is the language that a request asks its answer in.
func languageOf(r *http.Request) lang.Lang {
	if l, ok := lang.Parse(r.URL.Query().Get("lang")); ok {
		return l
	}
	return lang.Match(r.Header.Get("Accept-Language"))
}

// around is what holds for every request.
func (a *API) around(next http.Handler) http.Handler {
	packed := middleware.Compress(5, "application/json", problemMedia, "application/openapi+json", yamlMedia, "text/markdown", "text/html")(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		ctx = context.WithValue(ctx, chi.RouteCtxKey, (*chi.Context)(nil)) // this router begins anew
		r = r.WithContext(context.WithValue(ctx, askingKey{}, &asking{languageOf(r), r, a}))
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer a.recover(ww, r)
		if !open(r) && !near(r) {
			a.refuse(ww, r, noTokens)
			return
		}
		packed.ServeHTTP(ww, r)
	})
}

// open tells whether a request is for what says nothing of any plan: the
// documentation.
func open(r *http.Request) bool {
	return r.URL.Path == prefix || r.URL.Path == docsPath || r.URL.Path == openapiPath
}

// forwarded are the headers by which a proxy tells that it sent a request on.
var forwarded = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// near tells whether a request comes from this machine, and through no proxy
// that says so.
func near(r *http.Request) bool {
	for _, name := range forwarded {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	host, _, _ = strings.Cut(host, "%")
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// recover answers where a handler panicked, and puts what happened to the log.
func (a *API) recover(w middleware.WrapResponseWriter, r *http.Request) {
	what := recover()
	if what == nil {
		return
	}
	if err, ok := what.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(what)
	}
	if r.Context().Err() != nil && w.Status() != 0 {
		return // who asked has gone
	}
	a.Log.Error("request panicked", "path", r.URL.Path, "error", fmt.Sprint(what), "stack", string(debug.Stack()))
	if w.Status() == 0 {
		w.Header().Del("Content-Encoding")
		a.refuse(w, r, internal)
	}
}

// requireMedia refuses bodies of a type that the operation does not take: a
// form or a text can be sent by any page of any site.
func (a *API) requireMedia(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if op.RequestBody == nil {
		next(ctx)
		return
	}
	sent := ctx.Header("Content-Type")
	media, _, err := mime.ParseMediaType(sent)
	media = mediaOf(media)
	if _, ok := op.RequestBody.Content[media]; err == nil && ok {
		next(ctx)
		return
	}
	if r, _ := unwrap(ctx); sent == "" && r.ContentLength == 0 && !op.RequestBody.Required {
		next(ctx)
		return
	}
	var want []string
	for _, m := range []string{jsonMedia, yamlMedia} {
		if _, ok := op.RequestBody.Content[m]; ok {
			want = append(want, m)
		}
	}
	p := askingOf(ctx.Context()).problem(&refusal{kind: mediaType, faults: []fault{{location: "header.Content-Type",
		id: "api.problem.media", args: map[string]any{"want": strings.Join(want, ", ")}, value: clip(sent)}}})
	r, w := unwrap(ctx)
	p.write(w, r)
}

// mediaOf gives the one name of a type that has several.
func mediaOf(media string) string {
	switch media {
	case "application/x-yaml", "text/yaml", "text/x-yaml":
		return yamlMedia
	}
	return media
}

// methodNotAllowed answers for an address that has other methods.
func (a *API) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		if !a.router.Match(chi.NewRouteContext(), m, r.URL.Path) {
			continue
		}
		if allow = append(allow, m); m == "GET" {
			allow = append(allow, "HEAD")
		}
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	a.refuse(w, r, wrongMethod)
}

// refuse answers with a problem that has nothing particular.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, k kind) { Refuse(w, r, k.name) }

// Refuse answers a request for the API with a problem, by its name.
func Refuse(w http.ResponseWriter, r *http.Request, name string) {
	q := &asking{lang: languageOf(r), r: r}
	q.problem(&refusal{kind: kindNamed(name)}).write(w, r)
}
