package live

import "time"

// Detail is one application read in full, when somebody asks for it.
type Detail struct {
	Application
	Read       time.Time
	Conditions []Condition
	Resources  []Resource
	Sources    []Source
	History    []Deployment // syncs, newest first
	Operation  Operation    // the last one
	Cut        int          // resources and syncs beyond what is kept
}

// Condition is a condition of an application.
type Condition struct {
	Type    string
	Message string
	At      time.Time
}

// Resource is one resource an application manages.
type Resource struct {
	Group, Kind, Namespace, Name string
	Sync                         string // empty for hooks
	Health                       string // empty where Argo CD does not assess it
	Message                      string // of the health
	Hook                         bool
	Prune                        bool // is to be removed by the next sync that prunes
}

// Source is where an application's manifests come from.
type Source struct {
	RepoURL, Path, Chart, TargetRevision string
	Revision                             string // the one compared with
}

// Deployment is one sync that an application keeps in its history.
type Deployment struct {
	ID       int64
	Started  time.Time // zero if not said
	Deployed time.Time
	By       string // who; "automated" for Argo CD itself; empty if not said
	Sources  []Source
}

// Operation is an application's sync under way or the last one.
type Operation struct {
	Phase, Message    string
	Started, Finished time.Time
	By                string
	Revision          string
	Retries           int64
}

// Failure is why something could not be read of an instance.
type Failure struct {
	Reason Reason
	Detail string // technical cause; not translated
}

// Error tells the reason and the cause.
func (f *Failure) Error() string { return string(f.Reason) + ": " + f.Detail }
