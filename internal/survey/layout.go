package survey

import (
	"cmp"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// slices merges a slice for each instance that shares a cluster with another.
// A cluster that people have divided themselves is left as it is.
func (r *reading) slices(clusters []string) {
	var all []wanted[plan.Slice]
	var of []*spot
	var instances []string
	own := map[string]map[string]bool{} // of each cluster, the slices it has
	for _, s := range r.p.Slices {
		if own[s.Cluster] == nil {
			own[s.Cluster] = map[string]bool{}
		}
		own[s.Cluster][s.ID] = true
	}
	divided := 0
	for i, s := range r.spots {
		if len(s.by) < 2 {
			continue
		}
		var mine []wanted[plan.Slice]
		var names []string
		found := 0
		for _, in := range r.o.Instances {
			if s.by[in.Name] == 0 {
				continue
			}
			w := wanted[plan.Slice]{ident: s.ident + "\x00" + in.Name, own: true, why: Reason{ID: "survey.why.slice", N: s.by[in.Name]},
				row: plan.Slice{Name: cmp.Or(tidy(in.Name, 120), "argocd"), Cluster: clusters[i], Namespaces: r.namespaces(s, in.Name)}}
			if own[clusters[i]][keyOf("slices", w.ident, free)] {
				found++
			}
			mine, names = append(mine, w), append(names, in.Name)
		}
		if found < len(own[clusters[i]]) {
			divided++
			continue
		}
		s.slices = map[string]string{}
		for range mine {
			of = append(of, s)
		}
		all, instances = append(all, mine...), append(instances, names...)
	}
	r.note("survey.note.shared", divided)
	keys := merge(r.builder, table[plan.Slice]{kind: "slices", rows: r.p.Slices, key: func(s *plan.Slice) *string { return &s.ID },
		columns: []column[plan.Slice]{
			{name: "name", fixed: true, at: func(s *plan.Slice) *string { return &s.Name }},
			{name: "cluster", fixed: true, at: func(s *plan.Slice) *string { return &s.Cluster }},
		}, passes: []pass[plan.Slice]{{by: "key"}}}, all, nil)
	for i, k := range keys {
		of[i].slices[instances[i]] = k
	}
}

// namespaces are those an instance delivers to in a cluster; none where they
// are more than a slice holds.
func (r *reading) namespaces(s *spot, instance string) []string {
	var n names
	for _, i := range s.apps {
		if a := &r.o.Applications[i]; a.Instance == instance {
			n.add(tidy(a.DestNamespace, 63), 1)
		}
	}
	n.sorted(nil)
	if len(n.order) > 500 {
		return nil
	}
	return n.order
}

// layout merges the layout of what runs: an instance for every Argo CD that
// was read, and a placement for every cluster one of them delivers to.
func (r *reading) layout(clusters []string) {
	if len(r.o.Instances) == 0 {
		return
	}
	layouts := []wanted[plan.Layout]{{ident: "as it runs", own: true, why: Reason{ID: "survey.why.layout"},
		row: plan.Layout{Name: cmp.Or(tidy(r.c.LayoutName, 120), "as it runs")}}}
	layout := merge(r.builder, table[plan.Layout]{kind: "layouts", rows: r.p.Layouts, key: func(l *plan.Layout) *string { return &l.ID },
		columns: []column[plan.Layout]{{name: "name", fixed: true, at: func(l *plan.Layout) *string { return &l.Name }}},
		passes:  []pass[plan.Layout]{{by: "key"}}}, layouts, nil)[0]
	instances := make([]wanted[plan.Instance], len(r.o.Instances))
	for i, in := range r.o.Instances {
		instances[i] = wanted[plan.Instance]{ident: in.Name, own: true, why: Reason{ID: "survey.why.instance"},
			row: plan.Instance{Layout: layout, Name: cmp.Or(tidy(in.Name, 120), "argocd"), Version: tidy(productVersion(in.Version), 40), Host: r.host(in.Name, clusters)}}
	}
	inLayout := func(i *plan.Instance) string { return i.Layout + "\x00" + fold(i.Name) }
	keys := merge(r.builder, table[plan.Instance]{kind: "instances", rows: r.p.Instances, key: func(i *plan.Instance) *string { return &i.ID },
		columns: []column[plan.Instance]{
			{name: "layout", fixed: true, at: func(i *plan.Instance) *string { return &i.Layout }},
			{name: "name", fixed: true, at: func(i *plan.Instance) *string { return &i.Name }},
			{name: "host", at: func(i *plan.Instance) *string { return &i.Host }},
			{name: "version", owned: true, at: func(i *plan.Instance) *string { return &i.Version }},
		},
		passes: []pass[plan.Instance]{{by: "name", row: inLayout, want: func(i int) string { return inLayout(&instances[i].row) }}, {by: "key"}}}, instances, nil)
	r.placements(layout, keys, clusters)
}

// productVersion is a version as plans write it: 2.14.21 of v2.14.21+abc.
func productVersion(v string) string {
	v, _, _ = strings.Cut(strings.TrimPrefix(v, "v"), "+")
	return v
}

// host is the cluster an instance runs on, where the plan has or gets it.
func (r *reading) host(instance string, clusters []string) string {
	for i, s := range r.spots {
		if s.host && s.instance == instance {
			return clusters[i]
		}
	}
	return ""
}

func (r *reading) placements(layout string, instances, clusters []string) {
	byName, mine := map[string]string{}, map[string]bool{}
	for i, in := range r.o.Instances {
		byName[in.Name], mine[instances[i]] = instances[i], true
	}
	var all []wanted[plan.Placement]
	for i, s := range r.spots {
		most := ""
		for _, in := range r.o.Instances {
			if s.slices[in.Name] != "" {
				all = append(all, wanted[plan.Placement]{own: true, why: Reason{ID: "survey.why.placement", N: s.by[in.Name]},
					row: plan.Placement{Layout: layout, Cluster: clusters[i], Slice: s.slices[in.Name], Instance: byName[in.Name]}})
			} else if s.by[in.Name] > s.by[most] {
				most = in.Name
			}
		}
		if most != "" {
			all = append(all, wanted[plan.Placement]{own: true, why: Reason{ID: "survey.why.placement", N: s.by[most]},
				row: plan.Placement{Layout: layout, Cluster: clusters[i], Instance: byName[most]}})
		}
	}
	slices.SortStableFunc(all, func(a, b wanted[plan.Placement]) int { return cmp.Compare(a.row.Key(), b.row.Key()) })
	all = slices.CompactFunc(all, func(a, b wanted[plan.Placement]) bool { return a.row.Key() == b.row.Key() })
	merge(r.builder, table[plan.Placement]{kind: "placements", rows: r.p.Placements,
		columns: []column[plan.Placement]{
			{name: "layout", fixed: true, at: func(p *plan.Placement) *string { return &p.Layout }},
			{name: "cluster", fixed: true, at: func(p *plan.Placement) *string { return &p.Cluster }},
			{name: "slice", fixed: true, at: func(p *plan.Placement) *string { return &p.Slice }},
			{name: "instance", owned: true, at: func(p *plan.Placement) *string { return &p.Instance }},
		},
		passes: []pass[plan.Placement]{{by: "cluster", row: func(p *plan.Placement) string { return p.Key() }, want: func(i int) string { return all[i].row.Key() }}}},
		all, func(p *plan.Placement) *Reason {
			if p.Layout == layout && mine[p.Instance] {
				return &Reason{ID: "survey.why.gone.placement"}
			}
			return nil
		})
}
