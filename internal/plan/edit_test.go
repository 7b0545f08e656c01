package plan

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"testing"
)

func apply(t *testing.T, p *Plan, e Edit) (*Plan, Result) {
	t.Helper()
	next, r, err := Apply(p, e)
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	return next, r
}

func counter() func() string {
	n := 0
	return func() string { n++; return "new" + strconv.Itoa(n) }
}

// TestEdit_UndoGivesBackThePlan runs every kind of edit, reverts it and
// compares the whole document.
func TestEdit_UndoGivesBackThePlan(t *testing.T) {
	for name, e := range map[string]Edit{
		"set":       Set{"clusters", "prod-vault", []FieldValue{{Name: "zone", Now: Raw("office")}}},
		"set key":   Set{"placements", "ours/dev-1", []FieldValue{{Name: "cluster", Now: Raw("dev-1")}, {Name: "instance", Now: Raw("hub")}}},
		"set about": Set{"about", "about", []FieldValue{{Name: "name", Now: Raw("Other")}}},
		"add":       Add{"teams", Raw(Team{ID: "t9", Name: "New"}), "storefront"},
		"remove":    Remove{"zones", []string{"office"}},
		"cascade":   Remove{"pipelines", []string{"jenkins-all", "split"}},
		"layout":    Remove{"layouts", []string{"ours"}},
		"duplicate": Duplicate{"pipelines", "jenkins-all", "Copy", counter()},
		"matrix":    Duplicate{"matrices", "cd", "Copy", counter()},
		"put":       Put{"assumptions", Rows(Assumption{ID: "a", Value: 1})},
	} {
		p := sample(t)
		before := Raw(p)
		next, r := apply(t, p, e)
		if string(Raw(p)) != string(before) {
			t.Errorf("%s: the edit changed the plan it was given", name)
		}
		if reflect.DeepEqual(p, next) || len(r.Changes) == 0 || r.Summary.ID == "" {
			t.Errorf("%s: nothing changed, or nothing was said: %+v", name, r.Summary)
		}
		if err := Check(next); err != nil {
			t.Errorf("%s: leaves the plan broken: %v", name, err)
		}
		back, _ := apply(t, next, Revert{r.Changes, Summary{ID: "x"}})
		if got := string(Raw(back)); got != string(before) {
			t.Errorf("%s: undo did not give back the plan", name)
		}
	}
}

func TestEdit_DifferentFieldsBothSurviveTheSameIsAConflict(t *testing.T) {
	p := sample(t)
	zone := Set{"clusters", "dev-1", []FieldValue{{Name: "zone", Was: Raw("office"), Now: Raw("vault")}}}
	name := Set{"clusters", "dev-1", []FieldValue{{Name: "name", Was: Raw("dev-1"), Now: Raw("dev-one")}}}
	p, _ = apply(t, p, zone)
	p, _ = apply(t, p, name)
	if c := p.Clusters[0]; c.Zone != "vault" || c.Name != "dev-one" {
		t.Errorf("got %+v", c)
	}
	_, _, err := Apply(p, Set{"clusters", "dev-1", []FieldValue{{Name: "zone", Was: Raw("office"), Now: Raw("internet")}}})
	var c *Conflict
	if !errors.As(err, &c) || c.Now != `"vault"` || c.Mine != `"internet"` || c.Was != `"office"` {
		t.Errorf("got %v", err)
	}
	if _, r := apply(t, p, zone); len(r.Changes) != 0 { // the same wish twice is no conflict
		t.Errorf("got %+v", r)
	}
}

func TestEdit_UndoOfAnOldEditKeepsWhatOthersDidSince(t *testing.T) {
	p := sample(t)
	p, r := apply(t, p, Set{"clusters", "dev-1", []FieldValue{{Name: "zone", Now: Raw("vault")}}})
	p, _ = apply(t, p, Set{"clusters", "dev-1", []FieldValue{{Name: "name", Now: Raw("renamed")}}})
	p, _ = apply(t, p, Revert{r.Changes, Summary{ID: "x"}})
	if c := p.Clusters[0]; c.Zone != "office" || c.Name != "renamed" {
		t.Errorf("got %+v", c)
	}
	p, r = apply(t, p, Set{"clusters", "dev-1", []FieldValue{{Name: "zone", Now: Raw("vault")}}})
	p, _ = apply(t, p, Set{"clusters", "dev-1", []FieldValue{{Name: "zone", Now: Raw("internet")}}})
	var c *Conflict
	if _, _, err := Apply(p, Revert{r.Changes, Summary{ID: "x"}}); !errors.As(err, &c) {
		t.Errorf("got %v", err)
	}
}

