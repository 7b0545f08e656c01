// Package layout analyses which Argo CD instance delivers to which cluster:
// what stops when something fails, what it costs, whether it fits the guidance,
// whether everything can be reached, and which of the team's rules it breaks.
//
// Losing an instance stops delivery and self-heal. It does not stop the
// applications that already run.
//
// Everything here is a pure function of a plan. Where several arrangements of
// one plan are compared, build one Index and share it: it is never written to
// after NewIndex returns, so it may be used from several goroutines.
package layout

import (
	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// none marks an absent row where rows are named by their position.
const none = -1

// hoursPerYear is 365 days.
const hoursPerYear = 8760

// weeksPerYear turns deployments a week into deployments a year.
const weeksPerYear = hoursPerYear / (7 * 24.0)

// slot is what a layout assigns: a slice, or what of a cluster is in no slice.
type slot struct {
	cluster int
	slice   int // none: the cluster itself, or the rest of it
	team    string
	apps    int
	weight  float64 // sum of the applications' criticality
	deploys float64 // roll-outs a year
	repos   []int   // Git, Helm and OCI repositories its services name
}

// Index is a plan made ready for analyses.
type Index struct {
	plan     *plan.Plan
	values   map[string]float64
	ranges   map[string][2]float64
	clusters map[string]int
	zones    map[string]int
	envs     map[string]int
	slices   map[string]int
	teams    map[string]string
	installs map[string]int
	online   map[[2]int]bool // directed pairs of zones with an online link

	slots        []slot  // cluster by cluster, in the plan's order
	slotsOf      [][]int // by cluster
	env, zone    []int   // by cluster
	weightOf     []float64
	apps         int     // all applications of the plan
	weight       float64 // their weight, or the number of slots when byCluster
	homeless     int     // applications on no cluster
	byCluster    bool    // the plan has no applications: every slot counts as one
	kubernetes   []string
	layouts      map[string]rows
	repositories []int // Git, Helm and OCI repositories with a known zone
	registries   []int // zones of registries, known ones only
}

// rows are the positions of a layout's instances and placements in the plan.
type rows struct{ instances, placements []int }

// NewIndex reads the plan once. The plan must not change while the index is used.
func NewIndex(p *plan.Plan) *Index {
	ix := &Index{
		plan: p, values: map[string]float64{}, ranges: map[string][2]float64{},
		clusters: position(p.Clusters), zones: position(p.Zones), envs: position(p.Environments),
		slices: position(p.Slices), installs: position(p.Installations),
		teams: map[string]string{}, online: map[[2]int]bool{}, layouts: map[string]rows{},
	}
	for _, q := range catalog.Parameters() {
		ix.values[q.ID] = catalog.Value(*p, q.ID)
		low, high := catalog.Range(*p, q.ID)
		ix.ranges[q.ID] = [2]float64{low, high}
	}
	for _, t := range p.Teams {
		ix.teams[t.ID] = t.Name
	}
	for _, l := range p.Links {
		if l.Kind == plan.Online {
			ix.online[[2]int{at(ix.zones, l.From), at(ix.zones, l.To)}] = true
		}
	}
	ix.readClusters()
	ix.readApplications()
	ix.readSupplies()
	for i, v := range p.Instances {
		r := ix.layouts[v.Layout]
		r.instances = append(r.instances, i)
		ix.layouts[v.Layout] = r
	}
	for i, v := range p.Placements {
		r := ix.layouts[v.Layout]
		r.placements = append(r.placements, i)
		ix.layouts[v.Layout] = r
	}
	return ix
}

func (ix *Index) readClusters() {
	p := ix.plan
	n := len(p.Clusters)
	ix.env, ix.zone, ix.kubernetes = make([]int, n), make([]int, n), make([]string, n)
	ix.slotsOf, ix.weightOf = make([][]int, n), make([]float64, n)
	bySlice := make([][]int, n)
	for i, s := range p.Slices {
		if c := at(ix.clusters, s.Cluster); c != none {
			bySlice[c] = append(bySlice[c], i)
		}
	}
	for c, row := range p.Clusters {
		ix.env[c], ix.zone[c] = at(ix.envs, row.Environment), at(ix.zones, row.Zone)
		ix.kubernetes[c], _ = catalog.Minor(row.Kubernetes)
		// The first slot is the whole cluster, or what no slice covers; of a
		// sliced cluster it is dropped again where it turns out empty.
		ix.slotsOf[c] = []int{len(ix.slots)}
		ix.slots = append(ix.slots, slot{cluster: c, slice: none, team: row.Team})
		for _, s := range bySlice[c] {
			team := p.Slices[s].Team
			if team == "" {
				team = row.Team
			}
			ix.slotsOf[c] = append(ix.slotsOf[c], len(ix.slots))
			ix.slots = append(ix.slots, slot{cluster: c, slice: s, team: team})
		}
	}
}

// readApplications sums applications into slots, then drops the empty rest of
// sliced clusters.
func (ix *Index) readApplications() {
	p := ix.plan
	ofSlice := make([]int, len(p.Slices))
	for i := range ofSlice {
		ofSlice[i] = none
	}
	for i, s := range ix.slots {
		if s.slice != none {
			ofSlice[s.slice] = i
		}
	}
	services, repos := position(p.Services), position(p.Repositories)
	named := map[[2]int]bool{}
	for _, a := range p.Applications {
		weight, deploys, repo := plan.Service{}.Weight(), 0.0, none
		if s := at(services, a.Service); s != none {
			weight, deploys = p.Services[s].Weight(), p.Services[s].Deploys
			repo = at(repos, p.Services[s].Repository)
		}
		ix.apps++
		ix.weight += weight
		i := none
		if s := at(ix.slices, a.Slice); s != none {
			i = ofSlice[s]
		}
		if c := at(ix.clusters, a.Cluster); i == none && c != none {
			i = ix.slotsOf[c][0]
		}
		if i == none {
			ix.homeless++
			continue
		}
		s := &ix.slots[i]
		s.apps++
		s.weight += weight
		s.deploys += deploys * weeksPerYear
		if repo != none && deliveryRepository(p.Repositories[repo]) && !named[[2]int{i, repo}] {
			named[[2]int{i, repo}] = true
			s.repos = append(s.repos, repo)
		}
	}
	ix.byCluster = ix.apps == ix.homeless
	ix.packSlots()
}

func (ix *Index) packSlots() {
	kept := ix.slots[:0]
	sliced := func(c int) bool { return len(ix.slotsOf[c]) > 1 }
	drop := make([]bool, len(ix.slots))
	for i, s := range ix.slots {
		drop[i] = s.slice == none && s.apps == 0 && sliced(s.cluster)
	}
	for c := range ix.slotsOf {
		ix.slotsOf[c] = nil
	}
	if ix.byCluster {
		ix.weight = 0
	}
	for i, s := range ix.slots {
		if drop[i] {
			continue
		}
		if ix.byCluster {
			s.weight = 1
			ix.weight++
		}
		ix.slotsOf[s.cluster] = append(ix.slotsOf[s.cluster], len(kept))
		ix.weightOf[s.cluster] += s.weight
		kept = append(kept, s)
	}
	ix.slots = kept
}

func (ix *Index) readSupplies() {
	for i, r := range ix.plan.Repositories {
		if deliveryRepository(r) && at(ix.zones, r.Zone) != none {
			ix.repositories = append(ix.repositories, i)
		}
	}
	for _, r := range ix.plan.Registries {
		if z := at(ix.zones, r.Zone); z != none {
			ix.registries = append(ix.registries, z)
		}
	}
}

// deliveryRepository says whether Argo CD's repo-server reads the repository.
// One of unknown kind, or of source code, is not held to be such.
func deliveryRepository(r plan.Repository) bool {
	return r.Kind == plan.ConfigRepository || r.Kind == plan.HelmRepository || r.Kind == plan.OCIRepository
}

// reach answers whether connections can be opened from one zone to the other:
// yes, no, or unknown because one of the zones is not given. A path is direct:
// Deckplan plans no hops over a third zone.
func (ix *Index) reach(from, to int) (open, known bool) {
	if from == none || to == none {
		return false, false
	}
	return from == to || ix.online[[2]int{from, to}], true
}

func (ix *Index) production(cluster int) bool {
	e := ix.env[cluster]
	return e != none && ix.plan.Environments[e].Tier == plan.Production
}

func (ix *Index) zoneName(z int) string {
	if z == none {
		return ""
	}
	return ix.plan.Zones[z].Name
}

// position numbers rows by key.
func position[T interface{ Key() string }](table []T) map[string]int {
	m := make(map[string]int, len(table))
	for i, row := range table {
		m[row.Key()] = i
	}
	return m
}

func at(m map[string]int, key string) int {
	if i, ok := m[key]; ok && key != "" {
		return i
	}
	return none
}
