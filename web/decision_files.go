package web

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// maxDecisionFiles bounds an upload of records, in bytes.
const maxDecisionFiles = 16 << 20

// DecisionFiles is what the import of records needs of the database.
type DecisionFiles interface {
	// LastDecision is the largest number that a decision of the plan was given.
	LastDecision(ctx context.Context, id string) (int, error)
	// ImportDecisions keeps decisions under the numbers they have, all or none;
	// plan.ErrStale where one was given meanwhile.
	ImportDecisions(ctx context.Context, id string, all []decision.Kept) error
}

// decisionFileRoutes take decisions in as files, and give them out.
func (s *Server) decisionFileRoutes(r chi.Router) {
	r.Get("/decisions.zip", s.page(s.decisionZip))
	r.Get("/decisions/import", s.page(s.decisionImport))
	// Two at a time, for what one upload may cost in memory and in work.
	r.With(middleware.ThrottleBacklog(2, 20, time.Minute)).Post("/decisions/import", s.page(s.decisionUpload))
}

// decisionZip sends a plan's decisions as MADR files.
func (s *Server) decisionZip(w http.ResponseWriter, r *http.Request) error {
	head, _, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	kept, err := s.Plans.Decisions(r.Context(), head.ID)
	if err != nil {
		return err
	}
	all := make([]decision.Decision, len(kept))
	for i, d := range kept {
		all[i] = d.Decision
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", attachment(head.Name+" ADR", "zip"))
	w.Header().Set("Cache-Control", "no-store")
	return decision.ExportZip(w, all, language(r))
}

// decisionImport asks for files.
func (s *Server) decisionImport(w http.ResponseWriter, r *http.Request) error {
	return s.showDecisionFiles(w, r, page.DecisionFilesProps{})
}

func (s *Server) showDecisionFiles(w http.ResponseWriter, r *http.Request, p page.DecisionFilesProps) error {
	v, err := s.planView(w, r, "decisions")
	if err != nil {
		return err
	}
	v.Crumb, v.Title = v.T("nav.decisions"), v.T("decision.import.title")
	p.MaxUpload = maxDecisionFiles >> 20
	return s.render(w, r, page.DecisionFiles(v, p))
}

// decisionUpload reads files and shows what they hold; or, where its own
// preview sends them back, keeps the records that are ticked. Nothing is kept
// between: the preview carries the files, and they are read once more.
func (s *Server) decisionUpload(w http.ResponseWriter, r *http.Request) error {
	done, err := parseForm(r)
	if err != nil {
		return s.refuseDecisionFiles(w, r, err)
	}
	defer done()
	carried := r.PostForm.Get("carried")
	var set decision.Set
	if carried == "" {
		set, err = uploadedDecisions(r)
	} else {
		var b []byte
		if b, err = base64.StdEncoding.DecodeString(carried); err == nil {
			set, err = decision.ReadZip("", b)
		} else {
			err = errForm
		}
	}
	if err != nil {
		return s.refuseDecisionFiles(w, r, err)
	}
	if carried != "" {
		return s.importDecisions(w, r, set)
	}
	return s.previewDecisions(w, r, set, nil)
}

// uploadedDecisions reads the files of an upload.
func uploadedDecisions(r *http.Request) (decision.Set, error) {
	var files []decision.File
	total := int64(0)
	if r.MultipartForm == nil {
		return decision.Set{}, errForm
	}
	for _, h := range r.MultipartForm.File["files"] {
		if h.Filename == "" {
			continue
		}
		if total += h.Size; total > maxDecisionFiles || len(files) >= decision.MaxFiles {
			return decision.Set{}, &http.MaxBytesError{Limit: maxDecisionFiles}
		}
		f, err := h.Open()
		if err != nil {
			return decision.Set{}, err
		}
		b, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return decision.Set{}, err
		}
		files = append(files, decision.File{Name: h.Filename, Data: b})
	}
	if len(files) == 0 {
		return decision.Set{}, &plan.Invalid{Problems: []plan.Problem{{ID: "decision.import.none"}}}
	}
	return decision.ReadFiles(files)
}

