package decision

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"deckplan/internal/lang"
)

func folder(t *testing.T, name string) Set {
	t.Helper()
	s, err := ReadRecords(os.DirFS("testdata/" + name))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Records {
		for _, n := range append(r.Notes, s.Skipped...) {
			for _, l := range lang.All {
				if text := n.Text(l); strings.Contains(text, "‹") {
					t.Error(text)
				}
			}
		}
	}
	return s
}

// says tells a note as FILE:LINE ID.
func says(all []Note) (out []string) {
	for _, n := range all {
		out = append(out, fmt.Sprintf("%s:%d %s", n.File, n.Line, strings.TrimPrefix(strings.TrimPrefix(n.ID, "decision."), "files.")))
	}
	return out
}

func TestReadRecords_UnderstandsMADR4(t *testing.T) {
	s := folder(t, "madr4")
	r := s.Records[0]
	if r.Record.Number != 1 || r.Record.Status != Accepted || r.Record.Date != "2026-03-02" || !slices.Equal(r.Record.Informed, []string{"payments", "ledger"}) || !slices.Equal(r.Record.Consulted, []string{"security"}) {
		t.Errorf("got %+v", r.Record)
	}
	if r.Record.Drivers[1] != "effort of an upgrade, counted in hours" || !strings.Contains(r.Record.Context, "# not a heading") || !strings.Contains(r.Record.Context, "### What was measured") {
		t.Errorf("got %q %q", r.Record.Drivers, r.Record.Context)
	}
	if o := r.Record.Options; len(o) != 3 || o[0].Description != "Everything in one place." || len(o[0].Arguments) != 3 || o[0].Arguments[2] != (Argument{Bad, "one outage stops every delivery"}) || r.Record.Chosen != o[1].Name {
		t.Errorf("got %+v", o)
	}
	if r.Record.Justification != "production is upgraded last." || len(r.Record.Consequences) != 2 || r.Record.Confirmation == "" || r.Record.Assumptions[0].Check != `layout("ours").radius < 0.5` || !slices.Equal(r.Lines, []int{75, 76}) {
		t.Errorf("got %+v at %v", r.Record, r.Lines)
	}
	if sec := r.Record.Sections; len(sec) != 2 || sec[0] != (Section{"Rollout", 3, "1. development\n2. production"}) || sec[1].Heading != "Open Questions" {
		t.Errorf("got %+v", sec)
	}
	if r.Record.Front != "# These are optional metadata elements.\ntags:\n  - delivery" {
		t.Errorf("got %q", r.Record.Front)
	}
	if want := []string{"0001-hub-per-environment.md:9 front", "0001-hub-per-environment.md:54 section", "0001-hub-per-environment.md:82 section", "0001-hub-per-environment.md:76 check.unknown_kind"}; r.Refused() || !slices.Equal(says(r.Notes), want) {
		t.Errorf("got %q", says(r.Notes))
	}
	if two := s.Records[1].Record; !slices.Equal(two.DecisionMakers, []string{"@jimin", "@hana"}) || !slices.Equal(two.RelatesTo, []int{1}) || !slices.Equal(r.Record.RelatesTo, []int{2}) {
		t.Errorf("got %+v", two)
	}
	if three := s.Records[2].Record; three.Chosen != "C" || len(three.Options) != 3 || three.Status != Proposed {
		t.Errorf("got %+v", three)
	}
}

func TestReadRecords_UnderstandsMADR2(t *testing.T) {
	s := folder(t, "madr2")
	r := s.Records[0].Record
	if r.Number != 5 || r.Status != Superseded || r.SupersededBy != 6 || r.Date != "2020-01-15" || !slices.Equal(r.DecisionMakers, []string{"Jimin", "Hana"}) || r.Front != "tags: packaging, charts" {
		t.Errorf("got %+v", r)
	}
	if r.Chosen != "Helm" || len(r.Options) != 2 || len(r.Options[0].Arguments) != 2 || len(r.Consequences) != 2 || r.Consequences[1].Side != Bad || !strings.HasPrefix(r.More, "Technical Story: https://") {
		t.Errorf("got %+v", r)
	}
	if next := s.Records[1].Record; !slices.Equal(next.Supersedes, []int{5}) || next.Chosen != "Kustomize" || next.Justification != "it is built in." {
		t.Errorf("got %+v", next)
	}
}

func TestReadRecords_NumbersLog4brainsByDateAndLinksByFile(t *testing.T) {
	s := folder(t, "log4brains")
	a, b := s.Records[0].Record, s.Records[1].Record
	if a.Number != 1 || a.Date != "2020-09-25" || a.More != "" || b.Number != 2 || b.Date != "2020-11-03" || !slices.Equal(b.Supersedes, []int{1}) || b.Status != Draft || b.Justification != "" {
		t.Errorf("got %+v\n%+v", a, b)
	}
	if !slices.Contains(says(s.Records[1].Notes), "20201103-drop-log4brains.md:0 still") {
		t.Errorf("got %q", says(s.Records[1].Notes))
	}
}

