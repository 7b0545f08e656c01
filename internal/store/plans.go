package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"deckplan/internal/plan"
)

// checkpointEvery is the number of revisions between whole documents.
const checkpointEvery = 100

const headColumns = `SELECT p.id, p.name, p.scenario, p.family, p.revision, p.noted, p.updated_at, r.author
	FROM plan p JOIN revision r ON r.plan_id = p.id AND r.number = p.revision`

// Plans lists the plans, the last edited first.
func (s *Store) Plans(ctx context.Context) ([]plan.Head, error) {
	return s.heads(ctx, ` ORDER BY p.updated_at DESC, p.id LIMIT 500`)
}

func (s *Store) heads(ctx context.Context, which string, args ...any) ([]plan.Head, error) {
	rows, err := s.db.QueryContext(ctx, headColumns+which, args...)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []plan.Head
	for rows.Next() {
		h, err := scanHead(rows)
		if err != nil {
			return nil, mapError(err)
		}
		out = append(out, h)
	}
	return out, mapError(rows.Err())
}

func scanHead(row interface{ Scan(...any) error }) (plan.Head, error) {
	var h plan.Head
	var updated int64
	err := row.Scan(&h.ID, &h.Name, &h.Scenario, &h.Family, &h.Revision, &h.Noted, &updated, &h.Author)
	h.Updated = time.UnixMilli(updated)
	return h, err
}

// Plan gives the newest revision of a plan. The document is shared: it must
// not be changed, only edited through Edit.
func (s *Store) Plan(ctx context.Context, id string) (plan.Head, *plan.Plan, error) {
	h, err := scanHead(s.db.QueryRowContext(ctx, headColumns+` WHERE p.id = $1`, id))
	if err != nil {
		return h, nil, mapError(err)
	}
	if p := s.cache.get(id, h.Revision); p != nil {
		return h, p, nil
	}
	p, err := s.at(ctx, s.db, id, h.Revision)
	if err != nil {
		return h, nil, mapError(err)
	}
	s.cache.put(id, h.Revision, p)
	return h, p, nil
}

// Family lists the scenarios of a plan, itself included, the oldest first.
func (s *Store) Family(ctx context.Context, family string) ([]plan.Head, error) {
	return s.heads(ctx, ` WHERE p.family = $1 ORDER BY p.created_at, p.id LIMIT 100`, family)
}

// Copy keeps a plan's newest document as a new plan of the same family.
func (s *Store) Copy(ctx context.Context, from, id, author, scenario string) (plan.Head, error) {
	head, p, err := s.Plan(ctx, from)
	if err != nil {
		return plan.Head{}, err
	}
	p, _, err = plan.Apply(p, plan.Set{Kind: "about", Key: "about", Fields: []plan.FieldValue{{Name: "scenario", Now: plan.Raw(scenario)}}})
	if err != nil {
		return plan.Head{}, err
	}
	return s.create(ctx, plan.Head{ID: id, Family: head.Family, Author: author}, p,
		plan.Summary{ID: "plan.summary.begun.copy", Args: map[string]any{"name": head.Title(), "revision": head.Revision}})
}

// Create keeps a new plan under an identifier and gives its head.
func (s *Store) Create(ctx context.Context, id, author string, p *plan.Plan, summary plan.Summary) (plan.Head, error) {
	return s.create(ctx, plan.Head{ID: id, Family: id, Author: author}, p, summary)
}

func (s *Store) create(ctx context.Context, h plan.Head, p *plan.Plan, summary plan.Summary) (plan.Head, error) {
	doc, err := plan.EncodeJSON(p)
	if err != nil {
		return plan.Head{}, err
	}
	h.Name, h.Scenario, h.Revision, h.Updated = p.About.Name, p.About.Scenario, 1, s.now()
	err = s.tx(ctx, func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, `INSERT INTO plan (id, name, scenario, family, revision, created_at, updated_at)
			VALUES ($1, $2, $3, $4, 1, $5, $5)`, h.ID, h.Name, h.Scenario, h.Family, h.Updated.UnixMilli()); err != nil {
			return err
		}
		return insertRevision(ctx, t, h.ID, plan.Revision{Number: 1, Origin: 1, Author: h.Author, At: h.Updated, Summary: summary}, []byte("[]"), doc)
	})
	if err != nil {
		return plan.Head{}, err
	}
	s.cache.put(h.ID, 1, p)
	s.publish(plan.Event{Plan: h.ID, Revision: 1})
	return h, nil
}

// Delete removes a plan with its history and its decisions.
func (s *Store) Delete(ctx context.Context, id string) error {
	r, err := s.db.ExecContext(ctx, `DELETE FROM plan WHERE id = $1`, id)
	if err != nil {
		return mapError(err)
	}
	if n, err := r.RowsAffected(); err == nil && n == 0 {
		return plan.ErrNotFound
	}
	s.publish(plan.Event{Plan: id, Revision: 0})
	return nil
}

