package hook

import "time"

// State is how far a delivery is. Its word is the message hook.state.STATE.
type State string

// A waiting delivery is tried until it is delivered, has failed for good, or
// was given up because too much time passed.
const (
	Waiting   State = "waiting"
	Delivered State = "delivered"
	Failed    State = "failed"
	GivenUp   State = "given_up"
)

// Fault is why a delivery or one try of it did not succeed: the message
// hook.reason.REASON says it, with the arguments status and detail.
type Fault string

// The faults.
const (
	NoFault      Fault = ""
	Status       Fault = "status"      // an answer that is no success
	Redirected   Fault = "redirected"  // answered with a redirect, which is not followed
	Gone         Fault = "gone"        // 410: the receiver wants no more
	TimedOut     Fault = "timed_out"   // no answer in time
	Unresolved   Fault = "unresolved"  // the name has no address
	Forbidden    Fault = "forbidden"   // an address that is not sent to
	Untrusted    Fault = "untrusted"   // the certificate was refused
	Unreachable  Fault = "unreachable" // no connection
	Broken       Fault = "broken"      // what came was no HTTP answer
	SecretLost   Fault = "secret_lost" // the secret cannot be opened
	Crowded      Fault = "crowded"     // too many others waited
	Interrupted  Fault = "interrupted" // Deckplan stopped meanwhile
	MaxExcerpt         = 1024          // bytes of an answer that are kept
	MostDelivery       = 50            // deliveries of an endpoint that are listed
)

// Delivery is an event on its way to an endpoint.
type Delivery struct {
	ID       string
	Endpoint string
	Event    string // id of the event: the same for every endpoint and try
	Type     Type
	Body     string
	State    State
	Attempts int
	Next     time.Time // of the next try, while waiting
	Status   int       // of the last answer, 0 for none
	Fault    Fault     // of the last try
	Detail   string    // of the fault, in English
	Excerpt  string    // of the last answer
	Created  time.Time
	Tried    time.Time // the last time; zero for never
}
