package web

import (
	"net/http"

	"deckplan/web/page"
)

// stageColumns are the columns of a pipeline's own table of stages; the rest
// is on the table of all stages.
var stageColumns = []string{"name", "kind", "installation", "builder", "accountable", "trigger", "after", "minutes", "waitMinutes",
	"credentials", "approval.role", "approval.mandatedBy", "approval.waitMinutes"}

// ownership shows a pipeline's stages by their owners.
func (s *Server) ownership(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "ownership")
	if err != nil {
		return err
	}
	props := page.OwnershipProps{All: s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Pipelines}
	for i := range props.All {
		if props.All[i].Pipeline.ID == r.URL.Query().Get("ownership") {
			props.Selected = i
		}
	}
	if len(props.All) > 0 {
		id := props.All[props.Selected].Pipeline.ID
		v.Record = v.URL("decisions", "new") + "?topic=ownership&subject=" + id
		props.Stages = ownedTable(v, "stages", "pipeline", id, stageColumns)
	}
	return s.render(w, r, page.Ownership(v, props))
}
