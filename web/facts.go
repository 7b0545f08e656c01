package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

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
	t.Filter = strings.TrimSpace(clip(r.URL.Query().Get("q"), 100))
	asked, _ := strconv.Atoi(r.URL.Query().Get("page"))
	cut(v, t, asked)
	return s.render(w, r, page.Facts(v, t))
}

// tableView prepares a table: which columns, and what its fields may name.
// Rows fixed to an owner (fixed) leave that column out.
func tableView(v *ui.View, k *plan.Kind, fixed map[string]string, columns []string) *ui.TableView {
	t := &ui.TableView{Kind: k, Fixed: fixed, Options: map[string][]ui.Option{}, All: k.Len(v.Plan.Doc)}
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

// cut picks the rows to show: those that hold the filter's text in a name or a
// text, and of them one page.
func cut(v *ui.View, t *ui.TableView, asked int) {
	doc, k := v.Plan.Doc, t.Kind
	labels := map[string]map[string]string{}
	if t.Filter != "" {
		for kind, options := range t.Options {
			labels[kind] = make(map[string]string, len(options))
			for _, o := range options {
				labels[kind][o.Value] = o.Label
			}
		}
	}
	var match []int
	for i := range k.Len(doc) {
		if t.Filter == "" || holds(t, k.At(doc, i), labels, strings.ToLower(t.Filter)) {
			match = append(match, i)
		}
	}
	t.Total = len(match)
	t.Pages = max(1, (t.Total+pageSize-1)/pageSize)
	t.Page = min(max(1, asked), t.Pages)
	t.From = (t.Page - 1) * pageSize
	for _, i := range match[t.From:min(t.Total, t.From+pageSize)] {
		t.Rows = append(t.Rows, k.At(doc, i))
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
