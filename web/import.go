package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/backstage"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/survey"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// importRoutes lead from what exists to the plan: read, look, apply.
func (s *Server) importRoutes(r chi.Router) {
	r.Get("/import", s.page(s.importPage))
	r.Post("/import/read", s.page(s.importRead))
	r.Post("/import", s.page(s.importApply))
}

// importPage asks what to read, or shows what a reading would do to the plan.
func (s *Server) importPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "facts")
	if err != nil {
		return err
	}
	v.Title = v.T("survey.title")
	q := r.URL.Query()
	if id := q.Get("read"); id != "" {
		if one := s.readings.get(v.Plan.ID, id); one != nil {
			return s.render(w, r, page.ImportPreview(v, s.preview(v, one, q)))
		}
		if v.Failed == nil {
			v.Failed = &ui.Failed{Problems: []string{v.T("survey.expired")}}
		}
	}
	return s.render(w, r, page.ImportRead(v, page.ImportReadProps{Catalog: q.Get("from") == "backstage", Instances: s.readable(), CanRead: s.Survey != nil}))
}

// preview is a reading as the page shows it, with what was chosen so far.
func (s *Server) preview(v *ui.View, one *readingOf, q url.Values) page.ImportPreviewProps {
	c := choicesOf(one, q, v.Lang)
	proposal := one.propose(v.Plan.Revision, v.Plan.Doc, c)
	picks := picksOf(proposal, q)
	groups := proposal.Groups(picks)
	return page.ImportPreviewProps{Read: one.id, At: one.at, Seen: one.seen, Keys: one.keys, Choices: c, Notes: proposal.Notes,
		Groups: groups, Counts: proposal.Count(groups, picks), Rows: picks.Rows, Filter: clip(strings.TrimSpace(q.Get("q")), 100)}
}

// choicesOf are what the form says, else what is usual.
func choicesOf(one *readingOf, q url.Values, l lang.Lang) survey.Choices {
	c := survey.Guess(one.seen, one.keys)
	c.LayoutName = l.T("survey.layout.name", nil)
	if !q.Has("ticked") {
		return c
	}
	for name, to := range map[string]*survey.From{"team": &c.Team, "environment": &c.Environment, "service": &c.Service, "zone": &c.Zone, "region": &c.Region} {
		if f := survey.From(q.Get(name)); f == survey.Nothing || slices.Contains(page.ImportSources(one.keys), f) {
			*to = f
		}
	}
	c.Systems = q.Get("systems") == "true"
	return c
}

// picksOf are the boxes ticked; at first those that only add.
func picksOf(p *survey.Proposal, q url.Values) survey.Picks {
	if !q.Has("ticked") {
		return p.Default()
	}
	out := survey.Picks{Rows: q["row"]}
	known := q["known"] // groups that were on the page
	for _, g := range p.Default().Groups {
		if !slices.Contains(known, g) {
			out.Groups = append(out.Groups, g)
		}
	}
	out.Groups = append(out.Groups, q["group"]...)
	return out
}

// importRead reads the chosen instances, or a catalogue, and leads to what it
// would do.
func (s *Server) importRead(w http.ResponseWriter, r *http.Request) error {
	var seen survey.Observed
	back := planURL(planOf(r), "import")
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	if r.URL.Query().Get("from") == "backstage" {
		back += "?from=backstage"
		seen, err = readCatalog(r)
	} else {
		seen, err = s.readInstances(w, r)
	}
	l := language(r)
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		failed := &ui.Failed{Form: "read", Values: r.Form}
		for _, p := range bad.Problems {
			failed.Problems = append(failed.Problems, fileProblem(l.T, p))
		}
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity, failed: failed})
	}
	if err != nil {
		return err
	}
	one := s.readings.add(planOf(r), &seen)
	one.propose(head.Revision, doc, choicesOf(one, nil, l)) // so that the page has it
	http.Redirect(w, r, planURL(planOf(r), "import")+"?read="+one.id, http.StatusSeeOther)
	return nil
}

