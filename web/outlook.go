package web

import (
	"net/http"
	"sync"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/web/page"
)

func (s *Server) layoutRoutes(r chi.Router) {
	r.Get("/layouts", s.page(s.layouts))
	r.Get("/layouts/outlook", s.page(s.outlook))
	r.Get("/layouts/search", s.page(s.search))
	r.Post("/layouts/search", s.page(s.startSearch))
	r.Post("/layouts/search/adopt", s.page(s.adoptFound))
}

// outlook shows what takes longer to compute than an edit may: how often how
// much is blocked, and at which assumptions 1:N and 1:1 swap places.
func (s *Server) outlook(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "layouts")
	if err != nil {
		return err
	}
	v.Title = v.T("layouts.outlook")
	all := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Layouts
	props := page.OutlookProps{}
	if len(all) > 0 {
		props = s.outlooks.of(revisionKey{v.Plan.ID, v.Plan.Revision}, v.Plan.Doc, all, choose(all, r.URL.Query().Get("layout")))
	}
	return s.render(w, r, page.Outlook(v, props))
}

// outlooks keeps the outlooks of the plan that was looked at last.
type outlooks struct {
	mu    sync.Mutex
	plan  revisionKey
	index *layout.Index
	kept  map[string]page.OutlookProps
}

func (o *outlooks) of(key revisionKey, doc *plan.Plan, all []layout.Analysis, at int) page.OutlookProps {
	o.mu.Lock()
	defer o.mu.Unlock() // one reader computes, others wait for the same answer
	if o.plan != key {
		o.plan, o.index, o.kept = key, layout.NewIndex(doc), map[string]page.OutlookProps{}
	}
	chosen := all[at].Arrangement
	if look, ok := o.kept[chosen.ID]; ok {
		return look
	}
	look := page.OutlookProps{Layout: chosen, Curves: []page.LayoutCurve{{Layout: chosen, Curve: o.index.Curve(chosen)}}}
	var hub, single *layout.Arrangement
	for i := range all {
		a := &all[i].Arrangement
		switch a.Preset {
		case layout.Hub:
			hub = a
		case layout.PerCluster:
			single = a
		default:
			continue
		}
		if a.ID != chosen.ID {
			look.Curves = append(look.Curves, page.LayoutCurve{Layout: *a, Curve: o.index.Curve(*a)})
		}
	}
	if hub != nil && single != nil {
		for _, metric := range []string{"layout.cost", "layout.blocked_hours"} {
			look.Swaps = append(look.Swaps, page.MetricSwaps{Metric: metric, Swaps: o.index.Swaps(*hub, *single, metric)})
		}
	}
	o.kept[chosen.ID] = look
	return look
}
