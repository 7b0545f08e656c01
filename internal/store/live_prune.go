package store

import (
	"context"
	"database/sql"
	"time"
)

// pruneStep removes a few rows and reports whether it removed any.
type pruneStep func(ctx context.Context, t *sql.Tx) (bool, error)

// step bounds the rows that one step of pruning removes.
const step = 1000

// PruneLive takes one small step in removing what is older than before, what
// exceeds the newest most transitions, what belongs to forgotten instances, and
// applications that are gone without a trace left. It reports whether there may
// be more to do.
func (s *Store) PruneLive(ctx context.Context, before time.Time, most int64) (more bool, err error) {
	for _, f := range []pruneStep{pruneForgotten, pruneTransitions(before, most), pruneStretches(before)} {
		err := s.tx(ctx, func(t *sql.Tx) error {
			did, err := f(ctx, t)
			more = more || did
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return more, nil
}

// ForgetUnseen forgets the instances that no stretch is kept of and that seen
// does not know: they left the configuration long ago.
func (s *Store) ForgetUnseen(ctx context.Context, seen func(instance string) bool) error {
	rows, err := s.db.QueryContext(ctx, `SELECT i.name FROM live_instance i WHERE i.name IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM live_stretch t WHERE t.instance = i.id)`)
	if err != nil {
		return mapError(err)
	}
	names, err := texts(rows)
	if err != nil {
		return mapError(err)
	}
	for _, name := range names {
		if seen(name) {
			continue
		}
		if _, err := s.db.ExecContext(ctx, `UPDATE live_instance SET name = NULL WHERE name = $1`, name); err != nil {
			return mapError(err)
		}
	}
	return nil
}

// ForgetLive forgets all of the live past. PruneLive then removes it.
func (s *Store) ForgetLive(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `UPDATE live_instance SET name = NULL WHERE name IS NOT NULL`)
	return mapError(err)
}

func texts(rows *sql.Rows) (out []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func numbers(rows *sql.Rows, err error) (out []int64, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// pruneForgotten removes a few applications of forgotten instances, and the
// instances once none is left.
func pruneForgotten(ctx context.Context, t *sql.Tx) (bool, error) {
	apps, err := numbers(t.QueryContext(ctx, `SELECT a.id FROM live_application a WHERE a.instance IN (SELECT id FROM live_instance WHERE name IS NULL) LIMIT $1`, step/20))
	if err != nil {
		return false, err
	}
	for _, id := range apps {
		for _, q := range []string{`DELETE FROM live_transition WHERE application = $1`, `DELETE FROM live_application WHERE id = $1`} {
			if _, err := t.ExecContext(ctx, q, id); err != nil {
				return false, err
			}
		}
	}
	if len(apps) > 0 {
		return true, nil
	}
	for _, q := range []string{`DELETE FROM live_stretch WHERE instance IN (SELECT id FROM live_instance WHERE name IS NULL)`,
		`DELETE FROM live_instance WHERE name IS NULL`} {
		if _, err := t.ExecContext(ctx, q); err != nil {
			return false, err
		}
	}
	return false, nil
}

// pruneTransitions removes the oldest transitions, which have the smallest
// numbers. Present states stay: ages are not forgotten.
func pruneTransitions(before time.Time, most int64) pruneStep {
	return func(ctx context.Context, t *sql.Tx) (bool, error) {
		surplus, err := surplusOf(ctx, t, most)
		if err != nil {
			return false, err
		}
		rows, err := t.QueryContext(ctx, `DELETE FROM live_transition WHERE id IN (SELECT id FROM live_transition ORDER BY id LIMIT $1)
			AND (at < $2 OR id IN (SELECT id FROM live_transition ORDER BY id LIMIT $3)) RETURNING application`, step, before.UnixMilli(), min(surplus, step))
		gone, err := numbers(rows, err)
		if err != nil {
			return false, err
		}
		byApp := map[int64]int{}
		for _, id := range gone {
			byApp[id]++
		}
		for id, n := range byApp {
			if _, err := t.ExecContext(ctx, `UPDATE live_application SET kept = kept - $2 WHERE id = $1`, id, n); err != nil {
				return false, err
			}
			if _, err := t.ExecContext(ctx, withoutTrace, id); err != nil {
				return false, err
			}
		}
		return len(gone) > 0, nil
	}
}

// surplusOf is how many transitions there are beyond most. They are counted only
// if the numbers given out allow so many.
func surplusOf(ctx context.Context, t *sql.Tx, most int64) (int64, error) {
	var least, last, n int64
	if err := t.QueryRowContext(ctx, `SELECT COALESCE(MIN(id), 0), COALESCE(MAX(id), 0) FROM live_transition`).Scan(&least, &last); err != nil || last-least < most {
		return 0, err
	}
	err := t.QueryRowContext(ctx, `SELECT COUNT(*) FROM live_transition`).Scan(&n)
	return max(0, n-most), err
}

func pruneStretches(before time.Time) pruneStep {
	return func(ctx context.Context, t *sql.Tx) (bool, error) {
		r, err := t.ExecContext(ctx, `DELETE FROM live_stretch WHERE id IN (SELECT id FROM live_stretch WHERE until <> 0 AND until < $1 LIMIT $2)`, before.UnixMilli(), step)
		if err != nil {
			return false, err
		}
		n, err := r.RowsAffected()
		return n > 0, err
	}
}
