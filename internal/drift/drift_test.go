package drift

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// Every difference with what makes it, and what is near and none.
func TestCompare_TellsEveryDifferenceAndNoOther(t *testing.T) {
	cases := []struct {
		name string
		do   func(*world)
		want []string
	}{
		{"agreement", func(*world) {}, nil},
		{"a cluster on another instance", func(w *world) {
			w.in[0].Scope.Clusters = w.in[0].Scope.Clusters[:1]
			w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
			w.apps[0].Instance = "argo-b"
		}, []string{"application_team|pay|argo-b", "cluster_elsewhere|c1|argo-b"}},
		{"a cluster that the layout gives to none", func(w *world) { w.plan.Placements = w.plan.Placements[1:] }, []string{"cluster_elsewhere|c1|argo-a"}},
		{"a planned cluster that no instance has", func(w *world) {
			w.in[0].Scope.Clusters, w.apps = w.in[0].Scope.Clusters[:1], w.apps[1:]
		}, []string{"cluster_missing|c1"}},
		{"absence is not told of an instance that is down", func(w *world) {
			w.in[0].Scope.Clusters, w.apps, w.in[0].State = w.in[0].Scope.Clusters[:1], w.apps[1:], live.Down
		}, nil},
		{"nor of one that is not read whole", func(w *world) {
			w.in[0].Scope.Clusters, w.apps, w.in[0].Instance.Complete = w.in[0].Scope.Clusters[:1], w.apps[1:], false
		}, nil},
		{"nor where the token hides clusters", func(w *world) {
			w.in[0].Scope, w.apps = live.Scope{Hidden: []string{"clusters"}}, w.apps[1:]
		}, nil},
		{"nor of one that is not connected", func(w *world) { w.in, w.apps = w.in[1:], w.apps[1:] }, nil},
		{"nor where its own name of a cluster is not unique", func(w *world) {
			w.in[0].Scope.Clusters, w.apps, w.plan.Clusters[0].Server = w.in[0].Scope.Clusters[:1], w.apps[1:], ""
			w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, live.Cluster{Server: "https://x1", Name: "one"}, live.Cluster{Server: "https://x2", Name: "one"})
			for _, x := range []string{"1", "2"} {
				w.plan.Intended = append(w.plan.Intended, plan.Intended{Difference: "cluster_unplanned|https://x" + x, Until: "2027-01-01"})
			}
		}, nil},
		{"nor of a connection that reads some applications", func(w *world) { w.apps, w.in[0].Scope.Part = w.apps[1:], []string{"applications"} }, nil},
		{"nor of a token that sees some clusters", func(w *world) {
			w.in[0].Scope.Clusters, w.apps, w.in[0].Scope.Part = w.in[0].Scope.Clusters[:1], w.apps[1:], []string{"clusters"}
		}, nil},
		{"one that reads some applications is taken to deliver where it is to", func(w *world) {
			w.apps, w.in[0].Scope.Part = w.apps[1:], []string{"applications"}
			w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
		}, []string{"cluster_credential|argo-b"}},
		{"and its credentials are not called unused", func(w *world) {
			w.in[1].Scope.Clusters, w.in[1].Scope.Part = append(w.in[1].Scope.Clusters, cluster1), []string{"applications"}
		}, nil},
		{"a credential is no delivery while the planned instance is not known", func(w *world) {
			w.in[0].Scope, w.in[0].Instance.Complete, w.apps = live.Scope{}, false, w.apps[1:]
			w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
		}, nil},
		{"connections to one Argo CD with a filter each are one instance", func(w *world) {
			twin := instance("argo-a2", "https://argo-a.example.com:443/", cluster1)
			w.in[0].Scope.Part, twin.Scope.Part = []string{"applications"}, []string{"applications"}
			w.in = append(w.in, twin)
			again := w.apps[0]
			again.Instance = "argo-a2"
			w.apps = append(w.apps, again)
		}, nil},
		{"a filtered connection beside a whole one adds nothing", func(w *world) {
			twin := instance("argo-0", "https://argo-a.example.com", cluster1)
			twin.Scope.Part = []string{"applications"}
			w.in = append([]Instance{twin}, w.in...)
			again := w.apps[0]
			again.Instance, again.Project = "argo-0", "old"
			w.apps = append(w.apps, again)
		}, nil},
		{"an app of apps and Argo CD itself on the cluster it runs on", func(w *world) {
			root, self := application("argo-a", "root", live.InCluster, "argocd"), application("argo-a", "argo-cd", live.InCluster, "argocd")
			self.Workloads, self.Images = "Deployment StatefulSet", "quay.io/argoproj/argocd:v3.4.1\nredis:8"
			w.apps = append(w.apps, root, self)
			for _, a := range []live.Application{root, self} {
				a.Instance = "argo-b"
				w.apps = append(w.apps, a)
			}
		}, nil},
		{"nor where both run on one planned cluster", func(w *world) {
			w.plan.Instances[0].Host, w.plan.Instances[1].Host = "c2", "c2"
			w.apps = append(w.apps, application("argo-a", "root", live.InCluster, "argocd"), application("argo-b", "root", live.InCluster, "argocd"))
		}, nil},
		{"but what a team runs beside its Application is delivered", func(w *world) {
			a := application("argo-a", "shop", live.InCluster, "argocd")
			a.Workloads, a.Images = "Deployment", "shop:1"
			w.apps = append(w.apps, a)
		}, []string{"application_outside|argo-a", "cluster_unplanned|argo-a/in-cluster"}},
		{"in-cluster by name is each instance's own, though clusters are hidden", func(w *world) {
			w.plan.Instances[0].Host, w.plan.Instances[1].Host = "c1", "c2"
			for i := range w.in {
				w.in[i].Scope = live.Scope{Hidden: []string{"clusters"}}
				w.apps[i].Server, w.apps[i].Cluster, w.apps[i].Workloads = "", "in-cluster", "Deployment"
			}
		}, nil},
		{"an instance on the only cluster it delivers to", func(w *world) {
			w.in[0].Scope.Clusters, w.apps[0].Server, w.apps[0].Workloads = w.in[0].Scope.Clusters[:1], live.InCluster+":443", "Deployment"
		}, nil},
		{"an agent's cluster is known by the principal's proxy", func(w *world) {
			w.in[0].Scope.Clusters[1].Server = "https://argocd-agent-resource-proxy:9090?agentName=one"
			w.apps[0].Server, w.apps[0].Cluster = "", "one"
		}, nil},
		{"a version of which the plan says less", func(w *world) { w.plan.Instances[0].Version, w.in[0].Version = "v3.4", "v3.4.12+abc" }, nil},
		{"one server by two names counts its objects once", func(w *world) {
			w.in[0].Scope.Clusters[1].Objects = 6000
			twin := w.in[0].Scope.Clusters[1]
			twin.Name = "one-team"
			w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, twin)
		}, nil},
		{"a correction to a cluster that is no more is none", func(w *world) {
			w.plan.LiveMatches = []plan.LiveMatch{{Kind: plan.MatchCluster, Live: one, Cluster: "gone"}}
		}, nil},
		{"one of two addresses that agrees is enough", func(w *world) {
			w.plan.LiveMatches = []plan.LiveMatch{{Kind: plan.MatchCluster, Live: "https://old", Cluster: "c1"}}
			w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, live.Cluster{Server: "https://old", Name: "one-old", Kubernetes: "1.33"})
		}, nil},
		{"a file is judged like a connection", func(w *world) {
			w.in[0].Scope.Clusters, w.apps = w.in[0].Scope.Clusters[:1], w.apps[1:]
			w.in[0].State, w.in[0].Protocol, w.in[0].Captured = live.Captured, live.Snapshot, time.Now()
		}, []string{"cluster_missing|c1"}},
		{"unless it tells of no clusters but those of its applications", func(w *world) {
			w.in[0].Scope.Clusters, w.apps = []live.Cluster{{Server: two, Name: "two"}}, append(w.apps[1:], application("argo-a", "other", two, "shop"))
			w.plan.Applications = append(w.plan.Applications, plan.Application{ID: "a3", Name: "other", Service: "s2", Cluster: "c2"})
			w.plan.Intended = []plan.Intended{{Difference: "cluster_shared|c2|argo-a|argo-b", Until: "2027-01-01"}, {Difference: "application_team|shop|argo-a", Until: "2027-01-01"}}
			w.in[0].State, w.in[0].Captured = live.Captured, time.Now()
		}, nil},
		{"a cluster the plan lacks", func(w *world) {
			w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, live.Cluster{Server: "https://three.example.com", Name: "three"})
		}, []string{"cluster_unplanned|https://three.example.com"}},
		{"the cluster an instance runs on and delivers nothing to is none", func(w *world) {
			w.in[0].Scope.Clusters[0].Applications = 0
		}, nil},
		{"applications outside planned clusters", func(w *world) {
			w.apps = append(w.apps, application("argo-a", "x", "https://three.example.com", "x"))
		}, []string{"application_outside|argo-a", "cluster_unplanned|https://three.example.com"}},
		{"two instances on one cluster", func(w *world) {
			w.apps = append(w.apps, application("argo-b", "catalog", one, "shop"))
		}, []string{"application_unplanned|s2", "cluster_shared|c1|argo-a|argo-b"}},
		{"two instances with credentials of one cluster and no application", func(w *world) {
			w.in[1].Scope.Clusters, w.apps = append(w.in[1].Scope.Clusters, cluster1), w.apps[1:]
		}, []string{"application_missing|s1", "cluster_shared|c1|argo-a|argo-b"}},
		{"a credential of a cluster that another delivers to", func(w *world) {
			w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
		}, []string{"cluster_credential|argo-b"}},
		{"are none where each has its slice", func(w *world) {
			w.sliced()
		}, nil},
		{"unless one leaves its slice", func(w *world) {
			w.sliced()
			w.apps = append(w.apps, application("argo-b", "catalog", one, "pay"))
		}, []string{"application_unplanned|s2", "slice_left|c1|argo-b"}},
		{"or its project", func(w *world) {
			w.sliced()
			w.plan.Slices[1].Project = "shop"
			w.apps[2].Project = "other"
		}, []string{"slice_left|c1|argo-b"}},
		{"an instance on a sliced cluster without a slice of it", func(w *world) {
			w.sliced()
			w.plan.Placements = w.plan.Placements[:len(w.plan.Placements)-1]
		}, []string{"cluster_elsewhere|c1|argo-b"}},
		{"an instance on a cluster that it does not deliver to", func(w *world) { w.plan.Instances[1].Host = "c1" }, nil},
		{"one name twice in one instance", func(w *world) {
			w.sliced()
			w.apps = append(w.apps, w.apps[0])
			w.apps[len(w.apps)-1].Namespace = "team-pay"
		}, nil},
		{"an application is not missed where an instance of its cluster is down", func(w *world) {
			w.sliced()
			w.apps, w.in[1].State = w.apps[1:], live.Down
		}, nil},
		{"one name from two instances", func(w *world) {
			w.sliced()
			w.plan.Services[0].Team = ""
			w.apps = append(w.apps, application("argo-b", "checkout", one, "shop"))
		}, []string{"application_twice|c1|argo-a|argo-b", "application_unplanned|s1"}},
		{"a team's application on another's instance", func(w *world) {
			w.apps = append(w.apps, application("argo-b", "checkout", two, "pay"))
		}, []string{"application_team|pay|argo-b", "application_unplanned|s1"}},
		{"a team the plan has there is at home", func(w *world) {
			w.plan.Applications = append(w.plan.Applications, plan.Application{ID: "a3", Name: "checkout", Service: "s1", Cluster: "c2"})
			w.apps = append(w.apps, application("argo-b", "checkout", two, "pay"))
		}, nil},
		{"an instance above what the plan assumed", func(w *world) {
			w.plan.Clusters[0].Server = one
			w.apps = append(w.apps, many(1000, "argo-a", "checkout", one, "pay")...)
		}, []string{"application_unplanned|argo-a|pay", "over_applications|ia|argo-a"}},
		{"and none where shards carry it", func(w *world) {
			w.plan.Instances[0].Shards = 2
			w.apps = append(w.apps, many(1000, "argo-a", "checkout", one, "pay")...)
		}, []string{"application_unplanned|argo-a|pay"}},
		{"watched objects above what the plan assumed", func(w *world) { w.in[0].Scope.Clusters[1].Objects = 9001 }, []string{"over_objects|ia|argo-a"}},
		{"watched objects within it", func(w *world) { w.in[0].Scope.Clusters[1].Objects = 9000 }, nil},
		{"clusters above what the plan assumed", func(w *world) {
			for i := range 25 {
				c := live.Cluster{Server: fmt.Sprintf("https://n%d.example.com", i), Name: fmt.Sprintf("n%d", i)}
				w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, c)
				w.plan.Intended = append(w.plan.Intended, plan.Intended{Difference: "cluster_unplanned|" + c.Server, Until: "2027-01-01"})
			}
		}, []string{"over_clusters|ia|argo-a"}},
		{"a Rollout where a Deployment is planned", func(w *world) {
			w.plan.Strategies = []plan.Strategy{{ID: "x", Service: "s1", Choice: plan.RollingUpdate}}
			w.apps[0].Workloads = "Deployment Rollout"
		}, []string{"strategy_rollout|s1|rolling_update"}},
		{"a Rollout where Canary is planned", func(w *world) {
			w.plan.Strategies = []plan.Strategy{{ID: "x", Service: "s1", Environment: "prod", Choice: plan.Canary}, {ID: "y", Service: "s1", Choice: plan.Recreate}}
			w.apps[0].Workloads = "Rollout"
		}, nil},
		{"Deployments where Argo Rollouts is planned", func(w *world) {
			w.plan.Installations = []plan.Installation{{ID: "r", Name: "rollouts", Tool: "argo_rollouts"}}
			w.plan.Strategies = []plan.Strategy{{ID: "x", Service: "s1", Choice: plan.BlueGreen}}
			w.apps[0].Workloads = "Deployment"
		}, []string{"strategy_deployment|s1|blue_green"}},
		{"Blue/Green by two Deployments", func(w *world) {
			w.plan.Strategies = []plan.Strategy{{ID: "x", Service: "s1", Choice: plan.BlueGreen}}
			w.apps[0].Workloads = "Deployment"
		}, nil},
		{"a Kubernetes version that was not tested", func(w *world) {
			w.in[0].Scope.Clusters[1].Kubernetes, w.plan.Clusters[0].Kubernetes = "1.29", "1.29"
		}, []string{"kubernetes_untested|argo-a|3.4|1.29"}},
		{"another Kubernetes version than planned", func(w *world) { w.in[0].Scope.Clusters[1].Kubernetes = "v1.35.0+k3s1" }, []string{"cluster_kubernetes|c1|1.35"}},
		{"told once of a cluster that is known by two addresses", func(w *world) {
			w.plan.Clusters[0].Kubernetes, w.plan.Instances[0].Host = "1.33", "c1"
		}, []string{"cluster_kubernetes|c1|1.34"}},
		{"another Argo CD version than planned", func(w *world) { w.in[0].Version = "v3.3.2" }, []string{"instance_version|ia|3.3.2"}},
		{"another address", func(w *world) { w.plan.Clusters[0].Server = "https://old.example.com" }, []string{"cluster_server|c1|https://one.example.com"}},
		{"a planned application that does not run", func(w *world) { w.apps = w.apps[1:] }, []string{"application_missing|s1"}},
		{"an application the plan lacks", func(w *world) {
			w.apps = append(w.apps, application("argo-a", "checkout-one", one, "pay"), application("argo-a", "tools", one, "infra"))
		}, []string{"application_unplanned|argo-a|infra", "application_unplanned|s1"}},
		{"one of a service that its applications are not named after", func(w *world) {
			w.plan.Services[0].Name, w.plan.Applications[0].Name, w.apps[0].Name = "Bezahlen", "pay-one", "pay-one"
			w.apps = append(w.apps, application("argo-a", "pay-prod", one, "pay"))
		}, []string{"application_unplanned|s1"}},
		{"another project", func(w *world) { w.apps[0].Project = "default" }, []string{"application_project|s1"}},
		{"another namespace", func(w *world) { w.apps[0].DestNamespace = "pay2" }, []string{"application_namespace|s1"}},
		{"an instance the layout lacks", func(w *world) { w.in = append(w.in, instance("argo-c", "https://argo-c.example.com")) }, []string{"instance_unplanned|argo-c"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := agreed()
			c.do(w)
			r := w.compare()
			if got := keys(r); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for i := range r.Differences {
				d := &r.Differences[i]
				if d.Kind != ApplicationMissing && len(d.Live) == 0 {
					t.Errorf("%s names nothing live", d.Key)
				}
			}
		})
	}
}

