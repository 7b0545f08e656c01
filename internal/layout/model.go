package layout

import (
	"math"

	"deckplan/internal/plan"
)

// DomainKind says what a failure domain is.
type DomainKind string

const (
	InstanceDomain DomainKind = "instance" // an Argo CD instance, or the principal of agents
	ShardDomain    DomainKind = "shard"    // one controller shard of an instance
	AgentDomain    DomainKind = "agent"    // the Argo CD components an agent has on its cluster
	HostDomain     DomainKind = "host"     // the cluster, or outside machine, an instance runs on
	LinkDomain     DomainKind = "link"     // the way from a host's zone to a cluster's
	SharedDomain   DomainKind = "shared"   // Git, registry, SSO, common configuration
	CommonDomain   DomainKind = "common"   // what hits every instance at once, such as a bad upgrade
)

// ByLayout says whether a layout can change what fails with the domain.
func (k DomainKind) ByLayout() bool {
	return k == InstanceDomain || k == ShardDomain || k == AgentDomain || k == HostDomain
}

// Domain is a set of things that fail together.
type Domain struct {
	Kind   DomainKind
	Name   string  // of the instance, host, cluster, or zones; empty for shared and common
	Q      float64 // probability of being down at a moment
	Weight float64 // weight of the applications it blocks when it is down

	instance, cluster int // rows, where the kind has them
	from, to          int // zones of a link
}

// maxServing is the most domains that stand between one slot and its delivery.
const maxServing = 6

// serving lists the domains a slot's delivery needs.
type serving struct {
	n  int
	of [maxServing]int32
}

// Unavailability is the probability that something which fails so often a
// year, and takes so many hours to restore, is down at a moment:
// q = min(1, f·m/8760).
func Unavailability(failuresPerYear, restoreHours float64) float64 {
	return math.Max(0, math.Min(1, failuresPerYear*restoreHours/hoursPerYear))
}

// model is the failure model of one arrangement.
//
// Failures a year: an instance fails f = f₀ + a·clusters + b·applications
// times, or as often as it states itself. The share β of its base failures f₀
// is common: it hits every instance at once, at the rate β·f₀ whatever the
// layout, so that no layout can lower it. The rest, (1-β)·f₀ + a·clusters +
// b·applications, is the instance's own. Of an instance that states its rate,
// (1-β)·f is its own. All come from the assumptions instance_base_failures,
// failures_per_cluster, failures_per_application, common_share, restore_hours.
//
// With s > 1 controller shards, the load-dependent part belongs to the shards,
// each with its clusters; the base part stays with the whole instance, whose
// repo-server, Redis and settings the shards share. Which cluster is in which
// shard is not known beforehand: they are dealt in turn, in the plan's order.
//
// With agents the controllers run on the clusters: the load-dependent part,
// and a base part (1-β)·f₀ of its own, belong to the cluster's agent. The
// principal keeps (1-β)·f₀, or what it states. An autonomous agent carries on
// without its principal, so neither the principal, its host nor the link to it
// stand in the way; a managed agent needs all three.
//
// Independence: domains fail independently, so P(delivery to c blocked) =
// 1 - Π(1-q_d) over the domains that serve c. A cluster is one thing, whether
// it hosts an instance or is delivered to: its failure as a host blocks the
// others, and delivery to c is not counted as lost while c itself is down.
// Hence the host's domain does not serve c where the host is c, and
// P(blocked and c up) = (1-u_c)·(1 - Π(1-q_d)). u_c is the assumption
// cluster_unavailability, or the host domain's own q for a cluster that hosts
// an instance. An instance outside the planned clusters has a host of its own.
//
// A slot that no link leads to is counted as if one did: that the plan cannot
// work is a finding, not a rate.
type model struct {
	ix        *Index
	a         *Arrangement
	host      []int // by instance: cluster, or none
	hostZone  []int // by instance
	owner     []int // by slot: instance, or none
	serves    []serving
	domains   []Domain
	figures   []Instance
	ownDomain []int32 // by instance
	hosts     []bool  // by cluster: it hosts an instance
	unknown   int     // placements that name no instance of the arrangement
}

