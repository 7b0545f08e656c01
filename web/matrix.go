package web

import (
	"cmp"
	"net/http"
	"strconv"

	"deckplan/internal/catalog"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// factsShown is the number of candidates whose facts one page shows.
const factsShown = 30

// matrix compares the candidates of one of the plan's tool matrices.
func (s *Server) matrix(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "matrix")
	if err != nil {
		return err
	}
	all := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Matrices
	props := page.MatrixProps{All: all}
	for i := range all {
		if all[i].Matrix.ID == r.URL.Query().Get("matrix") {
			props.Selected = i
		}
	}
	if len(all) > 0 {
		a := &all[props.Selected]
		id := a.Matrix.ID
		v.About("matrix", id)
		props.Criteria = ownedTable(v, "criteria", "matrix", id, []string{"name", "weight", "note"})
		props.Candidates = ownedTable(v, "candidates", "matrix", id, []string{"tool", "name"})
		asked, _ := strconv.Atoi(r.URL.Query().Get("facts"))
		props.Facts = s.candidateFacts(v, a, asked)
		if a.Matrix.Purpose != plan.CompareBuilders && a.Matrix.Purpose != plan.CompareOwn {
			props.Article = matrix.Article(v.Plan.Doc)
		}
	}
	return s.render(w, r, page.Matrix(v, props))
}

// candidateFacts are the facts about a matrix's candidates, a page of them.
// A candidate that the catalogue lacks is among them, with facts nobody knows.
func (s *Server) candidateFacts(v *ui.View, a *matrix.Analysis, asked int) page.FactsProps {
	today := s.Now()
	p := page.FactsProps{ID: "facts", Matrix: a.Matrix.ID, Title: v.T("matrix.page.facts"), What: v.T("matrix.page.facts.what", "date", catalog.ToolsAsOf()),
		Months: a.Matrix.FactAge(), Today: today, Findings: a.FactFindings(today)}
	p.Pages = max(1, (len(a.Rows)+factsShown-1)/factsShown)
	p.Page = min(max(asked, 1), p.Pages)
	p.Href = func(n int) string {
		return v.Link("matrix", "matrix", a.Matrix.ID, "facts", strconv.Itoa(n)) + "#facts"
	}
	from := (p.Page - 1) * factsShown
	for _, r := range a.Rows[from:min(len(a.Rows), from+factsShown)] {
		of := page.FactsOf{Key: r.Candidate.ID, Name: r.Name, Tool: cmp.Or(r.Candidate.Tool, r.Candidate.Name)}
		if t := r.Tool; t != nil {
			of.Home, of.Turned, of.Facts, of.Notes = t.Homepage, t.Turned, t.Facts(), t.Notes
		} else {
			of.Facts = catalog.Unheard(of.Tool).Facts()
		}
		p.Rows = append(p.Rows, of)
	}
	return p
}
