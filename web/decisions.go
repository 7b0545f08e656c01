package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/review"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Reviews tells how a plan's decisions stand.
type Reviews interface {
	Standing(ctx context.Context, head plan.Head, doc *plan.Plan, appraisal func() *appraise.Appraisal) (review.Standing, error)
}

func (s *Server) decisionRoutes(r chi.Router) {
	r.Get("/decisions", s.page(s.decisions))
	r.Post("/decisions", s.page(s.addDecision))
	r.Get("/decisions/new", s.page(s.newDecision))
	r.Get("/decisions/backlog", s.page(s.backlog))
	r.Post("/decisions/backlog", s.page(s.raise))
	r.Post("/decisions/backlog/{question}", s.page(s.changeQuestion))
	r.Get("/decisions/checks", s.page(s.checks))
	r.Get("/decisions/{number}", s.page(s.decision))
	r.Post("/decisions/{number}", s.page(s.saveDecision))
	r.Post("/decisions/{number}/status", s.page(s.step))
	r.Post("/decisions/{number}/sign", s.page(s.sign))
	r.Post("/decisions/{number}/review", s.page(s.reviewDecision))
	r.Post("/decisions/{number}/comment", s.page(s.comment))
	r.Post("/decisions/{number}/relate", s.page(s.relate))
	r.Post("/decisions/{number}/discard", s.page(s.discard))
	r.Get("/decisions/{number}/madr", s.page(s.madr))
}

// standing tells how the decisions of a page's plan stand.
func (s *Server) standing(ctx context.Context, head plan.Head, doc *plan.Plan) (review.Standing, error) {
	if s.Reviews == nil {
		records, err := s.Plans.Records(ctx, head.ID)
		return review.Standing{Records: records, States: map[int]decision.State{}}, err
	}
	return s.Reviews.Standing(ctx, head, doc, func() *appraise.Appraisal { return s.appraise.of(head.ID, head.Revision, doc) })
}

// decisions lists a plan's decision records.
func (s *Server) decisions(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	v.Record = v.URL("decisions", "new")
	q := r.URL.Query()
	props := page.DecisionsProps{Standing: v.Plan.Standing, Asked: clip(strings.TrimSpace(q.Get("q")), 100), Status: decision.Status(q.Get("status")), Needing: q.Has("review")}
	props.Counts = map[decision.Status]int{}
	words := strings.Fields(strings.ToLower(props.Asked))
	for _, d := range v.Plan.Standing.Records {
		props.Counts[d.Status]++
		if props.Status != "" && d.Status != props.Status || props.Needing && !v.Plan.Standing.States[d.Number].Needs() || !says(d, words) {
			continue
		}
		props.Shown = append(props.Shown, d)
	}
	if props.Against, err = s.contradictedRecords(r.Context(), v, props.Shown); err != nil {
		return err
	}
	if props.Backlog, err = s.openQuestions(r.Context(), v.Plan.ID); err != nil {
		return err
	}
	return s.render(w, r, page.Decisions(v, props))
}

