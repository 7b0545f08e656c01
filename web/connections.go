package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/connect"
	"deckplan/internal/live"
	"deckplan/internal/seal"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Connections is what the pages need to add, change, try and remove
// connections. A draft with faults is a *connect.Refused.
type Connections interface {
	All(ctx context.Context) ([]connect.Shown, error)
	One(ctx context.Context, id string) (connect.Shown, error)
	Add(ctx context.Context, d connect.Draft) (connect.Shown, error)
	Change(ctx context.Context, d connect.Draft) (connect.Shown, error)
	Remove(ctx context.Context, id string) error
	Try(ctx context.Context, d connect.Draft) (live.Trial, error)
	TryKept(ctx context.Context, id string) (live.Trial, error)
	TokenFiles() bool
}

func (s *Server) connectionRoutes(r chi.Router) {
	r.Route("/connections", func(r chi.Router) {
		r.Get("/", s.page(s.connections))
		r.Post("/", s.page(s.saveConnection))
		r.Get("/new", s.page(s.newConnection))
		r.Post("/test", s.page(s.tryDraft))
		r.Get("/{connection}", s.page(s.connection))
		r.Post("/{connection}/test", s.page(s.tryConnection))
		r.Get("/{connection}/remove", s.page(s.askRemoveConnection))
		r.Post("/{connection}/remove", s.page(s.removeConnection))
	})
}

const connectionsPath = "/connections"

// connections lists all connections with their state.
func (s *Server) connections(w http.ResponseWriter, r *http.Request) error {
	return s.listConnections(w, r, nil)
}

// tryConnection tries one as it is and shows the list with what came of it.
func (s *Server) tryConnection(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "connection")
	t, err := s.Connections.TryKept(r.Context(), id)
	if err != nil {
		return err
	}
	all, err := s.Connections.All(r.Context())
	if err != nil {
		return err
	}
	shown := &page.Trial{Trial: t}
	for _, c := range all {
		if c.ID == id {
			shown.Name, shown.Settings = c.Name, c.Options
		}
	}
	return s.listConnections(w, r, shown)
}

func (s *Server) listConnections(w http.ResponseWriter, r *http.Request, t *page.Trial) error {
	v, err := s.besideView(w, r, "connections")
	if err != nil {
		return err
	}
	all, err := s.Connections.All(r.Context())
	if err != nil {
		return err
	}
	rows := make([]page.ConnectionRow, len(all))
	for i, c := range all {
		rows[i].Shown = c
		if in, ok := s.Live.Instance(c.Name); ok && !c.Shadowed {
			rows[i].Instance = &in
		}
	}
	return s.render(w, r, page.Connections(v, rows, t))
}

func (s *Server) newConnection(w http.ResponseWriter, r *http.Request) error {
	return s.showDraft(w, r, connect.Draft{}, nil)
}

func (s *Server) connection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Connections.One(r.Context(), chi.URLParam(r, "connection"))
	if err != nil {
		return err
	}
	return s.showDraft(w, r, connect.Draft{ID: c.ID, Version: c.Version, Name: c.Name, URL: c.URL, TokenFile: c.TokenFile, CA: c.CA, Insecure: c.Insecure, Options: c.Options}, nil)
}

// showDraft shows the form as it was typed, but for the token, which is never
// sent back.
func (s *Server) showDraft(w http.ResponseWriter, r *http.Request, d connect.Draft, t *live.Trial) error {
	v, err := s.besideView(w, r, "connections")
	if err != nil {
		return err
	}
	p := page.ConnectionForm{Draft: d, TokenFiles: s.Connections.TokenFiles(), Problems: map[string][]string{}}
	p.Token = ""
	if u, err := url.Parse(d.URL); err == nil && u.User != nil { // it may hold a password
		u.User = nil
		p.URL = u.String()
	}
	if t != nil {
		p.Trial = &page.Trial{Name: d.Name, Settings: d.Options, Trial: *t}
	}
	if d.ID != "" {
		kept, err := s.Connections.One(r.Context(), d.ID)
		if err != nil {
			return err
		}
		p.Kept = &kept
		v.Title = v.T("connect.edit", "name", kept.Name)
	} else {
		v.Title = v.T("connect.add")
	}
	if o, ok := r.Context().Value(outcomeKey{}).(*outcome); ok && o.refused != nil {
		v.Failed = &ui.Failed{Form: "connection"}
		for _, one := range o.refused.Problems {
			text := v.Word(one.ID, one.Args)
			p.Problems[one.Field] = append(p.Problems[one.Field], text)
			v.Failed.Problems = append(v.Failed.Problems, v.T("connect.field."+one.Field)+": "+text)
		}
	}
	return s.render(w, r, page.EditConnection(v, p))
}

