package web

import (
	"fmt"
	"net/url"

	"deckplan/internal/live"
	"deckplan/internal/owner"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// owners keeps what tells owners by a plan, so that a revision is read once.
type owners struct {
	kept kept[revisionKey, *owner.Finder]
}

// ownersKept bounds the plans of which owners are known.
const ownersKept = 4

func ownerKey(id string, revision int64) string { return fmt.Sprint(id, "/", revision) }

func (o *owners) of(id string, revision int64, p *plan.Plan) *owner.Finder {
	return o.kept.of(revisionKey{id, revision}, ownersKept, func() *owner.Finder { return owner.New(p) })
}

// owned has a query know the owners by the plan beside the page, if there is
// one.
func (s *Server) owned(p *ui.PlanView, q *live.Query) {
	if p != nil {
		q.Owner, q.OwnerKey = s.owners.of(p.ID, p.Revision, p.Doc).Name, ownerKey(p.ID, p.Revision)
	} else if q.Group == live.SortOwner {
		q.Group = ""
	}
}

// liveShow is how the table's rows are drawn beside a plan, or none.
func (s *Server) liveShow(p *ui.PlanView, q url.Values) page.LiveShow {
	var out page.LiveShow
	if p != nil {
		out.Owner, out.Plan = s.owners.of(p.ID, p.Revision, p.Doc).Of, planURL(p.ID)
	}
	out.Columns, out.Chosen = page.LiveColumnsOr(q["columns"], p != nil)
	return out
}
