package web

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/roadmap"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) roadmapRoutes(r chi.Router) {
	r.Get("/roadmap", s.page(s.roadmap))
	r.Post("/roadmap", s.page(s.adoptRoadmap))
	r.Get("/layouts/manifests.zip", s.page(s.manifests))
}

// roadmap proposes the way from one layout to another, and shows the plan's
// own steps.
func (s *Server) roadmap(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "roadmap")
	if err != nil {
		return err
	}
	p := &page.RoadmapProps{}
	if len(v.Plan.Doc.Clusters) > 0 {
		if err := s.propose(r.Context(), v, r.URL.Query(), p); err != nil {
			return err
		}
	}
	number := func(name string) int { n, _ := strconv.Atoi(r.URL.Query().Get(name)); return n }
	if p.Way != nil {
		p.Pages = max(1, (len(p.Way.Steps)+pageSize-1)/pageSize)
		p.Page = min(max(1, number("page")), p.Pages)
		p.First = (p.Page - 1) * pageSize
		p.Steps = p.Way.Steps[p.First:min(len(p.Way.Steps), p.First+pageSize)]
	}
	ownSteps(v, p, number("steps"))
	return s.render(w, r, page.Roadmap(v, p))
}

// ownSteps prepares the plan's steps, a page of them, and what is wrong with
// them.
func ownSteps(v *ui.View, p *page.RoadmapProps, asked int) {
	doc := v.Plan.Doc
	p.Own = tableView(v, plan.KindOf("steps"), nil, []string{"name", "team", "after", "risk", "wayBack", "checklist", "done"})
	done := len(p.Own.Fields) - 1 // what is ticked most often stands first
	p.Own.Fields = slices.Insert(p.Own.Fields[:done], 0, p.Own.Fields[done])
	p.OwnPages = max(1, (len(doc.Steps)+pageSize-1)/pageSize)
	p.OwnPage = min(max(1, asked), p.OwnPages)
	from := (p.OwnPage - 1) * pageSize
	p.Own.Rows = plan.Rows(doc.Steps[from:min(len(doc.Steps), from+pageSize)]...)
	p.Own.Bare, p.Own.Total, p.Own.Pages = true, len(doc.Steps), 1
	for _, step := range doc.Steps {
		if step.Done {
			p.Done++
		}
	}
	p.Replaces = len(replaced(doc))
	p.Findings = roadmap.Inspect(doc)
}

// replaced are the adopted steps that a new roadmap takes the place of: those
// not done yet.
func replaced(doc *plan.Plan) (keys []string) {
	for _, step := range doc.Steps {
		if step.Kind != "" && !step.Done {
			keys = append(keys, step.ID)
		}
	}
	return keys
}

// propose finds the two layouts that are asked for, or the plan's first two,
// and plans the way between them.
func (s *Server) propose(ctx context.Context, v *ui.View, q url.Values, p *page.RoadmapProps) error {
	all := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Layouts
	own, presets := page.EndGroup{Label: v.T("roadmap.group.own")}, page.EndGroup{Label: v.T("roadmap.group.presets")}
	for _, a := range all {
		e := page.End{Value: a.Arrangement.ID, Name: page.LayoutName(v, a.Arrangement), Layout: a.Arrangement}
		if a.Arrangement.Preset != "" {
			presets.Ends = append(presets.Ends, e)
		} else {
			own.Ends = append(own.Ends, e)
		}
	}
	p.To = []page.EndGroup{own, presets}
	others, err := s.otherEnds(ctx, v)
	if err != nil {
		return err
	}
	p.From = append([]page.EndGroup{own, presets}, others...)
	ends := slices.Concat(own.Ends, presets.Ends)
	p.Start, p.End = ends[0], ends[1]
	if len(own.Ends) == 1 {
		p.End = presets.Ends[min(2, len(presets.Ends)-1)] // by environment
	}
	pick(&p.Start, p.From, q.Get("from"))
	pick(&p.End, p.To, q.Get("to"))
	p.AtOnce, _ = strconv.Atoi(q.Get("size"))
	if p.AtOnce == 0 {
		p.AtOnce = 5
	}
	p.AtOnce = min(max(1, p.AtOnce), roadmap.MaxAtOnce)
	p.Way = s.ways.of(wayKey{v.Plan.ID, p.Start.Value, p.Start.Revision, p.End.Value, p.AtOnce}, v.Plan.Doc, p.Start.Layout, p.End.Layout)
	return nil
}

