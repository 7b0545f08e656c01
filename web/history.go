package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/compare"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) historyRoutes(r chi.Router) {
	r.Get("/history", s.page(s.history))
	r.Get("/history/{number}", s.page(s.revision))
	r.Post("/history/{number}/restore", s.page(s.restore))
	r.Get("/compare", s.page(s.compare))
	r.Post("/scenarios", s.page(s.addScenario))
}

// revisionsShown is the number of revisions on one page of the history.
const revisionsShown = 100

// history lists the plan's revisions, the newest first.
func (s *Server) history(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "history")
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	revisions, err := s.Plans.History(r.Context(), v.Plan.ID, before, revisionsShown+1)
	if err != nil {
		return err
	}
	more := len(revisions) > revisionsShown
	return s.render(w, r, page.History(v, revisions[:min(len(revisions), revisionsShown)], more))
}

// revision shows what one revision changed, or all that changed since another.
func (s *Server) revision(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "history")
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(chi.URLParam(r, "number"), 10, 64)
	if err != nil {
		return errNotFound
	}
	props := page.RevisionProps{}
	if props.Revision, err = s.Plans.Revision(r.Context(), v.Plan.ID, number); err != nil {
		return err
	}
	changes := props.Revision.Changes
	if since := r.URL.Query().Get("since"); since != "" {
		if props.Since, err = strconv.ParseInt(since, 10, 64); err != nil {
			return errNotFound
		}
		if changes, err = s.between(r, v.Plan.ID, props.Since, number); err != nil {
			return err
		}
	}
	props.Rows, props.All = s.differences(v, changes, v.Plan.Doc)
	v.Title = v.T("history.revision", "n", number)
	if props.Since > 0 {
		v.Title = v.T("history.between", "from", props.Since, "to", number)
	}
	return s.render(w, r, page.Revision(v, props))
}

func (s *Server) between(r *http.Request, id string, from, to int64) ([]plan.Change, error) {
	old, err := s.Plans.At(r.Context(), id, from)
	if err != nil {
		return nil, err
	}
	now, err := s.Plans.At(r.Context(), id, to)
	if err != nil {
		return nil, err
	}
	return plan.Diff(old, now), nil
}

// restore makes the plan what it was at a revision.
func (s *Server) restore(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.ParseInt(chi.URLParam(r, "number"), 10, 64)
	if err != nil {
		return errNotFound
	}
	rev, err := s.Plans.Restore(r.Context(), planOf(r), author(r), number)
	if err != nil {
		return err
	}
	o := &outcome{done: s.edited(language(r), rev)}
	if o.done == nil {
		o.done = &ui.Done{Text: language(r).T("history.same", nil)}
	}
	return s.answer(w, r, planURL(planOf(r), "history"), o)
}

// addScenario copies the plan as another scenario of its family.
func (s *Server) addScenario(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	f := &form{values: r.PostForm, lang: language(r)}
	back := backTo(r, planURL(planOf(r)))
	name := strings.TrimSpace(r.PostForm.Get("scenario"))
	if name == "" {
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity,
			failed: &ui.Failed{Form: "scenario", Values: r.PostForm, Problems: []string{f.lang.T("scenario.name.missing", nil)}}})
	}
	r.PostForm.Set("at", "scenario")
	r.PostForm.Set("op", "set")
	head, err := s.Plans.Copy(r.Context(), planOf(r), plan.NewID(), author(r), clip(name, 60))
	if err != nil {
		return s.refuse(w, r, back, f, err)
	}
	http.Redirect(w, r, planURL(head.ID), http.StatusSeeOther)
	return nil
}

// compare sets the plan beside another: every figure, every finding, every row.
func (s *Server) compare(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "compare")
	if err != nil {
		return err
	}
	plans, err := s.Plans.Plans(r.Context())
	if err != nil {
		return err
	}
	props := page.CompareProps{All: r.URL.Query().Has("all"), Plans: others(v.Plan, plans)}
	with := r.URL.Query().Get("with")
	if with == "" && len(v.Plan.Family) > 1 {
		with = props.Plans[0].ID
	}
	if with == "" {
		return s.render(w, r, page.Compare(v, props))
	}
	head, doc, err := s.Plans.Plan(r.Context(), with)
	if err != nil {
		return err
	}
	props.With, props.Other = head, doc
	mine, theirs := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc), s.appraise.of(head.ID, head.Revision, doc)
	props.Mine, props.Theirs = mine.Counts(), theirs.Counts()
	props.Subjects = compare.Verdicts(*mine, *theirs)
	changes := plan.Diff(unnamed(v.Plan.Doc), unnamed(doc))
	props.Story = compare.Told(v.Lang, v.Plan.Doc, doc, changes, *mine, *theirs)
	props.Rows, props.Differing = s.differences(v, changes, v.Plan.Doc, doc)
	return s.render(w, r, page.Compare(v, props))
}

// unnamed is a document without its scenario's name, by which scenarios always
// differ.
func unnamed(p *plan.Plan) *plan.Plan {
	out := *p
	out.About.Scenario = ""
	return &out
}

// differences words the changes that a page shows, and counts all. That
// somebody scored is no secret of blind scoring; what they gave is.
func (s *Server) differences(v *ui.View, changes []plan.Change, plans ...*plan.Plan) ([]compare.Row, int) {
	shown := changes[:min(len(changes), page.DifferencesShown)]
	rows := compare.Rows(v.Lang, shown, plans...)
	for _, p := range plans {
		hides := matrix.Hides(p, v.Author)
		if hides == nil {
			continue
		}
		hidden := map[string]bool{}
		for _, c := range shown {
			if item, err := c.Row(); err == nil && c.Kind == "scores" {
				sc, ok := item.(plan.Score)
				hidden[c.Key] = ok && hides(sc)
			}
		}
		for i := range rows {
			if rows[i].Kind.Name == "scores" && hidden[rows[i].Key] {
				rows[i].Fields = nil
			}
		}
	}
	return rows, len(changes)
}

// others lists what a plan can be compared with, its own scenarios first.
func others(p *ui.PlanView, all []plan.Head) []plan.Head {
	own := func(h plan.Head) bool {
		return slices.ContainsFunc(p.Family, func(f plan.Head) bool { return f.ID == h.ID })
	}
	var out []plan.Head
	for _, first := range []bool{true, false} {
		for _, h := range all {
			if h.ID != p.ID && own(h) == first {
				out = append(out, h)
			}
		}
	}
	return out
}
