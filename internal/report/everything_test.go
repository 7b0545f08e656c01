package report

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/lang"
)

func TestWriteEverything_HoldsEveryFormatAndThePlan(t *testing.T) {
	in := sample(t, lang.English)
	printed := func(_ context.Context, html io.Reader, w io.Writer) error {
		b, err := io.ReadAll(html)
		if err != nil || !bytes.Contains(b, []byte("<!doctype html>")) && !bytes.Contains(b, []byte("<!DOCTYPE html>")) {
			t.Errorf("no page is printed: %v", err)
		}
		_, err = io.WriteString(w, "%PDF")
		return err
	}
	var b bytes.Buffer
	var told []string
	if err := WriteEverything(t.Context(), &b, in, printed, func(f string, done, of int) {
		if done != len(told) || of != len(Formats)+1 {
			t.Errorf("%s: %d of %d", f, done, of)
		}
		told = append(told, f)
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Join(told, " ") != "html markdown docx json xlsx pdf" {
		t.Errorf("told %v", told)
	}
	names := func(b []byte) (out []string) {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, r); err != nil || n == 0 {
				t.Errorf("%s: %d bytes, %v", f.Name, n, err)
			}
			out = append(out, f.Name)
		}
		return out
	}
	got := names(b.Bytes())
	for _, want := range []string{"report.html", "markdown/report.md", "report.docx", "report.json", "report.xlsx", "report.pdf", "plan.yaml"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
	b.Reset()
	if err := WriteEverything(t.Context(), &b, in, nil, nil); err != nil || slices.Contains(names(b.Bytes()), "report.pdf") {
		t.Errorf("without a printer: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := WriteEverything(ctx, io.Discard, in, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("no longer wanted: %v", err)
	}
}
