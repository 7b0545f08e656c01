package page

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"deckplan/internal/catalog"
	"deckplan/internal/figure"
	"deckplan/internal/layout"
	"deckplan/internal/live"
	"deckplan/internal/owner"
	"deckplan/web/ui"
)

// ApplicationProps is what the page of an application shows.
type ApplicationProps struct {
	Key       live.Key
	Row       live.Row // where Known
	Known     bool     // the table has it
	Instance  live.Instance
	Connected bool // the table has its instance
	Planned   Planned
	Show      LiveShow
	Past      []live.Transition // newest first
	Windows   WindowsProps
	Detail    DetailProps
}

// Planned is what the plan says of an application, with the addresses of its
// rows.
type Planned struct {
	Owner                owner.Found
	Application, Cluster string
}

// WindowsProps is what sync windows mean for an application.
type WindowsProps struct {
	Hidden  bool // the token may not see projects
	Known   bool // the project is known
	Windows []WindowRow
	Gate    live.Gate
}

// WindowRow is a sync window and when it applies.
type WindowRow struct {
	live.Window
	Opening live.Opening
	Broken  bool // it cannot be read
}

// WindowRows prepares the first of some sync windows, those that apply now
// before the others.
func WindowRows(all []live.Window, now time.Time, most int) []WindowRow {
	out := make([]WindowRow, 0, min(len(all), most))
	for _, w := range all[:min(len(all), most)] {
		turn, err := w.At(now)
		out = append(out, WindowRow{w, turn, err != nil})
	}
	slices.SortStableFunc(out, func(a, b WindowRow) int {
		switch {
		case a.Opening.Open != b.Opening.Open && a.Opening.Open:
			return -1
		case a.Opening.Open != b.Opening.Open:
			return 1
		}
		return 0
	})
	return out
}

// DetailState is how far the reading of an application is.
type DetailState int

// The states of a reading.
const (
	DetailNone   DetailState = iota // nothing can be read
	DetailWaits                     // the page is shown first
	DetailRead                      // it was read
	DetailFailed                    // it could not be read
)

// DetailProps is what Argo CD says of one application in full.
type DetailProps struct {
	Key      live.Key
	State    DetailState
	Detail   live.Detail   // where it failed: what was read before, if anything
	Failure  *live.Failure // where it failed
	Asked    string        // words resources are filtered by
	Problems bool          // only resources in trouble
}

// resourcesShown bounds the resources on a page.
const resourcesShown = 400

// resourceGroup is resources of one kind; the first group, without a kind, is
// those in trouble.
type resourceGroup struct {
	Kind string
	Rows []live.Resource
	All  int
}

func troubled(r *live.Resource) bool {
	return r.Health != "" && r.Health != live.Healthy || r.Sync == live.OutOfSync || r.Prune
}

// groups sorts the resources that fit the filter: those in trouble first, the
// others by kind. more counts what was left out.
func (p *DetailProps) groups() (out []resourceGroup, matched, more int) {
	words := strings.Fields(strings.ToLower(p.Asked))
	trouble, kinds := resourceGroup{}, map[string]*resourceGroup{}
	for i := range p.Detail.Resources {
		r := &p.Detail.Resources[i]
		text := strings.ToLower(strings.Join([]string{r.Group, r.Kind, r.Namespace, r.Name, r.Health, r.Sync, r.Message}, "\x00"))
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) || p.Problems && !troubled(r) {
			continue
		}
		matched++
		g := &trouble
		if !troubled(r) {
			if g = kinds[r.Kind]; g == nil {
				g = &resourceGroup{Kind: r.Kind}
				kinds[r.Kind] = g
			}
		}
		g.Rows, g.All = append(g.Rows, *r), g.All+1
	}
	if trouble.All > 0 {
		out = append(out, trouble)
	}
	for _, kind := range sortedKeys(kinds) {
		out = append(out, *kinds[kind])
	}
	room := resourcesShown
	for i := range out {
		out[i].Rows = out[i].Rows[:min(len(out[i].Rows), room)]
		room -= len(out[i].Rows)
	}
	return out, matched, matched - (resourcesShown - room)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// InstanceProps is what the page of an instance shows.
