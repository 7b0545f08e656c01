package decision

import "time"

// Question is something a plan's team is yet to decide: an entry of the
// backlog, raised by hand or from a finding.
type Question struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Detail   string    `json:"detail,omitempty"`
	RaisedBy string    `json:"raisedBy,omitempty"`
	RaisedAt time.Time `json:"raisedAt"`
	DueBy    string    `json:"dueBy,omitempty"` // 2006-01-02

	// Topic and Subject are what it is about, Finding the id of the finding it
	// was raised from.
	Topic   Topic  `json:"topic,omitempty"`
	Subject string `json:"subject,omitempty"`
	Finding string `json:"finding,omitempty"`

	// Number is the decision that answers it, 0 while none does. Dropped says
	// that nobody is going to; Closed who said either, when and why.
	Number  int     `json:"number,omitempty"`
	Dropped bool    `json:"dropped,omitempty"`
	Closed  *Closed `json:"closed,omitempty"`
}

// Closed is how a question left the backlog.
type Closed struct {
	Person string    `json:"person,omitempty"`
	At     time.Time `json:"at"`
	Why    string    `json:"why,omitempty"`
}

// Open tells whether the question still waits for an answer.
func (q Question) Open() bool { return q.Number == 0 && !q.Dropped }

// KeptQuestion is a question as it is stored; Version counts its saves.
type KeptQuestion struct {
	Question
	Version int64
}

// ValidateQuestion tests what a question says; it is empty where all is well.
func ValidateQuestion(q Question) []Problem {
	v := validator{}
	v.text("question", q.Title, MaxTitle, true)
	v.text("detail", q.Detail, MaxText, false)
	v.date("dueBy", q.DueBy)
	return v.problems
}
