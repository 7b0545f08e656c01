package plan

import (
	"slices"
	"strings"
)

// ToolRules are what a team demands of every tool. Each sets a gate in every
// matrix, unless the matrix lifts it.
type ToolRules struct {
	NoDaemon   bool `json:"noDaemon,omitempty" jsonschema_description:"No image is built on a daemon that several builds share."`
	Rootless   bool `json:"rootless,omitempty" jsonschema_description:"Images are built without root."`
	SelfHosted bool `json:"selfHosted,omitempty" jsonschema_description:"Tools run on machines of one's own."`
	OpenSource bool `json:"openSource,omitempty"`
	Maintained bool `json:"maintained,omitempty" jsonschema_description:"No tool whose project is archived."`
}

// Gates lists the gates that the rules set, by the name of each rule.
func (r ToolRules) Gates() map[Gate]string {
	out := map[Gate]string{}
	for gate, rule := range map[Gate]struct {
		on   bool
		name string
	}{GateDaemonless: {r.NoDaemon, "noDaemon"}, GateRootless: {r.Rootless, "rootless"}, GateSelfHosted: {r.SelfHosted, "selfHosted"},
		GateOpenSource: {r.OpenSource, "openSource"}, GateMaintained: {r.Maintained, "maintained"}} {
		if rule.on {
			out[gate] = rule.name
		}
	}
	return out
}

// FactName names a fact about a tool.
type FactName string

// ToolFact is a team's own finding about a tool. It stands in place of the
// catalogue's, or fills in what the catalogue lacks.
type ToolFact struct {
	Tool   string   `json:"tool" jsonschema:"required,minLength=1,maxLength=120" form:"tool" jsonschema_description:"Identifier in the catalogue, or the name of a candidate that the catalogue lacks."`
	Fact   FactName `json:"fact" jsonschema:"required"`
	Value  string   `json:"value" jsonschema:"required,minLength=1,maxLength=40" jsonschema_description:"A word of the fact's own list, such as not_required for daemon."`
	Note   string   `json:"note,omitempty" jsonschema:"maxLength=2000" form:"long"`
	Source string   `json:"source" jsonschema:"required,minLength=1,maxLength=300" jsonschema_description:"Where it is seen: an address, a document, a trial of one's own."`
	Date   string   `json:"date" jsonschema:"required,maxLength=10,pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$" jsonschema_description:"When it was seen."`
}

// Key is made of what the fact is about, so that a tool has each once.
func (f ToolFact) Key() string { return f.Tool + "/" + string(f.Fact) }

const unknownWord = "unknown"

var (
	ability = []string{"yes", "orchestrates", "limited", "no", unknownWord}
	support = []string{"yes", "plugin", "partial", "no", unknownWord}
)

// facts lists the facts in display order, with the words each may take.
var facts = []struct {
	name  FactName
	words []string
}{
	{"source_build", ability}, {"container_build", ability}, {"deploy", ability},
	{"hosting", []string{"saas", "self_hosted", "both", "local", unknownWord}},
	{"airgapped", []string{"yes", "with_effort", "no", unknownWord}},
	{"daemon", []string{"required", "not_required", "depends", unknownWord}},
	{"rootless", []string{"yes", "with_effort", "limited", "not_applicable", unknownWord}},
	{"licence", []string{"open_source", "open_core", "proprietary", "mixed", unknownWord}},
	{"maintenance", []string{"active", "low", "minimal", "archived", "continued_elsewhere", unknownWord}},
	{"rbac", support}, {"sso", support}, {"identity", support}, {"provenance", support}, {"secrets", support},
	{"foundation", []string{"cncf_graduated", "cncf_incubating", "cncf_sandbox", "cdf", "none", unknownWord}},
	{"docs", []string{"very_broad", "broad", "medium", "small", unknownWord}},
	{"privileges", []string{"none", "root_in_container", "relaxed", "privileged", unknownWord}},
	{"cache", []string{"registry", "local", "no", unknownWord}},
	{"platforms", []string{"yes", "partial", "no", unknownWord}},
	{"input", []string{"dockerfile", "no_dockerfile", unknownWord}},
	{"login", []string{"config_file", "secret", "both", unknownWord}},
}

// Values lists the facts' names.
func (FactName) Values() (out []string) {
	for _, f := range facts {
		out = append(out, string(f.name))
	}
	return out
}

// FactWords lists the words that a fact may take.
func FactWords(name FactName) []string {
	for _, f := range facts {
		if f.name == name {
			return slices.Clone(f.words)
		}
	}
	return nil
}

// unread says of a fact whose value is no word of its list.
func (f ToolFact) unread() *Problem {
	words := FactWords(f.Fact)
	if words == nil || slices.Contains(words, f.Value) {
		return nil // a name that is wrong is told by the schema
	}
	return &Problem{Path: "toolFacts.value", ID: "plan.problem.fact_word", Args: map[string]any{"fact": string(f.Fact), "got": f.Value, "want": strings.Join(words, ", ")}}
}
