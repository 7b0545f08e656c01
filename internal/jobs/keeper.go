package jobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// Config is what a keeper is made of.
type Config struct {
	Store   Store
	Log     *slog.Logger
	Now     func() time.Time
	Workers int           // jobs at a time; 2 if 0
	Longest time.Duration // that a job may run; 15 minutes if 0
}

// Keeper carries jobs out. It is safe for concurrent use.
type Keeper struct {
	Config
	turns chan struct{}
	base  context.Context
	stop  context.CancelFunc
	busy  sync.WaitGroup

	mu     sync.Mutex
	active map[string]*active
	subs   map[chan struct{}]string // the plan each wants to hear of
	closed bool
}

// active is a job that waits or runs.
type active struct {
	job    Job
	cancel context.CancelFunc
	given  bool // somebody has cancelled it
}

// Work makes a result. It ends soon after ctx does, and tells how far it is.
type Work func(ctx context.Context, tell func(Step)) (Result, error)

// Open makes a keeper. Jobs that an earlier run of the program left unfinished
// are marked as interrupted.
func Open(ctx context.Context, c Config) (*Keeper, error) {
	if c.Workers == 0 {
		c.Workers = 2
	}
	if c.Longest == 0 {
		c.Longest = 15 * time.Minute
	}
	n, err := c.Store.InterruptJobs(ctx)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if n > 0 {
		c.Log.Warn("jobs were interrupted when the program ended", "jobs", n)
	}
	k := &Keeper{Config: c, turns: make(chan struct{}, c.Workers), active: map[string]*active{}, subs: map[chan struct{}]string{}}
	k.base, k.stop = context.WithCancel(context.WithoutCancel(ctx))
	return k, nil
}

// Close interrupts what waits or runs, and returns once that is kept.
func (k *Keeper) Close() {
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	k.stop()
	k.busy.Wait()
}

// Start takes an order. The work begins when one of the workers is free.
func (k *Keeper) Start(ctx context.Context, o Order, work Work) (Job, error) {
	run, cancel := context.WithCancel(k.base)
	a := &active{job: Job{Order: o, ID: strings.ToLower(rand.Text()[:12]), State: Waiting, Created: k.Now()}, cancel: cancel}
	if err := k.admit(a); err != nil {
		cancel()
		return Job{}, err
	}
	if err := k.Store.AddJob(ctx, a.job); err != nil {
		k.forget(a)
		cancel()
		k.busy.Done()
		return Job{}, err
	}
	job := a.job
	go func() {
		defer k.busy.Done()
		defer cancel()
		k.carry(run, a, work)
	}()
	k.changed(o.Plan)
	return job, nil
}

// admit lets a job wait, if not too many do. Close waits for it from then on.
func (k *Keeper) admit(a *active) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	ofPlan := 0
	for _, other := range k.active {
		if other.job.Plan == a.job.Plan {
			ofPlan++
		}
	}
	if k.closed || len(k.active) >= maxWaiting || ofPlan >= maxOfPlan {
		return ErrBusy
	}
	k.active[a.job.ID] = a
	k.busy.Add(1)
	return nil
}

func (k *Keeper) forget(a *active) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.active, a.job.ID)
}

// carry waits for a turn, does the work, and keeps what became of it.
func (k *Keeper) carry(ctx context.Context, a *active, work Work) {
	var result Result
	var err error
	select {
	case k.turns <- struct{}{}:
		if err = ctx.Err(); err == nil {
			k.update(a, func(j *Job) { j.State = Running })
			if err = k.Store.SaveJob(ctx, k.copyOf(a), nil); err == nil {
				result, err = k.work(ctx, a, work)
			}
		}
		<-k.turns
	case <-ctx.Done():
		err = ctx.Err()
	}
	// The job is shown as it was until what became of it is kept.
	job := k.settled(a, result, err)
	if job.State != Done {
		result.Content = nil
	}
	// What became of it is kept even where the program is ending.
	if err := k.Store.SaveJob(context.WithoutCancel(ctx), job, result.Content); err != nil {
		k.Log.Error("job not kept", "job", job.ID, "plan", job.Plan, "error", err)
	}
	k.forget(a)
	k.changed(job.Plan)
}

