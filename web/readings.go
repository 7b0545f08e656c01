package web

import (
	"slices"
	"sync"
	"time"

	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

// Limits of the readings that wait for somebody to choose from them.
const (
	readingAge    = 30 * time.Minute
	readingCount  = 16
	readingWeight = 150_000 // things of all of them together
)

// readingOf is what was read for a plan, until it is applied or too old.
type readingOf struct {
	id, plan string
	at       time.Time
	seen     *survey.Observed
	keys     []survey.Key

	mu       sync.Mutex // of the last proposal made of it
	revision int64
	choices  survey.Choices
	proposal *survey.Proposal
}

// propose compares the reading with a revision of its plan. The last answer is
// kept: ticking a box does not change it.
func (r *readingOf) propose(revision int64, p *plan.Plan, c survey.Choices) *survey.Proposal {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proposal == nil || r.revision != revision || r.choices != c {
		r.proposal, r.revision, r.choices = survey.Propose(p, r.seen, c), revision, c
	}
	return r.proposal
}

// readings keeps what was read between a page and the next.
type readings struct {
	now func() time.Time
	mu  sync.Mutex
	all []*readingOf // the newest last
}

// add keeps a reading and gives it an identifier that cannot be guessed. The
// oldest make room.
func (r *readings) add(planID string, seen *survey.Observed) *readingOf {
	one := &readingOf{id: plan.NewID() + plan.NewID(), plan: planID, at: r.now(), seen: seen, keys: survey.Keys(seen)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, one)
	weight := 0
	for i := len(r.all) - 1; i >= 0; i-- {
		weight += r.all[i].seen.Weight()
		if i < len(r.all)-1 && (weight > readingWeight || len(r.all)-i > readingCount) {
			r.all = slices.Delete(r.all, 0, i+1)
			break
		}
	}
	return one
}

// get gives a plan's reading, or nil once it is too old.
func (r *readings) get(planID, id string) *readingOf {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(one *readingOf) bool { return r.now().Sub(one.at) > readingAge })
	i := slices.IndexFunc(r.all, func(one *readingOf) bool { return one.id == id && one.plan == planID })
	if i < 0 {
		return nil
	}
	return r.all[i]
}
