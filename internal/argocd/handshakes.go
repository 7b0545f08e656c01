package argocd

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync"

	"google.golang.org/grpc/credentials"
)

// handshakes remembers what connecting met, for classifying failures, and what
// was sent, for telling of them.
type handshakes struct {
	mu        sync.Mutex
	completed bool // TCP was connected, and TLS where there is any
	err       error
	tls       *tls.ConnectionState // of the last that completed; nil without TLS
	prefix    []byte               // first bytes the server sent
	sent      []string             // tokens
}

// done notes how a handshake went; state is nil without TLS. What was learned
// stays until something else is, for a client connects again by itself while
// the failure before is still being told of. An attempt that we ended ourselves
// teaches nothing.
func (h *handshakes) done(state *tls.ConnectionState, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err == nil:
		h.completed, h.err, h.tls = true, nil, state
	case !errors.Is(err, context.Canceled):
		h.completed, h.err = false, err
	}
}

// observed is transport credentials that note in seen how handshakes went.
type observed struct {
	credentials.TransportCredentials
	seen *handshakes
}

// ClientHandshake implements credentials.TransportCredentials.
func (o observed) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := o.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if err != nil {
		o.seen.done(nil, err)
		return nil, nil, err
	}
	var state *tls.ConnectionState
	if i, ok := info.(credentials.TLSInfo); ok {
		state = &i.State
	}
	o.seen.done(state, nil)
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