// draft reads the form.
func draft(w http.ResponseWriter, r *http.Request) (connect.Draft, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 256<<10)
	if err := r.ParseForm(); err != nil {
		return connect.Draft{}, errForm
	}
	get := func(name string) string { return strings.ToValidUTF8(r.PostForm.Get(name), "") }
	version, _ := strconv.ParseInt(get("version"), 10, 64) // a wrong one is a stale one
	d := connect.Draft{ID: get("id"), Version: version, Name: get("name"), URL: get("url"), Token: seal.Secret(get("token")),
		TokenFile: get("token_file"), CA: strings.ReplaceAll(get("ca"), "\r\n", "\n"), Insecure: get("insecure") == "true",
		Options: connect.Options{Pin: get("pin"), Projects: get("projects"), Selector: get("selector"), Protocol: get("protocol")}}
	r.PostForm.Del("token")
	r.Form.Del("token")
	return d, nil
}

// saveConnection adds a connection, or changes the one whose id is given.
func (s *Server) saveConnection(w http.ResponseWriter, r *http.Request) error {
	d, err := draft(w, r)
	if err != nil {
		return err
	}
	save, done := s.Connections.Add, "connect.added"
	if d.ID != "" {
		save, done = s.Connections.Change, "connect.changed"
	}
	c, err := save(r.Context(), d)
	if err != nil {
		return s.refuseDraft(w, r, d, err)
	}
	l := language(r)
	text := l.T(done, map[string]any{"name": c.Name})
	if reason := s.failsAtOnce(r.Context(), c.ID); reason != live.NoReason {
		text += " " + l.T("connect.saved_fails", map[string]any{"reason": l.T("live.reason."+string(reason), nil)})
	}
	return s.answer(w, r, connectionsPath, &outcome{done: &ui.Done{Text: text}})
}

// atOnce is how long a saved connection is tried before the page is shown.
const atOnce = 2 * time.Second

// failsAtOnce gives why a connection fails, where that is known soon.
func (s *Server) failsAtOnce(ctx context.Context, id string) live.Reason {
	ctx, cancel := context.WithTimeout(ctx, atOnce)
	defer cancel()
	t, err := s.Connections.TryKept(ctx, id)
	if err != nil || ctx.Err() != nil {
		return live.NoReason
	}
	return t.Reason
}

// refuseDraft shows the form again where it was refused.
func (s *Server) refuseDraft(w http.ResponseWriter, r *http.Request, d connect.Draft, err error) error {
	var refused *connect.Refused
	if !errors.As(err, &refused) {
		return err
	}
	ctx := context.WithValue(r.Context(), outcomeKey{}, &outcome{status: http.StatusUnprocessableEntity, refused: refused})
	return s.showDraft(w, r.WithContext(ctx), d, nil)
}

// tryDraft tries what was typed and shows the form with what came of it. A pin
// in the address is taken over first: the certificate that a test has found.
func (s *Server) tryDraft(w http.ResponseWriter, r *http.Request) error {
	d, err := draft(w, r)
	if err != nil {
		return err
	}
	if pin := r.URL.Query().Get("pin"); pin != "" {
		d.Pin, d.Insecure = strings.ToValidUTF8(pin, ""), false
	}
	t, err := s.Connections.Try(r.Context(), d)
	if err != nil {
		return s.refuseDraft(w, r, d, err)
	}
	return s.showDraft(w, r, d, &t)
}

func (s *Server) askRemoveConnection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Connections.One(r.Context(), chi.URLParam(r, "connection"))
	if err != nil {
		return err
	}
	v, err := s.besideView(w, r, "connections")
	if err != nil {
		return err
	}
	v.Title = v.T("connect.remove", "name", c.Name)
	return s.render(w, r, page.RemoveConnection(v, c))
}

func (s *Server) removeConnection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Connections.One(r.Context(), chi.URLParam(r, "connection"))
	if err != nil {
		return err
	}
	if err := s.Connections.Remove(r.Context(), c.ID); err != nil {
		return err
	}
	return s.answer(w, r, connectionsPath, &outcome{done: &ui.Done{Text: language(r).T("connect.removed", map[string]any{"name": c.Name})}})
}
