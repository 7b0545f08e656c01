package live

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// random fills a table with n rows of eight instances.
func random(n int) (*Table, []Application) {
	r := rand.New(rand.NewPCG(7, 7))
	one := func(values ...string) string { return values[r.IntN(len(values))] }
	c := newClock()
	table := NewTable(c.now)
	lists := map[string][]Application{}
	var all []Application
	for i := range n {
		a := Application{
			Instance: fmt.Sprint("argocd-", r.IntN(8)), Namespace: "argocd", Name: fmt.Sprintf("team-%02d-service-%06d", r.IntN(40), i),
			Project: fmt.Sprint("project-", r.IntN(60)), Cluster: fmt.Sprint("Cluster-", r.IntN(200)), Server: fmt.Sprintf("https://10.0.%d.1:6443", i%200),
			DestNamespace: fmt.Sprint("ns-", r.IntN(300)), Health: one(Healthy, Healthy, Healthy, Degraded, Progressing, Missing, Unknown, Suspended),
			Sync: one(Synced, Synced, OutOfSync, Unknown), Revision: fmt.Sprintf("%040x", i/20), RepoURL: fmt.Sprintf("https://git.example.com/team-%d/deploy.git", i%40),
			Path: fmt.Sprintf("apps/service-%06d", i), TargetRevision: "main", Phase: one("Succeeded", "Succeeded", "Succeeded", "Running", "Failed", ""), OperationMessage: "done",
			Images: fmt.Sprintf("harbor.example.com/team-%d/service-%d:1.%d.0\ndocker.io/library/Envoy:v1.%d", i%40, i/5, i%90, i%7), Workloads: one("Deployment", "Rollout", "Deployment StatefulSet"),
			Set:      one("", "", fmt.Sprint("set-", i%25)),
			LastSync: c.t.Add(-time.Duration(r.IntN(1e6)) * time.Second), ResourceVersion: fmt.Sprint(i),
		}
		lists[a.Instance] = append(lists[a.Instance], a)
		all = append(all, a)
	}
	for name, l := range lists {
		table.SetStatus(name, Status{State: Connected})
		table.Reconcile(name, l)
	}
	return table, all
}

// passes is the plain meaning of a query, with one filter left out.
func passes(q Query, a *Application, without Facet) bool {
	text := strings.ToLower(strings.Join([]string{a.Name, a.Project, a.Cluster, a.Instance, a.Namespace, a.DestNamespace, a.Revision}, " "))
	for _, w := range strings.Fields(strings.ToLower(q.Text)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	for f := range facetCount {
		if want := q.wanted(f); f != without && len(want) > 0 && !slices.Contains(want, f.of(a)) {
			return false
		}
	}
	return without == facetCount+1 || !q.Attention || a.Health != Healthy || a.Sync != Synced
}

func TestQuery_EqualsThePlainMeaning(t *testing.T) {
	table, all := random(3000)
	for i, q := range []Query{
		{},
		{Text: "SERVICE-0001 team-0"},
		{Text: "no such thing"},
		{Health: []string{Degraded, Missing}},
		{Health: []string{Degraded}, Sync: []string{OutOfSync}, Instance: []string{"argocd-1", "argocd-2"}},
		{Project: []string{"project-3"}, Cluster: []string{"nowhere"}},
		{Attention: true, Project: []string{"project-3", "project-4"}, Text: "cluster-1"},
		{Attention: true, Health: []string{Healthy}},
	} {
		got := table.Query(q)
		attention, total := 0, 0
		var counts [facetCount]map[string]int
		for f := range counts {
			counts[f] = map[string]int{}
		}
		for n := range all {
			a := &all[n]
			if passes(q, a, facetCount) {
				total++
			}
			if a.Attention() && passes(q, a, facetCount+1) {
				attention++
			}
			for f := range counts {
				if passes(q, a, Facet(f)) {
					counts[f][Facet(f).of(a)]++
				}
			}
		}
		if got.Total != total || got.Attention != attention || got.All != len(all) {
			t.Errorf("query %d: total %d, attention %d; want %d, %d", i, got.Total, got.Attention, total, attention)
		}
		for f, list := range [][]Count{got.Health, got.Sync, got.Instance, got.Cluster, got.Project} {
			for _, c := range list {
				if c.Rows != counts[f][c.Value] || c.Selected != slices.Contains(q.wanted(Facet(f)), c.Value) {
					t.Errorf("query %d: facet %d %+v, want %d", i, f, c, counts[f][c.Value])
				}
				delete(counts[f], c.Value)
			}
			if len(counts[f]) > 0 {
				t.Errorf("query %d: facet %d lacks %v", i, f, counts[f])
			}
			if !slices.IsSortedFunc(list, func(a, b Count) int { return cmp.Or(b.Rows-a.Rows, cmp.Compare(a.Value, b.Value)) }) {
				t.Errorf("query %d: facet %d is not in order", i, f)
			}
		}
	}
}

func TestQuery_PagesJoinToTheSortedWhole(t *testing.T) {
	table, all := random(2000)
	for _, column := range []Column{SortName, SortInstance, SortCluster, SortProject, SortHealth, SortSync, SortSince, SortLastSync, SortNamespace, SortOperation, SortRevision, SortImages} {
		for _, descending := range []bool{false, true} {
			q := Query{Sort: column, Descending: descending, Limit: -1}
			whole := table.Query(q).Rows
			if len(whole) != len(all) {
				t.Fatalf("%d rows", len(whole))
			}
			order := q.order()
			for i := 1; i < len(whole); i++ {
				if order(&row{app: whole[i-1].Application}, &row{app: whole[i].Application}) >= 0 {
					t.Fatalf("%s: rows %d and %d are not in order", column, i-1, i)
				}
			}
			q.Limit = 83
			for q.Offset = 0; q.Offset < len(whole); q.Offset += q.Limit {
				page := table.Query(q).Rows
				for i := range page {
					if page[i].Application != whole[q.Offset+i].Application {
						t.Fatalf("%s: offset %d row %d differs", column, q.Offset, i)
					}
				}
			}
		}
	}
}

func TestQuery_SortsTheWorstFirst(t *testing.T) {
	table := NewTable(nil)
	for i, h := range []string{Healthy, Suspended, Progressing, "Invented", Missing, Degraded} {
		table.Upsert(app("a", fmt.Sprint(i), h, Synced))
	}
	var got []string
	for _, r := range table.Query(Query{Sort: SortHealth, Limit: -1}).Rows {
		got = append(got, r.Health)
	}
	if want := []string{Degraded, Missing, "Invented", Progressing, Suspended, Healthy}; !slices.Equal(got, want) {
		t.Errorf("order %v", got)
	}
}

func TestQuery_OddWindows(t *testing.T) {
	table, _ := random(100)
	for _, c := range []struct{ offset, limit, want int }{{0, 0, 0}, {-5, 10, 10}, {95, 10, 5}, {100, 10, 0}, {1 << 40, 10, 0}, {0, 1 << 62, 100}} {
		if r := table.Query(Query{Offset: c.offset, Limit: c.limit}); len(r.Rows) != c.want || r.Total != 100 {
			t.Errorf("offset %d limit %d: %d rows of %d", c.offset, c.limit, len(r.Rows), r.Total)
		}
	}
}

func BenchmarkUpsert_100k(b *testing.B) {
	table, all := random(100_000)
	i := 0
	for b.Loop() {
		a := all[i%len(all)]
		a.Health = []string{Healthy, Degraded}[i/len(all)%2]
		table.Upsert(a)
		i++
	}
}
