package live

import (
	"strings"
	"sync/atomic"
)

// row is an application with what queries need of it.
type row struct {
	app   Application
	ids   [numbered]uint32 // numbers of its facets' values
	plain bool             // its name has no capital letters
	owner atomic.Uint64    // generation of a roll and number in it
}

// shared points at the strings of a that often repeat over rows, but for those
// that a dictionary shares.
func shared(a *Application) [16]*string {
	return [...]*string{&a.Instance, &a.Namespace, &a.Project, &a.Cluster, &a.Server, &a.DestNamespace, &a.Health, &a.HealthMessage,
		&a.Sync, &a.Phase, &a.OperationMessage, &a.RepoURL, &a.TargetRevision, &a.Condition, &a.Set, &a.Workloads}
}

func (t *Table) makeRow(a Application) *row {
	for _, s := range shared(&a) {
		*s = t.strings.take(*s)
	}
	revision, images := t.facets[byRevision].take(a.Revision), t.facets[byImages].take(a.Images)
	a.Revision, a.Images = t.facets[byRevision].names[revision], t.facets[byImages].names[images]
	r := &row{app: a, plain: strings.ToLower(a.Name) == a.Name}
	for f := range byRevision {
		r.ids[f] = t.facets[f].take(Facet(f).of(&a))
	}
	r.ids[byRevision], r.ids[byImages] = revision, images
	return r
}

// release takes a row's shares back when it leaves the table.
func (t *Table) release(r *row) {
	a := r.app // a copy: readers may hold the row
	for _, s := range shared(&a) {
		t.strings.drop(*s)
	}
	for f, id := range r.ids {
		t.facets[f].drop(id)
	}
}
