// Package matrixfile carries one tool matrix to and from files of its own:
// YAML (or JSON), CSV and XLSX. Read makes a plan of it that holds nothing but
// the matrix, checked as any plan is; Edit makes of that an edit of another
// plan; WriteCSV and WriteXLSX write a matrix that reads back the same. What is
// wrong is a plan.Problem with the file's line.
//
// # YAML
//
//	name: Builders                  # the file's name unless given
//	purpose: builder                # integrated, ci, cd, builder or own (unless given)
//	method: topsis                  # weighted_sum (unless given), weighted_product, topsis
//	normalisation: vector           # scale, none, min_max, max, sum, vector; the method's usual one unless given
//	weighting: points               # or pairwise; pairwise where there are judgements, unless given
//	aggregate: mean                 # or median
//	gates: [offline]              # those switched on; lifted: those of the plan done without
//	criteria:
//	  - name: Price
//	    weight: 0.5                 # 1 unless given
//	    kind: measured              # or score, 1 to 5. Where no criterion says: score, or all
//	                                # measured if any value is not 1 to 5
//	    direction: lower            # higher unless given
//	    unit: EUR
//	  - name: Experience
//	    comparisons:                # of candidates on this criterion
//	      - [Moll, Nell, 1/4]
//	  - Age                         # a name alone is a criterion too
//	judgements:                     # how many times as much the first counts
//	  - [Price, Experience, 3]
//	candidates:
//	  - name: buildah
//	    tool: buildah               # of the catalogue; gates need it
//	    values: {Price: 0, Age: 4}  # or [0, null, 4] in the order of criteria
//	    scores:                     # of several people
//	      - {person: Jimin, criterion: Age, value: 4, evidence: tried it, date: 2026-11-02}
//
// # CSV and XLSX
//
// One table: a header row that begins with candidate, then a row for each
// candidate, or for each candidate and person. Beside candidate the header may
// have, before the criteria, the columns id, tool and person. Rows whose first
// cell begins with # stand anywhere and say the rest:
//
//	#name,Builders                  and so #purpose, #method, #normalisation,
//	                                #weighting, #aggregate, #gates, #lifted, #blind,
//	                                #factMonths
//	#weight,…                       in the criteria's columns; so #kind, #direction,
//	                                #unit, #note and #id
//	#judgement,Price,Experience,3
//	#comparison,Experience,Moll,Nell,1/4
//	#evidence,candidate,person,criterion,date,text
//
// An empty cell is no score.
//
// # What else is understood
//
// Fields and values by other names they are known by (normalization,
// alternatives, cost and benefit, min-max: words.go); criteria and candidates
// as a mapping by name; values beside a candidate's name; weights of their own;
// judgements and comparisons as whole reciprocal matrices, as fields, or as
// first: {second: ratio} (pairs.go); in a table weight, direction and such
// without #, and any usual word for candidate, or none. A criterion may have
// criteria and judgements of its own (tree.go).
package matrixfile

import (
	"bytes"
	"cmp"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// MaxBytes is the largest file that is read.
const MaxBytes = 8 << 20

// File is a matrix read from a file.
type File struct {
	// Plan holds the matrix and its rows, and nothing else.
	Plan *plan.Plan
	// given are what the file says itself: settings of the matrix by name, and
	// fields of rows by table, key and name.
	given map[string]bool
	// Groups are the criteria that have criteria of their own, the goal first;
	// none where no criterion has.
	Groups []Group
}

// Matrix is the file's matrix.
func (f File) Matrix() plan.Matrix { return f.Plan.Matrices[0] }

// Read reads a file by what its name ends in: .csv, .tsv and .txt as a table,
// .xlsx as a workbook's first sheet, any other as YAML. The name without its
// ending is the matrix's where the file gives none.
func Read(r io.Reader, name string) (File, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return File{}, err
	}
	if len(b) > MaxBytes {
		return File{}, wrong(0, "matrixfile.size", map[string]any{"max": MaxBytes >> 20})
	}
	ending := strings.ToLower(filepath.Ext(name))
	d := newDraft(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)))
	switch ending {
	case ".csv", ".tsv", ".txt":
		err = d.csv(b)
	case ".xlsx":
		err = d.xlsx(bytes.NewReader(b))
	default:
		err = d.yaml(b)
	}
	if err != nil {
		return File{}, err
	}
	return d.finish()
}

