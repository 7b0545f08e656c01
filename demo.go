package main

import (
	"context"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/store"
)

// beginDemo gives an empty database the sample plan in every language.
func beginDemo(ctx context.Context, db *store.Store) error {
	heads, err := db.Plans(ctx)
	if err != nil || len(heads) > 0 {
		return err
	}
	for _, l := range lang.All {
		p, err := plan.Sample(string(l))
		if err != nil {
			return err
		}
		if _, err := db.Create(ctx, plan.NewID(), "", p, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": p.About.Name}}); err != nil {
			return err
		}
	}
	return nil
}
