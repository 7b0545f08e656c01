package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/manifest"
	"deckplan/internal/plan"
	"deckplan/internal/rollout"
	"deckplan/internal/strategy"
)

// manifestChoice reads what the manifests are written for: what is asked for,
// else what the plan chose, else what is recommended.
func manifestChoice(p *plan.Plan, a *strategy.Analysis, environment string, q url.Values) rollout.Choice {
	r, segment := a.Recommended, plan.Segment("")
	for _, row := range slices.Backward(a.Choices) {
		if row.Environment == environment || row.Environment == "" {
			r, segment = row.Choice, row.Segment
		}
	}
	if asked := q.Get("strategy"); slices.Contains(r.Values(), asked) {
		r = plan.Rollout(asked)
	}
	c := rollout.Of(p, a.Service, environment, r)
	if asked := rollout.Tool(q.Get("tool")); slices.Contains(rollout.Tools(r), asked) {
		c.Tool = asked
	}
	if r != plan.Canary {
		return c
	}
	if asked := q.Get("router"); asked == "none" {
		c.Router = ""
	} else if slices.Contains(plan.GatewayAPI.Values(), asked) {
		c.Router = plan.Router(asked)
	}
	c.Segment = segment
	if asked := q.Get("segment"); asked == "none" {
		c.Segment = ""
	} else if slices.Contains(plan.ByHeader.Values(), asked) {
		c.Segment = plan.Segment(asked)
	}
	if c.Router == "" || strategy.Way(c.Router, c.Segment).Fit == strategy.Impossible {
		c.Segment = ""
	}
	return c
}

// strategyFile sends a file of a service's manifests, all YAML of them as one,
// or all files as zip.
func (s *Server) strategyFile(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "strategies")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	a, ok := strategy.Analyse(v.Plan.Doc, q.Get("service"))
	if !ok {
		return errNotFound
	}
	c := manifestChoice(v.Plan.Doc, a, q.Get("environment"), q)
	files, name := rollout.Build(c, v.Lang.T), chi.URLParam(r, "file")
	switch name {
	case "all.zip":
		w.Header().Set("Content-Type", "application/zip")
		w.Header().Set("Content-Disposition", attachment(c.Name, "zip"))
		return manifest.WriteZip(w, files)
	case "all.yaml":
		files = []manifest.File{{Path: c.Name + ".yaml", Data: rollout.All(files)}}
		name = c.Name + ".yaml"
	}
	i := slices.IndexFunc(files, func(f manifest.File) bool { return f.Path == name })
	if i < 0 {
		return errNotFound
	}
	kind := "application/yaml"
	if len(name) > 3 && name[len(name)-3:] == ".sh" {
		kind = "text/x-shellscript; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`) // a name of ours, or a DNS label
	_, err = w.Write(files[i].Data)
	return err
}
