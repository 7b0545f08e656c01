package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/decision"
	"deckplan/internal/jobs"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/report"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Jobs is what the pages need of long work.
type Jobs interface {
	Start(ctx context.Context, o jobs.Order, work jobs.Work) (jobs.Job, error)
	Jobs(ctx context.Context, plan string) ([]jobs.Job, error)
	Last(ctx context.Context, plan, kind string) (jobs.Job, bool, error)
	Result(ctx context.Context, plan, id string) (jobs.Job, []byte, error)
	Cancel(ctx context.Context, plan, id string) error
	Remove(ctx context.Context, plan, id string) error
	Subscribe(plan string) (<-chan struct{}, func())
}

// Printer makes PDF. What it cannot is a *print.Error.
type Printer interface {
	// Ready tells why there is nothing to print with; nil where there is.
	Ready() error
	PDF(ctx context.Context, html io.Reader, w io.Writer) error
}

// maxReportForm bounds the form of a report: a logo and what is ticked.
const maxReportForm = report.MaxLogo + 256<<10

func (s *Server) reportRoutes(r chi.Router) {
	r.Get("/report", s.page(s.reports))
	r.Get("/report.html", s.page(s.report))
	for _, f := range report.Formats {
		if f.Name != "html" {
			r.Get("/report"+f.Extension, s.page(s.reportFile(f)))
		}
	}
	if s.Jobs == nil {
		return
	}
	r.Post("/reports", s.page(s.startReport))
	r.Get("/reports/{job}", s.page(s.reportResult))
	r.Post("/reports/{job}/cancel", s.page(s.cancelReport))
	r.Post("/reports/{job}/delete", s.page(s.deleteReport))
}

// reports offers the report: at once, or as it is asked for.
func (s *Server) reports(w http.ResponseWriter, r *http.Request) error {
	v, p, err := s.reportsView(w, r)
	if err != nil {
		return err
	}
	p.Ask = page.ReportAsk{About: "plan", Format: report.PDF, Lang: string(v.Lang), Sections: p.Chapters, Compared: p.ComparedChapters}
	if p.Off(report.PDF) != "" {
		p.Ask.Format = "html"
	}
	if s.Jobs != nil {
		last, ok, err := s.Jobs.Last(r.Context(), v.Plan.ID, reportKind)
		if err != nil {
			return err
		}
		if ok {
			p.again(last)
		}
	}
	return s.render(w, r, page.Reports(v, p.ReportsProps))
}

// reportsProps is page.ReportsProps being filled.
type reportsProps struct{ page.ReportsProps }

// again offers what was asked for last, where it can still be had.
func (p *reportsProps) again(last jobs.Job) {
	var ask page.ReportAsk
	if json.Unmarshal(last.Options, &ask) != nil || p.Off(ask.Format) != "" {
		return
	}
	known := func(of []string) func(string) bool {
		return func(id string) bool { return !slices.Contains(of, id) }
	}
	ask.Sections = slices.DeleteFunc(ask.Sections, known(p.Chapters))
	ask.Compared = slices.DeleteFunc(ask.Compared, known(append(slices.Clone(p.ComparedChapters), p.Chapters...)))
	if ask.About == "compare" && len(p.Scenarios) == 0 || ask.About == "decisions" && len(p.Decisions) == 0 {
		ask.About = "plan"
	}
	p.Ask, p.HasLogo = ask, len(last.Attached) > 0
	p.Ask.KeepLogo = p.HasLogo && ask.Logo
}

