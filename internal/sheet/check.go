package sheet

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

type rawJSON = json.RawMessage

// What happens to rows that the plan has already.
const (
	Update = "update" // they get the values of the mapped columns
	Add    = "add"    // a row is added all the same
	Skip   = "skip"   // they stay as they are
)

// Choice is what the person decided on the way.
type Choice struct {
	Mapping
	Existing string          // Update unless set
	Create   map[string]bool // tables to which rows that are named and missing are added
	LeaveOut bool            // apply without the rows that are wrong
	NewID    func() string
}

// What is done with a row.
const (
	Added   = "added"
	Updated = "updated"
	Same    = "same"
	Skipped = "skipped"
	Wrong   = "wrong"
)

// Row is a row of the grid as it was understood.
type Row struct {
	Index   int    // in the grid
	What    string // Added, Updated, Same, Skipped or Wrong
	Key     string
	Cells   map[int]Cell // by column; only those with something to say
	Problem *plan.Problem
}

// Cell is what is to be said of a cell.
type Cell struct {
	Problem *plan.Problem
	Changed bool
	Was     string // what the plan holds, where Changed
}

// Result is what applying a grid would do.
type Result struct {
	Rows     []Row          // those with something in them
	Counts   map[string]int // by What
	Problems []plan.Problem // of the columns or of the whole
	// Missing are names that no row of a table has, by tables that can be
	// given a row of that name.
	Missing map[string][]string
	Edit    plan.Batch
}

// Ready tells whether there is something to apply and nothing in the way.
func (r Result) Ready(leaveOut bool) bool {
	return len(r.Problems) == 0 && len(r.Edit.Edits) > 0 && (leaveOut || r.Counts[Wrong] == 0)
}

type check struct {
	*Cells
	grid    Grid
	chosen  Choice
	column  map[string]int               // by field
	missing map[string]map[string]bool   // folded names by table, for out.Missing
	calls   map[string]map[string]string // names by table and key
	created map[string][]plan.Item
	out     Result
}

// reading is a row half understood.
type reading struct {
	Row
	item   plan.Item // the plan's, where it is updated
	values map[string]rawJSON
}

// Check understands a grid as rows of a table: what each cell means, which
// rows are new, and what is wrong where. The edit holds only rows that are
// right; nothing of the plan is touched.
func Check(doc *plan.Plan, k *plan.Kind, g Grid, choice Choice, w Words) Result {
	c := &check{Cells: NewCells(doc, k, w), grid: g, chosen: choice, column: map[string]int{}, missing: map[string]map[string]bool{},
		created: map[string][]plan.Item{}, out: Result{Counts: map[string]int{}, Missing: map[string][]string{}}}
	c.absent = c.makes
	if c.chosen.NewID == nil {
		c.chosen.NewID = plan.NewID
	}
	c.columns()
	rows := c.read()
	c.identify(rows)
	for i := range rows {
		c.references(&rows[i])
		c.finish(&rows[i])
	}
	c.settle(rows)
	return c.out
}

func (c *check) columns() {
	known := Columns(c.kind)
	for i, name := range c.chosen.Columns {
		if name == "" || !slices.Contains(known, name) {
			continue
		}
		if _, twice := c.column[name]; twice {
			c.out.Problems = append(c.out.Problems, *problem(c.kind, name, "sheet.problem.column_twice", map[string]any{"field": name}))
			continue
		}
		c.column[name] = i
	}
	if len(c.column) == 0 {
		c.out.Problems = append(c.out.Problems, *problem(c.kind, "", "sheet.problem.no_columns", nil))
	}
}

// read takes every row's cells, but for what names rows of the same table:
// these may still be to come.
func (c *check) read() []reading {
	first := 0
	if c.chosen.Header {
		first = 1
	}
	var rows []reading
	for i := first; i < len(c.grid.Rows); i++ {
		if trim(strings.Join(c.grid.Rows[i], "")) == "" {
			continue
		}
		r := reading{Row: Row{Index: i, Cells: map[int]Cell{}}, values: map[string]rawJSON{}}
		for _, f := range c.kind.Fields {
			if f.Ref != c.kind.Name {
				c.take(&r, f)
			}
		}
		rows = append(rows, r)
	}
	return rows
}

func (c *check) take(r *reading, f plan.Field) {
	column, mapped := c.column[f.Name]
	if !mapped {
		return
	}
	v, p := c.Value(f, c.grid.Cell(r.Index, column))
	if p != nil {
		c.wrong(r, f.Name, p)
		return
	}
	r.values[f.Name] = v
}

