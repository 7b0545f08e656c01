package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) livePageRoutes(r chi.Router) {
	r.Get("/live/applications/{instance}/{namespace}/{name}", s.page(s.application))
	r.Get("/live/applications/{instance}/{namespace}/{name}/detail", s.page(s.applicationDetail))
	r.Get("/live/instances/{instance}", s.page(s.instance))
	r.Get("/live/clusters", s.page(s.clusters))
}

// pathValue is a part of a path as it was before it was escaped.
func pathValue(r *http.Request, name string) string {
	text := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return text
	}
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// transitionsShown bounds the list of an application's changes.
const transitionsShown = 200

// application shows what the table knows of one application at once; what
// only Argo CD knows is read by applicationDetail.
func (s *Server) application(w http.ResponseWriter, r *http.Request) error {
	v, p, err := s.applicationProps(w, r)
	if err != nil {
		return err
	}
	if p.Known && s.details != nil {
		p.Detail.State = page.DetailWaits
	}
	return s.renderApplication(w, r, v, p)
}

// applicationDetail is application with what Argo CD says in full. Scripts take
// that part out of it.
func (s *Server) applicationDetail(w http.ResponseWriter, r *http.Request) error {
	v, p, err := s.applicationProps(w, r)
	if err != nil {
		return err
	}
	if !p.Known || s.details == nil {
		return s.renderApplication(w, r, v, p)
	}
	p.Detail.State = page.DetailRead
	p.Detail.Detail, err = s.details.of(r.Context(), p.Key)
	var failed *live.Failure
	if errors.As(err, &failed) {
		p.Detail.State, p.Detail.Failure = page.DetailFailed, failed
	} else if err != nil {
		return err
	}
	return s.renderApplication(w, r, v, p)
}

func (s *Server) renderApplication(w http.ResponseWriter, r *http.Request, v *ui.View, p page.ApplicationProps) error {
	if !p.Known && len(p.Past) == 0 && p.Detail.Detail.Read.IsZero() {
		r = withStatus(r, http.StatusNotFound)
	}
	return s.render(w, r, page.Application(v, p))
}

// applicationProps collects what is known without asking Argo CD.
func (s *Server) applicationProps(w http.ResponseWriter, r *http.Request) (*ui.View, page.ApplicationProps, error) {
	key := live.Key{Instance: pathValue(r, "instance"), Namespace: pathValue(r, "namespace"), Name: pathValue(r, "name")}
	if key.Namespace == "-" {
		key.Namespace = ""
	}
	p := page.ApplicationProps{Key: key, Detail: page.DetailProps{Key: key, Asked: clip(strings.TrimSpace(r.URL.Query().Get("resource")), 100),
		Problems: r.URL.Query().Get("problems") == "true"}}
	v, err := s.besideView(w, r, "live")
	if err != nil {
		return nil, p, err
	}
	v.Title = clip(key.Name, 253)
	p.Instance, p.Connected = s.Live.Instance(key.Instance)
	p.Row, p.Known = s.Live.Get(key)
	if s.Past != nil {
		if p.Past, err = s.Past.Transitions(r.Context(), key, transitionsShown); err != nil {
			return nil, p, err
		}
	}
	if !p.Known {
		if s.details != nil {
			p.Detail.Detail, _ = s.details.last(key)
		}
		return v, p, nil
	}
	p.Planned, p.Show = s.planned(v, &p.Row.Application), s.liveShow(v.Plan, nil)
	p.Windows = windowsOf(s.Live.Scope(key.Instance), &p.Row.Application, v.Now)
	return v, p, nil
}

// planned words what the plan around the page says of a live application.
func (s *Server) planned(v *ui.View, a *live.Application) page.Planned {
	if v.Plan == nil {
		return page.Planned{}
	}
	said := s.owners.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Of(a)
	out := page.Planned{Owner: said}
	if said.Application != "" {
		out.Application = v.Link("facts/applications", "q", a.Name) + "#" + url.PathEscape("applications/"+said.Application)
	}
	for _, c := range v.Plan.Doc.Clusters {
		if c.ID == said.Cluster {
			out.Cluster = clusterRow(v, c)
		}
	}
	return out
}

// clusterRow is the address of a cluster's row in the plan.
func clusterRow(v *ui.View, c plan.Cluster) string {
	return v.Link("facts/clusters", "q", c.Name) + "#" + url.PathEscape("clusters/"+c.ID)
}

const (
	windowsShown = 40  // of an application
	windowsRead  = 500 // to tell what they permit together
)

// windowsOf tells which sync windows are meant for an application and what they
// permit now.
func windowsOf(scope live.Scope, a *live.Application, now time.Time) page.WindowsProps {
	out := page.WindowsProps{Hidden: hides(scope, "projects")}
	for _, p := range scope.Projects {
		if p.Name != a.Project {
			continue
		}
		out.Known = true
		var meant []live.Window
		for _, w := range p.Windows {
			if w.Covers(a) {
				meant = append(meant, w)
			}
		}
		out.Windows, out.Gate = page.WindowRows(meant, now, windowsShown), live.Gated(meant[:min(len(meant), windowsRead)], now)
	}
	return out
}

func hides(scope live.Scope, what string) bool {
	return slices.Contains(scope.Hidden, what)
}
