package drift

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
	"deckplan/internal/verdict"
)

// world is a plan and what runs, in agreement until a test changes one.
type world struct {
	plan  plan.Plan
	in    []Instance
	apps  []live.Application
	today string
}

// agreed: two instances, a on c1 and b on c2, an application each.
func agreed() *world {
	w := &world{today: "2026-11-24"}
	p := &w.plan
	*p = *plan.Empty("Test")
	p.Environments = []plan.Environment{{ID: "prod", Name: "prod", Tier: plan.Production}}
	p.Teams = []plan.Team{{ID: "pay", Name: "Payments"}, {ID: "shop", Name: "Shop"}}
	p.Clusters = []plan.Cluster{{ID: "c1", Name: "one", Server: "https://one.example.com:443/", Kubernetes: "1.34", Environment: "prod"},
		{ID: "c2", Name: "two", Server: "https://two.example.com", Kubernetes: "1.34", Environment: "prod"}}
	p.Services = []plan.Service{{ID: "s1", Name: "checkout", Team: "pay"}, {ID: "s2", Name: "catalog", Team: "shop"}}
	p.Applications = []plan.Application{{ID: "a1", Name: "checkout", Service: "s1", Cluster: "c1", Namespace: "pay", Project: "pay"},
		{ID: "a2", Name: "catalog", Service: "s2", Cluster: "c2", Namespace: "shop", Project: "shop"}}
	p.Layouts = []plan.Layout{{ID: "l", Name: "Ours"}}
	p.Instances = []plan.Instance{{ID: "ia", Layout: "l", Name: "A", URL: "https://argo-a.example.com/", Version: "3.4.1"}, {ID: "ib", Layout: "l", Name: "argo-b", Version: "3.4.1"}}
	p.Placements = []plan.Placement{{Layout: "l", Cluster: "c1", Instance: "ia"}, {Layout: "l", Cluster: "c2", Instance: "ib"}}
	w.in = []Instance{instance("argo-a", "https://argo-a.example.com", cluster1), instance("argo-b", "https://argo-b.example.com", cluster2)}
	w.apps = []live.Application{application("argo-a", "checkout", "https://ONE.example.com", "pay"), application("argo-b", "catalog", "https://two.example.com:443", "shop")}
	return w
}

var (
	cluster1 = live.Cluster{Server: "https://one.example.com", Name: "one", Kubernetes: "1.34"}
	cluster2 = live.Cluster{Server: "https://two.example.com", Name: "two", Kubernetes: "v1.34.2"}
)

func instance(name, url string, clusters ...live.Cluster) Instance {
	in := Instance{Instance: live.Instance{Name: name, Complete: true}, Scope: live.Scope{Clusters: append([]live.Cluster{{Server: live.InCluster, Name: "in-cluster", Kubernetes: "1.34"}}, clusters...)}}
	in.URL, in.State, in.Version = url, live.Connected, "v3.4.1+abc"
	return in
}

func application(instance, name, server, namespace string) live.Application {
	return live.Application{Instance: instance, Namespace: "argocd", Name: name, Project: namespace, Server: server, Cluster: server, DestNamespace: namespace}
}

func (w *world) compare() Result {
	for i := range w.in {
		w.in[i].Applications = 0
		for _, a := range w.apps {
			if a.Instance == w.in[i].Name {
				w.in[i].Applications++
			}
		}
	}
	return Compare(&w.plan, Live{Instances: w.in, Today: w.today, Each: func(do func(*live.Application)) {
		for i := range w.apps {
			do(&w.apps[i])
		}
	}})
}

func keys(r Result) (out []string) {
	for _, d := range r.Differences {
		out = append(out, d.Key)
	}
	slices.Sort(out)
	return out
}

func many(n int, instance, prefix, server, namespace string) (out []live.Application) {
	for i := range n {
		out = append(out, application(instance, fmt.Sprintf("%s-%04d", prefix, i), server, namespace))
	}
	return out
}

const one, two = "https://one.example.com", "https://two.example.com"

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

