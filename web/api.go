package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/drift"
	"deckplan/internal/jobs"
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
		Standing: s.standing, Accepted: s.tellAccepted,
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

// Formats are the formats' names with their media types; PDF is among them
// where something prints it.
func (a apiReports) Formats() (out []api.ReportFormat) {
	for _, f := range report.Formats {
		out = append(out, api.ReportFormat{Name: f.Name, Media: f.Media, Extension: strings.TrimPrefix(f.Extension, ".")})
	}
	if a.s.noPrinter() == "" {
		out = append(out, api.ReportFormat{Name: report.PDF, Media: "application/pdf", Extension: "pdf"})
	}
	return append(out, api.ReportFormat{Name: report.Everything, Media: "application/zip", Extension: "zip"})
}

// Report writes a report.
func (a apiReports) Report(ctx context.Context, w io.Writer, o api.ReportOptions) error {
	head, doc, err := a.s.Plans.Plan(ctx, o.Plan)
	if err != nil {
		return err
	}
	in, err := a.s.inputOf(ctx, head, doc)
	if err != nil {
		return err
	}
	in.Lang, in.Options = o.Lang, report.Options{Title: o.Title, Classification: o.Classification, Sections: o.Sections}
	if problems := report.Check(in); len(problems) > 0 {
		bad := &plan.Invalid{}
		for _, x := range problems {
			bad.Problems = append(bad.Problems, plan.Problem{Path: x.Field, ID: x.ID, Args: x.Args})
		}
		return bad
	}
	result, err := a.s.reportWork(o.Format, head.Name, in)(ctx, func(jobs.Step) {})
	var failure *jobs.Failure
	if errors.As(err, &failure) {
		return &api.Unable{ID: failure.ID, Args: failure.Args, Err: err}
	}
	if err != nil {
		return err
	}
	_, err = w.Write(result.Content)
	return err
}

// API is the JSON API alone.
func (s *Server) API() *api.API { return s.api }
