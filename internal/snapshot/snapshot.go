// Package snapshot reads what an Argo CD instance was at one time from a file
// that was made where Deckplan cannot reach it: its own format, or what kubectl
// prints of applications, projects and application sets. It keeps snapshots,
// shows them in the live table, and takes them from a watched folder. Nothing
// in a file is trusted, and of no object more is read than a table row needs.
package snapshot

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"deckplan/internal/live"
)

// Limits of a file, and of what is kept of it.
const (
	MaxBytes        = 256 << 20 // of the file as it comes, and unpacked
	MaxApplications = 200_000
	maxItems        = 500_000
	maxItem         = 4 << 20 // bytes of one object; Kubernetes itself keeps less
	maxProjects     = 5_000
	maxClusters     = 5_000
	maxWindows      = 200 // of a project
	maxEntries      = 100 // of a list in a window
	maxKinds        = 20  // of objects that are passed over
)

// Source is what made a file.
type Source string

// The sources.
const (
	Deckplan Source = "deckplan"
	Kubectl  Source = "kubectl"
)

// Snapshot is what one instance was at one time.
type Snapshot struct {
	Instance     string // as the file says; empty where it does not
	URL, Version string
	Captured     time.Time // zero where the file does not tell
	Guessed      bool      // Captured is an estimate
	By, Host     string    // who made it and on which machine; empty where it is not said
	Source       Source
	Applications []live.Application // by namespace and name, without Instance
	Scope        live.Scope
	Sets         int // ApplicationSets
	Passed       []Count
	Digest       string // SHA-256 of the file
}

// Count is how many objects of a kind a file holds that are of no use here.
type Count struct {
	Kind string
	N    int
}

// finish puts what was read in order: rows by name, each once, and the clusters
// that they go to where the file says no more of them.
func (s *Snapshot) finish() {
	slices.SortStableFunc(s.Applications, func(a, b live.Application) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	s.Applications = slices.CompactFunc(s.Applications, func(a, b live.Application) bool { return a.Namespace == b.Namespace && a.Name == b.Name })
	slices.SortStableFunc(s.Scope.Projects, func(a, b live.Project) int { return strings.Compare(a.Name, b.Name) })
	s.Scope.Projects = slices.CompactFunc(s.Scope.Projects, func(a, b live.Project) bool { return a.Name == b.Name })
	if len(s.Scope.Clusters) > 0 {
		return
	}
	at := map[[2]string]int{}
	for i := range s.Applications {
		a := &s.Applications[i]
		name := a.Cluster
		if name == a.Server {
			name = ""
		}
		k := [2]string{a.Server, name}
		n, known := at[k]
		if !known {
			if n = len(s.Scope.Clusters); n == maxClusters || a.Server == "" && a.Cluster == "" {
				continue
			}
			at[k] = n
			s.Scope.Clusters = append(s.Scope.Clusters, live.Cluster{Server: a.Server, Name: name})
		}
		s.Scope.Clusters[n].Applications++
	}
	slices.SortFunc(s.Scope.Clusters, func(a, b live.Cluster) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Server, b.Server))
	})
}

// What can stand before a host in a URL: over HTTP it is a credential,
// elsewhere a user with or without a password.
var (
	httpUser = regexp.MustCompile(`(?i)(https?://)[^/@\s]+@`)
	password = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^/@:\s]+):[^/@\s]+@`)
)

// withoutCredentials takes what could let somebody in out of URLs in a text.
func withoutCredentials(s string) string {
	if !strings.Contains(s, "://") || !strings.Contains(s, "@") {
		return s
	}
	return password.ReplaceAllString(httpUser.ReplaceAllString(s, "$1"), "$1@")
}

// clean bounds every text of a row and takes credentials out of it. It reports
// whether the row has a name that can be real.
func clean(a *live.Application) bool {
	if !live.IsName(a.Name) || a.Namespace != "" && !live.IsName(a.Namespace) {
		return false
	}
	for _, s := range []*string{&a.Namespace, &a.Name, &a.Project, &a.Cluster, &a.DestNamespace, &a.Health, &a.Sync, &a.Phase, &a.Revision, &a.TargetRevision,
		&a.Set, &a.Workloads, &a.ResourceVersion} {
		*s = live.Clip(*s, live.MaxName)
	}
	for _, s := range []*string{&a.Server, &a.RepoURL, &a.Path} {
		*s = live.Clip(withoutCredentials(*s), live.MaxURL)
	}
	for _, s := range []*string{&a.HealthMessage, &a.OperationMessage, &a.Condition} {
		*s = live.Clip(withoutCredentials(*s), live.MaxMessage)
	}
	a.Images = live.JoinImages(strings.SplitN(a.Images, "\n", live.MaxImages+1))
	a.Instance = ""
	a.Cluster = cmp.Or(a.Cluster, a.Server)
	return true
}

// project bounds an AppProject.
func cleanProject(p live.Project) live.Project {
	p.Name = live.Clip(p.Name, live.MaxName)
	p.Windows = slices.Clone(p.Windows[:min(len(p.Windows), maxWindows)])
	for i := range p.Windows {
		w := &p.Windows[i]
		for _, s := range []*string{&w.Kind, &w.Schedule, &w.Duration, &w.TimeZone} {
			*s = live.Clip(*s, live.MaxName)
		}
		for _, l := range []*[]string{&w.Applications, &w.Namespaces, &w.Clusters} {
			*l = slices.Clone((*l)[:min(len(*l), maxEntries)])
			for n := range *l {
				(*l)[n] = live.Clip((*l)[n], live.MaxName)
			}
		}
	}
	return p
}

func cleanCluster(c live.Cluster) live.Cluster {
	for _, s := range []*string{&c.Name, &c.Kubernetes, &c.State} {
		*s = live.Clip(*s, live.MaxName)
	}
	c.Server, c.Message = live.Clip(withoutCredentials(c.Server), live.MaxURL), live.Clip(withoutCredentials(c.Message), live.MaxMessage)
	c.Labels = slices.Clone(c.Labels[:min(len(c.Labels), maxEntries)])
	for i := range c.Labels {
		c.Labels[i] = live.Label{Key: live.Clip(c.Labels[i].Key, live.MaxName), Value: live.Clip(c.Labels[i].Value, live.MaxName)}
	}
	return c
}
