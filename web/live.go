package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/live"
	"deckplan/web/page"
)

// livePageSize is the number of applications on one page.
const livePageSize = 100

// livePage shows every instance's applications as last known.
func (s *Server) livePage(w http.ResponseWriter, r *http.Request) error {
	v := s.view(w, r, "nav.live")
	v.Current, v.Crumb = "live", v.T("live.crumb")
	if err := s.around(r, v, cookie(r, "plan")); err != nil {
		return err
	}
	q := r.URL.Query()
	asked := liveQuery(q)
	result := s.Live.Query(asked)
	return s.render(w, r, page.Live(v, page.LiveProps{Instances: s.Live.Instances(), Result: result, Query: asked, Values: q, PageSize: livePageSize}))
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