type InstanceProps struct {
	live.Instance
	Hidden               []string     // what the token may not see
	ByCluster, ByProject []live.Count // applications
	Teams                []live.Count // applications by owning team; nil without a plan
	Stretches            []live.Stretch
	From                 time.Time // of the connection's history
	Version              catalog.ArgoVersion
	VersionKnown         bool
	Clusters             []ClusterRow
	Projects             []ProjectRow // those with sync windows
	MoreProjects         int          // of those, not listed
	AllProjects          int
	Loss                 Loss
}

// ProjectRow is a project with its sync windows.
type ProjectRow struct {
	Name    string
	Windows []WindowRow
	More    int // windows that are not listed
}

// LossState says what the plan knows of an instance.
type LossState int

// The states of what the plan says.
const (
	LossNoPlan   LossState = iota // no plan is open
	LossNoLayout                  // the plan has no layout of its own
	LossUnknown                   // its layout has no such instance
	LossKnown
)

// Loss is what fails with an instance, by the plan.
type Loss struct {
	State    LossState
	Layout   string // name
	Link     string // to the layout
	Figures  *layout.Instance
	Whole    float64 // weight of all applications
	Clusters []string
	Teams    []string
}

// ClusterRow is one cluster as the instances that manage it report it.
type ClusterRow struct {
	Server  string
	Own     bool        // the cluster that its instance runs on
	Called  string      // name in the plan, if it is there
	Planned string      // address of its row there
	By      []ClusterBy // at least one
}

// ClusterBy is what one instance reports of a cluster.
type ClusterBy struct {
	live.Cluster
	Instance string
	Argo     string // the instance's version
	Stale    bool   // the instance is not connected
	Untested bool   // its Argo CD was not tested with the cluster's Kubernetes
}

// counted is what the instance counts there; a dash where it has not connected
// to the cluster and so has counted nothing.
func (b *ClusterBy) counted(v *ui.View, n int64) string {
	if n == 0 && b.State != "Successful" && b.State != "Failed" {
		return "—"
	}
	return v.Lang.Number(float64(n))
}

// Name is what the plan calls the cluster, else what an instance calls it; its
// server where it has no name.
func (c *ClusterRow) Name() string {
	if c.Called != "" {
		return c.Called
	}
	for _, b := range c.By {
		if b.Name != "" {
			return b.Name
		}
	}
	return c.Server
}

// Trouble tells whether an instance says that it cannot reach the cluster.
func (c *ClusterRow) Trouble() bool {
	return slices.ContainsFunc(c.By, func(b ClusterBy) bool { return b.State == "Failed" })
}

// Text is what the cluster is found by, in lower case.
func (c *ClusterRow) Text() string {
	words := []string{c.Server, c.Called}
	for _, b := range c.By {
		words = append(words, b.Name, b.Instance, b.Kubernetes, b.State)
		for _, l := range b.Labels {
			words = append(words, l.Key+"="+l.Value)
		}
	}
	return strings.ToLower(strings.Join(words, "\x00"))
}

// ClustersProps is what the page of all clusters shows.
type ClustersProps struct {
	Rows           []ClusterRow // of this page
	Values         url.Values   // the page's own query
	Asked, Only    string
	All, Total     int
	Trouble, Twice int // of those that fit the words
	Page, Pages    int
	Instances      int
	Hidden         []string // instances whose token may not see clusters
}

// sinceWords words the age of the present state: where no other was seen
// before, it is the least that it can be.
func (p *ApplicationProps) sinceWords() string {
	if len(p.Past) < 2 {
		return "live.app.since_seen"
	}
	return "live.app.since"
}

