package layout

import (
	"math"

	"deckplan/internal/verdict"
)

// apart: the team's rules on what may share an instance. What breaks a rule is
// everything beside the heaviest environment, zone or team of the instance.
func (r *rules) apart() {
	for _, t := range r.ix.apart() {
		r.separate("mixed_"+t.what, t.of)
	}
}

// trait is something of a slot that a rule keeps apart; its key is empty where
// it is not known.
type trait struct {
	what string
	of   func(slot) (key, name string)
}

// apart lists the traits that the team's rules keep apart.
func (ix *Index) apart() []trait {
	set := ix.plan.About.Rules
	var out []trait
	if !set.MixEnvironments {
		out = append(out, trait{"environments", func(s slot) (string, string) {
			e := ix.env[s.cluster]
			if e == none {
				return "", ""
			}
			return ix.plan.Environments[e].ID, ix.plan.Environments[e].Name
		}})
	}
	if set.ApartZones {
		out = append(out, trait{"zones", func(s slot) (string, string) {
			z := ix.zone[s.cluster]
			if z == none {
				return "", ""
			}
			return ix.plan.Zones[z].ID, ix.plan.Zones[z].Name
		}})
	}
	if set.ApartTeams {
		out = append(out, trait{"teams", func(s slot) (string, string) { return s.team, ix.teams[s.team] }})
	}
	return out
}

// separate finds the instances whose slots differ in a trait; a slot of
// unknown trait (empty key) differs from none.
func (r *rules) separate(id string, of func(slot) (key, name string)) {
	weights := make([]map[string]float64, len(r.figures))
	for k, i := range r.owner {
		if i == none {
			continue
		}
		if key, _ := of(r.ix.slots[k]); key != "" {
			if weights[i] == nil {
				weights[i] = map[string]float64{}
			}
			weights[i][key] += r.ix.slots[k].weight
		}
	}
	main := make([]string, len(r.figures))
	var mixed, kinds group
	for k, i := range r.owner {
		if i == none || len(weights[i]) < 2 {
			continue
		}
		if main[i] == "" {
			main[i] = heaviest(weights[i])
			r.addInstance(&mixed, i)
		}
		key, name := of(r.ix.slots[k])
		if key == "" {
			continue
		}
		kinds.add(id, key, name)
		if key != main[i] {
			r.out.Compartments[k].Broken = true
		}
	}
	if mixed.n > 0 {
		r.add(verdict.Warning, id, verdict.Args{"instance": mixed.list(), "n": mixed.n, "names": kinds.list(), "kinds": kinds.n}, refs(&mixed))
	}
}

// heaviest gives the key of the largest weight, the lesser key among equals.
func heaviest(weights map[string]float64) string {
	best, most := "", math.Inf(-1)
	for key, w := range weights {
		if w > most || w == most && key < best {
			best, most = key, w
		}
	}
	return best
}

// hosts: where instances may run, and what losing their host takes along.
func (r *rules) hosts() {
	allowed := r.ix.allowedHosts()
	var forbidden, at, own group
	most := 0
	for i, f := range r.figures {
		h := r.host[i]
		if len(r.ix.plan.About.Rules.Hosts) > 0 && (h == none || !allowed[h]) {
			r.addInstance(&forbidden, i)
			if h != none {
				r.addCluster(&at, h)
			}
		}
		if f.Clusters > 1 && h != none && r.delivers(i, h) {
			r.addInstance(&own, i)
			most = max(most, f.Clusters-1)
		}
	}
	if forbidden.n > 0 {
		r.add(verdict.Warning, "host_not_allowed", verdict.Args{"instance": forbidden.list(), "n": forbidden.n, "host": at.list(), "hosts": at.n}, refs(&forbidden, &at))
	}
	if own.n > 0 {
		r.add(verdict.Note, "host_among_targets", verdict.Args{"instance": own.list(), "n": own.n, "others": most}, refs(&own))
	}
	if len(r.ix.plan.About.Rules.Hosts) > 0 {
		r.markForbiddenHosts(allowed)
	}
}

func (r *rules) markForbiddenHosts(allowed map[int]bool) {
	for k, i := range r.owner {
		if i != none && (r.host[i] == none || !allowed[r.host[i]]) {
			r.out.Compartments[k].Broken = true
		}
	}
}

// delivers says whether the instance delivers to any slot of the cluster.
func (r *rules) delivers(i, cluster int) bool {
	for _, k := range r.ix.slotsOf[cluster] {
		if r.owner[k] == i {
			return true
		}
	}
	return false
}

// limits: at most so many instances, at most so large a delivery radius.
func (r *rules) limits() {
	set := r.ix.plan.About.Rules
	if n := len(r.figures); set.MaxInstances > 0 && n > set.MaxInstances {
		r.add(verdict.Warning, "too_many_instances", verdict.Args{"n": n, "limit": set.MaxInstances}, nil)
	}
	limit := set.MaxRadius / 100
	if radius := r.out.Radius; limit > 0 && radius.Value > limit+1e-9 {
		var about []verdict.Ref
		in := r.a.Instances[radius.Domain.instance]
		if c := radius.Domain.cluster; radius.Domain.Kind == HostDomain && c != none {
			row := r.ix.plan.Clusters[c]
			about = append(about, verdict.Ref{Kind: "clusters", Key: row.ID, Name: row.Name})
		} else {
			about = append(about, verdict.Ref{Kind: "instances", Key: in.ID, Name: in.Name})
		}
		r.add(verdict.Warning, "radius_over", verdict.Args{"radius": radius.Value, "limit": limit, "cause": radius.Domain.Name}, about)
	}
}