func newModel(ix *Index, a *Arrangement) *model {
	m := &model{ix: ix, a: a}
	m.assign()
	m.tally()
	m.buildDomains()
	return m
}

// assign finds hosts and gives every slot its instance: the placement of its
// slice, else that of its whole cluster.
func (m *model) assign() {
	ix := m.ix
	n := len(m.a.Instances)
	byID := make(map[string]int, n)
	m.host, m.hostZone = make([]int, n), make([]int, n)
	m.hosts = make([]bool, len(ix.plan.Clusters))
	for i, in := range m.a.Instances {
		byID[in.ID] = i
		m.host[i], m.hostZone[i] = at(ix.clusters, in.Host), at(ix.zones, in.Zone)
		if h := m.host[i]; h != none {
			m.hostZone[i], m.hosts[h] = ix.zone[h], true
		}
	}
	whole, part := map[int]int{}, map[int]int{}
	for _, p := range m.a.Placements {
		i, ok := byID[p.Instance]
		if !ok {
			m.unknown++
			continue
		}
		if p.Slice == "" {
			whole[at(ix.clusters, p.Cluster)] = i
		} else {
			part[at(ix.slices, p.Slice)] = i
		}
	}
	m.owner = make([]int, len(ix.slots))
	for k, s := range ix.slots {
		m.owner[k] = none
		if i, ok := whole[s.cluster]; ok {
			m.owner[k] = i
		}
		if i, ok := part[s.slice]; ok && s.slice != none {
			m.owner[k] = i
		}
	}
}

// tally counts clusters, applications and rates by instance.
func (m *model) tally() {
	ix := m.ix
	m.figures = make([]Instance, len(m.a.Instances))
	last := make([]int, len(m.a.Instances))
	for i := range last {
		last[i] = none
	}
	for k, s := range ix.slots {
		i := m.owner[k]
		if i == none {
			continue
		}
		f := &m.figures[i]
		f.Applications += s.apps
		f.Weight += s.weight
		f.deploys += s.deploys
		if last[i] == s.cluster { // slots lie cluster by cluster
			continue
		}
		last[i] = s.cluster
		f.Clusters++
		f.reachable += ix.weightOf[s.cluster]
		f.largest = math.Max(f.largest, ix.weightOf[s.cluster])
		if ix.production(s.cluster) {
			f.production++
		}
	}
	for i, in := range m.a.Instances {
		f := &m.figures[i]
		f.ID, f.Name, f.Mode = in.ID, in.Name, modeOf(in)
		f.Failures = m.rate(in, f.Clusters, f.Applications)
		f.Unavailability = Unavailability(f.Failures, m.restore(in))
		if f.Mode == plan.Push {
			f.Credentials = f.Clusters
		}
	}
}

// rate is f = f₀ + a·clusters + b·applications, failures a year, or what the
// instance states.
func (m *model) rate(in plan.Instance, clusters, apps int) float64 {
	if in.FailuresPerYear > 0 {
		return in.FailuresPerYear
	}
	return m.ix.values["instance_base_failures"] + m.load(clusters, apps)
}

// load is the part of the rate that clusters and applications cause.
func (m *model) load(clusters, apps int) float64 {
	return m.ix.values["failures_per_cluster"]*float64(clusters) + m.ix.values["failures_per_application"]*float64(apps)
}

func (m *model) restore(in plan.Instance) float64 {
	if in.RestoreHours > 0 {
		return in.RestoreHours
	}
	return m.ix.values["restore_hours"]
}

func (m *model) beta() float64 { return math.Min(1, m.ix.values["common_share"]) }

// modeOf is the instance's mode, push unless set.
func modeOf(in plan.Instance) plan.Mode {
	if in.Mode == "" {
		return plan.Push
	}
	return in.Mode
}