// wrong keeps the first thing that is wrong with a cell, or with the row where
// no column holds the field.
func (c *check) wrong(r *reading, field string, p *plan.Problem) {
	r.What = Wrong
	column, mapped := c.column[field]
	if !mapped {
		if r.Problem == nil {
			r.Problem = p
		}
		return
	}
	if r.Cells[column].Problem == nil {
		r.Cells[column] = Cell{Problem: p}
	}
}

func (c *check) references(r *reading) {
	for _, f := range c.kind.Fields {
		if f.Ref == c.kind.Name {
			c.take(r, f)
		}
	}
}

// finish tests a row as a whole and says what is done with it.
func (c *check) finish(r *reading) {
	if r.What == Skipped {
		return
	}
	if r.item == nil {
		c.finishNew(r)
		return
	}
	changed := map[string]rawJSON{}
	for _, f := range c.kind.Fields {
		v, ok := r.values[f.Name]
		if !ok || same(c.kind.JSON(r.item, f), v) {
			continue
		}
		changed[f.Name] = v
		if column := c.column[f.Name]; r.Cells[column].Problem == nil {
			r.Cells[column] = Cell{Changed: true, Was: c.text(r.item, f)}
		}
	}
	r.values = changed
	_, problems := c.kind.With(r.item, r.Key, changed)
	for i := range problems {
		c.wrong(r, c.fieldOf(problems[i].Path), &problems[i])
	}
	if r.What == "" {
		if r.What = Same; len(changed) > 0 {
			r.What = Updated
		}
	}
}

func (c *check) finishNew(r *reading) {
	for _, f := range c.kind.Fields {
		if _, mapped := c.column[f.Name]; f.Required && !mapped {
			c.wrong(r, f.Name, problem(c.kind, f.Name, "sheet.problem.no_column", map[string]any{"field": f.Name}))
		}
	}
	item, problems := c.kind.With(nil, r.Key, r.values)
	if r.What != Wrong {
		for i := range problems {
			c.wrong(r, c.fieldOf(problems[i].Path), &problems[i])
		}
	}
	r.item, r.values = item, nil
	if r.What == "" {
		r.What = Added
	}
}

// fieldOf gives the field in a problem's path, such as stages.accountable[2].
func (c *check) fieldOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, c.kind.Name+"."), "[")
	return name
}

// same tells whether two JSON values are the same fact: an empty list is none,
// and spaces around a text do not count.
func same(a, b rawJSON) bool {
	if bytes.Equal(a, b) || empty(a) && empty(b) {
		return true
	}
	var x, y string
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && trim(x) == trim(y)
}

func empty(v rawJSON) bool { return string(v) == "null" || string(v) == "[]" }

// settle counts, and makes the edit of all rows that are right.
func (c *check) settle(rows []reading) {
	var edits []plan.Edit
	var put []plan.Item
	for i := range rows {
		r := &rows[i]
		c.out.Counts[r.What]++
		c.out.Rows = append(c.out.Rows, r.Row)
		switch r.What {
		case Added:
			put = append(put, r.item)
		case Updated:
			set := plan.Set{Kind: c.kind.Name, Key: r.Key}
			for _, f := range c.kind.Fields {
				if v, ok := r.values[f.Name]; ok {
					set.Fields = append(set.Fields, plan.FieldValue{Name: f.Name, Was: c.kind.JSON(r.item, f), Now: v})
				}
			}
			edits = append(edits, set)
		}
	}
	if len(put) > 0 {
		edits = append(edits, plan.Put{Kind: c.kind.Name, Items: put})
	}
	if n := c.kind.Len(c.doc) + len(put); len(put) > 0 && n > c.kind.Most() {
		c.out.Problems = append(c.out.Problems, *problem(c.kind, "", "plan.problem.full", map[string]any{"table": c.kind.Name, "n": n, "max": c.kind.Most()}))
	}
	summary := plan.Summary{ID: "plan.summary.sheet",
		Args: map[string]any{"table": c.kind.Name, "added": c.out.Counts[Added], "updated": c.out.Counts[Updated]}}
	if made := c.made(); len(edits) > 0 && len(made) > 0 {
		edits = append(edits, made...)
		n := 0
		for _, items := range c.created {
			n += len(items)
		}
		summary.ID, summary.Args["n"] = "plan.summary.sheet_with", n
	}
	c.out.Edit = plan.Batch{Edits: edits, Summary: summary}
}

// made are the edits that add the rows which were named and missing.
func (c *check) made() (edits []plan.Edit) {
	for _, k := range plan.Kinds() {
		if items := c.created[k.Name]; len(items) > 0 {
			edits = append(edits, plan.Put{Kind: k.Name, Items: items})
		}
	}
	return edits
}
