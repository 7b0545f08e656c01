package argocd

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"

	"deckplan/internal/connect"
)

var errNotPinned = errors.New("the certificate is not the pinned one")

// pinned accepts the one certificate whose SHA-256 is pin, whoever signed it and
// whatever name or dates are in it, and no other.
func pinned(conf *tls.Config, pin string) error {
	want, ok := connect.ParsePin(pin)
	if !ok {
		return errPinInvalid
	}
	conf.InsecureSkipVerify = true // what verifies instead is next
	conf.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) > 0 && fingerprint(s.PeerCertificates[0]) == want {
			return nil
		}
		return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: errNotPinned}
	}
	return nil
}

// fingerprint is the SHA-256 of a certificate in hex.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// fingerprint is that of the certificate the server showed last, also where it
// was refused; empty if it showed none.
func (h *handshakes) fingerprint() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var refused *tls.CertificateVerificationError
	switch {
	case errors.As(h.err, &refused) && len(refused.UnverifiedCertificates) > 0:
		return fingerprint(refused.UnverifiedCertificates[0])
	case h.tls != nil && len(h.tls.PeerCertificates) > 0:
		return fingerprint(h.tls.PeerCertificates[0])
	}
	return ""
}
