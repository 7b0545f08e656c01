package argocd

import (
	"context"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// session is one connection's life: a watch whose events go to the table, and
// complete lists now and then that repair what the watch missed. While a list
// is under way events wait, the newest of each application, and are applied
// after it.
type session struct {
	*instance
	client   *client
	prober   *prober
	clusters map[string]string // names by server URL; replaced, never changed
	replays  bool              // the list is above the size limit
	listed   bool              // the first list is in the table
	lastSeen time.Time         // when the watch last noted that the server lives

	mu      sync.Mutex
	listing bool
	names   map[string]string // clusters, for the watch
	waiting map[live.Key]change
}

// change is what a watch event does to one application.
type change struct {
	row     live.Application
	deleted bool
}

// session runs one connection until it fails or ctx is done. It reports whether
// the first list was completed, and what connecting met.
func (i *instance) session(ctx context.Context) (connected bool, seen *handshakes, err error) {
	c, err := dial(i.Connection, i.options)
	if err != nil {
		return false, nil, err
	}
	defer c.close()
	s := &session{instance: i, client: c, prober: newProber(), listing: true, waiting: map[live.Key]change{}}
	if err := s.hello(ctx); err != nil {
		return false, c.seen, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// The watch is open before the first list is asked for, so what changes in
	// between is not lost.
	w, err := c.watch(ctx, "1")
	if err != nil {
		return false, c.seen, err
	}
	var watching sync.WaitGroup
	watching.Go(func() { cancel(s.follow(w)) })
	err = s.poll(ctx)
	if cause := context.Cause(ctx); cause != nil {
		err = cause // poll failed only because the watch had
	}
	cancel(nil)
	watching.Wait()
	return s.listed, c.seen, err
}

// hello learns who answers and who the token is.
func (s *session) hello(ctx context.Context) error {
	var err error
	if s.status.Version, err = s.client.version(ctx); err != nil {
		return err
	}
	if s.status.Account, err = s.client.account(ctx); err != nil {
		return err
	}
	s.table.Seen(s.Name)
	return nil
}

// poll lists at once and again every Relist, and between lists makes sure that
// the server answers and the token holds.
func (s *session) poll(ctx context.Context) error {
	heartbeat := time.NewTicker(s.options.Heartbeat)
	defer heartbeat.Stop()
	relist := time.NewTimer(0)
	defer relist.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-heartbeat.C:
			if _, err := s.client.account(ctx); err != nil {
				return err
			}
			s.table.Seen(s.Name)
		case <-relist.C:
			if err := s.relist(ctx); err != nil {
				return err
			}
			relist.Reset(s.options.Relist)
		}
	}
}

// relist takes a complete list, makes the table equal to it, and probes.
func (s *session) relist(ctx context.Context) error {
	version, err := s.client.version(ctx)
	if err != nil {
		return err
	}
	s.status.Version = version
	names, err := s.client.clusters(ctx)
	if err != nil {
		s.log.Debug("clusters cannot be read", "code", status.Code(err).String())
		names = s.clusters
	}
	s.clusters = names
	projects, err := s.client.projects(ctx)
	if err != nil {
		s.log.Debug("projects cannot be read", "code", status.Code(err).String())
	}
	s.mu.Lock()
	s.listing, s.names = true, names
	s.mu.Unlock()
	rows, err := s.snapshot(ctx, names)
	if err != nil {
		return err
	}
	s.apply(rows)
	s.table.Seen(s.Name)
	s.listed = true
	s.up()
	check, err := s.prober.round(ctx, s.client.canI, projects, places(rows), s.options.Now)
	s.status.CanWrite = check
	s.publish()
	return err
}

// snapshot reads every application, by a list or, where that is too large, by
// the replay of a watch.
func (s *session) snapshot(ctx context.Context, names map[string]string) ([]live.Application, error) {
	var rows []live.Application
	each := func(a *wire.Application) {
		if r, ok := row(s.Name, a, names); ok {
			rows = append(rows, r)
		}
	}
	if !s.replays {
		err := s.client.list(ctx, each)
		if status.Code(err) != codes.ResourceExhausted {
			return rows, err
		}
		s.log.Info("the list of applications is above the size limit; reading it through a watch")
		s.replays, rows = true, nil
	}
	err := s.client.replay(ctx, each)
	return rows, err
}

// apply makes the table equal to a list and then does what the watch reported
// meanwhile.
func (s *session) apply(rows []live.Application) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.table.Reconcile(s.Name, rows)
	s.log.Debug("list", "applications", len(rows), "added", d.Added, "changed", d.Changed, "deleted", d.Deleted)
	for _, c := range s.waiting {
		s.change(c)
	}
	clear(s.waiting)
	s.listing = false
}

// follow hands the watch's events to the table until the watch fails.
func (s *session) follow(w *events) error {
	for {
		ev, err := w.next()
		if err != nil {
			return err
		}
		s.mu.Lock()
		r, ok := row(s.Name, ev.GetApplication(), s.names)
		if c := (change{r, ev.GetType() == eventDeleted}); ok {
			if s.listing {
				s.waiting[r.Key()] = c
			} else {
				s.change(c)
			}
		}
		s.mu.Unlock()
		if now := time.Now(); now.Sub(s.lastSeen) > time.Second {
			s.lastSeen = now
			s.table.Seen(s.Name)
		}
	}
}

// change does what an event says unless the table already has something newer,
// as after a list that was taken later than the event.
func (s *session) change(c change) {
	if old, ok := s.table.Get(c.row.Key()); ok && older(c.row.ResourceVersion, old.ResourceVersion) {
		return
	}
	if c.deleted {
		s.table.Delete(c.row.Key())
	} else {
		s.table.Upsert(c.row)
	}
}

// older reports whether resource version a was given before b. Versions of one
// kind of resource grow; ones that are no numbers are never older.
func older(a, b string) bool {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	return errX == nil && errY == nil && x < y
}

func places(rows []live.Application) []place {
	out := make([]place, len(rows))
	for n := range rows {
		out[n] = place{rows[n].Project, rows[n].Name}
	}
	return out
}
