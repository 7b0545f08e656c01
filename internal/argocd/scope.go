package argocd

import (
	"cmp"
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// Limits of what is kept of an instance's clusters and projects.
const (
	maxScope   = 5000 // clusters, and projects
	maxWindows = 100  // of a project
	maxNames   = 100  // of a window
	maxLabels  = 50   // of a cluster
)

// scope reads the clusters and projects. What the token may not see is Hidden:
// Argo CD answers it with an error or with nothing. What cannot be read now
// stays as it was.
func scope(ctx context.Context, c client, f filter, old live.Scope) (out live.Scope) {
	n := 0
	err := c.clusters(ctx, func(one *wire.Cluster) {
		if n++; n <= maxScope {
			out.Clusters = append(out.Clusters, clusterOf(one))
		}
	})
	switch {
	case status.Code(err) == codes.PermissionDenied || err == nil && n == 0:
		out.Hidden = append(out.Hidden, "clusters")
	case err != nil:
		out.Clusters = slices.Clone(old.Clusters)
	}
	n = 0
	err = c.projects(ctx, func(one *wire.AppProject) {
		name := one.GetMetadata().GetName()
		if n++; name != "" && len(name) <= maxName && f.holds(name) && len(out.Projects) < maxScope {
			out.Projects = append(out.Projects, projectOf(one))
		}
	})
	switch {
	case status.Code(err) == codes.PermissionDenied || err == nil && n == 0:
		out.Hidden = append(out.Hidden, "projects")
	case err != nil:
		out.Projects = slices.Clone(old.Projects)
	}
	out.Part = part(ctx, c, f, out.Hidden, old.Part)
	slices.SortFunc(out.Clusters, func(a, b live.Cluster) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Server, b.Server))
	})
	slices.SortFunc(out.Projects, func(a, b live.Project) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// part names what the lists hold only some of: applications where the connection
// is about some, and whatever the token may not get all of. Argo CD leaves the
// others out without a word. What the server does not tell stays as it was.
func part(ctx context.Context, c client, f filter, hidden, old []string) (out []string) {
	for _, one := range []struct {
		what string
		some bool
		all  probe
	}{
		{"applications", len(f.projects) > 0 || f.selector != "", probe{"applications", "get", "*/*"}},
		{"clusters", false, probe{"clusters", "get", "*"}},
	} {
		if slices.Contains(hidden, one.what) {
			continue
		}
		yes, ok, err := c.canI(ctx, one.all)
		if one.some || ok && !yes || err != nil && slices.Contains(old, one.what) {
			out = append(out, one.what)
		}
	}
	return out
}

// holds reports whether the connection is about a project.
func (f filter) holds(project string) bool {
	return len(f.projects) == 0 || slices.Contains(f.projects, project)
}

func clusterOf(c *wire.Cluster) live.Cluster {
	info := c.GetInfo()
	out := live.Cluster{Server: clip(c.GetServer(), maxURL), Name: clip(c.GetName(), maxName),
		Kubernetes: clip(cmp.Or(info.GetServerVersion(), c.GetServerVersion()), maxName),
		State:      clip(info.GetConnectionState().GetStatus(), maxName), Message: clip(info.GetConnectionState().GetMessage(), maxMessage),
		At: info.GetConnectionState().GetAttemptedAt().Moment(), Applications: counted(info.GetApplicationsCount()),
		Objects: counted(info.GetCacheInfo().GetResourcesCount())}
	for k, v := range c.GetLabels() {
		if k != "" && len(k) <= maxLabel && len(v) <= maxLabel {
			out.Labels = append(out.Labels, live.Label{Key: clip(k, maxLabel), Value: clip(v, maxLabel)})
		}
	}
	slices.SortFunc(out.Labels, func(a, b live.Label) int { return cmp.Compare(a.Key, b.Key) })
	out.Labels = out.Labels[:min(len(out.Labels), maxLabels)]
	return out
}

// counted is a count that can be one, so that sums of them are too.
func counted(n int64) int64 { return min(max(0, n), 1e9) }

func projectOf(p *wire.AppProject) live.Project {
	out := live.Project{Name: clip(p.GetMetadata().GetName(), maxName)}
	windows := p.GetSpec().GetSyncWindows()
	for _, w := range windows[:min(len(windows), maxWindows)] {
		out.Windows = append(out.Windows, live.Window{Kind: clip(w.GetKind(), maxName), Schedule: clip(w.GetSchedule(), maxName),
			Duration: clip(w.GetDuration(), maxName), TimeZone: clip(w.GetTimeZone(), maxName), Manual: w.GetManualSync(),
			Applications: bound(w.GetApplications()), Namespaces: bound(w.GetNamespaces()), Clusters: bound(w.GetClusters())})
	}
	return out
}

// bound keeps so many names of a list.
func bound(all []string) (out []string) {
	for _, one := range all[:min(len(all), maxNames)] {
		out = append(out, clip(one, maxURL))
	}
	return out
}
