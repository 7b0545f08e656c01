package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
)

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 20 * time.Second

// stream sends events until the reader leaves or the server closes. next waits
// for the next event's name and data; it may return "" for nothing.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, events <-chan string) {
	rc := http.NewResponseController(w)
	if err := rc.SetWriteDeadline(time.Time{}); err != nil {
		http.Error(w, "streaming is not possible here", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	send := func(text string) bool {
		_, err := fmt.Fprint(w, text)
		return err == nil && rc.Flush() == nil
	}
	if !send("retry: 1000\n: hello\n\n") {
		return
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		case e, ok := <-events:
			if !ok || !send("event: changed\ndata: "+e+"\n\n") {
				return
			}
		case <-tick.C:
			if !send(": still here\n\n") {
				return
			}
		}
	}
}

// planEvents tells a plan's readers of each new revision.
func (s *Server) planEvents(w http.ResponseWriter, r *http.Request) {
	source, cancel := s.Plans.Subscribe(chi.URLParam(r, "plan"))
	defer cancel()
	out := make(chan string)
	done := r.Context().Done()
	go func() {
		defer close(out)
		for {
			select {
			case <-done:
				return
			case e := <-source:
				select {
				case out <- fmt.Sprint(e.Revision):
				case <-done:
					return
				}
			}
		}
	}()
	s.stream(w, r, out)
}

// liveEvents tells the status page's readers that rows or instances changed.
// Changes that come while a reader is busy are one.
func (s *Server) liveEvents(w http.ResponseWriter, r *http.Request) {
	source, cancel := s.Live.Subscribe()
	defer cancel()
	out := make(chan string)
	done := r.Context().Done()
	go func() {
		defer close(out)
		for c := range source {
			select {
			case out <- fmt.Sprint(c.Version):
			case <-done:
				return
			}
		}
	}()
	s.stream(w, r, out)
}
