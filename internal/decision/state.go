package decision

import (
	"reflect"
	"slices"
	"time"
)

// State is how a decision's assumptions and its date of review stand.
type State struct {
	// Stands says that the decision is accepted: only then does it need a
	// review where something no longer holds.
	Stands bool         `json:"stands"`
	Checks []CheckState `json:"checks,omitempty"` // of the assumptions that can be computed, in their order
	// Due is the date of review that has come, empty while it has not.
	Due string `json:"due,omitempty"`
}

// CheckState is how one check stands, since when, and through whom.
type CheckState struct {
	Check    string    `json:"check"`
	Result   Result    `json:"result"`
	Since    time.Time `json:"since"`
	Revision int64     `json:"revision,omitempty"` // of the plan, at which it came to stand so; 0 where no edit did it
	Author   string    `json:"author,omitempty"`   // of that revision
	Live     bool      `json:"live,omitempty"`     // a change of what runs did it
	// Was are the figures when it last stood otherwise, Now those it is judged
	// by. Missing says why it is unknown.
	Was     []Figure       `json:"was,omitempty"`
	Now     []Figure       `json:"now,omitempty"`
	Missing string         `json:"missing,omitempty"`
	Args    map[string]any `json:"args,omitempty"`
	Gone    bool           `json:"gone,omitempty"` // what it is about is no longer in the plan
}

// Asks tells whether the check asks for a review.
func (c CheckState) Asks() bool { return c.Result == Broken || c.Result == Unknown && c.Gone }

// Needs tells whether the decision needs a review.
func (s State) Needs() bool {
	return s.Stands && (s.Due != "" || slices.ContainsFunc(s.Checks, CheckState.Asks))
}

// Equal tells whether two states are the same.
func (s State) Equal(o State) bool {
	return s.Stands == o.Stands && s.Due == o.Due && slices.EqualFunc(s.Checks, o.Checks, func(a, b CheckState) bool {
		since := a.Since.Equal(b.Since)
		a.Since, b.Since = time.Time{}, time.Time{}
		return since && reflect.DeepEqual(a, b)
	})
}

// Moved pairs the figures that are not what they were, with what they were.
func (c CheckState) Moved() (out [][2]Figure) {
	for _, now := range c.Now {
		for _, was := range c.Was {
			if was.Ref == now.Ref && was.Value != now.Value {
				out = append(out, [2]Figure{was, now})
			}
		}
	}
	return out
}

// Moment is what a judging happens at.
type Moment struct {
	At       time.Time
	Revision int64  // of the plan, 0 where no edit led to it
	Author   string // of that revision
	Live     bool   // what runs changed
}

// Judge says how a record stands in a world, given how it stood before; today
// is 2006-01-02. What stands as it did keeps since when and through whom.
func Judge(r Record, before State, w World, today string, m Moment) State {
	s := State{Stands: r.Status == Accepted}
	if r.ReviewBy != "" && r.ReviewBy <= today && !r.closed() {
		s.Due = r.ReviewBy
	}
	if r.closed() {
		return s // what no longer stands need not hold
	}
	for _, a := range r.Assumptions {
		c, fault := CompileCheck(a.Check)
		if a.Check == "" || fault != nil {
			continue
		}
		s.Checks = append(s.Checks, judgeCheck(c, before.check(a.Check), w, m))
	}
	return s
}

// closed tells whether the record has come to its end.
func (r Record) closed() bool {
	return slices.Contains([]Status{Rejected, Superseded, Deprecated}, r.Status)
}

func (s State) check(text string) *CheckState {
	for i := range s.Checks {
		if s.Checks[i].Check == text {
			return &s.Checks[i]
		}
	}
	return nil
}

func judgeCheck(c *Check, before *CheckState, w World, m Moment) CheckState {
	j := c.Judge(w)
	now := CheckState{Check: c.Text, Result: j.Result, Since: m.At, Revision: m.Revision, Author: m.Author, Live: m.Live, Now: j.Figures}
	if j.Missing != nil {
		now.Missing, now.Args, now.Gone, now.Now = j.Missing.ID, j.Missing.Args, j.Missing.Gone, nil
	}
	switch {
	case before == nil:
	case before.Result == now.Result && before.Gone == now.Gone:
		now.Since, now.Revision, now.Author, now.Live, now.Was = before.Since, before.Revision, before.Author, before.Live, before.Was
	case len(before.Now) > 0:
		now.Was = before.Now
	default:
		now.Was = before.Was // it was unknown for a while
	}
	return now
}
