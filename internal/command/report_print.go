package command

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"deckplan/internal/print"
	"deckplan/internal/report"
)

// form is how a report is written, whether it may be shown on a terminal, and
// what ends the browser that it may need.
type form struct {
	text  bool
	write func(io.Writer, report.Input) error
	end   func()
}

// form finds the format that was asked for. A zip file of every format is
// without PDF where there is nothing to print with.
func (c Report) form(s *Streams) (form, error) {
	if c.ChromeURL != "" && !print.ValidURL(c.ChromeURL) {
		return form{}, s.Wrong("config.chrome_url", map[string]any{"got": c.ChromeURL})
	}
	if f, ok := report.FormatOf(c.Format); ok {
		return form{f.Text, f.Write, func() {}}, nil
	}
	if c.Format != report.PDF && c.Format != report.Everything {
		return form{}, s.Wrong("report.problem.format", map[string]any{"got": c.Format, "known": strings.Join(formats(), ", ")})
	}
	printer := print.New(print.Config{ChromeURL: c.ChromeURL})
	pdf := report.Printer(printer.PDF)
	if err := printer.Ready(); err != nil {
		if c.Format == report.PDF {
			return form{}, s.unprinted(err)
		}
		pdf = nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	return form{end: func() { stop(); printer.Close() }, write: func(w io.Writer, in report.Input) error {
		if c.Format == report.PDF {
			return report.WritePDF(ctx, w, in, pdf)
		}
		return report.WriteEverything(ctx, w, in, pdf, nil)
	}}, nil
}

// unprinted words the error of a print, and what to do; others stay as they are.
func (s *Streams) unprinted(err error) error {
	var why *print.Error
	if !errors.As(err, &why) {
		return err
	}
	id := "print." + string(why.Reason)
	return s.Wrong("command.no_pdf", map[string]any{"why": s.Lang.T(id, nil), "do": s.Lang.T(id+".do", nil)})
}
