package plan

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
)

// Edit is a change to a plan as typed data. Apply gives the new plan and what
// was touched; the old plan stays as it was, and tables the edit does not
// touch are shared between the two.
type Edit interface{ apply(*tx) error }

// Change is one row before and after an edit; Before or After is null where
// the row was added or removed. Index is its place in the table.
type Change struct {
	Kind   string          `json:"kind"`
	Key    string          `json:"key"`
	Index  int             `json:"index"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	// From is where the row stood before, when the edit moved it to Index.
	From *int `json:"from,omitempty"`
}

// Summary says in one message what an edit did.
type Summary struct {
	ID   string         `json:"id"`
	Args map[string]any `json:"args,omitempty"`
}

// Result is what an edit did. An edit that changes nothing has no changes.
type Result struct {
	Changes []Change
	Summary Summary
	// Tangled tells that a row was touched twice in a way that leaves the
	// table's order to more than the changes: Replay may order rows otherwise.
	Tangled bool
}

// Apply carries an edit out on a plan and checks every row it touched. Errors
// are *Invalid, *Gone or *Conflict.
func Apply(p *Plan, e Edit) (*Plan, Result, error) {
	next := *p
	t := newTx(&next)
	t.before = p
	if err := e.apply(t); err != nil {
		return nil, Result{}, err
	}
	t.dropUnchanged()
	if err := t.check(); err != nil {
		return nil, Result{}, err
	}
	return t.plan, Result{t.changes, t.summary, t.tangled}, nil
}

// Set changes fields of one row. Values are JSON. Where Was is given and the
// field meanwhile holds neither Was nor Now, the edit is a Conflict.
type Set struct {
	Kind, Key string
	Fields    []FieldValue
}

// FieldValue is a field's old and new JSON value.
type FieldValue struct {
	Name string
	Was  json.RawMessage // nil: do not compare
	Now  json.RawMessage
}

// Add adds a row, given as JSON, at the table's end or after the row After.
type Add struct {
	Kind  string
	Item  json.RawMessage
	After string
}

// Put adds rows or replaces those with the same key.
type Put struct {
	Kind  string
	Items []Item
}

// Remove takes rows out, with everything that is part of them; fields that
// name them are cleared.
type Remove struct {
	Kind string
	Keys []string
}

// Duplicate copies a row and what is part of it, with new identifiers.
type Duplicate struct {
	Kind, Key string
	Name      string // of the copy
	NewID     func() string
}

// Move puts a row before another one of its table, or at the end where Before
// is empty. Order means promotion in the table of environments.
type Move struct{ Kind, Key, Before string }

// Batch is several edits as one; Summary, when set, is what it says it did.
type Batch struct {
	Edits   []Edit
	Summary Summary
}

// Revert undoes changes: each row gets back the fields that the changes gave
// it, unless a field has changed since, which is a Conflict.
type Revert struct {
	Changes []Change
	Summary Summary
}

// tx is an edit under way on a private copy of the plan.
type tx struct {
	before  *Plan
	plan    *Plan
	owned   map[string]bool // tables already copied
	touched map[string]int  // kind/key → index in changes
	places  map[string]*places
	changes []Change
	summary Summary
	tangled bool
}

func newTx(p *Plan) *tx {
	return &tx{plan: p, owned: map[string]bool{}, touched: map[string]int{}, places: map[string]*places{}}
}

// places remembers where a table's rows are, once enough have been looked up
// to be worth it.
type places struct {
	asked int
	at    map[string]int
}

// index is the position of a row in the plan as edited so far, or -1.
func (t *tx) index(k *Kind, key string) int {
	pl := t.places[k.Name]
	if pl == nil {
		pl = &places{}
		t.places[k.Name] = pl
	}
	if pl.asked++; pl.at == nil && pl.asked < 8 {
		return k.Index(t.plan, key)
	}
	if pl.at == nil {
		n := k.Len(t.plan)
		pl.at = make(map[string]int, n)
		for i := range n {
			pl.at[k.At(t.plan, i).Key()] = i
		}
	}
	if i, ok := pl.at[key]; ok {
		return i
	}
	return -1
}

func (t *tx) find(k *Kind, key string) Item {
	if i := t.index(k, key); i >= 0 {
		return k.At(t.plan, i)
	}
	return nil
}

func (t *tx) say(id string, args map[string]any) {
	if t.summary.ID == "" {
		t.summary = Summary{id, args}
	}
}

func kindFor(name string) (*Kind, error) {
	if k := KindOf(name); k != nil {
		return k, nil
	}
	return nil, invalid(name, "plan.problem.unknown_table", map[string]any{"table": name})
}

// own copies a table before its first change.
func (t *tx) own(k *Kind) reflect.Value {
	rows := k.rows(t.plan)
	if !k.one && !t.owned[k.Name] {
		t.owned[k.Name] = true
		fresh := reflect.MakeSlice(rows.Type(), rows.Len(), rows.Len()+1)
		reflect.Copy(fresh, rows)
		rows.Set(fresh)
	}
	return rows
}

func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plan types always encode
	}
	return b
}

func (t *tx) note(k *Kind, key string, index int, before, after json.RawMessage) {
	id := k.Name + "/" + key
	if i, ok := t.touched[id]; ok {
		t.tangled = t.tangled || before == nil || after == nil
		t.changes[i].After = after
		return
	}
	t.touched[id] = len(t.changes)
	t.changes = append(t.changes, Change{Kind: k.Name, Key: key, Index: index, Before: before, After: after})
}

// put writes a row: over the one with its key, else at place index (-1: end).
func (t *tx) put(k *Kind, row reflect.Value, index int) {
	key := row.Interface().(Item).Key()
	rows := t.own(k)
	if k.one {
		t.note(k, key, 0, encode(rows.Interface()), encode(row.Interface()))
		rows.Set(row)
		return
	}
	if at := t.index(k, key); at >= 0 {
		t.note(k, key, at, encode(rows.Index(at).Interface()), encode(row.Interface()))
		rows.Index(at).Set(row)
		return
	}
	if index < 0 || index > rows.Len() {
		index = rows.Len()
	}
	t.note(k, key, index, nil, encode(row.Interface()))
	grown := reflect.Append(rows, row)
	if index < rows.Len() {
		reflect.Copy(grown.Slice(index+1, grown.Len()), rows.Slice(index, rows.Len()))
		grown.Index(index).Set(row)
	}
	rows.Set(grown)
	if pl := t.places[k.Name]; index < grown.Len()-1 {
		pl.at = nil
	} else if pl.at != nil {
		pl.at[key] = index
	}
}

// take removes the row with a key, if it is there.
func (t *tx) take(k *Kind, key string) {
	at := t.index(k, key)
	if at < 0 || k.one {
		return
	}
	t.places[k.Name].at = nil
	rows := t.own(k)
	t.note(k, key, at, encode(rows.Index(at).Interface()), nil)
	reflect.Copy(rows.Slice(at, rows.Len()-1), rows.Slice(at+1, rows.Len()))
	rows.SetLen(rows.Len() - 1)
}

func (t *tx) dropUnchanged() {
	t.changes = slices.DeleteFunc(t.changes, func(c Change) bool { return bytes.Equal(c.Before, c.After) && c.From == nil })
}

// decodeRow makes a row of a table from JSON.
func decodeRow(k *Kind, raw json.RawMessage) (reflect.Value, error) {
	row := reflect.New(k.typ)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(row.Interface()); err != nil {
		return row, invalid(k.Name, "plan.problem.row", map[string]any{"table": k.Name})
	}
	return row.Elem(), nil
}

func (e Set) apply(t *tx) error {
	k, err := kindFor(e.Kind)
	if err != nil {
		return err
	}
	at := t.index(k, e.Key)
	if at < 0 {
		return &Gone{e.Kind, e.Key}
	}
	row := reflect.New(k.typ).Elem()
	row.Set(k.value(t.plan, at))
	for _, fv := range e.Fields {
		f, ok := k.Field(fv.Name)
		if !ok {
			return invalid(fv.Name, "plan.problem.unknown_field", map[string]any{"field": fv.Name})
		}
		if err := setField(k, row, f, fv, e.Key); err != nil {
			return err
		}
	}
	if row.Interface().(Item).Key() != e.Key {
		t.take(k, e.Key) // a field that is part of the key has changed
		at = -1
	}
	t.put(k, row, at)
	if t.summary.ID != "" {
		return nil
	}
	args := map[string]any{"table": e.Kind, "name": Name(t.plan, k, row.Interface().(Item))}
	if len(e.Fields) == 1 {
		args["field"] = e.Kind + "." + e.Fields[0].Name
		t.say("plan.summary.set", args)
	} else {
		t.say("plan.summary.set_many", args)
	}
	return nil
}

func setField(k *Kind, row reflect.Value, f Field, fv FieldValue, key string) error {
	now := k.JSON(row.Interface().(Item), f)
	if string(fv.Was) == "null" && string(now) == "[]" {
		fv.Was = now // no list is an empty one
	}
	if fv.Was != nil && !bytes.Equal(now, fv.Was) && !bytes.Equal(now, fv.Now) {
		return &Conflict{k.Name, key, f.Name, string(fv.Was), string(now), string(fv.Now)}
	}
	v := row.FieldByIndex(f.index)
	fresh := reflect.New(v.Type())
	if err := json.Unmarshal(fv.Now, fresh.Interface()); err != nil {
		return invalid(f.Name, "plan.problem.type", map[string]any{"field": k.Name + "." + f.Name})
	}
	v.Set(fresh.Elem())
	return nil
}

func (e Add) apply(t *tx) error {
	k, err := kindFor(e.Kind)
	if err != nil {
		return err
	}
	row, err := decodeRow(k, e.Item)
	if err != nil {
		return err
	}
	item := row.Interface().(Item)
	if k.one || k.Index(t.plan, item.Key()) >= 0 {
		return invalid(k.Name, "plan.problem.duplicate", map[string]any{"name": Name(t.plan, k, item)})
	}
	index := -1
	if e.After != "" {
		if i := k.Index(t.plan, e.After); i >= 0 {
			index = i + 1
		}
	}
	t.put(k, row, index)
	t.say("plan.summary.add", map[string]any{"table": e.Kind, "name": Name(t.plan, k, item)})
	return nil
}

func (e Put) apply(t *tx) error {
	k, err := kindFor(e.Kind)
	if err != nil {
		return err
	}
	for _, item := range e.Items {
		t.put(k, reflect.ValueOf(item), -1)
	}
	t.say("plan.summary.put", map[string]any{"table": e.Kind, "n": len(e.Items)})
	return nil
}

func (e Batch) apply(t *tx) error {
	if e.Summary.ID != "" {
		t.say(e.Summary.ID, e.Summary.Args)
	}
	for _, one := range e.Edits {
		if err := one.apply(t); err != nil {
			return err
		}
	}
	return nil
}
