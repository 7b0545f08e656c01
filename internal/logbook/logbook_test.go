package logbook_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/logbook"
	"deckplan/internal/store"
)

// diary collects what is logged.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}

func database(t testing.TB, path string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), path, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// book opens a logbook that does in moments what takes seconds.
func book(t testing.TB, s logbook.Store, table *live.Table, change func(*logbook.Config)) (*logbook.Book, *diary) {
	t.Helper()
	d := &diary{}
	c := logbook.Config{Store: s, Table: table, Keep: 90 * 24 * time.Hour, Log: slog.New(slog.NewTextHandler(d, nil)),
		Every: 5 * time.Millisecond, Beat: 5 * time.Millisecond}
	if change != nil {
		change(&c)
	}
	b, err := logbook.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return b, d
}

func within(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

func app(name, health string) live.Application {
	return live.Application{Instance: "a", Namespace: "argocd", Name: name, Health: health, Sync: live.Synced}
}

func key(name string) live.Key { return live.Key{Instance: "a", Namespace: "argocd", Name: name} }

func past(t testing.TB, db *store.Store, name string) []live.Transition {
	t.Helper()
	all, err := db.Transitions(t.Context(), key(name), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func states(t testing.TB, db *store.Store) map[string]live.Memory {
	t.Helper()
	out := map[string]live.Memory{}
	if err := db.Recollect(t.Context(), "a", func(r live.Recollection) {
		for _, m := range r.States {
			out[m.Name] = m
		}
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// Another program holds the database longer than a write waits for it.
func TestBook_BusyDatabaseLosesNothingAndStopsNobody(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits until a write gives up")
	}
	path := filepath.Join(t.TempDir(), "deckplan.db")
	db, table := database(t, path), live.NewTable(nil)
	b, log := book(t, db, table, nil)
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run := func(q string) {
		t.Helper()
		within(t, 10*time.Second, q, func() bool { _, err := conn.ExecContext(t.Context(), q); return err == nil })
	}
	run("BEGIN IMMEDIATE")
	for i := range 200 {
		table.Upsert(app("x", []string{live.Healthy, live.Degraded}[i%2]))
	}
	within(t, 20*time.Second, "a write that gave up", func() bool { return strings.Contains(log.String(), "it is tried again") })
	table.Upsert(app("y", live.Healthy))
	run("COMMIT")
	within(t, 20*time.Second, "all changes", func() bool { return len(past(t, db, "x")) == 200 && len(past(t, db, "y")) == 1 })
	b.Close()
	if !strings.Contains(log.String(), "written again") || strings.Contains(log.String(), "lost") {
		t.Error(log.String())
	}
}

// gate is a store whose writes wait, or fail.
type gate struct {
	*store.Store
	held atomic.Bool
	came chan struct{}
	open chan struct{}
	fail atomic.Bool
}

func (g *gate) WriteNotes(ctx context.Context, n live.Notes) error {
	if g.held.Load() {
		g.came <- struct{}{}
		<-g.open
	}
	if g.fail.Load() {
		return errors.New("disk full")
	}
	return g.Store.WriteNotes(ctx, n)
}

func TestBook_TableGoesOnWhileAWriteHangs(t *testing.T) {
	t.Parallel()
	g := &gate{Store: database(t, filepath.Join(t.TempDir(), "deckplan.db")), came: make(chan struct{}), open: make(chan struct{})}
	g.held.Store(true)
	table := live.NewTable(nil)
	b, _ := book(t, g, table, nil)
	table.Upsert(app("x", live.Healthy))
	select { // a write hangs from here on
	case <-g.came:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was written")
	}
	for i := range 1000 {
		table.Upsert(app("y", []string{live.Healthy, live.Degraded}[i%2]))
	}
	table.Delete(key("x"))
	g.held.Store(false)
	close(g.open)
	b.Close()
	if x, y := past(t, g.Store, "x"), past(t, g.Store, "y"); len(x) != 2 || len(y) < 500 {
		t.Errorf("%d and %d transitions", len(x), len(y))
	}
	if got := states(t, g.Store); len(got) != 1 || got["y"].Health != live.Degraded {
		t.Errorf("%v", got)
	}
}

func TestBook_WhatFindsNoRoomIsCountedAndAgesStayTrue(t *testing.T) {
	t.Parallel()
	g := &gate{Store: database(t, filepath.Join(t.TempDir(), "deckplan.db"))}
	table := live.NewTable(nil)
	b, log := book(t, g, table, func(c *logbook.Config) { c.Room = 1000 })
	table.Upsert(app("gone", live.Healthy))
	within(t, 5*time.Second, "the first", func() bool { return len(past(t, g.Store, "gone")) == 1 })
	g.fail.Store(true)
	table.Upsert(app("first", live.Healthy))
	within(t, 5*time.Second, "a write that failed", func() bool { return strings.Contains(log.String(), "it is tried again") })
	for i := range 1_400 {
		table.Upsert(app(fmt.Sprint("x", i%3), []string{live.Healthy, live.Degraded, live.Missing, live.Progressing}[i/3%4]))
	}
	table.Reconcile("a", []live.Application{app("x0", live.Suspended), app("x1", live.Degraded), app("first", live.Healthy)})
	g.fail.Store(false)
	within(t, 30*time.Second, "states that are written anew", func() bool {
		return strings.Contains(log.String(), "lost=") && states(t, g.Store)["x0"].Health == live.Suspended
	})
	within(t, 10*time.Second, "nothing else", func() bool { return len(states(t, g.Store)) == 3 })
	b.Close()
	for name, m := range states(t, g.Store) {
		r, ok := table.Get(key(name))
		if !ok || r.Health != m.Health || r.Since.UnixMilli() != m.Since.UnixMilli() {
			t.Errorf("%s: %+v is kept, %s since %v is so", name, m, r.Health, r.Since)
		}
	}
}

func TestBook_KeepsNothingIfToldSo(t *testing.T) {
	t.Parallel()
	db := database(t, filepath.Join(t.TempDir(), "deckplan.db"))
	table := live.NewTable(nil)
	b, _ := book(t, db, table, nil)
	table.Upsert(app("x", live.Healthy))
	table.SetStatus("a", live.Status{State: live.Connected})
	b.Close()
	if len(past(t, db, "x")) != 1 {
		t.Fatal("what waited was not written at the end")
	}
	if all, err := db.Stretches(t.Context(), "a", time.Time{}); err != nil || len(all) != 1 || all[0].To.IsZero() {
		t.Errorf("the stretch goes on after the end: %v, %v", all, err)
	}
	table = live.NewTable(nil)
	b, _ = book(t, db, table, func(c *logbook.Config) { c.Keep = 0 })
	table.Upsert(app("x", live.Degraded))
	if n := table.TakeNotes(); !n.Empty() {
		t.Error("it notes although nothing is to be kept")
	}
	b.Close()
	if len(past(t, db, "x")) != 0 || len(states(t, db)) != 0 {
		t.Error("what was kept is still there")
	}
}

func TestBook_PrunesByAge(t *testing.T) {
	t.Parallel()
	db := database(t, filepath.Join(t.TempDir(), "deckplan.db"))
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	table := live.NewTable(now)
	b, _ := book(t, db, table, func(c *logbook.Config) { c.Now, c.Keep, c.Prune = now, 24*time.Hour, 10*time.Millisecond })
	defer b.Close()
	table.Upsert(app("x", live.Healthy))
	table.SetStatus("a", live.Status{State: live.Connected})
	within(t, 5*time.Second, "the transition", func() bool { return len(past(t, db, "x")) == 1 })
	since := states(t, db) // after it: both are written together
	ahead.Store(int64(48 * time.Hour))
	within(t, 10*time.Second, "its end", func() bool { return len(past(t, db, "x")) == 0 })
	if got := states(t, db); !got["x"].Since.Equal(since["x"].Since) || got["x"].Since.IsZero() {
		t.Errorf("the age went with it: %v", got)
	}
}
