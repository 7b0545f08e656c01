package argocd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// client makes the calls this package may make, each with a deadline but watch.
// Its errors carry a gRPC code, whatever the protocol.
type client interface {
	// version asks for the server's version, which needs no token.
	version(ctx context.Context) (string, error)
	// account asks who the token is. A token the server does not accept is an
	// Unauthenticated error, though Argo CD answers it without one.
	account(ctx context.Context) (string, error)
	// tokens lists the tokens of an account, without their secret.
	tokens(ctx context.Context, account string) ([]accountToken, error)
	// clusters and projects call each for those the token may see; for none where
	// it may see none.
	clusters(ctx context.Context, each func(*wire.Cluster)) error
	projects(ctx context.Context, each func(*wire.AppProject)) error
	// list calls each for every application the token may see and the
	// connection is about.
	list(ctx context.Context, each func(application)) error
	// watch opens a watch. With resourceVersion "" the server first sends every
	// application as ADDED; with "1" it sends only what happens from now on.
	watch(ctx context.Context, resourceVersion string) (events, error)
	// canI asks whether the token may do something; ok is false where the
	// server does not know the question.
	canI(ctx context.Context, p probe) (yes, ok bool, err error)
	// get reads one application in full.
	get(ctx context.Context, namespace, name string) (*whole, error)

	met() *handshakes
	protocol() live.Protocol
	sent() string // the token
	close()
}

// events is an open watch.
type events interface {
	// next waits for an event. That the server ended the stream is an error.
	next() (event, error)
}

// Limits of what one answer may hold, in bytes; lists may hold
// Options.MaxMessage.
const (
	maxApplicationText = 4 << 20 // one application; Kubernetes keeps 1.5 MB of one
	maxSmall           = 1 << 20 // who the token is, what it may do
)

var (
	errEnded       = status.Error(codes.Unavailable, "watch: the server ended the stream")
	errNotLoggedIn = status.Error(codes.Unauthenticated, "user info: not logged in")
)

// accountToken is what an account's list says of a token.
type accountToken struct {
	ID        string `json:"id"`
	ExpiresAt int64  `json:"expiresAt"` // in seconds; 0 for never
}

// filter is what a connection is about: all if empty.
type filter struct {
	projects []string
	selector string
}

func (c Connection) filter() filter {
	f := filter{selector: strings.TrimSpace(c.Selector)}
	for _, p := range strings.Split(c.Projects, ",") {
		if p = strings.TrimSpace(p); p != "" {
			f.projects = append(f.projects, p)
		}
	}
	return f
}

// errQuiet ends a replay.
var errQuiet = errors.New("no more applications come")

// replay reads all applications from a fresh watch, for servers whose list is
// above the size limit. Its end is not marked: it is over when no ADDED event
// came for the quiet time. As such a server has many, none at all is an error.
func replay(ctx context.Context, c client, o Options, each func(application)) error {
	ctx, stop := context.WithTimeout(ctx, o.ListTimeout)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w, err := c.watch(ctx, "")
	if err != nil {
		return err
	}
	var idle *time.Timer
	for n := 0; ; {
		ev, err := w.next()
		switch {
		case err != nil && context.Cause(ctx) == errQuiet:
			return nil
		case err != nil:
			return err
		case ev.kind != eventAdded || ev.app.Application == nil:
			continue
		case idle == nil:
			idle = time.AfterFunc(o.ReplayQuiet, func() { cancel(errQuiet) })
			defer idle.Stop()
		default:
			idle.Reset(o.ReplayQuiet)
		}
		if n++; n > o.MaxApplications {
			return errTooMany
		}
		each(ev.app)
	}
}

// errTooMany says that an instance has more applications than memory is for.
var errTooMany = status.Error(codes.ResourceExhausted, "more applications than are accepted of one instance")

// allows reads an answer to canI.
func allows(value string, err error) (yes, ok bool, _ error) {
	switch status.Code(err) {
	case codes.OK:
		return value == "yes", value == "yes" || value == "no", nil
	case codes.InvalidArgument, codes.Unimplemented, codes.PermissionDenied:
		return false, false, nil
	}
	return false, false, fmt.Errorf("can-i: %w", err)
}
