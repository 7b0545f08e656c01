package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"deckplan/internal/connect"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/web/ui"
)

// outcome is what an edit leaves for the page that is drawn after it.
type outcome struct {
	status int
	done   *ui.Done
	failed *ui.Failed

	refused *connect.Refused // for the form of a connection
}

type outcomeKey struct{}

// view collects what every page needs.
func (s *Server) view(w http.ResponseWriter, r *http.Request, title string) *ui.View {
	v := &ui.View{Lang: language(r), Theme: cookie(r, "theme"), Author: author(r), Path: r.URL.RequestURI(),
		Now: s.Now(), Asset: s.assets.URL, Demo: s.Demo, Live: s.hub.stamp(s.Live.Version())}
	if o, ok := r.Context().Value(outcomeKey{}).(*outcome); ok {
		v.Done, v.Failed = o.done, o.failed
	} else if text := cookie(r, "done"); text != "" {
		var d ui.Done
		if json.Unmarshal([]byte(text), &d) == nil {
			v.Done = &d
		}
		http.SetCookie(w, &http.Cookie{Name: "done", Path: "/", MaxAge: -1})
	}
	if title != "" {
		v.Title = v.T(title)
	}
	return v
}

// planView is view for a page inside a plan.
func (s *Server) planView(w http.ResponseWriter, r *http.Request, entry string) (*ui.View, error) {
	v := s.view(w, r, "nav."+entry)
	v.Current = entry
	id := chi.URLParam(r, "plan")
	if err := s.enter(r, v, id); err != nil {
		return nil, err
	}
	v.Crumb = v.Plan.Title()
	if cookie(r, "visitor") == "" {
		setCookie(w, "visitor", plan.NewID(), year)
	}
	if cookie(r, "plan") != id {
		setCookie(w, "plan", id, year)
	}
	return v, nil
}

// enter puts a plan around a page.
func (s *Server) enter(r *http.Request, v *ui.View, id string) error {
	head, doc, err := s.Plans.Plan(r.Context(), id)
	if err != nil {
		return err
	}
	undo, redo, err := s.Plans.Undoable(r.Context(), id)
	if err != nil {
		return err
	}
	family, err := s.Plans.Family(r.Context(), head.Family)
	if err != nil {
		return err
	}
	v.Plan = &ui.PlanView{ID: id, Name: head.Name, Scenario: head.Scenario, Family: family, Revision: head.Revision,
		SavedAt: head.Updated, SavedBy: head.Author, Undo: undo, Redo: redo, Currency: doc.About.CurrencyOr(), Doc: doc,
		Here: s.here.people(id, cookie(r, "visitor"), v.Lang)}
	v.Plan.Bad, v.Plan.Doubt = s.appraise.counts(head, doc)
	s.countDrift(v)
	if v.Plan.Standing, err = s.standing(r.Context(), head, doc); err != nil {
		return err
	}
	v.Plan.Doubt["decisions"] = len(v.Plan.Standing.Needing())
	return nil
}

func language(r *http.Request) lang.Lang {
	if l, ok := lang.Parse(cookie(r, "lang")); ok {
		return l
	}
	return lang.Match(r.Header.Get("Accept-Language"))
}

// cookie reads a value that setCookie wrote; anything else is taken as none.
func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil || len(c.Value) > 4096 {
		return ""
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	return string(b)
}

// author is the name a reader goes by; empty where none was given.
func author(r *http.Request) string { return personName(cookie(r, "name")) }

// personName makes a name of what somebody typed, or a browser sent.
func personName(s string) string { return clip(strings.TrimSpace(strings.ToValidUTF8(s, "")), 60) }

func setCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: base64.RawURLEncoding.EncodeToString([]byte(value)), Path: "/",
		MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// render writes a page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if o, ok := r.Context().Value(outcomeKey{}).(*outcome); ok && o.status != 0 {
		w.WriteHeader(o.status)
	}
	return c.Render(r.Context(), w)
}

// withStatus has render answer with that status.
func withStatus(r *http.Request, status int) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), outcomeKey{}, &outcome{status: status}))
}

// isFragment tells whether htmx asks: it takes what it needs out of the page.
func isFragment(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// backTo is the page a form was on: a path of this server, or the plan's own.
func backTo(r *http.Request, otherwise string) string {
	for _, from := range []string{r.Header.Get("HX-Current-URL"), r.Header.Get("Referer")} {
		u, err := url.Parse(from)
		if err == nil && u.Path != "" && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(u.Path, "//") && u.Host == r.Host {
			return u.RequestURI()
		}
	}
	return otherwise
}

// answer draws the page a form was on, with what came of it: in place for
// htmx, by a redirect for a plain browser unless the form was refused and what
// was typed must be kept.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, back string, o *outcome) error {
	if !isFragment(r) && o.failed == nil {
		if o.done != nil {
			b, err := json.Marshal(o.done)
			if err != nil {
				return err
			}
			setCookie(w, "done", string(b), 60)
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	u, err := url.Parse(back)
	if err != nil {
		return err
	}
	if back != backTo(r, back) {
		w.Header().Set("HX-Push-Url", back)
	}
	ctx := context.WithValue(r.Context(), outcomeKey{}, o)
	ctx = context.WithValue(ctx, chi.RouteCtxKey, (*chi.Context)(nil))
	again := r.Clone(ctx)
	again.Method, again.URL, again.Body, again.Form, again.PostForm = http.MethodGet, u, http.NoBody, nil, nil
	again.Header.Del("Accept-Encoding") // the outer answer is compressed already
	s.router.ServeHTTP(w, again)
	return nil
}

// edited words what an edit did.
func (s *Server) edited(v lang.Lang, rev plan.Revision) *ui.Done {
	if len(rev.Changes) == 0 {
		return nil
	}
	return &ui.Done{Text: v.T(rev.Summary.ID, rev.Summary.Args), Revision: rev.Number}
}

// parseForm reads a form, with or without files. Files too large for memory lie
// on the disk until done: net/http removes those of the request it made, not of
// its copies. Errors are errForm, or say that the body is too large.
func parseForm(r *http.Request) (done func(), err error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
	} else {
		err = r.ParseForm()
	}
	done = func() {
		if r.MultipartForm != nil {
			_ = r.MultipartForm.RemoveAll() // what is left is in the folder for temporary files
		}
	}
	if err != nil {
		done()
		return func() {}, errors.Join(errForm, err)
	}
	return done, nil
}

func planOf(r *http.Request) string { return chi.URLParam(r, "plan") }

func planURL(id string, rest ...string) string {
	return (&ui.View{Plan: &ui.PlanView{ID: id, Doc: &plan.Plan{}}}).URL(rest...)
}
