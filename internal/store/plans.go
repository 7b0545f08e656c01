package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"deckplan/internal/plan"
)

// checkpointEvery is the number of revisions between whole documents.
const checkpointEvery = 100

const headColumns = `SELECT p.id, p.name, p.revision, p.updated_at, r.author
	FROM plan p JOIN revision r ON r.plan_id = p.id AND r.number = p.revision`

// Plans lists the plans, the last edited first.
func (s *Store) Plans(ctx context.Context) ([]plan.Head, error) {
	rows, err := s.db.QueryContext(ctx, headColumns+` ORDER BY p.updated_at DESC, p.id LIMIT 500`)
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
	err := row.Scan(&h.ID, &h.Name, &h.Revision, &updated, &h.Author)
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
	var doc string
	err = s.db.QueryRowContext(ctx, `SELECT revision, document FROM plan WHERE id = $1`, id).Scan(&h.Revision, &doc)
	if err != nil {
		return h, nil, mapError(err)
	}
	p, err := plan.DecodeJSON([]byte(doc))
	if err != nil {
		return h, nil, err
	}
	s.cache.put(id, h.Revision, p)
	return h, p, nil
}

// Create keeps a new plan under an identifier and gives its head.
func (s *Store) Create(ctx context.Context, id, author string, p *plan.Plan, summary plan.Summary) (plan.Head, error) {
	doc, err := plan.EncodeJSON(p)
	if err != nil {
		return plan.Head{}, err
	}
	now := s.now()
	err = s.tx(ctx, func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, `INSERT INTO plan (id, name, revision, document, created_at, updated_at)
			VALUES ($1, $2, 1, $3, $4, $4)`, id, p.About.Name, string(doc), now.UnixMilli()); err != nil {
			return err
		}
		return insertRevision(ctx, t, id, plan.Revision{Number: 1, Author: author, At: now, Summary: summary}, doc)
	})
	if err != nil {
		return plan.Head{}, err
	}
	s.cache.put(id, 1, p)
	s.publish(plan.Event{Plan: id, Revision: 1})
	return plan.Head{ID: id, Name: p.About.Name, Revision: 1, Updated: now, Author: author}, nil
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
	return s.edit(ctx, id, author, func(context.Context, *sql.Tx) (plan.Edit, int64, error) { return e, 0, nil })
}

// Undo takes a revision back, whatever has been done since elsewhere. The
// revision must not have been undone already; undoing an undo is a redo.
func (s *Store) Undo(ctx context.Context, id, author string, number int64) (plan.Revision, error) {
	return s.edit(ctx, id, author, func(ctx context.Context, t *sql.Tx) (plan.Edit, int64, error) {
		var by int64
		err := t.QueryRowContext(ctx, `SELECT COUNT(*) FROM revision WHERE plan_id = $1 AND undoes = $2`, id, number).Scan(&by)
		if err != nil {
			return nil, 0, err
		}
		r, err := scanRevision(t.QueryRowContext(ctx, revisionColumns+` AND number = $2`, id, number))
		if err != nil {
			return nil, 0, err
		}
		if by > 0 || len(r.Changes) == 0 {
			return nil, 0, plan.ErrUndone
		}
		what := "plan.summary.undo"
		if r.Undoes > 0 {
			what = "plan.summary.redo"
		}
		return plan.Revert{Changes: r.Changes, Summary: plan.Summary{ID: what, Args: map[string]any{"revision": number}}}, number, nil
	})
}