// sliced divides c1 between both instances.
func (w *world) sliced() {
	w.plan.Slices = []plan.Slice{{ID: "x", Name: "pay", Cluster: "c1", Namespaces: []string{"pay"}}, {ID: "y", Name: "shop", Cluster: "c1", Namespaces: []string{"shop"}}}
	w.plan.Applications[0].Slice = "x"
	w.plan.Applications = append(w.plan.Applications, plan.Application{ID: "a3", Name: "catalog-b", Service: "s2", Cluster: "c1", Slice: "y", Namespace: "shop"})
	w.plan.Placements = append(w.plan.Placements[1:], plan.Placement{Layout: "l", Cluster: "c1", Slice: "x", Instance: "ia"}, plan.Placement{Layout: "l", Cluster: "c1", Slice: "y", Instance: "ib"})
	w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
	w.apps = append(w.apps, application("argo-b", "catalog-b", one, "shop"))
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

func TestDraw_MarksWhatIsElsewhereOrShared(t *testing.T) {
	w := agreed()
	w.apps = append(w.apps, application("argo-b", "catalog", one, "shop"))
	r := w.compare()
	if len(r.Away) > 0 || r.Shared["c1"] != "argo-b" {
		t.Errorf("away %v, shared %v", r.Away, r.Shared)
	}
	if of := r.Of(ClusterShared); len(of) != 1 || of[0].Args["each"] != "argo-a 1, argo-b 1" {
		t.Errorf("what each has there: %v", of)
	}
	w.apps = append(w.apps, application("argo-b", "more", one, "shop"))
	if r := w.compare(); r.Away["c1"] != "A" || r.Shared["c1"] != "argo-a" || len(r.Drawn.Placements) != 2 || r.Drawn.Placements[0].Instance != "ib" {
		t.Errorf("away %v, shared %v, %v", r.Away, r.Shared, r.Drawn.Placements)
	}
}

func TestDraw_SlicesAreOnTheInstanceTheyArePlannedFor(t *testing.T) {
	w := agreed()
	w.apps = append(w.apps, application("argo-b", "catalog", one, "blog"))
	w.plan.Slices = []plan.Slice{{ID: "mine", Cluster: "c1", Name: "mine", Namespaces: []string{"shop"}}, {ID: "other", Cluster: "c1", Name: "other", Namespaces: []string{"blog"}}}
	w.plan.Placements = slices.DeleteFunc(w.plan.Placements, func(p plan.Placement) bool { return p.Cluster == "c1" })
	for slice, in := range map[string]string{"mine": "ia", "other": "ib"} {
		w.plan.Placements = append(w.plan.Placements, plan.Placement{Layout: w.plan.ChosenLayout(), Cluster: "c1", Slice: slice, Instance: in})
	}
	on := map[string]string{}
	for _, p := range w.compare().Drawn.Placements {
		if p.Cluster == "c1" {
			on[p.Slice] = p.Instance
		}
	}
	if want := map[string]string{"mine": "ia", "other": "ib"}; !maps.Equal(on, want) {
		t.Errorf("%v, not %v", on, want)
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

// generated is a plan with a hub for half of its clusters each, and what runs
// of it: apps applications, some of them where the plan has them not.
func generated(clusters, services, apps int) (*plan.Plan, Live) {
	p := plantest.Generate(1, clusters, services, plantest.Skewed())
	p.Layouts = []plan.Layout{{ID: "l", Name: "Ours"}}
	l := Live{Today: "2026-11-24"}
	for i := range 50 {
		id := fmt.Sprintf("argo-%02d", i)
		p.Instances = append(p.Instances, plan.Instance{ID: id, Layout: "l", Name: id, HA: true})
		l.Instances = append(l.Instances, instance(id, "https://"+id+".example.com"))
	}
	for i := range p.Clusters {
		c := &p.Clusters[i]
		c.Server = "https://" + c.Name + ".example.com"
		p.Placements = append(p.Placements, plan.Placement{Layout: "l", Cluster: c.ID, Instance: p.Instances[i%50].ID})
		in := &l.Instances[(i+i/97)%50] // some are elsewhere
		in.Scope.Clusters = append(in.Scope.Clusters, live.Cluster{Server: c.Server, Name: c.Name, Kubernetes: c.Kubernetes})
	}
	at := map[string]int{}
	for i := range p.Clusters {
		at[p.Clusters[i].ID] = i
	}
	var rows []live.Application
	for i := range apps {
		a := p.Applications[i%len(p.Applications)]
		k := at[a.Cluster]
		name := a.Name
		if i >= len(p.Applications) {
			name = fmt.Sprintf("%s-%d", a.Name, i/len(p.Applications))
		}
		rows = append(rows, application(l.Instances[(k+k/97)%50].Name, name, p.Clusters[k].Server, a.Namespace))
	}
	for i := range l.Instances {
		l.Instances[i].Applications = apps / 50
	}
	l.Each = func(do func(*live.Application)) {
		for i := range rows {
			do(&rows[i])
		}
	}
	return p, l
}

func TestCompare_FoldsManyIntoFew(t *testing.T) {
	p, l := generated(200, 2000, 10000)
	r := Compare(p, l)
	n := 0
	for i := range r.Differences {
		d := &r.Differences[i]
		if n += d.Count; len(d.Examples) > examples || len(d.Live) > 2*examples {
			t.Errorf("%s names %d and %d", d.Key, len(d.Examples), len(d.Live))
		}
	}
	if len(r.Of(ClusterElsewhere)) != 103 || n < 8000 {
		t.Errorf("%d elsewhere, %d rows", len(r.Of(ClusterElsewhere)), n)
	}
	if !slices.IsSortedFunc(r.Differences, func(a, b Difference) int { return int(a.Severity) - int(b.Severity) }) || r.Differences[0].Severity != verdict.Error {
		t.Error("the gravest do not come first")
	}
}

func BenchmarkCompare(b *testing.B) {
	p, l := generated(2000, 20000, 100_000)
	b.ResetTimer()
	for b.Loop() {
		r := Compare(p, l)
		b.ReportMetric(float64(len(r.Differences)), "differences")
	}
}
