package web

import (
	"net/http"
	"strings"

	"deckplan/internal/lang"
	"deckplan/internal/report"
)

// reportInput gathers what a report of the plan at once is made of.
func (s *Server) reportInput(r *http.Request) (in report.Input, name string, err error) {
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return in, "", err
	}
	if in, err = s.inputOf(r.Context(), head, doc); err != nil {
		return in, "", err
	}
	l, ok := lang.Parse(r.URL.Query().Get("lang"))
	if !ok {
		l = language(r)
	}
	in.Lang = l
	return in, head.Name, nil
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

// reportFile sends the report in another format.
func (s *Server) reportFile(f report.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, name, err := s.reportInput(r)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", f.Media)
		w.Header().Set("Content-Disposition", attachment(name, strings.TrimPrefix(f.Extension, ".")))
		return f.Write(w, in)
	}
}