func TestReadRecords_UnderstandsNygard(t *testing.T) {
	s := folder(t, "nygard")
	one, two, three, four := s.Records[0].Record, s.Records[1].Record, s.Records[2].Record, s.Records[3].Record
	if one.Title != "Record architecture decisions" || one.Date != "2016-02-12" || one.Justification != "We will use Architecture Decision Records." || one.Aftermath != "See the article. Tools exist." {
		t.Errorf("got %+v", one)
	}
	if two.Status != Superseded || two.SupersededBy != 3 || !slices.Equal(two.RelatesTo, []int{4}) || !strings.Contains(two.More, "Amended by [4. Naming]") {
		t.Errorf("got %+v", two)
	}
	if three.Status != Accepted || three.Date != "2017-05-01" || !slices.Equal(three.Supersedes, []int{2}) || !strings.Contains(three.Justification, "### How") {
		t.Errorf("got %+v", three)
	}
	if four.Status != Proposed || four.Sections[0] != (Section{"Status", 2, "On hold until spring"}) || !slices.Contains(says(s.Records[3].Notes), "0004-naming.md:7 status") {
		t.Errorf("got %+v %q", four, says(s.Records[3].Notes))
	}
}

func TestReadRecords_UnderstandsKorean(t *testing.T) {
	s := folder(t, "korean")
	r := s.Records[0].Record
	if r.Status != Accepted || r.Date != "2026-03-02" || len(r.DecisionMakers) != 2 || r.Chosen != "환경별 허브" || r.Justification != "운영을 마지막에 올릴 수 있기 때문이다." || r.Confirmation == "" || r.Front != "" {
		t.Errorf("got %+v", r)
	}
	if len(r.Consequences) != 2 || r.Options[0].Arguments[1] != (Argument{Bad, "하나가 멈추면 모두 멈춘다"}) || r.Assumptions[0].Check == "" || r.Drivers == nil {
		t.Errorf("got %+v", r)
	}
	if n := s.Records[1].Record; n.Title != "도구 선정" || n.Date != "2024-01-02" || n.Aftermath == "" || n.Sections[0].Heading != "참고 자료" {
		t.Errorf("got %+v", n)
	}
}

func TestReadRecords_TellsWhatIsBroken(t *testing.T) {
	s := folder(t, "broken")
	want := []string{"0002-alias.md:2 alias", "notes.md:0 no_record", "template.md:0 template"}
	if got := says(s.Skipped); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	var titles []string
	for _, r := range s.Records {
		titles = append(titles, r.Record.ID()+" "+r.Record.Title)
	}
	if want := []string{"0001 Broken front matter", "0003 Again", "0009 허브", "0010 Title below"}; !slices.Equal(titles, want) {
		t.Errorf("got %q", titles)
	}
	odd := s.Records[3]
	if odd.Record.Front != "status: {proposed: yes}\ndate: next week\ndecision-makers: {a: b}" || !slices.Contains(says(odd.Notes), "0003-odd.md:0 number_twice") || !slices.Contains(says(odd.Notes), "0003-odd.md:3 date") {
		t.Errorf("got %q %q", odd.Record.Front, says(odd.Notes))
	}
}

