package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/compare"
	"deckplan/internal/plan"
	"deckplan/web/ui"
)

// mostCopies bounds how many rows are copied at once.
const mostCopies = 500

// chosen gives the keys of the rows a form has selected: those ticked, all on
// the page, or all that match its filter.
func (f *form) chosen(k *plan.Kind) ([]string, error) {
	var keys []string
	switch all := f.values["all"]; {
	case slices.Contains(all, "match"), slices.Contains(all, "page") && len(f.values["key"]) == 0:
		v := &ui.View{Lang: f.lang, Author: f.author, Plan: &ui.PlanView{Doc: f.doc}}
		t := tableView(v, k, nil, nil)
		match := matchingRows(f.doc, t, f.values)
		if !slices.Contains(all, "match") {
			page, _ := strconv.Atoi(f.values.Get("page"))
			cut(f.doc, t, match, page)
			match = match[t.From : t.From+len(t.Rows)]
		}
		for _, i := range match {
			keys = append(keys, k.At(f.doc, i).Key())
		}
	default:
		for _, key := range f.values["key"] {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	if len(keys) == 0 {
		return nil, problem(k.Name, "web.problem.none_selected", nil)
	}
	if k.Single() {
		return nil, errForm
	}
	return keys, nil
}

// fieldToSet picks the field to set: the one chosen or, where a browser
// without scripts shows all of them, the only one that was filled in.
func (f *form) fieldToSet(k *plan.Kind) (plan.Field, error) {
	name := f.values.Get("field")
	if name == "" {
		filled := slices.DeleteFunc(slices.Clone(k.Fields), func(field plan.Field) bool { return !somethingIn(f.values, "set."+field.Name) })
		if len(filled) == 1 {
			name = filled[0].Name
		}
	}
	field, ok := k.Field(name)
	if !ok || !f.values.Has("set."+name) {
		return plan.Field{}, problem(k.Name, "web.problem.no_field", nil)
	}
	return field, nil
}

func somethingIn(values url.Values, name string) bool {
	return slices.ContainsFunc(values[name], func(s string) bool { return s != "" && s != "false" })
}

// setMany gives one field of many rows the same value.
func setMany(f *form) (plan.Edit, error) {
	k, _, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	keys, err := f.chosen(k)
	if err != nil {
		return nil, err
	}
	field, err := f.fieldToSet(k)
	if err != nil {
		return nil, err
	}
	now, err := f.parse(k, field, "set."+field.Name)
	if err != nil {
		return nil, err
	}
	edits := make([]plan.Edit, len(keys))
	for i, key := range keys {
		edits[i] = plan.Set{Kind: k.Name, Key: key, Fields: []plan.FieldValue{{Name: field.Name, Now: now}}}
	}
	return plan.Batch{Edits: edits, Summary: plan.Summary{ID: "plan.summary.set_rows", Args: map[string]any{"table": k.Name,
		"n": len(keys), "field": k.Name + "." + field.Name, "to": clip(compare.Value(f.lang, field, now, f.doc), 80)}}}, nil
}

// removeMany removes rows with everything that is part of them.
func removeMany(f *form) (plan.Edit, error) {
	k, _, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	keys, err := f.chosen(k)
	return plan.Remove{Kind: k.Name, Keys: keys}, err
}

// duplicateMany copies rows, each after its original.
func duplicateMany(f *form) (plan.Edit, error) {
	k, _, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	keys, err := f.chosen(k)
	if err != nil {
		return nil, err
	}
	if len(keys) > mostCopies {
		return nil, problem(k.Name, "web.problem.many_copies", map[string]any{"n": len(keys), "max": mostCopies})
	}
	edits := make([]plan.Edit, len(keys))
	for i, key := range keys {
		name := ""
		if k.HasName() {
			name = clip(strings.TrimSpace(f.lang.T("ui.copy_of", map[string]any{"name": plan.NameOf(f.doc, k.Name, key)})), 120)
		}
		edits[i] = plan.Duplicate{Kind: k.Name, Key: key, Name: name, NewID: plan.NewID}
	}
	return plan.Batch{Edits: edits, Summary: plan.Summary{ID: "plan.summary.duplicate_rows", Args: map[string]any{"table": k.Name, "n": len(keys)}}}, nil
}
