package report

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"deckplan/internal/plan"
)

// Printer makes a PDF of a page of HTML.
type Printer func(ctx context.Context, html io.Reader, w io.Writer) error

// Names of the formats that are made of others, beside Formats. Their messages
// are report.format.NAME too.
const (
	PDF        = "pdf"
	Everything = "all"
)

// WritePDF prints the report's HTML.
func WritePDF(ctx context.Context, w io.Writer, in Input, pdf Printer) error {
	var html bytes.Buffer
	if err := Write(&html, in); err != nil {
		return err
	}
	return pdf(ctx, &html, w)
}

// WriteEverything writes a zip file of the report in every format and of the
// plan itself; without a printer there is no PDF among them. tell hears, where
// it is not nil, which format is begun and how many are done of how many.
func WriteEverything(ctx context.Context, w io.Writer, in Input, pdf Printer, tell func(format string, done, of int)) error {
	if faults := Check(in); len(faults) > 0 {
		return faults
	}
	z := zip.NewWriter(w)
	of := len(Formats)
	if pdf != nil {
		of++
	}
	begin := func(format string, done int) error {
		if tell != nil {
			tell(format, done, of)
		}
		return ctx.Err()
	}
	for i, f := range Formats {
		if err := begin(f.Name, i); err != nil {
			return err
		}
		if err := enclose(z, f, in); err != nil {
			return fmt.Errorf("report: %s: %w", f.Name, err)
		}
	}
	if pdf != nil {
		if err := begin(PDF, of-1); err != nil {
			return err
		}
		to, err := create(z, "report."+PDF, in.Generated)
		if err != nil {
			return err
		}
		if err := WritePDF(ctx, to, in, pdf); err != nil {
			return err
		}
	}
	to, err := create(z, "plan.yaml", in.Generated)
	if err != nil {
		return err
	}
	if err := plan.EncodeYAML(to, in.Plan); err != nil {
		return fmt.Errorf("report: plan: %w", err)
	}
	return z.Close()
}

func create(z *zip.Writer, name string, at time.Time) (io.Writer, error) {
	return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
}

// enclose writes a format into a zip file. One that is a zip file itself becomes
// a folder.
func enclose(z *zip.Writer, f Format, in Input) error {
	if f.Extension != ".zip" {
		to, err := create(z, "report"+f.Extension, in.Generated)
		if err != nil {
			return err
		}
		return f.Write(to, in)
	}
	var b bytes.Buffer
	if err := f.Write(&b, in); err != nil {
		return err
	}
	inner, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return err
	}
	for _, file := range inner.File {
		raw, err := file.OpenRaw()
		if err != nil {
			return err
		}
		h := file.FileHeader
		h.Name = f.Name + "/" + h.Name
		to, err := z.CreateRaw(&h)
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, raw); err != nil {
			return err
		}
	}
	return nil
}
