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
	Revision int64
	Updated  time.Time
	Author   string // of the newest revision
}

// Revision is one edit as history keeps it.
type Revision struct {
	Number  int64
	Author  string
	At      time.Time
	Summary Summary
	Changes []Change
	Undoes  int64 // the revision it undoes, or 0
}

// Event says that a plan has a new revision; Revision is 0 where something
// beside the document changed, such as a decision.
type Event struct {
	Plan     string
	Revision int64
}
