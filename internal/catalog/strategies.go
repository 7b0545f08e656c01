package catalog

import (
	_ "embed"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Router is what splits traffic by weight for Argo Rollouts.
type Router struct {
	Name    string
	Retired bool // gets no more releases
}

// SlowStart is where a new replica gets few users at first. Note is the
// message strategies.slow_start.note.* that tells its limit.
type SlowStart struct {
	Where, Setting, Note string
	Sources              []verdict.Source
}

// Setting is a field of a Deployment or a Rollout with its documented default.
// Note is the message strategies.setting.* that tells what to know of it.
type Setting struct {
	Of                   []plan.Rollout
	Field, Default, Note string
	Sources              []verdict.Source
}

//go:embed data/strategies.yaml
var strategiesYAML []byte

type strategyFacts struct {
	argocdFacts
	routers    []Router
	slowStarts []SlowStart
	settings   []Setting
}

// citation is where a statement of the file comes from.
type citation struct{ Source, Kind, Confidence string }

// strategies decodes the embedded facts once; it panics as argocd does.
var strategies = sync.OnceValue(func() strategyFacts {
	f, err := decodeArgoCD(strategiesYAML)
	if err != nil {
		panic(err)
	}
	var file struct {
		Routers    []Router
		Sources    map[string]string
		AsOf       string `yaml:"as_of"`
		SlowStarts []struct {
			Where, Setting, Note string
			From                 []citation
		} `yaml:"slow_starts"`
		Settings []struct {
			Of                   []plan.Rollout
			Field, Default, Note string
			From                 []citation
		}
	}
	if err := yaml.Unmarshal(strategiesYAML, &file); err != nil {
		panic(err)
	}
	out := strategyFacts{argocdFacts: f, routers: file.Routers}
	cite := func(from []citation) (all []verdict.Source) {
		for _, c := range from {
			title, ok := file.Sources[c.Source]
			if !ok {
				panic("catalogue of strategies: no source " + c.Source)
			}
			all = append(all, verdict.Source{Title: title, AsOf: file.AsOf, Kind: c.Kind, Confidence: c.Confidence})
		}
		return all
	}
	for _, s := range file.SlowStarts {
		out.slowStarts = append(out.slowStarts, SlowStart{s.Where, s.Setting, s.Note, cite(s.From)})
	}
	for _, s := range file.Settings {
		out.settings = append(out.settings, Setting{s.Of, s.Field, s.Default, s.Note, cite(s.From)})
	}
	return out
})

// StrategyParameters lists the figures of the rollout model in display order.
func StrategyParameters() []Parameter { return slices.Clone(strategies().parameters) }

// StrategySources gives the sources of a statement about deployment
// strategies, such as scale_down_delay, or of a strategy's own behaviour by
// its name; nil if the catalogue has no such statement. It is not to be
// written to.
func StrategySources(id string) []verdict.Source { return strategies().facts[id] }

// Native says whether a Kubernetes Deployment has the strategy; the others need
// a controller of their own or several Deployments.
func Native(r plan.Rollout) bool { return r == plan.Recreate || r == plan.RollingUpdate }

// Routers lists what splits traffic by weight, those that are still maintained
// first.
func Routers() []Router { return slices.Clone(strategies().routers) }

// SlowStarts lists where a new replica gets few users at first.
func SlowStarts() []SlowStart { return slices.Clone(strategies().slowStarts) }

// Settings lists what a strategy can be set to, with the documented defaults.
func Settings(r plan.Rollout) []Setting {
	return slices.DeleteFunc(slices.Clone(strategies().settings), func(s Setting) bool { return !slices.Contains(s.Of, r) })
}
