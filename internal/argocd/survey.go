package argocd

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
	"deckplan/internal/survey"
)

// Survey reads once what an instance runs: its applications with their labels,
// its clusters and its projects. Where the token may not see clusters or
// projects, it goes on with what the applications tell and says so in Missing.
// Errors are *survey.Error with a reason of package live.
func Survey(ctx context.Context, c Connection, o Options) (survey.Observed, error) {
	o = o.withDefaults()
	a := open(ctx, c, o, live.NoProtocol)
	defer a.leave()
	if a.err != nil {
		reason, detail := a.reason()
		return survey.Observed{}, &survey.Error{Instance: c.Name, Reason: string(reason), Detail: detail}
	}
	s := surveying{instance: c.Name, client: a, filter: c.filter(), options: o, text: map[string]string{}}
	s.out.Instances = []survey.Instance{{Name: c.Name, URL: c.URL, Version: a.release}}
	if err := s.read(ctx); err != nil {
		reason, detail := classify(err, a.met())
		return survey.Observed{}, &survey.Error{Instance: c.Name, Reason: string(reason), Detail: detail}
	}
	s.out.Sort()
	return s.out, nil
}

// surveying is a reading under way. Texts that repeat are kept once.
type surveying struct {
	instance string
	client   client
	filter   filter
	options  Options
	out      survey.Observed
	text     map[string]string
}

func (s *surveying) read(ctx context.Context) error {
	if err := s.clusters(ctx); err != nil {
		return err
	}
	if err := s.projects(ctx); err != nil {
		return err
	}
	err := s.client.list(ctx, s.application)
	if reason, _ := classifyIf(err, s.client.met()); reason == live.TooLarge {
		s.out.Applications = nil
		err = replay(ctx, s.client, s.options, s.application)
		s.unique()
	}
	return err
}

// classifyIf is classify for what may have gone well.
func classifyIf(err error, seen *handshakes) (live.Reason, string) {
	if err == nil {
		return live.NoReason, ""
	}
	return classify(err, seen)
}

// unseen passes over a list that the token may not see: Argo CD answers it
// with an error or with nothing.
func (s *surveying) unseen(what string, n int, err error) error {
	if reason, _ := classifyIf(err, s.client.met()); err != nil && reason != live.Forbidden {
		return err
	}
	if n == 0 {
		s.out.Missing = append(s.out.Missing, survey.Missing{Instance: s.instance, What: what})
	}
	return nil
}

func (s *surveying) clusters(ctx context.Context) error {
	n := 0
	err := s.client.clusters(ctx, func(c *wire.Cluster) {
		if n++; n > survey.MaxClusters {
			s.out.Dropped++
			return
		}
		s.out.Clusters = append(s.out.Clusters, survey.Cluster{Instance: s.instance, Name: clip(c.GetName(), maxName), Server: clip(c.GetServer(), maxURL),
			Kubernetes: clip(cmp.Or(c.GetInfo().GetServerVersion(), c.GetServerVersion()), maxName), Labels: s.labels(c.GetLabels())})
	})
	return s.unseen("clusters", n, err)
}

func (s *surveying) projects(ctx context.Context) error {
	n := 0
	err := s.client.projects(ctx, func(p *wire.AppProject) {
		n++
		name := p.GetMetadata().GetName()
		switch {
		case name == "" || len(name) > maxName || !s.filter.holds(name):
		case len(s.out.Projects) == survey.MaxProjects:
			s.out.Dropped++
		default:
			s.out.Projects = append(s.out.Projects, survey.Project{Instance: s.instance, Name: s.once(clip(name, maxName))})
		}
	})
	return s.unseen("projects", n, err)
}

// application takes one application; what it keeps holds nothing of a.
func (s *surveying) application(a application) {
	r, ok := row(s.instance, a, nil)
	if !ok {
		return
	}
	if len(s.out.Applications) == survey.MaxApplications {
		s.out.Dropped++
		return
	}
	destination := a.GetSpec().GetDestination()
	out := survey.Application{Instance: s.instance, Namespace: s.once(r.Namespace), Name: r.Name, Project: s.once(r.Project), Labels: s.labels(a.GetMetadata().GetLabels()),
		Cluster: s.once(clip(destination.GetName(), maxName)), Server: s.once(r.Server), DestNamespace: s.once(r.DestNamespace), RepoURL: s.once(r.RepoURL), Path: r.Path}
	source := a.GetSpec().GetSource()
	if all := a.GetSpec().GetSources(); len(all) > 0 {
		source = all[0]
	}
	out.Chart = source.GetChart() != ""
	out.ApplicationSet = s.once(r.Set)
	images := a.GetStatus().GetSummary().GetImages()
	for _, image := range images[:min(len(images), survey.MaxImages)] {
		out.Images = append(out.Images, s.once(clip(image, maxName)))
	}
	s.out.Applications = append(s.out.Applications, out)
}

// Longest key and value of a label, in bytes: those of Kubernetes, and of an
// annotation-like label of a cluster secret.
const maxLabel = 317

// labels sorts labels by key and keeps at most survey.MaxLabels. Those of
// Argo CD's own that say the same everywhere are left out.
func (s *surveying) labels(all map[string]string) []survey.Label {
	out := make([]survey.Label, 0, len(all))
	for k, v := range all {
		if k == "" || v == "" || len(k) > maxLabel || len(v) > maxLabel || strings.HasPrefix(k, "argocd.argoproj.io/") {
			continue
		}
		out = append(out, survey.Label{Key: s.once(clip(k, maxLabel)), Value: s.once(clip(v, maxLabel))})
	}
	slices.SortFunc(out, func(a, b survey.Label) int { return cmp.Compare(a.Key, b.Key) })
	return slices.Clip(out[:min(len(out), survey.MaxLabels)])
}

// once gives an equal text that is kept once.
func (s *surveying) once(text string) string {
	if kept, ok := s.text[text]; ok {
		return kept
	}
	s.text[text] = text
	return text
}

// unique keeps one of each application: a replay may bring one twice.
func (s *surveying) unique() {
	s.out.Sort()
	s.out.Applications = slices.CompactFunc(s.out.Applications, func(a, b survey.Application) bool {
		return a.Namespace == b.Namespace && a.Name == b.Name
	})
}
