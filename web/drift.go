package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/drift"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) driftRoutes(r chi.Router) {
	r.Get("/drift", s.page(s.drift))
	r.Get("/drift/adopt", s.page(s.driftPreview))
	r.Post("/drift/adopt", s.page(s.driftAdopt))
	r.Post("/drift/intend", s.page(s.driftIntend))
}

// drift holds the plan against what Argo CD runs.
func (s *Server) drift(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "drift")
	if err != nil {
		return err
	}
	result, drawn := s.driftOf(v.Plan.ID, v.Plan.Revision, v.Plan.Doc)
	if result == nil {
		return s.render(w, r, page.DriftEmpty(v))
	}
	showDrift(v, result.Counts())
	q := r.URL.Query()
	p := page.DriftProps{Result: result, Drawn: drawn, Filter: clip(strings.TrimSpace(q.Get("q")), 100), Kind: drift.Kind(q.Get("kind")),
		Instances: instancesOf(v, result.Layout), Clusters: options(v.Plan.Doc, "clusters"),
		Tomorrow: s.Now().AddDate(0, 0, 1).Format(time.DateOnly), Quarter: s.Now().AddDate(0, 3, 0).Format(time.DateOnly)}
	p.Groups = page.DriftGroups(v, p)
	return s.render(w, r, page.Drift(v, p))
}

// instancesOf are the instances of a layout, to be matched with.
func instancesOf(v *ui.View, layoutID string) (out []ui.Option) {
	for _, i := range v.Plan.Doc.Instances {
		if i.Layout == layoutID {
			out = append(out, ui.Option{Value: i.ID, Label: i.Name})
		}
	}
	return out
}

// picksOfDrift are the differences that a form names.
func picksOfDrift(q url.Values) drift.Pick { return drift.Pick{Keys: q["pick"], Kinds: q["kind_all"]} }

// driftPreview shows what adopting would change.
func (s *Server) driftPreview(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "drift")
	if err != nil {
		return err
	}
	picks := picksOfDrift(r.URL.Query())
	result, _ := s.driftOf(v.Plan.ID, v.Plan.Revision, v.Plan.Doc)
	if result == nil {
		return s.render(w, r, page.DriftEmpty(v))
	}
	e, n := result.Adopt(picks, plan.Summary{ID: "plan.summary.drift_adopt"})
	if n == 0 {
		return s.answer(w, r, v.URL("drift"), &outcome{
			failed: &ui.Failed{Form: "drift", Values: r.URL.Query(), Problems: []string{v.T("drift.adopt.nothing")}}})
	}
	_, done, err := plan.Apply(v.Plan.Doc, e)
	if err != nil {
		return err
	}
	v.Title = v.T("drift.adopt")
	p := page.DriftAdoptProps{Picks: picks, N: n}
	p.Rows, p.All = s.differences(v, done.Changes, v.Plan.Doc)
	return s.render(w, r, page.DriftAdopt(v, p))
}

// driftAdopt compares the newest revision once more and takes over what was
// picked, as one edit.
func (s *Server) driftAdopt(w http.ResponseWriter, r *http.Request) error {
	head, f, err := s.posted(r)
	if err != nil {
		return err
	}
	back := planURL(head.ID, "drift")
	var e plan.Edit
	n := 0
	if result := s.newestDrift(head.ID, head.Revision, f.doc); result != nil {
		e, n = result.Adopt(picksOfDrift(r.PostForm), plan.Summary{ID: "plan.summary.drift_adopt"})
	}
	if n == 0 {
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity,
			failed: &ui.Failed{Form: "drift", Values: r.PostForm, Problems: []string{f.lang.T("drift.adopt.nothing", nil)}}})
	}
	rev, err := s.Plans.Edit(r.Context(), head.ID, f.author, e)
	if err != nil {
		return s.refuse(w, r, back, f, err)
	}
	return s.answer(w, r, back, &outcome{done: s.edited(f.lang, rev)})
}

