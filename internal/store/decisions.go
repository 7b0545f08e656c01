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

// mostDecisions bounds a plan's list.
const mostDecisions = 5000

// Decisions lists a plan's decisions, the newest first.
func (s *Store) Decisions(ctx context.Context, id string) ([]decision.Kept, error) {
	rows, err := s.db.QueryContext(ctx, decisionColumns+` ORDER BY number DESC LIMIT $2`, id, mostDecisions)
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
	rows, err := s.db.QueryContext(ctx, `SELECT record FROM decision WHERE plan_id = $1 ORDER BY number DESC LIMIT $2`, id, mostDecisions)
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

// noting counts a write to a plan's decisions, whatever f writes. Any write to
// the plan's row makes concurrent ones wait.
func (s *Store) noting(ctx context.Context, id string, f func(*sql.Tx) error) error {
	err := s.tx(ctx, func(t *sql.Tx) error {
		if err := t.QueryRowContext(ctx, `UPDATE plan SET noted = noted + 1 WHERE id = $1 RETURNING id`, id).Scan(new(string)); err != nil {
			return err
		}
		return f(t)
	})
	if err == nil {
		s.publish(plan.Event{Plan: id, Revision: 0})
	}
	return err
}

// AddDecision keeps a new decision under the plan's next number, which is
// never given twice. The snapshot and its hash are written here and by no other
// statement. The question that it answers, if it names one, leaves the backlog.
func (s *Store) AddDecision(ctx context.Context, id string, d decision.Kept) (decision.Kept, error) {
	err := s.noting(ctx, id, func(t *sql.Tx) error {
		if err := t.QueryRowContext(ctx, `UPDATE plan SET decided = decided + 1 WHERE id = $1 RETURNING decided`, id).Scan(&d.Record.Number); err != nil {
			return err
		}
		if err := s.insertDecision(ctx, t, id, &d); err != nil {
			return err
		}
		if d.Record.Question == "" {
			return nil
		}
		return s.changeQuestion(ctx, t, id, d.Record.Question, func(q *decision.KeptQuestion) error {
			q.Number, q.Dropped, q.Closed = d.Record.Number, false, nil
			return nil
		})
	})
	return d, err
}

// insertDecision writes a decision that has its number.
func (s *Store) insertDecision(ctx context.Context, t *sql.Tx, id string, d *decision.Kept) error {
	d.Version = 1
	snapshot := ""
	if d.Snapshot != nil {
		snapshot = string(d.Snapshot.JSON())
		if d.Hash == "" {
			d.Hash = d.Snapshot.Hash()
		}
	}
	record, err := json.Marshal(d.Record)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO decision (plan_id, number, record, snapshot, hash, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, 1, $6, $6)`, id, d.Record.Number, string(record), snapshot, d.Hash, s.now().UnixMilli())
	return err
}

// ChangeDecisions changes records of a plan together: change is handed the ones
// of the numbers, in their order, as they are now, and what it leaves of them
// is written; none is where it fails. What they were decided on stays
// untouched.
func (s *Store) ChangeDecisions(ctx context.Context, id string, change func([]*decision.Kept) error, numbers ...int) error {
	return s.noting(ctx, id, func(t *sql.Tx) error {
		all := make([]*decision.Kept, len(numbers))
		for i, n := range numbers {
			d, err := scanDecision(t.QueryRowContext(ctx, decisionColumns+` AND number = $2`, id, n))
			if err != nil {
				return err
			}
			all[i] = &d
		}
		if err := change(all); err != nil {
			return err
		}
		for i, d := range all {
			record, err := json.Marshal(d.Record)
			if err != nil {
				return err
			}
			if _, err := t.ExecContext(ctx, `UPDATE decision SET record = $3, version = version + 1, updated_at = $4
				WHERE plan_id = $1 AND number = $2`, id, numbers[i], string(record), s.now().UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// DiscardDraft removes a decision that was never proposed. Its number stays
// used, and the question it was to answer is open again.
func (s *Store) DiscardDraft(ctx context.Context, id string, number int) error {
	return s.noting(ctx, id, func(t *sql.Tx) error {
		d, err := scanDecision(t.QueryRowContext(ctx, decisionColumns+` AND number = $2`, id, number))
		if err != nil {
			return err
		}
		if !d.Record.Discardable() {
			return plan.ErrStale
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM decision WHERE plan_id = $1 AND number = $2`, id, number); err != nil {
			return err
		}
		questions, err := s.questions(ctx, t, id)
		if err != nil {
			return err
		}
		for _, q := range questions {
			if q.Number != number {
				continue
			}
			if err := s.changeQuestion(ctx, t, id, q.ID, func(q *decision.KeptQuestion) error { q.Number = 0; return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Judgements gives how a plan's decisions stood when they were last judged, and
// the revision of the plan that was.
func (s *Store) Judgements(ctx context.Context, id string) (states map[int]decision.State, judged int64, err error) {
	if err := s.db.QueryRowContext(ctx, `SELECT judged FROM plan WHERE id = $1`, id).Scan(&judged); err != nil {
		return nil, 0, mapError(err)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT number, state FROM decision_state WHERE plan_id = $1`, id)
	if err != nil {
		return nil, 0, mapError(err)
	}
	defer rows.Close()
	states = map[int]decision.State{}
	for rows.Next() {
		var number int
		var text string
		var state decision.State
		if err := errors.Join(rows.Scan(&number, &text), json.Unmarshal([]byte(text), &state)); err != nil {
			return nil, 0, err
		}
		states[number] = state
	}
	return states, judged, mapError(rows.Err())
}

// Judge keeps how decisions stand at a revision: changed are those that stand
// otherwise than before. Readers are told where there are any. A decision that
// was discarded meanwhile is passed over.
func (s *Store) Judge(ctx context.Context, id string, revision int64, changed map[int]decision.State) error {
	err := s.tx(ctx, func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, `UPDATE plan SET judged = $2 WHERE id = $1 AND judged < $2`, id, revision); err != nil {
			return err
		}
		for number, state := range changed {
			text, err := json.Marshal(state)
			if err != nil {
				return err
			}
			if _, err := t.ExecContext(ctx, `INSERT INTO decision_state (plan_id, number, needs, state)
				SELECT plan_id, number, $3, $4 FROM decision WHERE plan_id = $1 AND number = $2
				ON CONFLICT (plan_id, number) DO UPDATE SET needs = excluded.needs, state = excluded.state`, id, number, state.Needs(), string(text)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(changed) > 0 {
		s.publish(plan.Event{Plan: id, Revision: 0})
	}
	return err
}
