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

// reportInput gathers what a report is made of: the plan, its verdicts and its
// decisions, the oldest first.
func (s *Server) reportInput(r *http.Request) (in report.Input, name string, err error) {
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return in, "", err
	}
	kept, err := s.Plans.Decisions(r.Context(), head.ID)
	if err != nil {
		return in, "", err
	}
	decisions := make([]decision.Decision, len(kept))
	for i := range kept {
		decisions[len(kept)-1-i] = kept[i].Decision
	}
	l, ok := lang.Parse(r.URL.Query().Get("lang"))
	if !ok {
		l = language(r)
	}
	return report.Input{Plan: doc, Revision: int(head.Revision), Decisions: decisions, Lang: l, Generated: s.Now(),
		Appraisal: *s.appraise.of(head.ID, head.Revision, doc)}, head.Name, nil
}

// report sends the report as one HTML file.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	in, name, err := s.reportInput(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// The file carries its own styles; shown here it may load nothing at all.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals")
	if r.URL.Query().Has("download") {
		w.Header().Set("Content-Disposition", attachment(name, "html"))
	}
	return report.Write(w, in)
}

// reportZip sends the report as Markdown with its pictures.
func (s *Server) reportZip(w http.ResponseWriter, r *http.Request) error {
	in, name, err := s.reportInput(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", attachment(name, "zip"))
	return report.WriteZip(w, in)
}
