// Package argocd reads applications from Argo CD instances over gRPC into a
// live.Table. It is read-only by construction: it can call List, Get, Watch,
// Version, GetUserInfo, GetAccount and CanI, its queries have no field that
// asks for a refresh, and a test reads this source to keep it so.
package argocd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
)

// Secret is a text that prints as redacted wherever it is formatted, logged or
// encoded.
type Secret string

const redacted = "[redacted]"

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the secret from JSON, YAML and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Connection says how to reach one instance.
type Connection struct {
	Name      string
	URL       string // https://host[:port][/root]; http:// speaks without TLS. The path is not sent: gRPC has none.
	Token     Secret // of an account with the apiKey capability
	TokenFile string // instead of Token; read again whenever it changes
	CAFile    string // PEM of the authorities to trust beside the system's
	Insecure  bool   // accept any certificate, or send the token without TLS
	PlainText bool   // without TLS, whatever the URL says
}

// String names the connection without its token.
func (c Connection) String() string { return fmt.Sprintf("%s (%s)", c.Name, c.URL) }

// GoString hides the token from %#v.
func (c Connection) GoString() string { return c.String() }

// LogValue hides the token from slog.
func (c Connection) LogValue() slog.Value {
	return slog.GroupValue(slog.String("name", c.Name), slog.String("url", c.URL))
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
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
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

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

var errNoCertificate = errors.New("no certificate in it")

// tlsConfig builds the TLS settings, reading the CA file.
func (c Connection) tlsConfig() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.Insecure}
	if c.CAFile == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %w", c.CAFile, errNoCertificate)
	}
	conf.RootCAs = pool
	return conf, nil
}

// wellFormed reports whether a token can travel in an HTTP header.
func wellFormed(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}
