package compare

import (
	"slices"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// network tells what happens to zones, to the ways between them, and to the
// clusters in them.
func (n *narrator) network() {
	zones := pair(n.a.Zones, n.b.Zones)
	n.come(Network, "zone_added", "zones", keysOf(zones.fresh))
	n.come(Network, "zone_removed", "zones", keysOf(zones.gone))
	for _, z := range zones.both {
		n.renamed(Network, "zones", z[1].ID, z[0].Name, z[1].Name)
		if z[0].Internet != z[1].Internet {
			kind := "zone_internet"
			if z[0].Internet {
				kind = "zone_no_internet"
			}
			n.say(Network, kind, args{"zone": z[1].Name}, z[0].Internet, z[1].Internet, n.ref("zones", z[1].ID))
		}
	}
	was, now := online(n.a), online(n.b)
	for _, z := range zones.both {
		if id := z[1].ID; was[id] != now[id] {
			kind := "zone_online"
			if was[id] {
				kind = "zone_offline"
			}
			n.say(Network, kind, args{"zone": z[1].Name}, was[id], now[id], n.ref("zones", id))
		}
	}
	n.links()
	n.clusters()
}

// online tells which zones data passes into or out of at once.
func online(p *plan.Plan) map[string]bool {
	out := map[string]bool{}
	for _, l := range p.Links {
		if l.Kind == plan.Online && l.From != l.To {
			out[l.From], out[l.To] = true, true
		}
	}
	return out
}

// links tells of the ways between zones. Those of a zone that is new or gone go
// with it.
func (n *narrator) links() {
	all := pair(n.a.Links, n.b.Links)
	has := func(p *plan.Plan, l plan.Link) bool {
		there := func(key string) bool {
			return slices.ContainsFunc(p.Zones, func(z plan.Zone) bool { return z.ID == key })
		}
		return there(l.From) && there(l.To)
	}
	say := func(kind string, l plan.Link, before, after any) {
		a := args{"from": n.name("zones", l.From), "to": n.name("zones", l.To), "kind": n.word("choice.linkkind.", string(l.Kind)), "was": before, "now": after}
		n.say(Network, kind, a, before, after, verdict.Ref{Kind: "links", Key: l.ID, Name: n.name("zones", l.From) + " → " + n.name("zones", l.To)}, n.ref("zones", l.From), n.ref("zones", l.To))
	}
	for _, l := range all.fresh {
		say("link_added", l, nil, string(l.Kind))
	}
	for _, l := range all.gone {
		if n.seen("links", l.ID); has(n.b, l) {
			say("link_removed", l, string(l.Kind), nil)
		}
	}
	for _, l := range all.both {
		x, y := l[0], l[1]
		if x.From != y.From || x.To != y.To {
			say("link_removed", x, string(x.Kind), nil)
			say("link_added", y, nil, string(y.Kind))
			continue
		}
		if x.Kind != y.Kind {
			say("link_kind", y, n.word("choice.linkkind.", string(x.Kind)), n.word("choice.linkkind.", string(y.Kind)))
		}
		if x.DelayMinutes != y.DelayMinutes {
			say("link_delay", y, x.DelayMinutes, y.DelayMinutes)
		}
		if x.Approver != y.Approver {
			say("link_approver", y, n.name("teams", x.Approver), n.name("teams", y.Approver))
		}
	}
}

func (n *narrator) clusters() {
	all := pair(n.a.Clusters, n.b.Clusters)
	n.come(Network, "cluster_added", "clusters", keysOf(all.fresh))
	n.come(Network, "cluster_removed", "clusters", keysOf(all.gone))
	for _, c := range all.both {
		was, now := c[0], c[1]
		of := n.ref("clusters", now.ID)
		n.renamed(Network, "clusters", now.ID, was.Name, now.Name)
		n.passed(Network, "cluster_zone", of, "zones", was.Zone, now.Zone, nil)
		n.passed(Network, "cluster_environment", of, "environments", was.Environment, now.Environment, nil)
		n.passed(Network, "cluster_team", of, "teams", was.Team, now.Team, nil)
		if was.Kubernetes != now.Kubernetes {
			n.version(Network, of, "Kubernetes", was.Kubernetes, now.Kubernetes)
		}
	}
	parts := pair(n.a.Slices, n.b.Slices)
	n.come(Network, "slice_added", "slices", keysOf(parts.fresh))
	n.come(Network, "slice_removed", "slices", keysOf(parts.gone))
	for _, s := range parts.both {
		n.renamed(Network, "slices", s[1].ID, s[0].Name, s[1].Name)
		n.passed(Network, "slice_team", n.ref("slices", s[1].ID), "teams", s[0].Team, s[1].Team, nil)
	}
}

// version tells that a row has another version of something.
func (n *narrator) version(part Part, of verdict.Ref, what, was, now string) {
	n.say(part, "version", args{"name": of.Name, "what": what, "was": n.text(was), "now": n.text(now)}, was, now, of)
}
