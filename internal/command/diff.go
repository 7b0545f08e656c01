package command

import (
	"deckplan/internal/compare"
	"deckplan/internal/plan"
	"deckplan/internal/report"
)

// Diff compares two plan files.
type Diff struct {
	Old      string `arg:"" help:"Plan file."`
	New      string `arg:"" help:"Plan file to compare it with."`
	JSON     bool   `help:"Print the differences as JSON."`
	ExitCode bool   `help:"Exit with 1 if anything differs."`
}

// Run prints how two plan files differ.
func (c Diff) Run(s *Streams) error {
	a, err := s.Plan(c.Old)
	if err != nil {
		return err
	}
	b, err := s.Plan(c.New)
	if err != nil {
		return err
	}
	d := compare.Plans(s.Lang, a, b)
	if c.JSON {
		err = s.json(d)
	} else {
		err = d.Write(s.Out, s.Lang)
	}
	if err == nil && c.ExitCode && !d.Empty() {
		return Exit{1}
	}
	return err
}

// Schema prints the JSON Schema of plan files, or of reports.
type Schema struct {
	Report bool `help:"The schema of reports written as JSON."`
}

// Run prints the JSON Schema.
func (c Schema) Run(s *Streams) error {
	schema := plan.JSONSchema()
	if c.Report {
		schema = report.JSONSchema()
	}
	_, err := s.Out.Write(schema)
	return err
}
