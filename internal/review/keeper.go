package review

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// Store is what a keeper needs of the database.
type Store interface {
	Plans(ctx context.Context) ([]plan.Head, error)
	Plan(ctx context.Context, id string) (plan.Head, *plan.Plan, error)
	At(ctx context.Context, id string, number int64) (*plan.Plan, error)
	Revision(ctx context.Context, id string, number int64) (plan.Revision, error)
	Records(ctx context.Context, id string) ([]decision.Record, error)
	Judgements(ctx context.Context, id string) (states map[int]decision.State, judged int64, err error)
	Judge(ctx context.Context, id string, revision int64, changed map[int]decision.State) error
}

// Config is what a keeper is made of.
type Config struct {
	Store Store
	Table *live.Table
	Log   *slog.Logger
	Now   func() time.Time
	// Notify is told of decisions that came to need a review; may be nil. It
	// must not wait.
	Notify func(Need)

	Pause time.Duration // after a change, before it is judged by itself; 3 s unless set
}

// Need is a decision that came to need a review.
type Need struct {
	Plan   plan.Head
	Record decision.Record
	State  decision.State
	At     time.Time
}

// Keeper judges decisions after every change of a plan or of what runs.
type Keeper struct {
	Config
	mu    sync.Mutex
	plans map[string]*judged
	dirty map[string]bool // plans with a change that nobody has judged yet
	wake  chan struct{}
}

// judged is a plan's decisions as they were last judged.
type judged struct {
	mu       sync.Mutex // one judges, others wait for the same answer
	ready    bool
	revision int64
	noted    int64
	day      string
	version  uint64 // of the live table
	looks    bool   // some check looks at what runs
	standing Standing
	live     map[string]differences // by layout
	used     time.Time
}

// differences are in how many ways what runs differs from a layout.
type differences struct {
	n       int
	err     error
	version uint64
	rev     int64
}

// Standing is how a plan's decisions stand.
type Standing struct {
	Records []decision.Record // the newest first
	States  map[int]decision.State
}

// Needing gives the records that need a review, the newest first.
func (s Standing) Needing() (out []decision.Record) {
	for _, r := range s.Records {
		if s.States[r.Number].Needs() {
			out = append(out, r)
		}
	}
	return out
}

// Record gives the record of a number.
func (s Standing) Record(number int) (decision.Record, bool) {
	for _, r := range s.Records {
		if r.Number == number {
			return r, true
		}
	}
	return decision.Record{}, false
}

