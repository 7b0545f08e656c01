package catalog

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Unknown is the value of a fact that no source was seen for.
const Unknown = "unknown"

// Text is a sentence of the catalogue in both languages; both are empty where
// a fact's value says everything.
type Text struct {
	EN string `yaml:"en" json:"en,omitempty"`
	KO string `yaml:"ko" json:"ko,omitempty"`
}

// In gives the text in a language, "ko" or (any other word) English.
func (t Text) In(lang string) string {
	if lang == "ko" {
		return t.KO
	}
	return t.EN
}

// Fact is one thing known about a tool. Value is a word of the list in
// ToolVocabulary, Note what stands behind it.
type Fact struct {
	Value   string           `json:"value"`
	Note    Text             `json:"note,omitzero"`
	Sources []verdict.Source `json:"sources,omitempty"`
	// Unverified says that the fact rests, in part or whole, on general
	// knowledge or on Deckplan's own classification. An unknown fact is not
	// unverified: nothing is claimed.
	Unverified bool `json:"unverified,omitempty"`
	// Ours says that the plan's own finding stands here; Was is the value of the
	// catalogue that it took the place of.
	Ours bool   `json:"ours,omitempty"`
	Was  string `json:"was,omitempty"`
}

// Known says whether anything is claimed.
func (f Fact) Known() bool { return f.Value != "" && f.Value != Unknown }

// Ability says how a tool takes part in a stage.
type Ability string

const (
	DoesIt       Ability = "yes"          // by itself
	Orchestrates Ability = "orchestrates" // calls whatever builds or deploys
	Limited      Ability = "limited"      // some of it, as the note says
	DoesNot      Ability = "no"
)

// Licence is the fact on a tool's terms of use; its Value is the kind.
type Licence struct {
	Fact
	Terms string `json:"terms"` // SPDX identifier, or a few words
}

// Maintenance is the fact on who keeps a tool going; its Value is the status.
type Maintenance struct {
	Fact
	AsOf string `json:"asOf,omitempty"` // date of the newest sign of life read; empty where none was
	// Commits on the default branch in the year before the catalogue was
	// compiled, bots included; nil where they were not counted.
	Commits *int `json:"commits,omitempty"`
}

// ToolSecurity are the facts a security policy asks for.
type ToolSecurity struct {
	RBAC, SSO, Identity, Provenance, Secrets Fact
}

// ToolReferences say what help exists. Star counts are left out on purpose:
// fame is not a criterion.
type ToolReferences struct {
	Foundation, Docs Fact
}

// Turn is the end of a project as it was known: archived, renamed or continued
// elsewhere since Date, with what stands in its place now.
type Turn struct {
	Kind    string           `json:"kind"`
	Date    string           `json:"date"`
	Now     []string         `json:"now,omitempty"`
	Note    Text             `json:"note"`
	Sources []verdict.Source `json:"sources"`
}

// Tool is a tool of the catalogue.
type Tool struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	InArticle bool   `json:"inArticle,omitempty"` // named in the source article
	Category  string `json:"category"`

	SourceBuild    Fact           `json:"sourceBuild"`
	ContainerBuild Fact           `json:"containerBuild"`
	Deploy         Fact           `json:"deploy"`
	Hosting        Fact           `json:"hosting"`
	AirGapped      Fact           `json:"airGapped"`
	Daemon         Fact           `json:"daemon"`   // needed to build container images
	Rootless       Fact           `json:"rootless"` // of building container images
	Licence        Licence        `json:"licence"`
	Maintenance    Maintenance    `json:"maintenance"`
	Security       ToolSecurity   `json:"security"`
	References     ToolReferences `json:"references"`

	Turned   *Turn  `json:"turned,omitempty"` // nil while the project goes on as before
	Homepage string `json:"homepage"`
	Notes    []Fact `json:"notes,omitempty"` // Value is empty
}

// Does gives a tool's ability in a stage; it is empty for the kinds of stage
// that the catalogue says nothing about.
func (t Tool) Does(kind plan.StageKind) Ability {
	switch kind {
	case plan.SourceBuild:
		return Ability(t.SourceBuild.Value)
	case plan.ContainerBuild:
		return Ability(t.ContainerBuild.Value)
	case plan.Deploy:
		return Ability(t.Deploy.Value)
	}
	return ""
}

// NamedFact is a fact with the name of its message, tool.fact.Name; the words
// its value may take are translated by tool.Vocabulary.Value.
type NamedFact struct {
	Name, Vocabulary string
	Fact             Fact
}

