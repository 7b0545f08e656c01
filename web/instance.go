package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/layout"
	"deckplan/internal/live"
	"deckplan/internal/owner"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

const (
	stretchDays   = 30 // how far back an instance's page shows its connection
	projectsShown = 60
	windowsEach   = 8 // of a project
)

// instance shows one Argo CD instance.
func (s *Server) instance(w http.ResponseWriter, r *http.Request) error {
	name := pathValue(r, "instance")
	in, ok := s.Live.Instance(name)
	if !ok {
		return errNotFound
	}
	v, err := s.besideView(w, r, "live")
	if err != nil {
		return err
	}
	v.Title = in.Name
	scope := s.Live.Scope(name)
	here := live.Query{Instance: []string{name}}
	s.owned(v.Plan, &here)
	counts := s.Live.Query(here)
	p := page.InstanceProps{Instance: in, Hidden: scope.Hidden, ByCluster: counts.Cluster, ByProject: counts.Project, From: v.Now.AddDate(0, 0, -stretchDays)}
	if s.Past != nil {
		if p.Stretches, err = s.Past.Stretches(r.Context(), name, p.From); err != nil {
			return err
		}
	}
	p.Version, p.VersionKnown = catalog.FindArgoVersion(in.Version)
	p.Clusters = clustersOf(s.fleetClusters(v), name)
	p.AllProjects = len(scope.Projects)
	for _, project := range scope.Projects {
		switch n := len(project.Windows); {
		case n == 0:
		case len(p.Projects) == projectsShown:
			p.MoreProjects++
		default:
			p.Projects = append(p.Projects, page.ProjectRow{Name: project.Name, Windows: page.WindowRows(project.Windows, v.Now, windowsEach), More: max(0, n-windowsEach)})
		}
	}
	if v.Plan != nil {
		p.Teams = counts.Owner
		p.Loss = plannedLoss(v, s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Layouts, name)
	}
	return s.render(w, r, page.Instance(v, p))
}

// clustersOf are the clusters of one instance, those in trouble first.
func clustersOf(all []page.ClusterRow, instance string) (out []page.ClusterRow) {
	for _, c := range all {
		if slices.ContainsFunc(c.By, func(b page.ClusterBy) bool { return b.Instance == instance }) {
			out = append(out, c)
		}
	}
	return out
}

// plannedLoss tells what the plan says fails with an instance: by the layout
// that the plan has made first.
func plannedLoss(v *ui.View, all []layout.Analysis, name string) page.Loss {
	at := choose(all, "")
	if at >= len(all) || all[at].Arrangement.Preset != "" {
		return page.Loss{State: page.LossNoLayout}
	}
	a := &all[at]
	out := page.Loss{State: page.LossUnknown, Layout: a.Arrangement.Name, Link: v.Link("layouts", "layout", a.Arrangement.ID)}
	i := plannedInstance(v.Plan.Doc, a, name)
	if i < 0 {
		return out
	}
	figures := a.Instances[i]
	out.State, out.Figures, out.Whole = page.LossKnown, &figures, a.Weight
	out.Link = v.Link("layouts", "layout", a.Arrangement.ID, "fails", page.FailureName(layout.Domain{Kind: layout.InstanceDomain, Name: figures.Name}))
	mine := map[[2]string]bool{}
	for _, c := range a.Compartments {
		if c.Instance == i {
			mine[[2]string{c.Cluster, c.Slice}] = true
			out.Clusters = append(out.Clusters, c.Name)
		}
	}
	out.Teams = teamsOf(v.Plan.Doc, mine)
	return out
}

// plannedInstance finds an instance in a layout: it, or the installation it is,
// has the live one's name.
func plannedInstance(doc *plan.Plan, a *layout.Analysis, name string) int {
	installations := map[string]string{}
	for _, x := range doc.Installations {
		installations[x.ID] = x.Name
	}
	return slices.IndexFunc(a.Arrangement.Instances, func(x plan.Instance) bool {
		return strings.EqualFold(x.Name, name) || x.Installation != "" && strings.EqualFold(installations[x.Installation], name)
	})
}

