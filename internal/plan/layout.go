package plan

// Layout says which Argo CD instance delivers to which cluster.
type Layout struct {
	ID   string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Note string `json:"note,omitempty" jsonschema:"maxLength=2000" form:"long"`
}

// Instance is an Argo CD of a layout, planned or existing. It runs on the
// cluster Host, or outside every planned cluster, in Zone.
type Instance struct {
	ID           string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Layout       string `json:"layout" jsonschema:"required" ref:"layouts,owner"`
	Name         string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Installation string `json:"installation,omitempty" ref:"installations" jsonschema_description:"The installation it is, where it exists already."`
	Host         string `json:"host,omitempty" ref:"clusters"`
	Zone         string `json:"zone,omitempty" ref:"zones"`
	HA           bool   `json:"ha,omitempty"`
	Shards       int    `json:"shards,omitempty" jsonschema:"minimum=0,maximum=1000" jsonschema_description:"Controller replicas, each with a share of the clusters; 1 unless set."`
	Mode         Mode   `json:"mode,omitempty"`
	Version      string `json:"version,omitempty" jsonschema:"maxLength=40"`
	URL          string `json:"url,omitempty" jsonschema:"maxLength=300" jsonschema_description:"Address of its API server, by which a connected instance is recognised."`
	// FailuresPerYear and RestoreHours override the model's rates for this
	// instance where they are above 0.
	FailuresPerYear float64 `json:"failuresPerYear,omitempty" jsonschema:"minimum=0,maximum=8760"`
	RestoreHours    float64 `json:"restoreHours,omitempty" jsonschema:"minimum=0,maximum=8760"`
}

// Placement assigns a cluster, or one slice of it, to an instance of a layout.
type Placement struct {
	Layout   string `json:"layout" jsonschema:"required" ref:"layouts,owner"`
	Cluster  string `json:"cluster" jsonschema:"required" ref:"clusters,owner"`
	Slice    string `json:"slice,omitempty" ref:"slices,owner"`
	Instance string `json:"instance" jsonschema:"required" ref:"instances,owner"`
}

// ShardCount is the number of controller shards, at least 1.
func (i Instance) ShardCount() int { return max(1, i.Shards) }

func (l Layout) Key() string   { return l.ID }
func (i Instance) Key() string { return i.ID }

// Key is made of what is assigned, so that a layout assigns it at most once.
func (p Placement) Key() string { return PlacementKey(p.Layout, p.Cluster, p.Slice) }

// PlacementKey is the key of the placement of a cluster, or of a slice of it.
func PlacementKey(layout, cluster, slice string) string {
	if slice == "" {
		return layout + "/" + cluster
	}
	return layout + "/" + cluster + "/" + slice
}
