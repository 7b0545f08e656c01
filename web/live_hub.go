package web

import (
	"crypto/rand"
	"strconv"
	"strings"
	"sync"
	"time"

	"deckplan/internal/live"
)

// How the hub paces what it tells.
const (
	gather      = 50 * time.Millisecond // changes are collected before they are told
	gatherMost  = 100 * time.Millisecond
	refreshAt   = time.Second // a view's readers are told to refresh no more often
	refreshMost = 10 * time.Second
	mostStreams = 2000
)

// hub tells the readers of the live pages what changed. It alone follows the
// table, and runs only while somebody reads.
type hub struct {
	table    *live.Table
	epoch    string // of the table's versions: another start of the server counts anew
	limit    int    // streams at once
	patience time.Duration
	shares   shares
	rows     rowTexts

	mu       sync.Mutex
	version  uint64 // of the table, up to which readers have been told
	readers  map[string]*reader
	views    map[string]*view
	interval time.Duration // between refreshes of a view, more under load
	weighed  time.Time
	stop     chan struct{} // ends run; nil while nobody reads
}

// view is what several readers look at alike.
type view struct {
	readers  map[*reader]struct{}
	concerns func(*live.Change) bool
	due      time.Time // of the next refresh; zero if none is needed
	last     time.Time
	matches  matches
}

// reader is one open stream.
type reader struct {
	id, key string
	query   live.Query
	view    *view
	look    look
	wake    chan struct{} // something is to be sent

	// Guarded by the hub's lock. Rows of the screen before are still told of,
	// since the newer one may not have been drawn yet.
	screen, before *screen
	sure           bool                  // the page shows the screen, or is being answered with it
	pending        map[live.Key]struct{} // rows on the screen that changed; no more than it has
	stale          bool
	over           bool // the plan beside the page is another: the reader is to come anew
	version        uint64
}

func newHub(t *live.Table) *hub {
	return &hub{table: t, epoch: strings.ToLower(rand.Text()[:10]), limit: mostStreams, patience: patience, interval: refreshAt,
		readers: map[string]*reader{}, views: map[string]*view{}}
}

// stamp writes a version so that one of another start is not taken for it.
func (h *hub) stamp(versions ...uint64) string {
	out := h.epoch
	for _, v := range versions {
		out += "-" + strconv.FormatUint(v, 10)
	}
	return out
}

// versions reads what stamp wrote; it gives none for another start's.
func (h *hub) versions(stamp string) (out []uint64) {
	parts := strings.Split(clip(stamp, 100), "-")
	if parts[0] != h.epoch {
		return nil
	}
	for _, p := range parts[1:] {
		v, err := strconv.ParseUint(p, 10, 64)
		if err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// join adds a reader who has seen the table up to a version, and tells whether
// there was room. leave must be called if there was.
func (h *hub) join(r *reader, concerns func(*live.Change) bool, seen uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.readers) >= h.limit {
		return false
	}
	if h.stop == nil {
		h.version = h.table.Version()
		h.stop = make(chan struct{})
		changed, cancel := h.table.Subscribe()
		go func(stop chan struct{}) {
			defer cancel()
			h.run(changed, stop)
		}(h.stop)
	}
	v := h.views[r.key]
	if v == nil {
		v = &view{readers: map[*reader]struct{}{}, concerns: concerns}
		h.views[r.key] = v
	}
	v.readers[r] = struct{}{}
	r.view, r.id, r.wake, r.pending = v, rand.Text(), make(chan struct{}, 1), map[live.Key]struct{}{}
	h.readers[r.id] = r
	h.catchUp(r, seen)
	return true
}

// leave takes a reader away. The last one ends the hub's work.
func (h *hub) leave(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.readers, r.id)
	delete(r.view.readers, r)
	if len(r.view.readers) == 0 {
		delete(h.views, r.key)
	}
	if len(h.readers) == 0 {
		close(h.stop)
		h.stop = nil
		h.rows.clear()
	}
}

// catchUp closes the gap between what a reader has seen and now.
func (h *hub) catchUp(r *reader, seen uint64) {
	c, ok := h.table.Since(seen)
	r.version = c.Version
	missed := r.screen == nil && c.Version != seen && r.view.concerns(&c)
	if !ok || c.Everything || missed || r.screen != nil && !r.sure {
		r.stale = true
		r.rouse()
		return
	}
	// Rows may have been told of when the counts beside them had not.
	if r.screen != nil && r.screen.version < c.Version {
		h.plan(r.view, time.Now(), len(c.Status) > 0)
	}
	r.changed(c.Applications)
}

