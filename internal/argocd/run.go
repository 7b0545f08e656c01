package argocd

import (
	"cmp"
	"context"
	"log/slog"
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
	RetryMin         time.Duration // before the first retry; 0.5 s
	RetryMax         time.Duration // between retries at most; 1 min
	MaxMessage       int           // bytes of the largest answer accepted; 256 MiB
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
	o.RetryMin = cmp.Or(o.RetryMin, 500*time.Millisecond)
	o.RetryMax = cmp.Or(o.RetryMax, time.Minute)
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
}

func (i *instance) publish() { i.table.SetStatus(i.Name, i.status) }

// settled is how long a session must have lasted for the next failure to be
// retried at once again.
const settled = 10 * time.Second

func (i *instance) run(ctx context.Context) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = i.options.RetryMin, i.options.RetryMax
	wait.Reset()
	for {
		began := time.Now()
		connected, seen, err := i.session(ctx)
		if ctx.Err() != nil {
			return
		}
		reason, detail := classify(err, seen)
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
		i.log.Info("Argo CD instance is connected", "version", i.status.Version, "account", i.status.Account)
	}
	i.status.State, i.status.Reason, i.status.Detail = live.Connected, live.NoReason, ""
	i.publish()
}
