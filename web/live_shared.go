package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"deckplan/internal/live"
	"deckplan/web/page"
)

// How many screens are kept for those who look at the same.
const (
	mostViews   = 512
	screensKept = 8 // of one view
	screenLife  = time.Minute
	timedLife   = time.Second // of one that depends on the time of day
)

// screen is a query's answer at one version of the table. It is shared and
// never changed.
type screen struct {
	key     string
	owners  string // by which plan's revision it tells owners
	version uint64
	at      time.Time
	timed   bool // what it shows depends on the time of day
	result  live.Result
	keys    map[live.Key]struct{}
}

// current tells whether a screen is at a version or later, and not of a time
// that has passed.
func (s *screen) current(least uint64) bool {
	return s.version >= least && (!s.timed || time.Since(s.at) < timedLife)
}

func (s *screen) has(k live.Key) bool {
	if s == nil {
		return false
	}
	_, ok := s.keys[k]
	return ok
}

// among gives those of the keys that are on the screen; known holds what was
// found already.
func (s *screen) among(keys []live.Key, known map[*screen][]live.Key) []live.Key {
	out, ok := known[s]
	if !ok {
		for _, k := range keys {
			if s.has(k) {
				out = append(out, k)
			}
		}
		known[s] = out
	}
	return out
}

// shares holds the answers that readers of one view share, so that many of
// them cost one query and one drawing.
type shares struct {
	spent atomic.Int64 // nanoseconds of work since it was last weighed

	mu    sync.Mutex
	slots map[string]*slot
	swept time.Time // when slots that nobody had asked for were last let go
}

// slot holds what is shared of one view.
type slot struct {
	building sync.Mutex // held while a screen or a fragment is made
	used     time.Time  // guarded by shares.mu

	mu        sync.Mutex
	screens   []*screen // oldest first
	fragments map[string]*fragment
}

// fragment is a drawn screen, compressed.
type fragment struct {
	screen *screen
	gzip   []byte
}

func (c *shares) slot(key string) *slot {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.swept) > screenLife {
		c.drop(now)
		c.swept = now
	}
	s := c.slots[key]
	if s == nil {
		if c.slots == nil {
			c.slots = map[string]*slot{}
		}
		if len(c.slots) >= mostViews {
			c.drop(now)
		}
		s = &slot{fragments: map[string]*fragment{}}
		c.slots[key] = s
	}
	s.used = now
	return s
}

// drop makes room: what nobody has asked for lately goes, or else the oldest.
func (c *shares) drop(now time.Time) {
	oldest, at := "", now
	for k, s := range c.slots {
		if now.Sub(s.used) > screenLife {
			delete(c.slots, k)
		} else if s.used.Before(at) {
			oldest, at = k, s.used
		}
	}
	if len(c.slots) >= mostViews {
		delete(c.slots, oldest)
	}
}

// screen gives the view's answer at a version or a later one.
func (c *shares) screen(key string, least uint64, q live.Query, query func(live.Query) live.Result) *screen {
	s := c.slot(key)
	if known := s.newest(least); known != nil {
		return known
	}
	s.building.Lock()
	defer s.building.Unlock()
	begun := time.Now()
	defer func() { c.spent.Add(int64(time.Since(begun))) }()
	return s.screen(key, least, q, query)
}

// screen is shares.screen for who holds building.
func (s *slot) screen(key string, least uint64, q live.Query, query func(live.Query) live.Result) *screen {
	if known := s.newest(least); known != nil {
		return known
	}
	out := &screen{key: key, owners: q.OwnerKey, at: time.Now(), timed: q.Timed(), result: query(q)}
	out.version = out.result.Version
	out.keys = make(map[live.Key]struct{}, len(out.result.Rows))
	for i := range out.result.Rows {
		out.keys[out.result.Rows[i].Key()] = struct{}{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.screens) > 0 && (len(s.screens) >= screensKept || out.at.Sub(s.screens[0].at) > screenLife) {
		s.screens = s.screens[1:]
	}
	s.screens = append(s.screens, out)
	return out
}

func (s *slot) newest(least uint64) *screen {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.screens); n > 0 && s.screens[n-1].current(least) {
		return s.screens[n-1]
	}
	return nil
}

