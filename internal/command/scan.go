package command

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"

	"deckplan/internal/plan"
	"deckplan/internal/scan"
)

// Scan proposes pipelines by a checkout's CI definitions.
type Scan struct {
	Dir    string `arg:"" help:"Checkout of a repository."`
	Plan   string `help:"Plan file whose tools and teams are used where they fit."`
	Output string `help:"Write a plan with the proposal in it; - for standard output." short:"o"`
	All    bool   `help:"Write pipelines that deliver nothing, too."`
	JSON   bool   `help:"Print the proposal as JSON."`
}

// Run prints what a checkout's CI definitions amount to; exit 1 where they
// hold no pipeline.
func (c Scan) Run(s *Streams) error {
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // read only
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	p, err := scan.Read(root.FS(), scan.Options{Name: filepath.Base(dir), Word: s.Lang.T, NewID: plan.NewID})
	if err != nil {
		return err
	}
	doc := plan.Empty(cmp.Or(p.Name, "Deckplan"))
	if c.Plan != "" {
		if doc, err = s.Plan(c.Plan); err != nil {
			return err
		}
	}
	if c.Output != "" {
		if err := c.write(s, p, doc); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		err = s.json(scanned(s, p.Fit(doc)))
	case c.Output != "-":
		err = p.Write(s.Out, s.Lang.T, doc)
	}
	if err == nil && len(p.Stages) == 0 {
		return Exit{1}
	}
	return err
}

// write writes the plan with the proposal in it.
func (c Scan) write(s *Streams, p *scan.Proposal, doc *plan.Plan) (err error) {
	if !c.All && len(p.Delivers) > 0 {
		p = p.Keep(func(st plan.Stage) bool { return slices.Contains(p.Delivers, st.Pipeline) })
	}
	next, _, err := plan.Apply(doc, p.Edit(doc))
	if err != nil {
		return err
	}
	w, done, err := s.Output(c.Output)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, done()) }()
	return plan.EncodeYAML(w, next)
}

// scannedNote is a note with its sentence.
type scannedNote struct {
	scan.Note
	Text string `json:"text"`
}

func scanned(s *Streams, p *scan.Proposal) any {
	word := func(notes []scan.Note) []scannedNote {
		out := make([]scannedNote, len(notes))
		for i, n := range notes {
			out[i] = scannedNote{n, s.Lang.T(n.ID, n.Args)}
		}
		return out
	}
	return struct {
		*scan.Proposal
		Recognised   []scannedNote `json:"recognised"`
		Unrecognised []scannedNote `json:"unrecognised"`
	}{p, word(p.Recognised), word(p.Unrecognised)}
}
