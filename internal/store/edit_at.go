package store

import (
	"context"
	"database/sql"

	"deckplan/internal/plan"
)

// EditAt is Edit for a plan that is still at a revision; at another it fails
// with plan.ErrStale. Of several that name the same revision one succeeds.
func (s *Store) EditAt(ctx context.Context, id, author string, at int64, e plan.Edit) (plan.Revision, error) {
	return s.edit(ctx, id, author, func(_ context.Context, _ *sql.Tx, rev *plan.Revision) (plan.Edit, error) {
		if rev.Number != at+1 {
			return nil, plan.ErrStale
		}
		return e, nil
	})
}
