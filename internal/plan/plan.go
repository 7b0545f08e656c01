// Package plan is the document that Deckplan's users write: teams, clusters,
// services, tools, pipelines, Argo CD layouts, tool matrices and what they
// assume. A plan is a value. In a file it is YAML, in the database JSON, in Go
// the struct tree below; it is a set of tables whose rows name each other by
// generated, stable identifiers, so one mechanism edits, checks, undoes,
// imports and shows all of them (see Kind, Edit and Change).
//
// Nothing here reads a clock, a file or a database, and nothing here makes a
// sentence: problems and summaries are message ids with arguments, worded
// where they are shown.
package plan

// Schema is the version of the document that this program writes.
const Schema = 1

// Plan is the whole document. The order of a table's rows is the users' own;
// for environments it is also the order of promotion.
type Plan struct {
	Schema        int            `json:"schema" jsonschema:"required,minimum=1,maximum=1" jsonschema_description:"Version of this document's own format."`
	About         About          `json:"about" jsonschema:"required"`
	Teams         []Team         `json:"teams,omitempty" jsonschema:"maxItems=2000"`
	Environments  []Environment  `json:"environments,omitempty" jsonschema:"maxItems=200"`
	Zones         []Zone         `json:"zones,omitempty" jsonschema:"maxItems=1000"`
	Links         []Link         `json:"links,omitempty" jsonschema:"maxItems=10000"`
	Clusters      []Cluster      `json:"clusters,omitempty" jsonschema:"maxItems=5000"`
	Slices        []Slice        `json:"slices,omitempty" jsonschema:"maxItems=20000"`
	Repositories  []Repository   `json:"repositories,omitempty" jsonschema:"maxItems=50000"`
	Registries    []Registry     `json:"registries,omitempty" jsonschema:"maxItems=2000"`
	Installations []Installation `json:"installations,omitempty" jsonschema:"maxItems=5000"`
	Pipelines     []Pipeline     `json:"pipelines,omitempty" jsonschema:"maxItems=5000"`
	Stages        []Stage        `json:"stages,omitempty" jsonschema:"maxItems=50000"`
	Services      []Service      `json:"services,omitempty" jsonschema:"maxItems=50000"`
	Applications  []Application  `json:"applications,omitempty" jsonschema:"maxItems=100000"`
	Layouts       []Layout       `json:"layouts,omitempty" jsonschema:"maxItems=200"`
	Instances     []Instance     `json:"instances,omitempty" jsonschema:"maxItems=20000"`
	Placements    []Placement    `json:"placements,omitempty" jsonschema:"maxItems=200000"`
	Matrices      []Matrix       `json:"matrices,omitempty" jsonschema:"maxItems=200"`
	Criteria      []Criterion    `json:"criteria,omitempty" jsonschema:"maxItems=5000"`
	Candidates    []Candidate    `json:"candidates,omitempty" jsonschema:"maxItems=10000"`
	Scores        []Score        `json:"scores,omitempty" jsonschema:"maxItems=400000"`
	Judgements    []Judgement    `json:"judgements,omitempty" jsonschema:"maxItems=50000"`
	Comparisons   []Comparison   `json:"comparisons,omitempty" jsonschema:"maxItems=200000"`
	Stacks        []Stack        `json:"stacks,omitempty" jsonschema:"maxItems=100"`
	ToolFacts     []ToolFact     `json:"toolFacts,omitempty" jsonschema:"maxItems=5000"`
	Strategies    []Strategy     `json:"strategies,omitempty" jsonschema:"maxItems=50000"`
	Assumptions   []Assumption   `json:"assumptions,omitempty" jsonschema:"maxItems=1000"`
	Steps         []Step         `json:"steps,omitempty" jsonschema:"maxItems=5000"`
	LiveMatches   []LiveMatch    `json:"liveMatches,omitempty" jsonschema:"maxItems=5000"`
	Intended      []Intended     `json:"intended,omitempty" jsonschema:"maxItems=20000"`
}

