package argocd

import (
	"context"
	"time"

	"deckplan/internal/live"
)

// tryLimit bounds an attempt.
const tryLimit = 10 * time.Second

// Try connects once and tells what works, within ten seconds. It keeps nothing,
// and what it may call is what every connection may. Where the time does not
// suffice to ask for every right, what was found until then counts and nothing
// found is unknown.
func Try(ctx context.Context, c Connection, o Options) live.Trial {
	ctx, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	o = o.withDefaults()
	out := live.Trial{CanWrite: live.WriteCheck{State: live.WriteUnknown}}
	cl, err := dial(c, o)
	if err != nil {
		out.Reason, out.Detail = classify(err, nil)
		return out
	}
	defer cl.close()
	out.Version, err = cl.version(ctx)
	if err == nil {
		out.Account, err = cl.account(ctx)
	}
	out.Transport, out.Until = cl.seen.transport()
	if err != nil {
		out.Reason, out.Detail = classify(err, cl.seen)
		return out
	}
	projects, _ := cl.projects(ctx) // one that may see none is asked for all at once
	cut := false
	ask := func(ctx context.Context, q probe) (yes, ok bool, err error) {
		if ctx.Err() == nil {
			yes, ok, err = cl.canI(ctx, q)
		}
		if ctx.Err() != nil {
			cut = true
			return false, false, nil
		}
		return yes, ok, err
	}
	out.CanWrite, err = newProber().round(ctx, ask, projects, nil, o.Now)
	if err != nil {
		out.Reason, out.Detail = classify(err, cl.seen)
	}
	if cut && out.CanWrite.State == live.WriteNone {
		out.CanWrite.State = live.WriteUnknown
	}
	return out
}

// transport tells how the connection was made, and when its certificate ends.
func (h *handshakes) transport() (live.Transport, time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !h.completed:
		return live.NoTransport, time.Time{}
	case h.tls == nil:
		return live.PlainText, time.Time{}
	}
	var until time.Time
	for _, one := range h.tls.PeerCertificates[:min(1, len(h.tls.PeerCertificates))] {
		until = one.NotAfter
	}
	if len(h.tls.VerifiedChains) == 0 {
		return live.Unverified, until
	}
	return live.Verified, until
}
