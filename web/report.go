package web

import (
	"net/http"

	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/report"
	"deckplan/web/page"
)

// reports offers the report for download.
func (s *Server) reports(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "reports")
	if err != nil {
		return err
	}
	return s.render(w, r, page.Reports(v))
}

// report sends the whole plan with its verdicts and decisions as one file.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	kept, err := s.Plans.Decisions(r.Context(), head.ID)
	if err != nil {
		return err
	}
	decisions := make([]decision.Decision, len(kept))
	for i := range kept {
		decisions[len(kept)-1-i] = kept[i].Decision
	}
	l, ok := lang.Parse(r.URL.Query().Get("lang"))
	if !ok {
		l = language(r)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// The file carries its own styles; shown here it may load nothing at all.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals")
	if r.URL.Query().Has("download") {
		w.Header().Set("Content-Disposition", attachment(head.Name, "html"))
	}
	return report.Write(w, report.Input{Plan: doc, Revision: int(head.Revision), Decisions: decisions, Lang: l, Generated: s.Now(),
		Appraisal: *s.appraise.of(head.ID, head.Revision, doc)})
}
