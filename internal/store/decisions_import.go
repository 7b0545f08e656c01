package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
)

// LastDecision is the largest number that a decision of the plan was given.
func (s *Store) LastDecision(ctx context.Context, id string) (int, error) {
	var last int
	err := s.db.QueryRowContext(ctx, `SELECT decided FROM plan WHERE id = $1`, id).Scan(&last)
	return last, mapError(err)
}

// ImportDecisions keeps decisions under the numbers they have, all or none. A
// number that was given before, be it since the numbers were chosen, is
// plan.ErrStale. A snapshot is kept with the hash it came with, whether they
// match or not. Records of the plan that the new ones relate to, or say that
// they are superseded by, name them too.
func (s *Store) ImportDecisions(ctx context.Context, id string, all []decision.Kept) error {
	return s.noting(ctx, id, func(t *sql.Tx) error {
		var last int
		if err := t.QueryRowContext(ctx, `SELECT decided FROM plan WHERE id = $1`, id).Scan(&last); err != nil {
			return err
		}
		most, own := last, map[int]bool{}
		for _, d := range all {
			n := d.Record.Number
			if n <= last || own[n] {
				return plan.ErrStale
			}
			own[n], most = true, max(most, n)
			if err := s.insertDecision(ctx, t, id, &d); err != nil {
				return err
			}
		}
		if _, err := t.ExecContext(ctx, `UPDATE plan SET decided = $2 WHERE id = $1`, id, most); err != nil {
			return err
		}
		for _, d := range all {
			for _, n := range append(slices.Clone(d.Record.RelatesTo), d.Record.SupersededBy) {
				if n <= 0 || own[n] {
					continue
				}
				if err := s.nameBack(ctx, t, id, n, d.Record); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// nameBack lets a record of the plan name another that names it.
func (s *Store) nameBack(ctx context.Context, t *sql.Tx, id string, number int, other decision.Record) error {
	d, err := scanDecision(t.QueryRowContext(ctx, decisionColumns+` AND number = $2`, id, number))
	if err != nil {
		return err
	}
	if other.SupersededBy == number {
		d.Record = d.Record.LinkTo(other.Number)
	}
	if slices.Contains(other.RelatesTo, number) && !slices.Contains(d.Record.RelatesTo, other.Number) {
		d.Record.RelatesTo = append(d.Record.RelatesTo, other.Number)
		slices.Sort(d.Record.RelatesTo)
	}
	record, err := json.Marshal(d.Record)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `UPDATE decision SET record = $3, version = version + 1, updated_at = $4 WHERE plan_id = $1 AND number = $2`,
		id, number, string(record), s.now().UnixMilli())
	return err
}
