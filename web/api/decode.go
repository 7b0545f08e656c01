package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"deckplan/internal/plan"
)

// editTypes are the sorts of edits by op.
var editTypes = map[string]reflect.Type{"set": reflect.TypeFor[Set](), "add": reflect.TypeFor[Add](), "put": reflect.TypeFor[Put](),
	"remove": reflect.TypeFor[Remove](), "duplicate": reflect.TypeFor[Duplicate](), "move": reflect.TypeFor[Move](), "batch": reflect.TypeFor[Batch]()}

func compare(a, b string) int { return cmp.Compare(a, b) }

// decode reads JSON strictly. What is no JSON at all is a *refusal that names
// the line; a field that is unknown or of another type is a fault below at.
func decode(text []byte, to any, at string) ([]fault, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, noJSON(text, int(d.InputOffset()))
	}
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typed):
		where := at
		if typed.Field != "" {
			where += "." + typed.Field
		}
		return []fault{{location: where, id: "api.problem.type", args: map[string]any{"want": wanted(typed.Type)}, value: typed.Value}}, nil
	case errors.As(err, &syntax):
		return nil, noJSON(text, int(syntax.Offset))
	}
	if _, name, ok := strings.Cut(err.Error(), "json: unknown field "); ok {
		return []fault{{location: at + "." + clip(strings.Trim(name, `"`)), id: "api.problem.unknown"}}, nil
	}
	return nil, noJSON(text, len(text)) // it ends early, or is empty
}

func noJSON(text []byte, offset int) error {
	offset = max(0, min(offset, len(text)))
	f := fault{location: "body", line: 1 + bytes.Count(text[:offset], []byte("\n")), id: "api.problem.json"}
	if len(bytes.TrimSpace(text)) == 0 {
		f.id, f.line = "api.problem.no_body", 0
	}
	return &refusal{kind: malformed, faults: []fault{f}}
}

// wanted is the JSON type that a Go type is read from.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		if t != reflect.TypeFor[json.RawMessage]() {
			return "array"
		}
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	}
	return "object"
}

// compact gives a JSON value as the document has it; nil stays nil.
func compact(value json.RawMessage) json.RawMessage {
	if value == nil {
		return nil
	}
	var v any // encoded again: the same text may be escaped otherwise
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return value
	}
	return plan.Raw(v)
}

// holds tells where in an edit a path of the plan's rows lies.
func (e *planned) holds(path string) (string, bool) {
	field, ok := strings.CutPrefix(path, e.table+".")
	if !ok && e.op == "set" && !strings.Contains(path, ".") {
		field, ok = path, true
	}
	if !ok {
		return "", false
	}
	switch e.op {
	case "set":
		set, is := e.edit.(plan.Set)
		if !is {
			return "", false
		}
		for _, f := range set.Fields {
			if f.Name == field {
				return e.location + ".fields." + field, true
			}
		}
	case "add":
		return e.location + ".row." + field, true
	case "put":
		if e.rows == 1 {
			return e.location + ".rows[0]." + field, true
		}
		return e.location + ".rows", true
	}
	return "", false
}
