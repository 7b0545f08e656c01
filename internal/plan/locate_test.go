package plan

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestLocate_TellsTheLineOfEveryRow(t *testing.T) {
	b, err := os.ReadFile("sample/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, at, err := Locate(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	for _, k := range Kinds() {
		for i := range k.Len(p) {
			key := k.At(p, i).Key()
			pos, ok := at.Row(k.Name, key)
			if !ok {
				t.Errorf("%s %s has no place", k.Name, key)
				continue
			}
			line := lines[pos.Line-1]
			if k.HasID() && !strings.HasPrefix(line[pos.Column-1:], "id: "+key) {
				t.Errorf("%s %s is at %+v: %q", k.Name, key, pos, line)
			}
		}
	}
	if _, ok := at.Row("clusters", "nowhere"); ok {
		t.Error("a cluster that the file lacks has a place")
	}
}

func TestLocate_FollowsAliasesAndJSON(t *testing.T) {
	for text, want := range map[string]Position{
		"schema: 1\nabout: {name: x}\nteams: [{id: a, name: A},\n  {id: b, name: B}]\n":                           {4, 3},
		"{\"schema\": 1, \"about\": {\"name\": \"x\"},\n\"teams\": [\n {\"id\": \"b\", \"name\": \"B\"}]}":        {3, 2},
		"schema: 1\nabout: {name: x}\nteams:\n  - id: a\n    name: A\n  - # the second\n    id: b\n    name: B\n": {7, 5},
		"schema: 1\nabout: {name: x}\nteams: &t\n  - {id: b, name: B}\nenvironments: *t\n":                        {4, 5},
	} {
		_, at, err := Locate(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := at.Row("teams", "b"); !ok || got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
	if _, at, err := Locate(strings.NewReader("schema: 1\nabout: {}\n")); err == nil || len(at.rows) > 0 {
		t.Error("a wrong file has rows")
	}
}
