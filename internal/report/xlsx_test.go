package report

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

func workbook(t testing.TB, in Input) (*excelize.File, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteXLSX(&b, in); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, b.Bytes()
}

func TestWriteXLSX_HasEveryTableWholeInTheReadersLanguage(t *testing.T) {
	for _, l := range lang.All {
		in := sample(t, l)
		f, _ := workbook(t, in)
		for _, k := range plan.Kinds() {
			if k.Name == "assumptions" { // which are beside those that hold unless set
				continue
			}
			name := l.T("kind."+k.Name, nil)
			rows, err := f.GetRows(name)
			if n := k.Len(in.Plan); n == 0 && err == nil || n > 0 && len(rows) != n+1 {
				t.Errorf("%s %s: %d rows of %d, %v", l, name, len(rows), n, err)
			}
			if len(rows) == 0 {
				continue
			}
			columns := len(k.Fields)
			if k.HasID() {
				columns++
			}
			if len(rows[0]) != columns {
				t.Errorf("%s %s: columns %v", l, name, rows[0])
			}
		}
		figures, err := f.GetRows(l.T("xlsx.figures", nil), excelize.Options{RawCellValue: true})
		if err != nil || len(figures) < 50 {
			t.Fatalf("%s: %d figures, %v", l, len(figures), err)
		}
		want, _ := in.Appraisal.Layouts[0].Verdict.Metric("layout.radius")
		found := false
		for _, r := range figures[1:] {
			found = found || r[6] == "layout.radius" && r[3] == fmt.Sprint(want.Value) && r[4] == l.T("xlsx.unit.percent", nil)
		}
		if !found {
			t.Errorf("%s: the delivery radius %v is not among the figures", l, want.Value)
		}
		findings, err := f.GetRows(l.T("xlsx.findings", nil))
		if err != nil || len(findings) < len(in.Appraisal.Findings()) {
			t.Errorf("%s: %d findings of %d, %v", l, len(findings), len(in.Appraisal.Findings()), err)
		}
		decisions, err := f.GetRows(l.T("report.decisions", nil))
		if err != nil || len(decisions) != 3 || decisions[1][1] != in.Decisions[0].Record.Title {
			t.Errorf("%s: decisions %v, %v", l, decisions, err)
		}
	}
}

func TestWriteXLSX_ItsHeaderStaysAndFilters(t *testing.T) {
	f, _ := workbook(t, sample(t, lang.English))
	for _, name := range f.GetSheetList() {
		p, err := f.GetPanes(name)
		if err != nil || !p.Freeze || p.YSplit != 1 {
			t.Errorf("%s: panes %+v, %v", name, p, err)
		}
	}
	filters := 0
	for _, n := range f.GetDefinedName() {
		if strings.HasSuffix(n.Name, "_FilterDatabase") {
			filters++
		}
	}
	if filters != len(f.GetSheetList()) {
		t.Errorf("%d sheets filter of %d", filters, len(f.GetSheetList()))
	}
	if w, err := f.GetColWidth("Findings", "D"); err != nil || w < 30 {
		t.Errorf("findings are %v wide, %v", w, err)
	}
}

// hostile is a plan whose texts a spreadsheet would compute, and a name that no
// sheet may have.
func hostile(t testing.TB) Input {
	in := sample(t, lang.English)
	p := *in.Plan
	p.Teams = nil
	for _, s := range []string{`=HYPERLINK("http://evil.example","x")`, "+1+1", "-2+3", "@SUM(A1)", "\tx=1", "|calc", "<b>&\x01\xff", strings.Repeat("가", 40000)} {
		p.Teams = append(p.Teams, plan.Team{ID: plan.NewID(), Name: s})
	}
	in.Plan, in.Appraisal = &p, appraise.Run(&p)
	return in
}

