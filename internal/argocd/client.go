package argocd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	accountrpc "github.com/argoproj/argo-cd/v2/pkg/apiclient/account"
	sessionrpc "github.com/argoproj/argo-cd/v2/pkg/apiclient/session"
	versionrpc "github.com/argoproj/argo-cd/v2/pkg/apiclient/version"

	"deckplan/internal/argocd/wire"
)

// client makes the calls this package may make, each with a deadline but Watch.
type client struct {
	cc      *grpc.ClientConn
	seen    *handshakes
	options Options
}

// close ends the connection. What it waits for, such as a name being looked
// up, can take seconds, and nobody need wait for that.
func (c *client) close() { go func() { _ = c.cc.Close() }() }

func (c *client) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.options.CallTimeout)
}

// version asks for the server's version, which needs no token.
func (c *client) version(ctx context.Context) (string, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	m, err := versionrpc.NewVersionServiceClient(c.cc).Version(ctx, &emptypb.Empty{})
	if err != nil {
		return "", fmt.Errorf("version: %w", err)
	}
	return clip(c.seen.redact(m.GetVersion()), maxName), nil
}

// account asks who the token is. A token the server does not accept is an
// Unauthenticated error, though Argo CD answers it without one.
func (c *client) account(ctx context.Context) (string, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	m, err := sessionrpc.NewSessionServiceClient(c.cc).GetUserInfo(ctx, &sessionrpc.GetUserInfoRequest{})
	if err != nil {
		return "", fmt.Errorf("user info: %w", err)
	}
	if !m.GetLoggedIn() {
		return "", status.Error(codes.Unauthenticated, "user info: not logged in")
	}
	return clip(c.seen.redact(m.GetUsername()), maxName), nil
}

// clusters returns the names of the clusters the token may see by server URL.
func (c *client) clusters(ctx context.Context) (map[string]string, error) {
	all, err := c.clusterList(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(all))
	for _, i := range all {
		server, name := clip(i.GetServer(), maxURL), clip(i.GetName(), maxName)
		if old, ok := names[server]; name != "" && (!ok || name < old) {
			names[server] = name
		}
	}
	return names, nil
}

// clusterList returns the clusters the token may see; none where it may see
// none.
func (c *client) clusterList(ctx context.Context) ([]*wire.Cluster, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	var l wire.ClusterList
	if err := c.cc.Invoke(ctx, methodClusters, &wire.ClusterQuery{}, &l); err != nil {
		return nil, fmt.Errorf("clusters: %w", err)
	}
	return l.GetItems(), nil
}

// projects returns the names of the projects the token may see.
func (c *client) projects(ctx context.Context) ([]string, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	var l wire.AppProjectList
	if err := c.cc.Invoke(ctx, methodProjects, &wire.ProjectQuery{}, &l); err != nil {
		return nil, fmt.Errorf("projects: %w", err)
	}
	var names []string
	for _, i := range l.GetItems() {
		if name := i.GetMetadata().GetName(); name != "" && len(name) <= maxName {
			names = append(names, name)
		}
	}
	return names, nil
}

// list calls each for every application the token may see.
func (c *client) list(ctx context.Context, each func(*wire.Application)) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.ListTimeout)
	defer cancel()
	if err := c.cc.Invoke(ctx, methodList, &wire.ApplicationQuery{}, &applicationList{each}); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	return nil
}

// events is an open watch.
type events struct{ stream grpc.ClientStream }

// watch opens a watch. With resourceVersion "" the server first sends every
// application as ADDED; with "1" it sends only what happens from now on.
func (c *client) watch(ctx context.Context, resourceVersion string) (*events, error) {
	s, err := c.cc.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, methodWatch)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	q := &wire.ApplicationQuery{}
	if resourceVersion != "" {
		q.ResourceVersion = proto.String(resourceVersion)
	}
	if err := s.SendMsg(q); err != nil && !errors.Is(err, io.EOF) { // EOF: Recv knows why
		return nil, fmt.Errorf("watch: %w", err)
	}
	if err := s.CloseSend(); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return &events{s}, nil
}

// next waits for an event. That the server ended the stream is an error.
func (e *events) next() (*wire.ApplicationWatchEvent, error) {
	var ev wire.ApplicationWatchEvent
	switch err := e.stream.RecvMsg(&ev); {
	case errors.Is(err, io.EOF):
		return nil, status.Error(codes.Unavailable, "watch: the server ended the stream")
	case err != nil:
		return nil, fmt.Errorf("watch: %w", err)
	}
	return &ev, nil
}

// errQuiet ends a replay.
var errQuiet = errors.New("no more applications come")

// replay reads all applications from a fresh watch, for servers whose list is
// above the size limit. Its end is not marked: it is over when no ADDED event
// came for the quiet time. As such a server has many, none at all is an error.
func (c *client) replay(ctx context.Context, each func(*wire.Application)) error {
	ctx, stop := context.WithTimeout(ctx, c.options.ListTimeout)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w, err := c.watch(ctx, "")
	if err != nil {
		return err
	}
	var idle *time.Timer
	for {
		ev, err := w.next()
		switch {
		case err != nil && context.Cause(ctx) == errQuiet:
			return nil
		case err != nil:
			return err
		case ev.GetType() != eventAdded || ev.GetApplication() == nil:
			continue
		case idle == nil:
			idle = time.AfterFunc(c.options.ReplayQuiet, func() { cancel(errQuiet) })
			defer idle.Stop()
		default:
			idle.Reset(c.options.ReplayQuiet)
		}
		each(ev.GetApplication())
	}
}

// canI asks whether the token may do something; ok is false where the server
// does not know the question.
func (c *client) canI(ctx context.Context, p probe) (yes, ok bool, err error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	m, err := accountrpc.NewAccountServiceClient(c.cc).CanI(ctx, &accountrpc.CanIRequest{Resource: p.resource, Action: p.action, Subresource: p.object})
	switch status.Code(err) {
	case codes.OK:
		return m.GetValue() == "yes", m.GetValue() == "yes" || m.GetValue() == "no", nil
	case codes.InvalidArgument, codes.Unimplemented, codes.PermissionDenied:
		return false, false, nil
	}
	return false, false, fmt.Errorf("can-i: %w", err)
}
