package web

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/lang"
)

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 20 * time.Second

// patience is how long one event may take to be taken: who is slower is
// disconnected, comes back and begins with the present state.
const patience = 10 * time.Second

// stream begins a stream of events. send writes one and tells whether the
// reader is still there and takes what is sent in time.
func stream(w http.ResponseWriter, patience time.Duration) (send func(text string) bool, ok bool) {
	rc := http.NewResponseController(w)
	if err := rc.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		http.Error(w, "streaming is not possible here", http.StatusInternalServerError)
		return nil, false
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	send = func(text string) bool {
		if rc.SetWriteDeadline(time.Now().Add(patience)) != nil {
			return false
		}
		_, err := io.WriteString(w, text)
		return err == nil && rc.Flush() == nil
	}
	return send, send("retry: 1000\n: hello\n\n")
}

const alive = ": still here\n\n"

// planEvents tells a plan's readers of each new revision and of each other.
func (s *Server) planEvents(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "plan")
	changed, cancel := s.Plans.Subscribe(id)
	defer cancel()
	me := &visit{person: cookie(r, "visitor"), name: author(r), page: entryOf(r.URL.Query().Get("page")), lang: language(r),
		told: make(chan string, 1)}
	defer s.here.join(id, me)()
	drifted, stop := s.driftChanges(id, me.page)
	defer stop()
	made, enough := s.jobChanges(id, me.page)
	defer enough()
	send, ok := stream(w, patience)
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for ok {
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		case <-drifted:
			ok = send("event: changed\ndata: 0\n\n")
		case <-made:
			ok = send("event: changed\ndata: 0\n\n")
		case e := <-changed:
			ok = send(fmt.Sprintf("event: changed\ndata: %d\n\n", e.Revision))
		case people := <-me.told:
			ok = send("event: here\ndata: " + people + "\n\n")
		case <-tick.C:
			ok = send(alive)
		}
	}
}

// entryOf takes only a page that the rail names.
func entryOf(name string) string {
	if lang.English.Has("nav." + name) {
		return name
	}
	return "overview"
}