func wrong(line int, id string, args map[string]any) error {
	return &plan.Invalid{Problems: []plan.Problem{{Line: line, ID: id, Args: args}}}
}

// mostProblems bounds what is told of one file.
const mostProblems = 50

// draft is a file half read.
type draft struct {
	plan     *plan.Plan
	given    map[string]bool
	names    map[string]map[string]string // keys by table and folded name
	ids      map[string]bool              // table/key
	scored   map[string]int               // positions by key
	lines    map[string][]int             // by table, of its rows
	settings map[string]int               // lines by setting
	problems []plan.Problem
	groups   []Group
	comma    bool // numbers may be written 0,5
}

func newDraft(name string) *draft {
	return &draft{plan: &plan.Plan{Schema: plan.Schema, About: plan.About{Name: name}, Matrices: []plan.Matrix{{ID: "m", Name: name, Purpose: plan.CompareOwn}}},
		given: map[string]bool{}, ids: map[string]bool{}, scored: map[string]int{}, names: map[string]map[string]string{"criteria": {}, "candidates": {}}, lines: map[string][]int{"matrices": {0}}, settings: map[string]int{}}
}

func (d *draft) wrong(line int, id string, args map[string]any) {
	if len(d.problems) < mostProblems {
		d.problems = append(d.problems, plan.Problem{Line: line, ID: "matrixfile." + id, Args: args})
	}
}

func (d *draft) matrix() *plan.Matrix { return &d.plan.Matrices[0] }

// sets tells whether there is a setting of a name.
func (d *draft) sets(name string) bool {
	return valuesOf[name] != nil && name != "kind" && name != "direction" || name == "name" || name == "blind" || name == "factMonths"
}

// set takes a setting of the matrix; it tells whether there is one of the name.
func (d *draft) set(name, value string, line int) bool {
	m := d.matrix()
	d.settings[name] = line
	if name != "name" && name != "blind" && name != "factMonths" && name != "gates" && name != "lifted" {
		value = choice(name, value)
	}
	switch name {
	case "name":
		m.Name = value
		d.plan.About.Name = value
	case "purpose":
		m.Purpose = plan.MatrixPurpose(value)
	case "method":
		m.Method = plan.MatrixMethod(value)
	case "normalisation":
		m.Normalisation = plan.Normalisation(value)
	case "weighting":
		m.Weighting = plan.Weighting(value)
	case "aggregate":
		m.Aggregate = plan.Aggregate(value)
	case "gates":
		m.Gates = gates(value)
	case "lifted":
		m.Lifted = gates(value)
	case "blind":
		if value != "true" && value != "false" && value != "" {
			d.wrong(line, "flag", map[string]any{"field": name, "got": clip(value)})
		}
		m.Blind = value == "true"
	case "factMonths":
		if value == "" {
			value = "0"
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			d.wrong(line, "number", map[string]any{"got": clip(value)})
		}
		m.FactMonths = n
	default:
		return false
	}
	d.given[name] = true
	return true
}

// gates reads a list of gates.
func gates(text string) (out []plan.Gate) {
	for _, g := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		out = append(out, plan.Gate(choice("gates", g)))
	}
	return out
}

// say notes that the file itself says a field of a row.
func (d *draft) say(table, key, field string) { d.given[table+"/"+key+"/"+field] = true }

// criterion adds a criterion that is new by its name, or by an identifier of
// its own.
func (d *draft) criterion(c plan.Criterion, line int) {
	own := c.ID != ""
	c.ID, c.Matrix = cmp.Or(c.ID, "k"+strconv.Itoa(len(d.plan.Criteria)+1)), d.matrix().ID
	if d.named("criteria", c.Name, c.ID, own, line) {
		d.plan.Criteria = append(d.plan.Criteria, c)
		d.lines["criteria"] = append(d.lines["criteria"], line)
	}
}

// candidate adds a candidate that is new by its name, or by an identifier of
// its own.
func (d *draft) candidate(c plan.Candidate, name string, line int) (id string) {
	own := c.ID != ""
	c.ID, c.Matrix = cmp.Or(c.ID, "c"+strconv.Itoa(len(d.plan.Candidates)+1)), d.matrix().ID
	c.Tool = toolNamed(c.Tool)
	if t, _ := catalog.ToolByID(c.Tool); name != t.Name && name != c.Tool && name != c.ID {
		c.Name = name
	}
	if d.named("candidates", name, c.ID, own, line) {
		d.plan.Candidates = append(d.plan.Candidates, c)
		d.lines["candidates"] = append(d.lines["candidates"], line)
	}
	return c.ID
}

