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

//go:embed data/strategies.yaml
var strategiesYAML []byte

type strategyFacts struct {
	argocdFacts
	routers []Router
}

// strategies decodes the embedded facts once; it panics as argocd does.
var strategies = sync.OnceValue(func() strategyFacts {
	f, err := decodeArgoCD(strategiesYAML)
	if err != nil {
		panic(err)
	}
	var file struct{ Routers []Router }
	if err := yaml.Unmarshal(strategiesYAML, &file); err != nil {
		panic(err)
	}
	return strategyFacts{f, file.Routers}
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
