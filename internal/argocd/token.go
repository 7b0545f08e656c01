package argocd

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

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

// current is the token to send now. A file that cannot be read leaves the token
// read before.
func (t *tokenSource) current() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file != "" {
		_ = t.refresh()
	}
	t.seen.note(t.token)
	return t.token
}

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (t *tokenSource) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	token := t.current()
	return map[string]string{"token": token, "authorization": "Bearer " + token}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials. Where a
// token may go unencrypted is decided by Connection.endpoint.
func (t *tokenSource) RequireTransportSecurity() bool { return false }
