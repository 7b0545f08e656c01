package argocdtest

import (
	"net"
	"sync"
)

// gate is the server's listener: it can stop and resume on the same address,
// cutting open connections, and can hold traffic without closing anything.
// Accept outlives a stop, so the server behind notices none of it.
type gate struct {
	addr  net.Addr
	conns chan net.Conn
	quit  chan struct{}
	once  sync.Once

	mu     sync.Mutex
	thaw   *sync.Cond
	inner  net.Listener // nil while stopped
	open   map[*gateConn]struct{}
	frozen bool
}

func newGate(inner net.Listener) *gate {
	g := &gate{addr: inner.Addr(), conns: make(chan net.Conn), quit: make(chan struct{}), open: map[*gateConn]struct{}{}}
	g.thaw = sync.NewCond(&g.mu)
	g.inner = inner
	go g.accept(inner)
	return g
}

func (g *gate) accept(inner net.Listener) {
	for {
		c, err := inner.Accept()
		if err != nil {
			return
		}
		gc := &gateConn{Conn: c, gate: g}
		g.mu.Lock()
		stopped := g.inner != inner
		if !stopped {
			g.open[gc] = struct{}{}
		}
		g.mu.Unlock()
		if stopped {
			_ = c.Close()
			continue
		}
		select {
		case g.conns <- gc:
		case <-g.quit:
			_ = gc.Close()
			return
		}
	}
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	select {
	case c := <-g.conns:
		return c, nil
	case <-g.quit:
		return nil, net.ErrClosed
	}
}

// Addr implements net.Listener.
func (g *gate) Addr() net.Addr { return g.addr }

// Close implements net.Listener.
func (g *gate) Close() error {
	g.once.Do(func() { close(g.quit) })
	g.stop()
	return nil
}

func (g *gate) stop() {
	g.mu.Lock()
	if g.inner != nil {
		_ = g.inner.Close()
		g.inner = nil
	}
	open := make([]*gateConn, 0, len(g.open))
	for c := range g.open {
		open = append(open, c)
	}
	g.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

func (g *gate) resume() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inner != nil {
		return nil
	}
	inner, err := net.Listen("tcp", g.addr.String())
	if err != nil {
		return err
	}
	g.inner = inner
	go g.accept(inner)
	return nil
}

func (g *gate) freeze(on bool) {
	g.mu.Lock()
	g.frozen = on
	g.mu.Unlock()
	g.thaw.Broadcast()
}

type gateConn struct {
	net.Conn
	gate   *gate
	closed bool // guarded by gate.mu
}

// pass waits while traffic is held and the connection is open.
func (c *gateConn) pass() {
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	for c.gate.frozen && !c.closed {
		c.gate.thaw.Wait()
	}
}

func (c *gateConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.pass()
	return n, err
}

func (c *gateConn) Write(p []byte) (int, error) {
	c.pass()
	return c.Conn.Write(p)
}

func (c *gateConn) Close() error {
	c.gate.mu.Lock()
	c.closed = true
	delete(c.gate.open, c)
	c.gate.mu.Unlock()
	c.gate.thaw.Broadcast()
	return c.Conn.Close()
}
