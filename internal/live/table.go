package live

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Table is the table of applications. It is safe for concurrent use. Rows of an
// instance that is down stay until a list without them arrives.
type Table struct {
	now func() time.Time

	mu        sync.RWMutex
	version   uint64
	rows      []*row // in no order; a row is never changed, only replaced
	instances map[string]*instance
	facets    [numbered]*dictionary
	strings   *interner
	restored  map[string]*remembered // by instance
	notes     *Notes                 // nil until somebody takes them
	mostNotes int
	subs      map[*subscriber]struct{}
	recent    recent

	rolls rolls
	kept  kept
}

type instance struct {
	Instance
	scope Scope
	index map[place]int // position in Table.rows
}

type place struct{ namespace, name string }

// NewTable makes an empty table. now is its clock; nil means time.Now.
func NewTable(now func() time.Time) *Table {
	if now == nil {
		now = time.Now
	}
	t := &Table{mostNotes: MostNotes, now: now, instances: map[string]*instance{}, strings: newInterner(), restored: map[string]*remembered{}, subs: map[*subscriber]struct{}{}}
	for f := range t.facets {
		t.facets[f] = newDictionary()
	}
	return t
}

// Version counts the visible changes of the table.
func (t *Table) Version() uint64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.version
}

// instance returns the named instance, making it when it is new.
func (t *Table) instance(name string) *instance {
	i := t.instances[name]
	if i == nil {
		name = strings.Clone(name)
		i = &instance{index: map[place]int{}, Instance: Instance{Name: name, Since: t.now(), Health: map[string]int{}, Sync: map[string]int{},
			Status: Status{State: Connecting, CanWrite: WriteCheck{State: WriteUnknown}}}}
		t.instances[name] = i
	}
	return i
}

// Upsert adds or replaces a row and reports whether anything shown changed.
func (t *Table) Upsert(a Application) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.put(t.instance(a.Instance), a) {
		return false
	}
	t.publish(Change{Applications: []Key{a.Key()}, Instances: []string{a.Instance}})
	return true
}

// Delete removes a row and reports whether there was one.
func (t *Table) Delete(k Key) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.instances[k.Instance]
	if i == nil || !t.remove(i, place{k.Namespace, k.Name}) {
		return false
	}
	t.publish(Change{Applications: []Key{k}, Instances: []string{k.Instance}})
	return true
}

// Difference counts what a Reconcile changed.
type Difference struct{ Added, Changed, Deleted int }

// Reconcile makes an instance's rows equal to a complete list, touching only
// rows that differ and deleting those that are missing, and marks the instance
// complete. The Instance field of the listed applications is set by Reconcile.
func (t *Table) Reconcile(name string, list []Application) Difference {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.instance(name)
	var d Difference
	var changed []Key
	seen := make(map[place]struct{}, len(list))
	for n := range list {
		a := list[n]
		a.Instance = i.Name
		p := place{a.Namespace, a.Name}
		seen[p] = struct{}{}
		_, known := i.index[p]
		if !t.put(i, a) {
			continue
		}
		if known {
			d.Changed++
		} else {
			d.Added++
		}
		changed = appendBounded(changed, a.Key())
	}
	for p := range maps.Clone(i.index) {
		if _, ok := seen[p]; !ok {
			t.remove(i, p)
			d.Deleted++
			changed = appendBounded(changed, Key{i.Name, p.namespace, p.name})
		}
	}
	t.listed(i.Name)
	first := !i.Complete
	i.Complete, i.ListedAt = true, t.now()
	if first || len(changed) > 0 {
		t.publish(Change{Applications: changed, Instances: []string{i.Name}})
	}
	return d
}

// SetStatus replaces an instance's status. Subscribers hear of it unless only
// LastSeen or the time of a probe moved. LastSeen never goes back: leave it
// zero to keep what Seen noted.
func (t *Table) SetStatus(name string, s Status) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, known := t.instances[name]
	i := t.instance(name)
	old := i.Status
	if !known || old.State != s.State || old.Reason != s.Reason {
		i.Since = t.now()
		t.claim(i.Name, s.URL)
		t.noteTurn(i.Name, &s, i.Since)
	}
	if s.LastSeen.Before(old.LastSeen) {
		s.LastSeen = old.LastSeen
	}
	s.CanWrite.Found = slices.Clone(s.CanWrite.Found)
	i.Status = s
	if known && old.URL == s.URL && old.State == s.State && old.Reason == s.Reason && old.Detail == s.Detail &&
		old.Version == s.Version && old.Account == s.Account &&
		old.Protocol == s.Protocol && old.Expires.Equal(s.Expires) && old.Captured.Equal(s.Captured) && old.Guessed == s.Guessed &&
		old.CanWrite.State == s.CanWrite.State && slices.Equal(old.CanWrite.Found, s.CanWrite.Found) {
		return
	}
	t.publish(Change{Instances: []string{i.Name}})
}

