package ownership

import (
	"slices"
	"sync"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// toolOf gives a tool of the catalogue, nil where it has none of that name. It
// must not be changed: all analyses share it.
func toolOf(id string) *catalog.Tool { return knownTools()[id] }

var knownTools = sync.OnceValue(func() map[string]*catalog.Tool {
	all := catalog.Tools()
	out := make(map[string]*catalog.Tool, len(all))
	for i := range all {
		out[all[i].ID] = &all[i]
	}
	return out
})

// able tells whether a tool runs pipelines and can run kinds of stage by itself
// or by calling what does; one the catalogue does not know is taken at its word.
func able(tool string, kinds ...plan.StageKind) bool {
	t := toolOf(tool)
	if t == nil {
		return true
	}
	return (t.Category == "ci" || t.Category == "integrated") && !slices.ContainsFunc(kinds, func(k plan.StageKind) bool { return t.Does(k) == catalog.DoesNot || t.Does(k) == catalog.Unknown })
}

// pulls tells whether a tool takes what it deploys from Git by itself.
func pulls(tool string) bool { return tool == "argo_cd" || tool == "flux" }

// whole are the kinds of stage that one tool must run to run a pipeline.
var whole = []plan.StageKind{plan.SourceBuild, plan.ContainerBuild, plan.Deploy}

// joiner is the installation that would run every stage: the one that runs most
// of them now and could run the others, else one of the plan, else a new
// Jenkins.
func (d *deriving) joiner() plan.Installation {
	in, ok := d.a.joiner()
	if !ok {
		in = d.add("Jenkins", "jenkins", d.a.zone())
	}
	return in
}

func (a *Analysis) joiner() (plan.Installation, bool) {
	return a.runner(nil, whole)
}

// builder is the installation that builds when deployment is apart.
func (d *deriving) builder() plan.Installation {
	in, ok := d.a.runner([]plan.StageKind{plan.Deploy, plan.Verify}, whole[:2])
	if !ok {
		in = d.add("GitLab CI", "gitlab_ci", d.a.zone())
	}
	return in
}

// runner is the installation that runs most of the pipeline's stages, some
// kinds left out of the count, and is able to run others; else the first of the
// plan whose tool is known to be, the pipeline's own zone first.
func (a *Analysis) runner(except, kinds []plan.StageKind) (plan.Installation, bool) {
	count := map[string]int{}
	best := plan.Installation{}
	for _, s := range a.Stages {
		in, known := a.index.installations[s.Installation]
		if !known || pulls(in.Tool) || !able(in.Tool, kinds...) {
			continue
		}
		if !slices.Contains(except, s.Kind) {
			count[in.ID]++
		}
		if best.ID == "" || count[in.ID] > count[best.ID] {
			best = in
		}
	}
	if best.ID != "" {
		return best, true
	}
	zone := a.zone()
	for _, near := range []bool{true, false} {
		for _, in := range a.index.plan.Installations {
			if toolOf(in.Tool) != nil && able(in.Tool, kinds...) && (in.Zone == zone || !near) {
				return in, true
			}
		}
	}
	return best, false
}

// zone is that of the first stage whose installation has one.
func (a *Analysis) zone() string {
	for _, s := range a.Stages {
		if z := a.index.installations[s.Installation].Zone; z != "" {
			return z
		}
	}
	return ""
}

func (d *deriving) add(name, tool, zone string) plan.Installation {
	in := plan.Installation{ID: d.id(), Name: name, Tool: tool, Zone: zone}
	d.added = append(d.added, in)
	return in
}

// installation gives one of the plan's or of those added.
func (d *deriving) installation(id string) plan.Installation {
	for _, in := range d.added {
		if in.ID == id {
			return in
		}
	}
	return d.a.index.installations[id]
}

// builds is the tool of an installation that builds images by itself, to be
// called by another one.
func (d *deriving) builds(installation string) string {
	tool := d.a.index.installations[installation].Tool
	if t := toolOf(tool); t != nil && t.Category == "builder" {
		return tool
	}
	return ""
}

// puller is the installation that pulls what a stage deploys: the one it runs
// on where that pulls, else the nearest of the plan to the clusters that the
// stage's keys name, else a new Argo CD beside them.
func (d *deriving) puller(s plan.Stage) plan.Installation {
	now := d.a.index.installations[s.Installation]
	if pulls(now.Tool) {
		return now
	}
	zone := d.a.index.zoneOf(s)
	if zone == "" {
		zone = now.Zone
	}
	var best plan.Installation
	score := 0
	for _, in := range d.a.index.plan.Installations {
		if n := d.a.index.near(in, zone); in.Tool == "argo_cd" && n > score {
			best, score = in, n
		}
	}
	if score > 0 {
		return best
	}
	if in, ok := d.target[zone]; ok {
		return in
	}
	in := d.add("Argo CD", "argo_cd", zone)
	if len(s.Accountable) > 0 {
		in.Team = s.Accountable[0]
		d.added[len(d.added)-1] = in
	}
	d.target[zone] = in
	return in
}

// near tells how near an installation is to a zone: 3 in it, 2 with an online
// link to it, 1 where one of the two is not known, 0 where nothing passes.
func (ix *Index) near(in plan.Installation, zone string) int {
	switch {
	case zone == "" || in.Zone == "":
		return 1
	case in.Zone == zone:
		return 3
	case ix.links[[2]string{in.Zone, zone}]:
		return 2
	}
	return 0
}

// zoneOf is the zone of the first cluster of the plan that a stage's keys name
// by itself; keys to everything say nothing of where.
func (ix *Index) zoneOf(s plan.Stage) string {
	for _, c := range s.Credentials {
		if !clusterKey(c) || scopeWord(c.Scope) == "" {
			continue
		}
		for _, i := range ix.clusters(c) {
			if z := ix.plan.Clusters[i].Zone; z != "" {
				return z
			}
		}
	}
	return ""
}
