package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) findRoutes(r chi.Router) {
	r.Get("/find", s.page(s.find))
	r.Get("/keys", s.page(s.keys))
}

// keys lists the keyboard's shortcuts.
func (s *Server) keys(w http.ResponseWriter, r *http.Request) error {
	v := s.view(w, r, "keys.title")
	if err := s.around(r, v, cookie(r, "plan")); err != nil {
		return err
	}
	return s.render(w, r, page.Keys(v))
}

// around puts the plan that a reader came from around a page outside plans;
// one that is gone is no matter.
func (s *Server) around(r *http.Request, v *ui.View, id string) error {
	if id == "" {
		return nil
	}
	if err := s.enter(r, v, id); err != nil && !errors.Is(err, plan.ErrNotFound) {
		return err
	}
	return nil
}

// hitsShown bounds the answers of each group.
const hitsShown = 12

// find looks for pages, things of the plan and actions by words.
func (s *Server) find(w http.ResponseWriter, r *http.Request) error {
	v := s.view(w, r, "find.title")
	q := r.URL.Query()
	if err := s.around(r, v, cmp.Or(q.Get("plan"), cookie(r, "plan"))); err != nil {
		return err
	}
	asked := clip(strings.TrimSpace(q.Get("q")), 100)
	words := strings.Fields(strings.ToLower(asked))
	props := page.FindProps{Asked: asked}
	props.Groups = append(props.Groups, page.FindGroup{Title: "find.pages", Hits: matching(places(v), words)})
	if v.Plan != nil {
		if len(words) > 0 {
			props.Groups = append(props.Groups, page.FindGroup{Title: "find.things", Hits: s.names.find(v, words)})
			decided, err := s.decided(r, v)
			if err != nil {
				return err
			}
			props.Groups = append(props.Groups, page.FindGroup{Title: "nav.decisions", Hits: matching(decided, words)})
		}
	}
	if len(words) > 0 {
		props.Groups = append(props.Groups, page.FindGroup{Title: "ui.live", Hits: s.liveHits(v, words)})
	}
	plans, err := s.Plans.Plans(r.Context())
	if err != nil {
		return err
	}
	var others []page.Hit
	for _, h := range plans {
		others = append(others, page.Hit{Text: h.Title(), Href: planURL(h.ID)})
	}
	props.Groups = append(props.Groups, page.FindGroup{Title: "find.actions", Hits: matching(actions(v), words)},
		page.FindGroup{Title: "start.plans", Hits: matching(others, words)})
	return s.render(w, r, page.Find(v, props))
}

// matching keeps the hits that hold every word, those that begin with the
// first one before the others.
func matching(all []page.Hit, words []string) (out []page.Hit) {
	var later []page.Hit
	for _, h := range all {
		text := strings.ToLower(h.Text + " " + h.Hint + " " + h.Also)
		switch {
		case !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) && len(words) > 0 && !strings.HasPrefix(text, words[0]):
			later = append(later, h)
		case !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }):
			out = append(out, h)
		}
	}
	out = append(out, later...)
	return out[:min(len(out), hitsShown)]
}

// places are the pages, each found by its name in either language.
func places(v *ui.View) (out []page.Hit) {
	add := func(id, href, hint string) {
		out = append(out, page.Hit{Text: v.T(id), Hint: hint, Href: href, Also: v.Lang.Other().T(id, nil)})
	}
	if v.Plan != nil {
		for _, e := range ui.Entries(v) {
			add("nav."+e.Name, e.Href, "")
		}
		for _, k := range plan.Kinds() {
			add("kind."+k.Name, v.URL("facts", k.Name), v.T("nav.facts"))
		}
	}
	add("nav.live", "/live", "")
	add("live.clusters.title", "/live/clusters", v.T("ui.live"))
	add("nav.connections", "/connections", "")
	add("nav.snapshots", snapshotsPath, "")
	add("nav.webhooks", webhooksPath, "")
	add("ui.all_plans", "/", "")
	add("keys.title", "/keys", "")
	add("api.title", "/api/docs", "")
	return out
}

