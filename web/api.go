package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/drift"
	"deckplan/internal/lang"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/report"
	"deckplan/web/api"
	"deckplan/web/ui"
)

// apiRoutes mount the JSON API. It packs its answers itself, and knows of the
// pages only what is handed to it here.
func (s *Server) apiRoutes(r chi.Router) {
	s.api = api.New(api.Config{Plans: s.Plans, Live: s.Live, Document: s.documents.of, Appraise: s.appraise.of, Findings: s.foundIn, Owners: s.ownersBy,
		Drift: func(id string, revision int64, p *plan.Plan) *drift.Result {
			result, _ := s.driftOf(id, revision, p)
			return result
		},
		Draft: s.apiDraft, Reports: apiReports{s}, Page: s.apiPage, Log: s.Log, Now: s.Now, NewID: plan.NewID})
	r.Handle("/api", s.api)
	r.Handle("/api/*", s.api)
}

// Kept for the API: a large document takes some 10 MB.
const (
	documentsKept = 4
	findingsKept  = 8
)

// documents keeps the last documents as they are sent.
type documents struct {
	kept kept[documentKey, document]
}

type documentKey struct {
	revisionKey
	yaml bool
}

type document struct {
	text []byte
	err  error
}

func (d *documents) of(id string, revision int64, p *plan.Plan, yaml bool) ([]byte, error) {
	one := d.kept.of(documentKey{revisionKey{id, revision}, yaml}, documentsKept, func() (out document) {
		if !yaml {
			out.text, out.err = plan.EncodeJSON(p)
			return out
		}
		var b bytes.Buffer
		out.err = plan.EncodeYAML(&b, p)
		out.text = b.Bytes()
		return out
	})
	return one.text, one.err
}

// foundIn lists what the analyses found, once a revision.
func (s *Server) foundIn(id string, revision int64, p *plan.Plan) []appraise.Finding {
	return s.found.of(revisionKey{id, revision}, findingsKept, func() []appraise.Finding { return s.appraise.of(id, revision, p).Findings() })
}

// ownersBy tells who an application belongs to by a plan.
func (s *Server) ownersBy(id string, revision int64, p *plan.Plan) (func(*live.Application) string, string) {
	return s.owners.of(id, revision, p).Name, ownerKey(id, revision)
}

// apiDraft is draft for who has no page.
func (s *Server) apiDraft(l lang.Lang, h plan.Head, p *plan.Plan, topic, subject string) (decision.Record, *decision.Snapshot) {
	return s.draft(&ui.View{Lang: l, Now: s.Now(), Plan: &ui.PlanView{ID: h.ID, Name: h.Name, Scenario: h.Scenario, Revision: h.Revision,
		Currency: p.About.CurrencyOr(), Doc: p}}, topic, subject)
}

// apiPage draws the API's own page in the shell, beside the plan that the
// reader came from.
func (s *Server) apiPage(w http.ResponseWriter, r *http.Request, title string, body func(*ui.View) templ.Component) error {
	v := s.view(w, r, title)
	if err := s.around(r, v, cookie(r, "plan")); err != nil {
		return err
	}
	return s.render(w, r, body(v))
}

// apiReports are the reports that are written while the reader waits.
type apiReports struct{ s *Server }

// Formats are the formats' names with their media types.
func (apiReports) Formats() []api.ReportFormat {
	return []api.ReportFormat{{Name: "html", Media: "text/html; charset=utf-8", Extension: "html"}, {Name: "markdown", Media: "application/zip", Extension: "zip"}}
}

// Report writes a report.
func (a apiReports) Report(ctx context.Context, w io.Writer, o api.ReportOptions) error {
	in, err := a.s.reportOf(ctx, o.Plan, o.Lang)
	if err != nil {
		return err
	}
	in.Options = report.Options{Title: o.Title, Classification: o.Classification, Sections: o.Sections}
	switch o.Format {
	case "html":
		return report.Write(w, in)
	case "markdown":
		return report.WriteZip(w, in)
	}
	return fmt.Errorf("web: no report in the format %s", o.Format)
}

// reportOf gathers what a report is made of, its decisions the oldest first.
func (s *Server) reportOf(ctx context.Context, id string, l lang.Lang) (in report.Input, err error) {
	head, doc, err := s.Plans.Plan(ctx, id)
	if err != nil {
		return in, err
	}
	all, err := s.Plans.Decisions(ctx, head.ID)
	if err != nil {
		return in, err
	}
	decisions := make([]decision.Decision, len(all))
	for i := range all {
		decisions[len(all)-1-i] = all[i].Decision
	}
	return report.Input{Plan: doc, Revision: int(head.Revision), Decisions: decisions, Lang: l, Generated: s.Now(),
		Appraisal: *s.appraise.of(head.ID, head.Revision, doc)}, nil
}

// API is the JSON API alone.
func (s *Server) API() *api.API { return s.api }