// toolNamed is the catalogue's identifier of a tool called by it or by its name.
func toolNamed(s string) string {
	for _, t := range catalog.Tools() {
		if t.ID == s || fold(t.Name) == fold(s) {
			return t.ID
		}
	}
	return s
}

// named lets a row be named, and tells whether it is new.
func (d *draft) named(table, name, id string, own bool, line int) bool {
	key := fold(name)
	_, twice := d.names[table][key]
	switch {
	case key == "":
		d.wrong(line, "nameless", map[string]any{"table": table})
		return false
	case d.ids[table+"/"+id] || twice && !own:
		d.wrong(line, "twice", map[string]any{"table": table, "name": clip(name)})
		return false
	case !twice:
		d.names[table][key] = id
	}
	d.ids[table+"/"+id] = true
	return true
}

// find gives the key of the row of a table that a file names, by its name or
// identifier.
func (d *draft) find(table, name string, line int) (string, bool) {
	if id, ok := d.names[table][fold(name)]; ok {
		return id, true
	}
	if d.ids[table+"/"+name] {
		return name, true
	}
	d.wrong(line, "unknown", map[string]any{"table": table, "name": clip(name)})
	return "", false
}

func (d *draft) score(s plan.Score, line int) {
	d.scored[s.Key()] = len(d.plan.Scores)
	d.plan.Scores = append(d.plan.Scores, s)
	d.lines["scores"] = append(d.lines["scores"], line)
}

func (d *draft) judge(first, second, ratio string, line int) {
	a, ok := d.find("criteria", first, line)
	b, too := d.find("criteria", second, line)
	if v, right := d.number(ratio, line); ok && too && right {
		d.plan.Judgements = append(d.plan.Judgements, plan.Judgement{First: a, Second: b, Ratio: v})
		d.lines["judgements"] = append(d.lines["judgements"], line)
	}
}

func (d *draft) compare(criterion, first, second, ratio string, line int) {
	k, found := d.find("criteria", criterion, line)
	a, ok := d.find("candidates", first, line)
	b, too := d.find("candidates", second, line)
	if v, right := d.number(ratio, line); found && ok && too && right {
		d.plan.Comparisons = append(d.plan.Comparisons, plan.Comparison{Criterion: k, First: a, Second: b, Ratio: v})
		d.lines["comparisons"] = append(d.lines["comparisons"], line)
	}
}

// number reads a decimal number or a fraction such as 1/4.
func (d *draft) number(text string, line int) (float64, bool) {
	if d.comma && strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	over, under, fraction := strings.Cut(strings.TrimSpace(text), "/")
	v, err := strconv.ParseFloat(strings.TrimSpace(over), 64)
	if fraction && err == nil {
		var by float64
		by, err = strconv.ParseFloat(strings.TrimSpace(under), 64)
		v /= by
	}
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		d.wrong(line, "number", map[string]any{"got": clip(text)})
		return 0, false
	}
	return v, true
}

// finish settles what the file leaves open and holds it against the plan's own
// rules.
func (d *draft) finish() (File, error) {
	if len(d.plan.Judgements) > 0 && !d.given["weighting"] {
		d.matrix().Weighting = plan.ByJudgement
	}
	d.kinds()
	if len(d.problems) == 0 {
		d.check()
	}
	if len(d.problems) > 0 {
		return File{}, &plan.Invalid{Problems: d.problems[:min(len(d.problems), mostProblems)]}
	}
	return File{d.plan, d.given, d.groups}, nil
}

// kinds makes every criterion measured where none says what it is and some
// value is no score of 1 to 5.
func (d *draft) kinds() {
	for _, c := range d.plan.Criteria {
		if c.Kind != "" {
			return
		}
	}
	for _, s := range d.plan.Scores {
		if s.Value < 1 || s.Value > 5 {
			for i := range d.plan.Criteria {
				d.plan.Criteria[i].Kind = plan.Measured
			}
			return
		}
	}
}

// fold makes names alike that people take for the same.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(s))), " ")
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
