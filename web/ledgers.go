package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"deckplan/internal/ledger"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Ledgers is what was measured of images, kept with plans.
type Ledgers interface {
	Ledgers(ctx context.Context, planID string) ([]ledger.Kept, error)
	Ledger(ctx context.Context, planID, id string) (ledger.Kept, error)
	AddLedger(ctx context.Context, k ledger.Kept) error
	RemoveLedger(ctx context.Context, planID, id string) error
}

const (
	// maxArchives bounds the archives of one form, in bytes.
	maxArchives = 64 << 30
	// archiveTime is how long they may take to arrive.
	archiveTime = 2 * time.Hour
	// mostUnpacked bounds what they may hold once decompressed, in bytes.
	mostUnpacked = 64 << 30
)

// measures tells whether a request brings archives to be measured.
func measures(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/plans/") && strings.HasSuffix(r.URL.Path, "/images/ledger")
}

func (s *Server) ledgerRoutes(r chi.Router) {
	r.Get("/images/ledger", s.page(s.ledgers))
	// Two at a time, for what one archive may cost in memory and in work.
	r.With(middleware.ThrottleBacklog(2, 20, time.Minute)).Post("/images/ledger", s.page(s.takeArchives))
	if s.Registries != "" {
		r.With(middleware.ThrottleBacklog(2, 20, time.Minute)).Post("/images/ledger/pull", s.page(s.pull))
	}
	r.Get("/images/ledger/{ledger}", s.page(s.ledger))
	r.Get("/images/ledger/{ledger}.json", s.page(s.ledgerJSON))
	r.Post("/images/ledger/{ledger}/remove", s.page(s.removeLedger))
}

// ledgers lists what was measured, and takes archives.
func (s *Server) ledgers(w http.ResponseWriter, r *http.Request) error {
	return s.listLedgers(w, r)
}

func (s *Server) listLedgers(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "images")
	if err != nil {
		return err
	}
	v.Crumb, v.Title = v.T("nav.images"), v.T("ledger.page.title")
	p := page.LedgersProps{Pulls: s.Registries != "", Typed: r.PostForm, Find: clip(strings.ToValidUTF8(r.URL.Query().Get("image"), ""), 300)}
	all, err := s.Plans.Ledgers(r.Context(), v.Plan.ID)
	if err != nil {
		return err
	}
	for _, k := range all {
		if p.Find == "" || measured(k.Summary, p.Find) {
			p.All = append(p.All, k)
		}
	}
	return s.render(w, r, page.Ledgers(v, p))
}

// refused has the list say what is wrong with a form.
func refused(r *http.Request, problem string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), outcomeKey{}, &outcome{status: http.StatusUnprocessableEntity,
		failed: &ui.Failed{Form: "measure", Values: r.PostForm, Problems: []string{problem}}}))
}

// measured tells whether a summary is of an image, named or by digest.
func measured(s ledger.Summary, image string) bool {
	name, digest, _ := strings.Cut(image, "@")
	for _, d := range s.Digests {
		if d == digest || d == image {
			return true
		}
	}
	for _, n := range s.Images {
		if n == name || strings.HasSuffix(n, "/"+name) || strings.HasSuffix(name, "/"+n) {
			return true
		}
	}
	return false
}

// takeArchives reads archives as they arrive, keeps what was found and shows it.
// Nothing of them is kept, in memory or on the disk.
func (s *Server) takeArchives(w http.ResponseWriter, r *http.Request) error {
	rc := http.NewResponseController(w)
	until := time.Now().Add(archiveTime)
	_, _ = rc.SetReadDeadline(until), rc.SetWriteDeadline(until.Add(time.Minute)) // where it cannot be set, the server's own holds
	l := language(r)
	refuse := func(id string, args map[string]any) error {
		_, _ = io.CopyN(io.Discard, r.Body, 256<<20) // a browser that is still sending would not read the answer
		return s.listLedgers(w, refused(r, l.T(id, args)))
	}
	if _, _, err := s.Plans.Plan(r.Context(), planOf(r)); err != nil {
		return err
	}
	form, err := r.MultipartReader()
	if err != nil {
		return errForm
	}
	var all []*ledger.Ledger
	var names []string
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return formError(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		name := clip(strings.ToValidUTF8(part.FileName(), ""), 200)
		if len(all) == ledger.MaxTogether {
			return refuse("ledger.page.too_many", map[string]any{"max": ledger.MaxTogether})
		}
		one, err := ledger.Read(r.Context(), part, name, ledger.Options{Limits: ledger.Limits{Read: maxArchives, Unpacked: mostUnpacked}})
		var fault *ledger.Fault
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			return refuse("ledger.page.large", map[string]any{"max": maxArchives >> 30})
		case errors.As(err, &fault):
			s.Log.InfoContext(r.Context(), "an image archive cannot be measured", "fault", fault)
			return refuse("ledger.page.fault", map[string]any{"name": name, "fault": l.T(fault.Message(), fault.Args)})
		case err != nil:
			return formError(err)
		}
		all, names = append(all, one), append(names, name)
	}
	if len(all) == 0 {
		return refuse("ledger.page.choose", nil)
	}
	return s.keepLedger(w, r, strings.Join(names, ", "), all, refuse)
}

