package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/argoproj/gitops-engine/pkg/health"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"

	"deckplan/internal/argocd/argocdtest"
)

//go:embed demo.yaml
var ownList []byte

// list is what the instances run. demo.yaml is an example.
type list struct {
	Repository string     `json:"repository"`
	Clusters   []cluster  `json:"clusters"` // in the order of promotion
	Instances  []instance `json:"instances"`
}

type cluster struct {
	Name   string `json:"name"`
	Server string `json:"server"` // URL of its API server
}

type instance struct {
	Name         string `json:"name"` // letters, digits and hyphens
	Applications []struct {
		Service  string   `json:"service"`
		Project  string   `json:"project"`
		Clusters []string `json:"clusters"`
		Health   string   `json:"health"` // one that never changes; by default the story decides
	} `json:"applications"`
}

// readList reads a list from a file, or the demo's own where path is empty.
func readList(path string) (l list, err error) {
	text := ownList
	if path != "" {
		if text, err = os.ReadFile(path); err != nil {
			return l, err
		}
	}
	if err := yaml.UnmarshalStrict(bytes.TrimSpace(text), &l); err != nil {
		return l, err
	}
	if len(l.Instances) == 0 {
		return l, fmt.Errorf("the list names no instances")
	}
	for _, i := range l.Instances {
		for _, a := range i.Applications {
			for _, c := range a.Clusters {
				if l.place(c) < 0 {
					return l, fmt.Errorf("%s of %s is on the cluster %s, which the list does not have", a.Service, i.Name, c)
				}
			}
		}
	}
	return l, nil
}

// place is a cluster's place in the order of promotion, or -1.
func (l list) place(name string) int {
	return slices.IndexFunc(l.Clusters, func(c cluster) bool { return c.Name == name })
}

// app is an application of the demo and what is about to happen to it.
type app struct {
	name, service string
	place         int // of its cluster
	server        *argocdtest.Server
	next          []step
}

// start runs an instance's server, and gives those of its applications that the
// story may change.
func (l list) start(i instance, rng *rand.Rand) (*argocdtest.Server, []*app, error) {
	seed := argocdtest.Options{Accounts: []string{"dashboard"}, RBACPolicy: policy, Clusters: map[string]string{}}
	projects := map[string]bool{}
	var apps []*app
	for _, a := range i.Applications {
		if !projects[a.Project] {
			projects[a.Project] = true
			seed.Projects = append(seed.Projects, argocdtest.Project(a.Project))
		}
		for _, name := range a.Clusters {
			c := l.Clusters[l.place(name)]
			seed.Clusters[c.Name] = c.Server
			one := &app{name: a.Service + "-" + c.Name, service: a.Service, place: l.place(name)}
			made := l.application(one, a.Project, c, rng)
			if seed.Apps = append(seed.Apps, made); a.Health != "" {
				made.Status.Health.Status = health.HealthStatusCode(a.Health)
				continue
			}
			apps = append(apps, one)
		}
	}
	s, err := argocdtest.Start(seed)
	for _, a := range apps {
		a.server = s
	}
	return s, apps, err
}

// application is an application at the start: deployed some time in the last
// days, healthy and in sync.
func (l list) application(a *app, project string, c cluster, rng *rand.Rand) *v1alpha1.Application {
	out := argocdtest.App(rng.IntN(1000), 4+rng.IntN(12), 2+rng.IntN(4), project, c.Server)
	deployed := metav1.NewTime(time.Now().Add(-time.Duration(10+rng.IntN(4000)) * time.Minute).Truncate(time.Second))
	rev := revision(rng)
	out.Name, out.Labels = a.name, map[string]string{"app.kubernetes.io/name": a.service}
	out.CreationTimestamp = metav1.NewTime(deployed.AddDate(0, -7, -rng.IntN(60)))
	out.Spec.Destination.Namespace = a.service
	out.Spec.Source.RepoURL, out.Spec.Source.Path = l.Repository, a.service+"/overlays/"+c.Name
	st := &out.Status
	st.Health = v1alpha1.HealthStatus{Status: health.HealthStatusHealthy, LastTransitionTime: &deployed}
	st.Sync.Status, st.Sync.Revision = v1alpha1.SyncStatusCodeSynced, rev
	st.Sync.ComparedTo.Source, st.Sync.ComparedTo.Destination = *out.Spec.Source, out.Spec.Destination
	st.ReconciledAt = &deployed
	op := st.OperationState
	op.StartedAt, op.FinishedAt = metav1.NewTime(deployed.Add(-40*time.Second)), &deployed
	op.Operation.Sync.Revision, op.SyncResult.Revision, op.SyncResult.Source = rev, rev, *out.Spec.Source
	for h := range st.History {
		at := metav1.NewTime(deployed.AddDate(0, 0, h-len(st.History)+1))
		st.History[h].DeployedAt, st.History[h].DeployStartedAt, st.History[h].Revision = at, &at, rev
		st.History[h].Source = *out.Spec.Source
	}
	return out
}

// revision makes up a Git commit.
func revision(rng *rand.Rand) string {
	return fmt.Sprintf("%016x%016x%08x", rng.Uint64(), rng.Uint64(), rng.Uint32())
}
