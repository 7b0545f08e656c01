package store

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"deckplan/internal/plan"
	"deckplan/migrations"
)

func newest(t *testing.T, s *Store) *plan.Plan {
	t.Helper()
	_, p, err := s.Plan(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// manyEdits makes edits of every sort, some of which touch rows twice.
func manyEdits(t *testing.T, s *Store) (states []*plan.Plan) {
	t.Helper()
	edits := []plan.Edit{
		rename("dev-1", "one"),
		plan.Add{Kind: "teams", Item: plan.Raw(plan.Team{ID: "t9", Name: "Nine"}), After: "payments"},
		plan.Remove{Kind: "zones", Keys: []string{"internet"}},
		plan.Duplicate{Kind: "pipelines", Key: newest(t, s).Pipelines[0].ID, Name: "Copy", NewID: plan.NewID},
		plan.Batch{Edits: []plan.Edit{
			plan.Add{Kind: "teams", Item: plan.Raw(plan.Team{ID: "ta", Name: "A"}), After: "payments"},
			plan.Add{Kind: "teams", Item: plan.Raw(plan.Team{ID: "tb", Name: "B"}), After: "payments"},
			plan.Remove{Kind: "teams", Keys: []string{"ta"}},
			plan.Remove{Kind: "teams", Keys: []string{"security"}},
			plan.Put{Kind: "teams", Items: plan.Rows(plan.Team{ID: "security", Name: "Back"})}}},
		plan.Remove{Kind: "clusters", Keys: []string{"dev-1"}},
	}
	states = append(states, newest(t, s))
	for _, e := range edits {
		if _, err := s.Edit(t.Context(), "p", "Jimin", e); err != nil {
			t.Fatal(err)
		}
		states = append(states, newest(t, s))
	}
	return states
}

func same(t *testing.T, what string, got, want *plan.Plan) {
	t.Helper()
	a, _ := plan.EncodeJSON(got)
	b, _ := plan.EncodeJSON(want)
	if string(a) != string(b) {
		t.Errorf("%s differs", what)
	}
}

func TestStore_EveryRevisionCanBeReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deckplan.db")
	s := open(t, path)
	p, _ := plan.Sample("ko")
	if _, err := s.Create(t.Context(), "p", "", p, plan.Summary{}); err != nil {
		t.Fatal(err)
	}
	states := manyEdits(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path) // nothing is cached
	for i, want := range states {
		got, err := s.At(t.Context(), "p", int64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "revision "+string(rune('1'+i)), got, want)
	}
	same(t, "the newest", newest(t, s), states[len(states)-1])
	if _, err := s.At(t.Context(), "p", 99); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("a revision that never was: %v", err)
	}
}

func TestStore_RestoreBringsADocumentBackAndIsUndoable(t *testing.T) {
	s, first := withSample(t)
	states := manyEdits(t, s)
	r, err := s.Restore(t.Context(), "p", "Jimin", 1)
	if err != nil || r.Summary.ID != "plan.summary.restore" {
		t.Fatalf("%+v, %v", r.Summary, err)
	}
	if d := plan.Diff(newest(t, s), first); len(d) != 0 {
		t.Errorf("%d differences to what was restored, first %+v", len(d), d[0])
	}
	if _, err := s.Undo(t.Context(), "p", "", r.Number); err != nil {
		t.Fatal(err)
	}
	if d := plan.Diff(newest(t, s), states[len(states)-1]); len(d) != 0 {
		t.Errorf("%d differences after undoing the restore, first %+v", len(d), d[0])
	}
	if again, err := s.Restore(t.Context(), "p", "", r.Number+1); err != nil || again.Number != r.Number+1 {
		t.Errorf("restoring what is there made revision %d, %v", again.Number, err)
	}
	if got, err := s.Revision(t.Context(), "p", r.Number); err != nil || got.Undone != r.Number+1 || len(got.Changes) == 0 {
		t.Errorf("undone by %d with %d changes, %v", got.Undone, len(got.Changes), err)
	}
}

