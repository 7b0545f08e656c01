package matrixfile

import (
	"cmp"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
)

func nameOr(name, tool string) string {
	if name != "" {
		return name
	}
	if t, ok := catalog.ToolByID(toolNamed(tool)); ok {
		return t.Name
	}
	return tool
}

func (d *draft) csv(b []byte) error {
	g, err := sheet.Read(b, 0)
	if err != nil {
		return err
	}
	d.comma = g.Separator != ','
	return d.table(g)
}

// unpacked bounds what a workbook's parts may unfold to.
const unpacked = 64 << 20

func (d *draft) xlsx(r io.Reader) error {
	f, err := excelize.OpenReader(r, excelize.Options{RawCellValue: true, UnzipSizeLimit: unpacked, UnzipXMLSizeLimit: unpacked / 2})
	if err != nil {
		return wrong(0, "matrixfile.workbook", nil)
	}
	defer func() { _ = f.Close() }() // of temporary files
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return wrong(0, "matrixfile.workbook", nil)
	}
	var g sheet.Grid
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return wrong(0, "matrixfile.workbook", nil)
		}
		if len(g.Rows) >= sheet.MaxRows || len(cells) > sheet.MaxColumns {
			return wrong(len(g.Rows)+1, "matrixfile.too_large", map[string]any{"rows": sheet.MaxRows, "columns": sheet.MaxColumns})
		}
		g.Rows = append(g.Rows, cells)
	}
	return d.table(g)
}

// header is where a table's columns are.
type header struct {
	id, tool, person int // columns, or -1
	criteria         map[int]string
	columns          []int // of criteria, in order
}

// heads tells whether a row is a table's header: candidate, or whatever people
// call that, and names that are no figures.
func heads(row []string) bool {
	names := 0
	for i, cell := range row {
		cell = strings.TrimSpace(cell)
		if _, err := strconv.ParseFloat(cell, 64); err == nil && cell != "" && (i == 0 || fold(row[0]) != "candidate") {
			return false
		}
		if i > 0 && cell != "" {
			names++
		}
	}
	return names > 0
}

// table reads the grid described at the package. Rows count as lines.
func (d *draft) table(g sheet.Grid) error {
	at := -1
	for i := range g.Rows {
		if first := fold(g.Cell(i, 0)); mark(first) == "" && heads(g.Rows[i]) {
			at = i
			break
		} else if first != "" && mark(first) == "" {
			break
		}
	}
	if at < 0 {
		return wrong(1, "matrixfile.header", nil)
	}
	h := d.header(g, at)
	for i := range g.Rows { // candidates and criteria first: other rows name them
		if i != at && strings.TrimSpace(g.Cell(i, 0)) != "" && h.mark(g, i) == "" {
			d.row(g, i, h)
		}
	}
	for i := range g.Rows {
		if word := h.mark(g, i); word != "" && i != at {
			d.mark(g, i, word)
		}
	}
	return nil
}

// mark gives the mark that a first cell is, such as #weight, or nothing. What
// says something of each criterion does so without its # too: weight is hardly
// what a candidate is called.
func mark(cell string) string {
	if strings.HasPrefix(cell, "#") {
		return "#" + field(cell[1:])
	}
	switch fold(cell) {
	case "weight", "weights", "direction", "impact", "impacts", "type", "kind", "unit":
		return "#" + field(cell)
	}
	return ""
}

// mark gives the mark of a row; one with an identifier or tool is a candidate.
func (h header) mark(g sheet.Grid, i int) string {
	if cell := g.Cell(i, 0); strings.HasPrefix(cell, "#") || g.Cell(i, h.id) == "" && g.Cell(i, h.tool) == "" {
		return mark(cell)
	}
	return ""
}

// attributes are the rows that say something of each criterion.
var attributes = map[string]func(*draft, *plan.Criterion, string, int){
	"#id":   func(_ *draft, c *plan.Criterion, s string, _ int) { c.ID = s },
	"#kind": func(_ *draft, c *plan.Criterion, s string, _ int) { c.Kind = plan.CriterionKind(choice("kind", s)) },
	"#direction": func(_ *draft, c *plan.Criterion, s string, _ int) {
		c.Direction = plan.Direction(choice("direction", s))
	},
	"#unit":   func(_ *draft, c *plan.Criterion, s string, _ int) { c.Unit = s },
	"#note":   func(_ *draft, c *plan.Criterion, s string, _ int) { c.Note = s },
	"#weight": func(d *draft, c *plan.Criterion, s string, line int) { c.Weight, _ = d.number(s, line) },
}

