package compare

import (
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// layouts tells what happens to layouts, their instances, and which instance
// delivers to what.
func (n *narrator) layouts() {
	all := pair(n.a.Layouts, n.b.Layouts)
	for _, group := range []struct {
		kind string
		rows []plan.Layout
		in   *plan.Plan
	}{{"layout_added", all.fresh, n.b}, {"layout_removed", all.gone, n.a}} {
		for _, l := range group.rows {
			n.wholeLayout(group.kind, l, group.in)
		}
	}
	stays := map[string]bool{}
	for _, l := range all.both {
		stays[l[1].ID] = true
		n.renamed(Layouts, "layouts", l[1].ID, l[0].Name, l[1].Name)
	}
	n.instances(stays)
	n.placements(stays)
	if was, now := n.a.ChosenLayout(), n.b.ChosenLayout(); was != now && was != "" && now != "" {
		n.say(Layouts, "layout_chosen", args{"was": n.name("layouts", was), "now": n.name("layouts", now)}, n.name("layouts", was), n.name("layouts", now),
			n.ref("about", "about"), n.ref("layouts", was), n.ref("layouts", now))
	}
}

// wholeLayout tells of a layout that comes or goes, instances and all.
func (n *narrator) wholeLayout(kind string, l plan.Layout, in *plan.Plan) {
	instances := 0
	for _, i := range in.Instances {
		if i.Layout == l.ID {
			instances++
			n.seen("instances", i.ID)
		}
	}
	for _, p := range in.Placements {
		if p.Layout == l.ID {
			n.seen("placements", p.Key())
		}
	}
	n.say(Layouts, kind, args{"layout": l.Name, "n": instances}, nil, nil, n.ref("layouts", l.ID))
}

func (n *narrator) instances(stays map[string]bool) {
	all := pair(n.a.Instances, n.b.Instances)
	for _, group := range []struct {
		kind string
		rows []plan.Instance
	}{{"instance_added", all.fresh}, {"instance_removed", all.gone}} {
		for _, i := range group.rows {
			if stays[i.Layout] {
				n.say(Layouts, group.kind, n.instance(i), nil, nil, n.ref("instances", i.ID), n.ref("layouts", i.Layout))
			}
		}
	}
	for _, i := range all.both {
		n.instanceChange(i[0], i[1])
	}
}

// instance gives the arguments of a sentence about an instance.
func (n *narrator) instance(i plan.Instance) args {
	host := n.name("clusters", i.Host)
	if i.Host == "" {
		host = n.name("zones", i.Zone)
	}
	return args{"instance": i.Name, "layout": n.name("layouts", i.Layout), "host": host}
}

func (n *narrator) instanceChange(was, now plan.Instance) {
	of := n.ref("instances", now.ID)
	n.renamed(Layouts, "instances", now.ID, was.Name, now.Name)
	say := func(kind string, before, after any) {
		a := n.instance(now)
		a["was"], a["now"] = before, after
		n.say(Layouts, kind, a, before, after, of)
	}
	if was.HA != now.HA {
		kind := "instance_ha"
		if !now.HA {
			kind = "instance_no_ha"
		}
		say(kind, was.HA, now.HA)
	}
	if x, y := modeOf(was), modeOf(now); x != y {
		say("instance_mode", n.word("choice.mode.", string(x)), n.word("choice.mode.", string(y)))
	}
	if x, y := was.ShardCount(), now.ShardCount(); x != y {
		say("instance_shards", x, y)
	}
	if was.Host != now.Host || was.Zone != now.Zone {
		say("instance_host", n.instance(was)["host"], n.instance(now)["host"])
	}
	if was.Version != now.Version {
		say("instance_version", n.text(was.Version), n.text(now.Version))
	}
}

func modeOf(i plan.Instance) plan.Mode {
	if i.Mode == "" {
		return plan.Push
	}
	return i.Mode
}

// delivered is what a layout delivers to: a cluster, or a slice of one.
type delivered struct{ layout, cluster, slice string }

// placements tells which clusters and slices move from which instance to which.
// Those that make the same move are told together.
func (n *narrator) placements(stays map[string]bool) {
	was, now := owners(n.a), owners(n.b)
	there := map[string]bool{}
	for _, c := range n.b.Clusters {
		there[c.ID] = true
	}
	for _, s := range n.b.Slices {
		there[s.ID] = true
	}
	type move struct{ layout, from, to string }
	var order []move
	moved := map[move][]delivered{}
	for _, d := range n.units(was, now) {
		from, to := owner(was, d), owner(now, d)
		if !stays[d.layout] || from == to || !there[d.cluster] || d.slice != "" && to == "" && !there[d.slice] {
			continue // what goes with its layout or its cluster needs no word
		}
		m := move{d.layout, from, to}
		if moved[m] == nil {
			order = append(order, m)
		}
		moved[m] = append(moved[m], d)
	}
	for _, m := range order {
		n.moves(m.layout, m.from, m.to, moved[m])
	}
	for _, p := range n.a.Placements {
		n.seen("placements", p.Key())
	}
	for _, p := range n.b.Placements {
		n.seen("placements", p.Key())
	}
}

func (n *narrator) moves(layout, from, to string, all []delivered) {
	words, refs := []string{}, []verdict.Ref{}
	for i, d := range all {
		ref := n.ref("clusters", d.cluster)
		if d.slice != "" {
			ref = n.ref("slices", d.slice)
			ref.Name += " (" + n.name("clusters", d.cluster) + ")"
		}
		if i < mostNamed {
			words = append(words, ref.Name)
		}
		if i < mostRefs {
			refs = append(refs, ref)
		}
	}
	a := args{"n": len(all), "list": n.join(words, len(all)), "layout": n.name("layouts", layout), "was": n.name("instances", from), "now": n.name("instances", to)}
	kind := "cluster_moves"
	switch {
	case from == "":
		kind = "cluster_assigned"
	case to == "":
		kind = "cluster_unassigned"
	}
	before := len(n.out)
	n.say(Layouts, kind, a, n.named("instances", from), n.named("instances", to))
	n.out[before].Refs = append(refs, n.ref("layouts", layout))
}

// owners tells of a plan's placements which instance they name.
func owners(p *plan.Plan) map[delivered]string {
	out := make(map[delivered]string, len(p.Placements))
	for _, x := range p.Placements {
		out[delivered{x.Layout, x.Cluster, x.Slice}] = x.Instance
	}
	return out
}

// owner is the instance that delivers to a cluster or slice; a slice without
// one of its own has its cluster's.
func owner(all map[delivered]string, d delivered) string {
	if i, ok := all[d]; ok {
		return i
	}
	return all[delivered{layout: d.layout, cluster: d.cluster}]
}

// units are what the plans' layouts deliver to, in the plans' order: slices
// where either assigns slices of a cluster, else the cluster.
func (n *narrator) units(was, now map[delivered]string) (out []delivered) {
	sliced := map[delivered]bool{}
	for _, all := range []map[delivered]string{was, now} {
		for d := range all {
			if d.slice != "" {
				sliced[delivered{layout: d.layout, cluster: d.cluster}] = true
			}
		}
	}
	seen := map[delivered]bool{}
	add := func(d delivered) {
		if !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	for _, p := range []*plan.Plan{n.a, n.b} {
		for _, x := range p.Placements {
			d := delivered{x.Layout, x.Cluster, x.Slice}
			if d.slice != "" || !sliced[d] {
				add(d)
				continue
			}
			for _, s := range p.Slices {
				if s.Cluster == d.cluster {
					add(delivered{d.layout, d.cluster, s.ID})
				}
			}
		}
	}
	return out
}