// Seen notes that an instance answered now.
func (t *Table) Seen(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.instances[name]; i != nil {
		i.LastSeen = t.now()
	}
}

// Forget removes an instance and its rows, as when it leaves the configuration.
func (t *Table) Forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.instances[name]
	if i == nil {
		return
	}
	for p := range maps.Clone(i.index) {
		t.remove(i, p)
	}
	delete(t.instances, name)
	t.noteForgotten(name)
	t.publish(Change{Everything: true, Instances: []string{name}})
}

// Instances returns all instances by name. The maps are the caller's.
func (t *Table) Instances() []Instance {
	t.mu.RLock()
	defer t.mu.RUnlock()
	out := make([]Instance, 0, len(t.instances))
	for _, i := range t.instances {
		out = append(out, i.snapshot())
	}
	slices.SortFunc(out, func(a, b Instance) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Instance returns one instance. The maps are the caller's.
func (t *Table) Instance(name string) (Instance, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	i := t.instances[name]
	if i == nil {
		return Instance{}, false
	}
	return i.snapshot(), true
}

func (i *instance) snapshot() Instance {
	out := i.Instance
	out.Applications = len(i.index)
	out.Health, out.Sync = maps.Clone(i.Health), maps.Clone(i.Sync)
	out.CanWrite.Found = slices.Clone(i.CanWrite.Found)
	return out
}

// Get returns one row.
func (t *Table) Get(k Key) (Row, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	i := t.instances[k.Instance]
	if i == nil {
		return Row{}, false
	}
	pos, ok := i.index[place{k.Namespace, k.Name}]
	if !ok {
		return Row{}, false
	}
	return Row{Application: t.rows[pos].app, Stale: i.Stale(), LastSeen: i.LastSeen, AsOf: i.AsOf()}, true
}

// put stores a row, keeping Since while health and sync stay, and reports
// whether anything but the resource version changed.
func (t *Table) put(i *instance, a Application) bool {
	p := place{a.Namespace, a.Name}
	pos, known := i.index[p]
	now := t.at(i)
	if !known {
		a.Since = t.began(&a, now)
		r := t.makeRow(a)
		i.index[place{r.app.Namespace, r.app.Name}] = len(t.rows)
		t.rows = append(t.rows, r)
		i.count(&r.app, 1)
		return true
	}
	old := t.rows[pos]
	if a.Since = old.app.Since; old.app.Health != a.Health || old.app.Sync != a.Sync {
		a.Since = now
		t.noteState(&a, now)
	}
	if old.app == a {
		return false
	}
	version := old.app.ResourceVersion
	a.Name = old.app.Name
	r := t.makeRow(a)
	i.count(&old.app, -1)
	t.release(old)
	t.rows[pos] = r
	i.count(&r.app, 1)
	same := old.app
	same.ResourceVersion = a.ResourceVersion
	return !(version != a.ResourceVersion && same == a)
}

func (t *Table) remove(i *instance, p place) bool {
	pos, ok := i.index[p]
	if !ok {
		return false
	}
	old, last := t.rows[pos], len(t.rows)-1
	t.noteGone(old.app.Key(), t.now())
	delete(i.index, p)
	if pos != last {
		moved := t.rows[last]
		t.rows[pos] = moved
		t.instances[moved.app.Instance].index[place{moved.app.Namespace, moved.app.Name}] = pos
	}
	t.rows[last] = nil
	t.rows = t.rows[:last]
	i.count(&old.app, -1)
	t.release(old)
	return true
}

func (i *instance) count(a *Application, by int) {
	bump(i.Health, a.Health, by)
	bump(i.Sync, a.Sync, by)
}

func bump(m map[string]int, value string, by int) {
	if m[value] += by; m[value] == 0 {
		delete(m, value)
	}
}
