package report

import (
	"testing"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/lang"
)

// full is the sample with a decision that has everything a record can have.
func full(t testing.TB, l lang.Lang) Input {
	in := sample(t, l)
	r := &in.Decisions[1].Record
	signed := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	r.DecisionMakers = []string{"Jimin", "민서", "Noor"}
	r.SignOffs = []decision.SignOff{{Person: "Jimin", Agrees: false, At: signed.Add(-time.Hour), Text: "a"}, {Person: "Jimin", Agrees: true, At: signed, Word: "with the second host", Text: "b"},
		{Person: "민서", Agrees: false, At: signed, Word: "비용이 큽니다", By: "Hana", Text: "b"}}
	r.Assumptions = []decision.Assumption{{Text: "At most nine clusters", Check: "layout.clusters <= 9"}, {Text: "The team stays whole"}}
	r.ReviewBy, r.RelatesTo = "2027-05-01", []int{1}
	r.Aftermath = "Upgrades take a day.\n\nNobody missed the old hub."
	r.Sections = []decision.Section{{Heading: "Risk register", Level: 2, Text: "R-12 stays open."}, {Level: 2}}
	r.Reviews = []decision.Review{{Person: "Noor", At: signed, Why: "nothing has changed"}}
	r.Comments = []decision.Comment{{ID: "c", Person: "x", At: signed, Text: "a remark among ourselves"}}
	return in
}
