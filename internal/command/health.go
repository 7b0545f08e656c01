package command

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

// Health asks a server on this machine whether it is ready. It is what a
// container's health check runs where there is neither a shell nor curl.
type Health struct {
	Listen string `help:"Address that Deckplan listens on." default:"127.0.0.1:8080" env:"DECKPLAN_LISTEN"`
}

// Run asks once.
func (c Health) Run(s *Streams) error {
	url, err := probeURL(c.Listen)
	if err != nil {
		return s.Wrong("config.listen", map[string]any{"got": c.Listen})
	}
	client := http.Client{Timeout: 4 * time.Second}
	answer, err := client.Get(url)
	if err != nil {
		_, _ = fmt.Fprintln(s.Err, s.Lang.T("health.silent", map[string]any{"url": url, "detail": err.Error()}))
		return Exit{1}
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		_, _ = fmt.Fprintln(s.Err, s.Lang.T("health.unready", map[string]any{"url": url, "status": answer.Status}))
		return Exit{1}
	}
	_, err = fmt.Fprintln(s.Out, s.Lang.T("health.ready", nil))
	return err
}

// probeURL is where a server that listens on an address can be asked from the
// same machine: one that listens on every address, on loopback.
func probeURL(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/readyz", nil
}
