package web

import (
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"deckplan/web/api"
)

// policy lets a page load its own files and nothing else. Styles in attributes
// and scripts in the page are dropped by the browser.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxBody bounds every request's body; a plan file is the largest.
const maxBody = 33 << 20

// protect refuses requests for other hosts (DNS rebinding) and from other
// origins (CSRF), and sets the headers that hold for every answer.
func (s *Server) protect(next http.Handler) http.Handler {
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if api.Handles(r) {
			api.Refuse(w, r, "cross_site")
			return
		}
		http.Error(w, "This request came from another site.", http.StatusForbidden)
	}))
	guarded := csrf.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if !s.hostAllowed(r.Host) && api.Handles(r) {
			api.Refuse(w, r, "host")
			return
		}
		if !s.hostAllowed(r.Host) {
			http.Error(w, "This host name is not configured for Deckplan.", http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(r))
		guarded.ServeHTTP(w, r)
	})
}

func (s *Server) hostAllowed(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if name == "localhost" || slices.Contains(s.Hosts, name) || slices.Contains(s.Hosts, "*") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// logRequests logs each request when it ends, without its query or body.
func (s *Server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		log := s.Log.With("method", r.Method, "path", r.URL.Path)
		next.ServeHTTP(ww, r)
		level := slog.LevelDebug
		if ww.Status() >= 500 {
			level = slog.LevelError
		}
		log.Log(r.Context(), level, "request", "status", ww.Status(), "bytes", ww.BytesWritten(), "took", time.Since(begin).Round(time.Microsecond))
	})
}
