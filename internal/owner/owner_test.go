package owner

import (
	"fmt"
	"testing"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

func planned() *plan.Plan {
	return &plan.Plan{
		Teams:        []plan.Team{{ID: "pay", Name: "Payments"}, {ID: "shop", Name: "Storefront"}, {ID: "ops", Name: "Platform"}},
		Environments: []plan.Environment{{ID: "prod", Name: "Production"}},
		Clusters: []plan.Cluster{{ID: "seoul", Name: "prod-seoul", Server: "https://K8S.seoul.example:443/", Team: "ops"}, {ID: "tokyo", Name: "prod-tokyo"},
			{ID: "busan", Name: "busan"}},
		Slices: []plan.Slice{{ID: "s1", Name: "shop floor", Cluster: "tokyo", Namespaces: []string{"shop-a", "shop-b"}, Team: "shop"},
			{ID: "s2", Name: "ledgers", Cluster: "tokyo", Project: "ledger", Team: "pay"}, {ID: "s3", Name: "nobody's", Cluster: "tokyo", Namespaces: []string{"lost"}}},
		Services: []plan.Service{{ID: "checkout", Name: "Checkout", Team: "pay"}, {ID: "web", Name: "web", Team: "shop"}, {ID: "orphan", Name: "orphan"}},
		Applications: []plan.Application{{ID: "1", Name: "api", Service: "checkout", Cluster: "seoul", Namespace: "pay"}, {ID: "2", Name: "api", Service: "web", Cluster: "tokyo"},
			{ID: "3", Name: "cart", Service: "web", Cluster: "seoul"}, {ID: "4", Name: "nowhere", Service: "checkout"}, {ID: "5", Name: "mine", Service: "orphan", Cluster: "seoul"},
			{ID: "6", Name: "twin", Service: "web", Cluster: "seoul", Namespace: "a"}, {ID: "7", Name: "twin", Service: "checkout", Cluster: "seoul", Namespace: "b"}},
	}
}

func TestOf_TheSurestRowOfThePlanNamesTheOwner(t *testing.T) {
	f := New(planned())
	app := func(name, cluster, server, namespace, project string) live.Application {
		return live.Application{Name: name, Cluster: cluster, Server: server, DestNamespace: namespace, Project: project}
	}
	for _, c := range []struct {
		a    live.Application
		team string
		why  Reason
		by   string
	}{
		{app("api", "whatever", "https://k8s.seoul.example", "pay", ""), "Payments", Application, "api"},
		{app("api", "PROD-TOKYO", "", "x", ""), "Storefront", Application, "api"},
		{app("api", "busan", "", "x", ""), "", Nobody, ""}, // two teams have one elsewhere
		{app("cart", "busan", "", "", ""), "Storefront", Application, "cart"},
		{app("twin", "prod-seoul", "", "b", ""), "Payments", Application, "twin"},
		{app("twin", "prod-seoul", "", "a", ""), "Storefront", Application, "twin"},
		{app("nowhere", "", "", "", ""), "Payments", Application, "nowhere"},
		{app("Checkout", "busan", "", "", ""), "Payments", Service, "Checkout"},
		{app("web-prod-seoul", "busan", "", "", ""), "Storefront", Service, "web"},
		{app("production-web", "busan", "", "", ""), "Storefront", Service, "web"},
		{app("web-proxy", "busan", "", "", ""), "", Nobody, ""},
		{app("x", "prod-tokyo", "", "shop-b", "default"), "Storefront", Slice, "shop floor"},
		{app("x", "prod-tokyo", "", "y", "ledger"), "Payments", Slice, "ledgers"},
		{app("x", "prod-tokyo", "", "lost", ""), "", Nobody, ""},
		{app("mine", "prod-seoul", "", "", ""), "Platform", Cluster, "prod-seoul"},
		{app("x", "unknown", "https://elsewhere.example", "", ""), "", Nobody, ""},
		{app("x", "", "", "", ""), "", Nobody, ""},
	} {
		if got := f.Of(&c.a); got.Name != c.team || got.Why != c.why || got.By != c.by {
			t.Errorf("%s on %s in %s: %+v, want %s by %s %s", c.a.Name, c.a.Cluster+c.a.Server, c.a.DestNamespace, got, c.team, c.why, c.by)
		}
	}
	empty := New(&plan.Plan{})
	if got := empty.Of(&live.Application{Name: "api", Cluster: "c"}); got != (Found{}) {
		t.Errorf("a plan that says nothing: %+v", got)
	}
}

func TestOf_NamesTheRowsOfThePlan(t *testing.T) {
	f := New(planned())
	for _, c := range []struct{ name, cluster, application, on string }{
		{"api", "prod-tokyo", "2", "tokyo"},
		{"cart", "busan", "", "busan"},       // planned in Seoul: another one
		{"mine", "prod-seoul", "5", "seoul"}, // although its service has no team
		{"nowhere", "elsewhere", "4", ""},
		{"unknown", "busan", "", "busan"},
	} {
		if got := f.Of(&live.Application{Name: c.name, Cluster: c.cluster}); got.Application != c.application || got.Cluster != c.on {
			t.Errorf("%s on %s: %+v", c.name, c.cluster, got)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	p := planned()
	for i := range 10_000 {
		s := fmt.Sprint("service-", i)
		p.Services = append(p.Services, plan.Service{ID: s, Name: s, Team: "pay"})
		p.Applications = append(p.Applications, plan.Application{ID: s, Name: s, Service: s, Cluster: "tokyo"})
	}
	f := New(p)
	for name, a := range map[string]live.Application{
		"planned": {Name: "service-77", Cluster: "prod-tokyo", Server: "https://10.0.0.1:6443", DestNamespace: "x"},
		"unknown": {Name: "some-thing-else-of-prod", Cluster: "unknown", Server: "https://10.0.0.1:6443", DestNamespace: "x"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Of(&a)
			}
		})
	}
}
