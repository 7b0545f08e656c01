package report

import (
	"io"
	"testing"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
)

// thousand is a report of 1,000 clusters, 10,000 services and 500 decisions.
func thousand(b *testing.B) Input {
	p := large(1000, 10000)
	a := appraise.Run(p)
	return Input{Plan: p, Revision: 1, Appraisal: a, Decisions: decisions(a, 500), Lang: lang.Korean, Generated: at}
}

func benchmark(b *testing.B, write func(io.Writer, Input) error) {
	in := thousand(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := write(io.Discard, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReport_HTML(b *testing.B) { benchmark(b, Write) }

func BenchmarkReport_DOCX(b *testing.B) { benchmark(b, WriteDOCX) }

func BenchmarkReport_JSON(b *testing.B) { benchmark(b, WriteJSON) }

func BenchmarkReport_Markdown(b *testing.B) { benchmark(b, WriteZip) }

// The full list of ten thousand findings costs the most where they are alike.
func BenchmarkReport_FindingsHTML(b *testing.B) { benchmarkFindings(b, Write) }

func BenchmarkReport_FindingsMarkdown(b *testing.B) { benchmarkFindings(b, WriteZip) }

func benchmarkFindings(b *testing.B, write func(io.Writer, Input) error) {
	p := many(10000)
	in := Input{Plan: p, Revision: 1, Appraisal: appraise.Run(p), Lang: lang.Korean, Generated: at}
	b.ReportAllocs()
	for b.Loop() {
		if err := write(io.Discard, in); err != nil {
			b.Fatal(err)
		}
	}
}
