// Package roster keeps the connections to Argo CD that people make in the
// browser beside those of the environment: it checks what they type, seals
// their tokens, stores them, and has the fleet watch them at once.
package roster

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"deckplan/internal/argocd"
	"deckplan/internal/connect"
	"deckplan/internal/live"
	"deckplan/internal/seal"
)

// Store is what a roster needs of the database.
type Store interface {
	Connections(ctx context.Context) ([]connect.Kept, error)
	Connection(ctx context.Context, id string) (connect.Kept, error)
	AddConnection(ctx context.Context, k connect.Kept) (connect.Kept, error)
	SaveConnection(ctx context.Context, k connect.Kept) (connect.Kept, error)
	RemoveConnection(ctx context.Context, id string) error
}

// Config is what a roster is made of.
type Config struct {
	Store       Store
	Key         *seal.Key
	Fleet       *argocd.Fleet
	Environment []argocd.Connection
	File        []argocd.Connection // of FileName, none with a name of Environment
	FileName    string
	TokenFolder string // whose files may be named as token files; none if empty
	Log         *slog.Logger
	Options     argocd.Options         // of trials
	Snapshot    func(name string) bool // reports whether a snapshot is shown under a name; nil where there are none
}

// Roster is safe for concurrent use. A change is in the database and in the
// fleet, or in neither.
type Roster struct {
	Config
	given    []given
	changing sync.Mutex    // one change at a time, so that fleet and store agree
	trials   chan struct{} // a place for each trial under way
}

// Limits of what is taken.
const (
	maxConnections = 200
	maxTrials      = 4 // at a time; others wait
)

// environmentID begins the ids of connections that are given at the start.
const environmentID = "env."

// given is a connection that was given at the start, by the environment or by
// a file: it is not in the database and cannot be changed while Deckplan runs.
type given struct {
	argocd.Connection
	file string // empty for the environment
}

// New makes a roster that watches nothing yet.
func New(c Config) *Roster {
	r := &Roster{Config: c, trials: make(chan struct{}, maxTrials)}
	for _, one := range c.Environment {
		r.given = append(r.given, given{one, ""})
	}
	for _, one := range c.File {
		r.given = append(r.given, given{one, c.FileName})
	}
	return r
}

// Start has the fleet watch every connection, given at the start and stored. A
// stored one whose token cannot be opened is shown as such.
func (r *Roster) Start(ctx context.Context) error {
	r.changing.Lock()
	defer r.changing.Unlock()
	kept, err := r.Store.Connections(ctx)
	if err != nil {
		return err
	}
	for _, c := range r.given {
		r.Fleet.Set(c.Name, c.Connection)
	}
	for _, k := range kept {
		if g, ok := r.givenAs(k.Name); ok {
			r.Log.Warn("a connection is not used: one given at the start has its name", "instance", k.Name, "file", g.file)
			continue
		}
		r.watch(k)
	}
	return nil
}

// TokenFiles reports whether token files may be named.
func (r *Roster) TokenFiles() bool { return r.TokenFolder != "" }

// All lists the connections by name, those given at the start too.
func (r *Roster) All(ctx context.Context) ([]connect.Shown, error) {
	kept, err := r.Store.Connections(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]connect.Shown, 0, len(kept)+len(r.given))
	for _, c := range r.given {
		out = append(out, connect.Shown{ID: environmentID + c.Name, Name: c.Name, URL: c.URL, TokenFile: c.TokenFile,
			CA: cmp.Or(c.CAFile, c.CA), Insecure: c.Insecure, Options: c.Options(), Environment: true, File: c.file})
	}
	for _, k := range kept {
		out = append(out, r.shown(k))
	}
	slices.SortStableFunc(out, func(a, b connect.Shown) int { return cmp.Compare(connect.NameKey(a.Name), connect.NameKey(b.Name)) })
	return out, nil
}

