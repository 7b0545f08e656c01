package live

import (
	"slices"
	"time"
)

// Scope is what an instance says of the clusters and projects it manages. The
// slices are shared and never changed.
type Scope struct {
	Clusters []Cluster
	Projects []Project
	// Hidden names what the token may not see: "clusters", "projects".
	Hidden []string
	// Part names what is read only in part, "applications" or "clusters": the
	// connection is about some of them, or the token may see some of them.
	Part []string
}

// InCluster is the server by which every Argo CD knows the cluster that it runs
// on itself, and InClusterName that cluster's name.
const InCluster, InClusterName = "https://kubernetes.default.svc", "in-cluster"

// Cluster is a cluster as an instance reports it.
type Cluster struct {
	Server       string // URL of its API server
	Name         string // what the instance calls it
	Kubernetes   string // version, such as 1.34
	State        string // Successful, Failed or Unknown, as Argo CD writes it; empty if it does not say
	Message      string
	At           time.Time // when that state was learnt; zero if it does not say
	Applications int64
	Objects      int64 // resources that the controller watches there
	Labels       []Label
}

// Label is a Kubernetes label.
type Label struct{ Key, Value string }

// Project is an AppProject.
type Project struct {
	Name    string
	Windows []Window
}

// Window is a sync window of a project.
type Window struct {
	Kind         string // allow or deny
	Schedule     string // cron
	Duration     string // such as 1h
	TimeZone     string // UTC if empty
	Applications []string
	Namespaces   []string
	Clusters     []string
	Manual       bool // syncs by hand are allowed nevertheless
}

// SetScope replaces what is known of an instance's clusters and projects.
// Subscribers hear of it unless only the time of what is known moved.
func (t *Table) SetScope(name string, s Scope) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.instance(name)
	same := i.scope.equal(s)
	i.scope = s
	if same {
		return
	}
	t.publish(Change{Instances: []string{i.Name}})
}

// Scope returns what is known of an instance's clusters and projects.
func (t *Table) Scope(name string) Scope {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if i := t.instances[name]; i != nil {
		return i.scope
	}
	return Scope{}
}

// equal reports whether two scopes say the same, whenever they were learnt.
func (s Scope) equal(o Scope) bool {
	return slices.Equal(s.Hidden, o.Hidden) && slices.Equal(s.Part, o.Part) &&
		slices.EqualFunc(s.Clusters, o.Clusters, func(a, b Cluster) bool {
			same := slices.Equal(a.Labels, b.Labels)
			return same && a.Server == b.Server && a.Name == b.Name && a.Kubernetes == b.Kubernetes && a.State == b.State &&
				a.Message == b.Message && a.Applications == b.Applications && a.Objects == b.Objects
		}) &&
		slices.EqualFunc(s.Projects, o.Projects, func(a, b Project) bool {
			return a.Name == b.Name && slices.EqualFunc(a.Windows, b.Windows, func(x, y Window) bool {
				return x.Kind == y.Kind && x.Schedule == y.Schedule && x.Duration == y.Duration && x.TimeZone == y.TimeZone && x.Manual == y.Manual &&
					slices.Equal(x.Applications, y.Applications) && slices.Equal(x.Namespaces, y.Namespaces) && slices.Equal(x.Clusters, y.Clusters)
			})
		})
}
