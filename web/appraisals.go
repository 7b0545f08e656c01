package web

import (
	"sync"

	"deckplan/internal/appraise"
	"deckplan/internal/plan"
)

// appraisals keeps the last verdicts, so that a revision is analysed once.
type appraisals struct {
	mu    sync.Mutex
	order []appraisalKey
	kept  map[appraisalKey]*appraise.Appraisal
}

type appraisalKey struct {
	plan     string
	revision int64
}

// appraisalsKept bounds the memory of verdicts on large plans.
const appraisalsKept = 8

func (a *appraisals) of(id string, revision int64, p *plan.Plan) *appraise.Appraisal {
	key := appraisalKey{id, revision}
	a.mu.Lock()
	defer a.mu.Unlock() // one reader computes, others wait for the same answer
	if got := a.kept[key]; got != nil {
		return got
	}
	fresh := appraise.Run(p)
	if a.kept == nil {
		a.kept = map[appraisalKey]*appraise.Appraisal{}
	}
	a.kept[key] = &fresh
	a.order = append(a.order, key)
	for len(a.order) > appraisalsKept {
		delete(a.kept, a.order[0])
		a.order = a.order[1:]
	}
	return &fresh
}

// counts gives the errors and warnings of each page, by the rail's entries.
func (a *appraisals) counts(h plan.Head, p *plan.Plan) (bad, doubt map[string]int) {
	bad, doubt = map[string]int{}, map[string]int{}
	for topic, c := range a.of(h.ID, h.Revision, p).Counts() {
		bad[topic.Page()], doubt[topic.Page()] = c.Errors, c.Warnings
	}
	return bad, doubt
}
