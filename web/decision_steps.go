package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/web/ui"
)

// onRecord carries out a form on a record's page: change is handed the record,
// and those of the other numbers, as they are now. What the record refuses
// comes back on the page with what was typed.
func (s *Server) onRecord(w http.ResponseWriter, r *http.Request, form, done string, change func(all []*decision.Kept) error, others ...int) error {
	number, err := numberOf(r)
	if err != nil {
		return err
	}
	id := planOf(r)
	back := planURL(id, "decisions", strconv.Itoa(number))
	l := language(r)
	err = s.Plans.ChangeDecisions(r.Context(), id, change, append([]int{number}, others...)...)
	var refused *decision.Error
	switch {
	case errors.As(err, &refused):
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity,
			failed: &ui.Failed{Form: form, Values: r.PostForm, Problems: []string{l.T(refused.ID, refused.Args)}}})
	case errors.Is(err, plan.ErrStale):
		return s.answer(w, r, back, &outcome{status: http.StatusConflict,
			failed: &ui.Failed{Form: form, Values: r.PostForm, Problems: []string{l.T("decision.problem.stale", nil)}}})
	case err != nil:
		return err
	}
	return s.answer(w, r, back, &outcome{done: &ui.Done{Text: l.T(done, nil)}})
}

func why(r *http.Request, name string) string {
	return clip(strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n")), decision.MaxLine)
}

// step takes a record to its next status.
func (s *Server) step(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	to := decision.Status(r.PostForm.Get("status"))
	if !to.Known() {
		return errForm
	}
	by := decision.By{Person: author(r), At: s.Now(), Why: why(r, "why")}
	by.Number, _ = strconv.Atoi(r.PostForm.Get("by"))
	number, err := numberOf(r)
	if err != nil {
		return err
	}
	var others []int
	if to == decision.Superseded && by.Number > 0 && by.Number != number {
		if _, err := s.Plans.Decision(r.Context(), planOf(r), int64(by.Number)); err == nil {
			others = append(others, by.Number)
		} else if !errors.Is(err, plan.ErrNotFound) {
			return err
		} else {
			by.Number = 0
		}
	}
	taken := false
	err = s.onRecord(w, r, "status", "decision.done."+string(to), func(all []*decision.Kept) error {
		err := decision.Take(all, to, by)
		taken = err == nil
		return err
	}, others...)
	if err == nil && taken && to == decision.Accepted {
		s.tellAccepted(r.Context(), planOf(r), number, by)
	}
	return err
}

// sign keeps a decider's word.
func (s *Server) sign(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	o := decision.SignOff{Person: r.PostForm.Get("person"), Agrees: r.PostForm.Get("agrees") == "yes", At: s.Now(), Word: why(r, "word"), By: author(r)}
	return s.onRecord(w, r, "sign", "decision.done.signed", func(all []*decision.Kept) error {
		if all[0].Record.Fingerprint() != r.PostForm.Get("text") {
			return plan.ErrStale // what was read is no longer what stands there
		}
		record, err := all[0].Record.Sign(o)
		all[0].Record = record
		return err
	})
}

// reviewDecision keeps what a review of an accepted record came to.
func (s *Server) reviewDecision(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	next := assumptions(r.PostForm)
	reviewBy := strings.TrimSpace(r.PostForm.Get("reviewBy"))
	seen, _ := strconv.Atoi(r.PostForm.Get("reviews"))
	return s.onRecord(w, r, "review", "decision.done.reviewed", func(all []*decision.Kept) error {
		if len(all[0].Record.Reviews) != seen {
			return plan.ErrStale // only reviews change what is assumed: the form began before the last
		}
		record, err := all[0].Record.Reviewed(decision.Review{Person: author(r), At: s.Now(), Why: why(r, "why")}, next, reviewBy)
		if err != nil {
			return err
		}
		for _, p := range decision.Validate(record) {
			if strings.HasPrefix(p.Field, "assumptions") || p.Field == "reviewBy" {
				return &decision.Error{ID: p.ID, Args: p.Args}
			}
		}
		all[0].Record = record
		return nil
	})
}

// comment adds a remark, or takes back one's own.
func (s *Server) comment(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	if id := r.PostForm.Get("remove"); id != "" {
		return s.onRecord(w, r, "comment", "decision.done.uncommented", func(all []*decision.Kept) error {
			all[0].Record.Comments = slices.DeleteFunc(slices.Clone(all[0].Record.Comments), func(c decision.Comment) bool { return c.ID == id && c.Person == author(r) })
			return nil
		})
	}
	c := decision.Comment{ID: plan.NewID(), Person: author(r), At: s.Now(), Text: strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"))}
	return s.onRecord(w, r, "comment", "decision.done.commented", func(all []*decision.Kept) error {
		record, err := all[0].Record.Remark(c)
		all[0].Record = record
		return err
	})
}

// relate links two records, or takes the link away.
func (s *Server) relate(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	related, name := true, "number"
	if r.PostForm.Has("unrelate") {
		related, name = false, "unrelate"
	}
	other, err := strconv.Atoi(r.PostForm.Get(name))
	if number, bad := numberOf(r); err != nil || bad != nil || number == other {
		return errForm
	}
	return s.onRecord(w, r, "relate", "decision.done.related", func(all []*decision.Kept) error {
		decision.Relate(&all[0].Record, &all[1].Record, related)
		return nil
	}, other)
}

// discard throws a draft away.
func (s *Server) discard(w http.ResponseWriter, r *http.Request) error {
	number, err := numberOf(r)
	if err != nil {
		return err
	}
	if err := s.Plans.DiscardDraft(r.Context(), planOf(r), number); err != nil {
		return err
	}
	return s.answer(w, r, planURL(planOf(r), "decisions"), &outcome{done: &ui.Done{Text: language(r).T("decision.done.discarded", map[string]any{"number": decision.FormatNumber(number)})}})
}
