// Package compare says how two plans differ: rows, figures and findings. It
// makes no choice of what matters; the page, the command line and the report
// do.
package compare

import (
	"encoding/json"
	"fmt"
	"strings"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// What happened to a row. Its words are messages compare.row.WHAT.
type What string

const (
	Added   What = "added"
	Removed What = "removed"
	Changed What = "changed"
	Moved   What = "moved" // to another place of its table, and otherwise as it was
)

// Row is a row that differs.
type Row struct {
	Kind   *plan.Kind
	Key    string
	Name   string
	What   What
	Fields []Field // that differ; those that hold something of a new or gone row
}

// Field is a field of such a row, with its values in words.
type Field struct {
	Name string
	Was  string
	Now  string
}

// Rows words changes. References are called by the names that the changes or
// one of the plans know; plans may be nil.
func Rows(l lang.Lang, changes []plan.Change, plans ...*plan.Plan) []Row {
	w := worder{lang: l, names: map[string]string{}, items: map[string]plan.Item{}, plans: plans}
	for _, c := range changes {
		if item, err := c.Row(); err == nil {
			w.items[c.Kind+"/"+c.Key] = item
		}
	}
	out := make([]Row, 0, len(changes))
	for _, c := range changes {
		k := plan.KindOf(c.Kind)
		fields, err := c.Fields()
		if k == nil || err != nil {
			continue // of a table that this program no longer has
		}
		r := Row{Kind: k, Key: c.Key, Name: w.name(c.Kind, c.Key), What: Changed}
		switch {
		case c.Before == nil:
			r.What = Added
		case c.After == nil:
			r.What = Removed
		case c.From != nil && len(fields) == 0:
			r.What = Moved
		}
		for _, fv := range fields {
			f, _ := k.Field(fv.Name)
			r.Fields = append(r.Fields, Field{fv.Name, w.value(f, fv.Was), w.value(f, fv.Now)})
		}
		out = append(out, r)
	}
	return out
}

// Value words a field's JSON value as a person would read it.
func Value(l lang.Lang, f plan.Field, value json.RawMessage, plans ...*plan.Plan) string {
	w := worder{lang: l, names: map[string]string{}, plans: plans}
	return w.value(f, value)
}

type worder struct {
	lang  lang.Lang
	names map[string]string    // kind/key → name
	items map[string]plan.Item // kind/key → row of the changes
	plans []*plan.Plan
}

// name is what a row is called: by the changes, else by a plan, else its key.
func (w *worder) name(kind, key string) string {
	if kind == "about" {
		return w.lang.T("kind.about", nil)
	}
	id := kind + "/" + key
	if n, ok := w.names[id]; ok {
		return n
	}
	w.names[id] = key // whatever names itself comes to an end here
	if item := w.items[id]; item != nil {
		w.names[id] = w.called(plan.KindOf(kind), item)
		return w.names[id]
	}
	for _, p := range w.plans {
		if p == nil {
			continue
		}
		if n := plan.NameOf(p, kind, key); n != key {
			w.names[id] = n
			break
		}
	}
	return w.names[id]
}

// called is plan.Name among rows that may be in no plan any more.
func (w *worder) called(k *plan.Kind, item plan.Item) string {
	if f, ok := k.Field("name"); ok {
		if name, _ := k.Get(item, f).(string); name != "" {
			return name
		}
	}
	var parts []string
	for _, f := range k.Fields {
		if f.Type != plan.RefOne || !f.Required && len(parts) > 0 {
			continue
		}
		for _, key := range k.Refs(item, f) {
			parts = append(parts, w.name(f.Ref, key))
		}
	}
	if len(parts) == 0 {
		return item.Key()
	}
	return strings.Join(parts, " → ")
}

// Nothing stands for a field that holds none.
const Nothing = "—"

func (w *worder) value(f plan.Field, value json.RawMessage) string {
	var v any
	if json.Unmarshal(value, &v) != nil {
		return string(value)
	}
	switch x := v.(type) {
	case []any:
		words := make([]string, len(x))
		for i, one := range x {
			words[i] = w.word(f, one)
		}
		if len(words) == 0 {
			return Nothing
		}
		return strings.Join(words, ", ")
	case nil:
		return Nothing
	default:
		if s := w.word(f, x); s != "" {
			return s
		}
		return Nothing
	}
}

func (w *worder) word(f plan.Field, v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return w.lang.T("compare.yes", nil)
		}
		return w.lang.T("compare.no", nil)
	case float64:
		return w.lang.Number(x)
	}
	s := fmt.Sprint(v)
	switch {
	case s == "":
		return ""
	case f.Ref != "":
		return w.name(f.Ref, s)
	case f.Type == plan.Choice || f.Type == plan.Choices:
		return w.lang.T(f.Words+s, nil)
	}
	return s
}
