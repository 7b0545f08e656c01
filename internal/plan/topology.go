package plan

// Team is a group of people who own things.
type Team struct {
	ID      string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name    string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Contact string `json:"contact,omitempty" jsonschema:"maxLength=200"`
}

// Environment is a step of promotion; the table's order is the order of promotion.
type Environment struct {
	ID   string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Tier Tier   `json:"tier,omitempty"`
}

// Zone is a part of the network within which everything reaches everything.
type Zone struct {
	ID   string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	// Internet marks the zone in which public services (SaaS) live.
	Internet bool   `json:"internet,omitempty"`
	Note     string `json:"note,omitempty" jsonschema:"maxLength=2000" form:"long"`
}

// Link lets what is in From open connections (or carry data) to To. Without a
// link nothing passes: an agent that dials out needs one too.
type Link struct {
	ID   string   `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	From string   `json:"from" jsonschema:"required" ref:"zones,owner"`
	To   string   `json:"to" jsonschema:"required" ref:"zones,owner"`
	Kind LinkKind `json:"kind" jsonschema:"required"`
	// DelayMinutes is how long data waits on a mirror or on media.
	DelayMinutes float64 `json:"delayMinutes,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	Approver     string  `json:"approver,omitempty" ref:"teams"`
}

// Cluster is a Kubernetes cluster.
type Cluster struct {
	ID          string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name        string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Environment string `json:"environment,omitempty" ref:"environments"`
	Zone        string `json:"zone,omitempty" ref:"zones"`
	Region      string `json:"region,omitempty" jsonschema:"maxLength=120"`
	Team        string `json:"team,omitempty" ref:"teams"`
	Kubernetes  string `json:"kubernetes,omitempty" jsonschema:"maxLength=40" jsonschema_description:"Kubernetes version, such as 1.34."`
	Server      string `json:"server,omitempty" jsonschema:"maxLength=300" jsonschema_description:"URL of the cluster's API server."`
	SpareCPU    int    `json:"spareCpuMilli,omitempty" jsonschema:"minimum=0,maximum=100000000"`
	SpareMemory int    `json:"spareMemoryMi,omitempty" jsonschema:"minimum=0,maximum=1000000000"`
}

// Slice is a part of a cluster that several teams or instances share. A
// cluster without slices is one slice, the whole of it.
type Slice struct {
	ID         string   `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name       string   `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Cluster    string   `json:"cluster" jsonschema:"required" ref:"clusters,owner"`
	Namespaces []string `json:"namespaces,omitempty" jsonschema:"maxItems=500"`
	Project    string   `json:"project,omitempty" jsonschema:"maxLength=120"`
	Team       string   `json:"team,omitempty" ref:"teams"`
}

// Service is something a team ships.
type Service struct {
	ID          string  `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name        string  `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Team        string  `json:"team,omitempty" ref:"teams"`
	Criticality int     `json:"criticality,omitempty" jsonschema:"minimum=0,maximum=5" jsonschema_description:"1 (may wait) to 5 (the business stops); 3 unless set. It weighs the service's applications."`
	Deploys     float64 `json:"deploysPerWeek,omitempty" jsonschema:"minimum=0,maximum=10000"`
	Pipeline    string  `json:"pipeline,omitempty" ref:"pipelines"`
	Repository  string  `json:"repository,omitempty" ref:"repositories"`
	Image       string  `json:"image,omitempty" jsonschema:"maxLength=300"`
	Traits      Traits  `json:"traits,omitzero"`
}

