package live

import "time"

// Capture makes an instance's rows, scope and status those of a snapshot. Since
// is taken as the rows say it: the snapshot is older than the table.
func (t *Table) Capture(name string, list []Application, s Scope, st Status) Difference {
	st.Protocol, st.State, st.Reason = Snapshot, Captured, NoReason
	t.SetStatus(name, st)
	d := t.Reconcile(name, list)
	t.date(name, list)
	t.SetScope(name, s)
	return d
}

// date gives an instance's rows the Since of a list.
func (t *Table) date(name string, list []Application) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.instances[name]
	if i == nil {
		return
	}
	for n := range list {
		pos, ok := i.index[place{list[n].Namespace, list[n].Name}]
		if !ok || list[n].Since.IsZero() || t.rows[pos].app.Since.Equal(list[n].Since) {
			continue
		}
		old := t.rows[pos]
		a := old.app
		a.Since = list[n].Since
		t.rows[pos] = t.makeRow(a)
		t.release(old)
	}
	t.publish(Change{Everything: true, Instances: []string{i.Name}})
}

// at is when what an instance's adapter says holds: now, or when its snapshot
// was made.
func (t *Table) at(i *instance) time.Time {
	if at := i.AsOf(); !at.IsZero() {
		return at
	}
	return t.now()
}

// AsOf is when the rows of an instance were true, where that is not now: the
// time of its snapshot.
func (i *Instance) AsOf() time.Time {
	if i.State != Captured {
		return time.Time{}
	}
	return i.Captured
}
