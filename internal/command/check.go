package command

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/ci"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Check judges a plan file.
type Check struct {
	File      string `arg:"" help:"Plan file."`
	Format    string `help:"text; json; sarif: SARIF 2.1.0, for code scanning; github: annotations of a GitHub Actions job; gitlab: a Code Quality report." enum:"text,json,sarif,github,gitlab" default:"text"`
	JSON      bool   `help:"The same as --format json."`
	FailOn    string `help:"Exit with 1 from this severity on: error, warning or never." enum:"error,warning,never" default:"error"`
	Output    string `help:"File to write; - for standard output." default:"-" short:"o"`
	Decisions string `help:"Folder of decision records (MADR, Markdown): tell which assumptions the plan no longer bears out, and which reviews are due." placeholder:"DIR"`
	Root      string `help:"Folder that paths in findings are relative to; the working directory unless set." env:"GITHUB_WORKSPACE,CI_PROJECT_DIR" placeholder:"DIR"`
	Summary   string `help:"With --format github: file to which a Markdown summary is added." env:"GITHUB_STEP_SUMMARY" placeholder:"FILE"`
}

// Help is what --help says beside the flags.
func (Check) Help() string {
	return "Exit codes: 0 no finding at or above --fail-on, 1 findings, 2 wrong usage or a file that is wrong, 3 something could not be read or written."
}

// Run tells the findings of a plan file, and what is wrong with the file.
func (c Check) Run(s *Streams) error {
	if c.JSON {
		c.Format = "json"
	}
	p, at, err := s.located(c.File)
	var bad *plan.Invalid
	switch {
	case errors.As(err, &bad) && c.Format == "text":
		return s.faults(c.File, bad)
	case errors.As(err, &bad):
		return errors.Join(c.tell(s, "", c.wrong(s, bad)), Exit{2})
	case err != nil:
		return err
	}
	judged := appraise.Run(p)
	all := c.found(s, p, at, judged)
	if c.Decisions != "" {
		more, err := c.decided(s, p, &judged)
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	all = gravest(all)
	if err := c.tell(s, p.About.Name, all); err != nil {
		return err
	}
	limits := map[string]verdict.Severity{"error": verdict.Error, "warning": verdict.Warning, "never": -1}
	if len(all) > 0 && all[0].Severity <= limits[c.FailOn] {
		return Exit{1}
	}
	return nil
}

// found words the findings of a plan, each with its place in the file.
func (c Check) found(s *Streams, p *plan.Plan, at plan.Positions, judged appraise.Appraisal) []found {
	findings := judged.Findings()
	out := make([]found, len(findings))
	path, currency := c.path(c.File), p.About.CurrencyOr()
	for i, f := range findings {
		out[i] = word(s, f, currency)
		out[i].File = path
		out[i].Line, out[i].Column = place(at, f)
	}
	return out
}

// place is where the row stands that a finding is about: the first one it
// names, else its subject, else the file's beginning.
func place(at plan.Positions, f appraise.Finding) (line, column int) {
	for _, r := range f.About {
		if pos, ok := at.Row(r.Kind, r.Key); ok {
			return pos.Line, pos.Column
		}
	}
	if pos, ok := at.Row(f.Topic.Table(), f.Subject.Key); ok {
		return pos.Line, pos.Column
	}
	return 1, 1
}

// wrong words the faults of a plan file.
func (c Check) wrong(s *Streams, bad *plan.Invalid) []found {
	out := make([]found, len(bad.Problems))
	for i, problem := range bad.Problems {
		f := appraise.Finding{Topic: "plan", Subject: appraise.Subject{Key: problem.Path, Name: problem.Path},
			Finding: verdict.Finding{ID: problem.ID, Severity: verdict.Error, Args: problem.Args}}
		out[i] = word(s, f, "")
		out[i].File, out[i].Line, out[i].Column = c.path(c.File), max(1, problem.Line), 1
	}
	return out
}

// path is a file as findings name it: relative to the root where it lies below,
// with slashes; otherwise as it was given.
func (c Check) path(file string) string {
	root, err := filepath.Abs(c.Root) // the working directory where it is not set
	if err != nil {
		return filepath.ToSlash(file)
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return filepath.ToSlash(file)
	}
	rel, err := filepath.Rel(root, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(rel)
}

// tell writes findings in the format that is asked for.
func (c Check) tell(s *Streams, name string, all []found) error {
	report := ci.Report{Lang: s.Lang, Version: s.Version, Plan: name, Findings: make([]ci.Finding, len(all))}
	for i, f := range all {
		report.Findings[i] = f.ci()
	}
	err := s.write(c.Output, func(w io.Writer) error {
		switch c.Format {
		case "json":
			return writeJSON(w, map[string]any{"findings": all})
		case "sarif":
			return ci.WriteSARIF(w, report)
		case "github":
			return ci.WriteGitHub(w, report)
		case "gitlab":
			return ci.WriteGitLab(w, report)
		}
		return ci.WriteText(w, report)
	})
	if err == nil && c.Format == "github" && c.Summary != "" {
		err = c.summarize(report)
	}
	return err
}

// summarize adds the summary to what other steps of the job have written.
func (c Check) summarize(r ci.Report) (err error) {
	f, err := os.OpenFile(c.Summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return ci.WriteSummary(f, r)
}
