package drift

import (
	"testing"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

func TestMatch_SaysWhyAndCanBeCorrected(t *testing.T) {
	w := agreed()
	w.plan.Clusters = append(w.plan.Clusters, plan.Cluster{ID: "c3", Name: "three"}, plan.Cluster{ID: "c4", Name: "four"}, plan.Cluster{ID: "c5", Name: "five"})
	w.plan.Instances[0].Host = "c5"
	w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, live.Cluster{Server: "https://3", Name: "Three"},
		live.Cluster{Server: "https://4", Name: "k8s-04", Labels: []live.Label{{Key: "example.com/cluster-name", Value: "four"}}},
		live.Cluster{Server: "https://5a", Name: "twin"}, live.Cluster{Server: "https://6", Name: "six"})
	by := func(r Result) map[string]string {
		out := map[string]string{}
		for _, m := range r.Clusters {
			out[m.ID] = m.By + " " + m.Plan
		}
		for _, m := range r.Instances {
			out[m.Name] = m.By + " " + m.Plan
		}
		return out
	}
	got := by(w.compare())
	for id, want := range map[string]string{"argo-a": "url ia", "argo-b": "name ib", one: "server c1", "https://3": "name c3", "https://4": "label c4",
		"argo-a/in-cluster": "host c5", "https://6": "none "} {
		if got[id] != want {
			t.Errorf("%s: %q, want %q", id, got[id], want)
		}
	}
	w.plan.LiveMatches = []plan.LiveMatch{{Kind: plan.MatchCluster, Live: "https://6", Cluster: "c3"}, {Kind: plan.MatchCluster, Live: "https://3"}, {Kind: plan.MatchInstance, Live: "argo-b"}}
	got = by(w.compare())
	for id, want := range map[string]string{"https://6": "corrected c3", "https://3": "corrected ", "argo-b": "corrected "} {
		if got[id] != want {
			t.Errorf("%s: %q, want %q", id, got[id], want)
		}
	}
}

func TestMatch_AnAmbiguousNameMatchesNothing(t *testing.T) {
	w := agreed()
	w.plan.Clusters = append(w.plan.Clusters, plan.Cluster{ID: "c3", Name: "edge"})
	w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, live.Cluster{Server: "https://e1", Name: "edge"})
	w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, live.Cluster{Server: "https://e2", Name: "edge"})
	for _, m := range w.compare().Clusters {
		if m.Name == "edge" && (m.By != "ambiguous" || m.Plan != "") {
			t.Errorf("%+v", m)
		}
	}
}
