package command

import (
	"io"

	"deckplan/internal/ci"
	"deckplan/internal/compare"
	"deckplan/internal/plan"
	"deckplan/internal/report"
)

// Diff compares two plan files.
type Diff struct {
	Old      string `arg:"" help:"Plan file."`
	New      string `arg:"" help:"Plan file to compare it with."`
	Format   string `help:"text; markdown: the comment of a pull request; json." enum:"text,markdown,json" default:"text"`
	JSON     bool   `help:"The same as --format json."`
	Output   string `help:"File to write; - for standard output." default:"-" short:"o"`
	ExitCode bool   `help:"Exit with 1 if anything differs."`
}

// Help is what --help says beside the flags.
func (Diff) Help() string {
	return "Exit codes: 0 done, 1 with --exit-code where something differs, 2 wrong usage or a file that is wrong, 3 something could not be read or written."
}

// Run tells in sentences how two plan files differ.
func (c Diff) Run(s *Streams) error {
	a, err := s.Plan(c.Old)
	if err != nil {
		return err
	}
	b, err := s.Plan(c.New)
	if err != nil {
		return err
	}
	if c.JSON {
		c.Format = "json"
	}
	d := compare.Plans(s.Lang, a, b)
	err = s.write(c.Output, func(w io.Writer) error {
		switch c.Format {
		case "json":
			return writeJSON(w, d)
		case "markdown":
			return ci.WriteComment(w, s.Lang, b.About.Name, d)
		}
		return d.Write(w, s.Lang)
	})
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