// otherEnds are the layouts of the plan's other scenarios.
func (s *Server) otherEnds(ctx context.Context, v *ui.View) (out []page.EndGroup, err error) {
	for _, h := range v.Plan.Family {
		if h.ID == v.Plan.ID {
			continue
		}
		_, doc, err := s.Plans.Plan(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		g := page.EndGroup{Label: h.Title()}
		for _, l := range doc.Layouts {
			if a, ok := layout.Resolve(doc, l.ID); ok {
				g.Ends = append(g.Ends, page.End{Value: h.ID + "/" + l.ID, Name: l.Name + " · " + h.Title(), Layout: a, Revision: h.Revision})
			}
		}
		if len(g.Ends) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

func pick(e *page.End, groups []page.EndGroup, value string) {
	for _, g := range groups {
		for _, o := range g.Ends {
			if o.Value == value {
				*e = o
				return
			}
		}
	}
}

// adoptRoadmap makes the proposed steps the plan's own, in one edit.
func (s *Server) adoptRoadmap(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	v := s.view(w, r, "nav.roadmap")
	if err := s.enter(r, v, planOf(r)); err != nil {
		return err
	}
	f := &form{values: r.PostForm, doc: v.Plan.Doc, lang: v.Lang, author: v.Author, back: backTo(r, v.URL("roadmap"))}
	p := &page.RoadmapProps{}
	if len(f.doc.Clusters) > 0 {
		if err := s.propose(r.Context(), v, r.PostForm, p); err != nil {
			return err
		}
	}
	if p.Way == nil || p.Way.Empty() || p.Start.Value != f.values.Get("from") || p.End.Value != f.values.Get("to") {
		return s.refuse(w, r, f.back, f, &plan.Gone{Kind: "layouts", Key: f.values.Get("to")})
	}
	old := replaced(f.doc)
	if n := len(f.doc.Steps) - len(old) + len(p.Way.Steps); n > plan.MaxSteps {
		return s.refuse(w, r, f.back, f, problem("steps", "plan.problem.many", map[string]any{"field": f.lang.T("kind.steps", nil), "got": n, "max": plan.MaxSteps}))
	}
	e := plan.Batch{Summary: plan.Summary{ID: "plan.summary.adopt_roadmap", Args: map[string]any{"n": len(p.Way.Steps), "from": p.Start.Name, "to": p.End.Name}}}
	if len(old) > 0 {
		e.Edits = append(e.Edits, plan.Remove{Kind: "steps", Keys: old})
	}
	e.Edits = append(e.Edits, plan.Put{Kind: "steps", Items: plan.Rows(adopted(f.lang, p.Way)...)})
	rev, err := s.Plans.Edit(r.Context(), v.Plan.ID, f.author, e)
	if err != nil {
		return s.refuse(w, r, f.back, f, err)
	}
	return s.answer(w, r, f.back, &outcome{done: s.edited(f.lang, rev)})
}

// adopted words a roadmap's steps as rows of the plan.
func adopted(l lang.Lang, way *roadmap.Roadmap) []plan.Step {
	rows := make([]plan.Step, len(way.Steps))
	for i, st := range way.Steps {
		words := page.WordsOf(l, st)
		rows[i] = plan.Step{ID: plan.NewID(), Name: clip(words.Name, 200), Kind: st.Kind, Team: st.Team, Clusters: st.Clusters,
			Risk: clip(words.Risk, 2000), WayBack: clip(words.Back, 2000), Checklist: clip(strings.Join(words.Checklist(l), "\n"), 8000)}
		for _, j := range st.After {
			rows[i].After = append(rows[i].After, rows[j].ID)
		}
	}
	return rows
}

// ways keeps the last roadmaps, so that a page drawn again, as after a step is
// ticked, does not plan the way anew.
type ways struct {
	kept kept[wayKey, *keptWay]
}

type wayKey struct {
	plan   string
	from   string
	other  int64 // revision of the plan that from is of; 0 for this one
	to     string
	atOnce int
}

type keptWay struct {
	mu  sync.Mutex // one reader plans, others wait for the same answer
	doc *plan.Plan
	way *roadmap.Roadmap
}

const waysKept = 4

func (c *ways) of(key wayKey, doc *plan.Plan, from, to layout.Arrangement) *roadmap.Roadmap {
	one := c.kept.of(key, waysKept, func() *keptWay { return &keptWay{} })
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.way == nil || !sameButSteps(one.doc, doc) {
		fresh := roadmap.Propose(doc, from, to, key.atOnce)
		one.doc, one.way = doc, &fresh
	}
	return one.way
}

// sameButSteps tells, at no cost, that two revisions share every table but the
// steps: an edit copies only the tables it touches. False is always safe.
func sameButSteps(a, b *plan.Plan) bool {
	x, y := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for i := range x.NumField() {
		switch f, g := x.Field(i), y.Field(i); {
		case x.Type().Field(i).Name == "Steps":
		case f.Kind() != reflect.Slice:
			if !reflect.DeepEqual(f.Interface(), g.Interface()) {
				return false
			}
		case f.Len() != g.Len() || f.Len() > 0 && f.UnsafePointer() != g.UnsafePointer():
			return false
		}
	}
	return true
}