// Edit applies an edit to the newest revision of a plan and gives the new
// revision's number and what was done. An edit that changes nothing makes no
// revision. Errors of plan.Apply come back as they are.
func (s *Store) Edit(ctx context.Context, id, author string, e plan.Edit) (plan.Revision, error) {
	return s.edit(ctx, id, author, func(context.Context, *sql.Tx, *plan.Revision) (plan.Edit, error) { return e, nil })
}

// Undo takes a revision back, whatever has been done since elsewhere. The
// revision must not have been undone already; undoing an undo is a redo.
func (s *Store) Undo(ctx context.Context, id, author string, number int64) (plan.Revision, error) {
	return s.edit(ctx, id, author, func(ctx context.Context, t *sql.Tx, rev *plan.Revision) (plan.Edit, error) {
		r, err := scanRevision(t.QueryRowContext(ctx, revisionColumns+` AND r.number = $2`, id, number))
		if err != nil {
			return nil, err
		}
		if r.Undone > 0 || len(r.Changes) == 0 {
			return nil, plan.ErrUndone
		}
		rev.Undoes, rev.Origin, rev.Turn = number, r.Origin, r.Turn+1
		what := "plan.summary.undo"
		if rev.Forward() {
			what = "plan.summary.redo"
		}
		return plan.Revert{Changes: r.Changes, Summary: plan.Summary{ID: what, Args: map[string]any{"revision": r.Origin}}}, nil
	})
}

// Restore makes the newest document what it was at a revision, as one edit.
func (s *Store) Restore(ctx context.Context, id, author string, number int64) (plan.Revision, error) {
	old, err := s.At(ctx, id, number)
	if err != nil {
		return plan.Revision{}, err
	}
	return s.Edit(ctx, id, author, plan.Restore{To: old, Summary: plan.Summary{ID: "plan.summary.restore", Args: map[string]any{"revision": number}}})
}

