package drift

import (
	"fmt"
	"slices"
	"testing"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
	"deckplan/internal/verdict"
)

// generated is a plan with a hub for half of its clusters each, and what runs
// of it: apps applications, some of them where the plan has them not.
func generated(clusters, services, apps int) (*plan.Plan, Live) {
	p := plantest.Generate(1, clusters, services, plantest.Skewed())
	p.Layouts = []plan.Layout{{ID: "l", Name: "Ours"}}
	l := Live{Today: "2026-11-24"}
	for i := range 50 {
		id := fmt.Sprintf("argo-%02d", i)
		p.Instances = append(p.Instances, plan.Instance{ID: id, Layout: "l", Name: id, HA: true})
		l.Instances = append(l.Instances, instance(id, "https://"+id+".example.com"))
	}
	for i := range p.Clusters {
		c := &p.Clusters[i]
		c.Server = "https://" + c.Name + ".example.com"
		p.Placements = append(p.Placements, plan.Placement{Layout: "l", Cluster: c.ID, Instance: p.Instances[i%50].ID})
		in := &l.Instances[(i+i/97)%50] // some are elsewhere
		in.Scope.Clusters = append(in.Scope.Clusters, live.Cluster{Server: c.Server, Name: c.Name, Kubernetes: c.Kubernetes})
	}
	at := map[string]int{}
	for i := range p.Clusters {
		at[p.Clusters[i].ID] = i
	}
	var rows []live.Application
	for i := range apps {
		a := p.Applications[i%len(p.Applications)]
		k := at[a.Cluster]
		name := a.Name
		if i >= len(p.Applications) {
			name = fmt.Sprintf("%s-%d", a.Name, i/len(p.Applications))
		}
		rows = append(rows, application(l.Instances[(k+k/97)%50].Name, name, p.Clusters[k].Server, a.Namespace))
	}
	for i := range l.Instances {
		l.Instances[i].Applications = apps / 50
	}
	l.Each = func(do func(*live.Application)) {
		for i := range rows {
			do(&rows[i])
		}
	}
	return p, l
}

func TestCompare_FoldsManyIntoFew(t *testing.T) {
	p, l := generated(200, 2000, 10000)
	r := Compare(p, l)
	n := 0
	for i := range r.Differences {
		d := &r.Differences[i]
		if n += d.Count; len(d.Examples) > examples || len(d.Live) > 2*examples {
			t.Errorf("%s names %d and %d", d.Key, len(d.Examples), len(d.Live))
		}
	}
	if len(r.Of(ClusterElsewhere)) != 103 || n < 8000 {
		t.Errorf("%d elsewhere, %d rows", len(r.Of(ClusterElsewhere)), n)
	}
	if !slices.IsSortedFunc(r.Differences, func(a, b Difference) int { return int(a.Severity) - int(b.Severity) }) || r.Differences[0].Severity != verdict.Error {
		t.Error("the gravest do not come first")
	}
}

func BenchmarkCompare(b *testing.B) {
	p, l := generated(2000, 20000, 100_000)
	b.ResetTimer()
	for b.Loop() {
		r := Compare(p, l)
		b.ReportMetric(float64(len(r.Differences)), "differences")
	}
}