// changes draws how an application's health and sync were.
func (p *ApplicationProps) changes(v *ui.View) (figure.TimelineProps, bool) {
	end := v.Now
	health, sync := figure.TimelineLane{Name: v.T("live.health")}, figure.TimelineLane{Name: v.T("live.sync")}
	past := p.Past
	if len(past) == 0 && p.Known && !p.Row.Since.IsZero() {
		past = []live.Transition{{Key: p.Key, At: p.Row.Since, Health: p.Row.Health, Sync: p.Row.Sync}}
	}
	for i := range slices.Backward(past) {
		t, to := past[i], end
		if i > 0 {
			to = past[i-1].At
		}
		if t.Health == "" && t.Sync == "" {
			t.Health, t.Sync = v.T("live.app.deleted"), v.T("live.app.deleted")
		}
		health.Spans = append(health.Spans, figure.Span{From: t.At, To: to, Tone: toneOf(t.Health), Label: t.Health})
		sync.Spans = append(sync.Spans, figure.Span{From: t.At, To: to, Tone: toneOf(t.Sync), Label: t.Sync})
	}
	out := figure.TimelineProps{ID: "states", Title: v.T("live.app.changes"), Desc: v.T("live.app.changes.what"), To: end,
		Lanes: []figure.TimelineLane{health, sync}, Palette: figure.Page, Words: v.Word}
	if len(past) == 0 {
		return out, false
	}
	out.From = past[len(past)-1].At
	if end.Sub(out.From) < time.Hour {
		out.From = end.Add(-time.Hour)
	}
	out.When = inShort(v, end.Sub(out.From))
	return out, true
}

func toneOf(state string) figure.Tone {
	switch healthClass(state) {
	case "good":
		return figure.GoodTone
	case "accent":
		return figure.BusyTone
	case "idle":
		return figure.IdleTone
	case "warn":
		return figure.WarnTone
	case "bad":
		return figure.BadTone
	}
	return figure.NoTone
}

// inShort words moments within so long a time.
func inShort(v *ui.View, within time.Duration) func(time.Time) string {
	return func(t time.Time) string {
		if within > 5*24*time.Hour {
			return v.Lang.Date(t.Local())
		}
		return v.Lang.Time(t.Local())
	}
}

// connection draws how an instance's connection was, and what part of the time
// in which it was watched its API answered. What is drawn begins with what is
// known, an hour ago at the latest.
func (p *InstanceProps) connection(v *ui.View) (out figure.TimelineProps, answered float64, watched time.Duration) {
	lane := figure.TimelineLane{Name: "API"}
	var up time.Duration
	begin := v.Now.Add(-time.Hour)
	for _, s := range slices.Backward(p.Stretches) {
		from, to := s.From, s.To
		if to.IsZero() || to.After(v.Now) {
			to = v.Now
		}
		if from.Before(p.From) {
			from = p.From
		}
		if !to.After(from) {
			continue
		}
		if from.Before(begin) {
			begin = from
		}
		span := figure.Span{From: from, To: to, Label: stateName(v, s.State)}
		switch s.State {
		case live.Connected:
			span.Tone = figure.GoodTone
			up += to.Sub(from)
			watched += to.Sub(from)
		case live.Connecting:
			span.Tone = figure.BusyTone
		default:
			span.Tone = figure.BadTone
			span.Label = reasonText(v, s.Reason)
			watched += to.Sub(from)
		}
		lane.Spans = append(lane.Spans, span)
	}
	out = figure.TimelineProps{ID: "connection", Title: v.T("live.inst.history"), Desc: v.T("live.inst.history.what"), From: begin, To: v.Now,
		Lanes: []figure.TimelineLane{lane}, Palette: figure.Page, Words: v.Word, When: inShort(v, v.Now.Sub(begin))}
	if watched == 0 {
		return out, 0, 0
	}
	return out, float64(up) / float64(watched), watched
}

func stateName(v *ui.View, s live.State) string {
	switch s {
	case live.Connected, live.Connecting:
		return v.T("live.state." + string(s))
	}
	return v.T("live.inst.down")
}
