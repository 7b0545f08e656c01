package survey_test

import (
	"encoding/json"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

// difference counts the rows that one plan has and the other has not or has
// otherwise.
func difference(before, after *plan.Plan) (n survey.Counts) {
	for _, k := range plan.Kinds() {
		was := map[string]string{}
		for i := range k.Len(before) {
			text, _ := json.Marshal(k.At(before, i))
			was[k.At(before, i).Key()] = string(text)
		}
		for i := range k.Len(after) {
			text, _ := json.Marshal(k.At(after, i))
			old, had := was[k.At(after, i).Key()]
			delete(was, k.At(after, i).Key())
			switch {
			case !had:
				n.Added++
			case old != string(text):
				n.Changed++
			}
		}
		n.Removed += len(was)
	}
	return n
}

// shared is seen with a cluster that both instances deliver to.
func shared() *survey.Observed {
	o := seen()
	o.Clusters = append(o.Clusters, survey.Cluster{Instance: "busan", Name: "prod-seoul", Server: "https://prod.example.com:6443", Kubernetes: "1.34"})
	o.Applications = append(o.Applications, survey.Application{Instance: "busan", Namespace: "argocd", Name: "agent", Cluster: "prod-seoul", DestNamespace: "agent",
		Labels: labels("app.kubernetes.io/part-of", "agent", "team", "platform")})
	o.Sort()
	return o
}

func TestCount_IsWhatApplyingDoesForEveryTickedSubset(t *testing.T) {
	o := shared()
	c := guess(o)
	empty := plan.Empty("Test")
	first := survey.Propose(empty, o, c).Default()
	var without survey.Picks
	for _, g := range first.Groups {
		if g != survey.LayoutGroup && g != "add/services" {
			without.Groups = append(without.Groups, g)
		}
	}
	needs := 0
	for name, p := range map[string]*plan.Plan{"empty": empty, "without layout and services": carry(t, empty, o, c, &without)} {
		proposal := survey.Propose(p, o, c)
		var ids []string
		for _, g := range proposal.Groups(proposal.Default()) {
			if g.Action != survey.Keep && g.Action != survey.Gone {
				ids = append(ids, g.ID)
			}
		}
		if len(ids) < 2 {
			t.Fatalf("%s: %v", name, ids)
		}
		for n := range 1 << len(ids) {
			var picks survey.Picks
			for i, id := range ids {
				if n>>i&1 == 1 {
					picks.Groups = append(picks.Groups, id)
				}
			}
			groups := proposal.Groups(picks)
			for _, g := range groups {
				needs += len(g.Needs)
			}
			promised := proposal.Count(groups, picks)
			if done := difference(p, carry(t, p, o, c, &picks)); promised != done {
				t.Errorf("%s, %v: promised %+v, done %+v", name, picks.Groups, promised, done)
			}
		}
	}
	if needs == 0 {
		t.Error("no group needs another")
	}
}
