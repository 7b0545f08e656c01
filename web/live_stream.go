package web

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"deckplan/internal/live"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// look is how a reader's rows are drawn. Readers of one key share them.
type look struct {
	key string
	row func(r *live.Row) templ.Component
}

// lookOf is how the table's rows are drawn, beside the plan if there is one.
func (s *Server) lookOf(r *http.Request, p *ui.PlanView) look {
	l, show := language(r), s.liveShow(p, r.URL.Query())
	key := fmt.Sprint(l, show.Columns)
	if p != nil {
		key += ownerKey(p.ID, p.Revision)
	}
	return look{key: key, row: func(row *live.Row) templ.Component {
		return page.LiveRow(&ui.View{Lang: l, Now: s.Now()}, row, &show)
	}}
}

// liveEvents tells readers of the live pages what changed.
//
// With drawn, the version the page was drawn at, and the table page's own query
// it tells of the rows on that page: "hello" names the stream, "rows" brings
// rows as they are now, "left" names those of them that the query no longer
// selects, "gone" those that are no longer in the table, and "stale" says that counts, order or instances changed and from which version
// on to read them. Without drawn it is "changed" with the version, from seen,
// the version the page was drawn at: of=connections,
// application=instance/namespace/name narrow what counts.
func (s *Server) liveEvents(w http.ResponseWriter, r *http.Request) {
	if len(r.URL.RawQuery) > maxAddress+200 {
		http.Error(w, "the query is too long", http.StatusRequestURITooLong)
		return
	}
	me, concerns, seen := s.liveReader(r)
	if !s.hub.join(me, concerns, seen) {
		w.Header().Set("Retry-After", "30")
		http.Error(w, language(r).T("live.stream.full", nil), http.StatusServiceUnavailable)
		return
	}
	defer s.hub.leave(me)
	send, ok := stream(w, s.hub.patience)
	if ok && me.screen != nil {
		ok = send(s.hello(me))
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for ok {
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		case <-me.wake:
			text, over := s.news(r.Context(), me)
			ok = (text == "" || send(text)) && !over
		case <-tick.C:
			ok = send(alive)
		}
	}
}

// liveReader learns from a request what its page shows and how far it has seen
// the table.
func (s *Server) liveReader(r *http.Request) (me *reader, concerns func(*live.Change) bool, seen uint64) {
	q := r.URL.Query()
	me = &reader{}
	if !q.Has("drawn") {
		me.key = "\x00" + q.Get("of") + "\x00" + q.Get("application")
		if seen = s.Live.Version(); q.Has("seen") {
			seen = 0 // of another start, unless it is one of this
			if at := s.hub.versions(q.Get("seen")); len(at) == 1 {
				seen = at[0]
			}
		}
		return me, concernsOf(q.Get("of"), q.Get("application")), seen
	}
	// An event's id carries what was seen and, if known, what was drawn. A page
	// that has had no event has seen what it was drawn at.
	at := s.hub.versions(q.Get("drawn"))
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		at = s.hub.versions(last)
	} else if len(at) == 1 {
		at = append(at, at[0])
	}
	if len(at) > 0 {
		seen = at[0]
	}
	v := &ui.View{Lang: language(r)}
	if err := s.around(r, v, cookie(r, "plan")); err != nil {
		s.Log.Warn("the plan beside a live page cannot be read", "error", err) // its owners are left out
	}
	me.look = s.lookOf(r, v.Plan)
	me.query, _ = liveQuery(q)
	s.owned(v.Plan, &me.query)
	me.key = viewKey(r, me.query.OwnerKey)
	if len(at) == 2 {
		me.screen = s.hub.shares.exact(me.key, at[1])
	}
	if me.sure = me.screen != nil; !me.sure {
		me.screen = s.hub.shares.screen(me.key, s.Live.Version(), me.query, s.Live.Query)
	}
	return me, func(*live.Change) bool { return true }, seen
}

// concernsOf tells which changes count for a page that is read again as a
// whole.
func concernsOf(of, application string) func(*live.Change) bool {
	if of == "connections" {
		return func(c *live.Change) bool { return len(c.Status) > 0 }
	}
	if instance, rest, ok := strings.Cut(application, "/"); ok {
		namespace, name, _ := strings.Cut(rest, "/")
		key := live.Key{Instance: instance, Namespace: namespace, Name: name}
		return func(c *live.Change) bool {
			return slices.Contains(c.Applications, key) || slices.Contains(c.Status, instance)
		}
	}
	return func(*live.Change) bool { return true }
}

// hello begins a stream. It has no id: what is still to be told has not been
// seen. Readers whom a restart has cut off come back at different times.
func (s *Server) hello(me *reader) string {
	return fmt.Sprintf("retry: %d\nevent: hello\ndata: {\"id\": %q, \"epoch\": %q, \"now\": %d}\n\n",
		1000+rand.IntN(2000), me.id, s.hub.epoch, s.Now().UnixMilli())
}

// news writes what a reader is to be told now, and tells whether that is the end
// of the stream.
func (s *Server) news(ctx context.Context, me *reader) (text string, over bool) {
	t := s.hub.take(me)
	if t.over {
		return "", true
	}
	if me.screen == nil {
		if !t.stale {
			return "", false
		}
		return fmt.Sprintf("event: changed\ndata: %d\n\n", t.version), false
	}
	var drawn strings.Builder
	var rows []live.Row
	var gone []string
	for _, k := range t.keys {
		if row, ok := s.Live.Get(k); ok {
			rows = append(rows, row)
			drawn.WriteString(s.hub.rows.text(ctx, row, &me.look))
		} else {
			gone = append(gone, page.RowID(k))
		}
	}
	var events []string
	if len(rows) > 0 {
		events = append(events, fmt.Sprintf("event: rows\ndata: %d %s\n", t.version, drawn.String()))
	}
	events = append(events, naming("left", me.view.matches.left(me.query, rows))...)
	events = append(events, naming("gone", gone)...)
	if t.stale {
		events = append(events, fmt.Sprintf("event: stale\ndata: {\"version\": %d, \"within\": %d}\n", t.version, t.within.Milliseconds()))
	}
	if len(events) == 0 {
		return "", false
	}
	// Only who has got the last one has seen them all.
	events[len(events)-1] += "id: " + s.hub.stamp(append([]uint64{t.version}, t.screen...)...) + "\n"
	return strings.Join(events, "\n") + "\n", false
}

func naming(event string, ids []string) []string {
	if len(ids) == 0 {
		return nil
	}
	b, _ := json.Marshal(ids) // texts always encode
	return []string{"event: " + event + "\ndata: " + string(b) + "\n"}
}
