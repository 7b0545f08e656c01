package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/argoproj/gitops-engine/pkg/health"
	synccommon "github.com/argoproj/gitops-engine/pkg/sync/common"
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
	Registry   string     `json:"registry"` // of the services' images
	Clusters   []cluster  `json:"clusters"` // in the order of promotion
	Projects   []project  `json:"projects"` // of those that say more than a name
	Instances  []instance `json:"instances"`
}

type cluster struct {
	Name   string `json:"name"`
	Server string `json:"server"` // URL of its API server

	Kubernetes string `json:"kubernetes"`
	Objects    int64  `json:"objects"` // that Argo CD watches
	Failed     string `json:"failed"`  // why Argo CD does not reach it
}

type project struct {
	Name    string               `json:"name"`
	Windows v1alpha1.SyncWindows `json:"windows"`
}

type instance struct {
	Name         string `json:"name"`   // letters, digits and hyphens
	Root         string `json:"root"`   // path under which a proxy for HTTP/1 serves it
	Closed       bool   `json:"closed"` // it cannot be reached, and is known by a snapshot
	Applications []struct {
		Service  string   `json:"service"`
		Project  string   `json:"project"`
		Clusters []string `json:"clusters"`
		Workload string   `json:"workload"` // Deployment by default
		Health   string   `json:"health"`   // one that never changes; by default the story decides
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
	workload      string // kind of what runs its pods
	place         int    // of its cluster
	server        *argocdtest.Server
	next          []step
}

// start runs an instance's server, and gives those of its applications that the
// story may change.
func (l list) start(i instance, rng *rand.Rand) (*argocdtest.Server, []*app, error) {
	seed := argocdtest.Options{Accounts: []string{"dashboard"}, RBACPolicy: policy, Clusters: map[string]string{}, Info: l.found(i)}
	projects := map[string]bool{}
	var apps []*app
	for _, a := range i.Applications {
		if !projects[a.Project] {
			projects[a.Project] = true
			seed.Projects = append(seed.Projects, l.project(a.Project))
		}
		for _, name := range a.Clusters {
			c := l.Clusters[l.place(name)]
			seed.Clusters[c.Name] = c.Server
			one := &app{name: a.Service + "-" + c.Name, service: a.Service, workload: cmp.Or(a.Workload, "Deployment"), place: l.place(name)}
			made := l.application(one, a.Project, c, rng)
			if seed.Apps = append(seed.Apps, made); a.Health != "" {
				turn(made, health.HealthStatusCode(a.Health), "")
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
	out := argocdtest.App(rng.IntN(1000), 0, 2+rng.IntN(4), project, c.Server)
	deployed := metav1.NewTime(time.Now().Add(-time.Duration(10+rng.IntN(4000)) * time.Minute).Truncate(time.Second))
	rev := revision(rng)
	out.Name, out.Labels = a.name, map[string]string{"app.kubernetes.io/name": a.service}
	out.CreationTimestamp = metav1.NewTime(deployed.AddDate(0, -7, -rng.IntN(60)))
	out.Spec.Destination.Namespace = a.service
	out.Spec.Source.RepoURL, out.Spec.Source.Path, out.Spec.Source.Kustomize = l.Repository, a.service+"/overlays/"+c.Name, nil
	st := &out.Status
	st.Health = v1alpha1.HealthStatus{Status: health.HealthStatusHealthy, LastTransitionTime: &deployed}
	st.Sync.Status, st.Sync.Revision = v1alpha1.SyncStatusCodeSynced, rev
	st.Sync.ComparedTo.Source, st.Sync.ComparedTo.Destination = *out.Spec.Source, out.Spec.Destination
	st.ReconciledAt = &deployed
	op := st.OperationState
	op.StartedAt, op.FinishedAt = metav1.NewTime(deployed.Add(-40*time.Second)), &deployed
	op.Operation.Sync.Revision, op.SyncResult.Revision, op.SyncResult.Source = rev, rev, *out.Spec.Source
	for h := range st.History {
		st.History[h] = deployment(out, int64(h), revision(rng), deployed.AddDate(0, 0, 3*(h-len(st.History)+1)))
	}
	st.History[len(st.History)-1].Revision = rev
	st.Summary.Images, st.Summary.ExternalURLs = []string{l.Registry + "/" + a.service + ":" + rev[:7]}, nil
	resources(out, a.service, a.workload)
	return out
}

// deployment is an entry of an application's history: some are started by hand.
func deployment(a *v1alpha1.Application, id int64, rev string, at time.Time) v1alpha1.RevisionHistory {
	begun := metav1.NewTime(at.Add(-time.Duration(20+(id*37)%60) * time.Second))
	out := v1alpha1.RevisionHistory{ID: id, Revision: rev, DeployedAt: metav1.NewTime(at), DeployStartedAt: &begun, Source: *a.Spec.Source}
	if out.InitiatedBy.Automated = id%4 != 1; !out.InitiatedBy.Automated {
		out.InitiatedBy.Username = "kim"
	}
	return out
}

// resources gives an application what a service is made of; the first runs its
// pods.
func resources(a *v1alpha1.Application, service, workload string) {
	group := "apps"
	if workload == "Rollout" {
		group = "argoproj.io"
	}
	healthy := &v1alpha1.HealthStatus{Status: health.HealthStatusHealthy}
	var applied v1alpha1.ResourceResults
	for _, r := range []v1alpha1.ResourceStatus{
		{Group: group, Version: "v1", Kind: workload, Health: healthy.DeepCopy()},
		{Version: "v1", Kind: "Service", Health: healthy},
		{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress", Health: healthy},
		{Version: "v1", Kind: "ConfigMap"}, {Version: "v1", Kind: "ServiceAccount"},
		{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget"},
	} {
		r.Name, r.Namespace, r.Status = service, a.Spec.Destination.Namespace, v1alpha1.SyncStatusCodeSynced
		a.Status.Resources = append(a.Status.Resources, r)
		applied = append(applied, &v1alpha1.ResourceResult{Group: r.Group, Version: r.Version, Kind: r.Kind, Namespace: r.Namespace, Name: r.Name,
			Status: synccommon.ResultCodeSynced, Message: r.Kind + "/" + r.Name + " configured", SyncPhase: synccommon.SyncPhaseSync})
	}
	a.Status.OperationState.SyncResult.Resources = applied
}

// project is a project, with its sync windows.
func (l list) project(name string) *v1alpha1.AppProject {
	out := argocdtest.Project(name)
	if i := slices.IndexFunc(l.Projects, func(p project) bool { return p.Name == name }); i >= 0 {
		out.Spec.SyncWindows = l.Projects[i].Windows
	}
	return out
}

// found is what an instance's controller has just found of its clusters.
func (l list) found(i instance) map[string]*v1alpha1.ClusterInfo {
	now := metav1.Now()
	out := map[string]*v1alpha1.ClusterInfo{}
	for _, a := range i.Applications {
		for _, name := range a.Clusters {
			c := l.Clusters[l.place(name)]
			info := out[c.Server]
			if info == nil {
				info = &v1alpha1.ClusterInfo{ServerVersion: c.Kubernetes, ConnectionState: v1alpha1.ConnectionState{Status: v1alpha1.ConnectionStatusSuccessful, ModifiedAt: &now},
					CacheInfo: v1alpha1.ClusterCacheInfo{ResourcesCount: c.Objects, APIsCount: 64, LastCacheSyncTime: &now}}
				if c.Failed != "" {
					info.ConnectionState.Status, info.ConnectionState.Message = v1alpha1.ConnectionStatusFailed, c.Failed
				}
				out[c.Server] = info
			}
			info.ApplicationsCount++
		}
	}
	return out
}

// revision makes up a Git commit.
func revision(rng *rand.Rand) string {
	return fmt.Sprintf("%016x%016x%08x", rng.Uint64(), rng.Uint64(), rng.Uint32())
}
