package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"deckplan/internal/plan"
	"deckplan/internal/scan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// shownNotes is the number of notes of each kind that the preview shows.
const shownNotes = 300

// maxProposal bounds a proposal that comes back from its preview, in bytes.
const maxProposal = 8 << 20

var errProposal = &plan.Invalid{Problems: []plan.Problem{{ID: "scan.error.proposal"}}}

func (s *Server) scanRoutes(r chi.Router) {
	r.Get("/scan", s.page(s.scanForm))
	// Two at a time, for what one upload may cost in memory and in work.
	r.With(middleware.ThrottleBacklog(2, 20, time.Minute)).Post("/scan", s.page(s.scanUpload))
	r.Post("/scan/apply", s.page(s.scanApply))
}

// scanForm asks for CI files.
func (s *Server) scanForm(w http.ResponseWriter, r *http.Request) error {
	return s.showScan(w, r, page.ScanProps{})
}

func (s *Server) showScan(w http.ResponseWriter, r *http.Request, props page.ScanProps) error {
	v, err := s.planView(w, r, "ownership")
	if err != nil {
		return err
	}
	v.Title = v.T("scan.title")
	props.MaxUpload = scan.MaxUpload >> 20
	return s.render(w, r, page.Scan(v, props))
}

// scanUpload reads CI files and shows what they amount to. Nothing is kept:
// the preview carries the proposal, and whatever comes back with it is checked
// like any other edit.
func (s *Server) scanUpload(w http.ResponseWriter, r *http.Request) error {
	name, uploads, err := uploaded(r)
	if err != nil {
		return s.refuseScan(w, r, page.ScanProps{Name: name}, err)
	}
	fsys, called, err := scan.Unpack(uploads)
	if err != nil {
		return s.refuseScan(w, r, page.ScanProps{Name: name}, err)
	}
	if name == "" {
		name = called
	}
	p, err := scan.Read(fsys, scan.Options{Name: name, Word: language(r).T, NewID: plan.NewID})
	if err != nil {
		return err
	}
	props := page.ScanProps{Name: name, Proposal: p, Chosen: map[string]bool{}}
	for _, row := range p.Pipelines {
		props.Chosen[row.ID] = len(p.Delivers) == 0 || slices.Contains(p.Delivers, row.ID)
	}
	for _, row := range p.Stages {
		props.Chosen[row.ID] = true
	}
	return s.previewScan(w, r, props)
}

// previewScan shows a proposal, cut to what one page may hold.
func (s *Server) previewScan(w http.ResponseWriter, r *http.Request, props page.ScanProps) error {
	p := props.Proposal
	props.Recognised, props.Unrecognised = len(p.Recognised), len(p.Unrecognised)
	p.Recognised = p.Recognised[:min(len(p.Recognised), shownNotes)]
	p.Unrecognised = p.Unrecognised[:min(len(p.Unrecognised), shownNotes)]
	_, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	props.Reused = p.Reused(doc)
	if props.Carried, err = carry(p); err != nil {
		return err
	}
	return s.showScan(w, r, props)
}

// uploaded gives the name typed in and the files of an upload.
func uploaded(r *http.Request) (name string, out []scan.Upload, err error) {
	done, err := parseForm(r)
	if err != nil {
		return "", nil, err
	}
	defer done()
	if r.MultipartForm == nil {
		return "", nil, errForm
	}
	name = clip(strings.TrimSpace(r.PostForm.Get("name")), 80)
	total := int64(0)
	for _, h := range r.MultipartForm.File["files"] {
		if h.Filename == "" {
			continue
		}
		if total += h.Size; total > scan.MaxUpload || len(out) >= 1_000 {
			return name, nil, &http.MaxBytesError{Limit: scan.MaxUpload}
		}
		f, err := h.Open()
		if err != nil {
			return name, nil, err
		}
		b, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return name, nil, err
		}
		out = append(out, scan.Upload{Name: h.Filename, Data: b})
	}
	if len(out) == 0 {
		return name, nil, &plan.Invalid{Problems: []plan.Problem{{ID: "scan.error.none"}}}
	}
	return name, out, nil
}

// refuseScan shows the form or the preview again with what is wrong.
func (s *Server) refuseScan(w http.ResponseWriter, r *http.Request, props page.ScanProps, err error) error {
	var bad *plan.Invalid
	var large *http.MaxBytesError
	l := language(r)
	failed := &ui.Failed{Form: "scan", Values: url.Values{"name": {props.Name}}}
	status := http.StatusUnprocessableEntity
	switch {
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
		failed.Problems = []string{l.T("scan.error.upload", map[string]any{"max": scan.MaxUpload >> 20})}
	case errors.As(err, &bad):
		for _, p := range bad.Problems {
			failed.Problems = append(failed.Problems, problemText(l, p))
		}
	default:
		return err
	}
	r = r.WithContext(context.WithValue(r.Context(), outcomeKey{}, &outcome{status: status, failed: failed}))
	if props.Proposal != nil {
		return s.previewScan(w, r, props)
	}
	return s.showScan(w, r, props)
}

// scanApply adds what was chosen of a proposal to the plan, as one edit.
func (s *Server) scanApply(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	p, err := carried(r.PostForm.Get("proposal"))
	if err != nil {
		return s.refuseScan(w, r, page.ScanProps{}, errProposal)
	}
	props := page.ScanProps{Name: p.Name, Proposal: p, Chosen: map[string]bool{}}
	for _, id := range slices.Concat(r.PostForm["pipeline"], r.PostForm["stage"]) {
		props.Chosen[id] = true
	}
	chosen := p.Keep(func(st plan.Stage) bool { return props.Chosen[st.Pipeline] && props.Chosen[st.ID] })
	if props.Team = r.PostForm.Get("team"); props.Team != "" {
		for i := range chosen.Stages {
			if len(chosen.Stages[i].Accountable) == 0 {
				chosen.Stages[i].Accountable = []string{props.Team}
			}
		}
	}
	if len(chosen.Pipelines) == 0 {
		return s.refuseScan(w, r, props, &plan.Invalid{Problems: []plan.Problem{{ID: "scan.error.choose"}}})
	}
	_, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	rev, err := s.Plans.Edit(r.Context(), planOf(r), author(r), chosen.Edit(doc))
	if err != nil {
		return s.refuseScan(w, r, props, err)
	}
	back := planURL(planOf(r), "ownership") + "?ownership=" + url.QueryEscape(chosen.Pipelines[0].ID)
	return s.answer(w, r, back, &outcome{done: s.edited(language(r), rev)})
}

// carry packs a proposal for its preview's form.
func carry(p *scan.Proposal) (string, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return "", err
	}
	err = z.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes()), err
}

// carried unpacks what carry packed, or anything that says it was.
func carried(text string) (*scan.Proposal, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	b, err = io.ReadAll(io.LimitReader(z, maxProposal+1))
	if err != nil || len(b) > maxProposal {
		return nil, errors.Join(errForm, err)
	}
	p := &scan.Proposal{}
	return p, json.Unmarshal(b, p)
}
