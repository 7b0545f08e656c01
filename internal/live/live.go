// Package live keeps the table of applications that many Argo CD instances
// report. Adapters write rows and instance states; pages query, subscribe and
// never see an adapter. Nothing here does I/O, and the clock is injected.
package live

import "time"

// Values of health and sync as Argo CD writes them.
const (
	Healthy     = "Healthy"
	Progressing = "Progressing"
	Degraded    = "Degraded"
	Suspended   = "Suspended"
	Missing     = "Missing"
	Unknown     = "Unknown" // health and sync

	Synced    = "Synced"
	OutOfSync = "OutOfSync"
)

// Key names one application of one instance.
type Key struct{ Instance, Namespace, Name string }

// Application is one row. Strings that repeat over rows are shared in memory.
type Application struct {
	Instance  string
	Namespace string // where the Application resource itself lies
	Name      string
	Project   string

	// Cluster is the name to show: the destination's name, or the name the
	// instance knows its server by, or the server's URL.
	Cluster       string
	Server        string
	DestNamespace string

	Health        string
	HealthMessage string
	Sync          string

	Phase            string // of the last operation
	OperationMessage string
	LastSync         time.Time // when the last operation ended; zero if none did

	Revision       string
	RepoURL        string
	Path           string // in the repository, or the chart's name
	TargetRevision string

	Condition       string // message of the first condition
	Set             string // the ApplicationSet that made it, if one did
	Images          string // references it runs, one a line, in order, a bounded number
	Workloads       string // kinds of its resources that run pods, such as "Deployment Rollout", in order
	ResourceVersion string

	// Since is when the present pair of health and sync began, as far as the
	// table has seen. The table sets it; what an adapter writes is ignored.
	Since time.Time
}

// Key returns the application's key.
func (a *Application) Key() Key { return Key{a.Instance, a.Namespace, a.Name} }

// Attention reports whether the application is not Healthy or not Synced.
func (a *Application) Attention() bool { return a.Health != Healthy || a.Sync != Synced }

// State is how an instance's connection is.
type State string

// The states of an instance.
const (
	Connecting State = "connecting"
	Connected  State = "connected"
	Down       State = "down"
	Captured   State = "captured" // not connected to: a snapshot made there is shown
)

// Reason says why an instance is down, as a code; pages make the sentence.
type Reason string

// The reasons an instance can be down for.
const (
	NoReason        Reason = ""
	Unreachable     Reason = "unreachable"     // no connection, or it broke
	TimedOut        Reason = "timeout"         // connected, but no answer in time
	TLS             Reason = "tls"             // certificate refused, or one side speaks TLS and the other does not
	Unauthenticated Reason = "unauthenticated" // token missing, wrong, expired or revoked
	Forbidden       Reason = "forbidden"       // token known and not allowed
	TooLarge        Reason = "too_large"       // an answer above the size limit
	HTTP2Blocked    Reason = "http2_blocked"   // something in between speaks HTTP/1 only
	NotArgoCD       Reason = "not_argocd"      // an HTTP/2 server that does not know Argo CD's API
	Misconfigured   Reason = "misconfigured"   // a file of the configuration cannot be read
	TokenUnbound    Reason = "token_unbound"   // the token folder does not say that the file is for this server
	TokenLost       Reason = "token_lost"      // the kept token was sealed with a key that is not at hand
	UnknownReason   Reason = "unknown"
)

// WriteState is what probing for write permissions has shown.
type WriteState string

// The outcomes of probing. A probe can prove that a token may write and never
// that it may not, so there is no state for that.
const (
	WriteUnknown WriteState = "unknown"    // not asked yet, or not answered
	WriteNone    WriteState = "none_found" // no write permission detected
	WriteFound   WriteState = "found"
)

// WriteCheck is the outcome of probing an instance's token.
type WriteCheck struct {
	State WriteState
	Found []string  // "resource action object", in order, at most a few dozen
	At    time.Time // of the last probe that was answered
}

// Protocol is how an instance is read.
type Protocol string

// The protocols.
const (
	NoProtocol Protocol = ""         // nothing has been read yet
	GRPC       Protocol = "grpc"     // over HTTP/2
	REST       Protocol = "rest"     // over HTTP/1, where something in between blocks HTTP/2
	Snapshot   Protocol = "snapshot" // not read at all: a file made there was handed in
)

// Status is the part of an instance that its adapter reports.
type Status struct {
	URL      string
	Protocol Protocol
	State    State
	Reason   Reason // set when State is Down
	Detail   string // technical cause, for the log and for operators; not translated
	LastSeen time.Time
	Version  string
	Account  string
	Expires  time.Time // when the token ends; zero if never or not known
	Captured time.Time // of a snapshot: when it was made there
	Guessed  bool      // Captured is an estimate
	CanWrite WriteCheck
}

// Instance is one Argo CD instance as pages see it.
type Instance struct {
	Name string
	Status
	Since        time.Time // when the present state and reason began
	Complete     bool      // a full list has been taken since the start of the table
	ListedAt     time.Time // of the last full list
	Applications int
	Health       map[string]int // applications by health
	Sync         map[string]int // applications by sync
}

// Stale reports whether the instance's rows may be out of date because it does
// not answer. Those of a snapshot are as of its time, which is no fault.
func (i *Instance) Stale() bool { return i.State != Connected && i.State != Captured }
