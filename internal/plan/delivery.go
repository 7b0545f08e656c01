package plan

import (
	"encoding"
	"strings"
)

// Installation is one running copy of a tool: two Jenkins controllers are two
// installations, and so is each Argo CD instance that exists.
type Installation struct {
	ID      string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name    string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Tool    string `json:"tool,omitempty" jsonschema:"maxLength=80" form:"tool" jsonschema_description:"Identifier of the tool in the catalogue, or any other name."`
	Version string `json:"version,omitempty" jsonschema:"maxLength=40"`
	Zone    string `json:"zone,omitempty" ref:"zones"`
	Host    string `json:"host,omitempty" ref:"clusters"`
	Team    string `json:"team,omitempty" ref:"teams" jsonschema_description:"The team that operates it."`
	SaaS    bool   `json:"saas,omitempty"`
	URL     string `json:"url,omitempty" jsonschema:"maxLength=300" jsonschema_description:"Address of its page and API."`
}

// Pipeline is a chain of stages from a commit to a running service.
type Pipeline struct {
	ID   string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Note string `json:"note,omitempty" jsonschema:"maxLength=2000" form:"long"`
}

// Stage is one step of a pipeline. Accountable is a list so that the rule
// "exactly one" can be broken and found.
type Stage struct {
	ID           string       `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Pipeline     string       `json:"pipeline" jsonschema:"required" ref:"pipelines,owner"`
	Name         string       `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Kind         StageKind    `json:"kind" jsonschema:"required"`
	Installation string       `json:"installation,omitempty" ref:"installations"`
	Builder      string       `json:"builder,omitempty" jsonschema:"maxLength=80" form:"tool" jsonschema_description:"What builds the image when the installation only calls it, such as docker_build or buildah."`
	Accountable  []string     `json:"accountable,omitempty" ref:"teams" jsonschema:"maxItems=50"`
	Responsible  []string     `json:"responsible,omitempty" ref:"teams" jsonschema:"maxItems=50"`
	Consulted    []string     `json:"consulted,omitempty" ref:"teams" jsonschema:"maxItems=50"`
	Informed     []string     `json:"informed,omitempty" ref:"teams" jsonschema:"maxItems=50"`
	Trigger      Trigger      `json:"trigger,omitempty"`
	After        []string     `json:"after,omitempty" ref:"stages" jsonschema:"maxItems=50" jsonschema_description:"Stages whose end leads to this one."`
	Minutes      float64      `json:"minutes,omitempty" jsonschema:"minimum=0,maximum=100000"`
	WaitMinutes  float64      `json:"waitMinutes,omitempty" jsonschema:"minimum=0,maximum=1000000" jsonschema_description:"Usual wait before the stage begins, approval not counted."`
	Credentials  []Credential `json:"credentials,omitempty" jsonschema:"maxItems=100"`
	Approval     Approval     `json:"approval,omitzero"`
	File         string       `json:"file,omitempty" jsonschema:"maxLength=300" jsonschema_description:"The file in the repository that defines the stage, such as .gitlab-ci.yml."`
}

// Approval is a person's consent before a stage; there is none when Role is empty.
type Approval struct {
	Role        string  `json:"role,omitempty" jsonschema:"maxLength=120"`
	Team        string  `json:"team,omitempty" ref:"teams" jsonschema_description:"The team that the role belongs to, where it is known."`
	MandatedBy  string  `json:"mandatedBy,omitempty" jsonschema:"maxLength=200" jsonschema_description:"The rule or body that demands it; a wait nobody mandates is a wait that could go."`
	Window      string  `json:"window,omitempty" jsonschema:"maxLength=200"`
	WaitMinutes float64 `json:"waitMinutes,omitempty" jsonschema:"minimum=0,maximum=1000000"`
}

// Credential is a right a stage holds: what it may do, and how far that
// reaches. Its text is kind@scope, such as registry-push@harbor.
type Credential struct{ Kind, Scope string }

var (
	_ encoding.TextMarshaler   = Credential{}
	_ encoding.TextUnmarshaler = (*Credential)(nil)
)

// CredentialKinds is the vocabulary the analyses know; any other word is kept.
var CredentialKinds = []string{"source-read", "source-write", "config-repo-write", "registry-push",
	"registry-pull", "sign", "cluster-deploy", "cluster-admin", "secrets-read"}

// MarshalText writes kind@scope.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads kind@scope; the scope may be missing.
func (c *Credential) UnmarshalText(b []byte) error {
	kind, scope, _ := strings.Cut(string(b), "@")
	c.Kind, c.Scope = strings.TrimSpace(kind), strings.TrimSpace(scope)
	return nil
}

func (c Credential) String() string {
	if c.Scope == "" {
		return c.Kind
	}
	return c.Kind + "@" + c.Scope
}

func (i Installation) Key() string { return i.ID }
func (p Pipeline) Key() string     { return p.ID }
func (s Stage) Key() string        { return s.ID }
