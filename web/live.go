package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/live"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// livePageSize is the number of applications on one page.
const livePageSize = 100

// livePage shows every instance's applications as last known.
func (s *Server) livePage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.besideView(w, r, "live")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	asked := liveQuery(q)
	result := s.Live.Query(asked)
	return s.render(w, r, page.Live(v, page.LiveProps{Instances: s.Live.Instances(), Result: result, Query: asked, Values: q, PageSize: livePageSize}))
}

// besideView is view for a page of the rail's live group. The plan one came
// from stays in the rail; one that is gone is no matter here.
func (s *Server) besideView(w http.ResponseWriter, r *http.Request, entry string) (*ui.View, error) {
	v := s.view(w, r, "nav."+entry)
	v.Current, v.Crumb = entry, v.T("live.crumb")
	return v, s.around(r, v, cookie(r, "plan"))
}

func liveQuery(q url.Values) live.Query {
	out := live.Query{Text: clip(strings.TrimSpace(q.Get("q")), 200), Health: q["health"], Sync: q["sync"], Instance: q["instance"],
		Cluster: q["cluster"], Project: q["project"], Attention: q.Get("attention") == "true", Limit: livePageSize}
	if c := live.Column(q.Get("sort")); slices.Contains(page.LiveColumns, c) {
		out.Sort, out.Descending = c, q.Get("order") == "desc"
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 && n < 100_000 {
		out.Offset = (n - 1) * livePageSize
	}
	return out
}