// teamsOf are the teams whose applications lie on some clusters and slices.
func teamsOf(doc *plan.Plan, on map[[2]string]bool) []string {
	team, names, found := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, x := range doc.Services {
		team[x.ID] = x.Team
	}
	for _, x := range doc.Teams {
		names[x.ID] = x.Name
	}
	for _, a := range doc.Applications {
		if name := names[team[a.Service]]; name != "" && on[[2]string{a.Cluster, a.Slice}] {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// clustersShown is the number of clusters on one page.
const clustersShown = 100

// clusters shows every cluster that any instance manages.
func (s *Server) clusters(w http.ResponseWriter, r *http.Request) error {
	v, err := s.besideView(w, r, "live")
	if err != nil {
		return err
	}
	v.Title = v.T("live.clusters.title")
	q := r.URL.Query()
	p := page.ClustersProps{Values: q, Asked: clip(strings.TrimSpace(q.Get("q")), 200), Only: q.Get("only"), Page: 1}
	all := s.fleetClusters(v)
	p.All = len(all)
	words := strings.Fields(strings.ToLower(p.Asked))
	for _, c := range all {
		text := c.Text()
		if slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			continue
		}
		p.Trouble += one(c.Trouble())
		p.Twice += one(len(c.By) > 1)
		if p.Only == "trouble" && !c.Trouble() || p.Only == "twice" && len(c.By) < 2 {
			continue
		}
		p.Rows = append(p.Rows, c)
	}
	p.Total = len(p.Rows)
	p.Pages = max(1, (p.Total+clustersShown-1)/clustersShown)
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		p.Page = min(max(1, n), p.Pages)
	}
	from := (p.Page - 1) * clustersShown
	p.Rows = p.Rows[from:min(p.Total, from+clustersShown)]
	for _, in := range s.Live.Instances() {
		p.Instances++
		if hides(s.Live.Scope(in.Name), "clusters") {
			p.Hidden = append(p.Hidden, in.Name)
		}
	}
	return s.render(w, r, page.Clusters(v, p))
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// fleetClusters merges the clusters of all instances by their API server, by
// name. An instance's own cluster is told from other instances' own ones.
func (s *Server) fleetClusters(v *ui.View) []page.ClusterRow {
	rows := map[string]*page.ClusterRow{}
	planned := map[string]plan.Cluster{}
	if v.Plan != nil {
		for _, c := range v.Plan.Doc.Clusters {
			planned[strings.ToLower(c.Name)] = c
			if c.Server != "" {
				planned[owner.Server(c.Server)] = c
			}
		}
	}
	for _, in := range s.Live.Instances() {
		tested, _ := catalog.FindArgoVersion(in.Version)
		for _, c := range s.Live.Scope(in.Name).Clusters {
			key := owner.Server(c.Server)
			own := key == live.InCluster
			if own || key == "" {
				key = "\x00" + in.Name + "\x00" + c.Name
			}
			row := rows[key]
			if row == nil {
				row = &page.ClusterRow{Server: c.Server, Own: own}
				found, ok := planned[key]
				if !ok {
					found, ok = planned[strings.ToLower(c.Name)]
				}
				if ok {
					row.Called, row.Planned = found.Name, clusterRow(v, found)
				}
				rows[key] = row
			}
			minor, known := catalog.Minor(c.Kubernetes)
			row.By = append(row.By, page.ClusterBy{Cluster: c, Instance: in.Name, Argo: in.Version, Stale: in.Stale(),
				Untested: known && len(tested.Kubernetes) > 0 && !slices.Contains(tested.Kubernetes, minor)})
		}
	}
	out := make([]page.ClusterRow, 0, len(rows))
	for _, row := range rows {
		slices.SortStableFunc(row.By, func(a, b page.ClusterBy) int { return cmp.Compare(one(a.Stale), one(b.Stale)) })
		row.Server = row.By[0].Server
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b page.ClusterRow) int {
		return cmp.Or(cmp.Compare(one(b.Trouble()), one(a.Trouble())), cmp.Compare(a.Name(), b.Name()), cmp.Compare(a.Server, b.Server),
			cmp.Compare(a.By[0].Instance, b.By[0].Instance))
	})
	return out
}

// liveHits finds instances, clusters and applications by words.
func (s *Server) liveHits(v *ui.View, words []string) []page.Hit {
	var instances, clusters []page.Hit
	for _, in := range s.Live.Instances() {
		instances = append(instances, page.Hit{Text: in.Name, Hint: v.T("live.instance"), Href: page.InstanceURL(in.Name), Also: in.URL})
	}
	for _, c := range s.fleetClusters(v) {
		clusters = append(clusters, page.Hit{Text: c.Name(), Hint: v.T("live.cluster"), Also: c.Server,
			Href: page.ClustersURL(c.Name())})
	}
	out := append(matching(instances, words), matching(clusters, words)...)
	if text := strings.Join(words, " "); len([]rune(text)) > 1 {
		for _, row := range s.Live.Query(live.Query{Text: text, Limit: hitsShown}).Rows {
			out = append(out, page.Hit{Text: row.Name, Hint: v.T("live.application") + " · " + row.Instance, Href: page.ApplicationURL(row.Key())})
		}
	}
	return out
}
