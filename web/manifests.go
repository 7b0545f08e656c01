package web

import (
	"net/http"

	"deckplan/internal/manifest"
	"deckplan/web/page"
)

// manifests sends the Kubernetes objects that a layout implies as a zip file.
func (s *Server) manifests(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "layouts")
	if err != nil {
		return err
	}
	for _, a := range s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Layouts {
		if a.Arrangement.ID != r.URL.Query().Get("layout") {
			continue
		}
		name := v.Plan.Name + " · " + page.LayoutName(v, a.Arrangement)
		w.Header().Set("Content-Type", "application/zip")
		w.Header().Set("Content-Disposition", attachment(name, "zip"))
		return manifest.WriteZip(w, manifest.Build(v.Plan.Doc, a.Arrangement, name, v.Lang.T))
	}
	return errNotFound
}
