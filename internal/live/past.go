package live

import (
	"slices"
	"time"
)

// Transition is a change of an application's health or sync. The first one
// known of an application is its beginning: no earlier state is known.
type Transition struct {
	Key          Key
	At           time.Time
	Health, Sync string // from then on; both empty where the application was deleted
	Revision     string // at that time
}

// Gone reports whether the application was deleted.
func (t *Transition) Gone() bool { return t.Health == "" && t.Sync == "" }

// Stretch is a time in which an instance's connection was in one state.
type Stretch struct {
	Instance string
	State    State
	Reason   Reason
	From, To time.Time // To is zero while it lasts
}

// Turn begins a stretch and ends the one before it.
type Turn struct {
	Instance string
	URL      string // of the server it is about
	State    State
	Reason   Reason
	At       time.Time
}

// Notes are what happened since they were last taken, in order.
type Notes struct {
	Forgotten   []string // instances whose whole past goes; it goes before the rest is added
	Transitions []Transition
	Turns       []Turn
	Lost        int // transitions and turns that found no room
}

// Empty reports whether nothing happened.
func (n *Notes) Empty() bool {
	return len(n.Forgotten) == 0 && len(n.Transitions) == 0 && len(n.Turns) == 0 && n.Lost == 0
}

// Add puts later notes behind these. What is forgotten since is not kept.
func (n *Notes) Add(later Notes) {
	for _, name := range later.Forgotten {
		n.forget(name)
	}
	n.Transitions = append(n.Transitions, later.Transitions...)
	n.Turns = append(n.Turns, later.Turns...)
	n.Lost += later.Lost
}

func (n *Notes) forget(instance string) {
	n.Transitions = slices.DeleteFunc(n.Transitions, func(c Transition) bool { return c.Key.Instance == instance })
	n.Turns = slices.DeleteFunc(n.Turns, func(c Turn) bool { return c.Instance == instance })
	if !slices.Contains(n.Forgotten, instance) {
		n.Forgotten = append(n.Forgotten, instance)
	}
}

// MostNotes is how many transitions, and turns, wait to be taken unless
// LimitNotes says otherwise: about 120 bytes each. A first list of 100,000
// applications finds room.
const MostNotes = 1 << 17

// LimitNotes bounds the transitions, and the turns, that wait to be taken.
func (t *Table) LimitNotes(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mostNotes = n
}

// TakeNotes makes the table note from the first call on, and gives what it has
// noted since the last. It never waits for longer than a change of a row does.
func (t *Table) TakeNotes() Notes {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.notes == nil {
		t.notes = &Notes{}
	}
	n := *t.notes
	*t.notes = Notes{}
	return n
}

func (t *Table) noteState(a *Application, now time.Time) {
	health, sync := a.pair()
	t.note(Transition{Key: a.Key(), At: now, Health: health, Sync: sync, Revision: a.Revision})
}

func (t *Table) noteGone(k Key, now time.Time) { t.note(Transition{Key: k, At: now}) }

func (t *Table) note(n Transition) {
	switch {
	case t.notes == nil:
	case len(t.notes.Transitions) >= t.mostNotes:
		t.notes.Lost++
	default:
		t.notes.Transitions = append(t.notes.Transitions, n)
	}
}

// noteTurn notes that an instance's status began. A snapshot is never asked, so
// it is no connection.
func (t *Table) noteTurn(instance string, s *Status, now time.Time) {
	switch {
	case t.notes == nil, s.Protocol == Snapshot:
	case len(t.notes.Turns) >= t.mostNotes:
		t.notes.Lost++
	default:
		t.notes.Turns = append(t.notes.Turns, Turn{instance, s.URL, s.State, s.Reason, now})
	}
}

// noteForgotten takes the past of an instance away, what is noted of it too.
func (t *Table) noteForgotten(instance string) {
	delete(t.restored, instance)
	if t.notes != nil {
		t.notes.forget(instance)
	}
}
