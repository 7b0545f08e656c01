package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// decisions lists a plan's decision records.
func (s *Server) decisions(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	v.Record = v.URL("decisions", "new")
	all, err := s.Plans.Decisions(r.Context(), v.Plan.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, page.Decisions(v, all, s.contradicted(r.Context(), v, all...)))
}

// newDecision opens a record, filled in from the page it was asked for on.
func (s *Server) newDecision(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	v.Title = v.T("decision.page.new")
	record, _ := s.draft(v, r.URL.Query().Get("topic"), r.URL.Query().Get("subject"))
	return s.render(w, r, page.DecisionForm(v, record, 0))
}

// addDecision keeps a new record with a snapshot of the verdict it is about.
func (s *Server) addDecision(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	begun, snapshot := s.draft(v, r.PostForm.Get("topic"), r.PostForm.Get("subject"))
	record := decision.Record{Topic: begun.Topic, Subject: begun.Subject, Status: decision.Proposed, Date: v.Now.Format("2006-01-02")}
	read(r.PostForm, &record)
	if problems := decision.Validate(record); len(problems) > 0 {
		v.Title = v.T("decision.page.new")
		return s.refuseDecision(w, r, v, record, 0, problems)
	}
	d, err := s.Plans.AddDecision(r.Context(), v.Plan.ID, decision.Kept{Decision: decision.Decision{Record: record, Snapshot: snapshot}})
	if err != nil {
		return err
	}
	http.Redirect(w, r, v.URL("decisions", strconv.Itoa(d.Record.Number)), http.StatusSeeOther)
	return nil
}

func (s *Server) refuseDecision(w http.ResponseWriter, r *http.Request, v *ui.View, record decision.Record, version int64, problems []decision.Problem) error {
	v.Failed = &ui.Failed{Form: "decision", Values: r.PostForm}
	for _, p := range problems {
		v.Failed.Problems = append(v.Failed.Problems, v.Word(p.ID, p.Args))
	}
	return s.render(w, withStatus(r, http.StatusUnprocessableEntity), page.DecisionForm(v, record, version))
}

// load gives the decision that the address names.
func (s *Server) load(r *http.Request) (decision.Kept, error) {
	number, err := strconv.ParseInt(chi.URLParam(r, "number"), 10, 64)
	if err != nil {
		return decision.Kept{}, errNotFound
	}
	return s.Plans.Decision(r.Context(), planOf(r), number)
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
		return s.render(w, r, page.DecisionForm(v, d.Record, d.Version))
	}
	others, err := s.Plans.Decisions(r.Context(), v.Plan.ID)
	if err != nil {
		return err
	}
	return s.render(w, r, page.Decision(v, d, others, s.contradicted(r.Context(), v, d)[d.Record.Number]))
}

// saveDecision changes a proposed record's text, or takes its next step.
func (s *Server) saveDecision(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	d, err := s.load(r)
	if err != nil {
		return err
	}
	if d.Version != parseVersion(r.PostForm) {
		return plan.ErrStale
	}
	if status := decision.Status(r.PostForm.Get("status")); status != "" {
		return s.step(w, r, v, d, status)
	}
	if !d.Record.Editable() {
		return plan.ErrStale
	}
	record := d.Record
	read(r.PostForm, &record)
	if problems := decision.Validate(record); len(problems) > 0 {
		return s.refuseDecision(w, r, v, record, d.Version, problems)
	}
	d.Record = record
	if err := s.Plans.SaveDecisions(r.Context(), v.Plan.ID, d); err != nil {
		return err
	}
	http.Redirect(w, r, v.URL("decisions", strconv.Itoa(d.Record.Number)), http.StatusSeeOther)
	return nil
}

func parseVersion(f url.Values) int64 {
	n, _ := strconv.ParseInt(f.Get("version"), 10, 64)
	return n
}

// step accepts, rejects or supersedes a record.
func (s *Server) step(w http.ResponseWriter, r *http.Request, v *ui.View, d decision.Kept, to decision.Status) error {
	by := decision.By{Person: v.Author, At: v.Now, Why: clip(strings.TrimSpace(r.PostForm.Get("why")), decision.MaxLine)}
	by.Number, _ = strconv.Atoi(r.PostForm.Get("by"))
	save := []decision.Kept{}
	if to == decision.Superseded {
		next, err := s.Plans.Decision(r.Context(), v.Plan.ID, int64(by.Number))
		if err == nil {
			next.Record = next.Record.LinkTo(d.Record.Number)
			save = append(save, next)
		} else if !errors.Is(err, plan.ErrNotFound) {
			return err
		}
	}
	record, err := decision.Transition(d.Record, to, by)
	var refused *decision.Error
	if errors.As(err, &refused) {
		return s.answer(w, r, v.URL("decisions", strconv.Itoa(d.Record.Number)), &outcome{status: http.StatusUnprocessableEntity,
			failed: &ui.Failed{Form: "status", Values: r.PostForm, Problems: []string{v.Word(refused.ID, refused.Args)}}})
	}
	if err != nil {
		return err
	}
	d.Record = record
	if err := s.Plans.SaveDecisions(r.Context(), v.Plan.ID, append(save, d)...); err != nil {
		return err
	}
	if to == decision.Accepted {
		s.notify(r.Context(), accepted(v, record))
	}
	return s.answer(w, r, v.URL("decisions", strconv.Itoa(d.Record.Number)), &outcome{})
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

// read takes a record's text out of a form. Lists are a line an entry;
// arguments begin with +, - or ~ for good, bad and neutral.
func read(f url.Values, r *decision.Record) {
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n")) }
	r.Title, r.Context, r.Justification = text("title"), text("context"), text("justification")
	r.Confirmation, r.More = text("confirmation"), text("more")
	r.DecisionMakers, r.Consulted, r.Informed = people(text("makers")), people(text("consulted")), people(text("informed"))
	r.Drivers = lines(text("drivers"))
	r.Consequences = arguments(text("consequences"))
	r.Options, r.Chosen = nil, ""
	for i, name := range f["option"] {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		o := decision.Option{Name: name}
		if all := f["arguments"]; i < len(all) {
			o.Arguments = arguments(strings.ReplaceAll(all[i], "\r\n", "\n"))
		}
		if all := f["description"]; i < len(all) {
			o.Description = strings.TrimSpace(strings.ReplaceAll(all[i], "\r\n", "\n"))
		}
		r.Options = append(r.Options, o)
		if f.Get("chosen") == strconv.Itoa(i) {
			r.Chosen = name
		}
	}
}

func people(text string) []string { return words(text) }

func lines(text string) (out []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func arguments(text string) (out []decision.Argument) {
	for _, line := range lines(text) {
		side := decision.Neutral
		switch line[0] {
		case '+':
			side = decision.Good
		case '-':
			side = decision.Bad
		}
		if line = strings.TrimSpace(strings.TrimLeft(line, "+-~")); line != "" {
			out = append(out, decision.Argument{Side: side, Text: line})
		}
	}
	return out
}
