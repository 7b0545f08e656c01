package live

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// Column is what rows are sorted by.
type Column string

// The columns. Health and sync sort by gravity: the worst first.
const (
	SortName      Column = "name" // the default
	SortInstance  Column = "instance"
	SortCluster   Column = "cluster"
	SortNamespace Column = "namespace"
	SortProject   Column = "project"
	SortOwner     Column = "owner"
	SortHealth    Column = "health"
	SortSync      Column = "sync"
	SortOperation Column = "operation"
	SortRevision  Column = "revision"
	SortImages    Column = "images"
	SortSince     Column = "since"
	SortLastSync  Column = "last_sync"
)

var gravity = map[string]int{
	Degraded: 1, Missing: 2, Unknown: 3, "": 3, Progressing: 4, Suspended: 5, Healthy: 6,
	OutOfSync: 1, Synced: 6,
}

// rank sorts values Argo CD may invent later beside the unknown ones.
func rank(value string) int {
	if g, ok := gravity[value]; ok {
		return g
	}
	return gravity[Unknown]
}

// order compares rows by the query's column, and by key where that is equal, so
// that pages never overlap. What sorts by owner is told apart before.
func (q *Query) order() func(a, b *row) int {
	var by func(a, b *Application) int
	switch q.Sort {
	case SortInstance:
		by = func(a, b *Application) int { return cmp.Compare(a.Instance, b.Instance) }
	case SortCluster:
		by = func(a, b *Application) int { return cmp.Compare(a.Cluster, b.Cluster) }
	case SortNamespace:
		by = func(a, b *Application) int { return cmp.Compare(a.DestNamespace, b.DestNamespace) }
	case SortProject:
		by = func(a, b *Application) int { return cmp.Compare(a.Project, b.Project) }
	case SortOwner:
		by = func(*Application, *Application) int { return 0 }
	case SortHealth:
		by = func(a, b *Application) int { return cmp.Compare(rank(a.Health), rank(b.Health)) }
	case SortSync:
		by = func(a, b *Application) int { return cmp.Compare(rank(a.Sync), rank(b.Sync)) }
	case SortOperation:
		by = func(a, b *Application) int { return cmp.Compare(a.Phase, b.Phase) }
	case SortRevision:
		by = func(a, b *Application) int { return cmp.Compare(a.Revision, b.Revision) }
	case SortImages:
		by = func(a, b *Application) int { return cmp.Compare(a.Images, b.Images) }
	case SortSince:
		by = func(a, b *Application) int { return a.Since.Compare(b.Since) }
	case SortLastSync:
		by = func(a, b *Application) int { return a.LastSync.Compare(b.LastSync) }
	default:
		by = func(a, b *Application) int { return cmp.Compare(a.Name, b.Name) }
	}
	sign := 1
	if q.Descending {
		sign = -1
	}
	return func(a, b *row) int {
		if c := by(&a.app, &b.app); c != 0 {
			return sign * c
		}
		return cmp.Or(cmp.Compare(a.app.Name, b.app.Name), cmp.Compare(a.app.Instance, b.app.Instance), cmp.Compare(a.app.Namespace, b.app.Namespace))
	}
}

// orderHits is order for rows whose keys are known.
func (q *Query) orderHits() func(a, b hit) int {
	order, sign := q.order(), 1
	if q.Descending {
		sign = -1
	}
	return func(a, b hit) int {
		if a.key != b.key {
			return sign * cmp.Compare(a.key, b.key)
		}
		return order(a.row, b.row)
	}
}

