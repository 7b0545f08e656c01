package snapshot

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"time"

	"deckplan/internal/live"
)

// format is the version of our own file. The key that carries it is the first,
// so that a reader knows the file from its beginning.
const format = 1

// row is an application in our own file.
type row struct {
	Namespace        string    `json:"namespace,omitempty"`
	Name             string    `json:"name"`
	Project          string    `json:"project,omitempty"`
	Cluster          string    `json:"cluster,omitempty"`
	Server           string    `json:"server,omitempty"`
	DestNamespace    string    `json:"destination_namespace,omitempty"`
	Health           string    `json:"health,omitempty"`
	HealthMessage    string    `json:"health_message,omitempty"`
	Sync             string    `json:"sync,omitempty"`
	Phase            string    `json:"phase,omitempty"`
	OperationMessage string    `json:"operation_message,omitempty"`
	LastSync         time.Time `json:"last_sync,omitzero"`
	Revision         string    `json:"revision,omitempty"`
	RepoURL          string    `json:"repo,omitempty"`
	Path             string    `json:"path,omitempty"`
	TargetRevision   string    `json:"target_revision,omitempty"`
	Condition        string    `json:"condition,omitempty"`
	Set              string    `json:"set,omitempty"`
	Images           string    `json:"images,omitempty"`
	Workloads        string    `json:"workloads,omitempty"`
	Since            time.Time `json:"since,omitzero"` // only in what Deckplan keeps for itself
}

func rowOf(a *live.Application) row {
	return row{a.Namespace, a.Name, a.Project, a.Cluster, a.Server, a.DestNamespace, a.Health, a.HealthMessage, a.Sync, a.Phase, a.OperationMessage,
		a.LastSync, a.Revision, a.RepoURL, a.Path, a.TargetRevision, a.Condition, a.Set, a.Images, a.Workloads, a.Since}
}

func (r *row) application() live.Application {
	return live.Application{Namespace: r.Namespace, Name: r.Name, Project: r.Project, Cluster: r.Cluster, Server: r.Server, DestNamespace: r.DestNamespace,
		Health: r.Health, HealthMessage: r.HealthMessage, Sync: r.Sync, Phase: r.Phase, OperationMessage: r.OperationMessage, LastSync: r.LastSync,
		Revision: r.Revision, RepoURL: r.RepoURL, Path: r.Path, TargetRevision: r.TargetRevision, Condition: r.Condition, Set: r.Set,
		Images: r.Images, Workloads: r.Workloads, Since: r.Since}
}

// head is what our own file says before its applications.
type head struct {
	Format   int        `json:"deckplan_snapshot"`
	Instance string     `json:"instance"`
	URL      string     `json:"url,omitempty"`
	Version  string     `json:"version,omitempty"`
	Captured time.Time  `json:"captured"`
	Guessed  bool       `json:"estimated,omitempty"`
	By       string     `json:"by,omitempty"`
	Host     string     `json:"host,omitempty"`
	Source   Source     `json:"source,omitempty"` // what it was made of; empty for an Argo CD that was read
	Sets     int        `json:"application_sets,omitempty"`
	Scope    live.Scope `json:"scope,omitzero"`
}

// Write writes our own file: one line for what it is and one an application.
// Rows are bounded and without credentials, whatever they were made of.
func (s *Snapshot) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	h := head{format, s.Instance, withoutCredentials(s.URL), s.Version, s.Captured.UTC(), s.Guessed, s.By, s.Host, "", s.Sets, s.Scope}
	if s.Source == Kubectl {
		h.Source = Kubectl
	}
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, _ = out.Write(b[:len(b)-1]) // what a bufio.Writer met, Flush tells
	_, _ = out.WriteString(",\"applications\":[")
	sep := "\n"
	for i := range s.Applications {
		a := s.Applications[i]
		if !clean(&a) {
			continue
		}
		if b, err = json.Marshal(rowOf(&a)); err != nil {
			return err
		}
		_, _ = out.WriteString(sep)
		_, _ = out.Write(b)
		sep = ",\n"
	}
	_, _ = out.WriteString("\n]}\n")
	return out.Flush()
}

// ours reads our own file, after its first key.
func (p *parser) ours() error {
	var h head
	if typed, err := p.value(&h.Format); err != nil || typed != nil || h.Format != format {
		if err != nil {
			return err
		}
		return fault("format", "got", h.Format, "want", format)
	}
	p.reading.own, p.out.Source = true, Deckplan
	fields := map[string]any{"instance": &h.Instance, "url": &h.URL, "version": &h.Version, "captured": &h.Captured, "estimated": &h.Guessed,
		"by": &h.By, "host": &h.Host, "source": &h.Source, "application_sets": &h.Sets, "scope": &h.Scope}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return p.wrong(err)
		}
		key, _ := token.(string)
		if key == "applications" {
			if err := p.list(p.ownRow); err != nil {
				return err
			}
			continue
		}
		into := fields[key]
		if into == nil {
			into = new(skipped)
		}
		typed, err := p.value(into)
		if err != nil {
			return err
		}
		if typed != nil {
			return fault("object", "kind", live.Clip(key, 80), "detail", live.Clip(typed.Error(), 200)).at(0, p.in.line(p.dec.InputOffset()), "")
		}
	}
	if _, err := p.dec.Token(); err != nil {
		return p.wrong(err)
	}
	p.head(&h)
	if p.dec.More() {
		return fault("more").at(0, p.in.line(p.dec.InputOffset()), "")
	}
	return nil
}

// ownRow reads one application of our own file.
func (p *parser) ownRow() error {
	var r row
	typed, err := p.value(&r)
	if err != nil {
		return err
	}
	p.items++
	line := p.in.line(p.dec.InputOffset())
	if typed != nil {
		return fault("object", "kind", "Application", "detail", live.Clip(typed.Error(), 200)).at(p.items, line, live.Clip(r.Name, 80))
	}
	r.LastSync, r.Since = sane(r.LastSync), sane(r.Since)
	return p.row(r.application(), line)
}

// head takes what the file says of itself, bounded.
func (p *parser) head(h *head) {
	out := p.out
	out.Instance, out.URL, out.Version = live.Clip(h.Instance, live.MaxName), live.Clip(withoutCredentials(h.URL), live.MaxURL), live.Clip(h.Version, 80)
	out.By, out.Host = live.Clip(h.By, 80), live.Clip(h.Host, 80)
	out.Captured, out.Guessed, out.Sets = sane(h.Captured), h.Guessed, max(0, h.Sets)
	if h.Source == Kubectl {
		out.Source = Kubectl
	}
	for _, c := range h.Scope.Clusters[:min(len(h.Scope.Clusters), maxClusters)] {
		out.Scope.Clusters = append(out.Scope.Clusters, cleanCluster(c))
	}
	for _, one := range h.Scope.Projects[:min(len(h.Scope.Projects), maxProjects)] {
		out.Scope.Projects = append(out.Scope.Projects, cleanProject(one))
	}
	for _, part := range []string{"applications", "clusters"} {
		if slices.Contains(h.Scope.Part, part) {
			out.Scope.Part = append(out.Scope.Part, part)
		}
	}
	for _, hidden := range []string{"clusters", "projects"} {
		if slices.Contains(h.Scope.Hidden, hidden) {
			out.Scope.Hidden = append(out.Scope.Hidden, hidden)
		}
	}
}

// sane is a time that may be one; zero otherwise.
func sane(t time.Time) time.Time {
	if t.Year() < 2000 || t.Year() > 9000 {
		return time.Time{}
	}
	return t.UTC()
}
