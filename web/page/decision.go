package page

import (
	"deckplan/internal/decision"
	"deckplan/internal/review"
	"deckplan/web/ui"
)

// DecisionsProps are the records of a plan, and which of them are asked for.
type DecisionsProps struct {
	Standing review.Standing
	Shown    []decision.Record
	Against  map[int]*Contradiction
	Counts   map[decision.Status]int
	Asked    string
	Status   decision.Status
	Needing  bool
	Backlog  int // open questions
}

// Filtered tells whether some records only are asked for.
func (p DecisionsProps) Filtered() bool { return p.Asked != "" || p.Status != "" || p.Needing }

// DecisionProps are a record and how it stands.
type DecisionProps struct {
	Kept     decision.Kept
	Others   []decision.Record
	State    decision.State
	Against  *Contradiction
	Then     []ThenNow
	Question *decision.Question // that it answers
}

// ThenNow is a figure of the snapshot beside the same figure now, nil where
// there is none any more.
type ThenNow struct {
	Then decision.Metric
	Now  *decision.Metric
}

// Moved tells whether a reader sees another figure.
func (t ThenNow) Moved() bool { return t.Now != nil && t.Now.Text != t.Then.Text }

// ofSubject parts the figures of what was decided from those of other options.
func ofSubject(rows []ThenNow) (subject, others []ThenNow) {
	for _, t := range rows {
		if t.Then.Of == "" {
			subject = append(subject, t)
		} else {
			others = append(others, t)
		}
	}
	return subject, others
}

// DecisionFormProps are a record being written; Version is 0 for a new one.
type DecisionFormProps struct {
	Record  decision.Record
	Version int64
	Offers  []decision.Assumption // that may be ticked
}

// BacklogProps are the questions of a plan. Edit is the one being edited.
type BacklogProps struct {
	Open, Closed []decision.KeptQuestion
	Edit         string
	Records      int
}

// CheckGroup is a kind of things that checks may name.
type CheckGroup struct {
	Kind string
	Rows []CheckRow
}

// CheckRow is a figure's name with some of the plan's values.
type CheckRow struct {
	Term    decision.Term
	Figures []decision.Figure
}

// checkState is how the assumption's check stands, nil where it has none.
func checkState(s decision.State, a decision.Assumption) *decision.CheckState {
	for i := range s.Checks {
		if a.Check != "" && s.Checks[i].Check == a.Check {
			return &s.Checks[i]
		}
	}
	return nil
}

// resultMark is the class and the message of how an assumption stands.
func resultMark(c *decision.CheckState) (class, message string) {
	switch {
	case c == nil:
		return "note", "review.result.stated"
	case c.Result == decision.Holds:
		return "good", "review.result.holds"
	case c.Asks():
		return "warning", "review.result." + string(c.Result)
	}
	return "note", "review.result.unknown"
}

// figuresOf words the figures that a check is judged by.
func figuresOf(v *ui.View, c *decision.CheckState) (out []string) {
	for _, f := range c.Now {
		out = append(out, f.Label(v.Lang)+": "+f.Text(v.Lang, v.Plan.Currency))
	}
	return out
}

// titleOf is a record's number with its title.
func titleOf(all []decision.Record, number int) string {
	for _, r := range all {
		if r.Number == number {
			return r.ID() + " " + r.Title
		}
	}
	return decision.FormatNumber(number)
}
