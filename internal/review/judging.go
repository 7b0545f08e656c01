package review

import (
	"context"
	"slices"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/drift"
	"deckplan/internal/plan"
)

// judging is one judging of a plan's decisions.
type judging struct {
	keeper    *Keeper
	one       *judged
	head      plan.Head
	doc       *plan.Plan
	appraisal func() *appraise.Appraisal
	patient   bool  // nobody waits for the answer
	last      int64 // the revision judged before
	day       string
}

// all gives the states of all records, and those that are not as before.
func (j *judging) all(ctx context.Context, records []decision.Record, before map[int]decision.State) (states, changed map[int]decision.State, err error) {
	states, changed = map[int]decision.State{}, map[int]decision.State{}
	var world decision.World = nowhere{}
	if slices.ContainsFunc(records, func(r decision.Record) bool {
		return slices.ContainsFunc(r.Assumptions, func(a decision.Assumption) bool { return a.Check != "" })
	}) {
		world = NewFacts(j.doc, j.appraisal(), j.differences)
	}
	now := j.keeper.Now()
	moment := decision.Moment{At: now}
	for _, r := range records {
		old := before[r.Number]
		next := decision.Judge(r, old, world, j.day, moment)
		if err := j.attribute(ctx, r, old, &next); err != nil {
			return nil, nil, err
		}
		states[r.Number] = next
		if _, known := before[r.Number]; !known || !old.Equal(next) {
			changed[r.Number] = next
		}
	}
	return states, changed, nil
}

// nowhere is a world without figures, for records without checks.
type nowhere struct{}

func (nowhere) Figure(r decision.Ref) (decision.Figure, error) {
	return decision.Figure{}, &decision.Missing{Ref: r, ID: "decision.missing.figure", Args: map[string]any{"figure": r.String()}}
}

// attribute finds, for every check that came to stand otherwise, the revision
// that did it. Where no revision came since it was last judged, what runs did.
func (j *judging) attribute(ctx context.Context, r decision.Record, old decision.State, next *decision.State) error {
	for i := range next.Checks {
		c := &next.Checks[i]
		was := slices.IndexFunc(old.Checks, func(o decision.CheckState) bool { return o.Check == c.Check })
		if was >= 0 && old.Checks[was].Result == c.Result && old.Checks[was].Gone == c.Gone {
			continue
		}
		compiled, fault := decision.CompileCheck(c.Check)
		if fault != nil {
			continue
		}
		looksAtLive := slices.ContainsFunc(compiled.Refs, decision.Ref.Live)
		switch {
		case was < 0 || j.last == 0:
			// It is judged for the first time: nothing is known to have moved.
		case j.last >= j.head.Revision:
			c.Live = looksAtLive
		default:
			at, err := j.turned(ctx, compiled, *c)
			if err != nil {
				return err
			}
			if at == 0 && looksAtLive {
				c.Live = true
				continue
			}
			if at == 0 {
				at = j.head.Revision
			}
			rev, err := j.keeper.Store.Revision(ctx, j.head.ID, at)
			if err != nil {
				return err
			}
			c.Revision, c.Author, c.Since = rev.Number, rev.Author, rev.At
		}
	}
	return nil
}

// turned finds the first revision after the one judged before at which the
// check stands as it does now, by halving: it is taken to have turned once.
// 0 where it turned at none of them.
func (j *judging) turned(ctx context.Context, c *decision.Check, now decision.CheckState) (int64, error) {
	low, high := j.last+1, j.head.Revision // it stands so at high
	if slices.ContainsFunc(c.Refs, decision.Ref.Live) {
		return high, nil // what ran at a past revision is not known
	}
	for low < high {
		middle := low + (high-low)/2
		doc, err := j.keeper.Store.At(ctx, j.head.ID, middle)
		if err != nil {
			return 0, err
		}
		a := appraise.Run(doc)
		if then := c.Judge(NewFacts(doc, &a, nil)); then.Result == now.Result {
			high = middle
		} else {
			low = middle + 1
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
	return high, nil
}

// differences counts in how many ways what runs differs from a layout. A count
// of none is only known where everything could be judged.
func (j *judging) differences(layoutID string) (int, error) {
	version := j.keeper.Table.Version()
	kept, ok := j.one.live[layoutID]
	if ok && kept.rev == j.head.Revision && (kept.version == version || !j.patient) {
		return kept.n, kept.err
	}
	l := drift.Observe(j.keeper.Table, j.keeper.Now().Format(time.DateOnly))
	n := 0
	for _, in := range l.Instances {
		n += in.Applications
	}
	if !j.patient && n > appliesAtOnce {
		if ok {
			return kept.n, kept.err
		}
		return 0, errNotLive
	}
	kept = differences{version: version, rev: j.head.Revision}
	if len(l.Instances) == 0 {
		kept.err = errNotLive
	} else {
		result := drift.CompareWith(j.doc, layoutID, l)
		kept.n = len(result.OfLayout())
		if kept.n == 0 && len(result.Unjudged) > 0 {
			kept.err = errNotLive
		}
	}
	j.one.live[layoutID] = kept
	return kept.n, kept.err
}
