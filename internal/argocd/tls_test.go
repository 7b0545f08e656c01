package argocd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// strangeCertificate is signed by nobody else, for another name, and over.
func strangeCertificate(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"elsewhere.example.com"}, NotAfter: time.Now().Add(-time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func TestPin_AcceptsOneCertificateAndNoOther(t *testing.T) {
	own, other := strangeCertificate(t), strangeCertificate(t)
	var shown atomic.Pointer[tls.Certificate]
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return shown.Load(), nil }})
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
			go func(c net.Conn) { _ = c.(*tls.Conn).Handshake(); _ = c.Close() }(c)
		}
	}()
	greet := func(c Connection) error {
		conf, err := c.tlsConfig()
		if err != nil {
			return err
		}
		conf.ServerName = "127.0.0.1"
		conn, err := tls.Dial("tcp", l.Addr().String(), conf)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	pin := fingerprint(own.Leaf)
	shown.Store(own)
	if err := greet(Connection{}); err == nil {
		t.Error("the certificate is accepted without a pin")
	}
	if err := greet(Connection{Pin: pin}); err != nil {
		t.Errorf("the pinned certificate: %v", err)
	}
	var refused *tls.CertificateVerificationError
	if err := greet(Connection{Pin: fingerprint(other.Leaf)}); !errors.As(err, &refused) {
		t.Errorf("a certificate that is not the pinned one: %v", err)
	}
	shown.Store(other)
	if err := greet(Connection{Pin: pin}); !errors.As(err, &refused) || !isTLS(err) || fingerprint(refused.UnverifiedCertificates[0]) != fingerprint(other.Leaf) {
		t.Errorf("the certificate was changed: %v", err)
	}
	if err := greet(Connection{Pin: "half a pin"}); !errors.Is(err, errPinInvalid) {
		t.Errorf("a pin that is none: %v", err)
	}
}