// NewKeeper makes a keeper. Run has it judge by itself; Standing judges at once
// whatever is asked for.
func NewKeeper(c Config) *Keeper {
	if c.Pause <= 0 {
		c.Pause = 3 * time.Second
	}
	return &Keeper{Config: c, plans: map[string]*judged{}, dirty: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// Heard is told of every event of every plan; it does not wait.
func (k *Keeper) Heard(e plan.Event) {
	k.mu.Lock()
	k.dirty[e.Plan] = true
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// plansKept bounds the plans whose records are held in memory.
const plansKept = 64

// appliesAtOnce is the number of applications up to which Standing compares
// what runs with a layout while a reader waits.
const appliesAtOnce = 5000

func (k *Keeper) of(id string) *judged {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.plans[id]
	if one == nil {
		one = &judged{live: map[string]differences{}}
		k.plans[id] = one
		for len(k.plans) > plansKept {
			oldest := ""
			for other, p := range k.plans {
				if other != id && (oldest == "" || p.used.Before(k.plans[oldest].used)) {
					oldest = other
				}
			}
			delete(k.plans, oldest)
		}
	}
	one.used = k.Now()
	return one
}

// Standing tells how a plan's decisions stand at its newest revision. appraisal
// gives the plan's verdicts; it is asked only where something is to be judged.
func (k *Keeper) Standing(ctx context.Context, head plan.Head, doc *plan.Plan, appraisal func() *appraise.Appraisal) (Standing, error) {
	return k.judge(ctx, head, doc, appraisal, false)
}

func (k *Keeper) judge(ctx context.Context, head plan.Head, doc *plan.Plan, appraisal func() *appraise.Appraisal, patient bool) (Standing, error) {
	one := k.of(head.ID)
	one.mu.Lock()
	defer one.mu.Unlock()
	day, version := k.Now().Format(time.DateOnly), k.Table.Version()
	if one.ready && one.revision >= head.Revision && one.noted >= head.Noted && one.day == day && (one.version == version || !patient || !one.looks) {
		return one.standing, nil
	}
	// What was judged before is at hand, unless a record was written since.
	records, before, last, err := one.standing.Records, one.standing.States, one.revision, error(nil)
	if !one.ready || one.noted != head.Noted {
		if records, err = k.Store.Records(ctx, head.ID); err != nil {
			return one.standing, err
		}
		if before, last, err = k.Store.Judgements(ctx, head.ID); err != nil {
			return one.standing, err
		}
	}
	j := judging{keeper: k, one: one, head: head, doc: doc, appraisal: appraisal, patient: patient, last: last, day: day}
	states, changed, err := j.all(ctx, records, before)
	if err != nil {
		return one.standing, err
	}
	if len(changed) > 0 || last < head.Revision && len(records) > 0 {
		if err := k.Store.Judge(ctx, head.ID, head.Revision, changed); err != nil {
			return one.standing, err
		}
	}
	one.ready, one.revision, one.noted, one.day = true, head.Revision, head.Noted, day
	if one.looks = looksAtLive(records); patient {
		one.version = version
	}
	one.standing = Standing{records, states}
	k.tell(head, records, before, changed)
	return one.standing, nil
}

// tell notifies of what came to need a review.
func (k *Keeper) tell(head plan.Head, records []decision.Record, before, changed map[int]decision.State) {
	if k.Notify == nil {
		return
	}
	for _, r := range records {
		if now, ok := changed[r.Number]; ok && now.Needs() && !before[r.Number].Needs() {
			k.Notify(Need{Plan: head, Record: r, State: now, At: k.Now()})
		}
	}
}

// looksAtLive tells whether a check looks at what runs.
func looksAtLive(records []decision.Record) bool {
	for i := range records {
		for _, a := range records[i].Assumptions {
			if a.Check == "" {
				continue
			}
			c, fault := decision.CompileCheck(a.Check)
			if fault != nil {
				continue
			}
			for _, r := range c.Refs {
				if r.Live() {
					return true
				}
			}
		}
	}
	return false
}

// Run judges by itself: at the start, after every change, and as days pass,
// until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	changes, cancel := k.Table.Subscribe()
	defer cancel()
	k.every(ctx)
	day := time.NewTicker(time.Minute)
	defer day.Stop()
	today := k.Now().Format(time.DateOnly)
	var edited, settle <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.wake: // a page that shows the change judges it sooner, and its verdict is used
			if edited == nil {
				edited = time.After(k.Pause)
			}
		case <-edited:
			edited = nil
			k.mu.Lock()
			ids := k.dirty
			k.dirty = map[string]bool{}
			k.mu.Unlock()
			for id := range ids {
				k.look(ctx, id)
			}
		case _, open := <-changes:
			if !open {
				return
			}
			if settle == nil {
				settle = time.After(k.Pause)
			}
		case <-settle:
			settle = nil
			k.lookLive(ctx)
		case <-day.C:
			if now := k.Now().Format(time.DateOnly); now != today {
				today = now
				k.every(ctx)
			}
		}
	}
}

func (k *Keeper) every(ctx context.Context) {
	heads, err := k.Store.Plans(ctx)
	if err != nil {
		k.Log.Error("plans not read to judge their decisions", "error", err)
		return
	}
	for _, h := range heads {
		k.look(ctx, h.ID)
	}
}

// lookLive judges the plans again whose decisions look at what runs.
func (k *Keeper) lookLive(ctx context.Context) {
	k.mu.Lock()
	var ids []string
	for id, one := range k.plans {
		if one.mu.TryLock() { // one that is being judged is judged with what runs now
			if one.ready && one.looks {
				ids = append(ids, id)
			}
			one.mu.Unlock()
		}
	}
	k.mu.Unlock()
	for _, id := range ids {
		k.look(ctx, id)
	}
}

// look judges a plan's decisions, however long it takes.
func (k *Keeper) look(ctx context.Context, id string) {
	head, doc, err := k.Store.Plan(ctx, id)
	if err == nil {
		_, err = k.judge(ctx, head, doc, func() *appraise.Appraisal { a := appraise.Run(doc); return &a }, true)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, plan.ErrNotFound) {
		k.Log.Error("decisions not judged", "plan", id, "error", err)
	}
}
