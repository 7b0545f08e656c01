package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"deckplan/internal/hook"
)

// Limits of what is kept of each endpoint's deliveries.
const (
	maxWaiting  = 500 // to be sent; the oldest give way
	maxFinished = 200 // looked back at
)

const deliveryColumns = `SELECT id, webhook_id, event_id, type, body, state, attempts, next_at, status, fault, detail, excerpt, created_at, tried_at FROM webhook_delivery`

func scanDelivery(row interface{ Scan(...any) error }) (hook.Delivery, error) {
	var d hook.Delivery
	var next, created, tried int64
	err := row.Scan(&d.ID, &d.Endpoint, &d.Event, &d.Type, &d.Body, &d.State, &d.Attempts, &next, &d.Status, &d.Fault, &d.Detail, &d.Excerpt, &created, &tried)
	d.Next, d.Created, d.Tried = fromMilli(next), fromMilli(created), fromMilli(tried)
	return d, err
}

// Enqueue keeps deliveries that are to be made, and with them what was told of
// a plan's differences if that is given: all or nothing. Those whose endpoint is
// gone are left out.
func (s *Store) Enqueue(ctx context.Context, all []hook.Delivery, seen *hook.Seen) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		for _, d := range all {
			if err := enqueue(ctx, t, d); err != nil {
				return err
			}
		}
		if seen == nil {
			return nil
		}
		text, err := json.Marshal(seen.Differences)
		if err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `INSERT INTO webhook_drift (plan_id, differences, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (plan_id) DO UPDATE SET differences = excluded.differences, updated_at = excluded.updated_at`, seen.Plan, string(text), milli(seen.At))
		return err
	})
}

func enqueue(ctx context.Context, t *sql.Tx, d hook.Delivery) error {
	_, err := t.ExecContext(ctx, `INSERT INTO webhook_delivery (id, webhook_id, event_id, type, body, state, attempts, next_at, status, fault, detail, excerpt, created_at, tried_at)
		SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM webhook WHERE id = $2`,
		d.ID, d.Endpoint, d.Event, d.Type, d.Body, d.State, d.Attempts, milli(d.Next), d.Status, d.Fault, d.Detail, d.Excerpt, milli(d.Created), milli(d.Tried))
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `UPDATE webhook_delivery SET state = $2, fault = $3 WHERE webhook_id = $1 AND state = $4 AND created_at <
		(SELECT created_at FROM webhook_delivery WHERE webhook_id = $1 AND state = $4 ORDER BY created_at DESC LIMIT 1 OFFSET $5)`,
		d.Endpoint, hook.GivenUp, hook.Crowded, hook.Waiting, maxWaiting-1)
	return err
}

// Deliveries lists an endpoint's last deliveries, the newest first.
func (s *Store) Deliveries(ctx context.Context, endpoint string, limit int) ([]hook.Delivery, error) {
	rows, err := s.db.QueryContext(ctx, deliveryColumns+` WHERE webhook_id = $1 ORDER BY created_at DESC, id LIMIT $2`, endpoint, limit)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []hook.Delivery
	for rows.Next() {
		d, err := scanDelivery(rows)
		if err != nil {
			return nil, mapError(err)
		}
		out = append(out, d)
	}
	return out, mapError(rows.Err())
}

// Delivery gives one delivery of an endpoint.
func (s *Store) Delivery(ctx context.Context, endpoint, id string) (hook.Delivery, error) {
	d, err := scanDelivery(s.db.QueryRowContext(ctx, deliveryColumns+` WHERE webhook_id = $1 AND id = $2`, endpoint, id))
	return d, mapError(err)
}

