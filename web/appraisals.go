package web

import (
	"deckplan/internal/appraise"
	"deckplan/internal/plan"
)

// appraisals keeps the last verdicts, so that a revision is analysed once.
type appraisals struct {
	kept kept[revisionKey, *appraise.Appraisal]
}

// appraisalsKept bounds the memory of verdicts on large plans.
const appraisalsKept = 8

func (a *appraisals) of(id string, revision int64, p *plan.Plan) *appraise.Appraisal {
	return a.kept.of(revisionKey{id, revision}, appraisalsKept, func() *appraise.Appraisal {
		fresh := appraise.Run(p)
		return &fresh
	})
}

// counts gives the errors and warnings of each page, by the rail's entries.
func (a *appraisals) counts(h plan.Head, p *plan.Plan) (bad, doubt map[string]int) {
	bad, doubt = map[string]int{}, map[string]int{}
	for topic, c := range a.of(h.ID, h.Revision, p).Counts() {
		bad[topic.Page()], doubt[topic.Page()] = c.Errors, c.Warnings
	}
	return bad, doubt
}
