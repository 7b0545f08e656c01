package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"deckplan/internal/live"
	"deckplan/internal/snapshot"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Snapshots is what the pages need to show, take and remove snapshots. What is
// wrong with a file or with what was typed is a *snapshot.Fault.
type Snapshots interface {
	All(ctx context.Context) ([]snapshot.Shown, error)
	Watched() (folder string, files []snapshot.File, wrong *snapshot.Fault)
	Offer(r io.Reader, file string) (id string, err error)
	Review(ctx context.Context, id string, c snapshot.Choice) (snapshot.Review, error)
	Accept(ctx context.Context, id string, c snapshot.Choice) (snapshot.Kept, error)
	Remove(ctx context.Context, id string) (snapshot.Kept, error)
}

const snapshotsPath = "/live/snapshots"

// uploadTime is how long a file may take to arrive.
const uploadTime = 15 * time.Minute

// bodyLimit bounds a request's body, in bytes.
func bodyLimit(r *http.Request) int64 {
	if r.URL.Path == snapshotsPath {
		return snapshot.MaxBytes + 1<<20
	}
	if measures(r) {
		return maxArchives + 1<<20
	}
	return maxBody
}

func (s *Server) snapshotRoutes(r chi.Router) {
	if s.Snapshots == nil {
		return
	}
	r.Route(snapshotsPath, func(r chi.Router) {
		r.Get("/", s.page(s.snapshots))
		// Two at a time, for what one file may cost in memory and in work.
		r.With(middleware.ThrottleBacklog(2, 20, time.Minute)).Post("/", s.page(s.offerSnapshot))
		r.Get("/offers/{offer}", s.page(s.reviewSnapshot))
		r.Post("/offers/{offer}", s.page(s.acceptSnapshot))
		r.Get("/{snapshot}/remove", s.page(s.askRemoveSnapshot))
		r.Post("/{snapshot}/remove", s.page(s.removeSnapshot))
	})
}

// readable are the instances that can be read now: those of which there is
// only a snapshot cannot.
func (s *Server) readable() []live.Instance {
	return slices.DeleteFunc(s.Live.Instances(), func(in live.Instance) bool { return in.State == live.Captured })
}

// snapshots lists what is shown, and takes files.
func (s *Server) snapshots(w http.ResponseWriter, r *http.Request) error {
	return s.listSnapshots(w, r, page.SnapshotTyped{Name: clip(strings.ToValidUTF8(r.URL.Query().Get("name"), ""), 200)}, nil)
}

func (s *Server) listSnapshots(w http.ResponseWriter, r *http.Request, typed page.SnapshotTyped, wrong *snapshot.Fault) error {
	v, err := s.besideView(w, r, "snapshots")
	if err != nil {
		return err
	}
	p := page.SnapshotsProps{Typed: typed, Fault: wrong, MaxBytes: snapshot.MaxBytes >> 20}
	if p.All, err = s.Snapshots.All(r.Context()); err != nil {
		return err
	}
	p.Folder, p.Files, p.FolderFault = s.Snapshots.Watched()
	for _, in := range s.Live.Instances() {
		if in.State == live.Captured {
			p.Instances = append(p.Instances, in)
		}
	}
	return s.render(w, r, page.Snapshots(v, p))
}

// offerSnapshot reads a file and goes on to what taking it would do.
func (s *Server) offerSnapshot(w http.ResponseWriter, r *http.Request) error {
	rc := http.NewResponseController(w)
	until := time.Now().Add(uploadTime)
	_, _ = rc.SetReadDeadline(until), rc.SetWriteDeadline(until.Add(time.Minute)) // where it cannot be set, the server's own holds
	form, err := r.MultipartReader()
	if err != nil {
		return errForm
	}
	id, typed, err := s.uploadedSnapshot(form)
	var wrong *snapshot.Fault
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		wrong = &snapshot.Fault{ID: "snapshot.fault.large", Args: map[string]any{"max": snapshot.MaxBytes >> 20}, Field: "file"}
	case err != nil && !errors.As(err, &wrong):
		return err
	}
	if wrong != nil {
		_, _ = io.Copy(io.Discard, r.Body) // a browser that is still sending would not read the answer
		return s.listSnapshots(w, withStatus(r, http.StatusUnprocessableEntity), typed, wrong)
	}
	q := url.Values{}
	for name, value := range map[string]string{"name": typed.Name, "captured": typed.Captured} {
		if value != "" {
			q.Set(name, value)
		}
	}
	http.Redirect(w, r, page.OfferURL(id)+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// uploadedSnapshot reads the form part by part, so that the file is never on
// the disk nor whole in memory.
func (s *Server) uploadedSnapshot(form *multipart.Reader) (id string, typed page.SnapshotTyped, err error) {
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF) && id == "":
			return "", typed, &snapshot.Fault{ID: "snapshot.fault.choose", Field: "file"}
		case errors.Is(err, io.EOF):
			return id, typed, nil
		case err != nil:
			return "", typed, formError(err)
		case part.FormName() == "file" && part.FileName() != "" && id == "":
			if id, err = s.Snapshots.Offer(part, clip(strings.ToValidUTF8(part.FileName(), ""), 255)); err != nil {
				return "", typed, formError(err)
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, 4096))
		if err != nil {
			return "", typed, formError(err)
		}
		switch text := strings.TrimSpace(strings.ToValidUTF8(string(b), "")); part.FormName() {
		case "name":
			typed.Name = clip(text, 200)
		case "captured":
			typed.Captured = clip(text, 40)
		}
	}
}

