package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"deckplan/internal/connect"
	"deckplan/internal/plan"
)

const connectionColumns = `SELECT id, name, url, token, token_file, ca, insecure, pin, projects, selector, protocol, version, created_at, updated_at FROM connection`

func scanConnection(row interface{ Scan(...any) error }) (connect.Kept, error) {
	var k connect.Kept
	var created, updated int64
	err := row.Scan(&k.ID, &k.Name, &k.URL, &k.Token, &k.TokenFile, &k.CA, &k.Insecure, &k.Pin, &k.Projects, &k.Selector, &k.Protocol, &k.Version, &created, &updated)
	k.Created, k.Updated = time.UnixMilli(created), time.UnixMilli(updated)
	return k, err
}

// Connections lists all connections by name.
func (s *Store) Connections(ctx context.Context) ([]connect.Kept, error) {
	rows, err := s.db.QueryContext(ctx, connectionColumns+` ORDER BY name_key`)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []connect.Kept
	for rows.Next() {
		k, err := scanConnection(rows)
		if err != nil {
			return nil, mapError(err)
		}
		out = append(out, k)
	}
	return out, mapError(rows.Err())
}

// Connection gives one connection.
func (s *Store) Connection(ctx context.Context, id string) (connect.Kept, error) {
	k, err := scanConnection(s.db.QueryRowContext(ctx, connectionColumns+` WHERE id = $1`, id))
	return k, mapError(err)
}

// AddConnection keeps a new connection. A name that another has is
// connect.ErrNameTaken.
func (s *Store) AddConnection(ctx context.Context, k connect.Kept) (connect.Kept, error) {
	now := s.now()
	k.Version, k.Created, k.Updated = 1, now, now
	_, err := s.db.ExecContext(ctx, `INSERT INTO connection (id, name, name_key, url, token, token_file, ca, insecure, pin, projects, selector, protocol, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13)`,
		k.ID, k.Name, connect.NameKey(k.Name), k.URL, k.Token, k.TokenFile, k.CA, k.Insecure, k.Pin, k.Projects, k.Selector, k.Protocol, now.UnixMilli())
	return k, nameTaken(mapError(err))
}

// SaveConnection writes a connection that was read at its Version.
func (s *Store) SaveConnection(ctx context.Context, k connect.Kept) (connect.Kept, error) {
	now := s.now()
	err := s.tx(ctx, func(t *sql.Tx) error {
		r, err := t.ExecContext(ctx, `UPDATE connection SET name = $3, name_key = $4, url = $5, token = $6, token_file = $7, ca = $8,
			insecure = $9, pin = $10, projects = $11, selector = $12, protocol = $13, version = version + 1, updated_at = $14 WHERE id = $1 AND version = $2`,
			k.ID, k.Version, k.Name, connect.NameKey(k.Name), k.URL, k.Token, k.TokenFile, k.CA, k.Insecure,
			k.Pin, k.Projects, k.Selector, k.Protocol, now.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		if err := t.QueryRowContext(ctx, `SELECT id FROM connection WHERE id = $1`, k.ID).Scan(new(string)); err != nil {
			return err
		}
		return plan.ErrStale
	})
	k.Version, k.Updated = k.Version+1, now
	return k, nameTaken(err)
}

// RemoveConnection deletes a connection with its token.
func (s *Store) RemoveConnection(ctx context.Context, id string) error {
	r, err := s.db.ExecContext(ctx, `DELETE FROM connection WHERE id = $1`, id)
	if err != nil {
		return mapError(err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, plan.ErrNotFound)
	}
	return nil
}

func nameTaken(err error) error {
	if errors.Is(err, errTaken) {
		return errors.Join(connect.ErrNameTaken, err)
	}
	return err
}
