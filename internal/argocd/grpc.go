package argocd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	accountrpc "github.com/argoproj/argo-cd/v2/pkg/apiclient/account"
	sessionrpc "github.com/argoproj/argo-cd/v2/pkg/apiclient/session"
	versionrpc "github.com/argoproj/argo-cd/v2/pkg/apiclient/version"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// grpcClient calls over HTTP/2.
type grpcClient struct {
	cc      *grpc.ClientConn
	seen    *handshakes
	token   *tokenSource
	filter  filter
	options Options
}

// close ends the connection. What it waits for, such as a name being looked
// up, can take seconds, and nobody need wait for that.
func (c *grpcClient) close() { go func() { _ = c.cc.Close() }() }

func (c *grpcClient) met() *handshakes { return c.seen }

func (c *grpcClient) protocol() live.Protocol { return live.GRPC }

func (c *grpcClient) sent() string { return c.token.current() }

// small and single bound the answers of calls that give no list.
func (c *grpcClient) small() grpc.CallOption  { return c.most(maxSmall) }
func (c *grpcClient) single() grpc.CallOption { return c.most(maxApplicationText) }

func (c *grpcClient) most(bytes int) grpc.CallOption {
	return grpc.MaxCallRecvMsgSize(min(bytes, c.options.MaxMessage))
}

func (c *grpcClient) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.options.CallTimeout)
}

func (c *grpcClient) version(ctx context.Context) (string, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	m, err := versionrpc.NewVersionServiceClient(c.cc).Version(ctx, &emptypb.Empty{}, c.small())
	if err != nil {
		return "", fmt.Errorf("version: %w", err)
	}
	return clip(c.seen.redact(m.GetVersion()), maxName), nil
}

func (c *grpcClient) account(ctx context.Context) (string, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	m, err := sessionrpc.NewSessionServiceClient(c.cc).GetUserInfo(ctx, &sessionrpc.GetUserInfoRequest{}, c.small())
	if err != nil {
		return "", fmt.Errorf("user info: %w", err)
	}
	if !m.GetLoggedIn() {
		return "", errNotLoggedIn
	}
	return clip(c.seen.redact(m.GetUsername()), maxName), nil
}

func (c *grpcClient) tokens(ctx context.Context, account string) ([]accountToken, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	m, err := accountrpc.NewAccountServiceClient(c.cc).GetAccount(ctx, &accountrpc.GetAccountRequest{Name: account}, c.small())
	if err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	var out []accountToken
	for _, t := range m.GetTokens() {
		out = append(out, accountToken{ID: t.GetId(), ExpiresAt: t.GetExpiresAt()})
	}
	return out, nil
}

func (c *grpcClient) clusters(ctx context.Context, each func(*wire.Cluster)) error {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	if err := c.cc.Invoke(ctx, methodClusters, &wire.ClusterQuery{}, &wireList[wire.Cluster, *wire.Cluster]{each}); err != nil {
		return fmt.Errorf("clusters: %w", err)
	}
	return nil
}

func (c *grpcClient) projects(ctx context.Context, each func(*wire.AppProject)) error {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	if err := c.cc.Invoke(ctx, methodProjects, &wire.ProjectQuery{}, &wireList[wire.AppProject, *wire.AppProject]{each}); err != nil {
		return fmt.Errorf("projects: %w", err)
	}
	return nil
}

func (c *grpcClient) list(ctx context.Context, each func(application)) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.ListTimeout)
	defer cancel()
	if err := c.cc.Invoke(ctx, methodList, c.query(), &applicationList{each}); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	return nil
}

// query asks for the applications the connection is about.
func (c *grpcClient) query() *wire.ApplicationQuery {
	q := &wire.ApplicationQuery{Projects: c.filter.projects}
	if c.filter.selector != "" {
		q.Selector = proto.String(c.filter.selector)
	}
	return q
}

func (c *grpcClient) get(ctx context.Context, namespace, name string) (*whole, error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	q, out := &wire.ApplicationQuery{Name: &name}, &whole{}
	if namespace != "" {
		q.AppNamespace = &namespace
	}
	if err := c.cc.Invoke(ctx, methodGet, q, out, c.single()); err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	return out, nil
}

// grpcEvents is an open watch.
type grpcEvents struct{ stream grpc.ClientStream }

func (c *grpcClient) watch(ctx context.Context, resourceVersion string) (events, error) {
	s, err := c.cc.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, methodWatch, c.single())
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	q := c.query()
	if resourceVersion != "" {
		q.ResourceVersion = proto.String(resourceVersion)
	}
	if err := s.SendMsg(q); err != nil && !errors.Is(err, io.EOF) { // EOF: Recv knows why
		return nil, fmt.Errorf("watch: %w", err)
	}
	if err := s.CloseSend(); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return &grpcEvents{s}, nil
}

func (e *grpcEvents) next() (event, error) {
	var ev event
	switch err := e.stream.RecvMsg(&ev); {
	case errors.Is(err, io.EOF):
		return event{}, errEnded
	case err != nil:
		return event{}, fmt.Errorf("watch: %w", err)
	}
	return ev, nil
}

func (c *grpcClient) canI(ctx context.Context, p probe) (yes, ok bool, err error) {
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	m, err := accountrpc.NewAccountServiceClient(c.cc).CanI(ctx, &accountrpc.CanIRequest{Resource: p.resource, Action: p.action, Subresource: p.object}, c.small())
	return allows(m.GetValue(), err)
}