// edit is the one way a plan changes. The revision is counted up first, so
// that on every database two edits of one plan wait for each other.
func (s *Store) edit(ctx context.Context, id, author string, make func(context.Context, *sql.Tx) (plan.Edit, int64, error)) (plan.Revision, error) {
	rev := plan.Revision{Author: author, At: s.now()}
	var next *plan.Plan
	errNothing := errors.New("nothing changed")
	err := s.tx(ctx, func(t *sql.Tx) error {
		err := t.QueryRowContext(ctx, `UPDATE plan SET revision = revision + 1, updated_at = $2 WHERE id = $1 RETURNING revision`,
			id, rev.At.UnixMilli()).Scan(&rev.Number)
		if err != nil {
			return err
		}
		current, err := s.current(ctx, t, id, rev.Number-1)
		if err != nil {
			return err
		}
		e, undoes, err := make(ctx, t)
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
		rev.Changes, rev.Summary, rev.Undoes = result.Changes, result.Summary, undoes
		return s.write(ctx, t, id, next, rev)
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

func (s *Store) current(ctx context.Context, t *sql.Tx, id string, revision int64) (*plan.Plan, error) {
	if p := s.cache.get(id, revision); p != nil {
		return p, nil
	}
	var doc string
	if err := t.QueryRowContext(ctx, `SELECT document FROM plan WHERE id = $1`, id).Scan(&doc); err != nil {
		return nil, err
	}
	return plan.DecodeJSON([]byte(doc))
}

func (s *Store) write(ctx context.Context, t *sql.Tx, id string, p *plan.Plan, rev plan.Revision) error {
	doc, err := plan.EncodeJSON(p)
	if err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `UPDATE plan SET document = $2, name = $3 WHERE id = $1`, id, string(doc), p.About.Name); err != nil {
		return err
	}
	var checkpoint []byte
	if rev.Number%checkpointEvery == 0 {
		checkpoint = doc
	}
	return insertRevision(ctx, t, id, rev, checkpoint)
}

func insertRevision(ctx context.Context, t *sql.Tx, id string, r plan.Revision, checkpoint []byte) error {
	summary, err := json.Marshal(r.Summary)
	if err != nil {
		return err
	}
	changes, err := json.Marshal(r.Changes)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO revision (plan_id, number, author, at, summary, changes, undoes, checkpoint)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, r.Number, r.Author, r.At.UnixMilli(), string(summary), string(changes), r.Undoes,
		sql.NullString{String: string(checkpoint), Valid: checkpoint != nil})
	return err
}

const revisionColumns = `SELECT number, author, at, summary, changes, undoes FROM revision WHERE plan_id = $1`

func scanRevision(row interface{ Scan(...any) error }) (plan.Revision, error) {
	var r plan.Revision
	var at int64
	var summary, changes string
	if err := row.Scan(&r.Number, &r.Author, &at, &summary, &changes, &r.Undoes); err != nil {
		return r, err
	}
	r.At = time.UnixMilli(at)
	return r, errors.Join(json.Unmarshal([]byte(summary), &r.Summary), json.Unmarshal([]byte(changes), &r.Changes))
}

// History lists a plan's newest revisions, at most limit, before a number
// (0: from the newest). Changes are left out: plan.Revision gives them.
func (s *Store) History(ctx context.Context, id string, before int64, limit int) ([]plan.Revision, error) {
	if before <= 0 {
		before = 1 << 62
	}
	rows, err := s.db.QueryContext(ctx, `SELECT number, author, at, summary, '[]', undoes FROM revision
		WHERE plan_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3`, id, before, limit)
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

// Undoable gives the newest revision that is neither an undo nor undone, and
// the newest undo that has not been redone since; 0 where there is none.
func (s *Store) Undoable(ctx context.Context, id string) (undo, redo int64, err error) {
	err = s.db.QueryRowContext(ctx, `
		WITH recent AS (SELECT number, undoes FROM revision WHERE plan_id = $1 ORDER BY number DESC LIMIT 200),
		open AS (SELECT number, undoes FROM recent r WHERE number > 1
			AND NOT EXISTS (SELECT 1 FROM recent u WHERE u.undoes = r.number))
		SELECT
			COALESCE((SELECT MAX(o.number) FROM open o WHERE o.undoes = 0
				OR EXISTS (SELECT 1 FROM recent m WHERE m.number = o.undoes AND m.undoes > 0)), 0),
			COALESCE((SELECT MAX(o.number) FROM open o WHERE o.undoes > 0
				AND NOT EXISTS (SELECT 1 FROM recent m WHERE m.number = o.undoes AND m.undoes > 0)
				AND NOT EXISTS (SELECT 1 FROM recent n WHERE n.number > o.number AND n.undoes = 0)), 0)`, id).Scan(&undo, &redo)
	return undo, redo, mapError(err)
}
