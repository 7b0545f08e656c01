package decision

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deckplan/internal/lang"
)

// hostile are texts that Markdown, YAML or the reader itself could read as
// something else than what they are.
var hostile = []string{
	"plain", "허브 하나로 아홉 클러스터에 배포합니다.", "# heading", "## Decision Outcome", "### Consequences", "#### deep\n\ntext", "a\n# not a heading\nb", "---", "text\n---", "text\n===", "...", "--- \nstatus: rejected\n---",
	"```\n# code\n```", "```go\nunclosed", "~~~~\n```\n~~~~", "* a\n* b", "* Good, because x", "- [ ] task", "1. one\n2. two", "1) x", "> quote\nlazy", "    indented", "\tindented", "  two spaces", "trailing  ", "line  \nbreak", "line\\\nbreak",
	"<!-- comment", "<!-- closed -->", "<script>", "<pre>\n# x", "<b>bold</b>", "<div>\n\n# x\n\n</div>", "Chosen option: \"A\", because b", "Not decided yet.", "Good, because y", "Bad, because", "status: accepted", "key: value\nother: value",
	"* Supersedes ADR-0003.", "* ADR-0003을 대체합니다.", "* Relates to ADR-0004.", "Superseded by [ADR-0009](0009-x.md)", "[0007-snapshot.json](0007-snapshot.json), SHA-256 ab", "a: `b`", "`x`", "``", "a\n\n* b\n\n  c\n\nd", "*", "* ", "**", "_", "\\", "\\#", "&amp;", "&", "|a|b|\n|-|-|\n|1|2|", "[x]: http://a\n[x]",
	"a\r\nb", "a\rb", "\n\nleading", "trailing\n\n", " ", "", "\u00a0", "\u0085", "\u2028", "\ufeff", "\x1b", "é", "😀", "\"quoted\"", "'", "\"A\", because \"B\", because", "true", "null", "~", "0123", "2026-11-23", "{a: b}", "[a, b]", "@x", "!tag", "&a", "*a", "%", "? x", ": x", "- x", "a #b", "x, y; z", "deckplan: x", "ADR-0007: t", "7. seven", "12. Twelve",
	"가. 나", "결정 결과", "장점, 왜냐하면 싸다", "## 배경과 문제", "a\x00b"[:1], strings.Repeat("긴 글 ", 60), strings.Repeat("word ", 80), "> > > > x", "* * * *", "+ a\n    + b\n        + c", "***", "a\n\n\n\nb", "##", "#", "#x", "#\n", "Status\n------", "[^1]: note", "<a href='x'>", "<?php", "<![CDATA[", "<!DOCTYPE", "</div>", "<!-->", "\\---", "---\n---\n", "= =",
}

type maker struct{ *rand.Rand }

func (m maker) text() string {
	s := hostile[m.IntN(len(hostile))]
	for m.IntN(3) == 0 {
		s += []string{"\n", "\n\n", " ", ""}[m.IntN(4)] + hostile[m.IntN(len(hostile))]
	}
	return s
}

func (m maker) some(n int) int {
	if m.IntN(3) == 0 {
		return 0
	}
	return m.IntN(n + 1)
}

func (m maker) list() (out []string) {
	for range m.some(3) {
		out = append(out, m.text())
	}
	return out
}

func (m maker) arguments() (out []Argument) {
	for range m.some(3) {
		out = append(out, Argument{append(Sides, "odd")[m.IntN(4)], m.text()})
	}
	return out
}

func (m maker) assumptions() (out []Assumption) {
	for range m.some(3) {
		out = append(out, Assumption{m.text(), []string{"", "layout.radius < 0.5", m.text()}[m.IntN(3)]})
	}
	return out
}

func (m maker) numbers() (out []int) {
	for range m.some(3) {
		out = append(out, m.IntN(20)-2)
	}
	return out
}

