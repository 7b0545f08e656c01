package rollout

import (
	"math"
	"regexp"

	"deckplan/internal/catalog"
	"deckplan/internal/manifest"
	"deckplan/internal/plan"
	"deckplan/internal/strategy"
)

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// Of takes from the plan what the objects of a service need. The namespace is
// that of its applications in the environment, where they agree; empty means
// every environment.
func Of(p *plan.Plan, s plan.Service, environment string, r plan.Rollout) Choice {
	value := func(id string) float64 { return catalog.Value(*p, id) }
	or := func(own, assumed float64) float64 {
		if own == 0 {
			return assumed
		}
		return own
	}
	t := s.Traits
	seconds := func(x float64) int { return int(math.Ceil(min(x, 86_400))) }
	share := func(id string) int { return int(math.Round(value(id) * 100)) }
	c := Choice{Name: manifest.Label("service", s.ID, s.Name), Display: s.Name, Image: s.Image, Namespace: namespace(p, s.ID, environment), Strategy: r, Tool: Tools(r)[0],
		Replicas: int(or(float64(t.Replicas), max(1, min(value("rollout_replicas"), 100_000)))), Surge: share("rollout_max_surge"), Less: share("rollout_max_unavailable"),
		Steps: strategy.Weights(value("rollout_canary_share"), value("rollout_canary_growth")), Pause: seconds(value("rollout_canary_pause")), Delay: seconds(value("rollout_scale_down_delay")),
		Warm: seconds(or(t.WarmSeconds, value("rollout_warm"))), WarmUp: t.WarmUp, Stop: seconds(or(t.StopSeconds, value("rollout_stop"))), CPU: t.CPU, Memory: t.Memory, Router: t.Router}
	if c.Router == "" && t.TrafficControl {
		c.Router = plan.GatewayAPI
	}
	return c
}

func namespace(p *plan.Plan, service, environment string) (out string) {
	in := map[string]string{}
	for i := range p.Clusters {
		in[p.Clusters[i].ID] = p.Clusters[i].Environment
	}
	for i := range p.Applications {
		a := &p.Applications[i]
		if a.Service != service || environment != "" && in[a.Cluster] != environment || !label.MatchString(a.Namespace) {
			continue
		}
		if out != "" && out != a.Namespace {
			return ""
		}
		out = a.Namespace
	}
	return out
}
