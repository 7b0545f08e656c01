package snapshot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"deckplan/internal/live"
)

// object is what is read of a Kubernetes object. Helm values and parameters, a
// plugin's environment and the data of a Secret have no place to go to.
type object struct {
	APIVersion string   `json:"apiVersion" yaml:"apiVersion"`
	Kind       string   `json:"kind" yaml:"kind"`
	Metadata   metadata `json:"metadata" yaml:"metadata"`
	Spec       spec     `json:"spec" yaml:"spec"`
	Status     status   `json:"status" yaml:"status"`
}

type metadata struct {
	Name            string `json:"name" yaml:"name"`
	Namespace       string `json:"namespace" yaml:"namespace"`
	ResourceVersion string `json:"resourceVersion" yaml:"resourceVersion"`
	OwnerReferences []struct {
		Kind string `json:"kind" yaml:"kind"`
		Name string `json:"name" yaml:"name"`
	} `json:"ownerReferences" yaml:"ownerReferences"`
}

type spec struct {
	Project     string   `json:"project" yaml:"project"`
	Source      source   `json:"source" yaml:"source"`
	Sources     []source `json:"sources" yaml:"sources"`
	Destination struct {
		Server    string `json:"server" yaml:"server"`
		Name      string `json:"name" yaml:"name"`
		Namespace string `json:"namespace" yaml:"namespace"`
	} `json:"destination" yaml:"destination"`
	SyncWindows []window `json:"syncWindows" yaml:"syncWindows"` // of an AppProject
}

type source struct {
	RepoURL        string `json:"repoURL" yaml:"repoURL"`
	Path           string `json:"path" yaml:"path"`
	Chart          string `json:"chart" yaml:"chart"`
	TargetRevision string `json:"targetRevision" yaml:"targetRevision"`
}

type window struct {
	Kind         string   `json:"kind" yaml:"kind"`
	Schedule     string   `json:"schedule" yaml:"schedule"`
	Duration     string   `json:"duration" yaml:"duration"`
	TimeZone     string   `json:"timeZone" yaml:"timeZone"`
	Applications []string `json:"applications" yaml:"applications"`
	Namespaces   []string `json:"namespaces" yaml:"namespaces"`
	Clusters     []string `json:"clusters" yaml:"clusters"`
	ManualSync   bool     `json:"manualSync" yaml:"manualSync"`
}

type status struct {
	ReconciledAt string `json:"reconciledAt" yaml:"reconciledAt"`
	Health       struct {
		Status  string `json:"status" yaml:"status"`
		Message string `json:"message" yaml:"message"`
	} `json:"health" yaml:"health"`
	Sync struct {
		Status    string   `json:"status" yaml:"status"`
		Revision  string   `json:"revision" yaml:"revision"`
		Revisions []string `json:"revisions" yaml:"revisions"`
	} `json:"sync" yaml:"sync"`
	OperationState struct {
		Phase      string `json:"phase" yaml:"phase"`
		Message    string `json:"message" yaml:"message"`
		FinishedAt string `json:"finishedAt" yaml:"finishedAt"`
	} `json:"operationState" yaml:"operationState"`
	Conditions []struct {
		Message string `json:"message" yaml:"message"`
	} `json:"conditions" yaml:"conditions"`
	Summary struct {
		Images []string `json:"images" yaml:"images"`
	} `json:"summary" yaml:"summary"`
	Resources []resource `json:"resources" yaml:"resources"`
}

type resource struct {
	Kind string `json:"kind" yaml:"kind"`
}

// kind is what an object is to us. Answers of Argo CD's own API leave the kind
// out: what has a destination is an application.
func (o *object) kind() string {
	switch {
	case o.Kind == "" && (o.Spec.Destination.Server != "" || o.Spec.Destination.Name != "" || o.Spec.Destination.Namespace != ""):
		return "Application"
	case o.APIVersion != "" && !strings.HasPrefix(o.APIVersion, "argoproj.io/"):
		return "" // another project has applications too
	}
	return o.Kind
}

// application makes a table row, by the rules that an instance's answers are
// read by.
func (o *object) application() live.Application {
	from, to := o.Spec.Source, o.Spec.Destination
	if len(o.Spec.Sources) > 0 { // several sources: the first, as Argo CD itself shows
		from = o.Spec.Sources[0]
	}
	a := live.Application{Namespace: o.Metadata.Namespace, Name: o.Metadata.Name, ResourceVersion: o.Metadata.ResourceVersion, Project: o.Spec.Project,
		Cluster: to.Name, Server: to.Server, DestNamespace: to.Namespace,
		Health: o.Status.Health.Status, HealthMessage: o.Status.Health.Message, Sync: o.Status.Sync.Status, Revision: o.Status.Sync.Revision,
		Phase: o.Status.OperationState.Phase, OperationMessage: o.Status.OperationState.Message, LastSync: moment(o.Status.OperationState.FinishedAt),
		RepoURL: from.RepoURL, Path: cmp.Or(from.Path, from.Chart), TargetRevision: from.TargetRevision}
	if a.Revision == "" && len(o.Status.Sync.Revisions) > 0 {
		a.Revision = o.Status.Sync.Revisions[0]
	}
	if a.Cluster == "" && a.Server == live.InCluster {
		a.Cluster = live.InClusterName
	}
	if len(o.Status.Conditions) > 0 {
		a.Condition = o.Status.Conditions[0].Message
	}
	for _, owner := range o.Metadata.OwnerReferences {
		if owner.Kind == "ApplicationSet" {
			a.Set = owner.Name
		}
	}
	a.Images = live.JoinImages(o.Status.Summary.Images)
	var kinds []string
	for _, kind := range live.PodKinds {
		if slices.ContainsFunc(o.Status.Resources, func(r resource) bool { return r.Kind == kind }) {
			kinds = append(kinds, kind)
		}
	}
	a.Workloads = strings.Join(kinds, " ")
	return a
}

func (o *object) project() live.Project {
	p := live.Project{Name: o.Metadata.Name}
	for _, w := range o.Spec.SyncWindows[:min(len(o.Spec.SyncWindows), maxWindows)] {
		p.Windows = append(p.Windows, live.Window{Kind: w.Kind, Schedule: w.Schedule, Duration: w.Duration, TimeZone: w.TimeZone,
			Applications: w.Applications, Namespaces: w.Namespaces, Clusters: w.Clusters, Manual: w.ManualSync})
	}
	return p
}

// moment reads a time as Kubernetes writes it; zero if it is none.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 2000 || t.Year() > 9000 {
		return time.Time{}
	}
	return t.UTC()
}