// WaitingDeliveries counts what an endpoint is still to be sent.
func (s *Store) WaitingDeliveries(ctx context.Context, endpoint string) (n int, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM webhook_delivery WHERE webhook_id = $1 AND state = $2`, endpoint, hook.Waiting).Scan(&n)
	return n, mapError(err)
}

// Due gives the endpoints in use that have something to be sent, with when the
// next is, the earliest first.
func (s *Store) Due(ctx context.Context) (endpoints []string, at []time.Time, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT d.webhook_id, MIN(d.next_at) FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id
		WHERE d.state = $1 AND w.enabled = $2 GROUP BY d.webhook_id ORDER BY 2, 1`, hook.Waiting, true)
	if err != nil {
		return nil, nil, mapError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var next int64
		if err := rows.Scan(&id, &next); err != nil {
			return nil, nil, mapError(err)
		}
		endpoints, at = append(endpoints, id), append(at, time.UnixMilli(next))
	}
	return endpoints, at, mapError(rows.Err())
}

// Claim takes the endpoint's earliest delivery that is due for one try, which
// this counts. Until the lease ends nobody else gets it; if the try is never
// finished, it is due again then. plan.ErrNotFound says that none is due.
func (s *Store) Claim(ctx context.Context, endpoint string, now, lease time.Time) (d hook.Delivery, err error) {
	err = s.tx(ctx, func(t *sql.Tx) error {
		d, err = scanDelivery(t.QueryRowContext(ctx, deliveryColumns+` WHERE webhook_id = $1 AND state = $2 AND next_at <= $3 ORDER BY next_at, id LIMIT 1`,
			endpoint, hook.Waiting, now.UnixMilli()))
		if err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `UPDATE webhook_delivery SET attempts = attempts + 1, next_at = $2, tried_at = $3 WHERE id = $1`, d.ID, lease.UnixMilli(), now.UnixMilli())
		d.Attempts, d.Next, d.Tried = d.Attempts+1, lease, now
		return err
	})
	return d, err
}

// Finish writes what came of the try that was claimed, unless the delivery was
// claimed again since, and forgets deliveries that are over and many newer ones.
func (s *Store) Finish(ctx context.Context, d hook.Delivery) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `UPDATE webhook_delivery SET state = $3, next_at = $4, status = $5, fault = $6, detail = $7, excerpt = $8
			WHERE id = $1 AND attempts = $2 AND state = $9`, d.ID, d.Attempts, d.State, milli(d.Next), d.Status, d.Fault, d.Detail, d.Excerpt, hook.Waiting)
		if err != nil || d.State == hook.Waiting {
			return err
		}
		_, err = t.ExecContext(ctx, `DELETE FROM webhook_delivery WHERE webhook_id = $1 AND state <> $2 AND created_at <
			(SELECT created_at FROM webhook_delivery WHERE webhook_id = $1 AND state <> $2 ORDER BY created_at DESC LIMIT 1 OFFSET $3)`, d.Endpoint, hook.Waiting, maxFinished-1)
		return err
	})
}

// SeenDrift gives what was last told of a plan's differences; plan.ErrNotFound
// where nothing ever was.
func (s *Store) SeenDrift(ctx context.Context, id string) (hook.Seen, error) {
	out := hook.Seen{Plan: id}
	var text string
	var at int64
	err := s.db.QueryRowContext(ctx, `SELECT differences, updated_at FROM webhook_drift WHERE plan_id = $1`, id).Scan(&text, &at)
	if err != nil {
		return out, mapError(err)
	}
	out.At = fromMilli(at)
	return out, json.Unmarshal([]byte(text), &out.Differences)
}

// KeepDrift forgets what was told of the differences of all other plans.
func (s *Store) KeepDrift(ctx context.Context, plans []string) error {
	rows, err := s.db.QueryContext(ctx, `SELECT plan_id FROM webhook_drift`)
	if err != nil {
		return mapError(err)
	}
	var gone []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return errors.Join(mapError(err), rows.Close())
		}
		if !slices.Contains(plans, id) {
			gone = append(gone, id)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return mapError(err)
	}
	for _, id := range gone {
		if _, err := s.db.ExecContext(ctx, `DELETE FROM webhook_drift WHERE plan_id = $1`, id); err != nil {
			return mapError(err)
		}
	}
	return nil
}