func (d *draft) header(g sheet.Grid, at int) header {
	h := header{-1, -1, -1, map[int]string{}, nil}
	for column := 1; column < len(g.Rows[at]); column++ {
		name := strings.TrimSpace(g.Cell(at, column))
		switch word := fold(name); {
		case len(h.columns) == 0 && word == "id" && h.id < 0:
			h.id = column
		case len(h.columns) == 0 && word == "tool" && h.tool < 0:
			h.tool = column
		case len(h.columns) == 0 && word == "person" && h.person < 0:
			h.person = column
		case name != "":
			c, said := plan.Criterion{Name: name, Weight: 1}, []string{}
			for i := range g.Rows {
				word, text := h.mark(g, i), strings.TrimSpace(g.Cell(i, column))
				set := attributes[word]
				if set != nil && text != "" {
					set(d, &c, text, i+1)
				}
				if set != nil && (text != "" || word != "#weight") {
					said = append(said, word[1:])
				}
			}
			before := len(d.plan.Criteria)
			for _, field := range said {
				d.say("criteria", cmp.Or(c.ID, "k"+strconv.Itoa(before+1)), field)
			}
			if d.criterion(c, at+1); len(d.plan.Criteria) > before {
				h.columns = append(h.columns, column)
				h.criteria[column] = d.plan.Criteria[before].ID
			}
		}
	}
	return h
}

// row reads a candidate's line, or one person's line of a candidate.
func (d *draft) row(g sheet.Grid, i int, h header) {
	name := strings.TrimSpace(g.Cell(i, 0))
	id, known := d.names["candidates"][fold(name)]
	if own := strings.TrimSpace(g.Cell(i, h.id)); own != "" {
		id, known = own, d.ids["candidates/"+own]
	}
	if !known {
		id = d.candidate(plan.Candidate{ID: strings.TrimSpace(g.Cell(i, h.id)), Tool: strings.TrimSpace(g.Cell(i, h.tool))}, name, i+1)
		if h.tool >= 0 {
			d.say("candidates", id, "tool")
		}
	}
	for column := 1; column < len(g.Rows[i]); column++ {
		if text := strings.TrimSpace(g.Cell(i, column)); text != "" && h.criteria[column] == "" && column != h.id && column != h.tool && column != h.person {
			d.wrong(i+1, "no_column", map[string]any{"got": clip(text), "column": column + 1})
		}
	}
	for _, column := range h.columns {
		if text := strings.TrimSpace(g.Cell(i, column)); text != "" {
			if v, ok := d.number(text, i+1); ok {
				d.score(plan.Score{Candidate: id, Criterion: h.criteria[column], Person: strings.TrimSpace(g.Cell(i, h.person)), Value: v}, i+1)
			}
		}
	}
}

// mark reads a line that is a mark.
func (d *draft) mark(g sheet.Grid, i int, word string) {
	cell := func(column int) string { return strings.TrimSpace(g.Cell(i, column)) }
	switch word {
	case "#judgements":
		d.judge(cell(1), cell(2), cell(3), i+1)
	case "#comparisons":
		d.compare(cell(1), cell(2), cell(3), cell(4), i+1)
	case "#evidence":
		d.evidence(cell(1), cell(2), cell(3), cell(4), cell(5), i+1)
	default:
		if attributes[word] == nil && !d.set(strings.TrimPrefix(word, "#"), cell(1), i+1) {
			d.wrong(i+1, "mark", map[string]any{"got": clip(cell(0))})
		}
	}
}

// evidence adds to a score that the table has.
func (d *draft) evidence(candidate, person, criterion, date, text string, line int) {
	a, ok := d.find("candidates", candidate, line)
	k, too := d.find("criteria", criterion, line)
	if !ok || !too {
		return
	}
	if i, ok := d.scored[plan.ScoreKey(a, k, person)]; ok {
		d.plan.Scores[i].Date, d.plan.Scores[i].Evidence = date, text
		return
	}
	d.wrong(line, "no_score", map[string]any{"name": clip(candidate), "criterion": clip(criterion)})
}
