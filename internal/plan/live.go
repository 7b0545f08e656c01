package plan

// LiveMatch says which row of the plan something that runs is, where matching
// by address and name gets it wrong. A match that names no row says that the
// plan has none.
type LiveMatch struct {
	Kind MatchKind `json:"kind" jsonschema:"required"`
	// Live is the connected instance's name; of a cluster the address of its
	// API server, or INSTANCE/in-cluster for the one an instance runs on.
	Live     string `json:"live" jsonschema:"required,minLength=1,maxLength=400"`
	Instance string `json:"instance,omitempty" ref:"instances,owner"`
	Cluster  string `json:"cluster,omitempty" ref:"clusters,owner"`
}

// Key is made of what is matched, so that it is matched at most once.
func (m LiveMatch) Key() string { return string(m.Kind) + "/" + m.Live }

// Intended is a difference between the plan and what runs that is meant to be,
// until the date on which somebody looks again.
type Intended struct {
	Difference string `json:"difference" jsonschema:"required,minLength=1,maxLength=400" jsonschema_description:"Key of the difference, as the page of differences has it."`
	Name       string `json:"name" jsonschema:"required,minLength=1,maxLength=400" jsonschema_description:"The difference in words, as it was when it was marked."`
	Reason     string `json:"reason" jsonschema:"required,minLength=1,maxLength=2000" form:"long"`
	Until      string `json:"until" jsonschema:"required,pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$" jsonschema_description:"Date from which the difference counts again."`
	By         string `json:"by,omitempty" jsonschema:"maxLength=60"`
}

// Key is the difference's.
func (i Intended) Key() string { return i.Difference }

// MatchKind says what is matched.
type MatchKind string

// What can be matched.
const (
	MatchInstance MatchKind = "instance"
	MatchCluster  MatchKind = "cluster"
)

// Values lists the kinds.
func (MatchKind) Values() []string { return []string{"instance", "cluster"} }

// ChosenLayout is the key of the layout that is held against what runs: the one
// the plan names, or its only one; empty where there is none to tell.
func (p *Plan) ChosenLayout() string {
	if p.About.Layout == "" && len(p.Layouts) == 1 {
		return p.Layouts[0].ID
	}
	return p.About.Layout
}
