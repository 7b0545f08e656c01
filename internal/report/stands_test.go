package report

import (
	"strings"
	"testing"

	"deckplan/internal/decision"
	"deckplan/internal/lang"
)

func TestReport_SaysWhichDecisionsNoLongerStand(t *testing.T) {
	in := sample(t, lang.English)
	r := &in.Decisions[0].Record
	r.Status = decision.Accepted
	r.Assumptions = []decision.Assumption{{Text: "Two clusters at most", Check: "plan.clusters <= 2"}, {Text: "Some services", Check: "plan.services > 0"}, {Text: "People like it"}}
	r.ReviewBy = "2020-01-01"
	for name, text := range texts(t, in) {
		for _, want := range []string{"needs review", "broken (Clusters of the plan is 5)", "holds (Services of the plan is 5)", "Its review date, 2020-01-01, has come."} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
	}
	if d := asJSON(t, in).Decisions[0]; !d.NeedsReview || len(d.RestsOn) != 4 {
		t.Errorf("got %v %q", d.NeedsReview, d.RestsOn)
	}
	r.Status = decision.Superseded
	for name, text := range texts(t, in) {
		if strings.Contains(text, "needs review") || strings.Contains(text, "broken (") {
			t.Errorf("%s: what has come to its end is judged", name)
		}
	}
}

func TestReport_ARecordWithoutOptionsIsNotUndecided(t *testing.T) {
	in := sample(t, lang.English)
	in.Decisions = in.Decisions[:1]
	r := &in.Decisions[0].Record
	r.Status, r.Options, r.Chosen, r.Justification = decision.Accepted, nil, "", "We do it so."
	for name, text := range texts(t, in) {
		if strings.Contains(text, lang.English.T("report.undecided", nil)) || !strings.Contains(text, "We do it so.") {
			t.Errorf("%s calls it undecided", name)
		}
	}
}
