package live

import "strings"

// shared points at the strings of a that often repeat over rows.
func shared(a *Application) [16]*string {
	return [...]*string{&a.Instance, &a.Namespace, &a.Project, &a.Cluster, &a.Server, &a.DestNamespace, &a.Health, &a.HealthMessage,
		&a.Sync, &a.Phase, &a.OperationMessage, &a.Revision, &a.RepoURL, &a.TargetRevision, &a.Set, &a.Workloads}
}

func (t *Table) makeRow(a Application) *row {
	for _, s := range shared(&a) {
		*s = t.strings.take(*s)
	}
	r := &row{app: a}
	r.search = strings.ToLower(strings.Join([]string{a.Name, a.Project, a.Cluster, a.Instance, a.Namespace, a.DestNamespace, a.Revision}, "\x00"))
	for f := range r.facet {
		r.facet[f] = t.facets[f].take(Facet(f).of(&a))
	}
	return r
}

// release takes a row's shares back when it leaves the table.
func (t *Table) release(r *row) {
	a := r.app // a copy: readers may hold the row
	for _, s := range shared(&a) {
		t.strings.drop(*s)
	}
	for f, id := range r.facet {
		t.facets[f].drop(id)
	}
}
