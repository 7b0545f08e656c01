package argocd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

// The only methods this package can call; dial refuses every other.
const (
	methodList     = "/application.ApplicationService/List"
	methodWatch    = "/application.ApplicationService/Watch"
	methodClusters = "/cluster.ClusterService/List"
	methodProjects = "/project.ProjectService/List"
	methodVersion  = "/version.VersionService/Version"
	methodUserInfo = "/session.SessionService/GetUserInfo"
	methodCanI     = "/account.AccountService/CanI"
)

var readOnly = []string{methodList, methodWatch, methodClusters, methodProjects, methodVersion, methodUserInfo, methodCanI}

func allowed(method string) error {
	if slices.Contains(readOnly, method) {
		return nil
	}
	return status.Errorf(codes.PermissionDenied, "%s is not a read", method)
}

// dial prepares a connection; the network is used by the first call.
func dial(c Connection, o Options) (*client, error) {
	e, err := c.endpoint()
	if err != nil {
		return nil, &configError{err}
	}
	seen := &handshakes{}
	token, err := newTokenSource(c, seen)
	if err != nil {
		return nil, &configError{err}
	}
	var inner credentials.TransportCredentials
	if e.plaintext {
		inner = insecure.NewCredentials()
	} else {
		conf, err := c.tlsConfig()
		if err != nil {
			return nil, &configError{err}
		}
		inner = credentials.NewTLS(conf)
	}
	cc, err := grpc.NewClient("dns:///"+e.hostPort,
		grpc.WithTransportCredentials(observed{inner, seen}),
		grpc.WithPerRPCCredentials(token),
		grpc.WithUserAgent("deckplan"),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: o.Keepalive, Timeout: o.KeepaliveTimeout}),
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: o.DialTimeout}),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{}), grpc.MaxCallRecvMsgSize(o.MaxMessage)),
		grpc.WithUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if err := allowed(method); err != nil {
				return err
			}
			return call(ctx, method, req, reply, cc, opts...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, d *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			if err := allowed(method); err != nil {
				return nil, err
			}
			return open(ctx, d, cc, method, opts...)
		}),
	)
	if err != nil {
		return nil, &configError{err}
	}
	return &client{cc: cc, seen: seen, options: o}, nil
}

// tokenSource sends the token with every call, reading its file again when the
// file changes.
type tokenSource struct {
	file string
	seen *handshakes // is told what is sent

	mu       sync.Mutex
	token    string
	modified time.Time
	size     int64
}

func newTokenSource(c Connection, seen *handshakes) (*tokenSource, error) {
	t := &tokenSource{file: c.TokenFile, seen: seen, token: string(c.Token)}
	if t.file == "" {
		return t, nil
	}
	return t, t.refresh()
}

func (t *tokenSource) refresh() error {
	info, err := os.Stat(t.file)
	if err != nil {
		return err
	}
	if t.token != "" && info.ModTime().Equal(t.modified) && info.Size() == t.size {
		return nil
	}
	text, err := os.ReadFile(t.file)
	if err != nil {
		return err
	}
	token := strings.TrimSpace(string(text))
	if !wellFormed(token) {
		return fmt.Errorf("%s: no token in it", t.file)
	}
	t.token, t.modified, t.size = token, info.ModTime(), info.Size()
	return nil
}

// GetRequestMetadata implements credentials.PerRPCCredentials. A file that
// cannot be read now leaves the token read before.
func (t *tokenSource) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file != "" {
		_ = t.refresh()
	}
	t.seen.note(t.token)
	return map[string]string{"token": t.token, "authorization": "Bearer " + t.token}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials. Where a
// token may go unencrypted is decided by Connection.endpoint.
func (t *tokenSource) RequireTransportSecurity() bool { return false }

// handshakes remembers what connecting met, for classifying failures, and what
// was sent, for telling of them.
type handshakes struct {
	mu        sync.Mutex
	reached   bool // TCP was connected
	completed bool // and TLS, where there is any
	err       error
	tls       *tls.ConnectionState // of the last that completed; nil without TLS
	prefix    []byte               // first bytes the server sent
	sent      []string             // tokens
}

// observed is transport credentials that note in seen how handshakes went.
type observed struct {
	credentials.TransportCredentials
	seen *handshakes
}

// ClientHandshake implements credentials.TransportCredentials.
func (o observed) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	o.seen.mu.Lock()
	o.seen.reached = true
	o.seen.mu.Unlock()
	conn, info, err := o.TransportCredentials.ClientHandshake(ctx, authority, raw)
	o.seen.mu.Lock()
	defer o.seen.mu.Unlock()
	// gRPC connects again by itself while the failure before is still being told
	// of: what was learned stays until something else is. An attempt that we
	// ended ourselves teaches nothing.
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			o.seen.completed, o.seen.err = false, err
		}
		return nil, nil, err
	}
	o.seen.completed, o.seen.err, o.seen.tls = true, nil, nil
	if i, ok := info.(credentials.TLSInfo); ok {
		o.seen.tls = &i.State
	}
	return &observedConn{Conn: conn, seen: o.seen}, info, nil
}

// Clone implements credentials.TransportCredentials.
func (o observed) Clone() credentials.TransportCredentials {
	return observed{o.TransportCredentials.Clone(), o.seen}
}

// observedConn keeps the first bytes that arrive.
type observedConn struct {
	net.Conn
	seen   *handshakes
	prefix []byte
}

const prefixSize = 5

func (c *observedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && len(c.prefix) < prefixSize {
		c.prefix = append(c.prefix, p[:min(n, prefixSize-len(c.prefix))]...)
		c.seen.mu.Lock()
		c.seen.prefix = slices.Clone(c.prefix)
		c.seen.mu.Unlock()
	}
	return n, err
}