// One gives a stored connection.
func (r *Roster) One(ctx context.Context, id string) (connect.Shown, error) {
	k, err := r.Store.Connection(ctx, id)
	if err != nil {
		return connect.Shown{}, err
	}
	return r.shown(k), nil
}

// Add keeps a new connection and has it watched. A draft with faults is a
// *connect.Refused.
func (r *Roster) Add(ctx context.Context, d connect.Draft) (connect.Shown, error) {
	r.changing.Lock()
	defer r.changing.Unlock()
	k := connect.Kept{ID: strings.ToLower(rand.Text()[:12])}
	problems, err := r.merge(ctx, &k, d)
	if err != nil {
		return connect.Shown{}, err
	}
	if len(problems) > 0 {
		return connect.Shown{}, &connect.Refused{Problems: problems}
	}
	if k, err = r.Store.AddConnection(ctx, k); err != nil {
		return connect.Shown{}, refused(err, d)
	}
	r.Log.Info("connection added", "instance", k.Name, "url", k.URL)
	r.watch(k)
	return r.shown(k), nil
}

// Change changes a connection and has it watched as it is then.
func (r *Roster) Change(ctx context.Context, d connect.Draft) (connect.Shown, error) {
	r.changing.Lock()
	defer r.changing.Unlock()
	k, err := r.Store.Connection(ctx, d.ID)
	if err != nil {
		return connect.Shown{}, err
	}
	before := k.Name
	problems, err := r.merge(ctx, &k, d)
	if err != nil {
		return connect.Shown{}, err
	}
	if len(problems) > 0 {
		return connect.Shown{}, &connect.Refused{Problems: problems}
	}
	k.Version = d.Version
	if k, err = r.Store.SaveConnection(ctx, k); err != nil {
		return connect.Shown{}, refused(err, d)
	}
	r.Log.Info("connection changed", "instance", k.Name, "url", k.URL)
	if before != k.Name && !r.isGiven(before) {
		r.Fleet.Remove(before)
	}
	r.watch(k)
	return r.shown(k), nil
}

// Remove deletes a connection with its token and takes its rows from the table.
func (r *Roster) Remove(ctx context.Context, id string) error {
	r.changing.Lock()
	defer r.changing.Unlock()
	k, err := r.Store.Connection(ctx, id)
	if err != nil {
		return err
	}
	if err := r.Store.RemoveConnection(ctx, id); err != nil {
		return err
	}
	r.Log.Info("connection removed", "instance", k.Name)
	if !r.isGiven(k.Name) {
		r.Fleet.Remove(k.Name)
	}
	return nil
}

// refused makes the one fault that only the database finds a draft's problem.
func refused(err error, d connect.Draft) error {
	if errors.Is(err, connect.ErrNameTaken) {
		return &connect.Refused{Problems: []connect.Problem{nameTaken(d.Name)}}
	}
	return err
}

// givenAs finds a connection that was given at the start by its name.
func (r *Roster) givenAs(name string) (given, bool) {
	for _, g := range r.given {
		if connect.NameKey(g.Name) == connect.NameKey(name) {
			return g, true
		}
	}
	return given{}, false
}

func (r *Roster) isGiven(name string) bool {
	_, ok := r.givenAs(name)
	return ok
}

// watch has the fleet watch a connection, or shows why it cannot.
func (r *Roster) watch(k connect.Kept) {
	c, err := r.open(k)
	if err != nil {
		r.Log.Warn("the token of a connection cannot be used", "instance", k.Name, "key", r.Key, "error", err)
		r.Fleet.Refuse(k.Name, k.URL, why(err))
		return
	}
	r.Fleet.Set(k.Name, c)
}

func (r *Roster) shown(k connect.Kept) connect.Shown {
	_, err := r.open(k)
	return connect.Shown{ID: k.ID, Name: k.Name, URL: k.URL, TokenFile: k.TokenFile, CA: k.CA, Insecure: k.Insecure, Options: k.Options, Version: k.Version,
		Lost: err != nil && why(err) == live.TokenLost, Shadowed: r.isGiven(k.Name)}
}
