package catalog

import (
	"fmt"
	"slices"

	"deckplan/internal/verdict"
)

// The shape of data/tools.yaml.
type (
	toolsFile struct {
		AsOf    string               `yaml:"as_of"`
		Sources map[string]rawSource `yaml:"sources"`
		Article []struct {
			Group, Tool, Network string
			Text                 `yaml:",inline"`
		}
		Tools []rawTool
	}
	rawSource struct {
		Title, URL, Kind, Confidence string
		AsOf                         string `yaml:"as_of"`
		Unverified                   bool
		Undated                      bool
	}
	rawFact struct {
		Value string
		Text  `yaml:",inline"`
		Src   []string
	}
	rawTool struct {
		ID, Name string
		Article  bool
		Category string
		Changed  *struct {
			Kind, Date string
			Now        []string
			Text       `yaml:",inline"`
			Src        []string
		}
		Stages struct {
			SourceBuild    rawFact `yaml:"source_build"`
			ContainerBuild rawFact `yaml:"container_build"`
			Deploy         rawFact
		}
		Hosting   rawFact
		AirGapped rawFact `yaml:"air_gapped"`
		Daemon    rawFact
		Rootless  rawFact
		Licence   struct {
			Kind, Terms string
			Text        `yaml:",inline"`
			Src         []string
		}
		Maintenance struct {
			Status  string
			AsOf    string `yaml:"as_of"`
			Commits *int
			Text    `yaml:",inline"`
			Src     []string
		}
		Security   struct{ RBAC, SSO, Identity, Provenance, Secrets rawFact }
		References struct{ Foundation, Docs rawFact }
		Homepage   string
		Notes      []rawFact
	}
)

// resolver turns a tool of the file into a Tool; err keeps the first fault.
type resolver struct {
	file *toolsFile
	tool string
	home string // the tool's home page, where measured facts lead
	err  error
}

func (r *resolver) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %s", r.tool, fmt.Sprintf(format, args...))
	}
}

// sources resolves source ids; unverified says that one of them is no source
// at all but general knowledge.
func (r *resolver) sources(ids []string) (out []verdict.Source, unverified bool) {
	for _, id := range ids {
		s, ok := r.file.Sources[id]
		if !ok {
			r.fail("source %s is not listed", id)
			return nil, false
		}
		v := verdict.Source{Title: s.Title, URL: s.URL, AsOf: s.AsOf, Kind: s.Kind, Confidence: s.Confidence}
		if v.URL == "" && v.Kind == "measured" && r.home != "" {
			v.URL = "https://" + r.home
		}
		if v.AsOf == "" && !s.Undated {
			v.AsOf = r.file.AsOf
		}
		if v.Kind == "" {
			v.Kind = "documented"
		}
		if v.Confidence == "" {
			v.Confidence = "high"
		}
		out = append(out, v)
		unverified = unverified || s.Unverified
	}
	return out, unverified
}

// fact resolves a fact whose value is a word of the vocabulary words; notes
// have none and pass "".
func (r *resolver) fact(words string, f rawFact) Fact {
	if !slices.Contains(vocabulary[words], f.Value) && (words != "" || f.Value != "") {
		r.fail("%q is no word of %s", f.Value, words)
	}
	out := Fact{Value: f.Value, Note: f.Text}
	out.Sources, out.Unverified = r.sources(f.Src)
	return out
}

// ability resolves a stage ability, which is our own classification where no
// source is named.
func (r *resolver) ability(f rawFact) Fact {
	if len(f.Src) == 0 {
		f.Src = []string{"OWN"}
	}
	return r.fact("ability", f)
}

func (r *resolver) resolve(raw rawTool) Tool {
	if !slices.Contains(vocabulary["category"], raw.Category) {
		r.fail("%q is no category", raw.Category)
	}
	t := Tool{ID: raw.ID, Name: raw.Name, InArticle: raw.Article, Category: raw.Category, Homepage: raw.Homepage,
		SourceBuild: r.ability(raw.Stages.SourceBuild), ContainerBuild: r.ability(raw.Stages.ContainerBuild), Deploy: r.ability(raw.Stages.Deploy),
		Hosting: r.fact("hosting", raw.Hosting), AirGapped: r.fact("airgapped", raw.AirGapped),
		Daemon: r.fact("daemon", raw.Daemon), Rootless: r.fact("rootless", raw.Rootless),
		Licence: Licence{r.fact("licence", rawFact{raw.Licence.Kind, raw.Licence.Text, raw.Licence.Src}), raw.Licence.Terms},
		Maintenance: Maintenance{r.fact("maintenance", rawFact{raw.Maintenance.Status, raw.Maintenance.Text, raw.Maintenance.Src}),
			raw.Maintenance.AsOf, raw.Maintenance.Commits},
		Security: ToolSecurity{r.fact("support", raw.Security.RBAC), r.fact("support", raw.Security.SSO), r.fact("support", raw.Security.Identity),
			r.fact("support", raw.Security.Provenance), r.fact("support", raw.Security.Secrets)},
		References: ToolReferences{r.fact("foundation", raw.References.Foundation), r.fact("docs", raw.References.Docs)},
	}
	for _, n := range raw.Notes {
		t.Notes = append(t.Notes, r.fact("", n))
	}
	if c := raw.Changed; c != nil {
		if !slices.Contains(vocabulary["turn"], c.Kind) {
			r.fail("%q is no kind of turn", c.Kind)
		}
		src, _ := r.sources(c.Src)
		t.Turned = &Turn{Kind: c.Kind, Date: c.Date, Now: c.Now, Note: c.Text, Sources: src}
	}
	return t
}
