package drift

import (
	"fmt"
	"slices"

	"deckplan/internal/live"
	"deckplan/internal/plan"
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

// sliced divides c1 between both instances.
func (w *world) sliced() {
	w.plan.Slices = []plan.Slice{{ID: "x", Name: "pay", Cluster: "c1", Namespaces: []string{"pay"}}, {ID: "y", Name: "shop", Cluster: "c1", Namespaces: []string{"shop"}}}
	w.plan.Applications[0].Slice = "x"
	w.plan.Applications = append(w.plan.Applications, plan.Application{ID: "a3", Name: "catalog-b", Service: "s2", Cluster: "c1", Slice: "y", Namespace: "shop"})
	w.plan.Placements = append(w.plan.Placements[1:], plan.Placement{Layout: "l", Cluster: "c1", Slice: "x", Instance: "ia"}, plan.Placement{Layout: "l", Cluster: "c1", Slice: "y", Instance: "ib"})
	w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
	w.apps = append(w.apps, application("argo-b", "catalog-b", one, "shop"))
}
