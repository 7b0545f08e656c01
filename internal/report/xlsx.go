package report

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/width"

	"deckplan/internal/lang"
)

// WriteXLSX writes a workbook: figures, findings, decisions and assumptions,
// and each table of the plan that has rows, whole and with every field. A
// comparison holds the figures and rows of both plans first. Numbers are numbers,
// in the unit that stands beside them; every other cell is text, whatever it
// begins with.
func WriteXLSX(w io.Writer, in Input) (err error) {
	d, err := begin(in)
	if err != nil {
		return err
	}
	b, err := newBook(in.Lang)
	if err != nil {
		return fmt.Errorf("report: workbook: %w", err)
	}
	defer func() { _ = b.f.Close() }() // of temporary files
	for _, s := range d.sheets() {
		if err := b.add(s); err != nil {
			return fmt.Errorf("report: sheet %s: %w", s.name, err)
		}
	}
	if err := b.finish(d); err != nil {
		return fmt.Errorf("report: workbook: %w", err)
	}
	if err := b.write(w); err != nil {
		return fmt.Errorf("report: workbook: %w", err)
	}
	return nil
}

// write writes the workbook's parts in the order of their names, which the
// library leaves to chance.
func (b *book) write(w io.Writer) error {
	whole, err := b.f.WriteToBuffer()
	if err != nil {
		return err
	}
	from, err := zip.NewReader(bytes.NewReader(whole.Bytes()), int64(whole.Len()))
	if err != nil {
		return err
	}
	slices.SortFunc(from.File, func(x, y *zip.File) int { return strings.Compare(x.Name, y.Name) })
	to := zip.NewWriter(w)
	for _, part := range from.File {
		if err := to.Copy(part); err != nil {
			return err
		}
	}
	return to.Close()
}

const typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// sheet is a table of a workbook. A row's cells are string, float64, int, bool,
// share or nil for nothing.
type sheet struct {
	name  string
	heads []string
	rows  int
	row   func(i int) []any
}

// share is a fraction that is shown as a percentage.
type share float64

// Bounds of a workbook, the first three of them Excel's own.
const (
	maxSheetName = 31
	maxCell      = 32767
	maxSheetRows = 1_048_576 - 1
	narrowest    = 8
	widest       = 60
	measured     = 500 // rows that a column's width is taken from
)

// book is a workbook being written.
type book struct {
	f     *excelize.File
	names map[string]bool // of sheets, in one letter case
	first string
	head  int // styles
	text  int
	share int
	whole int
	part  int
}

func newBook(l lang.Lang) (*book, error) {
	b := &book{f: excelize.NewFile(), names: map[string]bool{}}
	if l == lang.Korean {
		if err := b.f.SetDefaultFont("Malgun Gothic"); err != nil {
			return nil, err
		}
	}
	number := func(format string) *excelize.Style {
		return &excelize.Style{CustomNumFmt: &format, Alignment: &excelize.Alignment{Vertical: "top"}}
	}
	for _, s := range []struct {
		to    *int
		style *excelize.Style
	}{
		{&b.head, &excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E6EFFB"}},
			Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		// Text stays what it is even when somebody types into the cell.
		{&b.text, &excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&b.share, number("0.0%")}, {&b.whole, number("#,##0")}, {&b.part, number("#,##0.0##")},
	} {
		var err error
		if *s.to, err = b.f.NewStyle(s.style); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// add writes a sheet row by row. Its header stays in view and filters.
func (b *book) add(s sheet) error {
	name := b.legal(s.name)
	if b.first == "" {
		b.first = name
		if err := b.f.SetSheetName(b.f.GetSheetName(0), name); err != nil {
			return err
		}
	} else if _, err := b.f.NewSheet(name); err != nil {
		return err
	}
	out, err := b.f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, w := range s.widths() {
		if err := out.SetColWidth(i+1, i+1, w); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	heads := make([]any, len(s.heads))
	for i, h := range s.heads {
		heads[i] = excelize.Cell{StyleID: b.head, Value: cellText(h)}
	}
	if err := out.SetRow("A1", heads); err != nil {
		return err
	}
	rows := min(s.rows, maxSheetRows)
	for i := range rows {
		if err := out.SetRow(fmt.Sprint("A", i+2), b.cells(s.row(i))); err != nil {
			return err
		}
	}
	last, err := excelize.CoordinatesToCellName(len(s.heads), rows+1)
	if err != nil {
		return err
	}
	if err := b.f.AutoFilter(name, "A1:"+last, nil); err != nil {
		return err
	}
	return out.Flush()
}

// cells gives the values of a row their styles.
func (b *book) cells(row []any) []any {
	out := make([]any, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case nil:
		case string:
			if v != "" {
				out[i] = excelize.Cell{StyleID: b.text, Value: cellText(v)}
			}
		case share:
			out[i] = excelize.Cell{StyleID: b.share, Value: float64(v)}
		case float64:
			style := b.part
			if v == float64(int64(v)) {
				style = b.whole
			}
			out[i] = excelize.Cell{StyleID: style, Value: v}
		case int:
			out[i] = excelize.Cell{StyleID: b.whole, Value: v}
		default:
			out[i] = v
		}
	}
	return out
}

// finish says whose the workbook is and opens it at its first sheet.
func (b *book) finish(d *doc) error {
	b.f.SetActiveSheet(0)
	at := d.Generated.Format(time.RFC3339)
	return b.f.SetDocProps(&excelize.DocProperties{Creator: "Deckplan", LastModifiedBy: "Deckplan", Title: xmlText(d.title()), Subject: xmlText(d.Options.Classification),
		Language: string(d.Lang), Created: at, Modified: at})
}

// legal makes a name of a sheet's that no other has and Excel takes.
func (b *book) legal(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return ' '
		}
		return r
	}, xmlText(name))
	base := strings.Trim(strings.Join(strings.Fields(name), " "), "' ")
	if base == "" {
		base = "Sheet"
	}
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprintf(" (%d)", n)
		}
		r := []rune(base)
		try := string(r[:min(len(r), maxSheetName-len(suffix))]) + suffix
		if key := strings.ToLower(try); !b.names[key] {
			b.names[key] = true
			return try
		}
	}
}

// cellText is a text that fits a cell.
func cellText(s string) string {
	s = xmlText(s)
	if r := []rune(s); len(r) > maxCell {
		return string(r[:maxCell-1]) + "…"
	}
	return s
}

// widths are the columns' widths in letters.
func (s sheet) widths() []float64 {
	out := make([]float64, len(s.heads))
	wide := func(i int, text string) {
		for line := range strings.SplitSeq(text, "\n") {
			out[i] = min(widest, max(out[i], letters(line)+2))
		}
	}
	for i, h := range s.heads {
		out[i] = narrowest
		wide(i, h+"   ") // and the button of the filter
	}
	for n := range min(s.rows, measured) {
		for i, v := range s.row(n) {
			if text, ok := v.(string); ok {
				wide(i, text)
			}
		}
	}
	return out
}

// letters counts a text's width in Latin letters.
func letters(s string) float64 {
	n := 0
	for _, r := range s {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return float64(n)
}