func TestParseMADR_ReadsWordsOfStatus(t *testing.T) {
	for text, want := range map[string]string{
		"accepted": "accepted", "Accepted, 2024-01-02": "accepted 2024-01-02", "**Approved**": "accepted", "Superseded by [ADR-0005](0005-x.md)": "superseded <5", "superseded by 5": "superseded <5", "Accepted; supersedes ADR-2": "accepted >2",
		"deprecated": "deprecated", "WIP": "draft", "제안": "proposed", "ADR-0005로 대체되었습니다.": "superseded <5", "0005로 대체됨": "superseded <5", "rejected (2024-02-03)": "rejected 2024-02-03", "acceptedly": "proposed", "Related to #7": "proposed ~7",
	} {
		r, _, err := ParseMADR("0001-x.md", []byte("# T\n\n## Status\n\n"+text+"\n\n## Context\n\nc\n"))
		if err != nil {
			t.Fatal(err)
		}
		got := string(r.Status)
		if r.Date != "" {
			got += " " + r.Date
		}
		if r.SupersededBy > 0 {
			got += fmt.Sprintf(" <%d", r.SupersededBy)
		}
		for _, n := range r.Supersedes {
			got += fmt.Sprintf(" >%d", n)
		}
		for _, n := range r.RelatesTo {
			got += fmt.Sprintf(" ~%d", n)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestParseMADR_TakesTheTextWhereItWasEditedAfterTheExport(t *testing.T) {
	r := ordinary
	r.Context = " spaces around "
	file := MADR(r, lang.English)
	edited := strings.Replace(file, "\n spaces around\n", "\nsomething else\n", 1)
	got, notes, err := ParseMADR(r.FileName(), []byte(edited))
	if err != nil || got.Context != "something else" || !slices.Contains(says(notes), r.FileName()+":10 edited") {
		t.Errorf("%v %q %q\n%s", err, got.Context, says(notes), file)
	}
}

func TestNumberOf_ReadsFileNames(t *testing.T) {
	for name, want := range map[string]int{"0007-x.md": 7, "a/b/adr-007.md": 7, "ADR_12_x.md": 12, "12.md": 12, "20200925-x.md": 0, "2020-09-25-x.md": 0, "x-7.md": 0, "adr.md": 0, "1234567-x.md": 0, "12x.md": 0} {
		if got := numberOf(name); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadZip_RefusesTricks(t *testing.T) {
	var many []string
	for i := range MaxFiles + 1 {
		many = append(many, fmt.Sprintf("%d.md", i), "x")
	}
	bomb := strings.Repeat("0", MaxFile)
	var heavy []string
	for i := range 80 {
		heavy = append(heavy, fmt.Sprintf("%d.md", i), bomb)
	}
	for id, b := range map[string][]byte{
		"zip":      []byte("PK no"),
		"path":     zipOf(t, "../up.md", "x"),
		"path ":    zipOf(t, "a\\b.md", "x"),
		"many":     zipOf(t, many...),
		"unpacked": zipOf(t, heavy...),
	} {
		_, err := ReadZip("x.zip", b)
		var bad *FileError
		if !errors.As(err, &bad) || bad.ID != "decision.files."+strings.TrimSpace(id) {
			t.Errorf("%s: got %v", id, err)
		} else if s := bad.Text(lang.Korean); strings.Contains(s, "‹") {
			t.Error(s)
		}
	}
	s, err := ReadZip("x.zip", zipOf(t, "adr/big.md", strings.Repeat("a\n", MaxFile), "adr/img.png", "x", "adr/0001-a.md", "# A\n## Context\nx"))
	if err != nil || len(s.Records) != 1 || !slices.Equal(says(s.Skipped), []string{"adr/big.md:0 large"}) {
		t.Errorf("%v %v %q", err, s.Records, says(s.Skipped))
	}
}

func TestReadZip_ShowsASnapshotThatWasChanged(t *testing.T) {
	snap := Snapshot{Plan: "p", Taken: now, Metrics: []Metric{{ID: "layout.radius", Value: 0.48}}}
	d := Decision{Record: ordinary, Snapshot: &snap, Hash: snap.Hash()}
	var files []string
	for _, f := range Files([]Decision{d}, lang.English) {
		files = append(files, f.Name, strings.ReplaceAll(string(f.Data), "0.48", "0.12"))
	}
	s, err := ReadZip("x.zip", zipOf(t, files...))
	if err != nil || len(s.Records) != 1 {
		t.Fatal(err)
	}
	if r := s.Records[0]; r.Decision().Intact() || r.Hash != d.Hash || r.Refused() || !slices.Contains(says(r.Notes), "0007-snapshot.json:0 broken") {
		t.Errorf("got %+v", r.Notes)
	}
}

func TestReadRecords_RefusesWhatNoPageHolds(t *testing.T) {
	s, err := ReadRecords(fstest.MapFS{"a/0001-x.md": {Data: []byte("# X\n\n## Context\n\n" + strings.Repeat("가", MaxText+1))}, "index.md": {Data: []byte("# x")}, ".git/0002.md": {Data: []byte("# X\n## Context")}})
	if err != nil || len(s.Records) != 1 || !s.Records[0].Refused() || len(s.Skipped) != 1 {
		t.Errorf("%v %+v", err, s)
	}
}

func TestPlace_KeepsFreeNumbersAndMovesTheRestWithTheirLinks(t *testing.T) {
	read := func(n int, r Record) Read { r.Number = n; return Read{File: fmt.Sprintf("%d.md", n), Record: r} }
	set := []Read{read(1, Record{Title: "One", SupersededBy: 4, RelatesTo: []int{9}}), read(2, Record{RelatesTo: []int{4}}), read(4, Record{Supersedes: []int{1}, RelatesTo: []int{2, 3}})}
	every := func(Read) bool { return true }
	got := Place(set, every, 2, func(n int) bool { return n == 3 }, lang.English)
	four, one, two := got[0].Record, got[1].Record, got[2].Record
	if four.Number != 4 || one.Number != 5 || two.Number != 6 || one.SupersededBy != 4 || !slices.Equal(four.Supersedes, []int{5}) || !slices.Equal(four.RelatesTo, []int{3, 6}) {
		t.Errorf("got %+v", got)
	}
	if one.RelatesTo != nil || one.More != "Relates to 0009." || !slices.Equal(says(got[1].Notes), []string{"1.md:0 renumbered", "1.md:0 absent"}) {
		t.Errorf("got %+v %q", one, says(got[1].Notes))
	}
	some := Place(set, func(r Read) bool { return r.File != "1.md" }, 2, func(int) bool { return false }, lang.Korean)
	if len(some) != 2 || some[1].Record.Number != 6 || some[0].Record.Supersedes != nil || !strings.HasPrefix(some[0].Record.More, "“One”를 대체합니다.") {
		t.Errorf("got %+v", some)
	}
	if set[0].Record.Number != 1 || set[0].Notes != nil {
		t.Error("the set itself was changed")
	}
}