// exact gives the screen of a version, nil where it is no longer known.
func (c *shares) exact(key string, version uint64) *screen {
	s := c.slot(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.screens {
		if one.version == version {
			return one
		}
	}
	return nil
}

// viewKey names what a page shows: the page's query, and by which revision of
// the plan beside it owners are told.
func viewKey(r *http.Request, owners string) string {
	return page.LiveValues(r.URL.Query()).Encode() + "\x00" + owners
}

// Headers of a live page's own requests: its stream, and for a refresh the
// version it must at least show.
const (
	liveStreamHeader  = "Live-Stream"
	liveVersionHeader = "Live-Version"
)

// isRefresh tells whether a page's script asks for what it shows again: it
// takes the body alone.
func isRefresh(r *http.Request) bool { return r.Header.Get(liveVersionHeader) != "" }

// liveScreen answers the page's query. A refresh may be told what others were;
// any other request gets the present state.
func (s *Server) liveScreen(r *http.Request, q live.Query) *screen {
	least := s.Live.Version()
	if versions := s.hub.versions(r.Header.Get(liveVersionHeader)); len(versions) > 0 && versions[0] > 0 {
		least = min(least, versions[0])
	}
	key := viewKey(r, q.OwnerKey)
	var out *screen
	if m, ok := r.Context().Value(makingKey{}).(*making); ok {
		out = m.slot.screen(key, least, q, s.Live.Query)
		m.screen = out
	} else {
		out = s.hub.shares.screen(key, least, q, s.Live.Query)
	}
	s.hub.drawn(r.Header.Get(liveStreamHeader), out)
	return out
}

// liveStream is the address of the changes to a screen.
func (s *Server) liveStream(r *http.Request, at *screen) string {
	q := page.LiveValues(r.URL.Query())
	q.Set("drawn", s.hub.stamp(at.version))
	return "/live/events?" + q.Encode()
}

// making is a fragment in the making, by the request that is first to ask.
type making struct {
	slot   *slot
	screen *screen

	header http.Header
	status int
	body   bytes.Buffer
}

type makingKey struct{}

func (m *making) Header() http.Header         { return m.header }
func (m *making) WriteHeader(status int)      { m.status = status }
func (m *making) Write(b []byte) (int, error) { return m.body.Write(b) }

// fragment gives what a refresh is answered with, at a version or later; nil
// where the page is not one to share.
func (c *shares) fragment(r *http.Request, owners string, least uint64, draw http.HandlerFunc) *fragment {
	s, language := c.slot(viewKey(r, owners)), string(language(r))
	if f := s.fragment(language, least); f != nil {
		return f
	}
	s.building.Lock()
	defer s.building.Unlock()
	if f := s.fragment(language, least); f != nil {
		return f
	}
	begun := time.Now()
	defer func() { c.spent.Add(int64(time.Since(begun))) }()
	m := &making{slot: s, header: http.Header{}, status: http.StatusOK}
	draw(m, r.WithContext(context.WithValue(r.Context(), makingKey{}, m)))
	if m.status != http.StatusOK || m.screen == nil || m.screen.owners != owners {
		return nil
	}
	f := &fragment{screen: m.screen}
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, 3) // the level exists
	_, _ = z.Write(m.body.Bytes())       // into memory
	_ = z.Close()
	f.gzip = out.Bytes()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fragments[language] = f
	return f
}

func (s *slot) fragment(language string, least uint64) *fragment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.fragments[language]; f != nil && f.screen.current(least) {
		return f
	}
	return nil
}

// ownersBeside names the revision of the plan beside a page, as a query of the
// page does; it is empty where there is none.
func (s *Server) ownersBeside(r *http.Request) string {
	id := cookie(r, "plan")
	if id == "" {
		return ""
	}
	head, _, err := s.Plans.Plan(r.Context(), id)
	if err != nil {
		return "" // drawing tells why, and is then not shared
	}
	return ownerKey(id, head.Revision)
}

// shareRefreshes answers the refreshes of one view with one drawing.
func (s *Server) shareRefreshes(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		versions := s.hub.versions(r.Header.Get(liveVersionHeader))
		var f *fragment
		if len(versions) > 0 && versions[0] > 0 && versions[0] <= s.Live.Version() && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			f = s.hub.shares.fragment(r, s.ownersBeside(r), versions[0], next)
		}
		if f == nil {
			next(w, r)
			return
		}
		s.hub.drawn(r.Header.Get(liveStreamHeader), f.screen)
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		_, _ = w.Write(f.gzip) // who has gone needs no answer
	}
}