// settled says what became of a job.
func (k *Keeper) settled(a *active, r Result, err error) Job {
	k.mu.Lock()
	defer k.mu.Unlock()
	j := a.job
	j.Ended, j.Step = k.Now(), Step{}
	var f *Failure
	switch {
	case a.given:
		j.State = Cancelled
	case k.base.Err() != nil && err != nil:
		j.State = Interrupted
	case errors.As(err, &f):
		j.State, j.Reason, j.Args = Failed, f.ID, f.Args
		k.Log.Warn("job failed", "job", j.ID, "kind", j.Kind, "plan", j.Plan, "error", err)
	case errors.Is(err, context.DeadlineExceeded):
		j.State, j.Reason = Failed, "jobs.fault.slow"
	case err != nil:
		j.State, j.Reason = Failed, "jobs.fault.internal"
		k.Log.Error("job failed", "job", j.ID, "kind", j.Kind, "plan", j.Plan, "error", err)
	case len(r.Content) > MaxResult:
		j.State, j.Reason, j.Args = Failed, "jobs.fault.large", map[string]any{"size": len(r.Content) >> 20, "max": MaxResult >> 20}
	default:
		j.State, j.Name, j.Type, j.Size = Done, r.Name, r.Type, int64(len(r.Content))
	}
	return j
}

// work does the work. A panic fails the job and nothing else.
func (k *Keeper) work(ctx context.Context, a *active, work Work) (r Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, k.Longest)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, bytes.TrimSpace(debug.Stack()))
		}
	}()
	r, err = work(ctx, func(s Step) { k.update(a, func(j *Job) { j.Step = s }) })
	if err != nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	return r, err
}

func (k *Keeper) update(a *active, f func(*Job)) {
	k.mu.Lock()
	f(&a.job)
	k.mu.Unlock()
	k.changed(a.job.Plan)
}

func (k *Keeper) copyOf(a *active) Job {
	k.mu.Lock()
	defer k.mu.Unlock()
	return a.job
}

// Jobs lists a plan's jobs, the newest first, each as it is now.
func (k *Keeper) Jobs(ctx context.Context, plan string) ([]Job, error) {
	list, err := k.Store.Jobs(ctx, plan)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range list {
		if a := k.active[list[i].ID]; a != nil && !list[i].State.Ended() {
			list[i] = a.job
		}
	}
	return list, nil
}

// Last gives a plan's newest job of a kind with what is attached to it; false
// where there is none.
func (k *Keeper) Last(ctx context.Context, plan, kind string) (Job, bool, error) {
	list, err := k.Store.Jobs(ctx, plan)
	if err != nil {
		return Job{}, false, err
	}
	for _, j := range list {
		if j.Kind == kind {
			j, err := k.Store.Job(ctx, plan, j.ID)
			return j, err == nil, err
		}
	}
	return Job{}, false, nil
}

// Result gives a job and the file that it made.
func (k *Keeper) Result(ctx context.Context, plan, id string) (Job, []byte, error) {
	j, err := k.Store.Job(ctx, plan, id)
	if err != nil {
		return j, nil, err
	}
	if j.State != Done {
		return j, nil, ErrRunning
	}
	content, err := k.Store.JobContent(ctx, plan, id)
	return j, content, err
}

// Cancel ends a job that waits or runs. One that has ended stays as it is.
func (k *Keeper) Cancel(ctx context.Context, plan, id string) error {
	if _, err := k.Store.Job(ctx, plan, id); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if a := k.active[id]; a != nil && a.job.Plan == plan && !a.job.State.Ended() {
		a.given = true
		a.cancel()
	}
	return nil
}

// Remove forgets a job that has ended, with its result.
func (k *Keeper) Remove(ctx context.Context, plan, id string) error {
	switch j, err := k.Store.Job(ctx, plan, id); {
	case err != nil:
		return err
	case !j.State.Ended():
		return ErrRunning
	}
	if err := k.Store.RemoveJob(ctx, plan, id); err != nil {
		return err
	}
	k.changed(plan)
	return nil
}

// Subscribe tells of changes of a plan's jobs from now on. At most one waits in
// the channel: who is slow sees the last state.
func (k *Keeper) Subscribe(plan string) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	k.mu.Lock()
	k.subs[ch] = plan
	k.mu.Unlock()
	return ch, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.subs, ch)
	}
}

func (k *Keeper) changed(plan string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for ch, of := range k.subs {
		if of != plan {
			continue
		}
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
