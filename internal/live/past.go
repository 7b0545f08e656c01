package live

import "time"

// Transition is a change of an application's health or sync.
type Transition struct {
	Key          Key
	At           time.Time
	Health, Sync string // from then on; both empty where the application was deleted
	Revision     string // at that time
}

// Stretch is a time in which an instance's connection was in one state.
type Stretch struct {
	Instance string
	State    State
	Reason   Reason
	From, To time.Time // To is zero while it lasts
}
