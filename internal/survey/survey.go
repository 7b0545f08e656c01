// Package survey proposes what a plan could take over from what exists: the
// clusters, projects and applications of connected Argo CD instances, or a
// Backstage catalogue. It is pure: Propose compares what was read with a plan
// and says what it would add, fill in and change; Proposal.Edit makes one edit
// of what of it was chosen.
//
// A row that is added gets a key made (by hashing) of what the thing is where
// it was read, so that a later reading finds it again although somebody has
// given it another name. What people wrote stays: empty fields are filled, a
// value that differs is shown and kept unless somebody asks for the other, and
// nothing is removed that was not ticked.
package survey

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is kept of one reading.
const (
	MaxApplications = 50_000
	MaxClusters     = 5_000
	MaxProjects     = 10_000
	MaxLabels       = 32 // of one application or cluster
	MaxImages       = 16 // of one application
)

// InCluster is how every Argo CD calls the cluster it runs on itself: the same
// address means another cluster in each instance.
const InCluster = "https://kubernetes.default.svc"

// Observed is what was read. Every list is sorted, so that the same things
// give the same proposal.
type Observed struct {
	Instances    []Instance
	Clusters     []Cluster
	Projects     []Project
	Applications []Application
	Entities     []Entity  // of a Backstage catalogue
	Ignored      []Ignored // entities of kinds a plan has no place for
	Missing      []Missing
	Failed       []Failed
	Dropped      int // things above the limits
}

// Instance is an Argo CD that was read.
type Instance struct{ Name, URL, Version string }

// Label is a label of an application or a cluster.
type Label struct{ Key, Value string }

// Cluster is a cluster that an instance is connected to.
type Cluster struct {
	Instance, Name, Server string
	Kubernetes             string // version
	Labels                 []Label
}

// Project is an AppProject.
type Project struct{ Instance, Name string }

// Application is an Argo CD application. Cluster and Server name its
// destination; often one of them is empty.
type Application struct {
	Instance, Namespace, Name string
	Project                   string
	Labels                    []Label
	Cluster, Server           string
	DestNamespace             string
	ApplicationSet            string // that owns it
	RepoURL, Path             string
	Chart                     bool // the source is a chart of a Helm repository
	Images                    []string
}

// EntityKind is a kind of a Backstage entity that a plan has a place for.
type EntityKind string

// The kinds that become rows.
const (
	KindGroup     EntityKind = "Group"
	KindSystem    EntityKind = "System"
	KindComponent EntityKind = "Component"
)

// Entity is an entity of a Backstage catalogue. Owner and Parent are names as
// Name is; Owner is empty where a person owns it.
type Entity struct {
	Kind        EntityKind
	Name        string // with its namespace where that is not the default one
	Title       string
	Owner       string
	System      string
	Lifecycle   string
	Repository  string // URL
	Application string // of Argo CD
	Line        int
}

// Ignored is an entity that is listed and not taken.
type Ignored struct {
	Kind, Name string
	Line       int
}

// Missing is what a token may not see: clusters or projects.
type Missing struct{ Instance, What string }

// Failed is an instance that could not be read, with the reason as the live
// table codes it.
type Failed struct{ Instance, Reason string }

// Error is why an instance could not be read. Reason is a code of the live
// table's; Detail is for the log.
type Error struct{ Instance, Reason, Detail string }

func (e *Error) Error() string { return e.Instance + ": " + e.Reason + ": " + e.Detail }

// Add puts another reading beside this one, up to the limits.
func (o *Observed) Add(other Observed) {
	o.Instances = append(o.Instances, other.Instances...)
	o.Clusters = o.within(append(o.Clusters, other.Clusters...))
	if over := len(o.Projects) + len(other.Projects) - MaxProjects; over > 0 {
		other.Projects = other.Projects[:len(other.Projects)-over]
		o.Dropped += over
	}
	o.Projects = append(o.Projects, other.Projects...)
	if over := len(o.Applications) + len(other.Applications) - MaxApplications; over > 0 {
		other.Applications = other.Applications[:len(other.Applications)-over]
		o.Dropped += over
	}
	o.Applications = append(o.Applications, other.Applications...)
	o.Missing = append(o.Missing, other.Missing...)
	o.Failed = append(o.Failed, other.Failed...)
	o.Dropped += other.Dropped
	o.Sort()
}

func (o *Observed) within(all []Cluster) []Cluster {
	if over := len(all) - MaxClusters; over > 0 {
		o.Dropped += over
		return all[:MaxClusters]
	}
	return all
}

// Sort puts every list in order.
func (o *Observed) Sort() {
	slices.SortFunc(o.Instances, func(a, b Instance) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(o.Clusters, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Server, b.Server))
	})
	slices.SortFunc(o.Projects, func(a, b Project) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(o.Applications, func(a, b Application) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(o.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.What, b.What))
	})
	slices.SortFunc(o.Failed, func(a, b Failed) int { return cmp.Compare(a.Instance, b.Instance) })
}

// FromCatalog tells whether a catalogue was read rather than Argo CD.
func (o *Observed) FromCatalog() bool { return len(o.Entities) > 0 }

// Weight is how much memory a reading takes, in things.
func (o *Observed) Weight() int {
	return len(o.Applications) + len(o.Clusters) + len(o.Projects) + len(o.Entities) + len(o.Ignored)
}

// tidy makes a text one line without control characters; one longer than the
// plan takes becomes empty.
func tidy(s string, most int) string {
	s = strings.TrimSpace(s)
	bad := func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }
	if strings.ContainsFunc(s, bad) {
		s = strings.Map(func(r rune) rune {
			if bad(r) {
				return -1
			}
			return r
		}, s)
	}
	if len(s) > most && utf8.RuneCountInString(s) > most {
		return ""
	}
	return s
}

// fold is a name as it is compared.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Tidy makes a text one line without control characters; one longer than most
// becomes empty.
func Tidy(s string, most int) string { return tidy(s, most) }

// address is a URL as it is compared.
func address(s string) string {
	return strings.TrimSuffix(strings.TrimRight(fold(s), "/"), ".git")
}

func isInCluster(server string) bool {
	s := address(server)
	return s == InCluster || s == InCluster+":443"
}
