package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"deckplan/internal/connect"
	"deckplan/internal/hook"
	"deckplan/internal/plan"
)

const webhookColumns = `SELECT id, name, plan_id, url, events, language, enabled, secret, former, former_until, gone_at, version, created_at, updated_at FROM webhook`

func scanWebhook(row interface{ Scan(...any) error }) (hook.Endpoint, error) {
	var e hook.Endpoint
	var events string
	var until, gone, created, updated int64
	err := row.Scan(&e.ID, &e.Name, &e.Plan, &e.URL, &events, &e.Language, &e.Enabled, &e.Secret, &e.Former, &until, &gone, &e.Version, &created, &updated)
	if err != nil {
		return e, err
	}
	e.FormerUntil, e.Gone, e.Created, e.Updated = fromMilli(until), fromMilli(gone), fromMilli(created), fromMilli(updated)
	return e, json.Unmarshal([]byte(events), &e.Events)
}

// milli is a time as it is kept: 0 for none.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMilli(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n)
}

// Webhooks lists all endpoints by name.
func (s *Store) Webhooks(ctx context.Context) ([]hook.Endpoint, error) {
	rows, err := s.db.QueryContext(ctx, webhookColumns+` ORDER BY name_key`)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []hook.Endpoint
	for rows.Next() {
		e, err := scanWebhook(rows)
		if err != nil {
			return nil, mapError(err)
		}
		out = append(out, e)
	}
	return out, mapError(rows.Err())
}

// Webhook gives one endpoint.
func (s *Store) Webhook(ctx context.Context, id string) (hook.Endpoint, error) {
	e, err := scanWebhook(s.db.QueryRowContext(ctx, webhookColumns+` WHERE id = $1`, id))
	return e, mapError(err)
}

// AddWebhook keeps a new endpoint. A name that another has is
// hook.ErrNameTaken.
func (s *Store) AddWebhook(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error) {
	now := s.now()
	e.Version, e.Created, e.Updated = 1, now, now
	events, err := json.Marshal(e.Events)
	if err != nil {
		return e, err
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO webhook (id, name, name_key, plan_id, url, events, language, enabled, secret, former, former_until, gone_at, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13)`,
		e.ID, e.Name, connect.NameKey(e.Name), e.Plan, e.URL, string(events), e.Language, e.Enabled, e.Secret, e.Former, milli(e.FormerUntil), milli(e.Gone), now.UnixMilli())
	return e, hookTaken(mapError(err))
}

// SaveWebhook writes an endpoint that was read at its Version.
func (s *Store) SaveWebhook(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error) {
	now := s.now()
	events, err := json.Marshal(e.Events)
	if err != nil {
		return e, err
	}
	err = s.tx(ctx, func(t *sql.Tx) error {
		r, err := t.ExecContext(ctx, `UPDATE webhook SET name = $3, name_key = $4, plan_id = $5, url = $6, events = $7, language = $8, enabled = $9,
			secret = $10, former = $11, former_until = $12, gone_at = $13, version = version + 1, updated_at = $14 WHERE id = $1 AND version = $2`,
			e.ID, e.Version, e.Name, connect.NameKey(e.Name), e.Plan, e.URL, string(events), e.Language, e.Enabled, e.Secret, e.Former, milli(e.FormerUntil), milli(e.Gone), now.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		if err := t.QueryRowContext(ctx, `SELECT id FROM webhook WHERE id = $1`, e.ID).Scan(new(string)); err != nil {
			return err
		}
		return plan.ErrStale
	})
	e.Version, e.Updated = e.Version+1, now
	return e, hookTaken(err)
}

// CloseWebhook switches an endpoint off whose receiver is gone for good.
func (s *Store) CloseWebhook(ctx context.Context, id string) error {
	_, err := s.db.ExecContext(ctx, `UPDATE webhook SET enabled = $2, gone_at = $3, version = version + 1, updated_at = $3 WHERE id = $1`, id, false, s.now().UnixMilli())
	return mapError(err)
}

// RemoveWebhook deletes an endpoint with its secret and its deliveries.
func (s *Store) RemoveWebhook(ctx context.Context, id string) error {
	r, err := s.db.ExecContext(ctx, `DELETE FROM webhook WHERE id = $1`, id)
	if err != nil {
		return mapError(err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, plan.ErrNotFound)
	}
	return nil
}

func hookTaken(err error) error {
	if errors.Is(err, errTaken) {
		return errors.Join(hook.ErrNameTaken, err)
	}
	return err
}
