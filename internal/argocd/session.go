package argocd

import (
	"context"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/live"
)

// session is one connection's life: a watch whose events go to the table, and
// complete lists now and then that repair what the watch missed. While a list
// is under way events wait, the newest of each application, and are applied
// after it.
type session struct {
	*instance
	client   client
	prober   *prober
	replays  bool          // the list is above the size limit
	listed   bool          // the first list is in the table
	lastSeen time.Time     // when the watch last noted that the server lives
	doubt    chan struct{} // the watch told of something that a list must clear up

	mu      sync.Mutex
	listing bool
	settled time.Time         // when the last list was applied
	size    int               // applications in the table
	names   map[string]string // clusters by server URL, for the watch; replaced, never changed
	waiting map[live.Key]change
}

// change is what a watch event does to one application.
type change struct {
	row     live.Application
	deleted bool
}

// session runs one connection until it fails or ctx is done. It reports whether
// the first list was completed, and why the session ended.
func (i *instance) session(ctx context.Context) (connected bool, reason live.Reason, detail string) {
	known := live.NoProtocol
	if !i.chosen.IsZero() && time.Since(i.chosen) < i.options.Reconsider {
		known = live.REST
	}
	a := open(ctx, i.Connection, i.options, known)
	defer a.leave()
	if a.err != nil {
		i.chosen = time.Time{}
		reason, detail = a.reason()
		return false, reason, detail
	}
	switch {
	case a.protocol() == live.GRPC:
		i.chosen = time.Time{}
	case i.chosen.IsZero():
		i.chosen = time.Now()
	}
	i.share(a)
	defer i.share(nil)
	s := &session{instance: i, client: a, prober: newProber(), listing: true, doubt: make(chan struct{}, 1), waiting: map[live.Key]change{}}
	s.status.Version, s.status.Account, s.status.Protocol = a.release, a.name, a.protocol()
	s.table.Seen(s.Name)
	err := s.run(ctx)
	reason, detail = classify(err, a.met())
	return s.listed, reason, detail
}

// run watches and lists until one of them fails.
func (s *session) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// The watch is open before the first list is asked for, so what changes in
	// between is not lost.
	w, err := s.client.watch(ctx, "1")
	if err != nil {
		return err
	}
	var watching sync.WaitGroup
	watching.Go(func() { cancel(s.follow(w)) })
	err = s.poll(ctx)
	if cause := context.Cause(ctx); cause != nil {
		err = cause // poll failed only because the watch had
	}
	cancel(nil)
	watching.Wait()
	return err
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
		case <-s.doubt:
			relist.Reset(0)
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
	known := scope(ctx, s.client, s.filter(), s.table.Scope(s.Name))
	s.table.SetScope(s.Name, known)
	s.status.Expires = expires(ctx, s.client, s.status.Account)
	byServer := names(known.Clusters)
	s.mu.Lock()
	s.listing, s.names = true, byServer
	s.mu.Unlock()
	rows, err := s.snapshot(ctx, byServer)
	if err != nil {
		return err
	}
	s.apply(rows)
	s.table.Seen(s.Name)
	s.listed = true
	s.up()
	check, err := s.prober.round(ctx, s.client.canI, probed(s.filter(), known.Projects), places(rows), s.options.Now)
	s.status.CanWrite = check
	s.publish()
	return err
}

// snapshot reads every application, by a list or, where that is too large, by
// the replay of a watch.
func (s *session) snapshot(ctx context.Context, names map[string]string) ([]live.Application, error) {
	var rows []live.Application
	most, many := s.options.MaxApplications, false
	each := func(a application) {
		if many = len(rows) == most; many {
			return
		}
		if r, ok := row(s.Name, a, names); ok {
			rows = append(rows, r)
		}
	}
	if !s.replays {
		err := s.client.list(ctx, each)
		if many {
			return nil, errTooMany
		}
		if status.Code(err) != codes.ResourceExhausted {
			return rows, err
		}
		s.log.Info("the list of applications is above the size limit; reading it through a watch")
		s.replays, rows = true, nil
	}
	most *= 2 // there may be two replays, each bounded by itself
	err := replay(ctx, s.client, s.options, each)
	// A server that paused may have been taken to be done. What two replays lack
	// is gone.
	if known, _ := s.table.Instance(s.Name); err == nil && len(rows) < known.Applications {
		err = replay(ctx, s.client, s.options, each)
	}
	return rows, err
}

// apply makes the table equal to a list and then does what the watch reported
// meanwhile.
func (s *session) apply(rows []live.Application) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.table.Reconcile(s.Name, rows)
	s.log.Debug("list", "applications", len(rows), "added", d.Added, "changed", d.Changed, "deleted", d.Deleted)
	s.settled, s.size = time.Now(), len(rows)
	for _, c := range s.waiting {
		s.change(c)
	}
	clear(s.waiting)
	s.listing = false
}

// follow hands the watch's events to the table until the watch fails.
func (s *session) follow(w events) error {
	for {
		ev, err := w.next()
		if err != nil {
			return err
		}
		if err := s.take(ev); err != nil {
			return err
		}
		if now := time.Now(); now.Sub(s.lastSeen) > time.Second {
			s.lastSeen = now
			s.table.Seen(s.Name)
		}
	}
}

// take does what an event says, or keeps it until the list under way is done.
func (s *session) take(ev event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := row(s.Name, ev.app, s.names)
	c := change{r, ev.kind == eventDeleted}
	switch {
	case !ok:
	case s.listing:
		s.waiting[r.Key()] = c
	default:
		s.change(c)
	}
	if max(len(s.waiting), s.size) > s.options.MaxApplications {
		return errTooMany
	}
	return nil
}

// change does what an event says unless the table already has something newer,
// as after a list that was taken later than the event. Where that was long ago,
// the server's history may have begun anew: only a list can tell.
func (s *session) change(c change) {
	// An event that waited may be from before the clusters' names were read.
	if name := s.names[c.row.Server]; name != "" && c.row.Cluster == c.row.Server {
		c.row.Cluster = name
	}
	old, known := s.table.Get(c.row.Key())
	if known && older(c.row.ResourceVersion, old.ResourceVersion) {
		if time.Since(s.settled) > s.options.Settle {
			select {
			case s.doubt <- struct{}{}:
			default:
			}
		}
		return
	}
	switch {
	case !c.deleted:
		s.table.Upsert(c.row)
		if !known {
			s.size++
		}
	case known:
		s.table.Delete(c.row.Key())
		s.size--
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
