package argocd_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/live"
	"deckplan/internal/survey"
)

// quiet logs nothing.
var quiet = log.New(io.Discard, "", 0)

// otherCA is the certificate of an authority that signed nothing.
func otherCA(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// accept serves every connection with f until the test ends.
func accept(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				f(c)
			}()
		}
	}()
	return l.Addr().String()
}

func http1(t *testing.T, withTLS bool) string {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = quiet
	s.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
	if withTLS {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.URL
}

// http2 answers every call with a status and a page, as a gateway does.
func http2(t *testing.T, status int) string {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html>no</html>")
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestRun_TellsFailuresApart(t *testing.T) {
	closed := accept(t, func(net.Conn) {})
	silent := accept(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	garbage := accept(t, func(c net.Conn) {
		_, _ = c.Write([]byte("220 mail.example.com ESMTP ready\r\n"))
		_, _ = io.Copy(io.Discard, c)
	})
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	tlsOnly := http1(t, true)
	cases := map[string]struct {
		url    string
		reason live.Reason
	}{
		"nobody-listens":     {"https://" + gone.Addr().String(), live.Unreachable},
		"no-such-host":       {"https://no-such-host.invalid", live.Unreachable},
		"closes-at-once":     {"http://" + closed, live.Unreachable},
		"says-nothing":       {"http://" + silent, live.Unreachable},
		"says-nothing-tls":   {"https://" + silent, live.Unreachable},
		"mail-server-tls":    {"https://" + garbage, live.TLS},
		"mail-server":        {"http://" + garbage, live.NotArgoCD},
		"http1-plaintext":    {http1(t, false), live.NotArgoCD},
		"http1-tls":          {tlsOnly, live.NotArgoCD},
		"plaintext-to-tls":   {"http" + tlsOnly[len("https"):], live.Unreachable}, // it only hangs up
		"closes-tls-at-once": {"https://" + closed, live.TLS},                     // as a plaintext Argo CD does
		"gateway-forbids":    {http2(t, http.StatusForbidden), live.NotArgoCD},
		"gateway-bad-answer": {http2(t, http.StatusBadGateway), live.Unreachable},
		"gateway-page":       {http2(t, http.StatusOK), live.NotArgoCD},
	}
	o := quick()
	o.CallTimeout, o.DialTimeout = 2*time.Second, time.Second
	var connections []argocd.Connection
	for name, k := range cases {
		connections = append(connections, argocd.Connection{Name: name, URL: k.url, Token: "a-token", Insecure: true})
	}
	table := run(t, o, connections...)
	for name, k := range cases {
		within(t, 15*time.Second, name+" down", func() bool { return state(table, name).State == live.Down })
		if i := state(table, name); i.Reason != k.reason {
			t.Errorf("%s: reason %q (%s), want %q", name, i.Reason, i.Detail, k.reason)
		}
	}
}

// parrot refuses every call and says the token back.
func parrot(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Grpc-Status", "16")
		w.Header().Set("Grpc-Message", "I do not know "+r.Header.Get("Token"))
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestDetail_HoldsNoTokenThatWasSent(t *testing.T) {
	const token = "token-of-a-file-or-not"
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, token+"\n")
	at := parrot(t)
	typed := argocd.Connection{Name: "typed", URL: at, Token: token, Insecure: true}
	read := argocd.Connection{Name: "read", URL: at, TokenFile: file, Insecure: true}
	table := run(t, quick(), typed, read)
	for _, c := range []argocd.Connection{typed, read} {
		within(t, 10*time.Second, c.Name+" down", down(table, c.Name, live.Unauthenticated))
		_, err := argocd.Survey(t.Context(), c, quick())
		var failed *survey.Error
		if !errors.As(err, &failed) {
			t.Fatalf("%v", err)
		}
		for what, detail := range map[string]string{"run": state(table, c.Name).Detail, "try": argocd.Try(t.Context(), c, quick()).Detail, "survey": failed.Detail} {
			if !strings.Contains(detail, "I do not know") || strings.Contains(detail, token) {
				t.Errorf("%s, %s: %s", c.Name, what, detail)
			}
		}
	}
}
