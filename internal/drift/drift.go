// Package drift holds a plan against what Argo CD runs: which instance has
// which cluster, whose applications lie where, and whether figures and choices
// of the plan still hold. Compare is pure: what is live is handed in.
//
// Absence is never told of an instance whose list is not complete, that is read
// only in part, or whose clusters cannot be seen: that part is named as not
// judged.
package drift

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"

	"deckplan/internal/layout"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Live is what runs, as the live table has it.
type Live struct {
	Instances []Instance // by name
	// Each visits every application. It may be called more than once, and what
	// it hands out must never change.
	Each  func(func(*live.Application))
	Today string // 2006-01-02; differences that are intended until then do not count
}

// Observe gives what a table has now; today is 2006-01-02.
func Observe(t *live.Table, today string) Live {
	out := Live{Each: func(do func(*live.Application)) { t.Each(do) }, Today: today}
	for _, in := range t.Instances() {
		out.Instances = append(out.Instances, Instance{in, t.Scope(in.Name)})
	}
	return out
}

// Instance is a connected Argo CD with what it manages.
type Instance struct {
	live.Instance
	Scope live.Scope
}

// Complete tells whether what the instance lacks is known: its whole list was
// read, and it answers or was captured in a file.
func (i *Instance) Complete() bool {
	return i.Instance.Complete && !i.Stale()
}

// SeesApplications tells whether what the instance has no application of is
// known: neither the connection nor the token leaves some out.
func (i *Instance) SeesApplications() bool {
	return i.Complete() && !slices.Contains(i.Scope.Part, "applications")
}

// SeesClusters tells whether the instance's clusters are known. Argo CD always
// lists the cluster it runs on, so an empty list is one that was not read. In
// a file without clusters they are those of its applications, of which nothing
// else is known.
func (i *Instance) SeesClusters() bool {
	if !i.Complete() || slices.Contains(i.Scope.Hidden, "clusters") || slices.Contains(i.Scope.Part, "clusters") {
		return false
	}
	return slices.ContainsFunc(i.Scope.Clusters, func(c live.Cluster) bool {
		return i.State != live.Captured || c.Kubernetes != "" || c.State != ""
	})
}

// Kind is a sort of difference. Its messages are drift.KIND (a sentence),
// .plan and .live (both sides), .why and .do (the remedy).
type Kind string

// The kinds, in the order they are shown.
const (
	ClusterElsewhere     Kind = "cluster_elsewhere"
	ClusterShared        Kind = "cluster_shared"
	ApplicationTwice     Kind = "application_twice"
	ClusterMissing       Kind = "cluster_missing"
	ClusterUnplanned     Kind = "cluster_unplanned"
	InstanceUnplanned    Kind = "instance_unplanned"
	SliceLeft            Kind = "slice_left"
	ApplicationTeam      Kind = "application_team"
	OverApplications     Kind = "over_applications"
	OverClusters         Kind = "over_clusters"
	OverObjects          Kind = "over_objects"
	StrategyRollout      Kind = "strategy_rollout"
	StrategyDeployment   Kind = "strategy_deployment"
	KubernetesUntested   Kind = "kubernetes_untested"
	ClusterCredential    Kind = "cluster_credential"
	ApplicationOutside   Kind = "application_outside"
	ApplicationMissing   Kind = "application_missing"
	ApplicationUnplanned Kind = "application_unplanned"
	ApplicationProject   Kind = "application_project"
	ApplicationSpace     Kind = "application_namespace"
	InstanceVersion      Kind = "instance_version"
	ClusterKubernetes    Kind = "cluster_kubernetes"
	ClusterServer        Kind = "cluster_server"
)

// Kinds are all kinds, in the order they are shown.
var Kinds = []Kind{ClusterElsewhere, ClusterShared, ApplicationTwice, ClusterMissing, ClusterUnplanned, InstanceUnplanned, SliceLeft, ApplicationTeam,
	OverApplications, OverClusters, OverObjects, StrategyRollout, StrategyDeployment, KubernetesUntested, ClusterCredential, ApplicationOutside, ApplicationMissing,
	ApplicationUnplanned, ApplicationProject, ApplicationSpace, InstanceVersion, ClusterKubernetes, ClusterServer}

// OfLayout tells whether the kind contradicts a layout.
func (k Kind) OfLayout() bool {
	return slices.Contains([]Kind{ClusterElsewhere, ClusterShared, ClusterMissing, ClusterUnplanned, InstanceUnplanned, SliceLeft, OverApplications, OverClusters, OverObjects}, k)
}

// severity is how much a kind asks of the reader.
func (k Kind) severity() verdict.Severity {
	switch i := slices.Index(Kinds, k); {
	case i <= slices.Index(Kinds, ApplicationTwice):
		return verdict.Error
	case i <= slices.Index(Kinds, KubernetesUntested):
		return verdict.Warning
	}
	return verdict.Note
}

// Place names something live: an instance, or with more fields one of its
// clusters (as the table shows it) or applications.
type Place struct{ Instance, Cluster, Namespace, Name string }

// Difference is one way in which plan and live differ.
type Difference struct {
	Kind     Kind
	Key      string // stable: made of the kind and of what both sides are
	Severity verdict.Severity
	Args     verdict.Args
	PlanSays string // message of the plan's side, drift.KIND.plan unless set
	Plan     []verdict.Ref
	Live     []Place
	Count    int      // rows it stands for
	Examples []string // the first of them
	Hint     []string // commands for the other direction
	Intended *plan.Intended
	adopt    func(*adoption)
}

