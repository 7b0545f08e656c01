package argocd

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"deckplan/internal/live"
)

// Options tune a Fleet. Zero values mean the defaults given with each.
type Options struct {
	Relist           time.Duration // between complete lists; 3 min
	Heartbeat        time.Duration // between small calls that prove the server answers and the token holds; 30 s
	CallTimeout      time.Duration // of every small call; 15 s
	ListTimeout      time.Duration // of a complete list; 2 min
	DialTimeout      time.Duration // of TCP and TLS together; 10 s
	ReplayQuiet      time.Duration // silence that ends a replay; 3 s
	Keepalive        time.Duration // between HTTP/2 pings; 20 s, at least 10 s
	KeepaliveTimeout time.Duration // for a ping's answer; 10 s
	Silence          time.Duration // of a stream over REST that gave signs of life (Argo CD: every 15 s) until it is given up; 1 min
	RetryMin         time.Duration // before the first retry; 0.5 s
	RetryMax         time.Duration // between retries at most; 1 min
	Reconsider       time.Duration // until gRPC is tried again where REST was needed; 1 h
	Settle           time.Duration // after a list, in which events that it already knew may still come; 5 s
	MaxMessage       int           // bytes of the largest answer accepted; 256 MiB
	MaxApplications  int           // of one instance; 250,000
	Now              func() time.Time
}

func (o Options) withDefaults() Options {
	o.Relist = cmp.Or(o.Relist, 3*time.Minute)
	o.Heartbeat = cmp.Or(o.Heartbeat, 30*time.Second)
	o.CallTimeout = cmp.Or(o.CallTimeout, 15*time.Second)
	o.ListTimeout = cmp.Or(o.ListTimeout, 2*time.Minute)
	o.DialTimeout = cmp.Or(o.DialTimeout, 10*time.Second)
	o.ReplayQuiet = cmp.Or(o.ReplayQuiet, 3*time.Second)
	o.Keepalive = cmp.Or(o.Keepalive, 20*time.Second)
	o.KeepaliveTimeout = cmp.Or(o.KeepaliveTimeout, 10*time.Second)
	o.Silence = cmp.Or(o.Silence, time.Minute)
	o.RetryMin = cmp.Or(o.RetryMin, 500*time.Millisecond)
	o.RetryMax = cmp.Or(o.RetryMax, time.Minute)
	o.Reconsider = cmp.Or(o.Reconsider, time.Hour)
	o.Settle = cmp.Or(o.Settle, 5*time.Second)
	o.MaxApplications = cmp.Or(o.MaxApplications, 250_000)
	o.MaxMessage = cmp.Or(o.MaxMessage, 256<<20)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// instance keeps one connection's rows current.
type instance struct {
	Connection
	table   *live.Table
	log     *slog.Logger
	options Options
	status  live.Status // as last published; only run's goroutine touches it
	chosen  time.Time   // when REST was found to be needed; zero if it was not

	mu   sync.Mutex
	open client // of the session that is under way; nil where none is
}

// share lets others use a session's client, or none.
func (i *instance) share(c client) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.open = c
}

// shared is the client of the session under way, or nil.
func (i *instance) shared() client {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.open
}

// backoff are the waits between retries: they grow, and differ by chance so that
// many who lost one server do not come back at once.
func (o Options) backoff() *backoff.ExponentialBackOff {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval, wait.RandomizationFactor = o.RetryMin, o.RetryMax, 0.5
	wait.Reset()
	return wait
}

func (i *instance) publish() { i.table.SetStatus(i.Name, i.status) }

// settled is how long a session must have lasted for the next failure to be
// retried at once again.
const settled = 10 * time.Second

func (i *instance) run(ctx context.Context) {
	wait := i.options.backoff()
	for {
		began := time.Now()
		connected, reason, detail := i.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if connected && time.Since(began) >= min(settled, i.options.RetryMax) {
			wait.Reset()
		}
		// A connection that only broke is tried once more before it is called
		// down: proxies cut idle streams, and servers restart.
		if !connected || reason != live.Unreachable {
			i.down(reason, detail)
		} else {
			i.log.Debug("connection lost", "detail", detail)
		}
		pause := time.NewTimer(wait.NextBackOff())
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

func (i *instance) down(reason live.Reason, detail string) {
	if i.status.State != live.Down || i.status.Reason != reason {
		i.log.Warn("Argo CD instance is down", "reason", string(reason), "detail", detail)
	}
	i.status.State, i.status.Reason, i.status.Detail = live.Down, reason, detail
	i.publish()
}

func (i *instance) up() {
	if i.status.State != live.Connected {
		i.log.Info("Argo CD instance is connected", "version", i.status.Version, "account", i.status.Account, "protocol", string(i.status.Protocol))
	}
	i.status.State, i.status.Reason, i.status.Detail = live.Connected, live.NoReason, ""
	i.publish()
}
