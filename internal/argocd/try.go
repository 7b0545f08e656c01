package argocd

import (
	"context"
	"time"

	"deckplan/internal/argocd/wire"
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
	out := live.Trial{Applications: -1, Clusters: -1, Projects: -1, CanWrite: live.WriteCheck{State: live.WriteUnknown}}
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
	out.Fingerprint = cl.seen.fingerprint()
	if out.Transport == live.Unverified && c.Pin != "" {
		out.Transport = live.Pinned
	}
	if out.Version != "" {
		out.Protocol = live.GRPC
		out.Fallback = out.Protocol == live.REST && c.Protocol == live.NoProtocol
	}
	if err != nil {
		out.Reason, out.Detail = classify(err, cl.seen)
		return out
	}
	projects, apps := cl.sees(ctx, &out)
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
	out.CanWrite, err = newProber().round(ctx, ask, projects, apps, o.Now)
	if err != nil {
		out.Reason, out.Detail = classify(err, cl.seen)
	}
	if cut && out.CanWrite.State == live.WriteNone {
		out.CanWrite.State = live.WriteUnknown
	}
	return out
}

// seeLimit is how long a trial looks at what a token sees, so that time is left
// to ask what it may do.
const seeLimit = tryLimit / 2

// maxTriedApps are asked about one by one in a trial; what is watched is asked
// about in more rounds.
const maxTriedApps = 5

// sees counts what the token sees, and names projects and some applications to
// ask about: a token that sees no projects is asked about all at once.
func (c *client) sees(ctx context.Context, out *live.Trial) (projects []string, apps []place) {
	ctx, cancel := context.WithTimeout(ctx, seeLimit)
	defer cancel()
	projects, err := c.projects(ctx)
	if err == nil {
		out.Projects = len(projects)
	}
	if clusters, err := c.clusterList(ctx); err == nil {
		out.Clusters = len(clusters)
	}
	n := 0
	err = c.list(ctx, func(a *wire.Application) {
		if n++; len(apps) < maxTriedApps {
			apps = append(apps, place{a.GetSpec().GetProject(), a.GetMetadata().GetName()})
		}
	})
	if err == nil {
		out.Applications = n
	}
	return projects, apps
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
