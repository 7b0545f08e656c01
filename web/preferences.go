package web

import (
	"net/http"

	"deckplan/internal/lang"
)

const year = 365 * 24 * 3600

// preferences keeps what a reader chose, in cookies: language, theme, name.
func (s *Server) preferences(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	if l, ok := lang.Parse(r.PostForm.Get("lang")); ok {
		setCookie(w, "lang", string(l), year)
	}
	if r.PostForm.Has("theme") {
		theme := r.PostForm.Get("theme")
		if theme != "light" && theme != "dark" {
			theme = ""
		}
		setCookie(w, "theme", theme, year)
	}
	if r.PostForm.Has("name") {
		setCookie(w, "name", personName(r.PostForm.Get("name")), year)
	}
	http.Redirect(w, r, backTo(r, "/"), http.StatusSeeOther)
	return nil
}

// clip shortens a text to n characters.
func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) > n {
		return string(runes[:n])
	}
	return s
}
