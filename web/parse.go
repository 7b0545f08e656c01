package web

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
)

// parse reads a field of a form as the JSON value of the plan's field.
func (f *form) parse(k *plan.Kind, field plan.Field, name string) (json.RawMessage, error) {
	values := f.values[name]
	last := ""
	if len(values) > 0 {
		last = strings.TrimSpace(strings.ReplaceAll(values[len(values)-1], "\r\n", "\n"))
	}
	path := k.Name + "." + field.Name
	switch field.Type {
	case plan.Flag:
		return plan.Raw(last == "true"), nil
	case plan.Number:
		v, err := number(last, path)
		return plan.Raw(v), err
	case plan.Integer:
		v, err := number(last, path)
		if err == nil && v != math.Trunc(v) {
			return nil, problem(path, "plan.problem.integer", map[string]any{"got": last})
		}
		return plan.Raw(int(v)), err
	case plan.RefOne:
		key, err := f.find(field, last, path)
		return plan.Raw(key), err
	case plan.RefMany:
		return f.findAll(field, values, path)
	case plan.Choices:
		return plan.Raw(slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })), nil
	case plan.Texts:
		return plan.Raw(words(last)), nil
	case plan.Tool:
		return plan.Raw(toolID(last)), nil
	default:
		return plan.Raw(last), nil
	}
}

// toolID gives the identifier of the catalogue's tool with that name; any
// other word is a tool of its own.
func toolID(name string) string {
	for _, t := range catalog.Tools() {
		if strings.EqualFold(t.Name, name) {
			return t.ID
		}
	}
	return name
}

func problem(path, id string, args map[string]any) error {
	return &plan.Invalid{Problems: []plan.Problem{{Path: path, ID: id, Args: args}}}
}

// number reads a number as people write it.
func number(text, path string) (float64, error) {
	v, ok := sheet.Number(text)
	if !ok {
		return 0, problem(path, "plan.problem.number", map[string]any{"got": clip(text, 40)})
	}
	return v, nil
}

func words(text string) []string {
	out := []string{}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// find gives the key of a row named by its key or, where a list would be too
// long to choose from, by its name.
func (f *form) find(field plan.Field, text, path string) (string, error) {
	if text == "" {
		return "", nil
	}
	k := plan.KindOf(field.Ref)
	if k.Index(f.doc, text) >= 0 {
		return text, nil
	}
	for i := range k.Len(f.doc) {
		if item := k.At(f.doc, i); plan.Name(f.doc, k, item) == text {
			return item.Key(), nil
		}
	}
	return "", problem(path, "plan.problem.missing", map[string]any{"table": field.Ref, "key": clip(text, 80)})
}

func (f *form) findAll(field plan.Field, values []string, path string) (json.RawMessage, error) {
	keys := []string{}
	for _, v := range values {
		for _, w := range words(v) {
			key, err := f.find(field, w, path)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return plan.Raw(keys), nil
}
