package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// openQuestions counts what a plan's team is yet to decide.
func (s *Server) openQuestions(ctx context.Context, id string) (n int, err error) {
	all, err := s.Plans.Questions(ctx, id)
	for _, q := range all {
		if q.Open() {
			n++
		}
	}
	return n, err
}

func (s *Server) question(ctx context.Context, id, question string) (*decision.Question, error) {
	all, err := s.Plans.Questions(ctx, id)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == question {
			return &all[i].Question, nil
		}
	}
	return nil, plan.ErrNotFound
}

// backlog lists what is yet to be decided: what is due first, then the oldest.
func (s *Server) backlog(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	v.Crumb, v.Title = v.T("nav.decisions"), v.T("backlog.title")
	all, err := s.Plans.Questions(r.Context(), v.Plan.ID)
	if err != nil {
		return err
	}
	props := page.BacklogProps{Edit: r.URL.Query().Get("edit"), Records: len(v.Plan.Standing.Records)}
	for _, q := range all {
		if q.Open() {
			props.Open = append(props.Open, q)
		} else {
			props.Closed = append(props.Closed, q)
		}
	}
	slices.SortStableFunc(props.Open, func(a, b decision.KeptQuestion) int {
		return cmp.Compare(cmp.Or(a.DueBy, "9999"), cmp.Or(b.DueBy, "9999"))
	})
	slices.Reverse(props.Closed)
	return s.render(w, r, page.Backlog(v, props))
}

// asked takes a question's text out of a form.
func asked(f url.Values, q *decision.Question) {
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n")) }
	q.Title, q.Detail, q.DueBy = text("title"), text("detail"), text("dueBy")
}

// raise adds a question, by hand or from a finding.
func (s *Server) raise(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	id, l := planOf(r), language(r)
	q := decision.Question{ID: plan.NewID(), RaisedBy: author(r), RaisedAt: s.Now(), Topic: decision.Topic(r.PostForm.Get("topic")),
		Subject: clip(r.PostForm.Get("subject"), 200), Finding: clip(r.PostForm.Get("finding"), 200)}
	if q.Topic != "" && !slices.Contains(decision.Topics, q.Topic) {
		return errForm
	}
	asked(r.PostForm, &q)
	q.Title = clip(q.Title, decision.MaxTitle)
	back := backTo(r, planURL(id, "decisions", "backlog"))
	if refused := questionProblems(l.T, q); refused != nil {
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity, failed: &ui.Failed{Form: "question", Values: r.PostForm, Problems: refused}})
	}
	err := s.Plans.AddQuestion(r.Context(), id, q)
	var full *decision.Error
	if errors.As(err, &full) {
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity, failed: &ui.Failed{Form: "question", Values: r.PostForm, Problems: []string{l.T(full.ID, full.Args)}}})
	}
	if err != nil {
		return err
	}
	return s.answer(w, r, back, &outcome{done: &ui.Done{Text: l.T("backlog.done.raised", map[string]any{"title": q.Title})}})
}

func questionProblems(word func(string, map[string]any) string, q decision.Question) (out []string) {
	for _, p := range decision.ValidateQuestion(q) {
		out = append(out, word(p.ID, p.Args))
	}
	return out
}

// changeQuestion edits, drops or reopens a question.
func (s *Server) changeQuestion(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	id, question, l := planOf(r), chi.URLParam(r, "question"), language(r)
	back := planURL(id, "decisions", "backlog")
	var problems []string
	done := "backlog.done.saved"
	err := s.Plans.ChangeQuestion(r.Context(), id, question, func(q *decision.KeptQuestion) error {
		switch {
		case r.PostForm.Has("drop"):
			done = "backlog.done.dropped"
			q.Dropped, q.Closed = true, &decision.Closed{Person: author(r), At: s.Now(), Why: why(r, "why")}
		case r.PostForm.Has("reopen"):
			done = "backlog.done.reopened"
			q.Dropped, q.Closed = false, nil
		default:
			before := q.Question
			asked(r.PostForm, &q.Question)
			if q.Version != parseVersion(r.PostForm) && (q.Title != before.Title || q.Detail != before.Detail || q.DueBy != before.DueBy) {
				problems = []string{l.T("backlog.stale", nil)}
				return plan.ErrStale
			}
			if problems = questionProblems(l.T, q.Question); problems != nil {
				return errForm
			}
		}
		return nil
	})
	if problems != nil {
		return s.answer(w, r, back+"?edit="+url.QueryEscape(question), &outcome{status: http.StatusUnprocessableEntity, failed: &ui.Failed{Form: "question/" + question, Values: r.PostForm, Problems: problems}})
	}
	if err != nil {
		return err
	}
	return s.answer(w, r, back, &outcome{done: &ui.Done{Text: l.T(done, nil)}})
}
