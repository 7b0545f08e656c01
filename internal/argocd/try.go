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
	a := open(ctx, c, o, live.NoProtocol)
	defer a.leave()
	out.Version, out.Account = a.release, a.name
	if a.client != nil {
		out.Transport, out.Until = a.met().transport()
		out.Fingerprint = a.met().fingerprint()
	}
	if out.Transport == live.Unverified && c.Pin != "" {
		out.Transport = live.Pinned
	}
	if out.Version != "" {
		out.Protocol = a.protocol()
		out.Fallback = out.Protocol == live.REST && c.Protocol == live.NoProtocol && c.root() == ""
	}
	if a.err != nil {
		out.Reason, out.Detail = a.reason()
		return out
	}
	out.Expires = expires(ctx, a, a.name)
	projects, apps := sees(ctx, a, c.filter(), &out)
	var err error
	cut := false
	ask := func(ctx context.Context, q probe) (yes, ok bool, err error) {
		if ctx.Err() == nil {
			yes, ok, err = a.canI(ctx, q)
		}
		if ctx.Err() != nil {
			cut = true
			return false, false, nil
		}
		return yes, ok, err
	}
	out.CanWrite, err = newProber().round(ctx, ask, projects, apps, o.Now)
	if err != nil {
		out.Reason, out.Detail = classify(err, a.met())
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
func sees(ctx context.Context, c client, f filter, out *live.Trial) (projects []string, apps []place) {
	ctx, cancel := context.WithTimeout(ctx, seeLimit)
	defer cancel()
	n := 0
	err := c.projects(ctx, func(p *wire.AppProject) {
		if name := p.GetMetadata().GetName(); name != "" && len(name) <= maxName && f.holds(name) {
			if n++; n <= maxScope {
				projects = append(projects, name)
			}
		}
	})
	if err == nil {
		out.Projects = n
	}
	n = 0
	if c.clusters(ctx, func(*wire.Cluster) { n++ }) == nil {
		out.Clusters = n
	}
	n = 0
	err = c.list(ctx, func(a application) {
		if n++; len(apps) < maxTriedApps {
			apps = append(apps, place{a.GetSpec().GetProject(), a.GetMetadata().GetName()})
		}
	})
	if err == nil {
		out.Applications = n
	}
	if len(f.projects) > 0 {
		projects = f.projects
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