// says tells whether a record has every word somewhere.
func says(d decision.Record, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(strings.Join(append([]string{d.ID(), d.Title, d.Context, d.Chosen, d.Justification, d.More, strings.Join(d.Drivers, " ")}, d.DecisionMakers...), "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// contradictedRecords is contradicted for records whose snapshots are not read
// yet: only those that can be contradicted are.
func (s *Server) contradictedRecords(ctx context.Context, v *ui.View, records []decision.Record) (map[int]*page.Contradiction, error) {
	if len(s.Live.Instances()) == 0 {
		return nil, nil
	}
	var all []decision.Kept
	for _, r := range records {
		if r.Topic != decision.Layout || r.Status != decision.Accepted || len(all) >= driftRecords {
			continue
		}
		d, err := s.Plans.Decision(ctx, v.Plan.ID, int64(r.Number))
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return s.contradicted(ctx, v, all...), nil
}

// load gives the decision that the address names.
func (s *Server) load(r *http.Request) (decision.Kept, error) {
	number, err := numberOf(r)
	if err != nil {
		return decision.Kept{}, err
	}
	return s.Plans.Decision(r.Context(), planOf(r), int64(number))
}

// numberOf is the decision's number that the address names.
func numberOf(r *http.Request) (int, error) {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil || number <= 0 {
		return 0, errNotFound
	}
	return number, nil
}

// decision shows a record, or with ?edit its form.
func (s *Server) decision(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	d, err := s.load(r)
	if err != nil {
		return err
	}
	v.Crumb, v.Title = v.T("nav.decisions"), d.Record.ID()+" "+d.Record.Title
	if r.URL.Query().Has("edit") && d.Record.Editable() {
		return s.render(w, r, page.DecisionForm(v, s.formOf(v, d.Record, d.Version)))
	}
	props := page.DecisionProps{Kept: d, Others: v.Plan.Standing.Records, State: v.Plan.Standing.States[d.Record.Number],
		Against: s.contradicted(r.Context(), v, d)[d.Record.Number]}
	if d.Snapshot != nil {
		props.Then = s.thenNow(v, d)
	}
	if q := d.Record.Question; q != "" {
		all, err := s.Plans.Questions(r.Context(), v.Plan.ID)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].ID == q {
				props.Question = &all[i].Question
			}
		}
	}
	return s.render(w, r, page.Decision(v, props))
}

// thenNow sets the figures that a decision was taken on beside those of now, in
// their order; what no longer exists has no figure now. Options are known by
// what they are called, in the language that the record was made in.
func (s *Server) thenNow(v *ui.View, d decision.Kept) (out []page.ThenNow) {
	at := map[[2]string]decision.Metric{}
	for _, l := range lang.All {
		as := *v
		as.Lang = l
		if _, now := s.draft(&as, string(d.Record.Topic), d.Record.Subject); now != nil {
			for _, m := range now.Metrics {
				at[[2]string{m.Of, m.ID}] = m
			}
		}
	}
	for _, m := range d.Snapshot.Metrics {
		row := page.ThenNow{Then: m}
		if n, ok := at[[2]string{m.Of, m.ID}]; ok {
			row.Now = &n
		}
		out = append(out, row)
	}
	return out
}

// madr sends a record as Markdown.
func (s *Server) madr(w http.ResponseWriter, r *http.Request) error {
	d, err := s.load(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(strings.TrimSuffix(d.Record.FileName(), ".md"), "md"))
	_, err = w.Write([]byte(decision.MADR(d.Record, language(r))))
	return err
}

// checks explains the language of checks with the plan's own figures.
func (s *Server) checks(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	v.Crumb, v.Title = v.T("nav.decisions"), v.T("checks.title")
	facts := s.figures(v)
	var groups []page.CheckGroup
	for _, kind := range decision.Kinds() {
		groups = append(groups, checkGroup(facts, v.Plan.Doc, kind))
	}
	open, err := s.openQuestions(r.Context(), v.Plan.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, page.Checks(v, groups, open))
}

// checkExamples bounds the things of one kind that are shown with their values.
const checkExamples = 3

func checkGroup(w decision.World, doc *plan.Plan, kind string) page.CheckGroup {
	things := decision.Vocabulary[kind]
	g := page.CheckGroup{Kind: kind}
	keys := []string{""}
	switch {
	case things.Table != "":
		keys = nil
		k := plan.KindOf(things.Table)
		for i := range min(k.Len(doc), checkExamples) {
			keys = append(keys, k.At(doc, i).Key())
		}
		if kind == "layout" && len(keys) == 0 {
			keys = []string{"hub"}
		}
	case things.Keyed:
		keys = nil
		for _, in := range doc.Installations {
			if in.Tool != "" && !slices.Contains(keys, in.Tool) && len(keys) < checkExamples {
				keys = append(keys, in.Tool)
			}
		}
	}
	for _, t := range things.Terms {
		row := page.CheckRow{Term: t}
		for _, key := range keys {
			ref := decision.Ref{Kind: kind, Key: key, Field: t.Field}
			f, err := w.Figure(ref)
			if err != nil {
				f = decision.Figure{Ref: ref, Name: f.Name}
			}
			row.Figures = append(row.Figures, f)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// figures gives the figures of a page's plan as checks see them.
func (s *Server) figures(v *ui.View) *review.Facts {
	return review.NewFacts(v.Plan.Doc, s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc), nil)
}

func today(now time.Time) string { return now.Format(time.DateOnly) }
