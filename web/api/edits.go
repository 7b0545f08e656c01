package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// Patch is a list of edits that are carried out as one: all, or none.
type Patch struct {
	Author string `json:"author,omitempty" maxLength:"60"`
	Edits  []Edit `json:"edits" minItems:"1" maxItems:"1000"`
}

// Edit is one of the edits below, told apart by op.
type Edit struct{}

// Set changes fields of a row. Where was says what a field held and it has been
// changed since, the edit is a conflict.
type Set struct {
	Op     string                     `json:"op" enum:"set"`
	Table  string                     `json:"table"`
	Key    string                     `json:"key"`
	Fields map[string]json.RawMessage `json:"fields" minProperties:"1"`
	Was    map[string]json.RawMessage `json:"was,omitempty"`
}

// Add adds a row at the table's end, or after another.
type Add struct {
	Op    string     `json:"op" enum:"add"`
	Table string     `json:"table"`
	Row   RowOfTable `json:"row"`
	After string     `json:"after,omitempty"`
}

// Put adds rows, or replaces those with the same key.
type Put struct {
	Op    string       `json:"op" enum:"put"`
	Table string       `json:"table"`
	Rows  []RowOfTable `json:"rows" minItems:"1"`
}

// Remove takes rows out, with what is part of them.
type Remove struct {
	Op    string   `json:"op" enum:"remove"`
	Table string   `json:"table"`
	Keys  []string `json:"keys" minItems:"1"`
}

// Duplicate copies a row with what is part of it.
type Duplicate struct {
	Op    string `json:"op" enum:"duplicate"`
	Table string `json:"table"`
	Key   string `json:"key"`
	Name  string `json:"name,omitempty"`
}

// Move puts a row before another of its table, or at the end.
type Move struct {
	Op     string `json:"op" enum:"move"`
	Table  string `json:"table"`
	Key    string `json:"key"`
	Before string `json:"before,omitempty"`
}

// Batch is edits within edits.
type Batch struct {
	Op    string `json:"op" enum:"batch"`
	Edits []Edit `json:"edits" minItems:"1"`
}

// RowOfTable is a row as it stands in the document. A row of a table whose rows
// have identifiers is given one where it has none.
type RowOfTable map[string]json.RawMessage

// Bounds of a patch.
const (
	mostEdits = 1000
	mostDepth = 4
)

// Schema says in the OpenAPI document what an edit may be.
func (Edit) Schema(r huma.Registry) *huma.Schema {
	const name = "Edit"
	if r.Map()[name] == nil {
		s := &huma.Schema{}
		r.Map()[name] = s
		s.Discriminator = &huma.Discriminator{PropertyName: "op", Mapping: map[string]string{}}
		for op, one := range editTypes {
			ref := r.Schema(one, true, "")
			s.OneOf = append(s.OneOf, ref)
			s.Discriminator.Mapping[op] = ref.Ref
		}
		slices.SortFunc(s.OneOf, func(a, b *huma.Schema) int { return compare(a.Ref, b.Ref) })
	}
	return named(name)
}

// planned is an edit with where in the request it stands.
type planned struct {
	location, op, table string
	rows                int // of a put, or 1
	edit                plan.Edit
}

// patched is a patch that was read.
type patched struct {
	author string
	edits  []planned
}

// reading reads the edits of a patch, gathering all that is wrong with it.
type reading struct {
	patched
	faults []fault
	newID  func() string
}

// readPatch reads a body. Its error is a *refusal that tells every fault.
func readPatch(body []byte, newID func() string) (*patched, error) {
	var in struct {
		Author string            `json:"author"`
		Edits  []json.RawMessage `json:"edits"`
	}
	faults, err := decode(body, &in, "body")
	if err != nil {
		return nil, err
	}
	r := &reading{patched: patched{author: in.Author}, faults: faults, newID: newID}
	if len([]rune(in.Author)) > 60 {
		r.fault("body.author", "api.problem.long", "60")
	}
	if len(in.Edits) == 0 && len(faults) == 0 {
		r.fault("body.edits", "api.problem.required", "edits")
	}
	r.all("body.edits", in.Edits, 1)
	if len(r.faults) > 0 {
		return nil, refused(r.faults...)
	}
	return &r.patched, nil
}

func (r *reading) fault(location, id, want string) {
	r.faults = append(r.faults, fault{location: location, id: id, args: map[string]any{"want": want}})
}

func (r *reading) all(location string, edits []json.RawMessage, depth int) {
	if len(edits)+len(r.edits) > mostEdits {
		r.fault(location, "api.problem.many", strconv.Itoa(mostEdits))
		return
	}
	if depth > mostDepth {
		r.fault(location, "api.problem.deep", strconv.Itoa(mostDepth))
		return
	}
	for i, text := range edits {
		if len(r.faults) >= mostFaults {
			return
		}
		r.one(location+"["+strconv.Itoa(i)+"]", text, depth)
	}
}

