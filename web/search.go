package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"deckplan/internal/frontier"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/web/page"
)

// searchJob is a search for layouts, under way or done.
type searchJob struct {
	key         searchKey
	done, total atomic.Int64
	cancel      context.CancelFunc
	over        chan struct{} // closed at its end
	found       frontier.Frontier
	index       *layout.Index
	err         error
}

type searchKey struct {
	plan string
	base string // layout to move from, empty for none
}

// searches keeps the newest search of each plan and base.
type searches struct {
	mu    sync.Mutex
	order []searchKey
	jobs  map[searchKey]*searchJob
	of    map[searchKey]int64 // the revision each looked at
	slots chan struct{}
}

// Bounds of what searches take: of memory, of processors and of a reader's
// patience before the page shows progress instead.
const (
	searchesKept    = 8
	searchesAtOnce  = 2
	searchPatience  = 400 * time.Millisecond
	searchTimeLimit = 10 * time.Minute
)

// start begins a search, or gives the one that looks at the same revision. A
// search of an older revision is stopped.
func (s *searches) start(key searchKey, revision int64, doc *plan.Plan, base *layout.Arrangement) *searchJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jobs == nil {
		s.jobs, s.of, s.slots = map[searchKey]*searchJob{}, map[searchKey]int64{}, make(chan struct{}, searchesAtOnce)
	}
	if j := s.jobs[key]; j != nil {
		if s.of[key] == revision && j.err == nil {
			return j
		}
		s.drop(key)
	}
	for len(s.order) >= searchesKept {
		s.drop(s.order[0])
	}
	ctx, cancel := context.WithTimeout(context.Background(), searchTimeLimit)
	j := &searchJob{key: key, cancel: cancel, over: make(chan struct{}), index: layout.NewIndex(doc)}
	s.jobs[key], s.of[key] = j, revision
	s.order = append(s.order, key)
	go func() {
		defer close(j.over)
		defer cancel()
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-ctx.Done():
			j.err = ctx.Err()
			return
		}
		j.found, j.err = frontier.Search(ctx, j.index, frontier.Options{Base: base, Progress: func(done, total int) {
			j.done.Store(int64(done))
			j.total.Store(int64(total))
		}})
	}()
	return j
}

// drop stops a search and forgets it; the lock is held.
func (s *searches) drop(key searchKey) {
	if j := s.jobs[key]; j != nil {
		j.cancel()
	}
	delete(s.jobs, key)
	delete(s.of, key)
	s.order = slices.DeleteFunc(s.order, func(k searchKey) bool { return k == key })
}

func (s *searches) get(key searchKey) (*searchJob, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.jobs[key], s.of[key]
}

// close stops every search.
func (s *searches) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.Clone(s.order) {
		s.drop(key)
	}
}

func searchURL(id, base string) string {
	return planURL(id, "layouts", "search") + "?" + url.Values{"base": {base}}.Encode()
}

// startSearch begins a search and shows it; a short one is over by then.
func (s *Server) startSearch(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	key := searchKey{plan: head.ID, base: r.PostForm.Get("base")}
	if r.PostForm.Has("cancel") {
		s.searches.mu.Lock()
		s.searches.drop(key)
		s.searches.mu.Unlock()
		http.Redirect(w, r, searchURL(head.ID, key.base), http.StatusSeeOther)
		return nil
	}
	var base *layout.Arrangement
	if a, ok := layout.Resolve(doc, key.base); ok {
		base = &a
	} else {
		key.base = ""
	}
	j := s.searches.start(key, head.Revision, doc, base)
	select {
	case <-j.over:
	case <-time.After(searchPatience):
	case <-r.Context().Done():
	}
	http.Redirect(w, r, searchURL(head.ID, key.base), http.StatusSeeOther)
	return nil
}

// search shows the search of the plan's layouts: its form, how far it is, or
// what it found.
func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "layouts")
	if err != nil {
		return err
	}
	v.Title = v.T("search.title")
	q := r.URL.Query()
	props := page.SearchProps{Base: q.Get("base"), All: s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Layouts, Selected: -1}
	j, revision := s.searches.get(searchKey{v.Plan.ID, props.Base})
	if j == nil {
		return s.render(w, r, page.Search(v, props))
	}
	props.Revision = revision
	select {
	case <-j.over:
	default:
		props.Running, props.Done, props.Total = true, int(j.done.Load()), int(j.total.Load())
		return s.render(w, r, page.Search(v, props))
	}
	if props.Failed = j.err != nil; props.Failed {
		if !errors.Is(j.err, context.Canceled) && !errors.Is(j.err, context.DeadlineExceeded) {
			return j.err
		}
		return s.render(w, r, page.Search(v, props))
	}
	props.Found = &j.found
	if n, err := strconv.Atoi(q.Get("point")); err == nil && n >= 0 && n < len(j.found.Points) {
		a := j.index.Analyse(j.found.Arrangement(n))
		props.Selected, props.Analysis, props.Groups = n, &a, j.found.Groups(n)
	}
	return s.render(w, r, page.Search(v, props))
}

// adoptFound keeps a point of a search as a layout of the plan.
func (s *Server) adoptFound(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	id, base := planOf(r), r.PostForm.Get("base")
	f := &form{values: r.PostForm, lang: language(r), author: author(r)}
	j, _ := s.searches.get(searchKey{id, base})
	n, err := strconv.Atoi(r.PostForm.Get("point"))
	if j == nil || err != nil {
		return s.refuse(w, r, searchURL(id, base), f, &plan.Gone{Kind: "layouts", Key: base})
	}
	select {
	case <-j.over:
	default:
		return errForm
	}
	if j.err != nil || n < 0 || n >= len(j.found.Points) {
		return errForm
	}
	point := j.found.Points[n]
	l, instances, placements := layout.Adopt(j.found.Arrangement(n), plan.NewID)
	l.Name = f.lang.T("search.name", map[string]any{"n": point.Instances, "radius": point.Radius})
	rev, err := s.Plans.Edit(r.Context(), id, f.author, adoption(l, instances, placements))
	if err != nil {
		return s.refuse(w, r, searchURL(id, base), f, err)
	}
	return s.answer(w, r, planURL(id, "layouts")+"?layout="+l.ID, &outcome{done: s.edited(f.lang, rev)})
}
