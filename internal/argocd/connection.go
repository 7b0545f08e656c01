// Package argocd reads applications from Argo CD instances into a live.Table,
// over gRPC or, where HTTP/2 does not get through, over REST. It is read-only by
// construction: it can call List, Get, Watch, Version, GetUserInfo, GetAccount
// and CanI, its queries have no field that asks for a refresh, over REST it can
// only GET these, and a test reads this source to keep it so.
package argocd

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"

	"deckplan/internal/connect"
	"deckplan/internal/live"
	"deckplan/internal/seal"
)

// Secret is a text that prints as redacted.
type Secret = seal.Secret

// Connection says how to reach one instance.
type Connection struct {
	Name      string
	URL       string        // https://host[:port][/root]; http:// speaks without TLS. Below a root it is read over REST: gRPC has no paths.
	Token     Secret        // of an account with the apiKey capability
	TokenFile string        // instead of Token; read again whenever it changes
	CAFile    string        // PEM of the authorities to trust beside the system's
	CA        string        // the same as text
	Insecure  bool          // accept any certificate, or send the token without TLS
	PlainText bool          // without TLS, whatever the URL says
	Pin       string        // SHA-256 of the server's certificate in hex: it is then accepted whoever signed it, and no other
	Projects  string        // AppProjects to read, comma-separated; all if empty
	Selector  string        // labels of the applications to read, as kubectl writes them; all if empty
	Protocol  live.Protocol // GRPC or REST; NoProtocol chooses
}

// String names the connection without its token.
func (c Connection) String() string { return fmt.Sprintf("%s (%s)", c.Name, c.URL) }

// GoString hides the token from %#v.
func (c Connection) GoString() string { return c.String() }

// LogValue hides the token from slog.
func (c Connection) LogValue() slog.Value {
	return slog.GroupValue(slog.String("name", c.Name), slog.String("url", c.URL))
}

// tidy writes what can be written in several ways in one. What is wrong stays
// as it is, for Faults to tell of.
func (c Connection) tidy() Connection {
	c.Projects, c.Selector = tidyProjects(c.Projects), strings.TrimSpace(c.Selector)
	if pin, ok := connect.ParsePin(c.Pin); ok {
		c.Pin = pin
	}
	if p, ok := parseProtocol(string(c.Protocol)); ok {
		c.Protocol = p
	}
	return c
}

// With gives a connection these options, written one way.
func (c Connection) With(o connect.Options) Connection {
	c.Pin, c.Projects, c.Selector, c.Protocol = o.Pin, o.Projects, o.Selector, live.Protocol(o.Protocol)
	return c.tidy()
}

// Options are the settings that most connections leave empty.
func (c Connection) Options() connect.Options {
	return connect.Options{Pin: c.Pin, Projects: c.Projects, Selector: c.Selector, Protocol: string(c.Protocol)}
}

// endpoint is a parsed URL.
type endpoint struct {
	hostPort  string
	host      string
	plaintext bool
}

// What can be wrong with a URL, as the last part of a message id.
var (
	errURLInvalid     = errors.New("url_invalid")
	errPlaintextToken = errors.New("plaintext_token")
)

// endpoint parses the URL. It refuses to send a token unencrypted to another
// machine unless Insecure is set. Errors do not repeat the URL, which might
// hold a password.
func (c Connection) endpoint() (endpoint, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return endpoint{}, errURLInvalid
	}
	e := endpoint{host: u.Hostname(), plaintext: c.PlainText}
	port := u.Port()
	switch u.Scheme {
	case "https":
		if port == "" {
			port = "443"
		}
	case "http":
		e.plaintext = true
		if port == "" {
			port = "80"
		}
	default:
		return endpoint{}, errURLInvalid
	}
	e.hostPort = net.JoinHostPort(e.host, port)
	if e.plaintext && !c.Insecure && (c.Token != "" || c.TokenFile != "") && !loopback(e.host) {
		return endpoint{}, errPlaintextToken
	}
	return e, nil
}

// Origin is what a token is sent to: scheme, host and port, written one way. It
// is empty where the URL is wrong.
func (c Connection) Origin() string {
	c.Insecure = true // what is asked is where to, not whether
	e, err := c.endpoint()
	if err != nil {
		return ""
	}
	scheme := "https"
	if e.plaintext {
		scheme = "http"
	}
	return scheme + "://" + strings.ToLower(e.hostPort)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

var errNoCertificate = errors.New("no certificate in it")

// tlsConfig builds the TLS settings, reading the CA file. A pin takes the place
// of every authority.
func (c Connection) tlsConfig() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.Insecure}
	if c.Pin != "" {
		return conf, pinned(conf, c.Pin)
	}
	if c.CAFile == "" && c.CA == "" {
		return conf, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if c.CAFile != "" {
		text, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, err
		}
		if !pool.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s: %w", c.CAFile, errNoCertificate)
		}
	}
	if c.CA != "" {
		certificates, err := parseCA(c.CA)
		if err != nil {
			return nil, err
		}
		for _, one := range certificates {
			pool.AddCert(one)
		}
	}
	conf.RootCAs = pool
	return conf, nil
}

// What can be wrong with a CA's text.
var (
	errCAInvalid = errors.New("ca_invalid")
	errCAKey     = errors.New("ca_private_key")
)

var errPinInvalid = errors.New("pin_invalid")

// parseCA reads a text that must be certificates in PEM from end to end. Errors
// do not repeat the text.
func parseCA(text string) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	rest := []byte(strings.TrimSpace(text))
	for len(rest) > 0 {
		block, after := pem.Decode(rest)
		switch {
		case block == nil:
			return nil, errCAInvalid
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil, errCAKey
		case block.Type != "CERTIFICATE":
			return nil, errCAInvalid
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errCAInvalid
		}
		out, rest = append(out, one), bytes.TrimSpace(after)
	}
	if len(out) == 0 {
		return nil, errCAInvalid
	}
	return out, nil
}

// wellFormed reports whether a token can travel in an HTTP header.
func wellFormed(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}
