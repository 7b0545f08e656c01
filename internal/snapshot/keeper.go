package snapshot

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"deckplan/internal/connect"
	"deckplan/internal/live"
)

// ErrNotFound is said of an offer or a snapshot that is not, or no longer,
// there.
var ErrNotFound = errors.New("snapshot: not found")

// Config is what a keeper is made of.
type Config struct {
	Store  Store
	Table  *live.Table
	Folder string // to be watched; none if empty
	Log    *slog.Logger
	Now    func() time.Time
	Poll   time.Duration // between looks into the folder; 3 s
}

// Keeper has snapshots shown in the live table, and keeps them. It is safe for
// concurrent use.
type Keeper struct {
	Config
	changing sync.Mutex      // one change at a time, so that table and store agree
	broken   map[string]bool // kept snapshots that cannot be read, by id
	mu       sync.Mutex
	offers   []*offer
	folder   folder
}

// Limits of what is kept.
const (
	maxInstances = 200
	maxOffers    = 8
	offerLasts   = 30 * time.Minute
	maxHeld      = MaxApplications // applications of all offers together
	ahead        = 5 * time.Minute // clocks may differ by
)

// NewKeeper makes a keeper that shows nothing yet.
func NewKeeper(c Config) *Keeper {
	c.Poll = cmp.Or(c.Poll, 3*time.Second)
	return &Keeper{Config: c, folder: folder{files: map[string]*File{}}, broken: map[string]bool{}}
}

// Start shows what is kept. A connection of the same name goes before.
func (k *Keeper) Start(ctx context.Context) error {
	k.changing.Lock()
	defer k.changing.Unlock()
	return k.show(ctx)
}

