package argocd

import (
	"context"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"deckplan/internal/live"
)

// attempt is a connection that was tried: with a client unless the
// configuration is at fault, and an error unless all is well.
type attempt struct {
	client
	name    string // the account's
	release string // the server's version
	err     error
}

// reason tells why it failed.
func (a attempt) reason() (live.Reason, string) {
	if a.client == nil {
		return classify(a.err, nil)
	}
	return classify(a.err, a.met())
}

// leave ends the connection, if there is one.
func (a attempt) leave() {
	if a.client != nil {
		a.close()
	}
}

// open connects and learns who answers and who the token is. Unless the
// connection names a protocol, it tries gRPC and, where HTTP/2 does not get
// through, REST. A server below a path can only be read over REST; where known
// is REST, gRPC is not tried again.
func open(ctx context.Context, c Connection, o Options, known live.Protocol) attempt {
	if c.Protocol == live.REST || c.Protocol == live.NoProtocol && (known == live.REST || c.root() != "") {
		return greet(ctx, c, o, live.REST)
	}
	a := greet(ctx, c, o, live.GRPC)
	if a.err == nil || c.Protocol == live.GRPC {
		return a
	}
	if reason, _ := a.reason(); reason != live.HTTP2Blocked {
		return a
	}
	a.leave()
	return greet(ctx, c, o, live.REST)
}

func greet(ctx context.Context, c Connection, o Options, p live.Protocol) (a attempt) {
	if p == live.REST {
		cl, err := dialREST(c, o)
		if err != nil {
			return attempt{err: err}
		}
		a.client = cl
	} else {
		cl, err := dialGRPC(c, o)
		if err != nil {
			return attempt{err: err}
		}
		a.client = cl
	}
	if a.release, a.err = a.version(ctx); a.err == nil {
		a.name, a.err = a.account(ctx)
	}
	return a
}

// issuer is what Argo CD calls itself in the tokens it makes.
const issuer = "argocd"

// expires tells when the token ends: as it says itself, or as its account's list
// of tokens says, whichever is earlier. Zero is never, or not known.
func expires(ctx context.Context, c client, account string) time.Time {
	var own jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(c.sent(), &own); err != nil {
		return time.Time{} // not one of Argo CD's own
	}
	var out time.Time
	if own.ExpiresAt != nil {
		out = own.ExpiresAt.UTC()
	}
	if own.Issuer != issuer || own.ID == "" {
		return out
	}
	tokens, err := c.tokens(ctx, account)
	if err != nil { // an account that the server does not keep, or may not read itself
		return out
	}
	for _, t := range tokens {
		if at := time.Unix(t.ExpiresAt, 0).UTC(); t.ID == own.ID && t.ExpiresAt > 0 && (out.IsZero() || at.Before(out)) {
			out = at
		}
	}
	return out
}

// names are the clusters' names by server URL.
func names(clusters []live.Cluster) map[string]string {
	out := make(map[string]string, len(clusters))
	for _, c := range clusters {
		if old, ok := out[c.Server]; c.Name != "" && (!ok || c.Name < old) {
			out[strings.Clone(c.Server)] = c.Name
		}
	}
	return out
}
