package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// newDecision opens a record, filled in from the page or the question that it
// was asked for on.
func (s *Server) newDecision(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	v.Title = v.T("decision.page.new")
	q := r.URL.Query()
	topic, subject := q.Get("topic"), q.Get("subject")
	var question *decision.Question
	if id := q.Get("question"); id != "" {
		if question, err = s.question(r.Context(), v.Plan.ID, id); err != nil {
			return err
		}
		topic, subject = string(question.Topic), question.Subject
	}
	record, _ := s.draft(v, topic, subject)
	if question != nil {
		record.Question, record.Title = question.ID, question.Title
		record.Context = strings.TrimSpace(question.Detail + "\n\n" + record.Context)
		record.Chosen, record.Justification = "", ""
	}
	record.Assumptions = s.assumed(v, record)
	return s.render(w, r, page.DecisionForm(v, s.formOf(v, record, 0)))
}

// formOf is the form of a record, with the assumptions that it could take on.
func (s *Server) formOf(v *ui.View, record decision.Record, version int64) page.DecisionFormProps {
	p := page.DecisionFormProps{Record: record, Version: version}
	for _, a := range s.offers(v, record) {
		if !slices.ContainsFunc(record.Assumptions, func(b decision.Assumption) bool { return b.Check == a.Check }) {
			p.Offers = append(p.Offers, a)
		}
	}
	return p
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
	record := decision.Record{Topic: begun.Topic, Subject: begun.Subject, Status: decision.Proposed, Date: today(v.Now), Question: r.PostForm.Get("question")}
	if r.PostForm.Has("draft") {
		record.Status = decision.Draft
	}
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
	return s.render(w, withStatus(r, http.StatusUnprocessableEntity), page.DecisionForm(v, s.formOf(v, record, version)))
}

// saveDecision changes the text of a record that is not decided yet. One that
// somebody saved meanwhile is not overwritten: the form comes back with what
// was typed, on the newest version.
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
	record := d.Record
	read(r.PostForm, &record)
	v.Title = d.Record.ID() + " " + d.Record.Title
	if problems := decision.Validate(record); len(problems) > 0 {
		return s.refuseDecision(w, r, v, record, parseVersion(r.PostForm), problems)
	}
	stale := ""
	err = s.Plans.ChangeDecisions(r.Context(), v.Plan.ID, func(all []*decision.Kept) error {
		next := all[0].Record
		read(r.PostForm, &next)
		switch {
		case !next.Editable():
			stale = "decision.problem.decided"
		case all[0].Version != parseVersion(r.PostForm) && !next.Equal(all[0].Record):
			stale = "decision.problem.stale"
		default:
			all[0].Record = next
			return nil
		}
		return plan.ErrStale
	}, d.Record.Number)
	if stale != "" {
		return s.refuseDecision(w, r, v, record, d.Version, []decision.Problem{{Field: "title", ID: stale}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, v.URL("decisions", strconv.Itoa(d.Record.Number)), http.StatusSeeOther)
	return nil
}

func parseVersion(f url.Values) int64 {
	n, _ := strconv.ParseInt(f.Get("version"), 10, 64)
	return n
}

// read takes a record's text out of a form. Lists are a line an entry;
// arguments begin with +, - or ~ for good, bad and neutral.
func read(f url.Values, r *decision.Record) {
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n")) }
	r.Title, r.Context, r.Justification = text("title"), text("context"), text("justification")
	r.Confirmation, r.More = text("confirmation"), text("more")
	r.DecisionMakers, r.Consulted, r.Informed = words(text("makers")), words(text("consulted")), words(text("informed"))
	r.Drivers = lines(text("drivers"))
	r.Consequences = arguments(text("consequences"))
	if f.Has("aftermath") {
		r.Aftermath = text("aftermath")
	}
	r.ReviewBy = text("reviewBy")
	r.Assumptions = assumptions(f)
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

// assumptions takes the assumptions out of a form: those written out, and the
// offered ones that were ticked. One without a sentence is called by its check.
func assumptions(f url.Values) (out []decision.Assumption) {
	add := func(text, check string) {
		a := decision.Assumption{Text: strings.Join(strings.Fields(text), " "), Check: strings.TrimSpace(check)}
		if a.Text == "" {
			a.Text = a.Check
		}
		if a.Text != "" {
			out = append(out, a)
		}
	}
	for i, text := range f["assumption"] {
		check := ""
		if all := f["check"]; i < len(all) {
			check = all[i]
		}
		add(text, check)
	}
	for _, offer := range f["offer"] {
		check, text, _ := strings.Cut(offer, "\n")
		add(text, check)
	}
	return out
}

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
