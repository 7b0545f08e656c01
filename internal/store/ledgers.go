package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"deckplan/internal/ledger"
	"deckplan/internal/plan"
)

// Ledgers lists what was measured of images for a plan, the newest first,
// without the ledgers themselves.
func (s *Store) Ledgers(ctx context.Context, id string) ([]ledger.Kept, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, plan_id, name, author, created_at, summary FROM ledger WHERE plan_id = $1 ORDER BY created_at DESC, id`, id)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []ledger.Kept
	for rows.Next() {
		var k ledger.Kept
		var summary string
		var created int64
		if err := rows.Scan(&k.ID, &k.Plan, &k.Name, &k.Author, &created, &summary); err != nil {
			return nil, mapError(err)
		}
		k.Created = time.UnixMilli(created)
		if err := json.Unmarshal([]byte(summary), &k.Summary); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, mapError(rows.Err())
}

// Ledger gives one of a plan's ledgers whole.
func (s *Store) Ledger(ctx context.Context, planID, id string) (ledger.Kept, error) {
	k := ledger.Kept{ID: id, Plan: planID}
	var summary, content string
	var created int64
	err := s.db.QueryRowContext(ctx, `SELECT name, author, created_at, summary, content FROM ledger WHERE plan_id = $1 AND id = $2`, planID, id).
		Scan(&k.Name, &k.Author, &created, &summary, &content)
	if err != nil {
		return k, mapError(err)
	}
	k.Created, k.Content = time.UnixMilli(created), json.RawMessage(content)
	return k, json.Unmarshal([]byte(summary), &k.Summary)
}

// AddLedger keeps a ledger. A plan that is gone is plan.ErrNotFound, one that
// keeps as many as it may ledger.ErrFull.
func (s *Store) AddLedger(ctx context.Context, k ledger.Kept) error {
	summary, err := json.Marshal(k.Summary)
	if err != nil {
		return err
	}
	err = s.tx(ctx, func(t *sql.Tx) error {
		if err := t.QueryRowContext(ctx, `SELECT id FROM plan WHERE id = $1`, k.Plan).Scan(new(string)); err != nil {
			return err
		}
		var n int
		if err := t.QueryRowContext(ctx, `SELECT count(*) FROM ledger WHERE plan_id = $1`, k.Plan).Scan(&n); err != nil {
			return err
		}
		if n >= ledger.MaxKept {
			return ledger.ErrFull
		}
		_, err := t.ExecContext(ctx, `INSERT INTO ledger (id, plan_id, name, author, created_at, summary, content) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			k.ID, k.Plan, k.Name, k.Author, k.Created.UnixMilli(), string(summary), string(k.Content))
		return err
	})
	if err == nil {
		s.publish(plan.Event{Plan: k.Plan, Revision: 0})
	}
	return err
}

// RemoveLedger forgets one of a plan's ledgers.
func (s *Store) RemoveLedger(ctx context.Context, planID, id string) error {
	r, err := s.db.ExecContext(ctx, `DELETE FROM ledger WHERE plan_id = $1 AND id = $2`, planID, id)
	if err = changedOne(r, mapError(err)); err == nil {
		s.publish(plan.Event{Plan: planID, Revision: 0})
	}
	return err
}