// one reads one edit.
func (r *reading) one(at string, text json.RawMessage, depth int) {
	var head struct {
		Op string `json:"op"`
	}
	if json.Unmarshal(text, &head) != nil {
		r.fault(at, "api.problem.type", "object")
		return
	}
	switch head.Op {
	case "set":
		readEdit(r, at, text, func(e *Set) (string, plan.Edit, int) { return e.Table, r.set(at, e), 1 })
	case "add":
		readEdit(r, at, text, func(e *Add) (string, plan.Edit, int) { return e.Table, r.add(at, e), 1 })
	case "put":
		readEdit(r, at, text, func(e *Put) (string, plan.Edit, int) { return e.Table, r.put(at, e), len(e.Rows) })
	case "remove":
		readEdit(r, at, text, func(e *Remove) (string, plan.Edit, int) {
			if len(e.Keys) == 0 {
				r.fault(at+".keys", "api.problem.required", "keys")
			}
			return e.Table, plan.Remove{Kind: e.Table, Keys: e.Keys}, 1
		})
	case "duplicate":
		readEdit(r, at, text, func(e *Duplicate) (string, plan.Edit, int) {
			return e.Table, plan.Duplicate{Kind: e.Table, Key: e.Key, Name: e.Name, NewID: r.newID}, 1
		})
	case "move":
		readEdit(r, at, text, func(e *Move) (string, plan.Edit, int) {
			return e.Table, plan.Move{Kind: e.Table, Key: e.Key, Before: e.Before}, 1
		})
	case "batch":
		var e struct {
			Op    string            `json:"op"`
			Edits []json.RawMessage `json:"edits"`
		}
		r.faults = append(r.faults, must(decode(text, &e, at))...)
		r.all(at+".edits", e.Edits, depth+1)
	default:
		r.faults = append(r.faults, fault{location: at + ".op", id: "api.problem.choice",
			args: map[string]any{"want": "set, add, put, remove, duplicate, move, batch"}, value: clip(head.Op)})
	}
}

// readEdit reads an edit of a known sort and notes it.
func readEdit[T any](r *reading, at string, text json.RawMessage, make func(*T) (table string, e plan.Edit, rows int)) {
	var in T
	faults := must(decode(text, &in, at))
	if len(faults) > 0 {
		r.faults = append(r.faults, faults...)
		return
	}
	before := len(r.faults)
	var head struct{ Op, Table string }
	_ = json.Unmarshal(text, &head) // it was read before
	if plan.KindOf(head.Table) == nil {
		r.faults = append(r.faults, fault{location: at + ".table", id: "plan.problem.unknown_table", args: map[string]any{"table": clip(head.Table)}, value: clip(head.Table)})
		return
	}
	table, e, rows := make(&in)
	if len(r.faults) == before {
		r.edits = append(r.edits, planned{at, head.Op, table, rows, e})
	}
}

// must gives the faults of what is known to be JSON.
func must(faults []fault, _ error) []fault { return faults }

func (r *reading) set(at string, e *Set) plan.Edit {
	k := plan.KindOf(e.Table)
	out := plan.Set{Kind: e.Table, Key: e.Key}
	if len(e.Fields) == 0 {
		r.fault(at+".fields", "api.problem.required", "fields")
	}
	for _, part := range []struct {
		name   string
		values map[string]json.RawMessage
	}{{".fields.", e.Fields}, {".was.", e.Was}} {
		for _, name := range slices.Sorted(maps.Keys(part.values)) {
			_, there := k.Field(name)
			switch _, set := e.Fields[name]; {
			case !there:
				r.faults = append(r.faults, fault{location: at + part.name + clip(name), id: "plan.problem.unknown_field", args: map[string]any{"field": clip(name)}})
			case !set:
				r.fault(at+part.name+name, "api.problem.was", name)
			case part.name == ".fields.":
				out.Fields = append(out.Fields, plan.FieldValue{Name: name, Was: compact(e.Was[name]), Now: compact(e.Fields[name])})
			}
		}
	}
	return out
}

func (r *reading) add(at string, e *Add) plan.Edit {
	text, _ := r.row(at+".row", plan.KindOf(e.Table), e.Row)
	return plan.Add{Kind: e.Table, Item: text, After: e.After}
}

func (r *reading) put(at string, e *Put) plan.Edit {
	out := plan.Put{Kind: e.Table}
	if len(e.Rows) == 0 {
		r.fault(at+".rows", "api.problem.required", "rows")
	}
	for i, row := range e.Rows {
		if _, item := r.row(at+".rows["+strconv.Itoa(i)+"]", plan.KindOf(e.Table), row); item != nil {
			out.Items = append(out.Items, item)
		}
	}
	return out
}

// row reads a row of a table, and gives it an identifier where it needs one.
func (r *reading) row(at string, k *plan.Kind, row RowOfTable) (json.RawMessage, plan.Item) {
	if row == nil {
		r.fault(at, "api.problem.required", "row")
		return nil, nil
	}
	if _, has := row["id"]; !has && k.HasID() && !k.Single() {
		if _, typed := k.Field("id"); !typed {
			row = maps.Clone(row)
			row["id"] = plan.Raw(r.newID())
		}
	}
	text, err := json.Marshal(row)
	if err != nil {
		r.fault(at, "api.problem.json", "")
		return nil, nil
	}
	item, problems := k.Decode(text)
	for _, p := range problems {
		r.faults = append(r.faults, fault{location: at + p.Path[len(k.Name):], id: p.ID, args: p.Args})
	}
	return text, item
}

// edit is the patch as one edit.
func (p *patched) edit() plan.Edit {
	if len(p.edits) == 1 {
		return p.edits[0].edit
	}
	out := plan.Batch{Summary: plan.Summary{ID: "plan.summary.patch", Args: map[string]any{"n": len(p.edits)}}}
	for _, e := range p.edits {
		out.Edits = append(out.Edits, e.edit)
	}
	return out
}

// located tells where in the request that lies which a plan would not take.
func (p *patched) located(l lang.Lang, bad *plan.Invalid) error {
	out := &refusal{kind: invalid}
	for _, one := range bad.Problems {
		f := fault{location: "plan." + one.Path, id: "api.problem.said", args: map[string]any{"text": problemText(l, one)}}
		for _, e := range p.edits {
			if at, ok := e.holds(one.Path); ok {
				f.location = at
				break
			}
		}
		out.faults = append(out.faults, f)
	}
	return out
}
