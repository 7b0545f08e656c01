package web

import (
	"net/http"

	"deckplan/web/page"
)

// matrix compares the candidates of one of the plan's tool matrices.
func (s *Server) matrix(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "matrix")
	if err != nil {
		return err
	}
	all := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Matrices
	props := page.MatrixProps{All: all}
	for i := range all {
		if all[i].Matrix.ID == r.URL.Query().Get("matrix") {
			props.Selected = i
		}
	}
	if len(all) > 0 {
		id := all[props.Selected].Matrix.ID
		v.About("matrix", id)
		props.Criteria = ownedTable(v, "criteria", "matrix", id, []string{"name", "weight", "note"})
		props.Candidates = ownedTable(v, "candidates", "matrix", id, []string{"tool", "name"})
	}
	return s.render(w, r, page.Matrix(v, props))
}
