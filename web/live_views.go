package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Views keeps selections of the status table under names, for everybody.
type Views interface {
	Views(ctx context.Context) ([]live.View, error)
	AddView(ctx context.Context, v live.View) (live.View, error)
	RenameView(ctx context.Context, id, name string) error
	RemoveView(ctx context.Context, id string) error
}

func (s *Server) liveRoutes(r chi.Router) {
	r.Get("/live", s.shareRefreshes(s.page(s.livePage)))
	r.Get("/live.csv", s.page(s.liveCSV))
	if s.Views != nil {
		r.Post("/live/views", s.page(s.addView))
		r.Post("/live/views/{view}", s.page(s.renameView))
		r.Post("/live/views/{view}/remove", s.page(s.removeView))
	}
}

// maxView bounds the query of a view, in bytes.
const maxView = 4000

// addView keeps what the address selects under a name.
func (s *Server) addView(w http.ResponseWriter, r *http.Request) error {
	view := live.View{Query: page.LiveView(r.URL.Query()), By: author(r)}
	back := "/live"
	if view.Query != "" {
		back += "?" + view.Query
	}
	return s.keepView(w, r, back, "live.table.view.done", func(name string) error {
		if len(view.Query) > maxView {
			return errForm
		}
		view.Name = name
		_, err := s.Views.AddView(r.Context(), view)
		return err
	})
}

// renameView gives a view another name.
func (s *Server) renameView(w http.ResponseWriter, r *http.Request) error {
	view, err := s.savedView(r)
	if err != nil {
		return err
	}
	return s.keepView(w, r, "/live?"+view.Query, "live.table.view.renamed", func(name string) error {
		return s.Views.RenameView(r.Context(), view.ID, name)
	})
}

// keepView takes the name of a form and shows the view, or why it was refused.
func (s *Server) keepView(w http.ResponseWriter, r *http.Request, back, done string, keep func(name string) error) error {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		return errors.Join(errForm, err)
	}
	l, name := language(r), personName(r.PostForm.Get("name"))
	refused := "live.table.view.nameless"
	if name != "" {
		switch err := keep(name); {
		case err == nil:
			return s.answer(w, r, back, &outcome{done: &ui.Done{Text: l.T(done, map[string]any{"name": name})}})
		case errors.Is(err, live.ErrViewNamed):
			refused = "live.table.view.taken"
		case errors.Is(err, live.ErrViewsFull):
			refused = "live.table.view.full"
		default:
			return err
		}
	}
	text := l.T(refused, map[string]any{"name": name, "n": live.MaxViews})
	return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity,
		failed: &ui.Failed{Form: "view", Values: r.PostForm, Problems: []string{text}}})
}

// removeView takes a view away. What it selected stays on the page, so that it
// can be saved again.
func (s *Server) removeView(w http.ResponseWriter, r *http.Request) error {
	view, err := s.savedView(r)
	if err != nil {
		return err
	}
	if err := s.Views.RemoveView(r.Context(), view.ID); err != nil {
		return err
	}
	return s.answer(w, r, "/live?"+view.Query, &outcome{done: &ui.Done{Text: language(r).T("live.table.view.removed", map[string]any{"name": view.Name})}})
}

func (s *Server) savedView(r *http.Request) (live.View, error) {
	all, err := s.Views.Views(r.Context())
	if err != nil {
		return live.View{}, err
	}
	for _, v := range all {
		if v.ID == chi.URLParam(r, "view") {
			return v, nil
		}
	}
	return live.View{}, plan.ErrNotFound
}
