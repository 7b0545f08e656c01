package live

import (
	"errors"
	"time"
)

// View is a selection of the table that somebody gave a name, for everybody.
type View struct {
	ID      string
	Name    string
	Query   string // of the page's address
	By      string // who saved it; empty if they gave no name
	Created time.Time
}

// Errors of keeping views.
var (
	ErrViewNamed = errors.New("live: another view has that name")
	ErrViewsFull = errors.New("live: no more views can be kept")
)

// MaxViews bounds the views that are kept.
const MaxViews = 200