// About is what the plan says of itself, with the rules its team has set.
type About struct {
	Name     string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Scenario string `json:"scenario,omitempty" jsonschema:"maxLength=60" jsonschema_description:"Which alternative this is, such as as-is or to-be A."`
	Purpose  string `json:"purpose,omitempty" jsonschema:"maxLength=4000" form:"long"`
	Currency string `json:"currency,omitempty" jsonschema:"maxLength=8" jsonschema_description:"Currency of every price in the plan, USD unless set."`
	// Zone is where Deckplan itself runs; it reads Argo CD's state from there.
	Zone string `json:"zone,omitempty" ref:"zones"`
	// Layout is the one that is to be, or is, in force: it is held against what
	// Argo CD runs.
	Layout string `json:"layout,omitempty" ref:"layouts"`
	// OneToolTeams is the number of owning teams from which an integrated
	// pipeline is worth a warning; 2 unless set.
	OneToolTeams int       `json:"oneToolTeams,omitempty" jsonschema:"minimum=0,maximum=50"`
	Rules        Rules     `json:"rules,omitzero"`
	Tools        ToolRules `json:"tools,omitzero"`
}

// Key makes About the one row of its own table.
func (About) Key() string { return "about" }

// Rules are what a team demands of every Argo CD layout.
type Rules struct {
	// MixEnvironments permits one instance to deliver to several environments.
	MixEnvironments bool     `json:"mixEnvironments,omitempty"`
	ApartZones      bool     `json:"apartZones,omitempty"`
	ApartTeams      bool     `json:"apartTeams,omitempty"`
	Hosts           []string `json:"hosts,omitempty" ref:"clusters" jsonschema:"maxItems=5000" jsonschema_description:"Clusters on which an Argo CD instance may run; any when empty."`
	MaxInstances    int      `json:"maxInstances,omitempty" jsonschema:"minimum=0,maximum=20000"`
	MaxRadius       float64  `json:"maxRadiusPercent,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"Largest delivery radius allowed, in percent; no limit when 0."`
}

// CurrencyOr gives the plan's currency code.
func (a About) CurrencyOr() string {
	if a.Currency == "" {
		return "USD"
	}
	return a.Currency
}

// OneToolLimit gives the number of owning teams from which an integrated
// pipeline is questioned.
func (a About) OneToolLimit() int {
	if a.OneToolTeams == 0 {
		return 2
	}
	return a.OneToolTeams
}

// Assumption overrides one figure of the catalogue, by its name there.
type Assumption struct {
	ID    string  `json:"id" jsonschema:"required,minLength=1,maxLength=80" jsonschema_description:"Name of the figure, such as instance_base_failures."`
	Value float64 `json:"value" jsonschema:"required,minimum=0,maximum=1000000000"`
	Note  string  `json:"note,omitempty" jsonschema:"maxLength=2000"`
}

// Key is the figure's name.
func (a Assumption) Key() string { return a.ID }

// Strategy is the way a service is rolled out in an environment.
type Strategy struct {
	ID          string  `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Service     string  `json:"service" jsonschema:"required" ref:"services,owner"`
	Environment string  `json:"environment,omitempty" ref:"environments"`
	Choice      Rollout `json:"choice" jsonschema:"required"`
	Segment     Segment `json:"segment,omitempty" jsonschema_description:"What a canary's first users are chosen by; by chance unless set."`
	Reason      string  `json:"reason,omitempty" jsonschema:"maxLength=2000" form:"long"`
}

// Key is the row's identifier.
func (s Strategy) Key() string { return s.ID }

// Step is one reversible move of the roadmap from as-is to to-be. Kind is what
// it does to an Argo CD layout; a step of another matter has none.
type Step struct {
	ID        string   `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name      string   `json:"name" jsonschema:"required,minLength=1,maxLength=200"`
	Kind      StepKind `json:"kind,omitempty"`
	Team      string   `json:"team,omitempty" ref:"teams"`
	Clusters  []string `json:"clusters,omitempty" ref:"clusters" jsonschema:"maxItems=5000" jsonschema_description:"Clusters whose delivery the step changes."`
	After     []string `json:"after,omitempty" ref:"steps" jsonschema:"maxItems=100"`
	Risk      string   `json:"risk,omitempty" jsonschema:"maxLength=2000" form:"long"`
	WayBack   string   `json:"wayBack,omitempty" jsonschema:"maxLength=2000" form:"long"`
	Checklist string   `json:"checklist,omitempty" jsonschema:"maxLength=8000" form:"long"`
	Done      bool     `json:"done,omitempty"`
}

// MaxSteps is the most steps a plan holds.
const MaxSteps = 5000

// Key is the row's identifier.
func (s Step) Key() string { return s.ID }