// refuseDecisionFiles shows the form again with what is wrong.
func (s *Server) refuseDecisionFiles(w http.ResponseWriter, r *http.Request, err error) error {
	l := language(r)
	var bad *decision.FileError
	var invalid *plan.Invalid
	var large *http.MaxBytesError
	status, failed := http.StatusUnprocessableEntity, &ui.Failed{Form: "decision-files"}
	switch {
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
		failed.Problems = []string{l.T("decision.import.large", map[string]any{"max": maxDecisionFiles >> 20})}
	case errors.As(err, &bad):
		failed.Problems = []string{bad.Text(l)}
	case errors.As(err, &invalid):
		failed.Problems = []string{l.T(invalid.Problems[0].ID, invalid.Problems[0].Args)}
	default:
		return err
	}
	r = r.WithContext(context.WithValue(r.Context(), outcomeKey{}, &outcome{status: status, failed: failed}))
	return s.showDecisionFiles(w, r, page.DecisionFilesProps{})
}

// placed gives records of a set their numbers in the plan, and those of them
// that are taken back.
func (s *Server) placed(r *http.Request, set decision.Set, taken func(decision.Read) bool) ([]decision.Read, error) {
	last, err := s.Plans.LastDecision(r.Context(), planOf(r))
	if err != nil {
		return nil, err
	}
	have, err := s.Plans.Records(r.Context(), planOf(r))
	if err != nil {
		return nil, err
	}
	has := func(n int) bool {
		return slices.ContainsFunc(have, func(d decision.Record) bool { return d.Number == n })
	}
	good := slices.DeleteFunc(slices.Clone(set.Records), decision.Read.Refused)
	return decision.Place(good, taken, last, has, language(r)), nil
}

// previewDecisions shows what a set would become; only, where it is given, are
// the files that stay ticked.
func (s *Server) previewDecisions(w http.ResponseWriter, r *http.Request, set decision.Set, only []string) error {
	p := page.DecisionFilesProps{Read: true, Skipped: set.Skipped}
	for _, one := range set.Records {
		if one.Refused() {
			p.Refused = append(p.Refused, one)
		}
	}
	var err error
	if p.Records, err = s.placed(r, set, func(decision.Read) bool { return true }); err != nil {
		return err
	}
	p.Ticked = map[string]bool{}
	for _, one := range p.Records {
		p.Ticked[one.File] = only == nil || slices.Contains(only, one.File)
	}
	b, err := set.Pack()
	if err != nil {
		return err
	}
	if len(b) > maxDecisionFiles {
		return s.refuseDecisionFiles(w, r, &http.MaxBytesError{Limit: maxDecisionFiles})
	}
	p.Carried = base64.StdEncoding.EncodeToString(b)
	return s.showDecisionFiles(w, r, p)
}

// importDecisions keeps the records that are ticked, all or none.
func (s *Server) importDecisions(w http.ResponseWriter, r *http.Request, set decision.Set) error {
	ticked := r.PostForm["file"]
	chosen, err := s.placed(r, set, func(one decision.Read) bool { return slices.Contains(ticked, one.File) })
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		failed := &ui.Failed{Form: "decision-files", Problems: []string{language(r).T("decision.import.choose", nil)}}
		r = r.WithContext(context.WithValue(r.Context(), outcomeKey{}, &outcome{status: http.StatusUnprocessableEntity, failed: failed}))
		return s.previewDecisions(w, r, set, []string{})
	}
	kept := make([]decision.Kept, len(chosen))
	for i, one := range chosen {
		kept[i] = decision.Kept{Decision: one.Decision()}
	}
	switch err := s.Plans.ImportDecisions(r.Context(), planOf(r), kept); {
	case errors.Is(err, plan.ErrStale): // a number was given meanwhile: the preview has others now
		failed := &ui.Failed{Form: "decision-files", Problems: []string{language(r).T("decision.import.stale", nil)}}
		r = r.WithContext(context.WithValue(r.Context(), outcomeKey{}, &outcome{status: http.StatusConflict, failed: failed}))
		return s.previewDecisions(w, r, set, ticked)
	case err != nil:
		return err
	}
	back := planURL(planOf(r), "decisions")
	if len(kept) == 1 {
		back = planURL(planOf(r), "decisions", strconv.Itoa(kept[0].Record.Number))
	}
	return s.answer(w, r, back, &outcome{done: &ui.Done{Text: language(r).T("decision.import.done", map[string]any{"n": len(kept)})}})
}
