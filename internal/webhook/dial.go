package webhook

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"deckplan/internal/reach"
)

// Reach says which addresses are sent to.
type Reach = reach.Reach

const (
	Public   = reach.Public
	Networks = reach.Networks
	Loopback = reach.Loopback
)

// Reaches are all values.
var Reaches = reach.Reaches

// errForbidden is said of an address that is not sent to.
var errForbidden = reach.ErrForbidden

// refused tells of an address that need not be looked up to know that it is not
// sent to. Where a proxy looks names up, it is all that can be told.
func (s *Sender) refused(u *url.URL) error {
	if s.Reach.Refuses(u.Hostname()) {
		return errForbidden
	}
	return nil
}

// newClient makes the client that all is sent with: certificates verified,
// redirects not followed, nothing kept between two tries, so that every try
// looks its name up and holds the addresses to the reach. The environment's
// proxy is not used: it would look names up and connect for whoever adds an
// endpoint, past the reach.
func (s *Sender) newClient() *http.Client {
	d := &net.Dialer{Timeout: s.Timeout, Resolver: s.Resolver, KeepAlive: -1, ControlContext: s.Reach.Control}
	t := &http.Transport{DialContext: d.DialContext, TLSClientConfig: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: s.Timeout,
		DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10, ExpectContinueTimeout: time.Second}
	if s.Proxy != nil {
		t.Proxy = http.ProxyURL(s.Proxy)
		d.ControlContext = nil // it connects to the proxy only, which is chosen at the start
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
