// Package store keeps plans, their revisions and their decisions, and
// connections to Argo CD, in a database. All SQL of the program is here, one text for every database.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"deckplan/internal/plan"
	"deckplan/migrations"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db    *sql.DB
	now   func() time.Time
	cache cache
	mu    sync.Mutex
	subs  map[chan plan.Event]string // the plan each wants to hear of
	heard []func(plan.Event)
}

// Open opens the SQLite file at path, creates it if need be, and brings its
// schema up to date.
func Open(ctx context.Context, path string, now func() time.Time, log *slog.Logger) (*Store, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"foreign_keys(1)", "journal_mode(WAL)", "busy_timeout(5000)"}}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, now: now, subs: map[chan plan.Event]string{}}
	if err := s.migrate(ctx, log); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), db.Close())
	}
	return s, nil
}

func (s *Store) migrate(ctx context.Context, log *slog.Logger) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, s.db, migrations.Files)
	if err != nil {
		return err
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		log.Info("database migrated", "step", r.Source.Path, "took", r.Duration)
	}
	return err
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return mapError(s.db.PingContext(ctx)) }

// Subscribe gives the events of one plan from now on. At most one waits in the
// channel, the newest: a slow subscriber blocks no edit and misses no end state.
func (s *Store) Subscribe(id string) (<-chan plan.Event, func()) {
	ch := make(chan plan.Event, 1)
	s.mu.Lock()
	s.subs[ch] = id
	s.mu.Unlock()
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subs, ch)
	}
}

// Listen has f told of every plan's events, from those who write: f must not
// wait, nor ask the store.
func (s *Store) Listen(f func(plan.Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, f)
}

func (s *Store) publish(e plan.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.heard {
		f(e)
	}
	for ch, id := range s.subs {
		if id != e.Plan {
			continue
		}
		select { // only this function sends, and it holds the lock
		case <-ch:
		default:
		}
		ch <- e
	}
}

// errTaken is said of a value that only one row may have.
var errTaken = errors.New("store: taken")

// mapError gives the driver's errors the names above, in this one place.
func mapError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return plan.ErrNotFound
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
			return fmt.Errorf("%w: %w", plan.ErrUnavailable, err)
		}
		if se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
			return fmt.Errorf("%w: %w", errTaken, err)
		}
	}
	return err
}

// tx runs f in a transaction; whatever f returns, nothing is half done.
func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error {
	t, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return mapError(err)
	}
	if err := f(t); err != nil {
		_ = t.Rollback() // the first error is the one to report
		return mapError(err)
	}
	return mapError(t.Commit())
}

// cache keeps decoded plans by revision, so that a document is parsed once.
type cache struct {
	mu    sync.Mutex
	order []cacheKey
	plans map[cacheKey]*plan.Plan
}

type cacheKey struct {
	id       string
	revision int64
}

// cacheSize bounds the decoded plans kept: a large one takes some 20 MB.
const cacheSize = 16

func (c *cache) get(id string, revision int64) *plan.Plan {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.plans[cacheKey{id, revision}]
}

func (c *cache) put(id string, revision int64, p *plan.Plan) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := cacheKey{id, revision}
	if c.plans == nil {
		c.plans = map[cacheKey]*plan.Plan{}
	}
	if c.plans[key] == nil {
		c.order = append(c.order, key)
	}
	c.plans[key] = p
	for len(c.order) > cacheSize {
		delete(c.plans, c.order[0])
		c.order = c.order[1:]
	}
}