// formError is errForm for a form that ended early, and err otherwise.
func formError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.Join(errForm, err)
	}
	return err
}

// choice reads what was said of an offer.
func choice(r *http.Request) (snapshot.Choice, *snapshot.Fault) {
	c := snapshot.Choice{Name: clip(strings.TrimSpace(strings.ToValidUTF8(r.Form.Get("name"), "")), 200), Older: r.Form.Get("older") == "true", By: author(r)}
	text := strings.TrimSpace(r.Form.Get("captured"))
	if text == "" {
		return c, nil
	}
	for _, layout := range []string{page.LocalTime, "2006-01-02T15:04:05", "2006-01-02 15:04", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil && t.Year() >= 2000 && t.Year() < 9000 {
			c.Captured = t
			return c, nil
		}
	}
	return c, &snapshot.Fault{ID: "snapshot.fault.captured", Field: "captured"}
}

// reviewSnapshot shows what taking an offer would do.
func (s *Server) reviewSnapshot(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	return s.showReview(w, r, nil)
}

func (s *Server) showReview(w http.ResponseWriter, r *http.Request, wrong *snapshot.Fault) error {
	c, odd := choice(r)
	review, err := s.Snapshots.Review(r.Context(), chi.URLParam(r, "offer"), c)
	if errors.Is(err, snapshot.ErrNotFound) {
		return s.listSnapshots(w, withStatus(r, http.StatusNotFound), page.SnapshotTyped{}, &snapshot.Fault{ID: "snapshot.fault.gone", Field: "file"})
	}
	if err != nil {
		return err
	}
	for _, f := range []*snapshot.Fault{odd, wrong} {
		if f != nil {
			review.Fault = f
		}
	}
	v, err := s.besideView(w, r, "snapshots")
	if err != nil {
		return err
	}
	v.Title = v.T("snapshot.review", "name", review.Name)
	p := page.SnapshotReview{Review: review, Typed: r.Form.Get("captured")}
	if odd == nil {
		p.Typed = ""
	}
	return s.render(w, r, page.ReviewSnapshot(v, p))
}

// acceptSnapshot takes an offer.
func (s *Server) acceptSnapshot(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	c, wrong := choice(r)
	if wrong == nil {
		kept, err := s.Snapshots.Accept(r.Context(), chi.URLParam(r, "offer"), c)
		if err == nil {
			text := language(r).T("snapshot.taken", map[string]any{"name": kept.Instance, "n": kept.Applications})
			return s.answer(w, r, snapshotsPath, &outcome{done: &ui.Done{Text: text}})
		}
		if !errors.As(err, &wrong) && !errors.Is(err, snapshot.ErrNotFound) {
			return err
		}
	}
	return s.showReview(w, withStatus(r, http.StatusUnprocessableEntity), wrong)
}

func (s *Server) currentSnapshot(r *http.Request) (snapshot.Shown, error) {
	all, err := s.Snapshots.All(r.Context())
	if err != nil {
		return snapshot.Shown{}, err
	}
	for _, one := range all {
		if one.ID == chi.URLParam(r, "snapshot") {
			return one, nil
		}
	}
	return snapshot.Shown{}, errNotFound
}

func (s *Server) askRemoveSnapshot(w http.ResponseWriter, r *http.Request) error {
	one, err := s.currentSnapshot(r)
	if err != nil {
		return err
	}
	v, err := s.besideView(w, r, "snapshots")
	if err != nil {
		return err
	}
	v.Title = v.T("snapshot.remove", "name", one.Instance)
	return s.render(w, r, page.RemoveSnapshot(v, one))
}

func (s *Server) removeSnapshot(w http.ResponseWriter, r *http.Request) error {
	one, err := s.Snapshots.Remove(r.Context(), chi.URLParam(r, "snapshot"))
	if errors.Is(err, snapshot.ErrNotFound) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	return s.answer(w, r, snapshotsPath, &outcome{done: &ui.Done{Text: language(r).T("snapshot.removed", map[string]any{"name": one.Instance})}})
}
