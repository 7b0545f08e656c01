package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"deckplan/internal/live"
)

const (
	detailsKept  = 64               // readings in memory
	detailsFresh = 4 * time.Second  // how long one serves every reader
	detailsAtOne = 4                // readings of one instance under way at once
	detailsLimit = 20 * time.Second // one reading may take
)

// details reads single applications, each once for all who ask at a time, and
// keeps what was read for a few seconds.
type details struct {
	now    func() time.Time
	read   func(ctx context.Context, k live.Key) (live.Detail, error)
	flight singleflight.Group

	mu    sync.Mutex
	slots map[string]*detailSlots // by instance, of those that are being read
	order []live.Key
	kept  map[live.Key]*detailKept
}

// detailKept is the last reading of an application; it failed if err is set,
// and detail is then what was read before, if anything.
type detailKept struct {
	at     time.Time
	detail live.Detail
	err    error
}

func newDetails(now func() time.Time, read func(context.Context, live.Key) (live.Detail, error)) *details {
	return &details{now: now, read: read, slots: map[string]*detailSlots{}, kept: map[live.Key]*detailKept{}}
}

// of reads an application. What cannot be read is a *live.Failure.
func (d *details) of(ctx context.Context, k live.Key) (live.Detail, error) {
	if got := d.fresh(k); got != nil {
		return got.detail, got.err
	}
	done := d.flight.DoChan(strings.Join([]string{k.Instance, k.Namespace, k.Name}, "\x00"), func() (any, error) {
		if got := d.fresh(k); got != nil { // another reading ended meanwhile
			return got.detail, got.err
		}
		detail, err := d.once(context.WithoutCancel(ctx), k)
		return d.keep(k, detail, err), err
	})
	select {
	case <-ctx.Done():
		return live.Detail{}, ctx.Err()
	case r := <-done:
		return r.Val.(live.Detail), r.Err
	}
}

// fresh is the last reading, if it may serve; it is never changed.
func (d *details) fresh(k live.Key) *detailKept {
	d.mu.Lock()
	defer d.mu.Unlock()
	if got := d.kept[k]; got != nil && d.now().Sub(got.at) < detailsFresh {
		return got
	}
	return nil
}

// detailSlots are the readings of one instance: one that hangs holds up no
// other.
type detailSlots struct {
	taken chan struct{}
	users int // that read or wait
}

// enter gives the slots of an instance until leave is called.
func (d *details) enter(instance string) (slots chan struct{}, leave func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.slots[instance]
	if s == nil {
		s = &detailSlots{taken: make(chan struct{}, detailsAtOne)}
		d.slots[instance] = s
	}
	s.users++
	return s.taken, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if s.users--; s.users == 0 {
			delete(d.slots, instance)
		}
	}
}

// once reads, whoever waits for it and however many read other applications.
func (d *details) once(ctx context.Context, k live.Key) (detail live.Detail, err error) {
	ctx, cancel := context.WithTimeout(ctx, detailsLimit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil { // outside the handler nobody else would
			err = &live.Failure{Reason: live.UnknownReason, Detail: fmt.Sprint(p)}
		}
	}()
	slots, leave := d.enter(k.Instance)
	defer leave()
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return detail, &live.Failure{Reason: live.TimedOut, Detail: "other applications are being read"}
	}
	detail, err = d.read(ctx, k)
	var known *live.Failure
	switch {
	case err == nil || errors.As(err, &known):
		return detail, err
	case errors.Is(err, context.DeadlineExceeded):
		return detail, &live.Failure{Reason: live.TimedOut, Detail: err.Error()}
	}
	return detail, &live.Failure{Reason: live.UnknownReason, Detail: err.Error()}
}

// keep keeps a reading, and of one that failed what was known before.
func (d *details) keep(k live.Key, detail live.Detail, err error) live.Detail {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.kept[k]; old != nil {
		if err != nil {
			detail = old.detail
		}
	} else if d.order = append(d.order, k); len(d.order) > detailsKept {
		delete(d.kept, d.order[0])
		d.order = d.order[1:]
	}
	d.kept[k] = &detailKept{d.now(), detail, err}
	return detail
}

// last is what was read last of an application, without reading.
func (d *details) last(k live.Key) (live.Detail, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	got := d.kept[k]
	if got == nil || got.detail.Read.IsZero() {
		return live.Detail{}, false
	}
	return got.detail, true
}
