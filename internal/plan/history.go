package plan

import (
	"errors"
	"time"
)

// Failures of keeping plans, whatever keeps them.
var (
	ErrNotFound    = errors.New("plan: not found")                // no such plan, revision or record
	ErrUnavailable = errors.New("plan: storage unavailable")      // nothing was changed; try again
	ErrUndone      = errors.New("plan: nothing to undo")          // undone already
	ErrStale       = errors.New("plan: record changed meanwhile") // since it was read
)

// Head is a kept plan without its document.
type Head struct {
	ID       string
	Name     string
	Scenario string // which alternative it is, such as as-is; may be empty
	Family   string // the plan that it and its other scenarios were copied from
	Revision int64
	Noted    int64 // counts the writes to the plan's decisions
	Updated  time.Time
	Author   string // of the newest revision
}

// Title is what the plan is called, with its scenario.
func (h Head) Title() string {
	if h.Scenario == "" {
		return h.Name
	}
	return h.Name + " · " + h.Scenario
}

// Revision is one edit as history keeps it.
type Revision struct {
	Number  int64
	Author  string
	At      time.Time
	Summary Summary
	Changes []Change
	Undoes  int64 // the revision it undoes, or 0
	Undone  int64 // the revision that undid it, or 0
	Origin  int64 // the edit that an undo or redo is about; its own number for an edit
	Turn    int64 // 0 for an edit, 1 for its undo, 2 for its redo, and so on
}

// Forward tells whether the edit it is about is in force with it.
func (r Revision) Forward() bool { return r.Turn%2 == 0 }

// Event says that a plan has a new revision; Revision is 0 where something
// beside the document changed, such as a decision.
type Event struct {
	Plan     string
	Revision int64
}
