package drift

import (
	"testing"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// Whatever can be adopted is gone after it, and undoing it brings all back.
func TestAdopt_TakesOverEveryKindAndLeavesNothing(t *testing.T) {
	for name, do := range map[string]func(*world){
		"elsewhere": func(w *world) {
			w.in[0].Scope.Clusters = w.in[0].Scope.Clusters[:1]
			w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
			w.apps[0].Instance = "argo-b"
		},
		"missing cluster": func(w *world) { w.in[0].Scope.Clusters, w.apps = w.in[0].Scope.Clusters[:1], w.apps[1:] },
		"new cluster": func(w *world) {
			w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, live.Cluster{Server: "https://three.example.com", Name: "three", Kubernetes: "v1.33.1"})
			w.apps = append(w.apps, application("argo-a", "x", "https://three.example.com", "x"))
			w.plan.Intended = []plan.Intended{{Difference: "application_unplanned|argo-a|x", Until: "2027-01-01"}}
		},
		"new instance and its own cluster": func(w *world) {
			w.in = append(w.in, instance("argo-c", "https://argo-c.example.com"))
			w.apps = append(w.apps, application("argo-c", "x", live.InCluster, "x"))
			w.plan.Intended = []plan.Intended{{Difference: "application_unplanned|argo-c|x", Until: "2027-01-01"}}
		},
		"shared": func(w *world) {
			w.plan.Services[1].Team = ""
			w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
			w.apps = append(w.apps, application("argo-b", "catalog", one, "shop"))
		},
		"left": func(w *world) {
			w.sliced()
			w.apps = append(w.apps, application("argo-b", "catalog", one, "more"))
		},
		"fields": func(w *world) {
			w.in[0].Version, w.apps[0].Project, w.apps[1].DestNamespace = "v3.3.2", "default", "other"
			w.in[0].Scope.Clusters[1].Kubernetes, w.plan.Clusters[1].Server = "1.35", "https://old.example.com"
		},
		"applications": func(w *world) {
			w.apps[0].Name = "renamed"
		},
		"strategy": func(w *world) {
			w.plan.Installations = []plan.Installation{{ID: "r", Name: "rollouts", Tool: "argo_rollouts"}}
			w.plan.Strategies = []plan.Strategy{{ID: "x", Service: "s1", Choice: plan.BlueGreen}}
			w.apps[0].Workloads = "Deployment"
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := agreed()
			do(w)
			r := w.compare()
			var all Pick
			for _, k := range Kinds {
				all.Kinds = append(all.Kinds, string(k))
			}
			e, n := r.Adopt(all, plan.Summary{ID: "plan.summary.drift_adopt"})
			next, done, err := plan.Apply(&w.plan, e)
			if err != nil || n == 0 {
				t.Fatalf("%d of %v: %v", n, keys(r), err)
			}
			before := w.plan
			w.plan = *next
			if left := w.compare(); len(left.Differences) > 0 {
				t.Errorf("left: %v of %v", keys(left), keys(r))
			}
			back, _, err := plan.Apply(next, plan.Revert{Changes: done.Changes, Summary: plan.Summary{ID: "plan.summary.undo"}})
			if err != nil || len(plan.Diff(&before, back)) > 0 {
				t.Errorf("undoing leaves %d changes, %v", len(plan.Diff(&before, back)), err)
			}
		})
	}
}

func TestAdopt_ANewInstanceRunsWhereItsOwnClusterIs(t *testing.T) {
	w := agreed()
	w.in = append(w.in, instance("argo-c", "https://argo-c.example.com"))
	w.plan.LiveMatches = []plan.LiveMatch{{Kind: plan.MatchCluster, Live: "argo-c/in-cluster", Cluster: "c2"}}
	r := w.compare()
	e, _ := r.Adopt(Pick{Kinds: []string{string(InstanceUnplanned)}}, plan.Summary{ID: "x"})
	next, _, err := plan.Apply(&w.plan, e)
	if err != nil || next.Instances[2].Host != "c2" || next.Instances[2].URL != "https://argo-c.example.com" || next.Instances[2].Version != "3.4.1" {
		t.Errorf("%+v, %v", next.Instances, err)
	}
}

func TestAdopt_OnlyWhatIsPicked(t *testing.T) {
	w := agreed()
	w.in[0].Version, w.apps[0].Project = "v3.3.2", "default"
	r := w.compare()
	e, n := r.Adopt(Pick{Keys: []string{"application_project|s1"}}, plan.Summary{ID: "x"})
	_, done, err := plan.Apply(&w.plan, e)
	if err != nil || n != 1 || len(done.Changes) != 1 || done.Changes[0].Kind != "applications" {
		t.Errorf("%d, %v, %v", n, done.Changes, err)
	}
}