// Run looks into the folder now and again until ctx ends, and shows a snapshot
// once the connection that went before it is gone.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(k.Poll)
	defer tick.Stop()
	for {
		k.changing.Lock()
		if err := k.show(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("snapshots cannot be shown", "error", err)
		}
		k.changing.Unlock()
		if k.Folder != "" {
			k.look(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// show puts every current snapshot into the table whose name is free.
func (k *Keeper) show(ctx context.Context) error {
	all, err := k.Store.Snapshots(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if _, there := k.inTable(all[i].Instance); !all[i].Current || there || k.broken[all[i].ID] {
			continue
		}
		content, err := k.Store.SnapshotContent(ctx, all[i].ID)
		if err != nil {
			return err
		}
		s, err := unpack(content)
		if err != nil {
			k.Log.Error("a kept snapshot cannot be read; hand the file in again", "instance", all[i].Instance, "error", err)
			k.broken[all[i].ID] = true
			continue
		}
		k.capture(&all[i], s)
	}
	return nil
}

func (k *Keeper) capture(kept *Kept, s *Snapshot) live.Difference {
	return k.Table.Capture(kept.Instance, s.Applications, s.Scope, live.Status{URL: kept.URL, Version: kept.Version, Captured: kept.Captured, Guessed: kept.Guessed})
}

// inTable finds an instance by its name in any spelling.
func (k *Keeper) inTable(name string) (live.Instance, bool) {
	key := connect.NameKey(name)
	all := k.Table.Instances()
	i := slices.IndexFunc(all, func(in live.Instance) bool { return connect.NameKey(in.Name) == key })
	if i < 0 {
		return live.Instance{}, false
	}
	return all[i], true
}

// Shows reports whether a snapshot is shown under a name, which a connection
// then cannot have.
func (k *Keeper) Shows(name string) bool {
	in, ok := k.inTable(name)
	return ok && in.State == live.Captured
}

// Shown is a current snapshot as pages show it.
type Shown struct {
	Kept
	Shadowed bool   // a connection has its name, so it is not shown
	Earlier  []Kept // newest first
}

// All lists the current snapshots by name, and what came before them.
func (k *Keeper) All(ctx context.Context) ([]Shown, error) {
	all, err := k.Store.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	var out []Shown
	for _, one := range all {
		if one.Current {
			in, there := k.inTable(one.Instance)
			out = append(out, Shown{Kept: one, Shadowed: there && in.State != live.Captured})
		}
	}
	for _, one := range all {
		for i := range out {
			if !one.Current && one.Key() == out[i].Key() {
				out[i].Earlier = append(out[i].Earlier, one)
			}
		}
	}
	slices.SortFunc(out, func(a, b Shown) int { return strings.Compare(a.Key(), b.Key()) })
	return out, nil
}

// Remove forgets a current snapshot and takes its rows from the table.
func (k *Keeper) Remove(ctx context.Context, id string) (Kept, error) {
	k.changing.Lock()
	defer k.changing.Unlock()
	all, err := k.Store.Snapshots(ctx)
	if err != nil {
		return Kept{}, err
	}
	i := slices.IndexFunc(all, func(one Kept) bool { return one.ID == id && one.Current })
	if i < 0 {
		return Kept{}, ErrNotFound
	}
	if err := k.Store.RemoveSnapshot(ctx, id); err != nil {
		return Kept{}, err
	}
	if in, there := k.inTable(all[i].Instance); there && in.State == live.Captured {
		k.Table.Forget(in.Name)
	}
	k.Log.Info("snapshot removed", "instance", all[i].Instance)
	return all[i], nil
}

// handed is who hands a snapshot in, and how.
type handed struct {
	file   string
	folder bool
	by     string
	older  bool // it may take the place of a newer one
}

// put keeps a snapshot under a name and shows it.
func (k *Keeper) put(ctx context.Context, s *Snapshot, name string, h handed) (Kept, error) {
	k.changing.Lock()
	defer k.changing.Unlock()
	all, err := k.Store.Snapshots(ctx)
	if err != nil {
		return Kept{}, err
	}
	kept := Kept{ID: strings.ToLower(rand.Text()[:12]), Instance: name, Source: s.Source, File: live.Clip(h.file, 255), Digest: s.Digest, URL: s.URL, Version: s.Version,
		Captured: s.Captured, Guessed: s.Guessed, MadeBy: s.By, Host: s.Host, Received: k.Now(), Folder: h.folder, By: h.by,
		Applications: len(s.Applications), Current: true}
	if f := k.refuse(&kept, all, h.older); f != nil {
		return Kept{}, f
	}
	if in, there := k.inTable(name); there { // as it is spelt already
		kept.Instance = in.Name
	}
	k.date(kept.Instance, s)
	content, err := s.content()
	if err != nil {
		return Kept{}, err
	}
	if err := k.Store.AddSnapshot(ctx, kept, content); err != nil {
		return Kept{}, err
	}
	d := k.capture(&kept, s)
	k.Log.Info("snapshot taken", "instance", kept.Instance, "file", kept.File, "captured", kept.Captured, "applications", kept.Applications,
		"added", d.Added, "changed", d.Changed, "deleted", d.Deleted)
	return kept, nil
}

// refuse tells why a snapshot cannot be shown under its name; nil if it can.
func (k *Keeper) refuse(kept *Kept, all []Kept, older bool) *Fault {
	if f := checkName(kept.Instance); f != nil {
		return f
	}
	if in, there := k.inTable(kept.Instance); there && in.State != live.Captured {
		f := fault("connected", "name", in.Name)
		f.Field = "name"
		return f
	}
	if kept.Captured.After(k.Now().Add(ahead)) {
		f := fault("future")
		f.Field = "captured"
		return f
	}
	current, instances := Kept{}, 0
	for _, one := range all {
		if one.Current {
			instances++
			if one.Key() == kept.Key() {
				current = one
			}
		}
	}
	switch {
	case current.ID == "" && instances >= maxInstances:
		return fault("instances", "max", maxInstances)
	case current.ID != "" && kept.Captured.Before(current.Captured) && !older:
		f := fault("older", "name", current.Instance, "time", current.Captured.UnixMilli())
		f.Field = "older"
		return f
	}
	return nil
}

// date says since when each application has been in its state: since the first
// of the snapshots without a gap that show it so.
func (k *Keeper) date(name string, s *Snapshot) {
	for i := range s.Applications {
		a := &s.Applications[i]
		a.Since = s.Captured
		old, ok := k.Table.Get(live.Key{Instance: name, Namespace: a.Namespace, Name: a.Name})
		if ok && old.Health == a.Health && old.Sync == a.Sync && old.Since.Before(a.Since) {
			a.Since = old.Since
		}
	}
}

// Offer reads a file that somebody hands in, for them to look at before it is
// shown. What is wrong with it is a *Fault.
func (k *Keeper) Offer(r io.Reader, file string) (id string, err error) {
	s, err := Read(r)
	if err != nil {
		return "", err
	}
	s.Settle(k.Now(), k.Now())
	o := &offer{id: strings.ToLower(rand.Text()[:16]), file: file, at: k.Now(), snapshot: s}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.offers = append(k.offers, o)
	k.clear()
	return o.id, nil
}
