package argocd

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/live"
)

// The only paths this package can ask for; * stands for one part of a path.
const (
	pathVersion      = "/api/version"
	pathUserInfo     = "/api/v1/session/userinfo"
	pathAccount      = "/api/v1/account/*"
	pathCanI         = "/api/v1/account/can-i/*/*/*"
	pathCanIScoped   = "/api/v1/account/can-i/*/*/*/*"
	pathClusters     = "/api/v1/clusters"
	pathProjects     = "/api/v1/projects"
	pathApplications = "/api/v1/applications"
	pathApplication  = "/api/v1/applications/*"
	pathStream       = "/api/v1/stream/applications"
)

var readPaths = []string{pathVersion, pathUserInfo, pathAccount, pathCanI, pathCanIScoped, pathClusters, pathProjects,
	pathApplications, pathApplication, pathStream}

// readParameters are the only query parameters; the one that forces a
// reconciliation, which writes an annotation, is not among them.
var readParameters = []string{"projects", "selector", "resourceVersion", "appNamespace"}

// readsOnly lets nothing through but GET of the paths above, below root.
type readsOnly struct {
	http.RoundTripper
	root string // escaped, without a slash at the end
}

// RoundTrip implements http.RoundTripper.
func (r readsOnly) RoundTrip(q *http.Request) (*http.Response, error) {
	below, inside := strings.CutPrefix(q.URL.EscapedPath(), r.root)
	known := slices.ContainsFunc(readPaths, func(pattern string) bool { ok, _ := path.Match(pattern, below); return ok })
	if q.Method != http.MethodGet || q.Body != nil || !inside || !known {
		return nil, status.Errorf(codes.PermissionDenied, "%s %s is not a read", q.Method, q.URL.Path)
	}
	for name := range q.URL.Query() {
		if !slices.Contains(readParameters, name) {
			return nil, status.Errorf(codes.PermissionDenied, "?%s= is not a read", name)
		}
	}
	return r.RoundTripper.RoundTrip(q)
}

// restClient calls over HTTP/1, for where something in between blocks HTTP/2.
type restClient struct {
	base    *url.URL
	root    string
	calls   *http.Client
	streams *http.Client // a connection for each: on one in use before, a question is asked again unseen when it breaks
	idle    func()       // closes connections that are not in use
	seen    *handshakes
	token   *tokenSource
	filter  filter
	options Options
}

// root is the path below which the server lies, without a slash at the end;
// empty for most.
func (c Connection) root() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return strings.TrimRight(u.EscapedPath(), "/")
}

// dialREST prepares a client; the network is used by the first call.
func dialREST(c Connection, o Options) (*restClient, error) {
	e, conf, token, err := c.prepare()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: o.DialTimeout}).DialContext,
		TLSHandshakeTimeout: o.DialTimeout, IdleConnTimeout: 2 * o.Heartbeat, MaxIdleConnsPerHost: 2, MaxResponseHeaderBytes: 1 << 20}
	base := &url.URL{Scheme: "http", Host: e.hostPort}
	if conf != nil {
		conf.NextProtos = []string{"http/1.1"}
		transport.TLSClientConfig, base.Scheme = conf, "https"
	}
	once := transport.Clone()
	once.DisableKeepAlives = true
	reader := func(t *http.Transport) *http.Client { // another address must not get the token
		return &http.Client{Transport: readsOnly{t, c.root()}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &restClient{base: base, root: c.root(), idle: transport.CloseIdleConnections, seen: token.seen, token: token, filter: c.filter(), options: o,
		calls: reader(transport), streams: reader(once)}, nil
}

func (c *restClient) close() { c.idle() }

func (c *restClient) met() *handshakes { return c.seen }

func (c *restClient) protocol() live.Protocol { return live.REST }

func (c *restClient) sent() string { return c.token.current() }

// address fills the stars of a path.
func (c *restClient) address(pattern string, query url.Values, parts ...string) (string, error) {
	for _, p := range parts {
		if p == "" || p == "." || p == ".." {
			return "", status.Errorf(codes.InvalidArgument, "%q is no part of a path", p)
		}
		pattern = strings.Replace(pattern, "*", url.PathEscape(p), 1)
	}
	u := *c.base
	u.RawPath = c.root + pattern
	var err error
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return "", err
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// send asks for a path and gives the answer, if it is one of success. Whoever
// gets it closes its body and bounds what is read of it.
func (c *restClient) send(ctx context.Context, by *http.Client, pattern string, header http.Header, query url.Values, parts ...string) (*http.Response, error) {
	address, err := c.address(pattern, query, parts...)
	if err != nil {
		return nil, err
	}
	q, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, c.trace()), http.MethodGet, address, nil)
	if err != nil {
		return nil, &configError{err}
	}
	if header != nil {
		q.Header = header
	}
	q.Header.Set("Authorization", "Bearer "+c.token.current())
	q.Header.Set("User-Agent", "deckplan")
	r, err := by.Do(q)
	if err != nil {
		return nil, broken(err)
	}
	if r.StatusCode != http.StatusOK {
		defer func() { _ = r.Body.Close() }()
		return nil, c.refused(r)
	}
	return r, nil
}