func TestStore_ScenariosAreCopiesOfOneFamily(t *testing.T) {
	s, p := withSample(t)
	h, err := s.Copy(t.Context(), "p", "q", "Jimin", "to-be A")
	if err != nil || h.Scenario != "to-be A" || h.Family != "p" || h.Title() != p.About.Name+" · to-be A" {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := s.Copy(t.Context(), "q", "r", "", "to-be B"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Edit(t.Context(), "q", "", rename("dev-1", "other")); err != nil {
		t.Fatal(err)
	}
	if newest(t, s).Clusters[0].Name == "other" {
		t.Error("a copy's edit reached the original")
	}
	family, err := s.Family(t.Context(), "p")
	if err != nil || len(family) != 3 {
		t.Fatalf("%d scenarios, %v", len(family), err)
	}
	var names []string
	for _, h := range family {
		names = append(names, h.Scenario)
	}
	if !reflect.DeepEqual(names, []string{"", "to-be A", "to-be B"}) {
		t.Errorf("%q", names)
	}
	if _, err := s.Copy(t.Context(), "nothing", "x", "", ""); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

// A database of the first release is brought up to date with nothing lost.
func TestStore_BringsTheFirstReleaseUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	old, err := goose.NewProvider(goose.DialectSQLite3, db, migrations.Files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	p, _ := plan.Sample("ko")
	doc, err := plan.EncodeJSON(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`INSERT INTO plan (id, name, revision, document, created_at, updated_at) VALUES ('p', 'x', 3, $1, 0, 0)`,
		`INSERT INTO revision (plan_id, number, author, at, summary, changes, checkpoint) VALUES ('p', 1, '', 0, '{}', '[]', NULL)`,
		`INSERT INTO revision (plan_id, number, author, at, summary, changes) VALUES ('p', 3, 'Jimin', 0, '{}', '[]')`,
	} {
		var args []any
		if strings.Contains(q, "$1") {
			args = append(args, string(doc))
		}
		if _, err := db.ExecContext(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	same(t, "the plan", newest(t, s), p)
	if h, _, _ := s.Plan(t.Context(), "p"); h.Family != "p" || h.Author != "Jimin" {
		t.Errorf("%+v", h)
	}
	if _, err := s.Edit(t.Context(), "p", "", rename("dev-1", "one")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := newest(t, open(t, path)).Clusters[0].Name; got != "one" {
		t.Errorf("after an edit and a restart: %s", got)
	}
}

func TestStore_UndoTakesBackARemovalAndAnEmptiedList(t *testing.T) {
	s, _ := withSample(t)
	first := newest(t, s)
	for _, e := range []plan.Edit{
		plan.Remove{Kind: "teams", Keys: []string{"payments"}},
		plan.Remove{Kind: "stages", Keys: []string{"b2"}},
		plan.Set{Kind: "stages", Key: "b3", Fields: []plan.FieldValue{{Name: "after", Now: plan.Raw([]string{})}}},
	} {
		r, err := s.Edit(t.Context(), "p", "", e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Undo(t.Context(), "p", "", r.Number); err != nil {
			t.Errorf("%T: %v", e, err)
		}
		if d := plan.Diff(newest(t, s), first); len(d) != 0 {
			t.Errorf("%T leaves %d differences, first %s → %s", e, len(d), d[0].Before, d[0].After)
		}
	}
}

func TestStore_UndoAndRedoGoBackAndForthForEver(t *testing.T) {
	s, _ := withSample(t)
	if _, err := s.Edit(t.Context(), "p", "", rename("dev-1", "one")); err != nil {
		t.Fatal(err)
	}
	for turn := range 7 {
		undo, redo, err := s.Undoable(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		next, what := undo, "plan.summary.undo"
		if turn%2 == 1 {
			next, what = redo, "plan.summary.redo"
		}
		if (undo != 0) == (redo != 0) {
			t.Fatalf("turn %d: undo %d, redo %d", turn, undo, redo)
		}
		r, err := s.Undo(t.Context(), "p", "", next)
		if err != nil || r.Summary.ID != what || r.Origin != 2 || r.Forward() != (turn%2 == 1) {
			t.Fatalf("turn %d: %+v, %v", turn, r, err)
		}
		if got := newest(t, s).Clusters[0].Name; (got == "one") != (turn%2 == 1) {
			t.Errorf("turn %d leaves %s", turn, got)
		}
	}
}

func TestStore_RestoreBringsTheOrderBack(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "d.db"))
	p := plan.Empty("x")
	for _, id := range []string{"dev", "stage", "prod"} {
		p.Environments = append(p.Environments, plan.Environment{ID: id, Name: id})
	}
	if _, err := s.Create(t.Context(), "p", "", p, plan.Summary{}); err != nil {
		t.Fatal(err)
	}
	for _, e := range []plan.Edit{
		plan.Duplicate{Kind: "environments", Key: "dev", Name: "copy", NewID: plan.NewID},
		plan.Remove{Kind: "environments", Keys: []string{"dev", "prod"}},
		plan.Put{Kind: "environments", Items: plan.Rows(plan.Environment{ID: "prod", Name: "prod"}, plan.Environment{ID: "dev", Name: "dev"})},
	} {
		if _, err := s.Edit(t.Context(), "p", "", e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Restore(t.Context(), "p", "", 1); err != nil {
		t.Fatal(err)
	}
	same(t, "the restored plan", newest(t, s), p)
}

// Large removals and their undoing go in one pass: row by row they would take
// minutes.
func TestStore_ManyRowsComeAndGoTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.db")
	s := open(t, path)
	if _, err := s.Create(t.Context(), "p", "", plan.Empty("x"), plan.Summary{}); err != nil {
		t.Fatal(err)
	}
	var rows []plan.Item
	for i := range 20_000 {
		rows = append(rows, plan.Service{ID: fmt.Sprint("s", i), Name: fmt.Sprint("s", i)})
	}
	if _, err := s.Edit(t.Context(), "p", "", plan.Put{Kind: "services", Items: rows}); err != nil {
		t.Fatal(err)
	}
	full := newest(t, s)
	for _, n := range []int64{2, 3, 4} { // undo, redo, undo
		if _, err := s.Undo(t.Context(), "p", "", n); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(newest(t, s).Services); n != 0 {
		t.Errorf("%d services after the undo", n)
	}
	if _, err := s.Restore(t.Context(), "p", "", 2); err != nil {
		t.Fatal(err)
	}
	same(t, "the restored plan", newest(t, s), full)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).At(t.Context(), "p", 4)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the redone plan", got, full)
}