// reportsView gathers what the page offers, and the jobs.
func (s *Server) reportsView(w http.ResponseWriter, r *http.Request) (*ui.View, *reportsProps, error) {
	v, err := s.planView(w, r, "reports")
	if err != nil {
		return nil, nil, err
	}
	p := &reportsProps{page.ReportsProps{Chapters: report.Chapters(), ComparedChapters: report.ComparisonChapters(), Made: s.Jobs != nil, MaxLogo: report.MaxLogo >> 20}}
	for _, f := range report.Formats {
		p.Formats = append(p.Formats, page.ReportFormat{Name: f.Name, Extension: f.Extension})
	}
	off := s.noPrinter()
	p.Formats = slices.Insert(p.Formats, 1, page.ReportFormat{Name: report.PDF, Off: off})
	p.Formats = append(p.Formats, page.ReportFormat{Name: report.Everything, Lacks: off})
	for _, h := range v.Plan.Family {
		if h.ID != v.Plan.ID {
			p.Scenarios = append(p.Scenarios, h)
		}
	}
	if p.Decisions, err = s.Plans.Records(r.Context(), v.Plan.ID); err != nil {
		return nil, nil, err
	}
	if s.Jobs == nil {
		return v, p, nil
	}
	list, err := s.Jobs.Jobs(r.Context(), v.Plan.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, j := range list {
		if j.Kind == reportKind {
			one := page.ReportJob{Job: j}
			_ = json.Unmarshal(j.Options, &one.Ask) // what cannot be read is shown without
			p.Jobs = append(p.Jobs, one)
		}
	}
	return v, p, nil
}

// startReport takes the form and begins the job. A form that is refused comes
// back as it was, but for the file, which browsers do not give twice.
func (s *Server) startReport(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxReportForm)
	form, logo, problem := readReportForm(r)
	v, p, err := s.reportsView(w, r)
	if err != nil {
		return err
	}
	refuse := func(faults ...string) error {
		p.Faults, p.Reselect = faults, len(logo) > 0
		return s.render(w, withStatus(r, http.StatusUnprocessableEntity), page.Reports(v, p.ReportsProps))
	}
	p.Ask = askOf(form)
	last, ok, err := s.Jobs.Last(r.Context(), v.Plan.ID, reportKind)
	if err != nil {
		return err
	}
	p.HasLogo = ok && len(last.Attached) > 0
	if problem {
		p.Ask.About = "plan"
		if p.Ask.Format == "" {
			p.Ask.Format = "html"
		}
		return refuse(v.T("reports.fault.upload", "max", report.MaxLogo>>20))
	}
	if len(logo) == 0 && p.Ask.KeepLogo && p.HasLogo {
		logo = last.Attached
	}
	p.Ask.Logo = len(logo) > 0
	if faults := s.reportFaults(v, &p.ReportsProps); len(faults) > 0 {
		return refuse(faults...)
	}
	in, err := s.reportInputOf(r.Context(), v, p.Ask, logo)
	if err != nil {
		return err
	}
	if problems := report.Check(in); len(problems) > 0 {
		var words []string
		for _, x := range problems {
			words = append(words, v.Word(x.ID, x.Args))
		}
		return refuse(words...)
	}
	options, err := json.Marshal(p.Ask)
	if err != nil {
		return err
	}
	_, err = s.Jobs.Start(r.Context(), jobs.Order{Plan: v.Plan.ID, Revision: v.Plan.Revision, Kind: reportKind, Author: author(r), Options: options, Attached: logo},
		s.reportWork(p.Ask.Format, v.Plan.Title(), in))
	if errors.Is(err, jobs.ErrBusy) {
		return refuse(v.T("jobs.fault.busy"))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, v.URL("report")+"#jobs", http.StatusSeeOther)
	return nil
}

// readReportForm reads the form and its file; problem tells that it is not
// whole or too large.
func readReportForm(r *http.Request) (form url.Values, logo []byte, problem bool) {
	form = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return form, nil, true
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, logo, false
		}
		if err != nil {
			return form, nil, true
		}
		if part.FormName() == "logo" {
			logo, err = io.ReadAll(part)
		} else {
			err = readField(part, form)
		}
		if err != nil {
			_, _ = io.Copy(io.Discard, r.Body) // a browser that is still sending would not read the answer
			return form, nil, true
		}
	}
}

func readField(part *multipart.Part, form url.Values) error {
	b, err := io.ReadAll(io.LimitReader(part, 4096))
	form.Add(part.FormName(), strings.ToValidUTF8(string(b), "\ufffd"))
	return err
}

