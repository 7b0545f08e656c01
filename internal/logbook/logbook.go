// Package logbook keeps what a live table sees beyond a restart: every change
// of an application's state and of an instance's connection, and since when
// each application is in its present state.
package logbook

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"deckplan/internal/live"
)

// Store is what a logbook needs of the database. Every call is all or nothing.
type Store interface {
	BeginLive(ctx context.Context) error
	Recollect(ctx context.Context, instance string, each func(live.Recollection)) error
	WriteNotes(ctx context.Context, n live.Notes) error
	WriteStates(ctx context.Context, r live.Recollection) error
	Beat(ctx context.Context, at time.Time, last bool) error
	PruneLive(ctx context.Context, before time.Time, most int64) (more bool, err error)
	ForgetUnseen(ctx context.Context, seen func(instance string) bool) error
	ForgetLive(ctx context.Context) error
}

// Config is what a logbook is made of. Zero durations and counts mean the
// defaults given with each.
type Config struct {
	Store Store
	Table *live.Table
	Keep  time.Duration // how long the past is kept; nothing is kept if it is not above 0
	Log   *slog.Logger
	Now   func() time.Time // nil means time.Now

	Most   int64         // transitions kept in all; 2,000,000, about 200 MB
	Room   int           // notes that wait for a write at most; live.MostNotes
	Every  time.Duration // between writes; 1 s
	Beat   time.Duration // between signs that Deckplan runs; 10 s
	Repair time.Duration // between whole comparisons of present states; 1 h
	Prune  time.Duration // between prunings; 10 min
}

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&c.Every, time.Second)
	set(&c.Beat, 10*time.Second)
	set(&c.Repair, time.Hour)
	set(&c.Prune, 10*time.Minute)
	if c.Most <= 0 {
		c.Most = 2_000_000
	}
	if c.Room <= 0 {
		c.Room = live.MostNotes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Book writes what a table notes. The table never waits for it: what finds no
// room while the database does not take it is counted and logged, and present
// states are then written whole, so that ages stay true.
type Book struct {
	Config
	stop context.CancelFunc
	done sync.WaitGroup

	waiting  live.Notes // taken and not yet written
	failures int        // writes in a row that failed
	lost     int        // notes without room since the last repair
	pause    time.Time  // no write before
	beaten   time.Time
	repaired time.Time
	pruned   time.Time
}

// Open gives the table what was kept, has it note from now on, and writes until
// Close. It is to be called before the table is filled. With nothing to be
// kept, what was kept is removed.
func Open(ctx context.Context, c Config) (*Book, error) {
	b := &Book{Config: c.withDefaults()}
	running, stop := context.WithCancel(context.Background())
	b.stop = stop
	if b.Keep <= 0 {
		if err := b.Store.ForgetLive(ctx); err != nil {
			stop()
			return nil, err
		}
		b.done.Go(func() { b.prune(running) })
		return b, nil
	}
	begun, n := time.Now(), 0
	err := errors.Join(b.Store.BeginLive(ctx), b.Store.Recollect(ctx, "", func(r live.Recollection) {
		n += len(r.States)
		b.Table.Restore(r)
	}))
	if err != nil {
		stop()
		return nil, err
	}
	b.Log.Debug("earlier states read", "applications", n, "took", time.Since(begun))
	b.Table.LimitNotes(b.Room)
	b.Table.TakeNotes()
	now := b.Now()
	b.repaired, b.pruned = now, now.Add(time.Minute-b.Prune) // the first soon, and not at the start
	b.done.Go(func() { b.run(running) })
	return b, nil
}

// Close writes what waits, ends every stretch and returns. The table's writers
// should have ended before.
func (b *Book) Close() {
	b.stop()
	b.done.Wait()
	if b.Keep <= 0 {
		return
	}
	ctx, end := context.WithTimeout(context.Background(), 10*time.Second)
	defer end()
	b.take()
	if err := b.write(ctx, 0); err != nil {
		b.Log.Error("the last changes of state were not written", "transitions", len(b.waiting.Transitions), "error", err)
	}
	if err := b.Store.Beat(ctx, b.Now(), true); err != nil {
		b.Log.Error("the end of the live history was not written", "error", err)
	}
}

func (b *Book) run(ctx context.Context) {
	tick := time.NewTicker(b.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.turn(ctx)
		}
	}
}

// turn does what is due.
func (b *Book) turn(ctx context.Context) {
	now := b.Now()
	if now.Before(b.pause) {
		return
	}
	if b.waiting.Empty() {
		b.take()
	}
	err := b.write(ctx, 1)
	if err == nil && now.Sub(b.beaten) >= b.Beat {
		if err = b.Store.Beat(ctx, now, false); err == nil {
			b.beaten = now
		}
	}
	if err == nil && (b.lost > 0 || now.Sub(b.repaired) >= b.Repair) {
		if b.lost > 0 {
			b.Log.Warn("changes of state were not kept: the database did not take them in time; ages are written anew", "lost", b.lost)
		}
		if err = b.repair(ctx); err == nil {
			b.lost, b.repaired = 0, now
		}
	}
	b.settle(ctx, now, err)
	if err == nil && now.Sub(b.pruned) >= b.Prune {
		b.pruned = now
		b.Table.DropUnclaimed()
		b.prune(ctx)
	}
}

// mostWait bounds the time between tries while the database fails.
const mostWait = 10 * time.Second

// settle waits longer after every failure, and tells of some and of their end.
func (b *Book) settle(ctx context.Context, now time.Time, err error) {
	switch {
	case err == nil && b.failures > 0:
		b.Log.Info("the live history is written again", "failures", b.failures)
		b.failures = 0
	case err == nil || ctx.Err() != nil:
	default:
		if b.failures++; b.failures%60 == 1 { // at once, then every ten minutes
			b.Log.Warn("the live history was not written; it is tried again", "failures", b.failures, "waiting", len(b.waiting.Transitions), "error", err)
		}
		b.pause = now.Add(min(mostWait, b.Every<<min(b.failures, 6)))
	}
}

func (b *Book) take() {
	n := b.Table.TakeNotes()
	b.lost += n.Lost
	n.Lost = 0
	b.waiting.Add(n)
}
