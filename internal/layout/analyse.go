package layout

import (
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Analysis is what an arrangement amounts to.
type Analysis struct {
	Arrangement  Arrangement
	Verdict      verdict.Verdict
	Instances    []Instance    // in the arrangement's order
	Compartments []Compartment // everything that is delivered to, cluster by cluster in the plan's order
	Domains      []Domain
	Radius       Radius
	Weight       float64 // of all applications, on no cluster or unassigned included
	// ByCluster says that the plan has no applications on clusters, so that
	// every cluster or slice counts as one.
	ByCluster bool

	serves  []serving // by compartment
	deploys []float64 // roll-outs a year, by compartment
}

// Instance is one instance's figures.
type Instance struct {
	ID, Name       string
	Host           string // name of the host cluster, empty outside the planned clusters
	Zone           string // name of the zone it runs in, if known
	Mode           plan.Mode
	HA             bool
	Applications   int
	Clusters       int
	Credentials    int     // clusters it holds a credential of, its own service account's included
	Failures       float64 // a year, f = f₀ + a·clusters + b·applications
	Unavailability float64 // q = min(1, f·m/8760)
	Weight         float64 // of the applications assigned to it
	Radius         float64 // fraction of all weight that stops if it fails; 0 with autonomous agents
	ChangeRadius   float64 // fraction of all weight it can overwrite or prune
	Cost           float64 // a year in the plan's currency, without the fixed effort

	production int // production clusters
	deploys    float64
	reachable  float64 // weight of its clusters, other instances' slices included
	largest    float64 // the largest of those
}

// Compartment is a cluster, or a slice of one, as it is delivered to.
type Compartment struct {
	Cluster, Slice string // keys; Slice is empty for the cluster itself
	Name           string // cluster, or cluster / slice
	Environment    string // name
	Tier           plan.Tier
	Zone           string // name
	Instance       int    // position in Instances; -1 if nobody delivers to it
	Applications   int
	Weight         float64
	Blocked        float64 // probability that delivery is blocked while the cluster is up
	Unreachable    bool    // no link leads from the instance to it, or from its agent to the principal
	Broken         bool    // where it lies breaks a rule of the team
	Hit            bool    // the domain that gives the delivery radius stops its delivery
}

// Radius is the delivery radius and the floor beside it: fractions of the
// weight of all applications.
type Radius struct {
	Value  float64
	Domain Domain // whose failure it is; Kind is empty if nothing is delivered
	// The floor no layout lowers: the largest share that one zone link, the
	// shared services, or a failure common to all instances blocks.
	Link, Shared, Common float64

	index int // of Domain among the domains
}

// Analyse gives the verdict on an arrangement of the plan.
func Analyse(p *plan.Plan, a Arrangement) Analysis { return NewIndex(p).Analyse(a) }

// Analyse gives the verdict on an arrangement of the index's plan. The time it
// takes grows with the number of slots, instances and placements.
func (ix *Index) Analyse(a Arrangement) Analysis {
	m := newModel(ix, &a)
	out := Analysis{Arrangement: a, Instances: m.figures, Domains: m.domains, Weight: ix.weight, ByCluster: ix.byCluster}
	out.Radius = m.radius()
	m.finishInstances()
	out.Compartments = m.compartments()
	out.serves = m.serves
	out.deploys = make([]float64, len(ix.slots))
	for k, s := range ix.slots {
		out.deploys[k] = s.deploys
	}
	m.markHit(out.Compartments, out.Radius)
	c := m.cost()
	r := rules{model: m, out: &out}
	out.Verdict.Findings = r.findings()
	out.Verdict.Metrics = m.metrics(&out, c)
	return out
}

// share is weight as a fraction of that of all applications.
func (m *model) share(weight float64) float64 {
	if m.ix.weight == 0 {
		return 0
	}
	return weight / m.ix.weight
}

// radius finds the largest weight that the failure of one domain blocks: among
// those a layout can change (instance, shard, agent, host) the delivery
// radius, with the first of the largest as its cause, and the floor among the
// others.
func (m *model) radius() Radius {
	r := Radius{index: none}
	best := 0.0
	for i, d := range m.domains {
		share := m.share(d.Weight)
		switch {
		case d.Kind == LinkDomain:
			r.Link = max(r.Link, share)
		case d.Kind == SharedDomain:
			r.Shared = share
		case d.Kind == CommonDomain:
			r.Common = share
		case d.Weight > best:
			best, r.Value, r.Domain, r.index = d.Weight, share, d, i
		}
	}
	return r
}

func (m *model) finishInstances() {
	for i := range m.figures {
		f, in := &m.figures[i], m.a.Instances[i]
		f.HA = in.HA
		f.Zone = m.ix.zoneName(m.hostZone[i])
		if h := m.host[i]; h != none {
			f.Host = m.ix.plan.Clusters[h].Name
		}
		f.Radius = m.share(m.domains[m.ownDomain[i]].Weight)
		f.ChangeRadius = m.share(m.changeWeight(f))
	}
}

// changeWeight is the weight that an instance, or whoever takes it or one of
// its credentials, can overwrite or prune. A credential is cluster-admin unless
// narrowed, so all of a cluster counts, with slices other instances deliver to.
// AppProjects and ApplicationSets live inside an instance and reach no further.
// Autonomous agents take no configuration from their principal, so there it is
// the largest single cluster.
func (m *model) changeWeight(f *Instance) float64 {
	if f.Mode == plan.AgentAutonomous {
		return f.largest
	}
	return f.reachable
}

func (m *model) compartments() []Compartment {
	p := m.ix.plan
	out := make([]Compartment, len(m.ix.slots))
	for k, s := range m.ix.slots {
		row := &p.Clusters[s.cluster]
		c := Compartment{Cluster: row.ID, Name: row.Name, Zone: m.ix.zoneName(m.ix.zone[s.cluster]),
			Instance: m.owner[k], Applications: s.apps, Weight: s.weight, Blocked: m.blocked(k)}
		if s.slice != none {
			c.Slice = p.Slices[s.slice].ID
			c.Name += " / " + p.Slices[s.slice].Name
		}
		if e := m.ix.env[s.cluster]; e != none {
			c.Environment, c.Tier = p.Environments[e].Name, p.Environments[e].Tier
		}
		out[k] = c
	}
	return out
}

// markHit marks what the cause of the delivery radius stops.
func (m *model) markHit(cs []Compartment, r Radius) {
	for k := range cs {
		s := &m.serves[k]
		for _, d := range s.of[:s.n] {
			if int(d) == r.index {
				cs[k].Hit = true
			}
		}
	}
}

// outage sums what delivery outages take in a year.
type outage struct {
	weighted   float64 // application-hours × criticality
	unweighted float64 // application-hours
	delayed    float64 // roll-outs that meet a blocked delivery
	lost       float64 // weight that is delivered to by nobody, or out of reach
}

// outage computes the expected blocked application-hours a year,
// 8760 · Σ w_c · P(delivery to c blocked and c itself up), with w_c the sum of
// the applications' criticality and with w_c their number, and the roll-outs a
// year that fall into such hours. What nobody delivers to is left out: see the
// metric layout.undelivered.
func (m *model) outage(cs []Compartment) outage {
	var o outage
	for k, c := range cs {
		s := m.ix.slots[k]
		n := float64(s.apps)
		if m.ix.byCluster {
			n = 1
		}
		o.weighted += hoursPerYear * s.weight * c.Blocked
		o.unweighted += hoursPerYear * n * c.Blocked
		o.delayed += s.deploys * c.Blocked
		if c.Instance == none || c.Unreachable {
			o.lost += s.weight
		}
	}
	return o
}