// keepLedger keeps what was found, and shows it.
func (s *Server) keepLedger(w http.ResponseWriter, r *http.Request, name string, all []*ledger.Ledger, refuse func(id string, args map[string]any) error) error {
	set := ledger.Together(all...)
	content, err := json.Marshal(set)
	if err != nil {
		return err
	}
	k := ledger.Kept{ID: plan.NewID(), Plan: planOf(r), Name: clip(name, 300), Author: author(r), Created: s.Now(), Summary: set.Summary(), Content: content}
	err = s.Plans.AddLedger(r.Context(), k)
	if errors.Is(err, ledger.ErrFull) {
		return refuse("ledger.page.full", map[string]any{"max": ledger.MaxKept})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, planURL(k.Plan, "images", "ledger", k.ID), http.StatusSeeOther)
	return nil
}

// pull measures an image of a registry. Whoever leaves the page stops it.
func (s *Server) pull(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(archiveTime)) // where it cannot be set, the server's own holds
	l := language(r)
	reference := strings.TrimSpace(r.PostForm.Get("reference"))
	refuse := func(id string, args map[string]any) error {
		r.PostForm.Del("password")
		return s.listLedgers(w, refused(r, l.T(id, args)))
	}
	if reference == "" {
		return refuse("ledger.page.no_reference", nil)
	}
	if _, _, err := s.Plans.Plan(r.Context(), planOf(r)); err != nil {
		return err
	}
	p := ledger.Puller{Reach: s.Registries, User: r.PostForm.Get("user"), Password: r.PostForm.Get("password"), Platform: strings.TrimSpace(r.PostForm.Get("platform"))}
	ctx, cancel := context.WithTimeout(r.Context(), archiveTime-time.Minute)
	defer cancel()
	one, err := p.Pull(ctx, reference, ledger.Options{Limits: ledger.Limits{Read: maxArchives, Unpacked: mostUnpacked}})
	var fault *ledger.Fault
	if errors.As(err, &fault) {
		s.Log.InfoContext(r.Context(), "an image of a registry cannot be measured", "fault", fault)
		return refuse("ledger.page.fault", map[string]any{"name": clip(reference, 200), "fault": l.T(fault.Message(), fault.Args)})
	}
	if err != nil {
		return err
	}
	return s.keepLedger(w, r, reference, []*ledger.Ledger{one}, refuse)
}

// ledger shows what was found of one measurement.
func (s *Server) ledger(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "images")
	if err != nil {
		return err
	}
	k, err := s.Plans.Ledger(r.Context(), v.Plan.ID, chi.URLParam(r, "ledger"))
	if err != nil {
		return err
	}
	p := page.LedgerProps{Kept: k}
	if err := json.Unmarshal(k.Content, &p.Set); err != nil {
		return err
	}
	v.Crumb, v.Title = v.T("ledger.page.title"), k.Name
	v.About("image", "")
	for _, service := range v.Plan.Doc.Services {
		if service.Image != "" && measured(k.Summary, service.Image) && len(p.Services) < 20 {
			p.Services = append(p.Services, service)
		}
	}
	return s.render(w, r, page.Ledger(v, p))
}

// ledgerJSON sends a measurement as it is kept.
func (s *Server) ledgerJSON(w http.ResponseWriter, r *http.Request) error {
	k, err := s.Plans.Ledger(r.Context(), planOf(r), chi.URLParam(r, "ledger"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", attachment(k.Name, "json"))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(k.Content)
	return err
}

func (s *Server) removeLedger(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	if err := s.Plans.RemoveLedger(r.Context(), planOf(r), chi.URLParam(r, "ledger")); err != nil {
		return err
	}
	return s.answer(w, r, planURL(planOf(r), "images", "ledger"), &outcome{done: &ui.Done{Text: language(r).T("ledger.page.removed", nil)}})
}
