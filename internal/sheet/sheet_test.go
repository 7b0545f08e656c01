package sheet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/korean"

	"deckplan/internal/catalog"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
)

func words(l lang.Lang) sheet.Words {
	tools := map[string]string{}
	for _, t := range catalog.Tools() {
		tools[t.ID] = t.Name
	}
	return sheet.Words{Tools: tools, Texts: func(id string) []string { return []string{l.T(id, nil), l.Other().T(id, nil)} }}
}

func sample(t testing.TB, language string) *plan.Plan {
	t.Helper()
	p, err := plan.Sample(language)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func rowsOf(k *plan.Kind, p *plan.Plan) []plan.Item {
	var out []plan.Item
	for i := range k.Len(p) {
		out = append(out, k.At(p, i))
	}
	return out
}

func read(t testing.TB, text string) sheet.Grid {
	t.Helper()
	g, err := sheet.Read([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// try understands a text as a person who changes nothing on the way would.
func try(t testing.TB, p *plan.Plan, kind, text string, c sheet.Choice) sheet.Result {
	t.Helper()
	g, k, w := read(t, text), plan.KindOf(kind), words(lang.English)
	c.Mapping = sheet.Map(g, k, w)
	return sheet.Check(p, k, g, c, w)
}

func apply(t testing.TB, p *plan.Plan, r sheet.Result) *plan.Plan {
	t.Helper()
	next, _, err := plan.Apply(p, r.Edit)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestRead_UnderstandsWhatSpreadsheetsWrite(t *testing.T) {
	text := "이름,팀\r\n\"결제, \"\"새\"\"\",결제팀\r\n"
	cp949, err := korean.EUCKR.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("이름\t팀\r\n\"결제, \"\"새\"\"\"\t결제팀\r\n")) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	want := [][]string{{"이름", "팀"}, {`결제, "새"`, "결제팀"}}
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with a mark": []byte("\ufeff" + text), "CP949": cp949, "UTF-16": utf16le,
		"semicolons": []byte("이름;팀\n\"결제, \"\"새\"\"\";결제팀\n"), "a named separator": []byte("sep=;\r\n이름;팀\n\"결제, \"\"새\"\"\";결제팀\n"),
	} {
		g, err := sheet.Read(data, 0)
		if err != nil || !reflect.DeepEqual(g.Rows, want) {
			t.Errorf("%s: %q, %v", name, g.Rows, err)
		}
	}
	if g := read(t, "a\tb\n\"two\nlines\"\t5\" disk\n"); g.Cell(1, 0) != "two\nlines" || g.Cell(1, 1) != `5" disk` {
		t.Errorf("%q", g.Rows)
	}
	if g, _ := sheet.Read([]byte("caf\xe9,1\n"), 0); g.Cell(0, 0) != "café" {
		t.Errorf("%q", g.Rows)
	}
}

func TestRead_RefusesWhatItCannotHold(t *testing.T) {
	for want, data := range map[string]string{
		"sheet.problem.workbook": "PK\x03\x04rest", "sheet.problem.empty": " \n\n", "sheet.problem.rows": strings.Repeat("a\n", sheet.MaxRows+1),
		"sheet.problem.columns": strings.Repeat("a,", sheet.MaxColumns+1), "sheet.problem.size": strings.Repeat("a", sheet.MaxBytes+1), "sheet.problem.binary": "abcdefghij\x00k",
	} {
		_, err := sheet.Read([]byte(data), 0)
		bad, ok := err.(*plan.Invalid)
		if !ok || bad.Problems[0].ID != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// What a table is written as reads back as the same table, in either language,
// whether the rows are there still or not.
func TestWrite_ReadsBackWithoutLoss(t *testing.T) {
	for _, l := range lang.All {
		p := sample(t, string(l))
		p.Teams = append(p.Teams, plan.Team{ID: "odd", Name: "=1+1, \"odd\"", Contact: "'-x"}, plan.Team{ID: "twin", Name: p.Teams[0].Name}, plan.Team{ID: "x,y", Name: "release"})
		p.Stages[0].Informed = []string{"odd", "twin", "x,y"}
		p.Slices = append(p.Slices, plan.Slice{ID: "s", Name: "all", Cluster: p.Clusters[0].ID, Namespaces: []string{"a,b", "c"}})
		p.Strategies = append(p.Strategies, plan.Strategy{ID: "st", Service: p.Services[0].ID, Choice: plan.Canary, Reason: "@two\nlines"})
		p.Steps = append(p.Steps, plan.Step{ID: "one", Name: "First"}, plan.Step{ID: "two", Name: "Second", After: []string{"one"}, Done: true})
		p.Assumptions = append(p.Assumptions, plan.Assumption{ID: "restore_hours", Value: 0})
		for _, k := range plan.Kinds() {
			for _, plain := range []bool{false, true} {
				roundTrip(t, l, p, k, plain)
			}
		}
	}
}

func roundTrip(t *testing.T, l lang.Lang, p *plan.Plan, k *plan.Kind, plain bool) {
	t.Helper()
	w := words(l)
	var b bytes.Buffer
	if err := sheet.Write(&b, p, k, rowsOf(k, p), w, plain); err != nil {
		t.Fatal(err)
	}
	if k.Len(p) == 0 {
		return
	}
	g := read(t, b.String())
	m := sheet.Map(g, k, words(l.Other()))
	if !m.Header || slices.Contains(m.Columns, "") {
		t.Errorf("%s in %s: columns %q of %q", k.Name, l, m.Columns, g.Rows[0])
		return
	}
	r := sheet.Check(p, k, g, sheet.Choice{Mapping: m}, w)
	if r.Counts[sheet.Same] != k.Len(p) || len(r.Problems) > 0 {
		t.Errorf("%s in %s, plain %v: %v %v\n%s", k.Name, l, plain, r.Counts, r.Problems, b.String())
	}
	if k.Single() {
		return
	}
	bare := *p
	reflect.ValueOf(&bare).Elem().FieldByName(fieldName(k)).SetZero()
	r = sheet.Check(&bare, k, g, sheet.Choice{Mapping: m}, w)
	again := apply(t, &bare, r)
	for i, item := range rowsOf(k, p) {
		a, _ := json.Marshal(item)
		c, _ := json.Marshal(k.At(again, i))
		if !bytes.Equal(a, c) {
			t.Errorf("%s in %s: %s came back as %s", k.Name, l, a, c)
		}
	}
}

func fieldName(k *plan.Kind) string { return strings.ToUpper(k.Name[:1]) + k.Name[1:] }

func TestWrite_NoCellIsAFormula(t *testing.T) {
	p := &plan.Plan{}
	for i, name := range []string{"=1", "+1", "-1", "@x", "'=1", "plain"} {
		p.Teams = append(p.Teams, plan.Team{ID: string(rune('a' + i)), Name: name})
	}
	var b bytes.Buffer
	k := plan.KindOf("teams")
	if err := sheet.Write(&b, p, k, rowsOf(k, p), words(lang.English), false); err != nil {
		t.Fatal(err)
	}
	if want := "\ufeffid,Name,Contact\na,'=1,\nb,'+1,\nc,'-1,\nd,'@x,\ne,''=1,\nf,plain,\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}

func TestCheck_NamesEveryWrongCellAndAppliesNothingOfIt(t *testing.T) {
	p := sample(t, "en")
	r := try(t, p, "services", "이름\tTeam\tcriticality\tDeploys a week\nA\tPayments\t9\tmany\nB\t결제팀\t3\t1,5\n", sheet.Choice{})
	if r.Counts[sheet.Wrong] != 2 || r.Ready(false) || len(r.Edit.Edits) > 0 {
		t.Fatalf("%v %v", r.Counts, r.Edit)
	}
	ids := map[int]string{}
	for column, cell := range r.Rows[0].Cells {
		ids[column] = cell.Problem.ID
	}
	if want := map[int]string{3: "plan.problem.number"}; !reflect.DeepEqual(ids, want) {
		// what the schema says of a row comes when its cells can be read
		t.Errorf("%v", ids)
	}
	if cell := r.Rows[1].Cells[1]; cell.Problem == nil || cell.Problem.ID != "plan.problem.missing" || r.Rows[1].Index != 2 {
		t.Errorf("%+v", r.Rows[1])
	}
	r = try(t, p, "services", "name,criticality\nA,9\nB,3\n", sheet.Choice{LeaveOut: true})
	if r.Rows[0].Cells[1].Problem.ID != "plan.problem.large" || !r.Ready(true) || r.Ready(false) {
		t.Fatalf("%+v", r)
	}
	if n := len(apply(t, p, r).Services); n != len(p.Services)+1 {
		t.Errorf("%d services", n)
	}
}

func TestCheck_UpdatesByNameAddsOrSkips(t *testing.T) {
	p := sample(t, "en")
	const text = "Name\tContact\nPAYMENTS\tpay@example.com\nData\t\n"
	for existing, want := range map[string]map[string]int{
		sheet.Update: {sheet.Updated: 1, sheet.Added: 1}, sheet.Add: {sheet.Added: 2}, sheet.Skip: {sheet.Skipped: 1, sheet.Added: 1},
	} {
		r := try(t, p, "teams", text, sheet.Choice{Existing: existing})
		if !reflect.DeepEqual(r.Counts, want) {
			t.Errorf("%s: %v", existing, r.Counts)
		}
	}
	next := apply(t, p, try(t, p, "teams", text, sheet.Choice{}))
	i := slices.IndexFunc(next.Teams, func(x plan.Team) bool { return x.ID == "payments" })
	if next.Teams[i] != (plan.Team{ID: "payments", Name: "PAYMENTS", Contact: "pay@example.com"}) {
		t.Errorf("%+v", next.Teams[i])
	}
	if r := try(t, p, "teams", "Name\nTwice\ntwice\n", sheet.Choice{}); r.Rows[1].Cells[0].Problem.ID != "sheet.problem.twice" {
		t.Errorf("%+v", r.Rows)
	}
}

func TestCheck_MakesMissingRowsWhereThatIsChosen(t *testing.T) {
	p := sample(t, "en")
	const text = "Name\tTeam\tEnvironment\na\tData\tProduction\nb\tdata\tproduction\n"
	r := try(t, p, "clusters", text, sheet.Choice{})
	if !reflect.DeepEqual(r.Missing, map[string][]string{"teams": {"Data"}}) || r.Counts[sheet.Wrong] != 2 {
		t.Fatalf("%v %v", r.Missing, r.Counts)
	}
	r = try(t, p, "clusters", text, sheet.Choice{Create: map[string]bool{"teams": true}})
	next := apply(t, p, r)
	if len(next.Teams) != len(p.Teams)+1 || len(next.Clusters) != len(p.Clusters)+2 {
		t.Errorf("%d teams, %d clusters", len(next.Teams), len(next.Clusters))
	}
	if last := next.Clusters[len(next.Clusters)-1]; last.Team != next.Teams[len(next.Teams)-1].ID || last.Environment != "prod" {
		t.Errorf("%+v", last)
	}
}

func TestCheck_ANameOfTwoRowsIsNotGuessed(t *testing.T) {
	p := &plan.Plan{Teams: []plan.Team{{ID: "a", Name: "Web"}, {ID: "b", Name: "Web"}}, Clusters: []plan.Cluster{{ID: "c", Name: "x"}, {ID: "d", Name: "X"}}}
	r := try(t, p, "clusters", "Name,Team\nnew,Web\nx,a\n", sheet.Choice{})
	if r.Rows[0].Cells[1].Problem.ID != "sheet.problem.ambiguous" || r.Rows[1].Cells[0].Problem.ID != "sheet.problem.which" {
		t.Errorf("%+v", r.Rows)
	}
}

// What is looked up word by word is bounded before, by what a plan may hold.
func TestValue_BoundsAList(t *testing.T) {
	for name, most := range map[string]int{"stages.consulted": 50, "steps.after": 100, "steps.clusters": 5000, "matrices.gates": 20} {
		table, field, _ := strings.Cut(name, ".")
		k := plan.KindOf(table)
		f, _ := k.Field(field)
		for n, want := range map[int]string{most: "", most + 1: "plan.problem.many"} {
			_, p := sheet.NewCells(&plan.Plan{}, k, words(lang.English)).Value(f, strings.Repeat("x,", n))
			if (p != nil && p.ID == "plan.problem.many") != (want != "") {
				t.Errorf("%d in %s: %+v", n, name, p)
			}
		}
	}
}

// Each unknown name costs the same, however many came before it.
func TestCheck_ManyUnknownNamesAreListedOnceEach(t *testing.T) {
	paste := func(n int) (text string) {
		for i := range n {
			text += fmt.Sprintf("c%d\tTeam %d\nd%d\tTEAM  %d\n", i, i, i, i)
		}
		return "Name\tTeam\n" + text
	}
	work := func(n int) float64 {
		text := paste(n)
		return testing.AllocsPerRun(1, func() {
			if r := try(t, &plan.Plan{}, "clusters", text, sheet.Choice{}); len(r.Missing["teams"]) != n || r.Missing["teams"][1] != "Team 1" {
				t.Errorf("%d of %d: %v", len(r.Missing["teams"]), n, r.Missing["teams"][:2])
			}
		})
	}
	if few, many := work(50), work(400); many > 16*few {
		t.Errorf("eight times the names take %.0f times the work", many/few)
	}
}

func TestCheck_RowsOfOnePasteNameEachOther(t *testing.T) {
	r := try(t, &plan.Plan{}, "steps", "Name,After\nSecond,First\nFirst,\n", sheet.Choice{})
	next := apply(t, &plan.Plan{}, r)
	if next.Steps[0].After[0] != next.Steps[1].ID {
		t.Errorf("%+v", next.Steps)
	}
}

func TestCheck_ATableHasALimit(t *testing.T) {
	r := try(t, &plan.Plan{}, "environments", "Name\n"+strings.Repeat("e\n", 201), sheet.Choice{Existing: sheet.Add})
	if len(r.Problems) != 1 || r.Problems[0].ID != "plan.problem.full" || r.Ready(true) {
		t.Errorf("%v", r.Problems)
	}
}

// Whatever is pasted: nothing panics, what may be applied can be applied, and
// the text the grid is kept as reads back as the same grid.
func FuzzCheck(f *testing.F) {
	p := sample(f, "en")
	for _, seed := range []string{"Name\tTeam\nx\tPayments\n", "id,name\npayments,x\n", "'=1;2\n;\n", "\xff\xfea\x00", "[\"a\"],b\n\"q\"\"\n", "name\r\n\r\n\ta\n"} {
		f.Add([]byte(seed), uint8(3), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8, create bool) {
		g, err := sheet.Read(data, 0)
		if err != nil {
			return
		}
		again, err := sheet.Read([]byte(g.Text()), '\t')
		if err != nil || g.Width() > 0 && again.Cell(0, 0) != strings.ReplaceAll(g.Cell(0, 0), "\r\n", "\n") {
			t.Fatalf("%q became %q (%v)", g.Rows, again.Rows, err)
		}
		k := plan.Kinds()[int(which)%len(plan.Kinds())]
		c := sheet.Choice{Mapping: sheet.Map(g, k, words(lang.Korean)), Create: map[string]bool{"teams": create, "zones": create}}
		r := sheet.Check(p, k, g, c, words(lang.Korean))
		if !r.Ready(true) {
			return
		}
		if _, _, err := plan.Apply(p, r.Edit); err != nil {
			t.Fatalf("%s: %q: %v", k.Name, g.Rows, err)
		}
	})
}