func (m maker) at() time.Time {
	return time.UnixMilli(1.7e12 + m.Int64N(1e11)).In([]*time.Location{time.UTC, time.FixedZone("KST", 9*3600), time.FixedZone("", -5*3600-1800)}[m.IntN(3)])
}

// record makes a record with anything in any field.
func (m maker) record(number int) Record {
	r := Record{Number: number, Topic: Topics[m.IntN(len(Topics))], Subject: m.text(), Title: m.text(), Status: append(Statuses, "", "odd")[m.IntN(len(Statuses)+2)],
		Date: []string{"", "2026-11-23", m.text()}[m.IntN(3)], DecisionMakers: m.list(), Consulted: m.list(), Informed: m.list(), Context: m.text(), Drivers: m.list(),
		Justification: m.text(), Consequences: m.arguments(), Confirmation: m.text(), More: m.text(), Aftermath: m.text(), Supersedes: m.numbers(), RelatesTo: m.numbers(),
		Assumptions: m.assumptions(), ReviewBy: []string{"", "2027-01-31", m.text()}[m.IntN(3)], Front: []string{"", "tags: [a]\n# c\nother:\n  - b", m.text()}[m.IntN(3)]}
	for range m.some(3) {
		r.Options = append(r.Options, Option{m.text(), m.text(), m.arguments()})
	}
	if len(r.Options) > 0 && m.IntN(2) == 0 {
		r.Chosen = r.Options[m.IntN(len(r.Options))].Name
	} else {
		r.Chosen = m.text()
	}
	if m.IntN(2) == 0 {
		r.SupersededBy = m.IntN(20) - 2
	}
	for range m.some(2) {
		r.Steps = append(r.Steps, Step{Status(m.text()), Accepted, m.text(), m.at(), m.text()})
		r.SignOffs = append(r.SignOffs, SignOff{m.text(), m.IntN(2) == 0, m.at(), m.text(), m.text(), m.text()})
		r.Reviews = append(r.Reviews, Review{m.text(), m.at(), m.text(), m.assumptions(), m.text()})
		r.Comments = append(r.Comments, Comment{m.text(), m.text(), m.at(), m.text()})
		r.Sections = append(r.Sections, Section{m.text(), m.IntN(8) - 1, m.text()})
	}
	return r
}

func written(t testing.TB, r Record) string {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestParseMADR_GivesBackWhatMADRWrote(t *testing.T) {
	for seed := range uint64(150) {
		m := maker{rand.New(rand.NewPCG(seed, 7))}
		r := m.record(int(seed%3000) + 1)
		l := lang.All[seed%2]
		file := MADR(r, l)
		got, _, err := ParseMADR(r.FileName(), []byte(file))
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, file)
		}
		if a, b := written(t, r), written(t, got); a != b {
			t.Fatalf("seed %d: %s\nwant %s\ngot %s", seed, file, a, b)
		}
	}
}

var ordinary = Record{Number: 7, Topic: Layout, Subject: "ours", Title: "Group Argo CD instances by environment", Status: Superseded, Date: "2026-11-23", DecisionMakers: []string{"Jimin", "민서"}, Consulted: []string{"Hana"},
	Context: "One hub delivers to nine clusters.\n\n### How it was measured\n\n```yaml\n# a comment\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |", Drivers: []string{"delivery radius", "cost"},
	Options: []Option{{Name: "1:N", Description: "One hub.\n\n#### In detail\n\n* one\n* two", Arguments: []Argument{{Bad, "one outage stops every delivery"}}}, {Name: "By environment", Arguments: []Argument{{Good, "production comes last"}, {Neutral, "two more hosts"}}}, {Name: "환경별"}},
	Chosen:  "By environment", Justification: "production upgrades come last.\n\nSee the figures.", Consequences: []Argument{{Good, "x"}, {Bad, "y"}}, Aftermath: "We will see.", Confirmation: "deckplan check", More: "See the runbook.",
	Supersedes: []int{3}, SupersededBy: 9, RelatesTo: []int{4, 5}, Assumptions: []Assumption{{"One outage reaches less than half", "layout.radius < 0.5"}, {Text: "The team stays"}}, ReviewBy: "2027-06-30",
	Sections: []Section{{"Rollout", 3, "1. dev\n2. prod"}, {"Glossary", 2, "hub: an instance\n\n### More\n\nx"}}, Front: "# kept\ntags:\n  - argo\nowner: \"@platform\"",
	Steps: []Step{{Proposed, Accepted, "Jimin", now, "agreed"}}}

