package web

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// start lists the plans and offers the ways to begin one.
func (s *Server) start(w http.ResponseWriter, r *http.Request) error {
	plans, err := s.Plans.Plans(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, page.Start(s.view(w, r, "start.title"), plans, len(s.readable())))
}

// create makes a plan: the sample, an empty one, or one from a file.
func (s *Server) create(w http.ResponseWriter, r *http.Request) error {
	l := language(r)
	p, how, err := s.newPlan(r)
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		failed := &ui.Failed{Form: "file", Values: r.PostForm}
		for _, one := range bad.Problems {
			failed.Problems = append(failed.Problems, fileProblem(l.T, one))
		}
		return s.answer(w, r, "/", &outcome{status: http.StatusUnprocessableEntity, failed: failed})
	}
	if err != nil {
		return err
	}
	head, err := s.Plans.Create(r.Context(), plan.NewID(), author(r), p,
		plan.Summary{ID: "plan.summary.begun." + how, Args: map[string]any{"name": p.About.Name}})
	if err != nil {
		return err
	}
	if r.PostForm.Get("then") == "import" {
		http.Redirect(w, r, planURL(head.ID, "import"), http.StatusSeeOther)
		return nil
	}
	http.Redirect(w, r, planURL(head.ID), http.StatusSeeOther)
	return nil
}

func (s *Server) newPlan(r *http.Request) (*plan.Plan, string, error) {
	done, err := parseForm(r)
	if err != nil {
		return nil, "", err
	}
	defer done()
	if r.MultipartForm != nil {
		file, _, err := r.FormFile("file")
		if err != nil {
			return nil, "", &plan.Invalid{Problems: []plan.Problem{{ID: "start.file.none"}}}
		}
		defer func() { _ = file.Close() }() // read only
		p, err := plan.DecodeYAML(io.LimitReader(file, plan.MaxBytes+1))
		return p, "file", err
	}
	l := language(r)
	if r.PostForm.Get("from") == "sample" {
		p, err := plan.Sample(string(l))
		return p, "sample", err
	}
	name := clip(strings.TrimSpace(r.PostForm.Get("name")), 120)
	if name == "" {
		name = l.T("start.empty.name", nil)
	}
	return plan.Empty(name), "empty", nil
}

// fileProblem words a problem of a file with its line and path.
func fileProblem(t func(string, map[string]any) string, p plan.Problem) string {
	text := t(p.ID, p.Args)
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	if p.Line > 0 {
		text = t("start.file.line", map[string]any{"line": p.Line}) + " " + text
	}
	return text
}

// remove deletes a plan with everything recorded of it.
func (s *Server) remove(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	head, _, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	if r.PostForm.Get("name") != head.Name {
		return s.answer(w, r, planURL(head.ID)+"#delete", &outcome{status: http.StatusUnprocessableEntity,
			failed: &ui.Failed{Form: "delete", Values: r.PostForm, Problems: []string{language(r).T("overview.delete.name", map[string]any{"name": head.Name})}}})
	}
	if err := s.Plans.Delete(r.Context(), head.ID); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// export sends the plan, as it is or was at a revision, as YAML.
func (s *Server) export(w http.ResponseWriter, r *http.Request) error {
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	if asked := r.URL.Query().Get("revision"); asked != "" {
		number, err := strconv.ParseInt(asked, 10, 64)
		if err != nil {
			return errNotFound
		}
		if doc, err = s.Plans.At(r.Context(), head.ID, number); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(head.Name, "yaml"))
	return plan.EncodeYAML(w, doc)
}