func TestWriteXLSX_TextIsNeverComputed(t *testing.T) {
	in := hostile(t)
	f, _ := workbook(t, in)
	for i, team := range in.Plan.Teams {
		at := fmt.Sprint("B", i+2)
		formula, err := f.GetCellFormula("Teams", at)
		if err != nil || formula != "" {
			t.Errorf("%q became the formula %q, %v", team.Name, formula, err)
		}
		kind, _ := f.GetCellType("Teams", at)
		got, _ := f.GetCellValue("Teams", at)
		if kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%q is of type %v", got, kind)
		}
		if n := utf8.RuneCountInString(got); n > maxCell {
			t.Errorf("a cell holds %d characters", n)
		}
		if i < 4 && got != team.Name {
			t.Errorf("%q became %q", team.Name, got)
		}
	}
}

func TestWriteXLSX_NamesOfSheetsAreLegalAndDiffer(t *testing.T) {
	b, err := newBook(lang.English)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{"a/b:c*?[x]": "a b c x", "''": "Sheet", strings.Repeat("나", 40): strings.Repeat("나", 31)} {
		if got := b.legal(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	first, second := b.legal("Teams"), b.legal("TEAMS")
	if first != "Teams" || second != "TEAMS (2)" {
		t.Errorf("%q and %q", first, second)
	}
	if got := b.legal(strings.Repeat("나", 40)); got != strings.Repeat("나", 27)+" (2)" {
		t.Errorf("%q", got)
	}
}

func TestWriteXLSX_TheSameInputGivesTheSameBytes(t *testing.T) {
	in := sample(t, lang.Korean)
	_, a := workbook(t, in)
	_, b := workbook(t, in)
	if !bytes.Equal(a, b) {
		t.Errorf("%d and %d bytes", len(a), len(b))
	}
}

func TestWriteXLSX_AComparisonHasBothPlansFigures(t *testing.T) {
	in := sample(t, lang.English)
	p := *in.Plan
	p.About.Scenario = "B"
	p.Teams = p.Teams[1:]
	in.Other = &Other{Plan: &p, Appraisal: appraise.Run(&p), Name: "B"}
	f, _ := workbook(t, in)
	if list := f.GetSheetList(); list[0] != "Figures side by side" || list[1] != "Rows that differ" || list[2] != "Figures" {
		t.Errorf("sheets %v", list)
	}
	rows, err := f.GetRows("Rows that differ")
	if err != nil || len(rows) < 2 {
		t.Errorf("%v, %v", rows, err)
	}
	in.Other, in.Only = nil, []int{2}
	f, _ = workbook(t, in)
	if list := f.GetSheetList(); len(list) != 1 {
		t.Errorf("sheets of chosen decisions: %v", list)
	}
	if rows, _ := f.GetRows("Decisions"); len(rows) != 2 || rows[1][0] != "2" {
		t.Errorf("%v", rows)
	}
}

// TestWriteXLSX_OpensInAnotherProgram reads it by LibreOffice, where there is
// one.
func TestWriteXLSX_OpensInAnotherProgram(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("this test needs LibreOffice Calc: on Debian apt-get install libreoffice-calc-nogui")
	}
	dir := t.TempDir()
	_, b := workbook(t, hostile(t))
	path := filepath.Join(dir, "x.xlsx")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	// Every sheet becomes a file of its own.
	out, err := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless",
		"--convert-to", `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1`, "--outdir", dir, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	teams, err := os.ReadFile(filepath.Join(dir, "x-Teams.csv"))
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{`=HYPERLINK(""http://evil.example"",""x"")`, "+1+1", "-2+3", "@SUM(A1)"} {
		if !strings.Contains(string(teams), want) {
			t.Errorf("%s is not there as it was written", want)
		}
	}
	if figures, err := os.ReadFile(filepath.Join(dir, "x-Figures.csv")); err != nil || strings.Count(string(figures), "\n") < 50 {
		t.Errorf("%d bytes of figures, %v", len(figures), err)
	}
}

func BenchmarkWriteXLSX(b *testing.B) {
	in := sample(b, lang.Korean)
	for b.Loop() {
		if err := WriteXLSX(&bytes.Buffer{}, in); err != nil {
			b.Fatal(err)
		}
	}
}
