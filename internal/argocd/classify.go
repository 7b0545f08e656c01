package argocd

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/live"
	"deckplan/internal/seal"
)

// configError is a fault of the configuration found when connecting.
type configError struct{ err error }

func (e *configError) Error() string { return "configuration: " + e.err.Error() }
func (e *configError) Unwrap() error { return e.err }

// maxDetail bounds a technical detail; a status may quote a whole HTML page.
const maxDetail = 512

// classify turns a failed session's error into a reason and a detail of one
// line. seen is nil if no connection was tried. A server that says a token
// back does not bring it into the detail.
func classify(err error, seen *handshakes) (live.Reason, string) {
	detail := clip(strings.Join(strings.Fields(seen.redact(err.Error())), " "), maxDetail)
	var conf *configError
	if errors.As(err, &conf) {
		return live.Misconfigured, detail
	}
	var answered *answerError
	if errors.As(err, &answered) {
		return answered.reason, detail
	}
	code := status.Code(err)
	if errors.Is(err, context.DeadlineExceeded) {
		code = codes.DeadlineExceeded
	}
	switch code {
	case codes.Unauthenticated:
		return live.Unauthenticated, detail
	case codes.PermissionDenied:
		if httpStatus(err) { // a gateway's 403, not Argo CD's answer
			return live.HTTP2Blocked, detail
		}
		return live.Forbidden, detail
	case codes.ResourceExhausted:
		return live.TooLarge, detail
	case codes.Unavailable, codes.DeadlineExceeded, codes.Internal, codes.Unknown, codes.Unimplemented:
		reason := seen.reason(code, err)
		if cause := seen.redact(seen.cause()); cause != "" && !strings.Contains(detail, cause) {
			detail = clip(detail+": "+cause, maxDetail)
		}
		return reason, detail
	}
	return live.UnknownReason, detail
}

// mostSent bounds the tokens of one connection that are remembered.
const mostSent = 16

// note remembers a token that is sent.
func (h *handshakes) note(token string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if token == "" || slices.Contains(h.sent, token) {
		return
	}
	h.sent = append(h.sent[max(0, len(h.sent)-mostSent+1):], token)
}

// redact takes every token that was sent out of a text.
func (h *handshakes) redact(text string) string {
	if h == nil {
		return text
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, token := range h.sent {
		text = strings.ReplaceAll(text, token, seal.Redacted)
	}
	return text
}

// httpStatus reports whether the server answered a call in plain HTTP. gRPC
// offers no type for this, only its text.
func httpStatus(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unexpected HTTP status code") || strings.Contains(text, "malformed header: missing HTTP content-type") ||
		strings.Contains(text, "unexpected content-type") || strings.Contains(text, "without sending trailers")
}

// reason tells failures of the connection apart.
func (h *handshakes) reason(code codes.Code, err error) live.Reason {
	if h == nil {
		return live.UnknownReason
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case bytes.HasPrefix(h.prefix, []byte("HTTP/")):
		return live.HTTP2Blocked
	case len(h.prefix) > 1 && (h.prefix[0] == 0x15 || h.prefix[0] == 0x16) && h.prefix[1] == 3: // a TLS record
		return live.TLS
	case h.err != nil && alpn(h.err):
		return live.HTTP2Blocked
	case h.err != nil && !errors.Is(h.err, context.DeadlineExceeded) && isTLS(h.err):
		return live.TLS
	case h.err != nil && closed(h.err): // plaintext servers drop who greets them in TLS
		return live.TLS
	case httpStatus(err):
		return live.HTTP2Blocked
	case len(h.prefix) > 0 && strings.Contains(err.Error(), "reading server preface"):
		return live.NotArgoCD
	case code == codes.Unimplemented:
		return live.NotArgoCD
	case code == codes.DeadlineExceeded && h.completed:
		return live.TimedOut
	case code == codes.Unavailable || code == codes.DeadlineExceeded:
		return live.Unreachable
	}
	return live.UnknownReason
}

// cause is what the handshake failed with.
func (h *handshakes) cause() string {
	if h == nil {
		return ""
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		return ""
	}
	return h.err.Error()
}

// alpn reports whether a handshake failed because the server does not offer
// HTTP/2. Neither Go's TLS nor gRPC has a type for it.
func alpn(err error) bool {
	text := err.Error()
	return strings.Contains(text, "ALPN") || strings.Contains(text, "no application protocol")
}

// closed reports whether the other side ended the connection.
func closed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// isTLS reports whether a handshake failed on TLS itself and not because the
// connection broke.
func isTLS(err error) bool {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: ")
}