func TestEdit_RemovingClearsMentionsAndTakesParts(t *testing.T) {
	p, r := apply(t, sample(t), Remove{"clusters", []string{"prod-vault"}})
	for _, pl := range p.Placements {
		if pl.Cluster == "prod-vault" {
			t.Error("its placement is still there")
		}
	}
	if i := slices.IndexFunc(p.Applications, func(a Application) bool { return a.ID == "ledger-prod-vault" }); p.Applications[i].Cluster != "" {
		t.Error("an application still names it")
	}
	if r.Summary.ID != "plan.summary.remove_with" || r.Summary.Args["n"] != 3 {
		t.Errorf("got %+v", r.Summary)
	}
}

func TestEdit_DuplicateOfAPipelineIsSelfContained(t *testing.T) {
	p, _ := apply(t, sample(t), Duplicate{"pipelines", "jenkins-all", "Copy", counter()})
	var stages []Stage
	for _, s := range p.Stages {
		if s.Pipeline == "new1" {
			stages = append(stages, s)
		}
	}
	if len(stages) != 4 || stages[1].After[0] != stages[0].ID || p.Pipelines[1].Name != "Copy" {
		t.Errorf("got %+v", stages)
	}
}

func TestEdit_RefusesWhatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		edit Edit
		id   string
	}{
		"empty name":    {Set{"teams", "release", []FieldValue{{Name: "name", Now: Raw("")}}}, "plan.problem.empty"},
		"number":        {Set{"services", "web", []FieldValue{{Name: "criticality", Now: Raw(9)}}}, "plan.problem.large"},
		"type":          {Set{"services", "web", []FieldValue{{Name: "criticality", Now: Raw("x")}}}, "plan.problem.type"},
		"choice":        {Set{"links", "office-vault", []FieldValue{{Name: "kind", Now: Raw("wire")}}}, "plan.problem.choice"},
		"reference":     {Set{"clusters", "dev-1", []FieldValue{{Name: "zone", Now: Raw("x")}}}, "plan.problem.missing"},
		"unknown field": {Set{"clusters", "dev-1", []FieldValue{{Name: "id", Now: Raw("x")}}}, "plan.problem.unknown_field"},
		"unknown table": {Remove{"nothing", []string{"x"}}, "plan.problem.unknown_table"},
		"twice":         {Add{"teams", Raw(Team{ID: "release", Name: "x"}), ""}, "plan.problem.duplicate"},
		"row":           {Add{"teams", json.RawMessage(`{"x":1}`), ""}, "plan.problem.row"},
	} {
		_, _, err := Apply(sample(t), c.edit)
		var bad *Invalid
		if !errors.As(err, &bad) || bad.Problems[0].ID != c.id {
			t.Errorf("%s: got %v", name, err)
		}
	}
	var gone *Gone
	if _, _, err := Apply(sample(t), Remove{"teams", []string{"nobody"}}); !errors.As(err, &gone) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkEdit_AdoptOneInstanceACluster(b *testing.B) {
	p := Empty("big")
	var instances []Instance
	var placements []Placement
	p.Layouts = []Layout{{ID: "l", Name: "l"}}
	for i := range 1000 {
		id := strconv.Itoa(i)
		p.Clusters = append(p.Clusters, Cluster{ID: "c" + id, Name: "c" + id})
		instances = append(instances, Instance{ID: "i" + id, Layout: "l", Name: "i", Host: "c" + id})
		placements = append(placements, Placement{Layout: "l", Cluster: "c" + id, Instance: "i" + id})
	}
	e := Batch{Edits: []Edit{Put{"instances", Rows(instances...)}, Put{"placements", Rows(placements...)}}}
	for b.Loop() {
		if _, _, err := Apply(p, e); err != nil {
			b.Fatal(err)
		}
	}
}

