// Package hook says what webhooks tell and to whom: what has happened, the
// endpoints that hear of it, and each delivery to one of them. It does nothing
// by itself.
package hook

import (
	"slices"
	"time"

	"deckplan/internal/decision"
)

// Type is a sort of event. Its word is the message that Name gives.
type Type string

// The types. Ping is sent on request, to one endpoint, and cannot be chosen.
const (
	Accepted    Type = "decision.accepted"
	NeedsReview Type = "decision.needs_review"
	Drifted     Type = "drift.changed"
	Ping        Type = "ping"
)

// Types are the types that an endpoint can choose, in the order they are shown.
var Types = []Type{Accepted, NeedsReview, Drifted}

// Known tells whether an endpoint can choose the type.
func (t Type) Known() bool { return slices.Contains(Types, t) }

// Name is the message that names the type.
func (t Type) Name() string {
	if t == Ping {
		return "hook.ping.name"
	}
	return string(t) + ".name"
}

// Event is something that happened in a plan. A Decision is set for events of
// decisions, a Drift for those of drift, neither for a ping.
type Event struct {
	ID       string // unique; the sender makes one where it is empty
	Type     Type
	At       time.Time // now where it is zero
	Plan     Plan
	Decision *Decision
	Drift    *Drift
}

// Plan names a plan. Only ID need be given: the sender finds the rest.
type Plan struct{ ID, Name, Scenario string }

// Decision names a record. Only Number need be given: the sender finds title
// and status.
type Decision struct {
	Number  int
	Title   string
	Status  decision.Status
	By      string // who took the step that the event tells of
	Reasons []Reason
}

// Reason says why a decision needs review: which figure or fact moved from what
// to what, and by whose edit. Whatever is not known stays empty.
type Reason struct {
	Assumption string        // as the record words it
	Figure     string        // id of the figure that moved
	Label      decision.Text // what the figure is called
	From, To   decision.Text // its values, written
	By         string        // author of the edit
	Revision   int64         // that the edit made; 0 where it was no edit
	Text       decision.Text // the reason as a sentence, where there is one
}

// Drift says how the differences between a plan and what runs have changed.
type Drift struct {
	Errors, Warnings, Notes int // differences that there are now, by severity
	New, Gone               []Difference
}

// Difference is one way in which a plan and what runs differ, worded.
type Difference struct {
	Key      string        `json:"key"` // stable
	Kind     string        `json:"kind"`
	Severity string        `json:"severity"`
	Text     decision.Text `json:"text"`
}

// Seen is what was last told of a plan's differences.
type Seen struct {
	Plan        string
	Differences []Difference
	At          time.Time
}
