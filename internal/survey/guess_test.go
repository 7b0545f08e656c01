package survey_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

func TestStem(t *testing.T) {
	for _, c := range [][4]string{
		{"checkout-prod-seoul", "prod-seoul", "", "checkout"}, {"prod-seoul-guestbook", "prod-seoul", "", "guestbook"}, {"checkout-stg", "", "", "checkout"},
		{"checkout-live-eu", "", "live-eu", "checkout"}, {"dev", "dev", "dev", "dev"}, {"dev-tools", "c", "dev", "dev-tools"}, {"api-Prod", "", "prod", "api"}, {"api-prod-c1", "c1", "", "api"},
	} {
		if got := survey.Stem(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%v: %s", c, got)
		}
	}
}

func TestGuess_TakesWhatLabelsAreUsuallyCalled(t *testing.T) {
	o := seen()
	c := survey.Guess(o, survey.Keys(o))
	if want := (survey.Choices{Team: "label/team", Environment: "cluster/environment", Service: "label/app.kubernetes.io/part-of", Region: "cluster/region"}); c != want {
		t.Errorf("%+v", c)
	}
	for i := range o.Applications {
		o.Applications[i].Labels = labels("app.kubernetes.io/instance", o.Applications[i].Name)
	}
	for i := range o.Clusters {
		o.Clusters[i].Labels = nil
	}
	c = survey.Guess(o, survey.Keys(o))
	if want := (survey.Choices{Team: survey.FromProject, Environment: survey.FromClusterName, Service: survey.FromName}); c != want {
		t.Errorf("without labels: %+v", c)
	}
}

func TestKeys_CountsWithExamples(t *testing.T) {
	o := seen()
	keys := survey.Keys(o)
	if k := keys[1]; k.From != "label/team" || k.Count != 4 || k.Of != 4 || k.Values != 2 || !slices.Equal(k.Examples, []string{"payments", "platform"}) {
		t.Errorf("%+v", keys)
	}
}

func TestObserved_AddKeepsTheLimits(t *testing.T) {
	o := survey.Observed{Applications: make([]survey.Application, survey.MaxApplications-1)}
	o.Add(survey.Observed{Applications: make([]survey.Application, 3), Clusters: make([]survey.Cluster, survey.MaxClusters+1), Projects: make([]survey.Project, survey.MaxProjects+1)})
	if len(o.Applications) != survey.MaxApplications || len(o.Clusters) != survey.MaxClusters || len(o.Projects) != survey.MaxProjects || o.Dropped != 4 {
		t.Errorf("%d applications, %d clusters, %d projects, %d dropped", len(o.Applications), len(o.Clusters), len(o.Projects), o.Dropped)
	}
}

// large is a reading of many clusters and applications.
func large(clusters, applications int) *survey.Observed {
	o := &survey.Observed{Instances: []survey.Instance{{Name: "hub"}}}
	for i := range clusters {
		o.Clusters = append(o.Clusters, survey.Cluster{Instance: "hub", Name: fmt.Sprintf("c-%04d", i), Server: fmt.Sprintf("https://c-%d", i), Labels: labels("env", []string{"dev", "prod"}[i%2])})
	}
	for i := range applications {
		o.Applications = append(o.Applications, survey.Application{Instance: "hub", Namespace: "argocd", Name: fmt.Sprintf("a-%05d", i), Cluster: fmt.Sprintf("c-%04d", i%clusters),
			Project: "p", Labels: labels("team", fmt.Sprintf("t-%d", i%40), "service", fmt.Sprintf("s-%d", i)), RepoURL: "https://git/x", DestNamespace: "n"})
	}
	return o
}

func TestPropose_LargeReading(t *testing.T) {
	o := large(1_000, 10_000)
	c := guess(o)
	begun := time.Now()
	first := survey.Propose(plan.Empty("x"), o, c)
	first.Groups(first.Default())
	proposed := time.Since(begun)
	begun = time.Now()
	p := carry(t, plan.Empty("x"), o, c, nil)
	applied := time.Since(begun)
	begun = time.Now()
	again := survey.Propose(p, o, c)
	if _, n := again.Edit(again.Default(), plan.Summary{}); n.Any() {
		t.Errorf("%+v", n)
	}
	t.Logf("proposed in %v, carried out and checked in %v, compared in %v", proposed, applied, time.Since(begun))
}