func TestMADR_SaysOrdinaryTextInMarkdownAlone(t *testing.T) {
	for _, l := range lang.All {
		if file := MADR(ordinary, l); strings.Contains(file, "exact:") {
			t.Errorf("%s", file)
		}
	}
}

func TestExportZip_ComesBackTheSame(t *testing.T) {
	for seed := range uint64(8) {
		m := maker{rand.New(rand.NewPCG(seed, 11))}
		var all []Decision
		for i := range 12 {
			d := Decision{Record: m.record(i + 1)}
			if i == 3 {
				d.Record = ordinary
				d.Record.Number = 4
			}
			if i%3 == 0 {
				d.Snapshot = &Snapshot{Plan: m.text(), Revision: 7, Taken: m.at(), Metrics: []Metric{{ID: m.text(), Value: 0.48}}, Figures: []Picture{{ID: m.text(), Title: Text{m.text(), m.text()}, SVG: Text{"<svg>&" + m.text(), m.text()}}}}
				d.Hash = d.Snapshot.Hash()
			}
			all = append(all, d)
		}
		l := lang.All[seed%2]
		var a, b bytes.Buffer
		if err := ExportZip(&a, all, l); err != nil {
			t.Fatal(err)
		}
		if err := ExportZip(&b, all, l); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Fatalf("%v: not the same bytes", err)
		}
		set, err := ReadZip("x.zip", a.Bytes())
		if err != nil || len(set.Records) != len(all) {
			t.Fatalf("seed %d: %v: %d records, skipped %v", seed, err, len(set.Records), set.Skipped)
		}
		for i, r := range set.Records {
			if want, got := written(t, all[i].Record), written(t, r.Record); want != got {
				t.Fatalf("seed %d: want %s\ngot %s", seed, want, got)
			}
			if d := r.Decision(); d.Hash != all[i].Hash || (d.Snapshot == nil) != (all[i].Snapshot == nil) || !d.Intact() || d.Snapshot != nil && string(d.Snapshot.JSON()) != string(all[i].Snapshot.JSON()) {
				t.Fatalf("seed %d: the snapshot of %d", seed, i)
			}
		}
	}
}

// FuzzParseMADR holds that no file breaks the reader, and that what it read is
// what it reads again.
func FuzzParseMADR(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.md")
	if err != nil || len(files) < 10 {
		f.Fatal(err, len(files))
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for i, s := range hostile {
		f.Add([]byte("# T\n\n## " + s + "\n\n" + hostile[len(hostile)-1-i] + "\n## Decision\n" + s))
		f.Add([]byte("---\n" + s + "\nstatus: accepted\n---\n# T"))
	}
	f.Add([]byte(MADR(ordinary, lang.Korean)))
	f.Add([]byte("---\ndeckplan: {exact: {title: {reads: x, is: [1]}}, steps: 3}\n---\n# T\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, notes, err := ParseMADR("0007-x.md", b)
		if err != nil {
			return
		}
		for _, n := range notes {
			if s := n.Text(lang.Korean); strings.Contains(s, "‹") {
				t.Fatal(s)
			}
		}
		again, _, err := ParseMADR(r.FileName(), []byte(MADR(r, lang.English)))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := written(t, r), written(t, again); a != b {
			t.Fatalf("%s\nwant %s\ngot %s", MADR(r, lang.English), a, b)
		}
	})
}
