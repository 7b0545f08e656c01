package command

import (
	"errors"
	"fmt"
	"slices"

	"deckplan/internal/layout"
	"deckplan/internal/manifest"
	"deckplan/internal/plan"
)

// Manifests writes what installs the Argo CDs of a plan file's layout.
type Manifests struct {
	File   string `arg:"" help:"Plan file."`
	Layout string `help:"Identifier or name of the layout, or a preset: hub, per_cluster, per_environment, per_zone, per_region, per_team." required:""`
	Output string `help:"Zip file to write; - for standard output." default:"-" short:"o"`
}

// Run writes the manifests of a plan file's layout.
func (c Manifests) Run(s *Streams) (err error) {
	p, err := s.Plan(c.File)
	if err != nil {
		return err
	}
	if s.screen(c.Output) {
		return s.Wrong("manifest.terminal", nil)
	}
	a, name, err := c.arrangement(s, p)
	if err != nil {
		return err
	}
	w, done, err := s.Output(c.Output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return manifest.WriteZip(w, manifest.Build(p, a, p.About.Name+" · "+name, s.Lang.T))
}

// arrangement finds the one layout that is meant; otherwise it tells which
// there are.
func (c Manifests) arrangement(s *Streams, p *plan.Plan) (layout.Arrangement, string, error) {
	ix := layout.NewIndex(p)
	all := ix.Presets()
	for _, l := range p.Layouts {
		if a, ok := ix.Resolve(l.ID); ok {
			all = append(all, a)
		}
	}
	name := func(a layout.Arrangement) string {
		if a.Preset != "" {
			return s.Lang.T("layout.preset."+a.ID, nil)
		}
		return a.Name
	}
	match := slices.DeleteFunc(slices.Clone(all), func(a layout.Arrangement) bool { return a.ID != c.Layout && name(a) != c.Layout })
	if len(match) != 1 {
		err := s.Wrong("manifest.which", map[string]any{"n": len(match), "name": c.Layout})
		for _, a := range all {
			_, _ = fmt.Fprintf(s.Err, "  %s  %s\n", a.ID, name(a))
		}
		return layout.Arrangement{}, "", err
	}
	return match[0], name(match[0]), nil
}
