package plan

// A choice is a string type with a fixed list of values. Values is the one
// place that lists them: the JSON Schema, the forms and the messages follow it.
type choice interface{ Values() []string }

type (
	// Tier groups environments by what depends on them.
	Tier string
	// LinkKind says how data passes a link.
	LinkKind string
	// RepositoryKind says what a repository holds.
	RepositoryKind string
	// StageKind says what a stage does.
	StageKind string
	// Trigger says what starts a stage.
	Trigger string
	// Mode says how an Argo CD instance reaches the clusters it delivers to.
	Mode string
	// MatrixPurpose says what a matrix's candidates are compared for.
	MatrixPurpose string
	// Gate is a demand that knocks a candidate out.
	Gate string
	// MatrixMethod says how a candidate's values become one figure.
	MatrixMethod string
	// Normalisation says how values of different criteria are made comparable.
	Normalisation string
	// Weighting says where a matrix's weights come from.
	Weighting string
	// Aggregate says what counts of several people's scores.
	Aggregate string
	// CriterionKind says what a criterion's values are.
	CriterionKind string
	// Direction says which values of a criterion are better.
	Direction string
	// Rollout is a deployment strategy.
	Rollout string
	// WarmUp is what spares users the replicas that are still cold.
	WarmUp string
	// Router is what splits users between two versions.
	Router string
	// Segment is what users of a canary are chosen by where it is not chance.
	Segment string
	// StepKind says what a step of the roadmap does to an Argo CD layout.
	StepKind string
)

const (
	Development Tier = "development"
	Staging     Tier = "staging"
	Production  Tier = "production"

	Online LinkKind = "online" // connections pass at once
	Mirror LinkKind = "mirror" // one-way copy, after a delay
	Media  LinkKind = "media"  // carried by hand, after a delay and an approval
	NoLink LinkKind = "none"   // known to be cut

	SourceRepository RepositoryKind = "source"
	ConfigRepository RepositoryKind = "config"
	HelmRepository   RepositoryKind = "helm"
	OCIRepository    RepositoryKind = "oci"

	SourceBuild    StageKind = "source_build"
	Test           StageKind = "test"
	Scan           StageKind = "scan"
	ContainerBuild StageKind = "container_build"
	Sign           StageKind = "sign"
	Publish        StageKind = "publish"
	ConfigUpdate   StageKind = "config_update"
	Deploy         StageKind = "deploy"
	Verify         StageKind = "verify"
	Own            StageKind = "own"

	OnPush          Trigger = "push"
	OnUpstream      Trigger = "upstream"
	OnSchedule      Trigger = "schedule"
	OnWebhook       Trigger = "webhook"
	OnRegistryEvent Trigger = "registry_event"
	OnGitPoll       Trigger = "git_poll"
	Manual          Trigger = "manual"

	Push            Mode = "push"
	AgentManaged    Mode = "agent_managed"    // own repo-server and redis on the cluster
	AgentShared     Mode = "agent_shared"     // managed, repo-server and redis of the principal
	AgentAutonomous Mode = "agent_autonomous" // the cluster carries on without its principal

	CompareIntegrated MatrixPurpose = "integrated"
	CompareCI         MatrixPurpose = "ci"
	CompareCD         MatrixPurpose = "cd"
	CompareBuilders   MatrixPurpose = "builder"
	CompareOwn        MatrixPurpose = "own"

	GateOffline    Gate = "offline"     // works without the internet
	GateDaemonless Gate = "daemonless"  // builds without a daemon
	GateRootless   Gate = "rootless"    // builds without root
	GateSelfHosted Gate = "self_hosted" // runs on one's own machines
	GateOpenSource Gate = "open_source"
	GateMaintained Gate = "maintained"

	WeightedSum     MatrixMethod = "weighted_sum"
	WeightedProduct MatrixMethod = "weighted_product"
	TOPSIS          MatrixMethod = "topsis"

	OnScale  Normalisation = "scale" // measured values onto the scale of scores, 1 to 5
	AsGiven  Normalisation = "none"
	MinMax   Normalisation = "min_max"
	ByMax    Normalisation = "max"
	BySum    Normalisation = "sum"
	ByVector Normalisation = "vector"

	ByPoints    Weighting = "points"
	ByJudgement Weighting = "pairwise"

	Mean   Aggregate = "mean"
	Median Aggregate = "median"

	Scored   CriterionKind = "score"
	Measured CriterionKind = "measured"

	Higher Direction = "higher"
	Lower  Direction = "lower"

	Recreate      Rollout = "recreate"
	RollingUpdate Rollout = "rolling_update"
	BlueGreen     Rollout = "blue_green"
	Canary        Rollout = "canary"

	WarmByRequests  WarmUp = "test_requests" // a replica is not ready before it is warm
	WarmBySlowStart WarmUp = "slow_start"    // a new replica gets few users at first

	GatewayAPI   Router = "gateway_api"
	Istio        Router = "istio"
	ALB          Router = "alb"
	NginxIngress Router = "nginx"

	ByHeader   Segment = "header"
	ByAddress  Segment = "address" // the client's IP address
	ByUser     Segment = "user"
	ByLanguage Segment = "language"

	InstallStep     StepKind = "install"     // new instances, on their hosts
	AdjustStep      StepKind = "adjust"      // settings of an instance that stays
	PrepareStep     StepKind = "prepare"     // projects, repositories, RBAC, SSO, cluster secrets
	MoveStep        StepKind = "move"        // clusters, or slices of them, from one instance to another
	CredentialsStep StepKind = "credentials" // the former instance's credentials, taken out
	RetireStep      StepKind = "retire"      // an instance that delivers nothing any more
)

func (Tier) Values() []string     { return []string{"development", "staging", "production"} }
func (LinkKind) Values() []string { return []string{"online", "mirror", "media", "none"} }
func (RepositoryKind) Values() []string {
	return []string{"source", "config", "helm", "oci"}
}
func (StageKind) Values() []string {
	return []string{"source_build", "test", "scan", "container_build", "sign", "publish", "config_update", "deploy", "verify", "own"}
}
func (Trigger) Values() []string {
	return []string{"push", "upstream", "schedule", "webhook", "registry_event", "git_poll", "manual"}
}
func (Mode) Values() []string {
	return []string{"push", "agent_managed", "agent_shared", "agent_autonomous"}
}
func (MatrixPurpose) Values() []string {
	return []string{"integrated", "ci", "cd", "builder", "own"}
}
func (Gate) Values() []string {
	return []string{"offline", "daemonless", "rootless", "self_hosted", "open_source", "maintained"}
}
func (MatrixMethod) Values() []string {
	return []string{"weighted_sum", "weighted_product", "topsis"}
}
func (Normalisation) Values() []string {
	return []string{"scale", "none", "min_max", "max", "sum", "vector"}
}
func (Weighting) Values() []string     { return []string{"points", "pairwise"} }
func (Aggregate) Values() []string     { return []string{"mean", "median"} }
func (CriterionKind) Values() []string { return []string{"score", "measured"} }
func (Direction) Values() []string     { return []string{"higher", "lower"} }
func (Rollout) Values() []string {
	return []string{"recreate", "rolling_update", "blue_green", "canary"}
}
func (WarmUp) Values() []string  { return []string{"test_requests", "slow_start"} }
func (Router) Values() []string  { return []string{"gateway_api", "istio", "alb", "nginx"} }
func (Segment) Values() []string { return []string{"header", "address", "user", "language"} }
func (StepKind) Values() []string {
	return []string{"install", "adjust", "prepare", "move", "credentials", "retire"}
}
