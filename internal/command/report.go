package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/raster"
	"deckplan/internal/report"
)

// Report writes a plan file for people to read.
type Report struct {
	File           string   `arg:"" help:"Plan file."`
	Format         string   `help:"html: one file; markdown: a zip file of report.md and its pictures; docx: a Word document; xlsx: a workbook of all tables; json: for programs; pdf: printed by Chromium; all: a zip file of every format." default:"html"`
	Output         string   `help:"File to write; - for standard output." default:"-" short:"o"`
	Title          string   `help:"Title of the report, in place of the plan's name."`
	Classification string   `help:"Line on the cover and on every printed page, such as: Internal."`
	Logo           string   `help:"PNG, JPEG or SVG file with the logo on the cover." placeholder:"FILE"`
	Sections       []string `help:"Chapters, separated by commas: summary, plan, ownership, layouts, roadmap, matrices, strategies, images, assumptions, decisions, findings; in a comparison also figures, changes, rows." placeholder:"ID,..."`
	Compare        string   `help:"Plan file to compare the plan with." placeholder:"OTHER"`
	ChromeURL      string   `help:"Address of a Chromium's DevTools that prints PDF; one that is installed here if empty." env:"DECKPLAN_CHROME_URL"`
}

// Run writes the report of a plan file. Nothing is written where anything that
// was asked for is wrong; of that, all is told.
func (c Report) Run(s *Streams) (err error) {
	format, err := c.form(s)
	if err != nil {
		return err
	}
	defer format.end()
	if !format.text && s.screen(c.Output) {
		return s.Wrong("report.terminal", map[string]any{"format": c.Format})
	}
	in, err := c.input(s)
	if err != nil {
		return err
	}
	if faults := report.Check(in); len(faults) > 0 {
		for _, f := range faults {
			_, _ = fmt.Fprintln(s.Err, s.Lang.T(f.ID, f.Args))
		}
		return Exit{2}
	}
	w, done, err := s.Output(c.Output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return s.unprinted(format.write(w, in))
}

func formats() (names []string) {
	for _, f := range report.Formats {
		names = append(names, f.Name)
	}
	return append(names, report.PDF, report.Everything)
}

func (c Report) input(s *Streams) (in report.Input, err error) {
	p, err := s.Plan(c.File)
	if err != nil {
		return in, err
	}
	in = report.Input{Plan: p, Appraisal: appraise.Run(p), Lang: s.Lang, Generated: time.Now(), Raster: raster.PNG,
		Options: report.Options{Title: c.Title, Classification: c.Classification, Sections: c.Sections}}
	if c.Compare != "" {
		other, err := s.Plan(c.Compare)
		if err != nil {
			return in, err
		}
		in.Other = &report.Other{Plan: other, Appraisal: appraise.Run(other)}
	}
	if c.Logo != "" {
		data, err := head(c.Logo, report.MaxLogo+1)
		if err != nil {
			_, _ = fmt.Fprintln(s.Err, "deckplan:", err)
			return in, Exit{2}
		}
		in.Options.Logo = report.Logo{Data: data}
	}
	return in, nil
}

// head reads a file, at most so many bytes of it.
func head(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	var b bytes.Buffer
	_, err = io.Copy(&b, io.LimitReader(f, most))
	return b.Bytes(), err
}
