package plan_test

import (
	"errors"
	"fmt"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// decoded is a plan as it comes from the database, sharing nothing.
func decoded(t testing.TB, p *plan.Plan) *plan.Plan {
	t.Helper()
	b, err := plan.EncodeJSON(p)
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.DecodeJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func TestDiff_LeadsFromOnePlanToTheOther(t *testing.T) {
	p := plantest.Generate(1, 30, 200)
	next, _, err := plan.Apply(p, plan.Batch{Edits: []plan.Edit{
		plan.Remove{Kind: "teams", Keys: []string{p.Teams[0].ID}},
		plan.Duplicate{Kind: "pipelines", Key: p.Pipelines[0].ID, Name: "x", NewID: plan.NewID},
		plan.Set{Kind: "clusters", Key: p.Clusters[3].ID, Fields: []plan.FieldValue{{Name: "name", Now: plan.Raw("other")}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	changes := plan.Diff(decoded(t, p), decoded(t, next))
	if len(changes) == 0 {
		t.Fatal("no differences")
	}
	back, err := plan.Replay(decoded(t, p), changes)
	if err != nil {
		t.Fatal(err)
	}
	if d := plan.Diff(back, next); len(d) != 0 {
		t.Errorf("%d differences are left, first %+v", len(d), d[0])
	}
	if d := plan.Diff(decoded(t, p), decoded(t, p)); len(d) != 0 {
		t.Errorf("a plan differs from its own copy in %d rows, first %s %s: %s → %s", len(d), d[0].Kind, d[0].Key, d[0].Before, d[0].After)
	}
}

func BenchmarkDiff_Large(b *testing.B) {
	p := plantest.Generate(1, 1000, 10000)
	x, y := decoded(b, p), decoded(b, p)
	for b.Loop() {
		plan.Diff(x, y)
	}
}

func TestApply_ATableCannotOutgrowTheDocument(t *testing.T) {
	p := plan.Empty("x")
	for i := range plan.KindOf("environments").Most() {
		p.Environments = append(p.Environments, plan.Environment{ID: fmt.Sprint(i), Name: "x"})
	}
	var bad *plan.Invalid
	if _, _, err := plan.Apply(p, plan.Duplicate{Kind: "environments", Key: "0", NewID: plan.NewID}); !errors.As(err, &bad) || bad.Problems[0].ID != "plan.problem.full" {
		t.Errorf("%v", err)
	}
	if _, _, err := plan.Apply(p, plan.Remove{Kind: "environments", Keys: []string{"0"}}); err != nil {
		t.Errorf("a full table cannot shrink: %v", err)
	}
}
