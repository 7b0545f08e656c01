package matrixfile

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
)

// WriteCSV writes a matrix of a plan as the table described at the package, in
// UTF-8 with a byte order mark; a text that a spreadsheet would compute stands
// after an apostrophe, which Read takes off.
func WriteCSV(w io.Writer, p *plan.Plan, matrixID string) error {
	rows, err := grid(p, matrixID)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for _, row := range rows {
		line := make([]string, len(row))
		for i, cell := range row {
			switch x := cell.(type) {
			case float64:
				line[i] = decimal(x)
			case string:
				line[i] = sheet.Guard(x)
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteXLSX writes it as a workbook of one sheet. Numbers are numbers; every
// other cell is text, whatever it begins with.
func WriteXLSX(w io.Writer, p *plan.Plan, matrixID string) (err error) {
	rows, err := grid(p, matrixID)
	if err != nil {
		return err
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // of temporary files
	s, err := f.NewStreamWriter(f.GetSheetName(0))
	if err != nil {
		return err
	}
	if err := s.SetColWidth(1, 1, 24); err != nil {
		return err
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := s.SetRow(at, row); err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// writer makes the rows of one matrix.
type writer struct {
	plan       *plan.Plan
	rows       [][]any
	criteria   []plan.Criterion
	candidates []plan.Candidate
	calls      map[string]string // how a row is named, by its key
}

// grid gives the table's cells: text, numbers, and nil for nothing. It is
// plan.Gone where the plan lacks the matrix.
func grid(p *plan.Plan, matrixID string) ([][]any, error) {
	m, ok := plan.KindOf("matrices").Find(p, matrixID).(plan.Matrix)
	if !ok {
		return nil, &plan.Gone{Kind: "matrices", Key: matrixID}
	}
	w := &writer{plan: p, calls: map[string]string{}}
	taken := map[string]bool{}
	call := func(table, id, name string) {
		if w.calls[id] = name; taken[table+fold(name)] || fold(name) == "" {
			w.calls[id] = id
		}
		taken[table+fold(name)] = true
	}
	for _, c := range p.Criteria {
		if c.Matrix == matrixID {
			w.criteria = append(w.criteria, c)
			call("k", c.ID, c.Name)
		}
	}
	for _, c := range p.Candidates {
		if c.Matrix == matrixID {
			w.candidates = append(w.candidates, c)
			call("c", c.ID, matrix.NameOf(c))
		}
	}
	w.settings(m)
	w.header()
	w.scores()
	w.pairs()
	return w.rows, nil
}

func (w *writer) add(cells ...any) { w.rows = append(w.rows, cells) }

func (w *writer) settings(m plan.Matrix) {
	words := func(gates []plan.Gate) string {
		out := make([]string, len(gates))
		for i, g := range gates {
			out[i] = string(g)
		}
		return strings.Join(out, " ")
	}
	w.add("#name", m.Name)
	w.add("#purpose", string(m.Purpose))
	w.add("#method", string(m.Method))
	w.add("#normalisation", string(m.Normalisation))
	w.add("#weighting", string(m.Weighting))
	w.add("#aggregate", string(m.Aggregate))
	w.add("#gates", words(m.Gates))
	w.add("#lifted", words(m.Lifted))
	w.add("#blind", strconv.FormatBool(m.Blind))
	w.add("#factMonths", float64(m.FactMonths))
}

func (w *writer) header() {
	rows := map[string][]any{}
	names := []string{"candidate", "#id", "#weight", "#kind", "#direction", "#unit", "#note"}
	for _, name := range names {
		rows[name] = []any{name, nil, nil, nil}
	}
	rows["candidate"] = []any{"candidate", "id", "tool", "person"}
	for _, c := range w.criteria {
		for i, cell := range []any{c.Name, c.ID, c.Weight, string(c.Kind), string(c.Direction), c.Unit, c.Note} {
			rows[names[i]] = append(rows[names[i]], cell)
		}
	}
	for _, name := range names {
		w.add(rows[name]...)
	}
}

// scores writes a line for each candidate and person that scored it, and one
// for a candidate that nobody did.
func (w *writer) scores() {
	type line struct{ candidate, person string }
	var order []line
	values := map[line]map[string]float64{}
	var evidence []plan.Score
	mine := map[string]bool{}
	for _, c := range w.candidates {
		mine[c.ID] = true
	}
	for _, s := range w.plan.Scores {
		at := line{s.Candidate, s.Person}
		if !mine[s.Candidate] {
			continue
		}
		if values[at] == nil {
			values[at] = map[string]float64{}
			order = append(order, at)
		}
		values[at][s.Criterion] = s.Value
		if s.Evidence != "" || s.Date != "" {
			evidence = append(evidence, s)
		}
	}
	people := map[string][]string{}
	for _, at := range order {
		people[at.candidate] = append(people[at.candidate], at.person)
	}
	for _, c := range w.candidates {
		who := people[c.ID]
		if len(who) == 0 {
			who = []string{""}
		}
		name := matrix.NameOf(c)
		if strings.HasPrefix(name, "#") {
			name = " " + name // not to be taken for a mark
		}
		for _, person := range who {
			row := []any{name, c.ID, c.Tool, person}
			for _, k := range w.criteria {
				if v, ok := values[line{c.ID, person}][k.ID]; ok {
					row = append(row, v)
				} else {
					row = append(row, nil)
				}
			}
			w.add(row...)
		}
	}
	for _, s := range evidence {
		w.add("#evidence", w.calls[s.Candidate], s.Person, w.calls[s.Criterion], s.Date, s.Evidence)
	}
}

func (w *writer) pairs() {
	for _, j := range w.plan.Judgements {
		if first, ok := w.calls[j.First]; ok {
			w.add("#judgement", first, w.calls[j.Second], j.Ratio)
		}
	}
	for _, c := range w.plan.Comparisons {
		if on, ok := w.calls[c.Criterion]; ok {
			w.add("#comparison", on, w.calls[c.First], w.calls[c.Second], c.Ratio)
		}
	}
}