// Adoptable tells whether the plan can take over what is live.
func (d *Difference) Adoptable() bool { return d.adopt != nil }

// aside tells whether the difference is intended and not to be looked at
// again yet.
func (d *Difference) aside(today string) bool {
	return d.Intended != nil && d.Intended.Until > today
}

// InstanceMatch is a live instance with what it is in the plan.
type InstanceMatch struct {
	Name, URL string
	Plan      string // key of the plan's instance, empty for none
	By        string // corrected, url, name; none where nothing fits
}

// ClusterMatch is a live cluster with what it is in the plan.
type ClusterMatch struct {
	ID           string // address of its API server, or INSTANCE/in-cluster
	Name         string
	Plan         string // key of the plan's cluster, empty for none
	By           string // corrected, server, host, name, label; ambiguous or none where nothing fits
	Instances    []string
	Applications int
}

// Note says what could not be judged. ID is drift.unjudged.…
type Note struct {
	ID   string
	Args verdict.Args
}

// Result is the whole comparison.
type Result struct {
	Layout, LayoutName string       // chosen; empty for none
	Differences        []Difference // that count, the gravest first
	Aside              []Difference // intended, until a date that is still to come
	Instances          []InstanceMatch
	Clusters           []ClusterMatch
	Unjudged           []Note
	Applications       int                // read
	Captured           []Note             // instances known from a file, with its time
	Drawn              layout.Arrangement // what runs, as a layout of the plan's clusters
	Away               map[string]string  // clusters delivered to by another instance, with the name of the plan's
	Shared             map[string]string  // clusters that others deliver to as well, with their names
	Print              uint64             // equal where nothing differs between two results

	c *comparison
}

// Of gives the differences of one kind.
func (r *Result) Of(k Kind) []*Difference {
	var out []*Difference
	for i := range r.Differences {
		if r.Differences[i].Kind == k {
			out = append(out, &r.Differences[i])
		}
	}
	return out
}

// OfLayout gives the differences that contradict the layout, to be shown and
// not adopted.
func (r *Result) OfLayout() (out []Difference) {
	for _, d := range r.Differences {
		if d.Kind.OfLayout() {
			d.adopt = nil
			out = append(out, d)
		}
	}
	return out
}

// Counts gives the differences by severity.
func (r *Result) Counts() (counts [4]int) {
	for i := range r.Differences {
		counts[r.Differences[i].Severity]++
	}
	return counts
}

// Compare holds the plan's chosen layout against what is live.
func Compare(p *plan.Plan, l Live) Result { return CompareWith(p, p.ChosenLayout(), l) }

// CompareWith is Compare for another layout of the plan.
func CompareWith(p *plan.Plan, layoutID string, l Live) Result {
	c := newComparison(p, layoutID, l)
	c.join()
	c.matchInstances()
	c.read()
	c.matchClusters()
	c.manage()
	c.judgeClusters()
	c.judgeInstances()
	c.judgeApplications()
	c.draw()
	return c.result()
}

// add notes a difference; ids make its key.
func (c *comparison) add(k Kind, ids []string, d Difference) {
	d.Kind, d.Severity, d.Count = k, k.severity(), max(d.Count, 1)
	d.Key = string(k)
	for _, id := range ids {
		d.Key += "|" + id
	}
	if len(d.Key) > 400 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(d.Key)) // never fails
		d.Key = string(k) + "|" + strconv.FormatUint(h.Sum64(), 36)
	}
	if n, ok := c.told[d.Key]; ok { // told of another of the live clusters that it is
		c.found[n].Live = append(c.found[n].Live, d.Live...)
		return
	}
	c.told[d.Key] = len(c.found)
	if d.PlanSays == "" {
		d.PlanSays = "drift." + string(k) + ".plan"
	}
	c.found = append(c.found, d)
}

func (c *comparison) result() Result {
	r := Result{Instances: c.instanceMatches(), Clusters: c.clusterMatches(), Unjudged: c.unjudged, Captured: c.captured,
		Applications: len(c.rows), Drawn: c.drawn, Away: c.away, Shared: c.sharing, c: c}
	if c.chosen {
		r.Layout, r.LayoutName = c.arrangement.ID, c.arrangement.Name
	}
	intended := make(map[string]*plan.Intended, len(c.p.Intended))
	for i := range c.p.Intended {
		intended[c.p.Intended[i].Difference] = &c.p.Intended[i]
	}
	slices.SortStableFunc(c.found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key))
	})
	h := fnv.New64a()
	for _, d := range c.found {
		d.Intended = intended[d.Key]
		_, _ = h.Write([]byte(d.Key + strconv.Itoa(d.Count)))
		if d.aside(c.live.Today) {
			r.Aside = append(r.Aside, d)
		} else {
			r.Differences = append(r.Differences, d)
		}
	}
	for _, n := range c.unjudged {
		_, _ = h.Write([]byte(n.ID))
	}
	for _, m := range r.Clusters {
		_, _ = h.Write([]byte(m.ID + m.Plan + m.By))
	}
	r.Print = h.Sum64() + uint64(len(c.rows))
	return r
}
