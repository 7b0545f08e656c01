package argocd_test

import (
	"errors"
	"slices"
	"testing"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

func TestSurvey_ReadsWhatAPlanNeeds(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 12, Real: true})
	o, err := argocd.Survey(t.Context(), connection(s), quick())
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Instances) != 1 || o.Instances[0].Version == "" || len(o.Missing) != 0 || o.Dropped != 0 {
		t.Errorf("%+v %+v", o.Instances, o.Missing)
	}
	i := slices.IndexFunc(o.Clusters, func(c survey.Cluster) bool { return c.Name == "cluster-01" })
	if len(o.Clusters) != 4 || i < 0 || o.Clusters[i].Server != "https://cluster-01.example.com:6443" ||
		!slices.Equal(o.Clusters[i].Labels, []survey.Label{{Key: "environment", Value: "staging"}, {Key: "region", Value: "region-1"}}) {
		t.Errorf("%+v", o.Clusters)
	}
	if len(o.Projects) != 4 {
		t.Errorf("%+v", o.Projects)
	}
	want := s.Reference(t)
	if len(o.Applications) != len(want) {
		t.Fatalf("%d applications, the full client has %d", len(o.Applications), len(want))
	}
	for _, w := range want {
		i := slices.IndexFunc(o.Applications, func(a survey.Application) bool { return a.Name == w.Name })
		if i < 0 {
			t.Fatalf("no %s", w.Name)
		}
		if a := o.Applications[i]; a.Namespace != w.Namespace || a.Project != w.Project || a.Server != w.Server || a.DestNamespace != w.DestNamespace || a.RepoURL != w.RepoURL || a.Path != w.Path {
			t.Errorf("%+v is not %+v", a, w)
		}
	}
	i = slices.IndexFunc(o.Applications, func(a survey.Application) bool { return a.Name == "team-01-service-00001" })
	if a := o.Applications[i]; a.ApplicationSet != "set-01" || !slices.Contains(a.Labels, survey.Label{Key: "team", Value: "team-01"}) ||
		!slices.Equal(a.Images, []string{"registry.example.com/svc:v1.2.3", "registry.example.com/sidecar:v4"}) {
		t.Errorf("%+v", a)
	}
	p := plan.Empty("x")
	proposal := survey.Propose(p, &o, survey.Guess(&o, survey.Keys(&o)))
	e, n := proposal.Edit(proposal.Default(), plan.Summary{ID: "plan.summary.import"})
	if p, _, err = plan.Apply(p, e); err != nil || n.Added == 0 {
		t.Fatal(err, n)
	}
	if len(p.Applications) != 22 || len(p.Clusters) < 3 || len(p.Instances) != 1 {
		t.Errorf("%d applications, %d clusters", len(p.Applications), len(p.Clusters))
	}
}

func TestSurvey_GoesOnWithoutClustersAndProjects(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 6})
	c := connection(s)
	c.Token = argocd.Secret(s.NarrowToken)
	o, err := argocd.Survey(t.Context(), c, quick())
	if err != nil {
		t.Fatal(err)
	}
	if want := []survey.Missing{{Instance: "argocd", What: "clusters"}, {Instance: "argocd", What: "projects"}}; !slices.Equal(o.Missing, want) || len(o.Applications) != 6 || len(o.Clusters) != 0 {
		t.Errorf("%+v, %d applications, %+v", o.Missing, len(o.Applications), o.Clusters)
	}
}

func TestSurvey_ReadsAListAboveTheLimit(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 40})
	o := quick()
	o.MaxMessage, o.ReplayQuiet = 64<<10, 500*1e6
	got, err := argocd.Survey(t.Context(), connection(s), o)
	if err != nil || len(got.Applications) != 40 {
		t.Errorf("%d applications, %v", len(got.Applications), err)
	}
}

func TestSurvey_TellsWhyItFailed(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 1})
	for want, c := range map[live.Reason]argocd.Connection{
		live.Unauthenticated: {Name: "x", URL: s.URL, Token: "wrong"},
		live.Unreachable:     {Name: "x", URL: "http://127.0.0.1:1", Token: "t"},
		live.Misconfigured:   {Name: "x", URL: "ftp://x", Token: "t"},
	} {
		var failed *survey.Error
		if _, err := argocd.Survey(t.Context(), c, quick()); !errors.As(err, &failed) || failed.Reason != string(want) || failed.Instance != "x" {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