// edit is the one way a plan changes. The revision is counted up first, so
// that on every database two edits of one plan wait for each other.
func (s *Store) edit(ctx context.Context, id, author string, make func(context.Context, *sql.Tx, *plan.Revision) (plan.Edit, error)) (plan.Revision, error) {
	rev := plan.Revision{Author: author, At: s.now()}
	var next *plan.Plan
	errNothing := errors.New("nothing changed")
	err := s.tx(ctx, func(t *sql.Tx) error {
		err := t.QueryRowContext(ctx, `UPDATE plan SET revision = revision + 1, updated_at = $2 WHERE id = $1 RETURNING revision`,
			id, rev.At.UnixMilli()).Scan(&rev.Number)
		if err != nil {
			return err
		}
		current := s.cache.get(id, rev.Number-1)
		if current == nil {
			if current, err = s.at(ctx, t, id, rev.Number-1); err != nil {
				return err
			}
		}
		rev.Origin = rev.Number
		e, err := make(ctx, t, &rev)
		if err != nil {
			return err
		}
		var result plan.Result
		if next, result, err = plan.Apply(current, e); err != nil {
			return err
		}
		if len(result.Changes) == 0 {
			rev.Number--
			return errNothing
		}
		rev.Changes, rev.Summary = result.Changes, result.Summary
		return s.write(ctx, t, id, next, rev, result.Tangled)
	})
	if errors.Is(err, errNothing) {
		return rev, nil
	}
	if err != nil {
		return rev, err
	}
	s.cache.put(id, rev.Number, next)
	s.publish(plan.Event{Plan: id, Revision: rev.Number})
	return rev, nil
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// At gives a plan's document as it was at a revision. It must not be changed.
func (s *Store) At(ctx context.Context, id string, number int64) (*plan.Plan, error) {
	if p := s.cache.get(id, number); p != nil {
		return p, nil
	}
	var there int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM revision WHERE plan_id = $1 AND number = $2`, id, number).Scan(&there); err != nil {
		return nil, mapError(err)
	}
	if there == 0 {
		return nil, plan.ErrNotFound
	}
	p, err := s.at(ctx, s.db, id, number)
	return p, mapError(err)
}

// at builds the document of a revision: the nearest one kept whole before it,
// and the changes from there on.
func (s *Store) at(ctx context.Context, q querier, id string, number int64) (*plan.Plan, error) {
	var doc string
	var from int64
	err := q.QueryRowContext(ctx, `SELECT checkpoint, number FROM revision
		WHERE plan_id = $1 AND number <= $2 AND checkpoint IS NOT NULL ORDER BY number DESC LIMIT 1`, id, number).Scan(&doc, &from)
	if err != nil {
		return nil, err
	}
	p, err := plan.DecodeJSON([]byte(doc))
	if err != nil || from == number {
		return p, err
	}
	rows, err := q.QueryContext(ctx, `SELECT changes FROM revision WHERE plan_id = $1 AND number > $2 AND number <= $3 ORDER BY number`, id, from, number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []plan.Change
	for rows.Next() {
		var text string
		var changes []plan.Change
		if err := errors.Join(rows.Scan(&text), json.Unmarshal([]byte(text), &changes)); err != nil {
			return nil, err
		}
		all = append(all, changes...)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return plan.Replay(p, all)
}

// replayed is the size of changes in bytes from which an edit keeps the whole
// document: reading them again would take as long.
const replayed = 256 << 10

func (s *Store) write(ctx context.Context, t *sql.Tx, id string, p *plan.Plan, rev plan.Revision, tangled bool) error {
	changes, err := json.Marshal(rev.Changes)
	if err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `UPDATE plan SET name = $2, scenario = $3 WHERE id = $1`, id, p.About.Name, p.About.Scenario); err != nil {
		return err
	}
	var checkpoint []byte
	if tangled || len(changes) > replayed || rev.Number%checkpointEvery == 0 {
		if checkpoint, err = plan.EncodeJSON(p); err != nil {
			return err
		}
	}
	return insertRevision(ctx, t, id, rev, changes, checkpoint)
}

func insertRevision(ctx context.Context, t *sql.Tx, id string, r plan.Revision, changes, checkpoint []byte) error {
	summary, err := json.Marshal(r.Summary)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO revision (plan_id, number, author, at, summary, changes, undoes, origin, turn, checkpoint)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, r.Number, r.Author, r.At.UnixMilli(), string(summary), string(changes), r.Undoes, r.Origin, r.Turn,
		sql.NullString{String: string(checkpoint), Valid: checkpoint != nil})
	return err
}

const revisionColumns = `SELECT r.number, r.author, r.at, r.summary, r.changes, r.undoes, r.origin, r.turn,
	COALESCE((SELECT MIN(u.number) FROM revision u WHERE u.plan_id = r.plan_id AND u.undoes = r.number), 0)
	FROM revision r WHERE r.plan_id = $1`

func scanRevision(row interface{ Scan(...any) error }) (plan.Revision, error) {
	var r plan.Revision
	var at int64
	var summary, changes string
	if err := row.Scan(&r.Number, &r.Author, &at, &summary, &changes, &r.Undoes, &r.Origin, &r.Turn, &r.Undone); err != nil {
		return r, err
	}
	r.At = time.UnixMilli(at)
	return r, errors.Join(json.Unmarshal([]byte(summary), &r.Summary), json.Unmarshal([]byte(changes), &r.Changes))
}

// Revision gives one revision with its changes.
func (s *Store) Revision(ctx context.Context, id string, number int64) (plan.Revision, error) {
	r, err := scanRevision(s.db.QueryRowContext(ctx, revisionColumns+` AND r.number = $2`, id, number))
	return r, mapError(err)
}

// History lists a plan's newest revisions, at most limit, before a number
// (0: from the newest). Changes are left out: Revision gives them.
func (s *Store) History(ctx context.Context, id string, before int64, limit int) ([]plan.Revision, error) {
	if before <= 0 {
		before = 1 << 62
	}
	query := strings.Replace(revisionColumns, "r.changes", "'[]'", 1)
	rows, err := s.db.QueryContext(ctx, query+` AND r.number < $2 ORDER BY r.number DESC LIMIT $3`, id, before, limit)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []plan.Revision
	for rows.Next() {
		r, err := scanRevision(rows)
		if err != nil {
			return nil, mapError(err)
		}
		out = append(out, r)
	}
	return out, mapError(rows.Err())
}

// Undoable gives the revision that Undo takes back next, the newest edit that
// is in force, and the one that Redo does, the edit undone last, unless another
// edit has come since; 0 where there is none.
func (s *Store) Undoable(ctx context.Context, id string) (undo, redo int64, err error) {
	err = s.db.QueryRowContext(ctx, `
		WITH recent AS (SELECT number, undoes, origin, turn FROM revision WHERE plan_id = $1 ORDER BY number DESC LIMIT 200),
		last AS (SELECT number, origin, turn FROM recent r WHERE origin > 1
			AND NOT EXISTS (SELECT 1 FROM recent u WHERE u.undoes = r.number))
		SELECT
			COALESCE((SELECT number FROM last WHERE turn % 2 = 0 ORDER BY origin DESC LIMIT 1), 0),
			COALESCE((SELECT MAX(l.number) FROM last l WHERE l.turn % 2 = 1
				AND NOT EXISTS (SELECT 1 FROM recent n WHERE n.number > l.number AND n.turn = 0)), 0)`, id).Scan(&undo, &redo)
	return undo, redo, mapError(err)
}