// ask reads an answer of at most limit bytes.
func (c *restClient) ask(ctx context.Context, pattern string, limit int, answer any, query url.Values, parts ...string) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.CallTimeout)
	defer cancel()
	r, err := c.send(ctx, c.calls, pattern, nil, query, parts...)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(&bounded{r.Body, int64(min(limit, c.options.MaxMessage))})
	if err != nil {
		return garbled(timely(ctx, err))
	}
	return garbled(json.Unmarshal(text, answer))
}

// trace notes how connecting went.
func (c *restClient) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			if _, secure := i.Conn.(*tls.Conn); !secure {
				c.seen.done(nil, nil)
			}
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) { c.seen.done(&state, err) },
	}
}

// answerError is an answer that is not Argo CD's, or a connection that broke.
type answerError struct {
	reason live.Reason
	code   codes.Code
	err    error
}

func (e *answerError) Error() string { return e.err.Error() }
func (e *answerError) Unwrap() error { return e.err }

// GRPCStatus gives the code under which the others treat the error.
func (e *answerError) GRPCStatus() *status.Status { return status.New(e.code, e.err.Error()) }

// broken tells of a connection that could not be made or that broke.
func broken(err error) error {
	var record tls.RecordHeaderError
	switch {
	case status.Code(err) != codes.Unknown || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &record) || strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`):
		return &answerError{live.TLS, codes.Unavailable, err}
	case strings.Contains(err.Error(), "malformed HTTP") || strings.Contains(err.Error(), "server gave HTTP response"):
		return &answerError{live.NotArgoCD, codes.Unimplemented, err}
	}
	return brokenConnection{err}
}

// brokenConnection is Unavailable; what the handshake met says the reason.
type brokenConnection struct{ error }

func (e brokenConnection) Unwrap() error { return e.error }

// GRPCStatus gives the code.
func (e brokenConnection) GRPCStatus() *status.Status {
	return status.New(codes.Unavailable, e.Error())
}

// timely says that time was up where an answer broke off for that.
func timely(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

// garbled tells of an answer that cannot be read: it broke off, or it is not
// what Argo CD writes.
func garbled(err error) error {
	var network net.Error
	switch {
	case err == nil || status.Code(err) != codes.Unknown:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) || errors.As(err, &network):
		return broken(err)
	}
	return &answerError{live.NotArgoCD, codes.Unimplemented, fmt.Errorf("the answer is not Argo CD's: %w", err)}
}

// refused tells of an answer other than 200: Argo CD's own hold a code of gRPC.
// A token in it goes before it is cut, for a part of one would not be found.
func (c *restClient) refused(r *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	var own struct {
		Code    *codes.Code `json:"code"`
		Message string      `json:"message"`
	}
	if json.Unmarshal(text, &own) == nil && own.Code != nil && *own.Code != codes.OK {
		return status.Error(*own.Code, own.Message)
	}
	err := fmt.Errorf("HTTP %s: %s", r.Status, clip(c.seen.redact(string(text)), maxDetail))
	switch { // something in between answered, which knows nothing of the token
	case r.StatusCode >= 500 || r.StatusCode == http.StatusTooManyRequests:
		return &answerError{live.Unreachable, codes.Unavailable, err}
	}
	return &answerError{live.NotArgoCD, codes.Unimplemented, err}
}

// bounded reads at most so many bytes, and fails if there are more.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errAnswerTooLarge
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

var errAnswerTooLarge = status.Error(codes.ResourceExhausted, "the answer is above the size limit")