// keys gives the number that a row, whose owner is known, is sorted by first.
// Rows in order have keys that do not fall.
func (s *snapshot) keys(q *Query) func(r *row, owner uint32) int64 {
	switch f := facetOf[q.Sort]; q.Sort {
	case SortHealth, SortSync:
		worst := make([]int64, len(s.names[f]))
		for id, name := range s.names[f] {
			worst[id] = int64(rank(name))
		}
		return func(r *row, _ uint32) int64 { return worst[r.ids[f]] }
	case SortInstance, SortCluster, SortNamespace, SortProject, SortOperation:
		ranks := ranks(s.names[f])
		return func(r *row, _ uint32) int64 { return ranks[r.ids[f]] }
	case SortOwner:
		return func(_ *row, owner uint32) int64 { return int64(owner) } // scan makes a rank of it
	case SortSince:
		return func(r *row, _ uint32) int64 { return moment(r.app.Since) }
	case SortLastSync:
		return func(r *row, _ uint32) int64 { return moment(r.app.LastSync) }
	case SortRevision:
		return func(r *row, _ uint32) int64 { return beginning(r.app.Revision) }
	case SortImages:
		return func(r *row, _ uint32) int64 { return beginning(r.app.Images) }
	default:
		return func(r *row, _ uint32) int64 { return beginning(r.app.Name) }
	}
}

// ranks gives each name's place among all, by number.
func ranks(names []string) []int64 {
	ids := make([]int, len(names))
	for i := range ids {
		ids[i] = i
	}
	slices.SortFunc(ids, func(a, b int) int { return cmp.Compare(names[a], names[b]) })
	out := make([]int64, len(names))
	for at, id := range ids {
		out[id] = int64(at)
	}
	return out
}

// moment counts nanoseconds, as far as they can be counted.
func moment(t time.Time) int64 {
	const most = math.MaxInt64/int64(time.Second) - 1
	return min(max(t.Unix(), -most), most)*int64(time.Second) + int64(t.Nanosecond())
}

// beginning is a number of a text's first bytes, in the texts' order.
func beginning(s string) int64 {
	var b [8]byte
	copy(b[:], s)
	return int64(binary.BigEndian.Uint64(b[:]) >> 1)
}

// window gives what would be all[from:to] if all were sorted. It changes all.
func window[T any](all []T, from, to int, order func(a, b T) int) []T {
	if from >= to {
		return nil
	}
	if to*8 < len(all) {
		first := all[:to]
		least(all, to, order)
		slices.SortFunc(first, order)
		return first[from:]
	}
	sortWindow(all, from, to, order)
	return all[from:to]
}

// least puts the first n, in no order, to the front of all, losing others: a
// heap of the best so far, the last of them on top.
func least[T any](all []T, n int, order func(a, b T) int) {
	heap := all[:n]
	down := func(i int) {
		for {
			child := 2*i + 1
			if child >= n {
				return
			}
			if child+1 < n && order(heap[child+1], heap[child]) > 0 {
				child++
			}
			if order(heap[i], heap[child]) >= 0 {
				return
			}
			heap[i], heap[child] = heap[child], heap[i]
			i = child
		}
	}
	for i := n/2 - 1; i >= 0; i-- {
		down(i)
	}
	for _, x := range all[n:] {
		if order(x, heap[0]) < 0 {
			heap[0] = x
			down(0)
		}
	}
}

// sortWindow puts into rows[from:to] what a full sort would put there, sorting
// only the parts of a quicksort that reach into the window.
func sortWindow[T any](rows []T, from, to int, order func(a, b T) int) {
	for from < to && len(rows) > 64 {
		less, equal := partition(rows, order)
		if from < less {
			sortWindow(rows[:less], from, min(to, less), order)
		}
		skip := less + equal
		if to <= skip {
			return
		}
		rows, from, to = rows[skip:], max(from-skip, 0), to-skip
	}
	if from < to {
		slices.SortFunc(rows, order)
	}
}

// partition splits rows by a middle value and returns how many are less than
// and equal to it. Five spread samples choose the value.
func partition[T any](rows []T, order func(a, b T) int) (less, equal int) {
	n := len(rows)
	samples := []T{rows[n/10], rows[n*3/10], rows[n/2], rows[n*7/10], rows[n*9/10]}
	slices.SortFunc(samples, order)
	pivot := samples[2]
	greater := n // rows[:less] < pivot, rows[less:i] == pivot, rows[greater:] > pivot
	for i := 0; i < greater; {
		switch c := order(rows[i], pivot); {
		case c < 0:
			rows[less], rows[i] = rows[i], rows[less]
			less++
			i++
		case c > 0:
			greater--
			rows[i], rows[greater] = rows[greater], rows[i]
		default:
			i++
		}
	}
	return less, greater - less
}
