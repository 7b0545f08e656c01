package logbook

import (
	"context"
	"time"

	"deckplan/internal/live"
)

// chunk bounds what one transaction writes, so that an edit of a plan never
// waits long for its turn.
const chunk = 500

// write writes what waits, in transactions of a bounded size. After each it
// rests rest times as long as that took, to let others write.
func (b *Book) write(ctx context.Context, rest int) error {
	for !b.waiting.Empty() {
		begun := time.Now()
		part := live.Notes{Forgotten: b.waiting.Forgotten,
			Turns: first(b.waiting.Turns), Transitions: first(b.waiting.Transitions)}
		if err := b.Store.WriteNotes(ctx, part); err != nil {
			return err
		}
		b.waiting.Forgotten = nil
		b.waiting.Turns = b.waiting.Turns[len(part.Turns):]
		b.waiting.Transitions = b.waiting.Transitions[len(part.Transitions):]
		if !b.waiting.Empty() && !sleep(ctx, time.Duration(rest)*time.Since(begun)) {
			return ctx.Err()
		}
	}
	b.waiting = live.Notes{} // frees the last
	return nil
}

func first[T any](all []T) []T { return all[:min(len(all), chunk)] }

// repair makes the present states that are kept equal to the table's, where the
// table has a full list. Only what differs is written.
func (b *Book) repair(ctx context.Context) error {
	for _, i := range b.Table.Instances() {
		now, complete := b.Table.Recollect(i.Name)
		if !complete {
			continue
		}
		kept := live.Recollection{}
		if err := b.Store.Recollect(ctx, i.Name, func(r live.Recollection) { kept = r }); err != nil {
			return err
		}
		differ := difference(kept.States, now.States, b.Now())
		for len(differ) > 0 {
			part := first(differ)
			differ = differ[len(part):]
			begun := time.Now()
			if err := b.Store.WriteStates(ctx, live.Recollection{Instance: i.Name, States: part}); err != nil {
				return err
			}
			if !sleep(ctx, time.Since(begun)) {
				return ctx.Err()
			}
		}
	}
	return nil
}

// difference is what must be written to make kept equal to now; times are
// compared to the millisecond, as they are kept. What is gone has no health and
// no sync.
func difference(kept, now []live.Memory, at time.Time) (out []live.Memory) {
	type place struct{ namespace, name string }
	old := make(map[place]live.Memory, len(kept))
	for _, m := range kept {
		old[place{m.Namespace, m.Name}] = m
	}
	for _, m := range now {
		p := place{m.Namespace, m.Name}
		was, ok := old[p]
		delete(old, p)
		if !ok || was.Health != m.Health || was.Sync != m.Sync || was.Since.UnixMilli() != m.Since.UnixMilli() {
			out = append(out, m)
		}
	}
	for p := range old {
		out = append(out, live.Memory{Namespace: p.namespace, Name: p.name, Since: at})
	}
	return out
}

// prune removes in small steps what is not to be kept any longer.
func (b *Book) prune(ctx context.Context) {
	before := b.Now().Add(-b.Keep)
	err := b.Store.ForgetUnseen(ctx, func(name string) bool {
		_, known := b.Table.Instance(name)
		return known
	})
	for more := true; more && err == nil; {
		begun := time.Now()
		if more, err = b.Store.PruneLive(ctx, before, b.Most); err == nil && more && !sleep(ctx, 4*time.Since(begun)) {
			return
		}
	}
	if err != nil && ctx.Err() == nil {
		b.Log.Warn("the live history was not pruned; it is tried again", "error", err)
	}
}

// sleep waits and reports whether ctx still runs.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
