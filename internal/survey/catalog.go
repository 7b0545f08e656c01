package survey

import (
	"cmp"

	"deckplan/internal/plan"
)

// proposeCatalog makes teams of a catalogue's groups and services of its
// components, or of its systems.
func proposeCatalog(p *plan.Plan, o *Observed, c Choices) *Proposal {
	b := newBuilder(p)
	teams, teamKeys := b.groups(o)
	shipped := o.shipped(c.Systems)
	var urls names
	kinds := map[string]plan.RepositoryKind{}
	for _, e := range shipped {
		if url := tidy(e.Repository, 300); url != "" {
			urls.add(url, 1)
			kinds[url] = plan.SourceRepository
		}
	}
	urls.sorted(nil)
	repositories := b.repositories(&urls, kinds)
	var all []wanted[plan.Service]
	var found names
	long := 0
	for _, e := range shipped {
		name := tidy(e.Name, 120)
		if name == "" || found.has(name) {
			long++
			continue
		}
		found.add(name, 1)
		why := Reason{ID: "survey.why.entity", Name: string(e.Kind), N: e.Line}
		if e.Lifecycle != "" {
			why.ID, why.Other = "survey.why.entity.lifecycle", tidy(e.Lifecycle, 60)
		}
		all = append(all, wanted[plan.Service]{ident: fold(name), own: true, why: why,
			row: plan.Service{Name: name, Team: teams.key(teamKeys, e.Owner), Repository: urls.key(repositories, tidy(e.Repository, 300))}})
	}
	b.note("survey.note.long", long)
	keys := merge(b, serviceTable(p, all), all, func(*plan.Service) *Reason { return &Reason{ID: "survey.why.gone.catalog"} })
	b.link(o, c.Systems, func(service string) string { return found.key(keys, service) })
	b.note("survey.note.dropped", o.Dropped)
	return b.proposal()
}

func (n *names) has(s string) bool { _, ok := n.at[fold(s)]; return ok }

// groups merges the teams: every group, and every owner that is not among them.
func (b *builder) groups(o *Observed) (*names, []string) {
	var n names
	titles, own := map[string]string{}, map[string]bool{}
	for _, e := range o.Entities {
		if e.Kind == KindGroup {
			if name := tidy(e.Name, 120); name != "" {
				n.add(name, 0)
				titles[fold(name)], own[name] = tidy(e.Title, 120), true
			}
		}
	}
	for _, e := range o.Entities {
		if e.Kind != KindGroup {
			n.add(tidy(e.Owner, 120), 1)
		}
	}
	n.sorted(nil)
	keys := b.teams(&n, "survey.why.owner", func(s string) bool { return own[s] }, func(all []wanted[plan.Team]) pass[plan.Team] {
		for i := range all {
			all[i].row.Name = cmp.Or(titles[fold(n.order[i])], all[i].row.Name)
		}
		return pass[plan.Team]{by: "name", row: func(t *plan.Team) string { return fold(t.Name) }, want: func(i int) string { return fold(n.order[i]) }}
	})
	return &n, keys
}

// shipped gives what becomes a service: components, or systems and the
// components that are part of none. A system ships from the repository that
// its components agree on.
func (o *Observed) shipped(systems bool) (out []Entity) {
	at := map[string]int{}
	for _, e := range o.Entities {
		if systems && e.Kind == KindSystem {
			at[fold(e.Name)] = len(out)
			out = append(out, e)
		}
	}
	seen := map[int]bool{}
	for _, e := range o.Entities {
		if e.Kind != KindComponent {
			continue
		}
		i, part := at[fold(e.System)]
		switch {
		case !systems || !part || e.System == "":
			out = append(out, e)
		case !seen[i]:
			seen[i] = true
			out[i].Repository = cmp.Or(out[i].Repository, e.Repository)
		default:
			agree(&out[i].Repository, e.Repository)
		}
	}
	return out
}

// link gives the plan's applications the service whose component names them.
func (b *builder) link(o *Observed, systems bool, key func(string) string) {
	of := map[string]string{}
	for _, e := range o.Entities {
		if e.Kind != KindComponent || e.Application == "" {
			continue
		}
		service := e.Name
		if systems && key(e.System) != "" {
			service = e.System
		}
		of[e.Application] = key(service)
	}
	var all []wanted[plan.Application]
	for _, a := range b.p.Applications {
		if service := of[a.Name]; service != "" {
			all = append(all, wanted[plan.Application]{ident: a.ID, row: plan.Application{ID: a.ID, Name: a.Name, Service: service}})
		}
	}
	t := applicationTable(b.p, all)
	t.passes = []pass[plan.Application]{{by: "annotation", row: func(a *plan.Application) string { return a.ID }, want: func(i int) string { return all[i].row.ID }}}
	merge(b, t, all, nil)
}