func TestCompare_SaysWhatItCannotJudge(t *testing.T) {
	for _, c := range []struct {
		do   func(*world)
		want string
	}{
		{func(w *world) { w.in = w.in[1:] }, "drift.unjudged.unconnected"},
		{func(w *world) { w.in[0].Instance.Complete = false }, "drift.unjudged.incomplete"},
		{func(w *world) { w.in[0].State = live.Down }, "drift.unjudged.stale"},
		{func(w *world) { w.in[0].Scope = live.Scope{Hidden: []string{"clusters"}} }, "drift.unjudged.clusters"},
		{func(w *world) { w.in[0].Scope = live.Scope{} }, "drift.unjudged.unread"},
		{func(w *world) { w.in[0].Scope.Part = []string{"applications"} }, "drift.unjudged.some_applications"},
		{func(w *world) { w.in[0].Scope.Part = []string{"clusters"} }, "drift.unjudged.some_clusters"},
	} {
		w := agreed()
		c.do(w)
		if r := w.compare(); len(r.Unjudged) != 1 || r.Unjudged[0].ID != c.want {
			t.Errorf("%s: %v", c.want, r.Unjudged)
		}
	}
}

func TestIntended_DoesNotCountUntilItsDate(t *testing.T) {
	w := agreed()
	w.apps[0].Project = "default"
	w.plan.Intended = []plan.Intended{{Difference: "application_project|s1", Name: "x", Reason: "because", Until: "2026-11-25"}}
	if r := w.compare(); len(r.Differences) != 0 || len(r.Aside) != 1 || r.Aside[0].Intended.Reason != "because" {
		t.Errorf("%v, %v", keys(r), r.Aside)
	}
	w.today = "2026-11-25"
	if r := w.compare(); len(r.Differences) != 1 || r.Differences[0].Intended == nil || len(r.Aside) != 0 {
		t.Errorf("it is not asked about again: %v", keys(r))
	}
}

