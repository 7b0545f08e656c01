package live

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"unsafe"
)

const many = 100_000

// heap is the memory in use, in bytes.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func team(a *Application) string { return a.Name[:7] }

// BenchmarkMemory reports what the table takes an application, all included:
// rows, indices, shared texts, numbers of facets, owners, kept answers.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		before := heap()
		table, all := random(many)
		clear(all) // the texts that are not shared stay with the table
		table.Query(Query{Owner: team, OwnerKey: "a", Limit: 100})
		b.ReportMetric(float64(heap()-before-uint64(cap(all))*uint64(unsafe.Sizeof(Application{})))/many, "B/app")
		runtime.KeepAlive(table)
		runtime.KeepAlive(all)
	}
}

// BenchmarkChurn reports how much more the table takes after an hour of 100
// changes a second than after its first twenty minutes: new revisions, images and
// states, applications that come and go, with a keeper and a reader at work.
func BenchmarkChurn(b *testing.B) {
	const changes, warm = 360_000, 120_000 // by then every row has changed once
	for b.Loop() {
		table, all := random(many)
		table.TakeNotes()
		_, end := table.Subscribe()
		var settled uint64
		for n := range changes {
			a := all[n*7919%len(all)]
			a.Revision, a.ResourceVersion = fmt.Sprintf("%040x", n), strconv.Itoa(n)
			a.Images = fmt.Sprintf("registry.example.com/app:%d", n)
			a.Health = []string{Healthy, Progressing, Degraded}[n%3]
			switch n % 20 {
			case 0:
				table.Delete(a.Key())
			case 1:
				a.Name = fmt.Sprintf("preview-%d", n)
				table.Upsert(a)
			case 2:
				a = all[(n-1)*7919%len(all)]
				a.Name = fmt.Sprintf("preview-%d", n-1)
				table.Delete(a.Key())
			default:
				table.Upsert(a)
			}
			if n%100 == 0 { // once a second
				table.TakeNotes()
				table.Query(Query{Search: parsed("health:degraded"), Owner: team, OwnerKey: "a", Limit: 100, Offset: n / 100})
			}
			if n == warm {
				settled = heap()
			}
		}
		b.ReportMetric((float64(heap())-float64(settled))/(1<<20), "MiB-more")
		b.ReportMetric(float64(settled)/(1<<20), "MiB")
		runtime.KeepAlive(all)
		end()
	}
}

func parsed(text string) Search { s, _ := ParseSearch(text); return s }

func BenchmarkQuery_100k(b *testing.B) {
	table, _ := random(many)
	for _, c := range []struct {
		name string
		q    Query
	}{
		{"first-page", Query{Limit: 100}},
		{"last-page", Query{Limit: 50, Offset: 99_950, Sort: SortSince}},
		{"words", Query{Search: parsed("service-01 team-1"), Limit: 100}},
		{"facets", Query{Health: []string{Degraded, Missing}, Instance: []string{"argocd-1"}, Limit: 100, Sort: SortHealth}},
		{"attention", Query{Attention: true, Limit: 100, Sort: SortCluster, Descending: true}},
		{"numbers", Query{}},
		{"fields", Query{Search: parsed("health:degraded cluster:cluster-1* age:<1d"), Limit: 100}},
		{"image", Query{Search: parsed("image:envoy:v1.3"), Limit: 100}},
		{"owner", Query{Search: parsed("owner:team-0*"), Sort: SortOwner, Owner: team, OwnerKey: "a", Limit: 100}},
		{"groups", Query{Group: SortCluster, Sort: SortHealth, Limit: 100}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.answer(&c.q)
			}
		})
	}
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			table.Query(Query{Limit: 100})
		}
	})
	b.Run("owner-first-time", func(b *testing.B) {
		for b.Loop() {
			table.answer(&Query{Owner: team, Limit: 100})
		}
	})
}