// Rows removed together come back to their places, whatever was between them
// and was changed there since.
func TestRevert_RemovedRowsComeBackToTheirPlaces(t *testing.T) {
	p := Empty("x")
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		p.Teams = append(p.Teams, Team{ID: id, Name: id})
	}
	order := func(p *Plan) (out string) {
		for _, x := range p.Teams {
			out += x.ID
		}
		return out
	}
	for _, keys := range [][]string{{"b", "d", "e"}, {"e", "b"}, {"a", "f"}, {"a", "b", "c", "d", "e", "f"}} {
		next, done, err := Apply(p, Remove{Kind: "teams", Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := Apply(next, Revert{Changes: done.Changes, Summary: Summary{ID: "x"}})
		if err != nil || order(back) != "abcdef" {
			t.Errorf("%v: %s, %v", keys, order(back), err)
		}
		added, _, err := Apply(next, Put{Kind: "teams", Items: Rows(Team{ID: "z", Name: "z"})})
		if err != nil {
			t.Fatal(err)
		}
		back, _, err = Apply(added, Revert{Changes: done.Changes, Summary: Summary{ID: "x"}})
		if err != nil || len(back.Teams) != 7 || back.Teams[0].ID != "a" {
			t.Errorf("%v with another row: %s, %v", keys, order(back), err)
		}
	}
}

// A moved row is moved back by Undo and again by redoing it, and the changes
// alone lead to the same order.
func TestMove_IsUndoneRedoneAndReplayed(t *testing.T) {
	p := Empty("x")
	p.Environments = nil
	for _, id := range []string{"a", "b", "c", "d"} {
		p.Environments = append(p.Environments, Environment{ID: id, Name: id})
	}
	order := func(p *Plan) (out string) {
		for _, x := range p.Environments {
			out += x.ID
		}
		return out
	}
	for _, c := range []struct{ key, before, want string }{{"c", "a", "cabd"}, {"a", "d", "bcad"}, {"a", "", "bcda"}, {"d", "c", "abdc"}} {
		next, done, err := Apply(p, Move{"environments", c.key, c.before})
		if err != nil || order(next) != c.want || order(p) != "abcd" || done.Tangled {
			t.Fatalf("%+v: %s, %v", c, order(next), err)
		}
		if again, err := Replay(p, done.Changes); err != nil || order(again) != c.want {
			t.Errorf("%+v replayed: %s, %v", c, order(again), err)
		}
		back, undone, err := Apply(next, Revert{Changes: done.Changes, Summary: Summary{ID: "x"}})
		if err != nil || order(back) != "abcd" {
			t.Errorf("%+v undone: %s, %v", c, order(back), err)
		}
		if forth, _, err := Apply(back, Revert{Changes: undone.Changes, Summary: Summary{ID: "x"}}); err != nil || order(forth) != c.want {
			t.Errorf("%+v redone: %s, %v", c, order(forth), err)
		}
	}
	if _, done, err := Apply(p, Move{"environments", "b", "c"}); err != nil || len(done.Changes) != 0 {
		t.Errorf("a move to where it stands: %+v, %v", done.Changes, err)
	}
	if _, _, err := Apply(p, Move{"environments", "gone", ""}); err == nil {
		t.Error("a row that is gone was moved")
	}
	if _, done, err := Apply(p, Batch{Edits: []Edit{Remove{Kind: "environments", Keys: []string{"a"}}, Move{"environments", "d", "b"}}}); err != nil || !done.Tangled {
		t.Errorf("with other changes: tangled %v, %v", done.Tangled, err)
	}
}

func TestRestore_OfAnOrderAloneIsAChangeThatUndoTakesBack(t *testing.T) {
	p := Empty("x")
	p.Environments = []Environment{{ID: "a", Name: "a"}, {ID: "b", Name: "b"}, {ID: "c", Name: "c"}}
	next, _, err := Apply(p, Move{"environments", "a", ""})
	if err != nil {
		t.Fatal(err)
	}
	back, done, err := Apply(next, Restore{To: p, Summary: Summary{ID: "x"}})
	if err != nil || len(done.Changes) == 0 || back.Environments[0].ID != "a" || back.Environments[2].ID != "c" {
		t.Fatalf("%+v, %v", back.Environments, err)
	}
	forth, _, err := Apply(back, Revert{Changes: done.Changes, Summary: Summary{ID: "x"}})
	if err != nil || forth.Environments[2].ID != "a" {
		t.Errorf("undone: %+v, %v", forth.Environments, err)
	}
}
