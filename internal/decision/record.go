// Package decision is a team's record of why it chose what it chose: MADR
// 4.0.0's fields, a life cycle, and a snapshot of the verdict it was taken on.
// It knows figures by name only; where they come from is not its business.
package decision

import (
	"fmt"
	"slices"
	"time"
)

// Topic is the page a decision was recorded on.
type Topic string

const (
	Ownership Topic = "ownership"
	Layout    Topic = "layout"
	Matrix    Topic = "matrix"
	Strategy  Topic = "strategy"
	Image     Topic = "image"
	Plan      Topic = "plan"
)

// Topics are all topics, in the order of the pages.
var Topics = []Topic{Plan, Ownership, Layout, Matrix, Strategy, Image}

// Status is where a record stands. Its word is the message decision.status.STATUS.
type Status string

const (
	Proposed   Status = "proposed"
	Accepted   Status = "accepted"
	Rejected   Status = "rejected"
	Superseded Status = "superseded"
)

// next lists where a record may go from each status.
var next = map[Status][]Status{
	Proposed: {Accepted, Rejected},
	Accepted: {Superseded},
}

// Next lists the statuses that a record of status s may take.
func (s Status) Next() []Status { return slices.Clone(next[s]) }

// Known tells whether s is a status at all.
func (s Status) Known() bool {
	return slices.Contains([]Status{Proposed, Accepted, Rejected, Superseded}, s)
}

// Record is an architecture decision record with the fields of MADR 4.0.0.
type Record struct {
	// Number is counted by plan from 1 and never given twice, not even after a
	// record is removed.
	Number int   `json:"number"`
	Topic  Topic `json:"topic"`
	// Subject is the key of what was decided on: a pipeline, layout, matrix or
	// service of the plan; empty where the topic has no single one.
	Subject string `json:"subject,omitempty"`

	Title          string     `json:"title"`
	Status         Status     `json:"status"`
	Date           string     `json:"date,omitempty"` // 2006-01-02, when the decision was last updated
	DecisionMakers []string   `json:"decisionMakers,omitempty"`
	Consulted      []string   `json:"consulted,omitempty"`
	Informed       []string   `json:"informed,omitempty"`
	Context        string     `json:"context,omitempty"`
	Drivers        []string   `json:"drivers,omitempty"`
	Options        []Option   `json:"options,omitempty"`
	Chosen         string     `json:"chosen,omitempty"` // name of one of Options
	Justification  string     `json:"justification,omitempty"`
	Consequences   []Argument `json:"consequences,omitempty"`
	Confirmation   string     `json:"confirmation,omitempty"`
	More           string     `json:"moreInformation,omitempty"`

	Supersedes   []int `json:"supersedes,omitempty"`
	SupersededBy int   `json:"supersededBy,omitempty"`

	// Steps are the statuses the record has taken since it was proposed.
	Steps []Step `json:"steps,omitempty"`
}

// Option is a way the decision could have gone, with its pros and cons.
type Option struct {
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Arguments   []Argument `json:"arguments,omitempty"`
}

// Side says whether an argument speaks for or against.
type Side string

const (
	Good    Side = "good"
	Neutral Side = "neutral"
	Bad     Side = "bad"
)

// Sides are all sides.
var Sides = []Side{Good, Neutral, Bad}

// Argument is one line of pros and cons: "Good, because …".
type Argument struct {
	Side Side   `json:"side"`
	Text string `json:"text"`
}

// Step is a change of status: who, when and why.
type Step struct {
	From   Status    `json:"from"`
	To     Status    `json:"to"`
	Person string    `json:"person,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Why    string    `json:"why,omitempty"`
}

// ID is the number as file names and readers have it: 0007.
func (r Record) ID() string { return FormatNumber(r.Number) }

// FormatNumber writes a record's number with four digits.
func FormatNumber(n int) string { return fmt.Sprintf("%04d", n) }

// Editable tells whether the record's text may still change. What is accepted,
// rejected or superseded stays as it was decided.
func (r Record) Editable() bool { return r.Status == Proposed || r.Status == "" }

// By says who takes a step, when and why, and for a step to superseded which
// record takes this one's place.
type By struct {
	Person string
	At     time.Time
	Why    string
	Number int
}

// Error is a step that the life cycle refuses: a message id with arguments.
type Error struct {
	ID   string
	Args map[string]any
}

func (e *Error) Error() string { return fmt.Sprintf("decision: %s %v", e.ID, e.Args) }

// Transition gives the record at its next status; the record itself is left as
// it is. Its errors are *Error. Accepting needs a chosen option; superseding
// needs the number of another record, whose Supersedes is for the caller to
// extend with LinkTo.
func Transition(r Record, to Status, by By) (Record, error) {
	if !slices.Contains(next[r.Status], to) {
		return r, &Error{"decision.error.transition", map[string]any{"from": string(r.Status), "to": string(to)}}
	}
	if to == Accepted && (r.Chosen == "" || r.Justification == "") {
		return r, &Error{"decision.error.no_outcome", map[string]any{"number": r.ID()}}
	}
	if to == Superseded {
		switch by.Number {
		case 0:
			return r, &Error{"decision.error.no_successor", map[string]any{"number": r.ID()}}
		case r.Number:
			return r, &Error{"decision.error.itself", map[string]any{"number": r.ID()}}
		}
		r.SupersededBy = by.Number
	}
	r.Steps = append(slices.Clone(r.Steps), Step{From: r.Status, To: to, Person: by.Person, At: by.At, Why: by.Why})
	r.Status = to
	if !by.At.IsZero() {
		r.Date = by.At.Format(time.DateOnly)
	}
	return r, nil
}

// LinkTo gives the record with another's number among those it supersedes.
func (r Record) LinkTo(number int) Record {
	if number > 0 && number != r.Number && !slices.Contains(r.Supersedes, number) {
		r.Supersedes = append(slices.Clone(r.Supersedes), number)
		slices.Sort(r.Supersedes)
	}
	return r
}

// Decision is a record with the snapshot it was taken on.
type Decision struct {
	Record   Record    `json:"record"`
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	Hash     string    `json:"hash,omitempty"` // of the snapshot, when it was taken
}

// Intact tells whether the snapshot is still what was taken; true where there
// is none.
func (d Decision) Intact() bool { return d.Snapshot == nil || d.Snapshot.Hash() == d.Hash }