// each names a tool's facts in display order, notes left out.
func (t *Tool) each() []factOf {
	return []factOf{
		{"source_build", "ability", &t.SourceBuild}, {"container_build", "ability", &t.ContainerBuild}, {"deploy", "ability", &t.Deploy},
		{"hosting", "hosting", &t.Hosting}, {"airgapped", "airgapped", &t.AirGapped},
		{"daemon", "daemon", &t.Daemon}, {"rootless", "rootless", &t.Rootless},
		{"licence", "licence", &t.Licence.Fact}, {"maintenance", "maintenance", &t.Maintenance.Fact},
		{"rbac", "support", &t.Security.RBAC}, {"sso", "support", &t.Security.SSO}, {"identity", "support", &t.Security.Identity},
		{"provenance", "support", &t.Security.Provenance}, {"secrets", "support", &t.Security.Secrets},
		{"foundation", "foundation", &t.References.Foundation}, {"docs", "docs", &t.References.Docs},
	}
}

// Facts lists a tool's facts in display order, notes left out.
func (t Tool) Facts() []NamedFact { return named(t.each()) }

// Ended says that the project is archived or goes on elsewhere.
func (t Tool) Ended() bool { return ended(t.Maintenance.Fact) }

// ToolVocabulary gives the words that facts of a kind may take, in display
// order. Each has the message tool.<kind>.<word>.
func ToolVocabulary(kind string) []string { return slices.Clone(vocabulary[kind]) }

var vocabulary = map[string][]string{
	"category":    {"integrated", "ci", "cd", "progressive", "builder", "runtime"},
	"ability":     plan.FactWords("deploy"),
	"hosting":     plan.FactWords("hosting"),
	"airgapped":   plan.FactWords("airgapped"),
	"daemon":      plan.FactWords("daemon"),
	"rootless":    plan.FactWords("rootless"),
	"licence":     plan.FactWords("licence"),
	"maintenance": plan.FactWords("maintenance"),
	"support":     plan.FactWords("secrets"),
	"foundation":  plan.FactWords("foundation"),
	"docs":        plan.FactWords("docs"),
	"privileges":  plan.FactWords("privileges"),
	"cache":       plan.FactWords("cache"),
	"platforms":   plan.FactWords("platforms"),
	"input":       plan.FactWords("input"),
	"login":       plan.FactWords("login"),
	"turn":        {"archived", "renamed", "continued_elsewhere"},
	"group":       {"integrated", "ci", "cd"},
	"network":     {"online", "offline"},
}

// ArticleRow is a line of the source article's own table of tools, with what
// today's facts add to it.
type ArticleRow struct {
	Group   string `json:"group"` // integrated, ci or cd
	Tool    string `json:"tool"`
	Network string `json:"network"` // online or offline
	Today   Text   `json:"today"`
}

//go:embed data/tools.yaml
var toolsYAML []byte

type toolFacts struct {
	asOf    string
	tools   []Tool
	byID    map[string]int
	article []ArticleRow
}

// allTools decodes the embedded facts once. It panics on a malformed file,
// which is a fault of the build that the package's tests find.
var allTools = sync.OnceValue(func() toolFacts {
	f, err := decodeTools(toolsYAML)
	if err != nil {
		panic(err)
	}
	return f
})

// Tools lists the catalogue's tools, those of the source article first among
// each other. The facts inside are shared: they are to be read only.
func Tools() []Tool { return slices.Clone(allTools().tools) }

// ToolByID gives a tool by its identifier.
func ToolByID(id string) (Tool, bool) {
	f := allTools()
	i, ok := f.byID[id]
	if !ok {
		return Tool{}, false
	}
	return f.tools[i], true
}

// ToolsAsOf is the date on which the facts about tools were read, unless a
// fact's source has its own.
func ToolsAsOf() string { return allTools().asOf }

// ArticleTable is the source article's table of tools.
func ArticleTable() []ArticleRow { return slices.Clone(allTools().article) }

func decodeTools(text []byte) (toolFacts, error) {
	var file toolsFile
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return toolFacts{}, fmt.Errorf("catalogue of tools: %w", err)
	}
	out := toolFacts{asOf: file.AsOf, byID: map[string]int{}}
	for _, raw := range file.Tools {
		r := resolver{file: &file, tool: raw.ID, home: raw.Homepage}
		t := r.resolve(raw)
		if r.err != nil {
			return toolFacts{}, fmt.Errorf("catalogue of tools: %w", r.err)
		}
		if _, twice := out.byID[t.ID]; twice || t.ID == "" {
			return toolFacts{}, fmt.Errorf("catalogue of tools: identifier %q is missing or listed twice", t.ID)
		}
		out.byID[t.ID] = len(out.tools)
		out.tools = append(out.tools, t)
	}
	for _, a := range file.Article {
		if _, ok := out.byID[a.Tool]; !ok || !slices.Contains(vocabulary["group"], a.Group) || !slices.Contains(vocabulary["network"], a.Network) {
			return toolFacts{}, fmt.Errorf("catalogue of tools: the article's row %+v does not fit", a)
		}
		out.article = append(out.article, ArticleRow{a.Group, a.Tool, a.Network, a.Text})
	}
	return out, nil
}
