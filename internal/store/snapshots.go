package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"deckplan/internal/plan"
	"deckplan/internal/snapshot"
)

// earlierSnapshots is how many snapshots of an instance are remembered beside
// the current one.
const earlierSnapshots = 20

// allEarlier is how many are remembered of all instances together.
const allEarlier = 2000

// Snapshots lists all snapshots without their rows, the newest received first.
func (s *Store) Snapshots(ctx context.Context) ([]snapshot.Kept, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, instance, current, source, file, digest, url, version, captured_at, guessed, made_by, host,
		received_at, folder, received_by, applications FROM snapshot ORDER BY received_at DESC, id`)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []snapshot.Kept
	for rows.Next() {
		var k snapshot.Kept
		var captured, received int64
		if err := rows.Scan(&k.ID, &k.Instance, &k.Current, &k.Source, &k.File, &k.Digest, &k.URL, &k.Version, &captured, &k.Guessed, &k.MadeBy, &k.Host,
			&received, &k.Folder, &k.By, &k.Applications); err != nil {
			return nil, mapError(err)
		}
		k.Captured, k.Received = time.UnixMilli(captured).UTC(), time.UnixMilli(received)
		out = append(out, k)
	}
	return out, mapError(rows.Err())
}

// SnapshotContent gives the rows of a current snapshot.
func (s *Store) SnapshotContent(ctx context.Context, id string) (string, error) {
	var content string
	err := s.db.QueryRowContext(ctx, `SELECT content FROM snapshot WHERE id = $1 AND current = $2`, id, true).Scan(&content)
	return content, mapError(err)
}

// AddSnapshot keeps a snapshot as the current one of its instance. The rows of
// the one before go, and those received long ago are forgotten.
func (s *Store) AddSnapshot(ctx context.Context, k snapshot.Kept, content string) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, `UPDATE snapshot SET current = $2, content = '' WHERE name_key = $1 AND current = $3`, k.Key(), false, true); err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM snapshot WHERE name_key = $1 AND id NOT IN
			(SELECT id FROM snapshot WHERE name_key = $1 ORDER BY received_at DESC, id LIMIT $2)`, k.Key(), earlierSnapshots); err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM snapshot WHERE current = $1 AND id NOT IN
			(SELECT id FROM snapshot WHERE current = $1 ORDER BY received_at DESC, id LIMIT $2)`, false, allEarlier); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `INSERT INTO snapshot (id, instance, name_key, current, source, file, digest, url, version, captured_at, guessed,
			made_by, host, received_at, folder, received_by, applications, content)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
			k.ID, k.Instance, k.Key(), true, k.Source, k.File, k.Digest, k.URL, k.Version, k.Captured.UnixMilli(), k.Guessed,
			k.MadeBy, k.Host, k.Received.UnixMilli(), k.Folder, k.By, k.Applications, content)
		return err
	})
}

// RemoveSnapshot forgets a current snapshot's rows. That it was there stays, so
// that the same file is not taken anew.
func (s *Store) RemoveSnapshot(ctx context.Context, id string) error {
	r, err := s.db.ExecContext(ctx, `UPDATE snapshot SET current = $2, content = '' WHERE id = $1 AND current = $3`, id, false, true)
	if err != nil {
		return mapError(err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, plan.ErrNotFound)
	}
	return nil
}