// readCatalog reads what was pasted or uploaded.
func readCatalog(r *http.Request) (survey.Observed, error) {
	done, err := parseForm(r)
	if err != nil {
		return survey.Observed{}, err
	}
	defer done()
	file, _, err := r.FormFile("file")
	if err == nil {
		defer func() { _ = file.Close() }() // read only
		return backstage.Decode(file)
	}
	text := r.PostFormValue("text")
	if strings.TrimSpace(text) == "" {
		return survey.Observed{}, &plan.Invalid{Problems: []plan.Problem{{ID: "survey.catalog.none"}}}
	}
	return backstage.Decode(strings.NewReader(text))
}

// Limits of reading instances.
const (
	readTime  = 150 * time.Second
	readShort = 50 * time.Second // where the answer's deadline cannot be moved
	readAtOne = 8                // instances at a time
)

// readInstances reads the ticked instances side by side. Those that fail are
// told with the rest; where all do, it is an error.
func (s *Server) readInstances(w http.ResponseWriter, r *http.Request) (survey.Observed, error) {
	var all survey.Observed
	if err := r.ParseForm(); err != nil {
		return all, errForm
	}
	var names []string
	for _, in := range s.readable() {
		if slices.Contains(r.PostForm["instance"], in.Name) {
			names = append(names, in.Name)
		}
	}
	if len(names) == 0 || s.Survey == nil {
		return all, &plan.Invalid{Problems: []plan.Problem{{ID: "survey.read.none"}}}
	}
	limit := readTime
	if http.NewResponseController(w).SetWriteDeadline(time.Now().Add(readTime+10*time.Second)) != nil {
		limit = readShort
	}
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	results, failures := make([]survey.Observed, len(names)), make([]error, len(names))
	var reading sync.WaitGroup
	slots := make(chan struct{}, readAtOne)
	for i, name := range names {
		reading.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i], failures[i] = s.Survey(ctx, name)
		})
	}
	reading.Wait()
	var problems []plan.Problem
	for i, err := range failures {
		if err == nil {
			all.Add(results[i])
			continue
		}
		var failed *survey.Error
		if !errors.As(err, &failed) {
			failed = &survey.Error{Reason: "unknown", Detail: err.Error()}
		}
		s.Log.Warn("Argo CD instance could not be read", "instance", names[i], "reason", failed.Reason, "detail", failed.Detail)
		all.Failed = append(all.Failed, survey.Failed{Instance: names[i], Reason: failed.Reason})
		problems = append(problems, plan.Problem{ID: "survey.read.failed",
			Args: map[string]any{"name": names[i], "reason": language(r).T("live.reason."+failed.Reason, nil)}})
	}
	if len(problems) == len(names) {
		return all, &plan.Invalid{Problems: problems}
	}
	return all, nil
}

// importApply compares the reading with the plan's newest revision once more
// and does what is ticked, as one edit.
func (s *Server) importApply(w http.ResponseWriter, r *http.Request) error {
	head, f, err := s.posted(r)
	if err != nil {
		return err
	}
	one := s.readings.get(head.ID, r.PostForm.Get("read"))
	if one == nil {
		return s.answer(w, r, planURL(head.ID, "import"), &outcome{status: http.StatusConflict,
			failed: &ui.Failed{Values: r.PostForm, Problems: []string{f.lang.T("survey.expired", nil)}}})
	}
	proposal := one.propose(head.Revision, f.doc, choicesOf(one, r.PostForm, f.lang))
	e, n := proposal.Edit(picksOf(proposal, r.PostForm), plan.Summary{ID: "plan.summary.import"})
	back := planURL(head.ID, "import") + "?" + r.PostForm.Encode()
	if !n.Any() {
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity,
			failed: &ui.Failed{Values: r.PostForm, Problems: []string{f.lang.T("survey.nothing", nil)}}})
	}
	rev, err := s.Plans.Edit(r.Context(), head.ID, f.author, e)
	if err != nil {
		return s.refuse(w, r, back, f, err)
	}
	return s.answer(w, r, planURL(head.ID), &outcome{done: s.edited(f.lang, rev)})
}
