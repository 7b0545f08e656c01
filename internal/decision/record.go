// Package decision is a team's record of why it chose what it chose: MADR
// 4.0.0's fields, a life cycle, and a snapshot of the verdict it was taken on.
// It knows figures by name only; where they come from is not its business.
package decision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
	Draft      Status = "draft"
	Proposed   Status = "proposed"
	Accepted   Status = "accepted"
	Rejected   Status = "rejected"
	Superseded Status = "superseded"
	Deprecated Status = "deprecated"
)

// Statuses are all statuses, in the order of the life cycle.
var Statuses = []Status{Draft, Proposed, Accepted, Rejected, Superseded, Deprecated}

// next lists where a record may go from each status.
var next = map[Status][]Status{
	Draft:    {Proposed},
	Proposed: {Accepted, Rejected, Draft},
	Accepted: {Superseded, Deprecated},
	Rejected: {Superseded, Deprecated},
}

// Next lists the statuses that a record of status s may take.
func (s Status) Next() []Status { return slices.Clone(next[s]) }

// Known tells whether s is a status at all.
func (s Status) Known() bool { return slices.Contains(Statuses, s) }

// Record is an architecture decision record with the fields of MADR 4.0.0.
type Record struct {
	// Number is counted by plan from 1 and never given twice, not even after a
	// record is removed.
	Number int   `json:"number"`
	Topic  Topic `json:"topic"`
	// Subject is the key of what was decided on: a pipeline, layout, matrix or
	// service of the plan; empty where the topic has no single one.
	Subject string `json:"subject,omitempty"`
	// Question is the id of the question of the backlog that this answers.
	Question string `json:"question,omitempty"`

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

	// Aftermath is what a record says of its consequences as prose, beside or
	// instead of Consequences.
	Aftermath string `json:"aftermath,omitempty"`

	Supersedes   []int `json:"supersedes,omitempty"`
	SupersededBy int   `json:"supersededBy,omitempty"`
	// RelatesTo are other records of the plan; each of them names this one too.
	RelatesTo []int `json:"relatesTo,omitempty"`

	// Assumptions are what the decision rests on. ReviewBy is the day,
	// 2006-01-02, from which it asks to be looked at again.
	Assumptions []Assumption `json:"assumptions,omitempty"`
	ReviewBy    string       `json:"reviewBy,omitempty"`

	// Steps are the statuses the record has taken since it was begun, SignOffs
	// the deciders' words on it, Reviews what was said when an accepted record
	// was looked at again. None of them is ever changed.
	Steps    []Step    `json:"steps,omitempty"`
	SignOffs []SignOff `json:"signOffs,omitempty"`
	Reviews  []Review  `json:"reviews,omitempty"`
	Comments []Comment `json:"comments,omitempty"`

	// Sections and Front are what an imported file holds that the fields above
	// have no place for: they are kept, shown and exported as they came. Front
	// is YAML.
	Sections []Section `json:"sections,omitempty"`
	Front    string    `json:"front,omitempty"`
}

// Assumption is something a decision rests on: a sentence, and where the
// product can compute it an expression over the plan's figures that is true
// while the assumption holds.
type Assumption struct {
	Text  string `json:"text"`
	Check string `json:"check,omitempty"`
}

// SignOff is one decider's word on a record. Text is the fingerprint of what
// was signed: a word on an earlier text no longer counts.
type SignOff struct {
	Person string    `json:"person"` // one of DecisionMakers
	Agrees bool      `json:"agrees"`
	At     time.Time `json:"at"`
	Word   string    `json:"word,omitempty"`
	By     string    `json:"by,omitempty"` // who entered it, where that is somebody else
	Text   string    `json:"text"`
}

// Review is a look at an accepted record: what was assumed and by when it was
// to be looked at before it, where the review changed them.
type Review struct {
	Person   string       `json:"person,omitempty"`
	At       time.Time    `json:"at"`
	Why      string       `json:"why"`
	Was      []Assumption `json:"was,omitempty"`
	ReviewBy string       `json:"reviewBy,omitempty"`
}

// Comment is a remark on a record.
type Comment struct {
	ID     string    `json:"id"`
	Person string    `json:"person,omitempty"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
}

// Section is a part of an imported record under a heading that MADR does not
// know, with the level of the heading: 2 for ##.
type Section struct {
	Heading string `json:"heading"`
	Level   int    `json:"level"`
	Text    string `json:"text,omitempty"`
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

// Equal tells whether two records say the same.
func (r Record) Equal(o Record) bool {
	a, errA := json.Marshal(r)
	b, errB := json.Marshal(o)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// Editable tells whether the record's text may still change. What is accepted,
// rejected or superseded stays as it was decided.
func (r Record) Editable() bool {
	return r.Status == Draft || r.Status == Proposed || r.Status == ""
}

// Discardable tells whether the record may be thrown away: it was never put to
// anybody.
func (r Record) Discardable() bool {
	return r.Status == Draft && len(r.Steps) == 0
}

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
// it is. Its errors are *Error. Accepting needs an outcome with its reason (a
// chosen option where there are options), and without the sign-off of every
// named decider a word why; superseding
// needs the number of another record, whose Supersedes is for the caller to
// extend with LinkTo.
func Transition(r Record, to Status, by By) (Record, error) {
	if !slices.Contains(next[r.Status], to) {
		return r, &Error{"decision.error.transition", map[string]any{"from": string(r.Status), "to": string(to)}}
	}
	if to == Accepted && (r.Chosen == "" && len(r.Options) > 0 || r.Justification == "") {
		return r, &Error{"decision.error.no_outcome", map[string]any{"number": r.ID()}}
	}
	if to == Accepted && strings.TrimSpace(by.Why) == "" {
		if missing := r.Unsigned(); len(missing) > 0 {
			return r, &Error{"decision.error.unsigned", map[string]any{"n": len(missing), "names": strings.Join(missing, ", ")}}
		}
	}
	if to == Superseded {
		switch {
		case by.Number <= 0:
			return r, &Error{"decision.error.no_successor", map[string]any{"number": r.ID()}}
		case by.Number == r.Number:
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
