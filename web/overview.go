package web

import (
	"mime"
	"net/http"

	"deckplan/web/page"
)

// overview shows a plan at a glance: what it holds and what is wrong with it.
func (s *Server) overview(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "overview")
	if err != nil {
		return err
	}
	return s.render(w, r, page.Overview(v, s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc), s.lastDrift(v)))
}

// attachment names a download after the plan.
func attachment(name, ext string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name + "." + ext})
}
