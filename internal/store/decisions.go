package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
)

const decisionColumns = `SELECT record, snapshot, hash, version FROM decision WHERE plan_id = $1`

func scanDecision(row interface{ Scan(...any) error }) (decision.Kept, error) {
	var d decision.Kept
	var record, snapshot string
	if err := row.Scan(&record, &snapshot, &d.Hash, &d.Version); err != nil {
		return d, err
	}
	if err := json.Unmarshal([]byte(record), &d.Record); err != nil {
		return d, err
	}
	if snapshot == "" {
		return d, nil
	}
	s, err := decision.ParseSnapshot([]byte(snapshot))
	d.Snapshot = &s
	return d, err
}

// Decisions lists a plan's decisions, the newest first.
func (s *Store) Decisions(ctx context.Context, id string) ([]decision.Kept, error) {
	rows, err := s.db.QueryContext(ctx, decisionColumns+` ORDER BY number DESC LIMIT 1000`, id)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []decision.Kept
	for rows.Next() {
		d, err := scanDecision(rows)
		if err != nil {
			return nil, mapError(err)
		}
		out = append(out, d)
	}
	return out, mapError(rows.Err())
}

// Records lists a plan's decisions without their snapshots, the newest first.
func (s *Store) Records(ctx context.Context, id string) ([]decision.Record, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT record FROM decision WHERE plan_id = $1 ORDER BY number DESC LIMIT 1000`, id)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []decision.Record
	for rows.Next() {
		var text string
		var r decision.Record
		if err := errors.Join(rows.Scan(&text), json.Unmarshal([]byte(text), &r)); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, mapError(rows.Err())
}

// Decision gives one decision of a plan.
func (s *Store) Decision(ctx context.Context, id string, number int64) (decision.Kept, error) {
	d, err := scanDecision(s.db.QueryRowContext(ctx, decisionColumns+` AND number = $2`, id, number))
	return d, mapError(err)
}

// AddDecision keeps a new decision under the plan's next number, which is
// never given twice: no decision is ever deleted on its own. The snapshot and
// its hash are written here and by no other statement.
func (s *Store) AddDecision(ctx context.Context, id string, d decision.Kept) (decision.Kept, error) {
	err := s.tx(ctx, func(t *sql.Tx) error {
		// Any write to the plan's row makes concurrent additions wait.
		if err := t.QueryRowContext(ctx, `UPDATE plan SET revision = revision WHERE id = $1 RETURNING id`, id).Scan(new(string)); err != nil {
			return err
		}
		var number int
		err := t.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) + 1 FROM decision WHERE plan_id = $1`, id).Scan(&number)
		if err != nil {
			return err
		}
		d.Record.Number, d.Version = number, 1
		snapshot := ""
		if d.Snapshot != nil {
			snapshot, d.Hash = string(d.Snapshot.JSON()), d.Snapshot.Hash()
		}
		record, err := json.Marshal(d.Record)
		if err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `INSERT INTO decision (plan_id, number, record, snapshot, hash, version, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, 1, $6, $6)`, id, number, string(record), snapshot, d.Hash, s.now().UnixMilli())
		return err
	})
	if err == nil {
		s.publish(plan.Event{Plan: id, Revision: 0})
	}
	return d, err
}

// SaveDecisions writes records that were read at their Version, all or none.
// What they were decided on stays untouched.
func (s *Store) SaveDecisions(ctx context.Context, id string, all ...decision.Kept) error {
	err := s.tx(ctx, func(t *sql.Tx) error {
		for _, d := range all {
			record, err := json.Marshal(d.Record)
			if err != nil {
				return err
			}
			r, err := t.ExecContext(ctx, `UPDATE decision SET record = $4, version = version + 1, updated_at = $5
				WHERE plan_id = $1 AND number = $2 AND version = $3`, id, d.Record.Number, d.Version, string(record), s.now().UnixMilli())
			if err != nil {
				return err
			}
			if n, err := r.RowsAffected(); err != nil || n == 0 {
				return plan.ErrStale
			}
		}
		return nil
	})
	if err == nil {
		s.publish(plan.Event{Plan: id, Revision: 0})
	}
	return err
}
