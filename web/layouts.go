package web

import (
	"net/http"
	"slices"
	"strconv"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// layouts compares the presets and the plan's own layouts, and shows one.
func (s *Server) layouts(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "layouts")
	if err != nil {
		return err
	}
	all := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Layouts
	props := page.LayoutsProps{All: all, Selected: choose(all, r.URL.Query().Get("layout")), Measured: s.measured(r.Context())}
	if len(all) > 0 {
		v.About("layout", all[props.Selected].Arrangement.ID)
	}
	if a := selected(all, props.Selected); a != nil && a.Arrangement.Preset == "" {
		props.Edit = layoutEdit(v, a, r)
	}
	if asked := r.URL.Query().Get("instance"); len(all) > 0 &&
		slices.ContainsFunc(all[props.Selected].Arrangement.Instances, func(i plan.Instance) bool { return i.ID == asked }) {
		props.Only = asked
	}
	if asked := r.URL.Query().Get("fails"); asked != "" && len(all) > 0 {
		a := &all[props.Selected]
		for i, d := range a.Domains {
			if page.FailureName(d) == asked && d.Weight > 0 {
				with, loss := a.If(i)
				props.Failed, props.Shown, props.Loss = asked, &with, &loss
				break
			}
		}
	}
	return s.render(w, r, page.Layouts(v, props))
}

// choose finds the asked layout; else the plan's first own one; else the first.
func choose(all []layout.Analysis, id string) int {
	own := -1
	for i, a := range all {
		if a.Arrangement.ID == id {
			return i
		}
		if own < 0 && a.Arrangement.Preset == "" {
			own = i
		}
	}
	return max(0, own)
}

func selected(all []layout.Analysis, i int) *layout.Analysis {
	if i >= len(all) {
		return nil
	}
	return &all[i]
}

// layoutEdit prepares a hand-made layout's tables.
func layoutEdit(v *ui.View, a *layout.Analysis, r *http.Request) *page.LayoutEdit {
	e := &page.LayoutEdit{Pages: max(1, (len(a.Compartments)+pageSize-1)/pageSize)}
	asked, _ := strconv.Atoi(r.URL.Query().Get("page"))
	e.Page = min(max(1, asked), e.Pages)
	from := (e.Page - 1) * pageSize
	e.Clusters = a.Compartments[from:min(len(a.Compartments), from+pageSize)]
	for _, l := range v.Plan.Doc.Layouts {
		if l.ID == a.Arrangement.ID {
			e.Layout = l
		}
	}
	e.Instances = ownedTable(v, "instances", "layout", a.Arrangement.ID,
		[]string{"name", "host", "zone", "ha", "shards", "mode", "version", "failuresPerYear", "restoreHours"})
	if len(e.Instances.Rows) > pageSize {
		e.Instances.Rows = e.Instances.Rows[:pageSize]
	}
	return e
}
