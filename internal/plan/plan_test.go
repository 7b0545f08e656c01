package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func sample(t testing.TB) *Plan {
	t.Helper()
	p, err := Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSample_BothLanguagesDescribeOneTopology(t *testing.T) {
	en, ko := sample(t), must(t)(Sample("ko"))
	for _, k := range Kinds() {
		if k.Len(en) != k.Len(ko) {
			t.Errorf("%s: %d rows in English, %d in Korean", k.Name, k.Len(en), k.Len(ko))
			continue
		}
		for i := range k.Len(en) {
			a, b := k.At(en, i), k.At(ko, i)
			for _, f := range k.Fields {
				if f.Ref != "" && !reflect.DeepEqual(k.Get(a, f), k.Get(b, f)) {
					t.Errorf("%s[%d].%s differs: %v, %v", k.Name, i, f.Name, k.Get(a, f), k.Get(b, f))
				}
			}
		}
	}
}

func must(t testing.TB) func(*Plan, error) *Plan {
	return func(p *Plan, err error) *Plan {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func TestCodec_YAMLRoundTripKeepsEverything(t *testing.T) {
	for _, lang := range []string{"en", "ko"} {
		p := must(t)(Sample(lang))
		p.Clusters[0].Kubernetes = "1.30" // reads as a number without its quotes
		p.Zones[0].Note = "- a list?\n# a comment?"
		var b bytes.Buffer
		if err := EncodeYAML(&b, p); err != nil {
			t.Fatal(err)
		}
		back := must(t)(DecodeYAML(bytes.NewReader(b.Bytes())))
		if !reflect.DeepEqual(p, back) {
			t.Errorf("%s: the plan changed on its way through YAML:\n%s", lang, b.String())
		}
		if strings.HasPrefix(b.String(), "{") {
			t.Error("the file is JSON, not the YAML a person edits")
		}
	}
}

func TestCodec_EveryFaultAtOnceWithItsLine(t *testing.T) {
	const file = `schema: 1
about:
  nme: Shop
clusters:
  - id: c1
    name: ""
    zone: nowhere
    kubernetes: 1.34
  - id: c2
    name: two
    spareCpuMilli: -1
links:
  - id: l
    from: c1
    to: x
    kind: tunnel
`
	_, err := DecodeYAML(strings.NewReader(file))
	var bad *Invalid
	if !errors.As(err, &bad) {
		t.Fatalf("got %v", err)
	}
	want := map[string]int{
		"plan.problem.unknown_field about.nme":           3,
		"plan.problem.required about.name":               3,
		"plan.problem.empty clusters[0].name":            6,
		"plan.problem.wrong_type clusters[0].kubernetes": 8,
		"plan.problem.small clusters[1].spareCpuMilli":   11,
		"plan.problem.choice links[0].kind":              16,
		"plan.problem.missing clusters[0].zone":          7,
		"plan.problem.missing links[0].from":             14,
		"plan.problem.missing links[0].to":               15,
	}
	for _, p := range bad.Problems {
		id := p.ID + " " + p.Path
		line, ok := want[id]
		if !ok {
			t.Errorf("unexpected %s at line %d", id, p.Line)
		} else if line != p.Line {
			t.Errorf("%s: line %d, want %d", id, p.Line, line)
		}
		delete(want, id)
	}
	for id := range want {
		t.Errorf("not reported: %s", id)
	}
}

func TestCodec_NamesOfWhatIsMissingAndWhatIsTwice(t *testing.T) {
	const file = "schema: 1\nabout: {name: x}\nteams:\n  - {id: a, name: a}\n  - {id: a, name: b}\nclusters:\n  - id: c\n    name: c\n    zone: nowhere\n"
	_, err := DecodeYAML(strings.NewReader(file))
	var bad *Invalid
	if !errors.As(err, &bad) || len(bad.Problems) != 2 {
		t.Fatalf("got %v", err)
	}
	if p := bad.Problems[0]; p.ID != "plan.problem.twice" || p.Line != 5 {
		t.Errorf("got %+v", p)
	}
	if p := bad.Problems[1]; p.ID != "plan.problem.missing" || p.Line != 9 || p.Args["key"] != "nowhere" {
		t.Errorf("got %+v", p)
	}
}

func TestSchema_IsValidJSONAndNamesEveryTable(t *testing.T) {
	var s struct {
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(JSONSchema(), &s); err != nil {
		t.Fatal(err)
	}
	for _, k := range Kinds() {
		if s.Properties[k.Name] == nil {
			t.Errorf("table %s is not in the schema", k.Name)
		}
	}
}
