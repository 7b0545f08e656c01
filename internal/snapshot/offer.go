package snapshot

import (
	"context"
	"slices"
	"time"

	"deckplan/internal/live"
)

// offer is a snapshot that has been read and waits for somebody's word.
type offer struct {
	id, file string
	at       time.Time
	snapshot *Snapshot
}

// clear drops offers that are too old or too many; the newest stays.
func (k *Keeper) clear() {
	held := 0
	for i := len(k.offers) - 1; i >= 0; i-- {
		o := k.offers[i]
		held += len(o.snapshot.Applications)
		last := i == len(k.offers)-1
		if !last && (len(k.offers)-i > maxOffers || held > maxHeld || k.Now().Sub(o.at) > offerLasts) {
			k.offers = slices.Delete(k.offers, 0, i+1)
			return
		}
	}
}

func (k *Keeper) offer(id string) (*offer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.offers, func(o *offer) bool { return o.id == id && k.Now().Sub(o.at) <= offerLasts })
	if i < 0 {
		return nil, ErrNotFound
	}
	return k.offers[i], nil
}

// Choice is what somebody says of an offer: the name to show it under and when
// it was made, both as the file says where empty.
type Choice struct {
	Name     string
	Captured time.Time
	Older    bool // it may take the place of a newer one
	By       string
}

// Review is what taking an offer would do.
type Review struct {
	ID, File             string
	Snapshot             *Snapshot // Captured as chosen
	Name                 string
	Health               map[string]int
	Last                 *Shown // the snapshot it takes the place of
	Added, Changed, Gone int
	NewRows, ChangedRows []live.Application // the first of each
	GoneRows             []live.Application
	Fault                *Fault // why it cannot be taken so; nil if it can
}

// shownRows is how many applications of each kind of change a review names.
const shownRows = 30

// chosen is an offer's snapshot with what was chosen. Its rows are shared.
func (o *offer) chosen(c Choice) (*Snapshot, string) {
	s := *o.snapshot
	if !c.Captured.IsZero() && !c.Captured.Truncate(time.Minute).Equal(s.Captured.Truncate(time.Minute)) {
		s.Captured, s.Guessed = c.Captured.UTC(), false
	}
	s.Name(c.Name, o.file)
	return &s, s.Instance
}

// Review tells what taking an offer would do.
func (k *Keeper) Review(ctx context.Context, id string, c Choice) (Review, error) {
	o, err := k.offer(id)
	if err != nil {
		return Review{}, err
	}
	s, name := o.chosen(c)
	out := Review{ID: id, File: o.file, Snapshot: s, Name: name, Health: map[string]int{}}
	all, err := k.Store.Snapshots(ctx)
	if err != nil {
		return Review{}, err
	}
	kept := Kept{Instance: name, Captured: s.Captured}
	out.Fault = k.refuse(&kept, all, c.Older)
	for i := range all {
		if all[i].Current && all[i].Key() == kept.Key() {
			out.Last = &Shown{Kept: all[i]}
		}
	}
	k.compare(&out)
	return out, nil
}

// compare counts how the rows differ from those that are shown.
func (k *Keeper) compare(r *Review) {
	shown := map[live.Key]live.Application{}
	if in, there := k.inTable(r.Name); there && in.State == live.Captured {
		for _, row := range k.Table.Query(live.Query{Instance: []string{in.Name}, Limit: -1}).Rows {
			shown[live.Key{Namespace: row.Namespace, Name: row.Name}] = row.Application
		}
	}
	keep := func(list *[]live.Application, n *int, a live.Application) {
		if *n++; len(*list) < shownRows {
			*list = append(*list, a)
		}
	}
	for _, a := range r.Snapshot.Applications {
		r.Health[a.Health]++
		key := live.Key{Namespace: a.Namespace, Name: a.Name}
		old, known := shown[key]
		delete(shown, key)
		old.Instance, old.ResourceVersion, old.Since, a.ResourceVersion, a.Since = "", "", time.Time{}, "", time.Time{}
		switch {
		case !known:
			keep(&r.NewRows, &r.Added, a)
		case old != a:
			keep(&r.ChangedRows, &r.Changed, a)
		}
	}
	for _, a := range shown {
		keep(&r.GoneRows, &r.Gone, a)
	}
}

// Accept takes an offer: it is kept and shown. What stands against it is a
// *Fault.
func (k *Keeper) Accept(ctx context.Context, id string, c Choice) (Kept, error) {
	o, err := k.offer(id)
	if err != nil {
		return Kept{}, err
	}
	s, name := o.chosen(c)
	s.Applications = slices.Clone(s.Applications)
	kept, err := k.put(ctx, s, name, handed{file: o.file, by: c.By, older: c.Older})
	if err != nil {
		return Kept{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.offers = slices.DeleteFunc(k.offers, func(one *offer) bool { return one == o })
	return kept, nil
}
