package live

import (
	"cmp"
	"slices"
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
// that pages never overlap.
func (q *Query) order() func(a, b *row) int {
	var by func(a, b *Application) int
	switch q.Sort {
	case SortInstance:
		by = func(a, b *Application) int { return cmp.Compare(a.Instance, b.Instance) }
	case SortCluster:
		by = func(a, b *Application) int { return cmp.Compare(a.Cluster, b.Cluster) }
	case SortProject:
		by = func(a, b *Application) int { return cmp.Compare(a.Project, b.Project) }
	case SortHealth:
		by = func(a, b *Application) int { return cmp.Compare(rank(a.Health), rank(b.Health)) }
	case SortSync:
		by = func(a, b *Application) int { return cmp.Compare(rank(a.Sync), rank(b.Sync)) }
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

// sortWindow puts into rows[from:to] what a full sort would put there, sorting
// only the parts of a quicksort that reach into the window.
func sortWindow(rows []*row, from, to int, order func(a, b *row) int) {
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
func partition(rows []*row, order func(a, b *row) int) (less, equal int) {
	n := len(rows)
	samples := []*row{rows[n/10], rows[n*3/10], rows[n/2], rows[n*7/10], rows[n*9/10]}
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
