package web

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/matrix"
	"deckplan/internal/matrixfile"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) matrixRoutes(r chi.Router) {
	r.Get("/matrix", s.page(s.matrix))
	r.Get("/matrix/stacks", s.page(s.stacks))
	r.Get("/matrix/builders", s.page(s.builders))
	r.Get("/matrix/{matrix}.{ending:csv|xlsx}", s.page(s.matrixFile))
	r.Post("/matrix/import", s.page(s.importMatrix))
}

// stacks chooses the tools of all stages together.
func (s *Server) stacks(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "matrix")
	if err != nil {
		return err
	}
	v.Crumb, v.Title = v.T("nav.matrix"), v.T("kind.stacks")
	props := page.StacksProps{All: s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Matrices,
		Stacks: matrix.Stacks(v.Plan.Doc, v.Author)}
	k := plan.KindOf("stacks")
	props.Table = tableView(v, k, nil, nil)
	for i := range k.Len(v.Plan.Doc) {
		props.Table.Rows = append(props.Table.Rows, k.At(v.Plan.Doc, i))
	}
	props.Table.Bare, props.Table.Total, props.Table.Pages = true, len(props.Table.Rows), 1
	return s.render(w, r, page.Stacks(v, props))
}

// matrixFile sends a matrix as a table; other people's scores of a blind one
// stay out.
func (s *Server) matrixFile(w http.ResponseWriter, r *http.Request) error {
	_, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	m, ok := plan.KindOf("matrices").Find(doc, chi.URLParam(r, "matrix")).(plan.Matrix)
	if !ok {
		return errNotFound
	}
	if hides := matrix.Hides(doc, author(r)); hides != nil {
		seen := *doc
		seen.Scores = slices.DeleteFunc(slices.Clone(doc.Scores), hides)
		doc = &seen
	}
	write, ending, kind := matrixfile.WriteCSV, "csv", "text/csv; charset=utf-8"
	if chi.URLParam(r, "ending") == "xlsx" {
		write, ending, kind = matrixfile.WriteXLSX, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	var b bytes.Buffer
	if err := write(&b, doc, m.ID); err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", attachment(m.Name, ending))
	_, err = w.Write(b.Bytes())
	return err
}

// importMatrix brings a file into a matrix, or makes a new one of it. What is
// wrong with the file is told by its lines, and nothing is taken in then.
func (s *Server) importMatrix(w http.ResponseWriter, r *http.Request) error {
	done, err := parseForm(r)
	if err != nil {
		return err
	}
	defer done()
	into := r.PostForm.Get("matrix")
	back := planURL(planOf(r), "matrix")
	if into != "" {
		back += "?matrix=" + into
	}
	back = backTo(r, back)
	refuse := func(problems ...string) error {
		return s.answer(w, r, back, &outcome{status: http.StatusUnprocessableEntity, failed: &ui.Failed{Form: "matrix-file", Values: r.PostForm, Problems: problems}})
	}
	l := language(r)
	part, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || err == nil && head.Filename == "" {
		return refuse(l.T("matrix.file.none", nil))
	}
	if err != nil {
		return errors.Join(errForm, err)
	}
	defer func() { _ = part.Close() }() // read only
	f, err := matrixfile.Read(part, head.Filename)
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		var out []string
		for _, p := range bad.Problems {
			text := problemText(l, p)
			if p.Line > 0 {
				text = l.T("matrix.file.line", map[string]any{"line": p.Line}) + " " + text
			}
			out = append(out, text)
		}
		return refuse(out...)
	}
	if err != nil {
		return err
	}
	_, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	e, counts, err := f.Edit(doc, into, plan.NewID)
	if err != nil {
		return s.refuse(w, r, back, &form{values: r.PostForm, doc: doc, lang: l}, err)
	}
	if len(e.Edits) == 0 {
		return s.answer(w, r, back, &outcome{done: &ui.Done{Text: l.T("matrix.file.same", map[string]any{"n": counts.Same})}})
	}
	if into == "" {
		for _, one := range e.Edits {
			if put, ok := one.(plan.Put); ok && put.Kind == "matrices" && len(put.Items) == 1 {
				back = planURL(planOf(r), "matrix") + "?matrix=" + put.Items[0].Key()
			}
		}
	}
	rev, err := s.Plans.Edit(r.Context(), planOf(r), author(r), e)
	if err != nil {
		return s.refuse(w, r, back, &form{values: r.PostForm, doc: doc, lang: l}, err)
	}
	return s.answer(w, r, back, &outcome{done: s.edited(l, rev)})
}

// seed takes a whole number; anything else is 1.
func seed(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 1
	}
	return n
}
