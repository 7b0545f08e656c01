package layout

import "deckplan/internal/plan"

// buildDomains lists the failure domains and, for every assigned slot, which
// of them its delivery needs.
func (m *model) buildDomains() {
	b := domainBuilder{model: m, hosts: map[int]int32{}, agents: map[[2]int]int32{}, links: map[[2]int]int32{}}
	v := m.ix.values
	shared := b.add(Domain{Kind: SharedDomain, Q: Unavailability(v["shared_failures"], v["shared_restore_hours"])})
	common := b.add(Domain{Kind: CommonDomain, Q: Unavailability(m.beta()*v["instance_base_failures"], v["restore_hours"])})
	b.addInstances()
	m.serves = make([]serving, len(m.ix.slots))
	for k, i := range m.owner {
		if i == none {
			continue
		}
		b.serve(k, shared)
		b.serve(k, common)
		if m.figures[i].Mode != plan.AgentAutonomous {
			b.serveByInstance(k, i)
		}
		if m.figures[i].Mode != plan.Push {
			b.serve(k, b.agent(i, m.ix.slots[k].cluster))
		}
	}
}

type domainBuilder struct {
	*model
	hosts  map[int]int32 // by cluster; an outside host by -1-instance
	agents map[[2]int]int32
	links  map[[2]int]int32
	shards [][]int32 // by instance
	dealt  []int     // by instance: clusters dealt to shards so far
	last   []int     // by instance: the cluster dealt last
}

func (b *domainBuilder) add(d Domain) int32 {
	b.domains = append(b.domains, d)
	return int32(len(b.domains) - 1)
}

// serve records that slot k needs domain d.
func (b *domainBuilder) serve(k int, d int32) {
	s := &b.serves[k]
	s.of[s.n] = d
	s.n++
	b.domains[d].Weight += b.ix.slots[k].weight
}

func (b *domainBuilder) addInstances() {
	n := len(b.a.Instances)
	b.ownDomain, b.shards = make([]int32, n), make([][]int32, n)
	b.dealt, b.last = make([]int, n), make([]int, n)
	for i, in := range b.a.Instances {
		b.last[i] = none
		f := b.figures[i]
		own := (1 - b.beta()) * b.ix.values["instance_base_failures"]
		if in.FailuresPerYear > 0 {
			own = (1 - b.beta()) * in.FailuresPerYear
		} else if f.Mode == plan.Push && in.ShardCount() == 1 {
			own += b.load(f.Clusters, f.Applications)
		}
		b.ownDomain[i] = b.add(Domain{Kind: InstanceDomain, Name: in.Name, Q: Unavailability(own, b.restore(in)), instance: i})
		if f.Mode == plan.Push && in.ShardCount() > 1 && in.FailuresPerYear == 0 {
			b.addShards(i, in)
		}
	}
}

// addShards makes the domains of an instance's shards. Their rates follow the
// clusters and applications each is dealt.
func (b *domainBuilder) addShards(i int, in plan.Instance) {
	n := min(in.ShardCount(), max(1, b.figures[i].Clusters))
	clusters, apps := make([]int, n), make([]int, n)
	last, turn := none, none
	for k, owner := range b.owner {
		if owner != i {
			continue
		}
		if c := b.ix.slots[k].cluster; c != last {
			last = c
			turn++
			clusters[turn%n]++
		}
		apps[turn%n] += b.ix.slots[k].apps
	}
	for j := range n {
		q := Unavailability(b.load(clusters[j], apps[j]), b.restore(in))
		b.shards[i] = append(b.shards[i], b.add(Domain{Kind: ShardDomain, Name: in.Name, Q: q, instance: i}))
	}
}

// serveByInstance adds what lies between slot k and an instance it depends on:
// the instance, the slot's shard, the host, and the link between zones.
func (b *domainBuilder) serveByInstance(k, i int) {
	c := b.ix.slots[k].cluster
	b.serve(k, b.ownDomain[i])
	if shards := b.shards[i]; len(shards) > 0 {
		if b.last[i] != c {
			b.last[i] = c
			b.dealt[i]++
		}
		b.serve(k, shards[(b.dealt[i]-1)%len(shards)])
	}
	if b.host[i] != c {
		b.serve(k, b.hostOf(i))
	}
	from, to := b.hostZone[i], b.ix.zone[c]
	if b.figures[i].Mode != plan.Push {
		from, to = to, from
	}
	if open, known := b.ix.reach(from, to); known && open && from != to {
		b.serve(k, b.link(from, to))
	}
}

func (b *domainBuilder) hostOf(i int) int32 {
	key, name := b.host[i], b.a.Instances[i].Name
	if key == none {
		key = -1 - i - 1
	} else {
		name = b.ix.plan.Clusters[key].Name
	}
	d, ok := b.hosts[key]
	if !ok {
		v := b.ix.values
		d = b.add(Domain{Kind: HostDomain, Name: name, Q: Unavailability(v["host_failures"], v["host_restore_hours"]), instance: i, cluster: b.host[i]})
		b.hosts[key] = d
	}
	return d
}

func (b *domainBuilder) agent(i, c int) int32 {
	d, ok := b.agents[[2]int{i, c}]
	if !ok {
		apps := 0
		for _, k := range b.ix.slotsOf[c] {
			if b.owner[k] == i {
				apps += b.ix.slots[k].apps
			}
		}
		own := (1-b.beta())*b.ix.values["instance_base_failures"] + b.load(1, apps)
		d = b.add(Domain{Kind: AgentDomain, Name: b.ix.plan.Clusters[c].Name, Q: Unavailability(own, b.ix.values["restore_hours"]), instance: i, cluster: c})
		b.agents[[2]int{i, c}] = d
	}
	return d
}

func (b *domainBuilder) link(from, to int) int32 {
	d, ok := b.links[[2]int{from, to}]
	if !ok {
		v := b.ix.values
		d = b.add(Domain{Kind: LinkDomain, Name: b.ix.zoneName(from) + " → " + b.ix.zoneName(to),
			Q: Unavailability(v["link_failures"], v["link_restore_hours"]), from: from, to: to})
		b.links[[2]int{from, to}] = d
	}
	return d
}

// down is u_c, the probability that the cluster itself is down.
func (m *model) down(c int) float64 {
	if m.hosts[c] {
		return Unavailability(m.ix.values["host_failures"], m.ix.values["host_restore_hours"])
	}
	return Unavailability(m.ix.values["cluster_unavailability"]*hoursPerYear, 1)
}

// blocked is the probability that delivery to slot k is blocked while its
// cluster is up; 0 for a slot nobody delivers to.
func (m *model) blocked(k int) float64 {
	s := &m.serves[k]
	if s.n == 0 {
		return 0
	}
	works := 1.0
	for _, d := range s.of[:s.n] {
		works *= 1 - m.domains[d].Q
	}
	return (1 - m.down(m.ix.slots[k].cluster)) * (1 - works)
}
