package web

import (
	"encoding/json"
	"strings"

	"deckplan/internal/plan"
	"deckplan/internal/sheet"
)

// parse reads a field of a form as the JSON value of the plan's field, as a
// cell that was pasted is read.
func (f *form) parse(k *plan.Kind, field plan.Field, name string) (json.RawMessage, error) {
	values, text := f.values[name], ""
	switch {
	case field.Type == plan.Choices || field.Type == plan.RefMany:
		text = sheet.Ticked(values)
	case len(values) > 0:
		text = values[len(values)-1] // a box that is ticked comes after what stands for one that is not
	}
	if f.cells == nil {
		f.cells = map[string]*sheet.Cells{}
	}
	if f.cells[k.Name] == nil {
		f.cells[k.Name] = sheet.NewCells(f.doc, k, sheetWords(f.lang))
	}
	value, p := f.cells[k.Name].Value(field, text)
	if p != nil {
		return nil, &plan.Invalid{Problems: []plan.Problem{*p}}
	}
	return value, nil
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
