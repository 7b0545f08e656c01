package store

import (
	"context"
	"encoding/json"
	"errors"

	"deckplan/internal/decision"
)

// Chronicle lists records of a plan, or of every plan where id is empty, the
// last changed first, without their snapshots.
func (s *Store) Chronicle(ctx context.Context, id string, limit int) ([]decision.Dated, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT plan_id, record, created_at, updated_at FROM decision WHERE plan_id = $1 OR $1 = ''
		ORDER BY updated_at DESC, plan_id, number DESC LIMIT $2`, id, limit)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []decision.Dated
	for rows.Next() {
		var d decision.Dated
		var text string
		var created, updated int64
		if err := rows.Scan(&d.Plan, &text, &created, &updated); err != nil {
			return nil, mapError(err)
		}
		if err := json.Unmarshal([]byte(text), &d.Record); err != nil {
			return nil, errors.Join(errors.New("store: a record cannot be read"), err)
		}
		d.Created, d.Updated = fromMilli(created), fromMilli(updated)
		out = append(out, d)
	}
	return out, mapError(rows.Err())
}
