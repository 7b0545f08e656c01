package ownership

import (
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/plan"
)

// keyring is what taking an installation gives: the credentials it holds
// through all stages of all pipelines.
type keyring struct {
	source, registry, cluster bool
	kinds                     []string        // of credentials, in the plan's order
	scopes                    []string        // of the cluster keys, in the plan's order
	pairs, scoped             map[string]bool // kind@scope, and scopes of cluster keys: each once
	reached                   map[int]bool    // clusters of the plan that the cluster keys reach, as positions
	elsewhere                 int             // scopes of cluster keys that the plan knows nothing by
}

// none is the keyring of an installation that holds nothing.
var none = &keyring{}

// ring gives an installation's keyring, an empty one where it has none.
func (ix *Index) ring(installation string) *keyring {
	if k := ix.keys[installation]; k != nil {
		return k
	}
	return none
}

// hold adds a stage's credentials to its installation's keyring.
func (ix *Index) hold(s *plan.Stage) {
	if s.Installation == "" {
		return
	}
	k := ix.keys[s.Installation]
	if k == nil {
		k = &keyring{pairs: map[string]bool{}, scoped: map[string]bool{}, reached: map[int]bool{}}
		ix.keys[s.Installation] = k
	}
	for _, c := range s.Credentials {
		k.add(ix, c)
	}
}

// add adds a credential. A cluster key without a scope is listed by its kind
// and reaches every cluster of the plan.
func (k *keyring) add(ix *Index, c plan.Credential) {
	pair := c.String()
	if k.pairs[pair] {
		return
	}
	k.pairs[pair] = true
	if !slices.Contains(k.kinds, c.Kind) {
		k.kinds = append(k.kinds, c.Kind)
	}
	k.source = k.source || c.Kind == "source-read" || c.Kind == "source-write"
	k.registry = k.registry || c.Kind == "registry-push"
	if !clusterKey(c) {
		return
	}
	k.cluster = true
	scope := c.Scope
	if scope == "" {
		scope = c.Kind
	}
	if k.scoped[scope] {
		return
	}
	k.scoped[scope] = true
	k.scopes = append(k.scopes, scope)
	clusters := ix.clusters(c)
	for _, i := range clusters {
		k.reached[i] = true
	}
	if len(clusters) == 0 {
		k.elsewhere++
	}
}

// mostScopes bounds the scopes that one sentence names.
const mostScopes = 12

// targets names what the cluster keys reach, by their scopes; of many the first.
func (k *keyring) targets() string {
	if len(k.scopes) <= mostScopes {
		return strings.Join(k.scopes, ", ")
	}
	return strings.Join(k.scopes[:mostScopes], ", ") + ", … (" + strconv.Itoa(len(k.scopes)) + ")"
}

func clusterKey(c plan.Credential) bool {
	return c.Kind == "cluster-deploy" || c.Kind == "cluster-admin"
}

// all tells whether the keyring is enough to do the whole chain in anybody's
// name: read source, push images and deploy.
func (k *keyring) all() bool { return k.source && k.registry && k.cluster }

// reach is the number of clusters that the cluster keys deploy to: those of the
// plan that their scopes name, directly or by environment, zone or region, and
// one for each scope that the plan knows nothing by. Unit: clusters.
func (k *keyring) reach() int { return len(k.reached) + k.elsewhere }

// placesOf lists what the scope of a cluster key may say.
func placesOf(p *plan.Plan) map[string][]int {
	wanted := map[string]bool{}
	for i := range p.Stages {
		for _, c := range p.Stages[i].Credentials {
			if clusterKey(c) {
				wanted[scopeWord(c.Scope)] = true
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	names := map[string]string{}
	for _, e := range p.Environments {
		names["e"+e.ID] = scopeWord(e.Name)
	}
	for _, z := range p.Zones {
		names["z"+z.ID] = scopeWord(z.Name)
	}
	out := map[string][]int{}
	for i := range p.Clusters {
		c := &p.Clusters[i]
		words := []string{scopeWord(c.ID), scopeWord(c.Name), scopeWord(c.Environment), names["e"+c.Environment],
			scopeWord(c.Zone), names["z"+c.Zone], scopeWord(c.Region)}
		for n, w := range words {
			if w != "" && wanted[w] && !slices.Contains(words[:n], w) {
				out[w] = append(out[w], i)
			}
		}
		out[""] = append(out[""], i)
	}
	return out
}

// scopeWord is a scope as it is looked up; a star is as good as none.
func scopeWord(s string) string {
	if s = strings.ToLower(strings.TrimSpace(s)); s == "*" {
		return ""
	}
	return s
}

// clusters are those a cluster key reaches, as positions in the plan; none
// where its scope says nothing that the plan knows.
func (ix *Index) clusters(c plan.Credential) []int { return ix.places[scopeWord(c.Scope)] }

// joinedKeys is what an installation would hold if it ran every stage of the
// pipeline: whether that is all, the kinds, and the clusters reached.
func (a *Analysis) joinedKeys(target string) (all bool, kinds, reach int) {
	have := a.index.ring(target)
	k := keyring{source: have.source, registry: have.registry, cluster: have.cluster, kinds: slices.Clone(have.kinds),
		pairs: map[string]bool{}, scoped: map[string]bool{}, reached: map[int]bool{}}
	for _, s := range a.Stages {
		for _, c := range s.Credentials {
			if !have.pairs[c.String()] {
				k.add(a.index, c)
			}
		}
	}
	reach = have.reach() + k.elsewhere
	for c := range k.reached {
		if !have.reached[c] {
			reach++
		}
	}
	return k.all(), len(k.kinds), reach
}

// widest gives what the pipeline's installations hold at most: kinds of
// credential, clusters reached, and whether one of them holds all. The names
// are those of the installations that set the first two.
func (a *Analysis) widest() (w struct {
	kinds, scopes, reach int
	all                  bool
	keeper, reacher      string
}) {
	for _, id := range a.installed() {
		k := a.index.ring(id)
		if len(k.kinds) > w.kinds {
			w.kinds, w.scopes, w.keeper = len(k.kinds), len(k.pairs), a.index.installations[id].Name
		}
		if k.reach() > w.reach {
			w.reach, w.reacher = k.reach(), a.index.installations[id].Name
		}
		w.all = w.all || k.all()
	}
	return w
}

// joinWidens tells whether running every stage on one installation would put
// more on one keyring than any of the pipeline's has now: all three of source,
// registry and cluster keys, more kinds, or more clusters.
func (a *Analysis) joinWidens(target string) bool {
	all, kinds, reach := a.joinedKeys(target)
	now := a.widest()
	return all && !now.all || kinds > now.kinds || reach > now.reach
}

// joinOpens tells whether running every stage on one installation would hand a
// gate to those who write: a stage with an approval moves from an installation
// they do not operate to one that they do. Nothing is claimed of installations
// whose operator the plan does not name.
func (a *Analysis) joinOpens(target string) bool {
	operator := a.index.installations[target].Team
	if operator == "" || !slices.Contains(a.writers(), operator) {
		return false
	}
	return slices.ContainsFunc(a.Stages, func(s Stage) bool {
		now := a.index.installations[s.Installation].Team
		return s.Approval.Role != "" && s.Installation != target && now != "" && now != operator
	})
}

// writers are the teams accountable for building source.
func (a *Analysis) writers() (out []string) {
	for _, s := range a.Stages {
		if s.Kind == plan.SourceBuild {
			out = append(out, s.Accountable...)
		}
	}
	return out
}