func TestCompare_WithoutAChosenLayoutLeavesPlacementsOut(t *testing.T) {
	w := agreed()
	w.plan.Layouts = append(w.plan.Layouts, plan.Layout{ID: "m", Name: "Other"})
	w.in = append(w.in, instance("argo-c", "https://argo-c.example.com"))
	if r := w.compare(); r.Layout != "" || len(r.Differences) != 0 {
		t.Errorf("%q, %v", r.Layout, keys(r))
	}
	w.plan.About.Layout = "m"
	if r := w.compare(); r.Layout != "m" || !slices.Contains(keys(r), "cluster_elsewhere|c1|argo-a") {
		t.Errorf("%q, %v", r.Layout, keys(r))
	}
}

func TestCompare_NothingOfOutsidePanics(t *testing.T) {
	w := agreed()
	w.in[0].Scope.Clusters = append(w.in[0].Scope.Clusters, live.Cluster{}, live.Cluster{Server: "::", Name: strings.Repeat("x", 5000)})
	w.in[0].URL, w.in[0].Version = "http://[::1", strings.Repeat("9", 300)
	w.apps = append(w.apps, live.Application{Instance: "argo-a"}, live.Application{Instance: "gone", Name: "x"},
		application("argo-a", strings.Repeat("n", 4000), "\x00\xff", strings.Repeat("s", 4000)))
	r := w.compare()
	var all Pick
	for _, k := range Kinds {
		all.Kinds = append(all.Kinds, string(k))
	}
	e, _ := r.Adopt(all, plan.Summary{ID: "x"})
	if _, _, err := plan.Apply(&w.plan, e); err != nil {
		t.Error(err)
	}
	for _, d := range r.Differences {
		if len(d.Key) > 400 {
			t.Errorf("a key of %d bytes", len(d.Key))
		}
	}
}
