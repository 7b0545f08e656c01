package command

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/print"
	"deckplan/internal/raster"
	"deckplan/internal/report"
)

// Report writes a plan file for people to read.
type Report struct {
	File      string `arg:"" help:"Plan file."`
	Format    string `help:"html, pdf, docx, xlsx, json; markdown: a zip file of report.md and its pictures; all: a zip file of every format." enum:"html,pdf,markdown,docx,json,xlsx,all" default:"html"`
	Output    string `help:"File to write; - for standard output." default:"-" short:"o"`
	ChromeURL string `help:"Address of a Chromium's DevTools that prints PDF; one that is installed here if empty." env:"DECKPLAN_CHROME_URL"`
}

// Run writes the report of a plan file.
func (c Report) Run(s *Streams) (err error) {
	if c.ChromeURL != "" && !print.ValidURL(c.ChromeURL) {
		return s.Wrong("config.chrome_url", map[string]any{"got": c.ChromeURL})
	}
	p, err := s.Plan(c.File)
	if err != nil {
		return err
	}
	f, ok := report.FormatOf(c.Format)
	if (!ok || !f.Text) && s.screen(c.Output) {
		return s.Wrong("report.terminal", nil)
	}
	printer := print.New(print.Config{ChromeURL: c.ChromeURL})
	defer printer.Close()
	var why *print.Error
	ready := printer.Ready()
	if c.Format == report.PDF && errors.As(ready, &why) {
		return s.noPDF(why)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	w, done, err := s.Output(c.Output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	in := report.Input{Plan: p, Appraisal: appraise.Run(p), Lang: s.Lang, Generated: time.Now(), Raster: raster.PNG}
	switch {
	case ok:
		return f.Write(w, in)
	case c.Format == report.PDF:
		err = report.WritePDF(ctx, w, in, printer.PDF)
	case ready != nil:
		err = report.WriteEverything(ctx, w, in, nil, nil)
	default:
		err = report.WriteEverything(ctx, w, in, printer.PDF, nil)
	}
	if errors.As(err, &why) {
		return s.noPDF(why)
	}
	return err
}

// noPDF says why there is none, and what to do.
func (s *Streams) noPDF(why *print.Error) error {
	return s.Wrong("command.no_pdf", map[string]any{"why": s.Lang.T("print."+string(why.Reason), nil), "do": s.Lang.T("print."+string(why.Reason)+".do", nil)})
}
