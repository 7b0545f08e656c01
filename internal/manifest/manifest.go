// Package manifest writes the Kubernetes objects that a layout implies: for
// every Argo CD instance a folder with its namespace, cluster secrets without
// credentials, an AppProject for each team and ApplicationSets by cluster
// labels; for an agent its settings, as far as they are documented. It is pure,
// and the same plan gives the same bytes.
//
// Nothing of it syncs by itself: ApplicationSets have no automatic sync, and
// deleting one deletes nothing that runs.
package manifest

import (
	"archive/zip"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// File is one file of the bundle, its path with slashes.
type File struct {
	Path string
	Data []byte
}

// Words words a message.
type Words func(id string, args map[string]any) string

// invalidHost stands where the plan has no address: .invalid resolves nowhere
// (RFC 2606).
const invalidHost = "https://replace-me.invalid/"

// localServer is the API server that an instance runs on.
const localServer = "https://kubernetes.default.svc"

// Build writes the objects of an arrangement of the plan.
func Build(p *plan.Plan, a layout.Arrangement, title string, words Words) []File {
	b := newBuilder(p, a, words)
	var out []File
	var list []string
	for i := range a.Instances {
		files, line := b.instance(i)
		out = append(out, files...)
		list = append(list, line)
	}
	var d document
	d.WriteString("# " + clean(title) + "\n\n" + clean(words("manifest.readme.what", nil)) + "\n\n")
	for _, l := range list {
		d.WriteString("- " + l + "\n")
	}
	d.WriteString("\n")
	for _, id := range []string{"install", "credentials", "addresses", "apply", "agents"} {
		d.WriteString("- " + clean(words("manifest.readme."+id, nil)) + "\n")
	}
	return append([]File{{"README.md", d.Bytes()}}, out...)
}

// WriteZip writes the files as a zip file, all with the same time.
func WriteZip(w io.Writer, files []File) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Path, Method: zip.Deflate, Modified: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
		to, err := z.CreateHeader(h)
		if err == nil {
			_, err = to.Write(f.Data)
		}
		if err != nil {
			return fmt.Errorf("manifest: %s: %w", f.Path, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return nil
}

// instance writes one instance's folder, and its line of the list.
func (b *builder) instance(i int) (out []File, line string) {
	in := b.a.Instances[i]
	folder, ns := b.instances.of[in.ID], b.namespaces[i]
	mine := b.targets[i]
	push := in.Mode == "" || in.Mode == plan.Push
	var d document
	d.comment(b.words("manifest.namespace", map[string]any{"name": in.Name}))
	d.object(namespace{"v1", "Namespace", meta{Name: ns, Annotations: map[string]string{"deckplan/name": clean(in.Name)}}})
	files := []File{{"namespace.yaml", d.Bytes()}}
	projects := b.projectsOf(i)
	if push {
		if len(mine) > 0 {
			files = append(files, File{"clusters.yaml", b.secrets(in, ns, mine)})
		}
	}
	if len(projects) > 0 && in.Mode != plan.AgentAutonomous {
		files = append(files, File{"projects.yaml", b.projects(ns, projects)})
	}
	if len(projects) > 0 && push {
		files = append(files, File{"applicationsets.yaml", b.sets(ns, projects)})
	}
	out = folderOf(folder, files)
	if !push {
		for _, t := range mine {
			out = append(out, b.agent(folder, in, t)...)
		}
	}
	line = "`" + folder + "/`: " + clean(b.words("manifest.readme.instance", map[string]any{"name": b.mark(in.Name), "mode": b.words("choice.mode."+string(modeOf(in)), nil),
		"clusters": len(mine), "projects": len(projects)}))
	return out, line
}

// folderOf adds the kustomization that names the files.
func folderOf(folder string, files []File) []File {
	k := kustomization{"kustomize.config.k8s.io/v1beta1", "Kustomization", nil}
	for i := range files {
		k.Resources = append(k.Resources, files[i].Path)
		files[i].Path = folder + "/" + files[i].Path
	}
	var d document
	d.object(k)
	return append(files, File{folder + "/kustomization.yaml", d.Bytes()})
}

func modeOf(in plan.Instance) plan.Mode {
	if in.Mode == "" {
		return plan.Push
	}
	return in.Mode
}

// secrets are the cluster secrets of an instance, without credentials.
func (b *builder) secrets(in plan.Instance, ns string, mine []target) []byte {
	var d document
	d.comment(b.words("manifest.clusters", nil), b.words("manifest.clusters.source", nil))
	for _, t := range mine {
		row := t.cluster
		name := b.clusters.of[row.ID]
		s := secret{"v1", "Secret", meta{Name: "cluster-" + name, Namespace: ns, Labels: b.labels(t), Annotations: b.annotations(t)}, "Opaque",
			map[string]string{"name": name, "server": clean(row.Server)}}
		var comment []string
		switch {
		case row.ID == in.Host:
			s.StringData["server"] = localServer
			comment = append(comment, b.words("manifest.clusters.local", nil))
		case !plainURL(row.Server):
			s.StringData["server"] = invalidHost + name
			comment = append(comment, b.words("manifest.clusters.no_server", nil))
			fallthrough
		default:
			comment = append(comment, b.words("manifest.clusters.credential", map[string]any{"name": name}))
		}
		if len(t.namespaces) > 0 {
			s.StringData["namespaces"] = joined(t.namespaces)
		}
		d.object(s, comment...)
	}
	return d.Bytes()
}

func (b *builder) projects(ns string, all []teamProject) []byte {
	var d document
	d.comment(b.words("manifest.projects", nil))
	for _, t := range all {
		p := project{APIVersion: "argoproj.io/v1alpha1", Kind: "AppProject", Metadata: meta{Name: t.name, Namespace: ns, Annotations: map[string]string{"deckplan/name": t.display}}}
		p.Spec.SourceRepos, p.Spec.Destinations = t.repositories, t.destinations
		var comment []string
		if len(t.repositories) == 0 {
			comment = append(comment, b.words("manifest.projects.no_repository", nil))
		}
		if t.nowhere > 0 {
			comment = append(comment, b.words("manifest.projects.no_namespace", map[string]any{"n": t.nowhere}))
		}
		d.object(p, comment...)
	}
	return d.Bytes()
}

// sets are one ApplicationSet a team: its applications on every cluster that
// is labelled with its project, environment by environment.
func (b *builder) sets(ns string, all []teamProject) []byte {
	var d document
	d.comment(b.words("manifest.sets", nil), b.words("manifest.sets.sync", nil))
	for _, t := range all {
		s := applicationSet{APIVersion: "argoproj.io/v1alpha1", Kind: "ApplicationSet", Metadata: meta{Name: t.name, Namespace: ns, Annotations: map[string]string{"deckplan/name": t.display}}}
		s.Spec.GoTemplate, s.Spec.GoTemplateOptions = true, []string{"missingkey=error"}
		s.Spec.SyncPolicy.PreserveResourcesOnDeletion = true
		for _, e := range t.environments {
			g := generator{}
			g.Clusters.Selector.MatchLabels = map[string]string{"argocd.argoproj.io/secret-type": "cluster", projectLabel(t.name): "true"}
			if e == "" {
				g.Clusters.Selector.MatchExpressions = []requirement{{"environment", "DoesNotExist"}}
			} else {
				g.Clusters.Selector.MatchLabels["environment"] = e
			}
			s.Spec.Generators = append(s.Spec.Generators, g)
		}
		s.Spec.Template.Metadata.Name = "{{.nameNormalized}}-" + t.name
		s.Spec.Template.Spec.Project = t.name
		src := &s.Spec.Template.Spec.Source
		src.RepoURL, src.TargetRevision, src.Path = invalidHost+"repository.git", "HEAD", t.name+"/{{.nameNormalized}}"
		var comment []string
		if len(t.repositories) > 0 {
			src.RepoURL = t.repositories[0]
		} else {
			comment = append(comment, b.words("manifest.sets.no_repository", nil))
		}
		s.Spec.Template.Spec.Destination = destination{Name: "{{.name}}"}
		d.object(s, comment...)
	}
	return d.Bytes()
}

// agent are the documented settings of the agent on a cluster.
func (b *builder) agent(folder string, in plan.Instance, t target) []File {
	mode := "managed"
	if in.Mode == plan.AgentAutonomous {
		mode = "autonomous"
	}
	name := b.clusters.of[t.cluster.ID]
	var d document
	d.comment(b.words("manifest.agent", map[string]any{"name": t.cluster.Name}), b.words("manifest.agent.left_out", nil))
	d.object(configMap{"v1", "ConfigMap", meta{Name: "argocd-agent-params", Namespace: "argocd", Annotations: b.annotations(t)},
		map[string]string{"agent.mode": mode, "agent.namespace": "argocd", "agent.server.address": b.instances.of[in.ID] + ".replace-me.invalid"}})
	var n document
	n.object(namespace{"v1", "Namespace", meta{Name: "argocd"}})
	return folderOf(folder+"/agents/"+name, []File{{"namespace.yaml", n.Bytes()}, {"agent.yaml", d.Bytes()}})
}

// labels are what ApplicationSets choose clusters by.
func (b *builder) labels(t target) map[string]string {
	l := map[string]string{"argocd.argoproj.io/secret-type": "cluster"}
	row := t.cluster
	set := func(key, value string) {
		if value != "" {
			l[key] = value
		}
	}
	set("environment", b.environments.of[row.Environment])
	set("zone", b.zones.of[row.Zone])
	set("team", b.teams.of[row.Team])
	set("region", b.regions.of[row.Region])
	for _, name := range t.projects {
		l[projectLabel(name)] = "true"
	}
	return l
}

func projectLabel(name string) string { return "deckplan/project-" + name }

// annotations are the display names.
func (b *builder) annotations(t target) map[string]string {
	m := map[string]string{"deckplan/name": clean(t.cluster.Name)}
	for key, value := range map[string]string{"deckplan/environment": b.display["environments/"+t.cluster.Environment], "deckplan/zone": b.display["zones/"+t.cluster.Zone],
		"deckplan/team": b.display["teams/"+t.cluster.Team], "deckplan/region": clean(t.cluster.Region), "deckplan/applications": strconv.Itoa(t.applications)} {
		if value != "" {
			m[key] = value
		}
	}
	return m
}

func sorted[T ~string](set map[T]bool) []T {
	out := make([]T, 0, len(set))
	for v := range set {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}
