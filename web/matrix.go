package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"deckplan/internal/catalog"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// matrix compares the candidates of one of the plan's tool matrices.
func (s *Server) matrix(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "matrix")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	all := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Matrices
	props := page.MatrixProps{All: all, View: page.MatrixViews[0]}
	if view := q.Get("view"); slices.Contains(page.MatrixViews, view) {
		props.View = view
	}
	for i := range all {
		if all[i].Matrix.ID == q.Get("matrix") {
			props.Selected = i
		}
	}
	if len(all) == 0 {
		return s.render(w, r, page.Matrix(v, props))
	}
	props.Analysis = &all[props.Selected]
	id := props.Analysis.Matrix.ID
	if props.Analysis.Blind {
		own := matrix.AnalyseFor(v.Plan.Doc, id, v.Author)
		props.Analysis = &own
	}
	v.About("matrix", id)
	props.Settings = tableView(v, plan.KindOf("matrices"), nil, nil)
	switch props.View {
	case "weights":
		props.Criteria = ownedTable(v, "criteria", "matrix", id, []string{"name", "weight", "kind", "unit", "direction", "note"})
		for i := range props.Analysis.Criteria {
			if c := &props.Analysis.Criteria[i]; c.ID == q.Get("criterion") {
				props.On = c
			}
		}
	case "ways":
		props.Seed = seed(q.Get("seed"))
		props.Robust = s.robustness(robustKey{v.Plan.ID, v.Plan.Revision, id, v.Author, props.Seed}, props.Analysis, q.Has("robust"))
		props.ScoreFlips = props.Analysis.ScoreFlips()
	case "facts":
		asked, _ := strconv.Atoi(q.Get("facts"))
		props.Facts = s.candidateFacts(v, props.Analysis, asked)
		if p := props.Analysis.Matrix.Purpose; p != plan.CompareBuilders && p != plan.CompareOwn {
			props.Article = matrix.Article(v.Plan.Doc)
		}
	default:
		if q.Has("candidate") {
			if cell, ok := page.Cell(v, props.Analysis, q.Get("candidate"), q.Get("criterion")); ok {
				props.Cell = &cell
			}
		}
		asked, _ := strconv.Atoi(q.Get("page"))
		props.PageOf(asked)
		props.Own = map[string]float64{}
		for _, sc := range v.Plan.Doc.Scores {
			if sc.Person == v.Author {
				props.Own[sc.Key()] = sc.Value
			}
		}
		props.Candidates = ownedTable(v, "candidates", "matrix", id, []string{"tool", "name"})
		if props.Pages > 1 { // the table beside the scores has the same candidates
			shown := map[string]bool{}
			for _, r := range props.Shown() {
				shown[r.Candidate.ID] = true
			}
			props.Candidates.Rows = slices.DeleteFunc(props.Candidates.Rows, func(i plan.Item) bool { return !shown[i.Key()] })
		}
	}
	return s.render(w, r, page.Matrix(v, props))
}

// robustKey names a matrix of a revision as a reader sees it, and a seed.
type robustKey struct {
	plan     string
	revision int64
	matrix   string
	reader   string // of a blind matrix
	seed     uint64
}

const (
	robustKept = 32
	// robustAtOnce is the work, in products of weight and value, up to which a
	// page waits for it.
	robustAtOnce = 1_500_000
)

// robustness gives ranks under random weightings: those that are kept, else
// worked out where it is asked for or quick; nil otherwise.
func (s *Server) robustness(key robustKey, a *matrix.Analysis, asked bool) *matrix.Robustness {
	if !a.Blind {
		key.reader = ""
	}
	if r, ok := s.robust.get(key); ok {
		return r
	}
	if !asked && len(a.Ranked())*len(a.Criteria)*matrix.Draws > robustAtOnce {
		return nil
	}
	return s.robust.of(key, robustKept, func() *matrix.Robustness {
		out := a.Robust(key.seed)
		return &out
	})
}

// factsShown is the number of candidates whose facts one page shows.
const factsShown = 30

// candidateFacts are the facts about a matrix's candidates, a page of them.
// A candidate that the catalogue lacks is among them, with facts nobody knows.
func (s *Server) candidateFacts(v *ui.View, a *matrix.Analysis, asked int) page.FactsProps {
	today := s.Now()
	p := page.FactsProps{ID: "facts", Matrix: a.Matrix.ID, Title: v.T("matrix.page.facts"), What: v.T("matrix.page.facts.what", "date", catalog.ToolsAsOf()),
		Months: a.Matrix.FactAge(), Today: today, Findings: a.FactFindings(today)}
	p.Pages = max(1, (len(a.Rows)+factsShown-1)/factsShown)
	p.Page = min(max(asked, 1), p.Pages)
	p.Href = func(n int) string {
		return v.Link("matrix", "matrix", a.Matrix.ID, "view", "facts", "facts", strconv.Itoa(n)) + "#facts"
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