// Traits decide which way of rolling out suits a service.
type Traits struct {
	Replicas       int     `json:"replicas,omitempty" jsonschema:"minimum=0,maximum=100000"`
	StartSeconds   float64 `json:"startSeconds,omitempty" jsonschema:"minimum=0,maximum=86400"`
	WarmSeconds    float64 `json:"warmSeconds,omitempty" jsonschema:"minimum=0,maximum=86400"`
	StopSeconds    float64 `json:"stopSeconds,omitempty" jsonschema:"minimum=0,maximum=86400" jsonschema_description:"From the end of a replica's traffic until it is gone."`
	WarmUp         WarmUp  `json:"warmUp,omitempty" jsonschema_description:"What spares users the replicas that still answer slowly; nothing unless set."`
	Requests       float64 `json:"requestsPerSecond,omitempty" jsonschema:"minimum=0,maximum=100000000"`
	Load           float64 `json:"loadPercent,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"How far that traffic uses the wanted replicas."`
	CPU            int     `json:"cpuMilli,omitempty" jsonschema:"minimum=0,maximum=1000000" jsonschema_description:"CPU that a replica asks for."`
	Memory         int     `json:"memoryMi,omitempty" jsonschema:"minimum=0,maximum=100000000" jsonschema_description:"Memory that a replica asks for."`
	Alone          bool    `json:"alone,omitempty" jsonschema_description:"Old and new version cannot run side by side."`
	Stateful       bool    `json:"stateful,omitempty"`
	TrafficControl bool    `json:"trafficControl,omitempty"`
	Router         Router  `json:"router,omitempty" jsonschema_description:"What splits its traffic, where that is known."`
	OnlyProduction bool    `json:"onlyProduction,omitempty" jsonschema_description:"It can be tried in production only."`
	ErrorBudget    float64 `json:"errorBudgetPercent,omitempty" jsonschema:"minimum=0,maximum=100"`
}

// Splits tells that something splits the service's users by weight.
func (t Traits) Splits() bool { return t.TrafficControl || t.Router != "" }

// Weight is the service's criticality, 3 unless set. Unit: none.
func (s Service) Weight() float64 {
	if s.Criticality == 0 {
		return 3
	}
	return float64(s.Criticality)
}

// Application is a service's presence in one cluster, as Argo CD would have it.
type Application struct {
	ID             string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name           string `json:"name" jsonschema:"required,minLength=1,maxLength=253"`
	Service        string `json:"service,omitempty" ref:"services,owner"`
	Cluster        string `json:"cluster,omitempty" ref:"clusters"`
	Slice          string `json:"slice,omitempty" ref:"slices"`
	Namespace      string `json:"namespace,omitempty" jsonschema:"maxLength=63"`
	Project        string `json:"project,omitempty" jsonschema:"maxLength=120"`
	ApplicationSet string `json:"applicationSet,omitempty" jsonschema:"maxLength=253"`
}

// Repository is a Git, Helm or OCI repository.
type Repository struct {
	ID   string         `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name string         `json:"name" jsonschema:"required,minLength=1,maxLength=200"`
	Kind RepositoryKind `json:"kind,omitempty"`
	URL  string         `json:"url,omitempty" jsonschema:"maxLength=300"`
	Zone string         `json:"zone,omitempty" ref:"zones"`
	Team string         `json:"team,omitempty" ref:"teams"`
}

// Registry is an image registry; Mirrors names the one it is filled from.
type Registry struct {
	ID      string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name    string `json:"name" jsonschema:"required,minLength=1,maxLength=200"`
	URL     string `json:"url,omitempty" jsonschema:"maxLength=300"`
	Zone    string `json:"zone,omitempty" ref:"zones"`
	Mirrors string `json:"mirrors,omitempty" ref:"registries"`
	Team    string `json:"team,omitempty" ref:"teams"`
}

func (t Team) Key() string        { return t.ID }
func (e Environment) Key() string { return e.ID }
func (z Zone) Key() string        { return z.ID }
func (l Link) Key() string        { return l.ID }
func (c Cluster) Key() string     { return c.ID }
func (s Slice) Key() string       { return s.ID }
func (s Service) Key() string     { return s.ID }
func (a Application) Key() string { return a.ID }
func (r Repository) Key() string  { return r.ID }
func (r Registry) Key() string    { return r.ID }
