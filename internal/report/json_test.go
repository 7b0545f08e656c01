package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"deckplan/internal/appraise"
	"deckplan/internal/catalog"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// asJSON gives the report as JSON, held against its schema.
func asJSON(t testing.TB, in Input) (out jsonReport) {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(schemaID, schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, in); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Error(err)
	}
	broken := value.(map[string]any)
	broken["generated"], broken["more"] = 1, true
	if compiled.Validate(broken) == nil {
		t.Error("the schema takes anything")
	}
	delete(broken, "more")
	broken["generated"] = in.Generated.UTC().Format(time.RFC3339)
	if document, ok := broken["document"].(map[string]any); ok {
		document["clusters"] = "nine"
		if compiled.Validate(broken) == nil {
			t.Error("the schema takes anything for a plan")
		}
	}
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWriteJSON_FollowsItsSchemaAndHoldsEverything(t *testing.T) {
	for _, l := range lang.All {
		in := full(t, l)
		r := asJSON(t, in)
		if r.Plan.Revision != 42 || r.Catalogue.Version != catalog.Version().String() || !r.Generated.Equal(at) || r.Language != string(l) {
			t.Errorf("%s: %+v", l, r.Plan)
		}
		if len(r.Findings) != r.Unresolved.Errors+r.Unresolved.Warnings || r.Unresolved.Errors == 0 {
			t.Errorf("%s: %d findings of %+v", l, len(r.Findings), r.Unresolved)
		}
		b, err := json.Marshal(r.Document)
		if err != nil {
			t.Fatal(err)
		}
		want, err := plan.EncodeJSON(in.Plan)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, want) {
			t.Errorf("%s: the document is another", l)
		}
		if len(r.Decisions) != len(in.Decisions) || r.Decisions[0].Snapshot.Hash() != in.Decisions[0].Hash {
			t.Errorf("%s: the decisions are others", l)
		}
		told := 0
		for _, v := range r.Verdicts {
			if !v.Preset {
				told += len(v.Findings)
			}
			for _, m := range v.Metrics {
				if m.Label == "" || m.Text == "" {
					t.Errorf("%s: %+v", l, m)
				}
			}
		}
		if n := len(in.Appraisal.Findings()); told != n {
			t.Errorf("%s: %d findings in the verdicts, want %d", l, told, n)
		}
	}
	p := plan.Empty("x")
	asJSON(t, Input{Plan: p, Appraisal: appraise.Run(p), Lang: lang.Korean, Generated: at})
}

func TestWriteJSON_OwnAssumptionsAreNamed(t *testing.T) {
	in := sample(t, lang.English)
	p := *in.Plan
	id := catalog.Parameters()[0].ID
	p.Assumptions = []plan.Assumption{{ID: id, Value: 0.5, Note: "measured"}, {ID: "theirs", Value: 7}}
	in.Plan, in.Appraisal = &p, appraise.Run(&p)
	in.Options.Sections = []string{"summary"}
	r := asJSON(t, in)
	if len(r.OwnAssumptions) != 2 || r.OwnAssumptions[0].ID != id || r.OwnAssumptions[0].Value != 0.5 || *r.OwnAssumptions[0].Usual != catalog.Parameters()[0].Default || r.OwnAssumptions[1].Usual != nil {
		t.Errorf("%+v", r.OwnAssumptions)
	}
	if r.Document != nil || r.Verdicts != nil || r.Decisions != nil || r.Assumptions != nil {
		t.Error("more chapters than were chosen")
	}
	for _, f := range r.Findings {
		if f.Severity != verdict.Error.String() && f.Severity != verdict.Warning.String() || f.Subject == nil || f.Text == "" {
			t.Errorf("%+v", f)
		}
	}
}
