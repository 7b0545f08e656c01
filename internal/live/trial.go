package live

import "time"

// Transport is how a connection is kept from others.
type Transport string

// The ways a connection can be made; none of them where it was not made.
const (
	NoTransport Transport = ""
	PlainText   Transport = "plain"      // without TLS
	Verified    Transport = "verified"   // TLS, certificate verified
	Unverified  Transport = "unverified" // TLS, any certificate accepted
)

// Trial is what one attempt to reach an instance has shown, as far as it got.
type Trial struct {
	Reason    Reason // why it failed; NoReason if it did not
	Detail    string // technical cause; not translated
	Transport Transport
	Until     time.Time // when the certificate ends; zero without TLS
	Version   string    // empty if the server did not say
	Account   string    // empty if the token was not accepted
	CanWrite  WriteCheck
}
