package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"deckplan/internal/plan"
	"deckplan/web/page"
)

var (
	errNotFound = errors.New("web: no such page")
	errForm     = errors.New("web: form not understood")
)

// code names a failure for the reader; each has the messages error.CODE and
// error.CODE.do.
type code struct {
	name   string
	status int
}

func classify(err error) code {
	var invalid *plan.Invalid
	var gone *plan.Gone
	var conflict *plan.Conflict
	var tooBig *http.MaxBytesError
	switch {
	case errors.Is(err, errNotFound), errors.Is(err, plan.ErrNotFound):
		return code{"not_found", http.StatusNotFound}
	case errors.As(err, &gone):
		return code{"gone", http.StatusConflict}
	case errors.As(err, &conflict), errors.Is(err, plan.ErrStale):
		return code{"conflict", http.StatusConflict}
	case errors.Is(err, plan.ErrUndone):
		return code{"undone", http.StatusConflict}
	case errors.As(err, &tooBig):
		return code{"too_large", http.StatusRequestEntityTooLarge}
	case errors.As(err, &invalid), errors.Is(err, errForm):
		return code{"invalid", http.StatusUnprocessableEntity}
	case errors.Is(err, plan.ErrUnavailable):
		return code{"unavailable", http.StatusServiceUnavailable}
	default:
		return code{"internal", http.StatusInternalServerError}
	}
}

// page turns a handler's error into a page. What the error wraps goes to the
// log only.
func (s *Server) page(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil || errors.Is(err, context.Canceled) {
			return
		}
		c := classify(err)
		if c.status >= 500 {
			s.Log.Log(r.Context(), slog.LevelError, "request failed", "path", r.URL.Path, "error", err)
		}
		r = withStatus(r, c.status)
		v := s.view(w, r, "error."+c.name)
		if err := s.render(w, r, page.Error(v, c.name)); err != nil {
			s.Log.Error("error page failed", "error", err)
		}
	}
}
