package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/jobs"
	"deckplan/internal/plan"
	"deckplan/internal/print"
	"deckplan/internal/report"
)

// reportKind is the kind of the jobs that make reports.
const reportKind = "report"

// noPrinter is the message of why there is no PDF; empty where there is.
func (s *Server) noPrinter() string {
	var why *print.Error
	switch {
	case s.Print == nil:
		return "print." + string(print.Absent)
	case errors.As(s.Print.Ready(), &why):
		return "print." + string(why.Reason)
	}
	return ""
}

// reportWork makes a report in a format. What it is made of was gathered when
// it was asked for.
func (s *Server) reportWork(format, title string, in report.Input) jobs.Work {
	return func(ctx context.Context, tell func(jobs.Step)) (jobs.Result, error) {
		if draw := in.Raster; draw != nil {
			in.Raster = func(svg string, width int) ([]byte, error) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				return draw(svg, width)
			}
		}
		out := &whileWanted{ctx: ctx}
		step := func(name string, done, of int) {
			tell(jobs.Step{ID: "reports.step.write", Of: "report.format." + name, Done: done, Total: of})
		}
		var err error
		result := jobs.Result{Name: title}
		switch f, ok := report.FormatOf(format); {
		case ok:
			step(format, 0, 1)
			result.Name, result.Type = title+f.Extension, f.Media
			err = f.Write(out, in)
		case format == report.PDF:
			step("html", 0, 2)
			result.Name, result.Type = title+".pdf", "application/pdf"
			err = report.WritePDF(ctx, out, in, func(ctx context.Context, html io.Reader, w io.Writer) error {
				step(report.PDF, 1, 2)
				return s.Print.PDF(ctx, html, w)
			})
		default:
			result.Name, result.Type = title+".zip", "application/zip"
			var pdf report.Printer
			if s.noPrinter() == "" {
				pdf = s.Print.PDF
			}
			err = report.WriteEverything(ctx, out, in, pdf, step)
		}
		result.Content = out.Bytes()
		return result, explained(err)
	}
}

// explained gives a failure the message that says why.
func explained(err error) error {
	var printing *print.Error
	var problems report.Problems
	switch {
	case errors.As(err, &printing):
		return &jobs.Failure{ID: "print." + string(printing.Reason), Err: err}
	case errors.As(err, &problems) && len(problems) > 0:
		return &jobs.Failure{ID: problems[0].ID, Args: problems[0].Args, Err: err}
	}
	return err
}

// whileWanted keeps what is written as long as the job is wanted and the file
// is within its bound.
type whileWanted struct {
	bytes.Buffer
	ctx context.Context
}

// Write keeps a part.
func (b *whileWanted) Write(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if n := b.Len() + len(p); n > jobs.MaxResult {
		return 0, &jobs.Failure{ID: "jobs.fault.large", Args: map[string]any{"size": n >> 20, "max": jobs.MaxResult >> 20}}
	}
	return b.Buffer.Write(p)
}

// reportResult sends what a job made.
func (s *Server) reportResult(w http.ResponseWriter, r *http.Request) error {
	job, content, err := s.Jobs.Result(r.Context(), planOf(r), chi.URLParam(r, "job"))
	if errors.Is(err, jobs.ErrRunning) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	name, ext := job.Name, ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name, ext = name[:i], name[i+1:]
	}
	w.Header().Set("Content-Type", job.Type)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Content-Disposition", attachment(name, ext))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(content)
	return err
}

// cancelReport ends a job that is not done.
func (s *Server) cancelReport(w http.ResponseWriter, r *http.Request) error {
	if err := s.Jobs.Cancel(r.Context(), planOf(r), chi.URLParam(r, "job")); err != nil {
		return err
	}
	return s.backToJobs(w, r)
}

// deleteReport forgets a job with its file. One that is gone already is no
// matter, and one that has not ended stays.
func (s *Server) deleteReport(w http.ResponseWriter, r *http.Request) error {
	err := s.Jobs.Remove(r.Context(), planOf(r), chi.URLParam(r, "job"))
	if err != nil && !errors.Is(err, jobs.ErrRunning) && !errors.Is(err, plan.ErrNotFound) {
		return err
	}
	return s.backToJobs(w, r)
}

func (s *Server) backToJobs(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/plans/"+url.PathEscape(planOf(r))+"/report#jobs", http.StatusSeeOther)
	return nil
}

// jobChanges tells the page of reports of its jobs; other pages of nothing.
func (s *Server) jobChanges(planID, page string) (<-chan struct{}, func()) {
	if s.Jobs == nil || page != "reports" {
		return nil, func() {}
	}
	return s.Jobs.Subscribe(planID)
}
