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

const (
	livePageSize = 100     // lines on one page
	maxAddress   = 8 << 10 // bytes of the page's query, which every link on it repeats
)

// livePage shows every instance's applications as last known.
func (s *Server) livePage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.besideView(w, r, "live")
	if err != nil {
		return err
	}
	if len(r.URL.RawQuery) > maxAddress {
		return errForm
	}
	p := page.LiveProps{Instances: s.Live.Instances(), Values: page.LiveValues(r.URL.Query()), PageSize: livePageSize, Keeps: s.Views != nil}
	p.Typed = typed(p.Values)
	p.Query, p.Problems = liveQuery(p.Values)
	p.Show = s.liveShow(v.Plan, p.Values)
	s.owned(v.Plan, &p.Query)
	at := s.liveScreen(r, p.Query)
	p.Result, p.Stream = at.result, s.liveStream(r, at)
	if s.Views != nil {
		if p.Views, err = s.Views.Views(r.Context()); err != nil {
			return err
		}
	}
	if isRefresh(r) {
		return s.render(w, r, page.LiveBody(v, p))
	}
	return s.render(w, r, page.Live(v, p))
}

// besideView is view for a page of the rail's live group. The plan one came
// from stays in the rail; one that is gone is no matter here.
func (s *Server) besideView(w http.ResponseWriter, r *http.Request, entry string) (*ui.View, error) {
	v := s.view(w, r, "nav."+entry)
	v.Current, v.Crumb = entry, v.T("live.crumb")
	return v, s.around(r, v, cookie(r, "plan"))
}

// typed is what stands in the search box.
func typed(q url.Values) string {
	return clip(strings.ToValidUTF8(q.Get("q"), ""), live.MaxSearch+1)
}

// liveQuery reads what is asked of the table. What the search box holds and is
// not understood is told, and the rest asked.
func liveQuery(q url.Values) (live.Query, []live.Problem) {
	search, problems := live.ParseSearch(typed(q))
	out := live.Query{Search: search, Health: several(q["health"]), Sync: several(q["sync"]), Instance: several(q["instance"]), Cluster: several(q["cluster"]),
		Project: several(q["project"]), Operation: several(q["operation"]), Namespace: several(q["namespace"]), Owners: several(q["owner"]),
		Attention: q.Get("attention") == "true", Fold: several(q["fold"]), Open: several(q["open"]), Limit: livePageSize}
	if c := live.Column(q.Get("sort")); slices.Contains(page.LiveColumns, c) {
		out.Sort, out.Descending = c, q.Get("order") == "desc"
	}
	if c := live.Column(q.Get("group")); slices.Contains(live.Groups, c) {
		out.Group = c
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 && n < 100_000 {
		out.Offset = (n - 1) * livePageSize
	}
	return out, problems
}

// several bounds the values of one facet.
func several(values []string) []string { return values[:min(len(values), 100)] }
