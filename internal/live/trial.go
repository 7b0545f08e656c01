package live

import "time"

// Transport is how a connection is kept from others.
type Transport string

// The ways a connection can be made; none of them where it was not made.
const (
	NoTransport Transport = ""
	PlainText   Transport = "plain"      // without TLS
	Verified    Transport = "verified"   // TLS, certificate verified
	Pinned      Transport = "pinned"     // TLS, the certificate is the pinned one
	Unverified  Transport = "unverified" // TLS, any certificate accepted
)

// Trial is what one attempt to reach an instance has shown, as far as it got.
type Trial struct {
	Reason    Reason // why it failed; NoReason if it did not
	Detail    string // technical cause; not translated
	Transport Transport
	Until     time.Time // when the certificate ends; zero without TLS
	// Fingerprint is the SHA-256 of the certificate that the server showed, in
	// hex, whether it was trusted or not; empty without TLS.
	Fingerprint string
	Protocol    Protocol  // NoProtocol if nothing was read
	Fallback    bool      // REST was taken only because HTTP/2 is blocked
	Version     string    // empty if the server did not say
	Account     string    // empty if the token was not accepted
	Expires     time.Time // when the token ends; zero if never or not known
	// What the token sees; -1 where that was not learnt in time. A token that
	// may not see clusters or projects is shown none.
	Applications, Clusters, Projects int

	CanWrite WriteCheck
}
