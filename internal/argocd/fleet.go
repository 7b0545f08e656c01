package argocd

import (
	"context"
	"log/slog"
	"sync"

	"deckplan/internal/live"
)

// Fleet keeps a table current with connections that come, change and go while
// it runs. Instances are independent: one that fails is retried with growing
// waits while the others go on. It is safe for concurrent use.
type Fleet struct {
	table   *live.Table
	log     *slog.Logger
	options Options
	ctx     context.Context
	end     context.CancelFunc

	changing sync.Mutex // held through a change, so that one follows another
	mu       sync.RWMutex
	members  map[string]*member
}

// member is one connection's watch.
type member struct {
	connection Connection
	instance   *instance
	stop       context.CancelFunc
	done       chan struct{}
}

// NewFleet makes a fleet without connections.
func NewFleet(table *live.Table, log *slog.Logger, o Options) *Fleet {
	ctx, end := context.WithCancel(context.Background())
	return &Fleet{table: table, log: log, options: o.withDefaults(), ctx: ctx, end: end, members: map[string]*member{}}
}

// Set starts to watch an instance, or watches it by this connection from now
// on. Its rows stay unless it is another server's. A connection that is as
// before is left alone.
func (f *Fleet) Set(name string, c Connection) {
	f.changing.Lock()
	defer f.changing.Unlock()
	c.Name = name
	old, known := f.Connection(name)
	if known && old == c || f.ctx.Err() != nil {
		return
	}
	f.halt(name)
	if i, shown := f.table.Instance(name); shown && i.URL != c.URL {
		f.table.Forget(name)
	}
	i := &instance{Connection: c, table: f.table, log: f.log.With("instance", name), options: f.options,
		status: live.Status{URL: c.URL, State: live.Connecting, CanWrite: live.WriteCheck{State: live.WriteUnknown}}}
	i.publish()
	ctx, stop := context.WithCancel(f.ctx)
	m := &member{connection: c, instance: i, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(m.done)
		i.run(ctx)
	}()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.members[name] = m
}

// Refuse shows an instance that cannot be watched, and why. A watch of it ends;
// its rows stay unless they are another server's.
func (f *Fleet) Refuse(name, url string, reason live.Reason) {
	f.changing.Lock()
	defer f.changing.Unlock()
	f.halt(name)
	if i, shown := f.table.Instance(name); shown && i.URL != url {
		f.table.Forget(name)
	}
	f.log.Warn("Argo CD instance cannot be watched", "instance", name, "reason", string(reason))
	f.table.SetStatus(name, live.Status{URL: url, State: live.Down, Reason: reason, CanWrite: live.WriteCheck{State: live.WriteUnknown}})
}

// Remove ends the watch of an instance and takes its rows from the table.
func (f *Fleet) Remove(name string) {
	f.changing.Lock()
	defer f.changing.Unlock()
	f.halt(name)
	f.table.Forget(name)
}

// halt ends a watch and waits until it writes no more.
func (f *Fleet) halt(name string) {
	f.mu.Lock()
	m := f.members[name]
	delete(f.members, name)
	f.mu.Unlock()
	if m != nil {
		m.stop()
		<-m.done
	}
}

// Connection gives the connection of an instance that is watched.
func (f *Fleet) Connection(name string) (Connection, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	m := f.members[name]
	if m == nil {
		return Connection{}, false
	}
	return m.connection, true
}

// Close ends all watches and returns when they have ended. Rows stay.
func (f *Fleet) Close() {
	f.end()
	f.changing.Lock()
	defer f.changing.Unlock()
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, m := range f.members {
		<-m.done
	}
}
