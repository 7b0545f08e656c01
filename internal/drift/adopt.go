package drift

import (
	"cmp"
	"slices"

	"deckplan/internal/catalog"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

// Pick says which differences are wanted: single ones by key, and kinds whole.
type Pick struct{ Keys, Kinds []string }

// Chooser gives what tells whether a difference is picked: there can be many of
// both.
func (p Pick) Chooser() func(d *Difference) bool {
	picked := make(map[string]bool, len(p.Keys))
	for _, k := range p.Keys {
		picked[k] = true
	}
	kinds := map[Kind]bool{}
	for _, k := range p.Kinds {
		kinds[Kind(k)] = true
	}
	return func(d *Difference) bool { return kinds[d.Kind] || picked[d.Key] }
}

// Adopt makes one edit that takes over what is live of the picked differences,
// for the plan that was compared, and tells how many it takes over.
func (r *Result) Adopt(p Pick, summary plan.Summary) (plan.Edit, int) {
	if r.c == nil {
		return nil, 0
	}
	a, picked := newAdoption(r.c), p.Chooser()
	n := 0
	for i := range r.Differences {
		if d := &r.Differences[i]; d.Adoptable() && picked(d) {
			d.adopt(a)
			n++
		}
	}
	summary.Args = map[string]any{"n": n}
	return plan.Batch{Edits: a.edits(), Summary: summary}, n
}

// adoption gathers an edit. Keys of new rows are made of what the rows are,
// so that reading what runs into the plan later finds them again.
type adoption struct {
	c         *comparison
	puts      map[string][]plan.Item
	sets      []plan.Edit
	removes   map[string][]string
	taken     map[string]map[string]bool
	instances map[int]string
	clusters  map[int]string
	slices    map[pair]string
	gone      map[string]bool // what is removed or changed already
}

// tables is the order in which new rows are put: each after those it names.
var tables = []string{"clusters", "instances", "slices", "placements", "applications", "liveMatches"}

func newAdoption(c *comparison) *adoption {
	a := &adoption{c: c, puts: map[string][]plan.Item{}, removes: map[string][]string{}, taken: map[string]map[string]bool{},
		instances: map[int]string{}, clusters: map[int]string{}, slices: map[pair]string{}, gone: map[string]bool{}}
	return a
}

func (a *adoption) edits() (out []plan.Edit) {
	for _, t := range tables {
		if len(a.puts[t]) > 0 {
			out = append(out, plan.Put{Kind: t, Items: a.puts[t]})
		}
	}
	out = append(out, a.sets...)
	for _, t := range slices.Backward(tables) {
		if len(a.removes[t]) > 0 {
			out = append(out, plan.Remove{Kind: t, Keys: a.removes[t]})
		}
	}
	return out
}

// key makes the key of a new row.
func (a *adoption) key(kind, ident string) string {
	if a.taken[kind] == nil {
		k := plan.KindOf(kind)
		a.taken[kind] = make(map[string]bool, k.Len(a.c.p))
		for i := range k.Len(a.c.p) {
			a.taken[kind][k.At(a.c.p, i).Key()] = true
		}
	}
	key := survey.KeyFor(kind, ident, func(s string) bool { return a.taken[kind][s] })
	a.taken[kind][key] = true
	return key
}

func (a *adoption) put(kind string, item plan.Item) { a.puts[kind] = append(a.puts[kind], item) }

func (a *adoption) remove(kind, key string) {
	if id := kind + "/" + key; !a.gone[id] {
		a.gone[id] = true
		a.removes[kind] = append(a.removes[kind], key)
	}
}

// set changes a text field once, unless it was changed since.
func (a *adoption) set(kind, key, field, was, now string) {
	id := kind + "/" + key + "/" + field
	if now != "" && !a.gone[id] {
		a.gone[id] = true
		a.sets = append(a.sets, plan.Set{Kind: kind, Key: key, Fields: []plan.FieldValue{{Name: field, Was: plan.Raw(was), Now: plan.Raw(now)}}})
	}
}

// instance gives the plan's instance of a live one, adding it where the layout
// lacks it.
func (a *adoption) instance(i int) string {
	if j := a.c.instance[i]; j != none {
		return a.c.arrangement.Instances[j].ID
	}
	if key, ok := a.instances[i]; ok {
		return key
	}
	in := &a.c.live.Instances[i]
	row := plan.Instance{ID: a.key("instances", a.c.arrangement.ID+"\x00"+in.Name), Layout: a.c.arrangement.ID, Name: cmp.Or(survey.Tidy(in.Name, 120), "argocd"),
		Version: survey.Tidy(product(in.Version), 40), URL: survey.Tidy(in.URL, 300)}
	for n := range a.c.clusters {
		if x := &a.c.clusters[n]; x.host == i && x.plan != none {
			row.Host = a.c.p.Clusters[x.plan].ID
		}
	}
	a.instances[i] = row.ID
	a.put("instances", row)
	return row.ID
}

// cluster gives the plan's cluster of a live one, adding it where the plan
// lacks it.
func (a *adoption) cluster(n int) string {
	x := &a.c.clusters[n]
	if x.plan != none {
		return a.c.p.Clusters[x.plan].ID
	}
	if key, ok := a.clusters[n]; ok {
		return key
	}
	ident, name, server := Address(x.server), x.name, survey.Tidy(x.server, 300)
	switch {
	case x.host != none:
		ident, name, server = a.c.live.Instances[x.host].Name+"\x00"+live.InCluster, x.id, ""
	case ident == "":
		ident = "name\x00" + fold(x.name)
	}
	minor, _ := catalog.Minor(x.kubernetes)
	row := plan.Cluster{ID: a.key("clusters", ident), Name: cmp.Or(survey.Tidy(name, 120), "cluster"), Server: server, Kubernetes: minor}
	a.clusters[n] = row.ID
	a.put("clusters", row)
	if x.host != none { // so that it is found again: it has no address of its own
		a.put("liveMatches", plan.LiveMatch{Kind: plan.MatchCluster, Live: x.id, Cluster: row.ID})
	}
	return row.ID
}

// slice adds the part of a cluster that an instance delivers to, and gives it
// the planned applications of its namespaces.
func (a *adoption) slice(cluster string, i int, namespaces []string) string {
	at := pair{a: a.c.clusterAt[cluster], b: i}
	if key, ok := a.slices[at]; ok {
		return key
	}
	name := a.c.live.Instances[i].Name
	row := plan.Slice{ID: a.key("slices", cluster+"\x00"+name), Name: cmp.Or(survey.Tidy(name, 120), "argocd"), Cluster: cluster, Namespaces: namespaces}
	a.slices[at] = row.ID
	a.put("slices", row)
	for _, app := range a.c.p.Applications {
		if app.Cluster == cluster && app.Slice == "" && app.Namespace != "" && slices.Contains(namespaces, app.Namespace) {
			a.set("applications", app.ID, "slice", "", row.ID)
		}
	}
	return row.ID
}

// namespaces are those an instance delivers to in a planned cluster; none
// where they are more than a slice holds.
func (a *adoption) namespaces(k, i int) (out []string) {
	seen := map[string]bool{}
	for _, r := range a.c.rows {
		if r.instance != i || r.own || r.cluster == none || a.c.clusters[r.cluster].plan != k {
			continue
		}
		if n := survey.Tidy(r.app.DestNamespace, 63); n != "" && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	if len(out) > 500 {
		return nil
	}
	slices.Sort(out)
	return out
}

func (a *adoption) place(cluster, slice, instance string) {
	a.put("placements", plan.Placement{Layout: a.c.arrangement.ID, Cluster: cluster, Slice: slice, Instance: instance})
}

// unplace takes a cluster, with its slices, out of the layout.
func (a *adoption) unplace(cluster string) {
	for _, p := range a.c.arrangement.Placements {
		if p.Cluster == cluster {
			a.remove("placements", p.Key())
		}
	}
}

// widen adds namespaces to a slice.
func (a *adoption) widen(row plan.Slice, spaces []string) {
	now := slices.Clone(row.Namespaces)
	for _, s := range spaces {
		if s = survey.Tidy(s, 63); s != "" && !slices.Contains(now, s) {
			now = append(now, s)
		}
	}
	a.sets = append(a.sets, plan.Set{Kind: "slices", Key: row.ID, Fields: []plan.FieldValue{{Name: "namespaces", Was: plan.Raw(row.Namespaces), Now: plan.Raw(now)}}})
}

// version sets an instance's version where it is written: in its own row, or
// in that of the installation it is.
func (a *adoption) version(instance, now string) {
	at := slices.IndexFunc(a.c.p.Instances, func(i plan.Instance) bool { return i.ID == instance })
	if at < 0 {
		return
	}
	row := a.c.p.Instances[at]
	if row.Version == "" {
		if j := slices.IndexFunc(a.c.p.Installations, func(i plan.Installation) bool { return i.ID == row.Installation }); j >= 0 {
			a.set("installations", row.Installation, "version", a.c.p.Installations[j].Version, survey.Tidy(now, 40))
			return
		}
	}
	a.set("instances", instance, "version", row.Version, survey.Tidy(now, 40))
}

// strategy takes a choice back to what Deployments do by themselves.
func (a *adoption) strategy(service string, choice plan.Rollout) {
	for _, s := range a.c.p.Strategies {
		if s.Service == service && s.Choice == choice {
			a.set("strategies", s.ID, "choice", string(choice), string(plan.RollingUpdate))
		}
	}
}

// application adds one that runs.
func (a *adoption) application(r placed, service int) {
	if r.cluster == none {
		return
	}
	row := plan.Application{ID: a.key("applications", r.app.Instance+"\x00"+r.app.Namespace+"\x00"+r.app.Name), Name: cmp.Or(survey.Tidy(r.app.Name, 253), "application"),
		Cluster: a.cluster(r.cluster), Namespace: survey.Tidy(r.app.DestNamespace, 63), Project: survey.Tidy(r.app.Project, 120), ApplicationSet: survey.Tidy(r.app.Set, 253)}
	if service != none {
		row.Service = a.c.p.Services[service].ID
	}
	a.put("applications", row)
}
