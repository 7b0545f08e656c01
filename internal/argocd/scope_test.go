package argocd_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

func TestScope_ShowsClustersAndSyncWindows(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 6})
	rest := startIngress(t, s, "").connection(s)
	rest.Name = "rest"
	narrow := connection(s)
	narrow.Name, narrow.Token = "narrow", argocd.Secret(s.NarrowToken)
	single := connection(s)
	single.Name, single.Token = "single", argocd.Secret(s.SingleToken)
	table := run(t, quick(), connection(s), rest, narrow, single)
	for _, name := range []string{s.Name, "rest", "narrow", "single"} {
		within(t, 10*time.Second, name, connected(table, name))
	}
	got := table.Scope(s.Name)
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	labels := func(environment, region string) []live.Label {
		return []live.Label{{Key: "environment", Value: environment}, {Key: "region", Value: region}}
	}
	for _, want := range []live.Cluster{
		{Server: "https://cluster-00.example.com:6443", Name: "cluster-00", Kubernetes: "1.34", State: "Successful", At: at, Applications: 2, Objects: 4321, Labels: labels("development", "region-0")},
		{Server: "https://cluster-01.example.com:6443", Name: "cluster-01", Kubernetes: "1.31", State: "Failed", Message: "dial tcp: i/o timeout", At: at, Applications: 2, Labels: labels("staging", "region-1")},
	} {
		if n := slices.IndexFunc(got.Clusters, func(c live.Cluster) bool { return c.Name == want.Name }); n < 0 || !reflect.DeepEqual(got.Clusters[n], want) {
			t.Errorf("%+v\nlack %+v", got.Clusters, want)
		}
	}
	want := []live.Project{{Name: "default"}, {Name: "team-00", Windows: []live.Window{
		{Kind: "deny", Schedule: "0 22 * * *", Duration: "8h", TimeZone: "Asia/Seoul", Applications: []string{"*"}, Namespaces: []string{"ns-*"}, Clusters: []string{"cluster-00"}, Manual: true},
		{Kind: "allow", Schedule: "0 9 * * 1-5", Duration: "2h", Applications: []string{"*"}}}}, {Name: "team-01"}, {Name: "team-02"}}
	if !reflect.DeepEqual(got.Projects, want) || len(got.Clusters) != 4 || got.Hidden != nil {
		t.Errorf("%+v", got)
	}
	if other := table.Scope("rest"); !reflect.DeepEqual(other, got) {
		t.Errorf("over REST %+v", other)
	}
	if some := table.Scope("single"); len(some.Clusters) != 1 || !slices.Equal(some.Part, []string{"clusters"}) || some.Hidden != nil {
		t.Errorf("a token that may see one cluster: %+v", some)
	}
	if hidden := table.Scope("narrow"); !reflect.DeepEqual(hidden, live.Scope{Hidden: []string{"clusters", "projects"}}) {
		t.Errorf("a token that may not see them: %+v", hidden)
	}
}

func TestFilter_LimitsWhatIsReadAndWatched(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 9})
	i := startIngress(t, s, "")
	for name, k := range map[string]struct {
		projects, selector string
		want               []string // projects
		apps               int
	}{
		"one project":          {"team-00", "", []string{"team-00"}, 3},
		"two projects":         {" team-00, team-02 ,", "", []string{"team-00", "team-02"}, 6},
		"a label":              {"", "team=team-04", []string{"default", "team-00", "team-01", "team-02"}, 1},
		"a label in a project": {"team-01", "team in (team-01, team-03)", []string{"team-01"}, 1},
	} {
		for _, base := range []argocd.Connection{connection(s), i.connection(s)} {
			base.Projects, base.Selector = k.projects, k.selector
			table := run(t, quick(), base)
			within(t, 10*time.Second, name, connected(table, s.Name))
			var projects []string
			for _, p := range table.Scope(s.Name).Projects {
				projects = append(projects, p.Name)
			}
			if n := state(table, s.Name).Applications; n != k.apps || !slices.Equal(projects, k.want) {
				t.Errorf("%s: %d applications, projects %v", name, n, projects)
			}
			if part := table.Scope(s.Name).Part; !slices.Equal(part, []string{"applications"}) {
				t.Errorf("%s: read in part are %v", name, part)
			}
			observed, err := argocd.Survey(t.Context(), base, quick())
			if err != nil || len(observed.Applications) != k.apps || len(observed.Projects) != len(k.want) {
				t.Errorf("%s: %d applications surveyed, %d projects, %v", name, len(observed.Applications), len(observed.Projects), err)
			}
			// An application that matches neither changes before one that does.
			s.Update(t, "team-05-service-00005", argotest.Change{Health: "Suspended"})
			for n := range 9 {
				app := []string{"team-00-service-00000", "team-01-service-00001", "team-04-service-00004"}[n%3]
				s.Update(t, app, argotest.Change{Health: []string{"Degraded", "Missing", "Progressing"}[n/3], Message: name})
			}
			within(t, 2*time.Second, name+" watched", func() bool { return state(table, s.Name).Health[live.Progressing] > 0 })
			if n := state(table, s.Name).Applications; n != k.apps {
				t.Errorf("%s: %d applications after a change elsewhere", name, n)
			}
		}
	}
}
