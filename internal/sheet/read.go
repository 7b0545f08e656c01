package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
	utf "golang.org/x/text/encoding/unicode"

	"deckplan/internal/plan"
)

// Grid is a text as rows of cells. Rows may differ in length.
type Grid struct {
	Rows      [][]string
	Separator rune
	Encoding  string // that it was read in: UTF-8, UTF-16, CP949 or Windows-1252
}

// Width is the length of the longest row.
func (g Grid) Width() int {
	n := 0
	for _, row := range g.Rows {
		n = max(n, len(row))
	}
	return n
}

// Cell gives a cell, empty where its row is shorter.
func (g Grid) Cell(row, column int) string {
	if row < 0 || row >= len(g.Rows) || column < 0 || column >= len(g.Rows[row]) {
		return ""
	}
	return g.Rows[row][column]
}

// Set changes a cell of a row that is there.
func (g Grid) Set(row, column int, text string) {
	if row < 0 || row >= len(g.Rows) || column < 0 || column >= MaxColumns {
		return
	}
	for len(g.Rows[row]) <= column {
		g.Rows[row] = append(g.Rows[row], "")
	}
	g.Rows[row][column] = text
}

// Text writes the grid as tab-separated text that Read reads alike.
func (g Grid) Text() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = '\t'
	for _, row := range g.Rows {
		out := make([]string, max(1, len(row)))
		for i, cell := range row {
			out[i] = Guard(cell)
		}
		if len(out) == 1 && out[0] == "" {
			out = []string{"", ""} // a line with nothing would not be read as a row
		}
		_ = w.Write(out) // a strings.Builder takes everything
	}
	w.Flush()
	return b.String()
}

func refused(id string, args map[string]any) error {
	return &plan.Invalid{Problems: []plan.Problem{{ID: id, Args: args}}}
}

// Read reads a clipboard's or a file's text. The separator is found where it
// is 0. Rows with nothing in any cell at the end are left out; others stay,
// so that a row has the number it has in the spreadsheet. Errors are
// *plan.Invalid.
func Read(data []byte, separator rune) (Grid, error) {
	if len(data) > MaxBytes {
		return Grid{}, refused("sheet.problem.size", map[string]any{"max": MaxBytes >> 20})
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return Grid{}, refused("sheet.problem.workbook", nil)
	}
	text, name := decode(data)
	if strings.ContainsRune(text, 0) {
		return Grid{}, refused("sheet.problem.binary", nil)
	}
	text = strings.TrimLeft(text, "\ufeff")
	if line, rest, ok := strings.Cut(text, "\n"); ok && separator == 0 {
		// Excel's own first line that names the separator.
		if mark := strings.TrimRight(line, "\r"); len(mark) == 5 && strings.EqualFold(mark[:4], "sep=") && strings.ContainsRune("\t,;", rune(mark[4])) {
			text, separator = rest, rune(mark[4])
		}
	}
	if separator == 0 {
		separator = separatorOf(text)
	}
	rows, err := records(text, separator, false)
	if errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
		rows, err = records(text, separator, true) // a quote inside a cell that needs none
	}
	if err != nil {
		return Grid{}, err
	}
	if len(rows) == 0 {
		return Grid{}, refused("sheet.problem.empty", nil)
	}
	return Grid{rows, separator, name}, nil
}

func records(text string, separator rune, lazy bool) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, lazy
	var rows [][]string
	filled := 0
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows[:filled], nil
		}
		if err != nil {
			return nil, err
		}
		if len(rows) >= MaxRows {
			return nil, refused("sheet.problem.rows", map[string]any{"max": MaxRows})
		}
		if len(row) > MaxColumns {
			return nil, refused("sheet.problem.columns", map[string]any{"max": MaxColumns})
		}
		for i := range row {
			row[i] = unguard(strings.ToValidUTF8(row[i], "�"))
		}
		rows = append(rows, row)
		if strings.TrimSpace(strings.Join(row, "")) != "" {
			filled = len(rows)
		}
	}
}

// decode gives text as UTF-8 and the name of what it was: marked by its first
// bytes, else UTF-8 where it can be, UTF-16 where every other byte is 0, the
// encoding of Korean Windows where it can be, else that of western Windows.
func decode(data []byte) (string, string) {
	with := func(e encoding.Encoding, name string) (string, string) {
		b, err := e.NewDecoder().Bytes(data)
		if err != nil {
			return strings.ToValidUTF8(string(data), "�"), "UTF-8"
		}
		return string(b), name
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return strings.ToValidUTF8(string(data[3:]), "�"), "UTF-8"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return with(utf.UTF16(utf.LittleEndian, utf.ExpectBOM), "UTF-16")
	case zeros(data, 1):
		return with(utf.UTF16(utf.LittleEndian, utf.IgnoreBOM), "UTF-16")
	case zeros(data, 0):
		return with(utf.UTF16(utf.BigEndian, utf.IgnoreBOM), "UTF-16")
	case utf8.Valid(data):
		return string(data), "UTF-8"
	}
	if text, name := with(korean.EUCKR, "CP949"); !strings.ContainsRune(text, utf8.RuneError) {
		return text, name
	}
	return with(charmap.Windows1252, "Windows-1252")
}

// zeros tells whether most bytes at even (0) or odd (1) places are 0, as in
// UTF-16 of text that is mostly ASCII.
func zeros(data []byte, place int) bool {
	n, all := 0, 0
	for i := place; i < len(data) && all < 200; i += 2 {
		if all++; data[i] == 0 {
			n++
		}
	}
	return all > 1 && n*2 > all
}

// separatorOf finds what separates cells: a tab where the first line has one,
// else what stands more often outside quotes, a comma or a semicolon.
func separatorOf(text string) rune {
	count := map[rune]int{}
	quoted, lines := false, 0
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\n':
			if lines++; lines == 1 && count['\t'] > 0 {
				return '\t'
			}
		case r == '\t', r == ',', r == ';':
			count[r]++
		}
		if lines > 20 {
			break
		}
	}
	switch {
	case count['\t'] > 0 && count['\t'] >= max(count[','], count[';']), lines == 0 && count['\t'] > 0:
		return '\t'
	case count[';'] > count[',']:
		return ';'
	}
	return ','
}

// A cell that a spreadsheet would take for a formula is written after an
// apostrophe; so is one that looks as if it had been.
var (
	formula = regexp.MustCompile(`^'*[=+\-@\t\r\n＝＋－＠]`)
	guarded = regexp.MustCompile(`^'+[=+\-@\t\r\n＝＋－＠]`)
)

// Guard gives a cell as it may stand in a CSV file.
func Guard(s string) string {
	if formula.MatchString(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if guarded.MatchString(s) {
		return s[1:]
	}
	return s
}
