package catalog

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
)

// Builder is a way to build container images: one form in which a tool of the
// catalogue is run, such as rootless, or one fork of it.
type Builder struct {
	ID, Name, Tool string

	Daemon, Rootless Fact
	Privileges       Fact // what a pod of an ordinary cluster must allow
	Cache            Fact // where layers can be kept between builds
	Platforms        Fact // images for several platforms
	Provenance       Fact
	Maintenance      Fact
	Input            Fact // a Dockerfile or the source alone
	Login            Fact // where registry credentials are taken from

	Turned *Turn // of the tool

	own map[string]bool // facts that are the form's and not the tool's
}

// each names a builder's facts in display order.
func (b *Builder) each() []factOf {
	return []factOf{{"daemon", "daemon", &b.Daemon}, {"rootless", "rootless", &b.Rootless}, {"privileges", "privileges", &b.Privileges},
		{"cache", "cache", &b.Cache}, {"platforms", "platforms", &b.Platforms}, {"provenance", "support", &b.Provenance},
		{"input", "input", &b.Input}, {"login", "login", &b.Login}, {"maintenance", "maintenance", &b.Maintenance}}
}

// Facts lists a builder's facts in display order.
func (b Builder) Facts() []NamedFact { return named(b.each()) }

// Ended says that the project is archived or goes on elsewhere.
func (b Builder) Ended() bool { return ended(b.Maintenance) }

// Daemonless says that it is known to need no daemon.
func (b Builder) Daemonless() bool { return b.Daemon.Value == "not_required" }

//go:embed data/builders.yaml
var buildersYAML []byte

// allBuilders panics where the embedded file is wrong, which a test finds first.
var allBuilders = sync.OnceValue(func() []Builder {
	all, err := decodeBuilders(buildersYAML)
	if err != nil {
		panic(err)
	}
	return all
})

// BuildersIn lists the ways to build images as a plan knows them: its own facts
// about a builder stand in place of the catalogue's, and those about the tool it
// is a form of where it has no fact of its own. The facts inside are shared: they are to be read only.
func BuildersIn(p *plan.Plan) []Builder {
	all := slices.Clone(allBuilders())
	for i := range all {
		b := &all[i]
		overrideFacts(slices.DeleteFunc(b.each(), func(f factOf) bool { return b.own[f.name] && b.ID != b.Tool }), p, b.Tool)
		overrideFacts(b.each(), p, b.ID)
	}
	return all
}

func decodeBuilders(text []byte) ([]Builder, error) {
	var file struct {
		AsOf     string               `yaml:"as_of"`
		Sources  map[string]rawSource `yaml:"sources"`
		Builders []struct {
			ID, Name, Tool                                                    string
			Daemon, Rootless, Privileges, Cache, Platforms, Provenance, Input rawFact
			Login, Maintenance                                                rawFact
		}
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("catalogue of builders: %w", err)
	}
	r := resolver{file: &toolsFile{AsOf: file.AsOf, Sources: file.Sources}}
	var out []Builder
	for _, raw := range file.Builders {
		r.tool = raw.ID
		t, ok := ToolByID(raw.Tool)
		if !ok || raw.ID == "" || slices.ContainsFunc(out, func(b Builder) bool { return b.ID == raw.ID }) {
			r.fail("it is a form of no tool, or listed twice")
		}
		own := map[string]bool{}
		fact := func(name, words string, f rawFact) Fact {
			own[name] = true
			return r.fact(words, f)
		}
		// or takes the tool's fact where the form has none of its own.
		or := func(name, words string, f rawFact, tool Fact) Fact {
			if f.Value == "" {
				return tool
			}
			return fact(name, words, f)
		}
		out = append(out, Builder{ID: raw.ID, Name: raw.Name, Tool: raw.Tool, Turned: t.Turned, own: own,
			Daemon: or("daemon", "daemon", raw.Daemon, t.Daemon), Rootless: or("rootless", "rootless", raw.Rootless, t.Rootless),
			Privileges: fact("privileges", "privileges", raw.Privileges), Cache: fact("cache", "cache", raw.Cache), Platforms: fact("platforms", "platforms", raw.Platforms),
			Provenance: or("provenance", "support", raw.Provenance, t.Security.Provenance), Maintenance: or("maintenance", "maintenance", raw.Maintenance, t.Maintenance.Fact),
			Input: fact("input", "input", raw.Input), Login: fact("login", "login", raw.Login)})
	}
	if r.err != nil {
		return nil, fmt.Errorf("catalogue of builders: %w", r.err)
	}
	return out, nil
}
