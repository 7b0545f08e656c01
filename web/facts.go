package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// pageSize is the number of rows of a table on one page.
const pageSize = 50

// facts shows one of the plan's tables, to be edited in place.
func (s *Server) facts(w http.ResponseWriter, r *http.Request) error {
	k := plan.KindOf(chi.URLParam(r, "kind"))
	if k == nil {
		return errNotFound
	}
	v, err := s.planView(w, r, "facts")
	if err != nil {
		return err
	}
	t := tableView(v, k, nil, nil)
	t.Address = v.URL("facts", k.Name)
	suggestCredentials(v.Plan.Doc, t)
	asked, _ := strconv.Atoi(r.URL.Query().Get("page"))
	cut(v.Plan.Doc, t, matchingRows(v.Plan.Doc, t, r.URL.Query()), asked)
	t.Ordered = k.Name == "environments" && t.Filter == "" && t.Sort == ""
	return s.render(w, r, page.Facts(v, t))
}

// tableView prepares a table: which columns, and what its fields may name.
// Rows fixed to an owner (fixed) leave that column out.
func tableView(v *ui.View, k *plan.Kind, fixed map[string]string, columns []string) *ui.TableView {
	t := &ui.TableView{Kind: k, Fixed: fixed, Options: map[string][]ui.Option{}, All: k.Len(v.Plan.Doc)}
	if hides := matrix.Hides(v.Plan.Doc, v.Author); hides != nil && k.Name == "scores" {
		t.Hides = func(item plan.Item) bool { s, ok := item.(plan.Score); return ok && hides(s) }
	}
	for _, f := range k.Fields {
		if fixed[f.Name] != "" || columns != nil && !slices.Contains(columns, f.Name) {
			continue
		}
		t.Fields = append(t.Fields, f)
	}
	for _, f := range k.Fields {
		if f.Ref != "" && t.Options[f.Ref] == nil {
			t.Options[f.Ref] = options(v.Plan.Doc, f.Ref)
		}
	}
	return t
}

func options(doc *plan.Plan, kind string) []ui.Option {
	k := plan.KindOf(kind)
	out := make([]ui.Option, 0, k.Len(doc))
	for i := range k.Len(doc) {
		item := k.At(doc, i)
		out = append(out, ui.Option{Value: item.Key(), Label: plan.Name(doc, k, item)})
	}
	return out
}

// matchingRows gives the places of the rows that a query asks for: those that hold
// its text (q) in a name or a text, sorted by a field where it names one (sort,
// order). It notes both in the table.
func matchingRows(doc *plan.Plan, t *ui.TableView, q url.Values) []int {
	t.Filter = strings.TrimSpace(clip(q.Get("q"), 100))
	if f, ok := t.Kind.Field(q.Get("sort")); ok {
		t.Sort, t.Desc = f.Name, q.Get("order") == "desc"
	}
	labels := map[string]map[string]string{}
	if t.Filter != "" || t.Sort != "" {
		for kind, options := range t.Options {
			labels[kind] = make(map[string]string, len(options))
			for _, o := range options {
				labels[kind][o.Value] = o.Label
			}
		}
	}
	var match []int
	for i := range t.Kind.Len(doc) {
		if t.Hides != nil && t.Hides(t.Kind.At(doc, i)) {
			continue
		}
		if t.Filter == "" || holds(t, t.Kind.At(doc, i), labels, strings.ToLower(t.Filter)) {
			match = append(match, i)
		}
	}
	if t.Sort != "" {
		sortRows(doc, t, match, labels)
	}
	return match
}

// sortRows sorts places by a field's value; what a field names counts by its
// name, choices in their own order, and rows without a value come last.
func sortRows(doc *plan.Plan, t *ui.TableView, places []int, labels map[string]map[string]string) {
	f, _ := t.Kind.Field(t.Sort)
	type ranked struct {
		none   bool
		number float64
		text   string
	}
	ranks := make(map[int]ranked, len(places))
	for _, i := range places {
		item := t.Kind.At(doc, i)
		var r ranked
		switch x := t.Kind.Get(item, f).(type) {
		case bool:
			r.none = !x
		case float64:
			r.number = x
		case int:
			r.number = float64(x)
		default:
			words := slices.Clone(plan.Words(item, f))
			r.none = len(words) == 0
			for j, w := range words {
				if f.Ref != "" {
					words[j] = labels[f.Ref][w]
				}
			}
			if r.text = strings.ToLower(strings.Join(words, ", ")); f.Type == plan.Choice && !r.none {
				r.number, r.text = float64(slices.Index(f.Values, words[0])), ""
			}
		}
		ranks[i] = r
	}
	slices.SortStableFunc(places, func(a, b int) int {
		x, y := ranks[a], ranks[b]
		if x.none != y.none {
			if x.none {
				return 1
			}
			return -1
		}
		n := cmp.Or(cmp.Compare(x.number, y.number), strings.Compare(x.text, y.text))
		if t.Desc {
			return -n
		}
		return n
	})
}

// mostCells bounds a page of a table with many columns.
const mostCells = 900

// cut shows one page of the rows that match.
func cut(doc *plan.Plan, t *ui.TableView, match []int, asked int) {
	t.Total = len(match)
	size := min(pageSize, mostCells/max(1, len(t.Kind.Fields)))
	t.Pages = max(1, (t.Total+size-1)/size)
	t.Page = min(max(1, asked), t.Pages)
	t.From = (t.Page - 1) * size
	for _, i := range match[t.From:min(t.Total, t.From+size)] {
		t.Rows = append(t.Rows, t.Kind.At(doc, i))
	}
}

func holds(t *ui.TableView, item plan.Item, labels map[string]map[string]string, text string) bool {
	for _, f := range t.Fields {
		switch f.Type {
		case plan.RefOne, plan.RefMany:
			for _, key := range t.Kind.Refs(item, f) {
				if strings.Contains(strings.ToLower(labels[f.Ref][key]), text) {
					return true
				}
			}
		case plan.Flag, plan.Number, plan.Integer:
		default:
			for _, w := range plan.Words(item, f) {
				if strings.Contains(strings.ToLower(w), text) {
					return true
				}
			}
		}
	}
	return false
}

// ownedTable is the table of the rows that belong to another row, for its page.
func ownedTable(v *ui.View, kind, owner, key string, columns []string) *ui.TableView {
	k := plan.KindOf(kind)
	t := tableView(v, k, map[string]string{owner: key}, columns)
	f, _ := k.Field(owner)
	for i := range k.Len(v.Plan.Doc) {
		if item := k.At(v.Plan.Doc, i); slices.Contains(k.Refs(item, f), key) {
			t.Rows = append(t.Rows, item)
		}
	}
	t.Bare, t.Total, t.Pages = true, len(t.Rows), 1
	return t
}