// drawn notes that a reader's page has been answered with another screen of the
// same view. Where that is beside another revision of the plan, whose owners the
// reader's rows do not name, the stream ends and the page opens another.
func (h *hub) drawn(id string, s *screen) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.readers[id]
	if r == nil || r.screen == s {
		return
	}
	if r.key != s.key {
		if strings.TrimSuffix(r.key, r.query.OwnerKey) == strings.TrimSuffix(s.key, s.owners) {
			r.over = true
			r.rouse()
		}
		return
	}
	r.before, r.screen, r.sure = r.screen, s, true
	h.catchUp(r, s.version)
}

// changed notes those of the keys that are on the reader's screen.
func (r *reader) changed(keys []live.Key) {
	before := len(r.pending)
	for _, k := range keys {
		if r.screen.has(k) || r.before.has(k) {
			r.pending[k] = struct{}{}
		}
	}
	if len(r.pending) > before {
		r.rouse()
	}
}

func (r *reader) rouse() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// plan has a view's readers refresh: soon where what only a refresh shows has
// changed, otherwise once changes had time to gather.
func (h *hub) plan(v *view, now time.Time, soon bool) {
	due := now.Add(h.interval)
	if soon {
		due = now
		if after := v.last.Add(h.interval); after.After(now) {
			due = after
		}
	}
	if v.due.IsZero() || due.Before(v.due) {
		v.due = due
	}
}

// run follows the table until stop is closed.
func (h *hub) run(changed <-chan live.Change, stop <-chan struct{}) {
	pause := gather
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		begun := time.Now()
		next := h.tick(begun)
		pause = min(max(4*time.Since(begun), gather), gatherMost)
		timer.Reset(max(next, pause))
		if next == 0 { // no refresh is due: wait for a change
			select {
			case <-stop:
				return
			case <-changed:
			}
		} else {
			select {
			case <-stop:
				return
			case <-changed:
			case <-timer.C:
				continue
			}
		}
		timer.Reset(pause)
		select {
		case <-stop:
			return
		case <-timer.C:
		}
	}
}

// tick tells readers what changed since the last one, and says when the next
// refresh is due at the latest; 0 where none is.
func (h *hub) tick(now time.Time) (next time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.table.Since(h.version)
	news := c.Version != h.version
	h.version = c.Version
	h.weigh(now)
	lost := !ok || c.Everything
	for _, v := range h.views {
		if news && (lost || v.concerns(&c)) {
			h.plan(v, now, lost || len(c.Status) > 0)
		}
		refresh := !v.due.IsZero() && !v.due.After(now)
		if refresh {
			v.due, v.last = time.Time{}, now
		}
		var on map[*screen][]live.Key
		for r := range v.readers {
			if news && len(c.Applications) > 0 && r.screen != nil {
				if on == nil {
					on = map[*screen][]live.Key{}
				}
				r.changed(r.screen.among(c.Applications, on))
				if r.before != nil {
					r.changed(r.before.among(c.Applications, on))
				}
			}
			r.version = h.version
			if refresh {
				r.stale = true
				r.rouse()
			}
		}
		if !v.due.IsZero() && (next == 0 || v.due.Sub(now) < next) {
			next = max(v.due.Sub(now), time.Millisecond)
		}
	}
	return next
}

// weigh lets refreshes be rarer while answering them takes more than a quarter
// of a processor, and more often again below a tenth.
func (h *hub) weigh(now time.Time) {
	since := now.Sub(h.weighed)
	if since < time.Second {
		return
	}
	load := float64(h.shares.spent.Swap(0)) / float64(since)
	h.weighed = now
	switch {
	case load > 0.25:
		h.interval = min(h.interval*3/2, refreshMost)
	case load < 0.1:
		h.interval = max(h.interval*3/4, refreshAt)
	}
}

// told is what a reader is to be sent.
type told struct {
	keys    []live.Key
	stale   bool
	over    bool
	version uint64
	screen  []uint64      // version of what the page shows, if that is sure
	within  time.Duration // over which the view's readers spread their refreshes
}

// take gives what has gathered for a reader, who then has nothing waiting.
func (h *hub) take(r *reader) told {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := told{stale: r.stale, over: r.over, version: r.version, within: time.Duration(len(r.view.readers)) * 2 * time.Millisecond}
	out.within = min(out.within, h.interval/2)
	if r.sure {
		out.screen = []uint64{r.screen.version}
	}
	for k := range r.pending {
		out.keys = append(out.keys, k)
	}
	clear(r.pending)
	r.stale = false
	return out
}
