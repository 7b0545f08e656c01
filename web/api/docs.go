package api

import (
	"net/http"

	"github.com/a-h/templ"

	"deckplan/web/ui"
)

func (a *API) docs(w http.ResponseWriter, r *http.Request) {
	if err := a.Page(w, r, "api.title", func(v *ui.View) templ.Component { return templ.NopComponent }); err != nil {
		a.refuse(w, r, classify(err))
	}
}
