package drift

import (
	"cmp"
	"slices"
	"strings"

	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

// spot is an application's name on a planned cluster.
type spot struct {
	name    string
	cluster int
}

// group gathers applications that make one difference.
type group struct {
	rows     []placed
	plans    []int // planned applications of the rows, or the rows themselves
	names    []string
	instance int
	service  int
}

func (g *group) add(r placed, planned int) {
	g.rows, g.plans = append(g.rows, r), append(g.plans, planned)
	if len(g.names) <= examples {
		g.names = append(g.names, r.app.Name)
	}
}

// groups keeps groups in order of appearance.
type groups[K comparable] struct {
	at  map[K]*group
	all []K
}

func (g *groups[K]) of(key K) *group {
	if g.at == nil {
		g.at = map[K]*group{}
	}
	one := g.at[key]
	if one == nil {
		one = &group{instance: none, service: none}
		g.at[key] = one
		g.all = append(g.all, key)
	}
	return one
}

// pair is two numbers and a word, whatever they are of.
type pair struct {
	a, b int
	text string
}

// applications is a look at every application, under way.
type applications struct {
	*comparison
	planned  map[spot][]int // planned applications
	used     []bool
	claimed  []bool                     // planned applications, see claim
	services map[string]int             // by name, and by what planned applications of one have in their names
	choices  map[[2]string]plan.Rollout // by service and environment
	rollouts bool                       // the plan has Argo Rollouts
	teamsOf  []map[string]bool          // by planned instance
	first    map[spot]int               // the instance that has an application's name

	outside, team, unplanned, project, space, plain, rollout groups[pair]
	twice, left                                              groups[pair]
}

func (c *comparison) judgeApplications() {
	a := &applications{comparison: c, planned: make(map[spot][]int, len(c.p.Applications)), used: make([]bool, len(c.p.Applications)),
		services: make(map[string]int, len(c.p.Services)), choices: map[[2]string]plan.Rollout{}, first: map[spot]int{}}
	for i, row := range c.p.Applications {
		k, ok := c.clusterAt[row.Cluster]
		if !ok {
			k = none
		}
		s := spot{row.Name, k}
		a.planned[s] = append(a.planned[s], i)
	}
	for _, row := range c.p.Applications {
		if s, ok := c.serviceAt[row.Service]; ok {
			if k, ok := c.clusterAt[row.Cluster]; ok {
				a.services[a.stem(row.Name, k)] = s
			}
		}
	}
	for i, s := range c.p.Services {
		a.services[fold(s.Name)] = i
	}
	for _, s := range c.p.Strategies {
		a.choices[[2]string{s.Service, s.Environment}] = s.Choice
	}
	a.rollouts = slices.ContainsFunc(c.p.Installations, func(i plan.Installation) bool { return i.Tool == "argo_rollouts" })
	a.expectTeams()
	a.claim()
	for _, r := range c.rows {
		a.look(r)
	}
	a.tell()
	a.missingOnes()
}

// expectTeams gathers whose applications the plan has on each instance, and
// where teams are to be apart, whose clusters and slices it delivers to.
func (a *applications) expectTeams() {
	a.teamsOf = make([]map[string]bool, len(a.arrangement.Instances))
	sliceAt := at(a.p.Slices)
	note := func(i int, team string) {
		if i == none || team == "" {
			return
		}
		if a.teamsOf[i] == nil {
			a.teamsOf[i] = map[string]bool{}
		}
		a.teamsOf[i][team] = true
	}
	for _, row := range a.p.Applications {
		if s, ok := a.serviceAt[row.Service]; ok {
			note(a.ownerOf(row, sliceAt), a.p.Services[s].Team)
		}
	}
	if !a.p.About.Rules.ApartTeams {
		return
	}
	for k := range a.p.Clusters {
		note(a.whole[k], a.p.Clusters[k].Team)
		for _, s := range a.slices[k] {
			note(a.part[s], cmp.Or(a.p.Slices[s].Team, a.p.Clusters[k].Team))
		}
	}
}

// claim notes the planned applications that one in their namespace is: another
// of that name is then another application.
func (a *applications) claim() {
	a.claimed = make([]bool, len(a.p.Applications))
	for _, r := range a.rows {
		if r.cluster == none || a.clusters[r.cluster].plan == none {
			continue
		}
		if i := a.find(r, a.clusters[r.cluster].plan); i != none && a.p.Applications[i].Namespace == r.app.DestNamespace {
			a.claimed[i] = true
		}
	}
}

// find gives the planned application that one is, or none.
func (a *applications) find(r placed, k int) int {
	for _, cluster := range []int{k, none} {
		all := a.planned[spot{r.app.Name, cluster}]
		if len(all) == 1 && (!a.claimed[all[0]] || a.p.Applications[all[0]].Namespace == r.app.DestNamespace) {
			return all[0]
		}
		for _, i := range all {
			if a.p.Applications[i].Namespace == r.app.DestNamespace {
				return i
			}
		}
	}
	return none
}

// serviceOf is the service that an application is of: as planned, or by what
// is left of its name without its cluster and environment.
func (a *applications) serviceOf(r placed, k, planned int) int {
	if planned != none {
		if s, ok := a.serviceAt[a.p.Applications[planned].Service]; ok {
			return s
		}
	}
	if s, ok := a.services[fold(r.app.Name)]; ok {
		return s
	}
	if s, ok := a.services[a.stem(r.app.Name, k)]; ok {
		return s
	}
	return none
}

// stem is an application's name without its cluster and environment.
func (a *applications) stem(name string, k int) string {
	row := &a.p.Clusters[k]
	environment := ""
	if e, ok := a.envAt[row.Environment]; ok {
		environment = a.p.Environments[e].Name
	}
	return fold(survey.Stem(name, row.Name, environment))
}

// look sorts one application into what is to be told of it.
func (a *applications) look(r placed) {
	k := none
	if r.cluster != none {
		k = a.clusters[r.cluster].plan
	}
	if r.own {
		if planned := a.find(r, k); planned != none {
			a.used[planned] = true
		}
		return
	}
	if k == none {
		g := a.outside.of(pair{a: r.instance})
		g.instance = r.instance
		g.add(r, none)
		return
	}
	if len(a.managing[k]) > 1 {
		a.seeTwice(r, k)
	}
	planned := a.find(r, k)
	service := a.serviceOf(r, k, planned)
	if planned == none {
		key := pair{a: service, b: none}
		if service == none {
			key = pair{a: none, b: r.instance, text: r.app.Project}
		}
		g := a.unplanned.of(key)
		g.instance, g.service = r.instance, service
		g.add(r, none)
	} else {
		a.used[planned] = true
		row := &a.p.Applications[planned]
		if row.Project != "" && r.app.Project != "" && row.Project != r.app.Project {
			a.both(&a.project, service, r, planned)
		}
		if row.Namespace != "" && r.app.DestNamespace != "" && row.Namespace != r.app.DestNamespace {
			a.both(&a.space, service, r, planned)
		}
	}
	if len(a.slices[k]) > 0 && a.chosen {
		a.seeSlice(r, k)
	}
	if service != none {
		a.seeTeam(r, service)
		a.seeStrategy(r, k, service)
	}
}

func (a *applications) both(to *groups[pair], service int, r placed, planned int) {
	key := pair{a: service}
	if service == none {
		key.text = a.p.Applications[planned].Project
	}
	g := to.of(key)
	g.service, g.instance = service, r.instance
	g.add(r, planned)
}

func (a *applications) seeTwice(r placed, k int) {
	s := spot{r.app.Name, k}
	i, ok := a.first[s]
	if !ok {
		a.first[s] = r.instance
		return
	}
	if i != r.instance {
		a.twice.of(pair{a: k, b: min(i, r.instance)*len(a.live.Instances) + max(i, r.instance)}).add(r, none)
	}
}

// seeSlice: where slices are planned, an instance stays in the namespaces and
// the project of its own.
func (a *applications) seeSlice(r placed, k int) {
	j := a.instance[r.instance]
	if j == none || a.whole[k] == j {
		return
	}
	mine := false
	for _, s := range a.slices[k] {
		if a.part[s] != j {
			continue
		}
		mine = true
		row := &a.p.Slices[s]
		if (len(row.Namespaces) == 0 || slices.Contains(row.Namespaces, r.app.DestNamespace)) && (row.Project == "" || row.Project == r.app.Project) {
			return
		}
	}
	if mine {
		a.left.of(pair{a: k, b: r.instance}).add(r, none)
	}
}

func (a *applications) seeTeam(r placed, service int) {
	j, team := a.instance[r.instance], a.p.Services[service].Team
	if j == none || team == "" || len(a.teamsOf[j]) == 0 || a.teamsOf[j][team] {
		return
	}
	g := a.team.of(pair{a: r.instance, text: team})
	g.instance = r.instance
	g.add(r, none)
}

func (a *applications) seeStrategy(r placed, k, service int) {
	id := a.p.Services[service].ID
	choice, ok := a.choices[[2]string{id, a.p.Clusters[k].Environment}]
	if !ok {
		choice, ok = a.choices[[2]string{id, ""}]
	}
	if !ok || r.app.Workloads == "" {
		return
	}
	kinds := strings.Fields(r.app.Workloads)
	switch hasRollout := slices.Contains(kinds, "Rollout"); {
	case hasRollout && (choice == plan.Recreate || choice == plan.RollingUpdate):
		a.rollout.of(pair{a: service, text: string(choice)}).add(r, none)
	case !hasRollout && a.rollouts && slices.Contains(kinds, "Deployment") && (choice == plan.BlueGreen || choice == plan.Canary):
		a.plain.of(pair{a: service, text: string(choice)}).add(r, none)
	}
}
