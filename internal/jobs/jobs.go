// Package jobs carries out long work beside requests: a few at a time, with
// progress, to be cancelled, and with results that are kept. What the work is,
// and where jobs are kept, is given to it.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// State is where a job stands. Its word is the message jobs.state.STATE.
type State string

const (
	Waiting     State = "waiting" // for one of those before it to end
	Running     State = "running"
	Done        State = "done" // there is a result
	Failed      State = "failed"
	Cancelled   State = "cancelled"
	Interrupted State = "interrupted" // the program ended before it did
)

// Ended tells whether nothing more happens to the job.
func (s State) Ended() bool { return s != Waiting && s != Running }

// Bounds of what is kept, and of what waits.
const (
	MaxPerPlan = 20
	MaxAge     = 7 * 24 * time.Hour
	MaxBytes   = 64 << 20 // results of all plans
	MaxResult  = 32 << 20 // one of them
	maxWaiting = 60       // of all plans
	maxOfPlan  = 10       // waiting or running
)

var (
	// ErrBusy says that too many jobs wait already.
	ErrBusy = errors.New("jobs: too many are waiting")
	// ErrRunning says that a job has not ended.
	ErrRunning = errors.New("jobs: it has not ended")
)

// Step is how far a job is: what it does, and how many of its steps are done.
type Step struct {
	ID    string // a message
	Of    string // one that it is about; none if empty
	Done  int
	Total int
}

// Failure is why a job came to nothing, in words for people: a message id with
// arguments. Any other error is for the log.
type Failure struct {
	ID   string
	Args map[string]any
	Err  error
}

func (f *Failure) Error() string {
	if f.Err != nil {
		return fmt.Sprintf("%s: %v", f.ID, f.Err)
	}
	return fmt.Sprintf("%s %v", f.ID, f.Args)
}

func (f *Failure) Unwrap() error { return f.Err }

// Result is the file that a job made.
type Result struct {
	Name    string
	Type    string // media type
	Content []byte
}

// Order is what is asked for.
type Order struct {
	Plan     string
	Revision int64
	Kind     string // what work it is
	Author   string
	Options  json.RawMessage // the kind's own
	Attached []byte          // a file that belongs to them; lists leave it out
}

// Job is an order and what became of it. Its result's content is read apart.
type Job struct {
	Order
	ID      string
	State   State
	Step    Step   // while it runs
	Reason  string // message of why it failed
	Args    map[string]any
	Name    string // of the result
	Type    string
	Size    int64
	Created time.Time
	Ended   time.Time // zero before
}

// Store keeps jobs. One that is not there is an error of its own.
type Store interface {
	// Jobs lists a plan's jobs without what is attached, the newest first.
	Jobs(ctx context.Context, plan string) ([]Job, error)
	Job(ctx context.Context, plan, id string) (Job, error)
	JobContent(ctx context.Context, plan, id string) ([]byte, error)
	// AddJob keeps a new one and forgets those beyond the bounds.
	AddJob(ctx context.Context, j Job) error
	// SaveJob keeps a job's state and, where there is one, its result, and forgets
	// ended ones beyond the bounds.
	SaveJob(ctx context.Context, j Job, content []byte) error
	RemoveJob(ctx context.Context, plan, id string) error
	// InterruptJobs marks those that have not ended, and counts them.
	InterruptJobs(ctx context.Context) (int64, error)
}
