package live

import "time"

// Memory is what must outlive a restart so that the age of a state stays true.
type Memory struct {
	Namespace, Name string
	Health, Sync    string
	Since           time.Time
}

// Recollection is what is kept of the applications of one instance.
type Recollection struct {
	Instance string
	URL      string // of the server it was read from; empty if not known
	States   []Memory
}

// remembered is a Recollection that the table looks up.
type remembered struct {
	url    string
	states map[place]memory
}

type memory struct {
	health, sync string
	since        time.Time
}

// Recollect returns what to keep of an instance's applications, and whether they
// are all there are: a full list has been taken.
func (t *Table) Recollect(instance string) (r Recollection, complete bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	i := t.instances[instance]
	if i == nil {
		return Recollection{Instance: instance}, false
	}
	r = Recollection{Instance: i.Name, URL: i.URL, States: make([]Memory, 0, len(i.index))}
	for p, pos := range i.index {
		a := &t.rows[pos].app
		health, sync := a.pair()
		r.States = append(r.States, Memory{p.namespace, p.name, health, sync, a.Since})
	}
	return r, i.Complete
}

// Restore gives the table what an earlier one kept of an instance. It applies
// to rows that first appear afterwards: one still in the state that is
// remembered keeps its age, one in another has changed now, and one that the
// first full list lacks was deleted. It is forgotten where the instance turns
// out to be another server, and freed with the first full list.
func (t *Table) Restore(r Recollection) {
	states := make(map[place]memory, len(r.States))
	for _, m := range r.States {
		states[place{m.Namespace, m.Name}] = memory{m.Health, m.Sync, m.Since}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.restored[r.Instance] = &remembered{url: r.URL, states: states}
}

// DropUnclaimed frees what was restored of instances that the table has not.
func (t *Table) DropUnclaimed() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range t.restored {
		if t.instances[name] == nil {
			delete(t.restored, name)
		}
	}
}

// pair is the application's health and sync as they are kept: both empty means
// that there is no application.
func (a *Application) pair() (health, sync string) {
	if a.Health == "" && a.Sync == "" {
		return Unknown, Unknown
	}
	return a.Health, a.Sync
}

// began is since when an application that is new to the table is in its state.
// What is remembered of it is used up.
func (t *Table) began(a *Application, now time.Time) time.Time {
	if r := t.restored[a.Instance]; r != nil {
		p := place{a.Namespace, a.Name}
		m, ok := r.states[p]
		delete(r.states, p)
		health, sync := a.pair()
		if ok && m.health == health && m.sync == sync && m.since.Before(now) {
			return m.since
		}
	}
	t.noteState(a, now)
	return now
}

// listed ends the memory of an instance: what is still in it was deleted while
// nobody looked.
func (t *Table) listed(instance string) {
	r := t.restored[instance]
	if r == nil {
		return
	}
	now := t.now()
	for p := range r.states {
		t.noteGone(Key{instance, p.namespace, p.name}, now)
	}
	delete(t.restored, instance)
}

// claim drops the memory of an instance that is another server now.
func (t *Table) claim(instance, url string) {
	if r := t.restored[instance]; r != nil && r.url != "" && url != "" && r.url != url {
		t.noteForgotten(instance)
	}
}