// askOf reads what is asked for.
func askOf(form url.Values) page.ReportAsk {
	a := page.ReportAsk{About: form.Get("about"), With: form.Get("with"), Lang: form.Get("lang"), Title: strings.TrimSpace(form.Get("title")),
		Classification: strings.TrimSpace(form.Get("classification")), Format: form.Get("format"), KeepLogo: form.Has("keep"),
		Sections: form["section"], Compared: form["compared"]}
	for _, text := range form["only"] {
		if n, err := strconv.Atoi(text); err == nil {
			a.Only = append(a.Only, n)
		}
	}
	return a
}

// reportFaults tells what is wrong with what was asked for, as far as the
// report itself cannot know.
func (s *Server) reportFaults(v *ui.View, p *page.ReportsProps) (faults []string) {
	a := &p.Ask
	switch a.About {
	case "plan":
		if len(a.Sections) == 0 {
			faults = append(faults, v.T("reports.fault.chapters"))
		}
	case "compare":
		if !slices.ContainsFunc(p.Scenarios, func(h plan.Head) bool { return h.ID == a.With }) {
			faults = append(faults, v.T("reports.fault.with"))
		}
		if len(a.Compared) == 0 {
			faults = append(faults, v.T("reports.fault.chapters"))
		}
	case "decisions":
		if len(a.Only) == 0 {
			faults = append(faults, v.T("reports.fault.only"))
		}
	default:
		faults = append(faults, v.T("reports.fault.about"))
		a.About = "plan"
	}
	if _, ok := lang.Parse(a.Lang); !ok {
		a.Lang = string(v.Lang)
	}
	i := slices.IndexFunc(p.Formats, func(f page.ReportFormat) bool { return f.Name == a.Format })
	switch {
	case i < 0:
		faults = append(faults, v.T("reports.fault.format"))
	case p.Formats[i].Off != "":
		faults = append(faults, v.T(p.Formats[i].Off)+" "+v.T(p.Formats[i].Off+".do"))
	}
	return faults
}

// reportInputOf gathers what the report is made of: the plan as the page showed
// it, and now.
func (s *Server) reportInputOf(ctx context.Context, v *ui.View, a page.ReportAsk, logo []byte) (report.Input, error) {
	in, err := s.inputOf(ctx, plan.Head{ID: v.Plan.ID, Revision: v.Plan.Revision}, v.Plan.Doc)
	if err != nil {
		return in, err
	}
	in.Lang = lang.Lang(a.Lang)
	in.Options = report.Options{Title: a.Title, Classification: a.Classification, Sections: a.Sections}
	if len(logo) > 0 {
		in.Options.Logo = report.Logo{Data: logo}
		if read, err := report.ReadLogo(logo); err == nil {
			in.Options.Logo = read
		}
	}
	switch a.About {
	case "decisions":
		in.Only, in.Options.Sections = a.Only, nil
	case "compare":
		in.Options.Sections = a.Compared
		head, doc, err := s.Plans.Plan(ctx, a.With)
		if err != nil {
			return in, err
		}
		in.Other = &report.Other{Plan: doc, Revision: int(head.Revision), Name: head.Title(), Appraisal: *s.appraise.of(head.ID, head.Revision, doc)}
	}
	return in, nil
}

// inputOf gathers what a report of a plan is made of: its verdicts and its
// decisions, the oldest first.
func (s *Server) inputOf(ctx context.Context, head plan.Head, doc *plan.Plan) (in report.Input, err error) {
	kept, err := s.Plans.Decisions(ctx, head.ID)
	if err != nil {
		return in, err
	}
	decisions := make([]decision.Decision, len(kept))
	for i := range kept {
		decisions[len(kept)-1-i] = kept[i].Decision
	}
	return report.Input{Plan: doc, Revision: int(head.Revision), Decisions: decisions, Generated: s.Now(), Raster: s.Raster,
		Appraisal: *s.appraise.of(head.ID, head.Revision, doc)}, nil
}
