package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// Views lists what people have saved of the status table, by name.
func (s *Store) Views(ctx context.Context) ([]live.View, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, name, query, created_by, created_at FROM live_view ORDER BY name_key`)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []live.View
	for rows.Next() {
		var v live.View
		var created int64
		if err := rows.Scan(&v.ID, &v.Name, &v.Query, &v.By, &created); err != nil {
			return nil, mapError(err)
		}
		v.Created = time.UnixMilli(created)
		out = append(out, v)
	}
	return out, mapError(rows.Err())
}

// AddView keeps a new view. A name that another has is live.ErrViewNamed; one
// more than live.MaxViews is live.ErrViewsFull.
func (s *Store) AddView(ctx context.Context, v live.View) (live.View, error) {
	v.ID, v.Created = plan.NewID(), s.now()
	err := s.tx(ctx, func(t *sql.Tx) error {
		var n int
		if err := t.QueryRowContext(ctx, `SELECT COUNT(*) FROM live_view`).Scan(&n); err != nil {
			return err
		}
		if n >= live.MaxViews {
			return live.ErrViewsFull
		}
		_, err := t.ExecContext(ctx, `INSERT INTO live_view (id, name, name_key, query, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			v.ID, v.Name, viewKey(v.Name), v.Query, v.By, v.Created.UnixMilli())
		return err
	})
	return v, viewNamed(err)
}

// RenameView gives a view another name.
func (s *Store) RenameView(ctx context.Context, id, name string) error {
	r, err := s.db.ExecContext(ctx, `UPDATE live_view SET name = $2, name_key = $3 WHERE id = $1`, id, name, viewKey(name))
	return viewNamed(changedOne(r, mapError(err)))
}

// RemoveView deletes a view.
func (s *Store) RemoveView(ctx context.Context, id string) error {
	r, err := s.db.ExecContext(ctx, `DELETE FROM live_view WHERE id = $1`, id)
	return changedOne(r, mapError(err))
}

func changedOne(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, plan.ErrNotFound)
	}
	return nil
}

// viewKey is a name in one spelling.
func viewKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func viewNamed(err error) error {
	if errors.Is(err, errTaken) {
		return errors.Join(live.ErrViewNamed, err)
	}
	return err
}