// actions are what can be done from anywhere.
func actions(v *ui.View) (out []page.Hit) {
	add := func(h page.Hit, id string) {
		h.Text, h.Also = v.T(id), v.Lang.Other().T(id, nil)
		out = append(out, h)
	}
	post := func(name, value string) url.Values { return url.Values{name: {value}} }
	if p := v.Plan; p != nil {
		if p.Undo > 0 {
			add(page.Hit{Href: v.URL("undo"), Post: post("revision", strconv.FormatInt(p.Undo, 10)), Hint: "Ctrl Z"}, "ui.undo")
		}
		if p.Redo > 0 {
			add(page.Hit{Href: v.URL("undo"), Post: post("revision", strconv.FormatInt(p.Redo, 10)), Hint: "Ctrl ⇧ Z"}, "ui.redo")
		}
		add(page.Hit{Href: v.URL("decisions", "new")}, "ui.record")
		add(page.Hit{Href: v.URL("compare") + "#new-scenario"}, "scenario.name")
		add(page.Hit{Href: v.URL("import")}, "survey.link")
		add(page.Hit{Href: v.URL("scan")}, "scan.title")
		add(page.Hit{Href: v.URL("plan.yaml"), Download: true}, "overview.yaml")
		add(page.Hit{Href: v.URL("report.html") + "?download", Download: true}, "find.report")
		for _, k := range plan.Kinds() {
			if k.Name == "about" || k.Name == "scores" || k.Name == "placements" {
				continue
			}
			args := func(l interface {
				T(string, map[string]any) string
			}) map[string]any {
				return map[string]any{"table": l.T("kind."+k.Name, nil)}
			}
			out = append(out, page.Hit{Text: v.Lang.T("ui.add_to", args(v.Lang)), Also: v.Lang.Other().T("ui.add_to", args(v.Lang.Other())),
				Href: v.URL("facts", k.Name) + "#add-" + k.Name})
		}
	}
	for _, theme := range []string{"light", "dark"} {
		if v.Theme != theme {
			add(page.Hit{Href: "/preferences", Post: post("theme", theme), Hint: v.T("ui.theme")}, "ui.theme."+theme)
		}
	}
	other := v.Lang.Other()
	out = append(out, page.Hit{Text: other.Name(), Hint: v.T("ui.language"), Href: "/preferences", Post: post("lang", string(other))})
	return out
}

func (s *Server) decided(r *http.Request, v *ui.View) (out []page.Hit, err error) {
	records, err := s.Plans.Records(r.Context(), v.Plan.ID)
	for _, d := range records {
		n := strconv.Itoa(d.Number)
		out = append(out, page.Hit{Text: d.Title, Hint: v.T("decision.status." + string(d.Status)), Href: v.URL("decisions", n), Also: n})
	}
	return out, err
}

// names keeps the last plans' names, so that each key pressed does not collect
// them again.
type names struct {
	kept kept[revisionKey, []named]
}

const namesKept = 2

type named struct {
	kind      *plan.Kind
	key, name string
	lower     string
}

func (n *names) find(v *ui.View, words []string) (out []page.Hit) {
	var begin, other []named
	for _, x := range n.kept.of(revisionKey{v.Plan.ID, v.Plan.Revision}, namesKept, func() []named { return collect(v.Plan.Doc) }) {
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(x.lower, w) }) {
			continue
		}
		if strings.HasPrefix(x.lower, words[0]) {
			if begin = append(begin, x); len(begin) == hitsShown {
				break
			}
		} else if len(other) < hitsShown {
			other = append(other, x)
		}
	}
	for _, x := range append(begin, other...)[:min(hitsShown, len(begin)+len(other))] {
		out = append(out, page.Hit{Text: x.name, Hint: v.T("kind." + x.kind.Name), Href: whereIs(v, x)})
	}
	return out
}

func collect(doc *plan.Plan) (out []named) {
	for _, k := range plan.Kinds() {
		if !k.HasName() || k.Name == "about" {
			continue
		}
		for i := range k.Len(doc) {
			item := k.At(doc, i)
			name := plan.Name(doc, k, item)
			out = append(out, named{kind: k, key: item.Key(), name: name, lower: strings.ToLower(name)})
		}
	}
	return out
}

// whereIs is the page that shows a row: its own, or its table.
func whereIs(v *ui.View, x named) string {
	if shown, ok := pageOf[x.kind.Name]; ok {
		return v.URL(shown[0]) + "?" + url.Values{shown[1]: {x.key}}.Encode()
	}
	return v.URL("facts", x.kind.Name) + "?" + url.Values{"q": {x.name}}.Encode() + "#" + url.PathEscape(x.kind.Name+"/"+x.key)
}
