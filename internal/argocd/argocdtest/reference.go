package argocdtest

import (
	"context"
	"io"
	"os"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/argoproj/argo-cd/v2/pkg/apiclient"
	"github.com/argoproj/argo-cd/v2/pkg/apiclient/application"
	"github.com/argoproj/argo-cd/v2/pkg/apiclient/cluster"
	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
)

// Row is what Deckplan shows of an application, as the full client reads it.
type Row struct {
	Namespace        string    `json:"namespace"`
	Name             string    `json:"name"`
	Project          string    `json:"project"`
	Cluster          string    `json:"cluster"`
	Server           string    `json:"server"`
	DestNamespace    string    `json:"dest_namespace"`
	Health           string    `json:"health"`
	HealthMessage    string    `json:"health_message"`
	Sync             string    `json:"sync"`
	Phase            string    `json:"phase"`
	OperationMessage string    `json:"operation_message"`
	Revision         string    `json:"revision"`
	RepoURL          string    `json:"repo_url"`
	Path             string    `json:"path"`
	TargetRevision   string    `json:"target_revision"`
	LastSync         time.Time `json:"last_sync"`
	ResourceVersion  string    `json:"resource_version"`
	Condition        string    `json:"condition"`
	Set              string    `json:"set"`
	Images           []string  `json:"images"`
	Workloads        []string  `json:"workloads"`
}

// ReferenceDetail reads one application with the whole apiclient package.
func ReferenceDetail(ctx context.Context, s *Server, token, name string) (*v1alpha1.Application, error) {
	client, err := referenceClient(s, token)
	if err != nil {
		return nil, err
	}
	conn, apps, err := client.NewApplicationClient()
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return apps.Get(ctx, &application.ApplicationQuery{Name: &name})
}

func referenceClient(s *Server, token string) (apiclient.Client, error) {
	options := &apiclient.ClientOptions{ServerAddr: s.Addr, PlainText: s.CA == "", AuthToken: token}
	if s.CA != "" {
		f, err := os.CreateTemp("", "reference-ca-*.pem")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.Remove(f.Name()) }()
		if _, err := io.WriteString(f, s.CA); err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		options.CertFile = f.Name()
	}
	return apiclient.NewClient(options)
}

// Reference reads a server's applications with the whole apiclient package.
func Reference(ctx context.Context, s *Server, token string) ([]Row, error) {
	client, err := referenceClient(s, token)
	if err != nil {
		return nil, err
	}
	appConn, apps, err := client.NewApplicationClient()
	if err != nil {
		return nil, err
	}
	defer func() { _ = appConn.Close() }()
	clusterConn, clusters, err := client.NewClusterClient()
	if err != nil {
		return nil, err
	}
	defer func() { _ = clusterConn.Close() }()
	known, err := clusters.List(ctx, &cluster.ClusterQuery{})
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, c := range known.Items {
		names[c.Server] = c.Name
	}
	list, err := apps.List(ctx, &application.ApplicationQuery{})
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(list.Items))
	for i := range list.Items {
		rows[i] = row(&list.Items[i], names)
	}
	return rows, nil
}

var podControllers = []string{"Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "Job.batch", "CronJob.batch", "Rollout.argoproj.io", "Pod"}

func row(a *v1alpha1.Application, clusterNames map[string]string) Row {
	source := a.Spec.GetSource()
	r := Row{
		Namespace: a.Namespace, Name: a.Name, Project: a.Spec.Project,
		Server: a.Spec.Destination.Server, DestNamespace: a.Spec.Destination.Namespace,
		Health: string(a.Status.Health.Status), HealthMessage: a.Status.Health.Message,
		Sync: string(a.Status.Sync.Status), Revision: a.Status.Sync.Revision,
		RepoURL: source.RepoURL, Path: source.Path, TargetRevision: source.TargetRevision,
		ResourceVersion: a.ResourceVersion,
	}
	if r.Path == "" {
		r.Path = source.Chart
	}
	if r.Revision == "" && len(a.Status.Sync.Revisions) > 0 {
		r.Revision = a.Status.Sync.Revisions[0]
	}
	r.Cluster = a.Spec.Destination.Name
	if r.Cluster == "" {
		r.Cluster = clusterNames[r.Server]
	}
	if r.Cluster == "" {
		r.Cluster = r.Server
	}
	if o := a.Status.OperationState; o != nil {
		r.Phase, r.OperationMessage = string(o.Phase), o.Message
		if o.FinishedAt != nil {
			r.LastSync = o.FinishedAt.UTC()
		}
	}
	for _, o := range a.OwnerReferences {
		if o.Kind == "ApplicationSet" {
			r.Set = o.Name
		}
	}
	r.Images = slices.Sorted(slices.Values(a.Status.Summary.Images))
	for _, one := range a.Status.Resources {
		if gk := (schema.GroupKind{Group: one.Group, Kind: one.Kind}).String(); slices.Contains(podControllers, gk) && !slices.Contains(r.Workloads, one.Kind) {
			r.Workloads = append(r.Workloads, one.Kind)
		}
	}
	slices.Sort(r.Workloads)
	if len(a.Status.Conditions) > 0 {
		r.Condition = a.Status.Conditions[0].Message
	}
	return r
}
