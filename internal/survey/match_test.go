package survey_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

func TestPropose_MatchesByServerThenName(t *testing.T) {
	o := seen()
	p := plan.Empty("x")
	p.Clusters = []plan.Cluster{{ID: "a", Name: "the vault", Server: "https://PROD.example.com:6443/"}, {ID: "b", Name: "Stage-Busan", Server: "https://old.example.com"},
		{ID: "c", Name: "where another one runs", Server: survey.InCluster}}
	p.Environments = []plan.Environment{{ID: "live", Name: "운영", Tier: plan.Production}}
	p.Applications = []plan.Application{{ID: "x", Name: "ledger-prod-seoul", Cluster: "a", Namespace: "elsewhere"}, {ID: "y", Name: "checkout-stage-busan"}}
	c := guess(o)
	next := carry(t, p, o, c, nil)
	if next.Clusters[0].Environment != "live" || next.Clusters[1].Server != "https://old.example.com" || next.Clusters[1].Kubernetes != "1.33" || len(next.Clusters) != 4 {
		t.Errorf("%+v", next.Clusters)
	}
	if a := next.Applications; len(a) != 4 || a[0].Namespace != "elsewhere" || a[0].Project != "payments" || a[1].Cluster != "b" {
		t.Errorf("%+v", a)
	}
	got := survey.Propose(next, o, c)
	if want := "differ/clusters.server: Stage-Busan[server https://old.example.com→https://stage.example.com:6443]\n" +
		"differ/applications.namespace: ledger-prod-seoul[namespace elsewhere→ledger]\ngone/clusters: where another one runs"; rows(got, got.Default()) != want {
		t.Errorf("got\n%s", rows(got, got.Default()))
	}
}

func TestPropose_LeavesOutWhatIsNotPicked(t *testing.T) {
	o := seen()
	c := guess(o)
	next := carry(t, plan.Empty("x"), o, c, &survey.Picks{Groups: []string{"add/services", "add/applications", survey.LayoutGroup}})
	if len(next.Clusters)+len(next.Teams)+len(next.Placements) > 0 || len(next.Services) != 3 || len(next.Applications) != 4 || next.Applications[0].Cluster != "" || next.Applications[0].Service == "" || len(next.Instances) != 2 {
		t.Errorf("%+v", next)
	}
	next = carry(t, next, o, c, nil)
	for _, a := range next.Applications {
		if a.Cluster == "" {
			t.Errorf("a later reading does not fill in the cluster: %+v", a)
		}
	}
}

func TestPropose_LayoutThatWasRemovedDoesNotComeBackByItself(t *testing.T) {
	o := seen()
	c := guess(o)
	p := carry(t, plan.Empty("x"), o, c, nil)
	p, _, err := plan.Apply(p, plan.Remove{Kind: "layouts", Keys: []string{p.Layouts[0].ID}})
	if err != nil {
		t.Fatal(err)
	}
	got := survey.Propose(p, o, c)
	if slices.Contains(got.Default().Groups, survey.LayoutGroup) || !strings.Contains(rows(got, survey.Picks{}), "layout: As it runs") {
		t.Errorf("%v\n%s", got.Default(), rows(got, survey.Picks{}))
	}
}

func TestPropose_SharedClusterIsDividedBetweenItsInstances(t *testing.T) {
	o := seen()
	o.Applications = append(o.Applications, survey.Application{Instance: "busan", Name: "extra", Server: "https://prod.example.com:6443", DestNamespace: "extra"})
	o.Sort()
	c := guess(o)
	p := carry(t, plan.Empty("x"), o, c, nil)
	prod, got := cluster(p, "prod-seoul").ID, map[string]string{}
	for _, pl := range p.Placements {
		if pl.Cluster == prod {
			got[plan.NameOf(p, "instances", pl.Instance)] = plan.NameOf(p, "slices", pl.Slice)
		}
	}
	if len(p.Slices) != 2 || !reflect.DeepEqual(got, map[string]string{"busan": "busan", "seoul": "seoul"}) || !slices.Equal(p.Slices[0].Namespaces, []string{"extra"}) {
		t.Errorf("%+v %v", p.Slices, got)
	}
	for _, a := range p.Applications {
		if (a.Slice != "") != (a.Cluster == prod) {
			t.Errorf("%+v", a)
		}
	}
	again := survey.Propose(p, o, c)
	if e, n := again.Edit(again.Default(), plan.Summary{}); n.Any() {
		t.Errorf("%+v %+v", n, e)
	}
	// What people divided stays, and so the whole goes to the one that delivers most.
	p = plan.Empty("x")
	p.Clusters = []plan.Cluster{{ID: "a", Name: "prod-seoul"}}
	p.Slices = []plan.Slice{{ID: "s", Name: "tenant", Cluster: "a"}}
	p = carry(t, p, o, c, nil)
	if len(p.Slices) != 1 || !slices.ContainsFunc(p.Placements, func(pl plan.Placement) bool {
		return pl.Cluster == "a" && pl.Slice == "" && plan.NameOf(p, "instances", pl.Instance) == "seoul"
	}) {
		t.Errorf("%+v %+v", p.Slices, p.Placements)
	}
	// Without the layout there are no slices.
	p = carry(t, plan.Empty("x"), o, c, &survey.Picks{Groups: []string{"add/clusters", "add/applications"}})
	if len(p.Slices) != 0 || len(p.Applications) != 5 || p.Applications[0].Slice != "" {
		t.Errorf("%+v", p.Slices)
	}
}

func TestPropose_TornClustersStayWithoutEnvironment(t *testing.T) {
	o := seen()
	for i := range o.Applications {
		o.Applications[i].Labels = append(o.Applications[i].Labels, survey.Label{Key: "env", Value: fmt.Sprint("e", i)})
	}
	c := guess(o)
	c.Environment = survey.AppLabel("env")
	p := carry(t, plan.Empty("x"), o, c, nil)
	if cluster(p, "prod-seoul").Environment != "" || plan.NameOf(p, "environments", cluster(p, "stage-busan").Environment) == "" {
		t.Errorf("%+v", p.Clusters)
	}
}

func TestPropose_BadTextIsLeftOut(t *testing.T) {
	o := &survey.Observed{Instances: []survey.Instance{{Name: strings.Repeat("나", 500), Version: strings.Repeat("9", 99)}}, Clusters: []survey.Cluster{
		{Name: strings.Repeat("x", 500), Server: "https://a"}, {Name: "ok\x00\n", Server: strings.Repeat("s", 900), Kubernetes: "latest"}, {}}}
	o.Applications = []survey.Application{{Name: strings.Repeat("a", 300), Cluster: "ok"}, {Name: "fine", Cluster: "ok", DestNamespace: strings.Repeat("n", 99), Project: "p\x7f",
		Labels: labels("team", strings.Repeat("t", 300), "service", "\xff\xfe"), RepoURL: strings.Repeat("u", 400), Images: []string{"", ":", "@"}}}
	c := guess(o)
	p := carry(t, plan.Empty("x"), o, c, nil)
	if len(p.Applications) != 1 || p.Applications[0].Project != "p" {
		t.Errorf("%+v", p.Applications)
	}
}
