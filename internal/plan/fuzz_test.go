package plan

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// refused reads a file that must not pass, and gives what is wrong with it.
func refused(t *testing.T, file string) []Problem {
	t.Helper()
	var bad *Invalid
	if _, err := DecodeYAML(strings.NewReader(file)); !errors.As(err, &bad) || len(bad.Problems) == 0 {
		t.Fatalf("got %v", err)
	}
	for _, p := range bad.Problems {
		if n := len(fmt.Sprint(p.Args, p.Path)); n > 4000 {
			t.Errorf("%s tells %d bytes of the file", p.ID, n)
		}
	}
	return bad.Problems
}

// laughs is a list of ten words, ten times over, levels deep.
func laughs(levels int) string {
	var b strings.Builder
	b.WriteString("schema: 1\nabout: {name: x}\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	return b.String()
}

func TestDecodeYAML_RefusesAliasBombs(t *testing.T) {
	for name, file := range map[string]string{
		"laughs": laughs(9),
		"self":   "a: &a [*a]",
		"mutual": "a: &a {b: *b}\nb: &b {a: *a}\n",
		"merge":  "a: &a {<<: *a}\n",
		"keys":   "schema: 1\nabout: {name: x}\n? &k [x, y]\n: *k\n",
	} {
		t.Run(name, func(t *testing.T) { refused(t, file) })
	}
}

func TestDecodeYAML_RefusesDeepNesting(t *testing.T) {
	for name, file := range map[string]string{
		"lists":    "schema: " + strings.Repeat("[", 200) + strings.Repeat("]", 200),
		"open":     strings.Repeat("[", 500_000),
		"maps":     strings.Repeat("{a: ", 100_000),
		"dashes":   strings.Repeat("- ", 500_000) + "x",
		"question": strings.Repeat("? ", 100_000) + "x",
		"indented": func() string {
			var b strings.Builder
			for i := range 2000 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}(),
	} {
		t.Run(name, func(t *testing.T) { refused(t, file) })
	}
}

func TestDecodeYAML_RefusesHugeScalars(t *testing.T) {
	huge := strings.Repeat("x", 8<<20)
	for name, file := range map[string]string{
		"value":  "schema: 1\nabout: {name: " + huge + "}\n",
		"choice": "schema: 1\nabout: {name: x}\nlinks: [{id: a, from: b, to: c, kind: " + huge + "}]\n",
		"key":    "schema: 1\nabout: {name: x}\n" + huge + ": 1\n",
		"ref":    "schema: 1\nabout: {name: x}\nclusters: [{id: a, name: a, zone: " + huge + "}]\n",
		"id":     "schema: 1\nabout: {name: x}\nteams: [{id: " + huge + ", name: a}, {id: " + huge + ", name: b}]\n",
		"number": "schema: " + strings.Repeat("9", 1<<20) + "\n",
		"anchor": "a: &" + huge + " x\n",
		"tag":    "a: !" + huge + " x\n",
		"plain":  huge,
	} {
		t.Run(name, func(t *testing.T) { refused(t, file) })
	}
}

// Ten thousand faults are not ten thousand lines to read.
func TestDecodeYAML_TellsTheFirstFaultsOnly(t *testing.T) {
	const rows = 10_000
	for name, row := range map[string]string{"twice": "{id: a, name: a}", "missing": "{id: a}", "unknown": "{id: a, name: a, %d: 1}"} {
		var b strings.Builder
		b.WriteString("schema: 1\nabout: {name: x}\nteams:\n")
		for i := range 1999 {
			b.WriteString("  - " + strings.ReplaceAll(row, "%d", fmt.Sprint("f", i)) + "\n")
		}
		if n := len(refused(t, b.String())); n > maxProblems {
			t.Errorf("%s: %d problems", name, n)
		}
	}
	keys := "schema: 1\nabout: {name: x}\n"
	for i := range rows {
		keys += fmt.Sprintf("k%d: 1\n", i)
	}
	if n := len(refused(t, keys)); n > maxProblems {
		t.Errorf("unknown tables: %d problems", n)
	}
}

func TestDecodeYAML_RefusesHugeFiles(t *testing.T) {
	if p := refused(t, "schema: 1\n#"+strings.Repeat("x", MaxBytes)); p[0].ID != "plan.problem.file_size" {
		t.Errorf("%+v", p)
	}
}

func TestDecodeYAML_RefusesWhatIsNoPlan(t *testing.T) {
	for name, file := range map[string]string{
		"empty":     "",
		"comment":   "# nothing\n",
		"null":      "~",
		"list":      "- 1",
		"documents": "schema: 1\n---\nschema: 1\n",
		"schema":    "schema: 2\nabout: {name: x}\n",
		"binary":    "\x00\xff\xfe",
	} {
		t.Run(name, func(t *testing.T) { refused(t, file) })
	}
}

// A file is refused with problems, or gives a plan that is sound and comes
// back the same from the file it is written to.
func FuzzDecodeYAML(f *testing.F) {
	for _, lang := range []string{"en", "ko"} {
		b, err := samples.ReadFile("sample/" + lang + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:2000])
		f.Add(b[:500])
	}
	for _, file := range []string{"a: &a [*a]", laughs(3), "schema: 1\nabout: {name: x}\n", "schema: 1\nabout: {name: x}\nteams: [{id: a, name: b}]\n",
		"schema: 1\nabout:\n  name: |\n    two\n    lines\nzones: [{id: z, name: 'no', internet: true}]\n",
		"{\"schema\":1,\"about\":{\"name\":\"\\u0000\"}}", "schema: 0x1\nabout: {name: 2026-11-24}\n", "schema: 1\nabout: {name: !!binary aGk=}\n",
		"schema: 1\nabout: {name: x}\nassumptions: [{id: restore_hours, value: .inf}]\n", "schema: 1\nabout: &a {name: x}\n<<: *a\n"} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodeYAML(bytes.NewReader(b))
		var bad *Invalid
		if err != nil {
			if !errors.As(err, &bad) || len(bad.Problems) == 0 {
				t.Fatalf("refused without a problem: %v", err)
			}
			return
		}
		if err := Check(p); err != nil {
			t.Fatalf("accepted, and not sound: %v", err)
		}
		var once, twice bytes.Buffer
		if err := EncodeYAML(&once, p); err != nil {
			t.Fatal(err)
		}
		again, err := DecodeYAML(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("not read again: %v\n%s", err, once.Bytes())
		}
		if err := EncodeYAML(&twice, again); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Fatalf("another plan after a round trip: %v\n%s\n%s", err, once.Bytes(), twice.Bytes())
		}
	})
}
