package compare

import (
	"strings"
	"testing"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

func edited(t *testing.T, p *plan.Plan, edits ...plan.Edit) (*plan.Plan, []plan.Change) {
	t.Helper()
	next, r, err := plan.Apply(p, plan.Batch{Edits: edits})
	if err != nil {
		t.Fatal(err)
	}
	return next, r.Changes
}

func sample(t *testing.T) *plan.Plan {
	t.Helper()
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRows_CallThingsByName(t *testing.T) {
	p := sample(t)
	next, _ := edited(t, p,
		plan.Set{Kind: "clusters", Key: "dev-1", Fields: []plan.FieldValue{{Name: "zone", Now: plan.Raw("internet")}}},
		plan.Add{Kind: "teams", Item: plan.Raw(plan.Team{ID: "t9", Name: "Night shift"})},
		plan.Set{Kind: "clusters", Key: "stage-seoul", Fields: []plan.FieldValue{{Name: "team", Now: plan.Raw("t9")}}},
		plan.Remove{Kind: "teams", Keys: []string{"payments"}})
	rows := Rows(lang.English, plan.Diff(p, next), p, next)
	find := func(kind, key string) Row {
		for _, r := range rows {
			if r.Kind.Name == kind && r.Key == key {
				return r
			}
		}
		t.Fatalf("no %s %s in %+v", kind, key, rows)
		return Row{}
	}
	if r := find("clusters", "dev-1"); r.What != Changed || len(r.Fields) != 1 || r.Fields[0] != (Field{"zone", "Company network", "Internet"}) {
		t.Errorf("%+v", r)
	}
	if r := find("clusters", "stage-seoul"); r.Fields[0].Now != "Night shift" {
		t.Errorf("%+v", r)
	}
	if r := find("teams", "payments"); r.What != Removed || r.Name != "Payments" {
		t.Errorf("%+v", r)
	}
	if r := find("teams", "t9"); r.What != Added || r.Name != "Night shift" {
		t.Errorf("%+v", r)
	}
	for _, r := range rows {
		for _, f := range r.Fields {
			if f.Was == "payments" {
				t.Errorf("%s %s: a removed team is called by its key: %+v", r.Kind.Name, r.Name, f)
			}
		}
	}
	// Without any plan, the changes alone still know the names they hold.
	alone := Rows(lang.Korean, plan.Diff(p, next))
	for _, r := range alone {
		if r.Kind.Name == "clusters" && r.Key == "stage-seoul" && r.Fields[0].Now != "Night shift" {
			t.Errorf("%+v", r)
		}
	}
}

func TestVerdicts_PairFiguresAndFindings(t *testing.T) {
	p := sample(t)
	var owner string
	for _, s := range p.Stages {
		if s.ID == "b2" {
			owner = strings.Join(s.Accountable, " ")
		}
	}
	if owner != "" {
		t.Fatal("the sample's stage b2 has an owner already")
	}
	next, _ := edited(t, p,
		plan.Set{Kind: "stages", Key: "b2", Fields: []plan.FieldValue{{Name: "accountable", Now: plan.Raw([]string{"platform"})}}},
		plan.Duplicate{Kind: "pipelines", Key: p.Pipelines[0].ID, Name: "Second", NewID: plan.NewID})
	a, b := appraise.Run(p), appraise.Run(next)
	var mended, fresh int
	for _, s := range Verdicts(a, b) {
		for _, f := range s.OnlyA {
			if strings.Contains(f.ID, "accountable") || strings.Contains(f.ID, "owner") {
				mended++
			}
		}
		if !s.InA {
			fresh++
			if s.Name != "Second" || len(s.Figures) == 0 || s.Figures[0].InA {
				t.Errorf("%+v", s)
			}
		}
	}
	if mended != 1 || fresh != 1 {
		t.Errorf("%d findings gone, %d new subjects", mended, fresh)
	}
	for _, s := range Verdicts(a, a) {
		if s.Differs() {
			t.Errorf("a plan differs from itself in %s", s.Name)
		}
	}
}