// driftIntend marks the picked differences as meant to be.
func (s *Server) driftIntend(w http.ResponseWriter, r *http.Request) error {
	head, f, err := s.posted(r)
	if err != nil {
		return err
	}
	back := planURL(head.ID, "drift")
	result := s.newestDrift(head.ID, head.Revision, f.doc)
	rows, problems := s.intended(f, result)
	if len(problems) > 0 {
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity,
			failed: &ui.Failed{Form: "drift", Values: r.PostForm, Problems: problems}})
	}
	rev, err := s.Plans.Edit(r.Context(), head.ID, f.author, plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "intended", Items: rows}},
		Summary: plan.Summary{ID: "plan.summary.drift_intend", Args: map[string]any{"n": len(rows), "until": f.values.Get("until")}}})
	if err != nil {
		return s.refuse(w, r, back, f, err)
	}
	return s.answer(w, r, back, &outcome{done: s.edited(f.lang, rev)})
}

// intended are the rows a form asks for, or what is wrong with it.
func (s *Server) intended(f *form, result *drift.Result) (rows []plan.Item, problems []string) {
	reason, until := strings.TrimSpace(f.values.Get("reason")), f.values.Get("until")
	if reason == "" {
		problems = append(problems, f.lang.T("drift.intend.reason", nil))
	}
	today := s.Now().Format(time.DateOnly)
	if day, err := time.Parse(time.DateOnly, until); err != nil || day.Format(time.DateOnly) <= today {
		problems = append(problems, f.lang.T("drift.intend.date", map[string]any{"example": s.Now().AddDate(0, 3, 0).Format(time.DateOnly)}))
	}
	picked := picksOfDrift(f.values).Chooser()
	if result != nil {
		for i := range result.Differences {
			if d := &result.Differences[i]; picked(d) {
				rows = append(rows, plan.Intended{Difference: d.Key, Name: clip(f.lang.T("drift."+string(d.Kind), d.Args), 400), Reason: clip(reason, 2000), Until: until, By: f.author})
			}
		}
	}
	if len(rows) == 0 {
		problems = append(problems, f.lang.T("drift.intend.nothing", nil))
	}
	return rows, problems
}

// matchLive corrects what a live instance or cluster is in the plan: a row by
// its key or its name, none, or again what is found by itself.
func matchLive(f *form) (plan.Edit, error) {
	m := plan.LiveMatch{Kind: plan.MatchKind(f.values.Get("kind")), Live: f.values.Get("live")}
	kind := map[plan.MatchKind]string{plan.MatchInstance: "instances", plan.MatchCluster: "clusters"}[m.Kind]
	if kind == "" {
		return nil, errForm
	}
	args := map[string]any{"live": m.Live, "to": ""}
	say := func(id string) plan.Summary { return plan.Summary{ID: id, Args: args} }
	to := strings.TrimSpace(f.values.Get("to"))
	switch as := f.values.Get("as"); {
	case as == "auto":
		return plan.Batch{Edits: []plan.Edit{plan.Remove{Kind: "liveMatches", Keys: []string{m.Key()}}}, Summary: say("plan.summary.drift_match_auto")}, nil
	case as == "none" || to == "":
		return plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "liveMatches", Items: plan.Rows(m)}}, Summary: say("plan.summary.drift_match_none")}, nil
	}
	k := plan.KindOf(kind)
	i := k.Index(f.doc, to)
	for n := range k.Len(f.doc) {
		if i >= 0 {
			break
		}
		item := k.At(f.doc, n)
		if in, ok := item.(plan.Instance); ok && in.Layout != f.doc.ChosenLayout() {
			continue
		}
		if plan.Name(f.doc, k, item) == to {
			i = n
		}
	}
	if i < 0 {
		return nil, problem("liveMatches."+string(m.Kind), "plan.problem.missing", map[string]any{"table": kind, "key": to})
	}
	row := k.At(f.doc, i)
	args["to"] = plan.Name(f.doc, k, row)
	if m.Kind == plan.MatchInstance {
		m.Instance = row.Key()
	} else {
		m.Cluster = row.Key()
	}
	return plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "liveMatches", Items: plan.Rows(m)}}, Summary: say("plan.summary.drift_match")}, nil
}
