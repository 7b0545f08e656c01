package command

import (
	"errors"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/report"
)

// Report writes a plan file for people to read.
type Report struct {
	File   string `arg:"" help:"Plan file."`
	Format string `help:"html: one file; markdown: a zip file of report.md and its pictures." enum:"html,markdown" default:"html"`
	Output string `help:"File to write; - for standard output." default:"-" short:"o"`
}

// Run writes the report of a plan file.
func (c Report) Run(s *Streams) (err error) {
	p, err := s.Plan(c.File)
	if err != nil {
		return err
	}
	write := report.Write
	if c.Format == "markdown" {
		if s.screen(c.Output) {
			return s.Wrong("report.terminal", nil)
		}
		write = report.WriteZip
	}
	w, done, err := s.Output(c.Output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return write(w, report.Input{Plan: p, Appraisal: appraise.Run(p), Lang: s.Lang, Generated: time.Now()})
}
