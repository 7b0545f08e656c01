package plan

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Single tells whether the table is one row that is always there.
func (k *Kind) Single() bool { return k.one }

// Most is the number of rows the table may have.
func (k *Kind) Most() int {
	if k.one {
		return 1
	}
	for _, rule := range strings.Split(reflect.TypeFor[Plan]().Field(k.table).Tag.Get("jsonschema"), ",") {
		if text, ok := strings.CutPrefix(rule, "maxItems="); ok {
			if n, err := strconv.Atoi(text); err == nil {
				return n
			}
		}
	}
	return 0
}

// With gives a copy of a row in which some fields, by their names, hold other
// JSON values, and what is then wrong with the row by itself; that what it
// names exists is not asked. Without a row it makes one that is known by key.
func (k *Kind) With(item Item, key string, values map[string]json.RawMessage) (Item, []Problem) {
	row := reflect.New(k.typ).Elem()
	if item != nil {
		row.Set(reflect.ValueOf(item))
	} else if id := row.FieldByName("ID"); id.IsValid() {
		id.SetString(key)
	}
	var problems []Problem
	for _, f := range k.Fields {
		value, ok := values[f.Name]
		if !ok {
			continue
		}
		if err := setField(k, row, f, FieldValue{Name: f.Name, Now: value}, key); err != nil {
			problems = append(problems, Problem{Path: k.Name + "." + f.Name, ID: "plan.problem.type", Args: map[string]any{"field": k.Name + "." + f.Name}})
		}
	}
	made := row.Interface().(Item)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(encode(made)))
	if err != nil {
		return made, append(problems, Problem{Path: k.Name, ID: "plan.problem.row", Args: map[string]any{"table": k.Name}})
	}
	return made, append(problems, schemaProblems(compiled().rows[k.Name], v, k.Name)...)
}

// Decode makes a row of the table from JSON and tells what is wrong with it by
// itself; that what it names exists is not asked. Paths begin with the table.
func (k *Kind) Decode(raw json.RawMessage) (Item, []Problem) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, []Problem{{Path: k.Name, ID: "plan.problem.row", Args: map[string]any{"table": k.Name}}}
	}
	if problems := schemaProblems(compiled().rows[k.Name], v, k.Name); len(problems) > 0 {
		return nil, problems
	}
	row, err := decodeRow(k, raw)
	if err != nil {
		return nil, []Problem{{Path: k.Name, ID: "plan.problem.row", Args: map[string]any{"table": k.Name}}}
	}
	return row.Interface().(Item), nil
}

// takeAll removes rows from a table in one pass, the last first, so that each
// change's index is the row's place when all before it are there.
func (t *tx) takeAll(k *Kind, gone map[string]bool) {
	if k.one || !t.holdsAny(k, gone) {
		return
	}
	rows := t.own(k)
	for i := rows.Len() - 1; i >= 0; i-- {
		if item := rows.Index(i).Interface().(Item); gone[item.Key()] {
			t.note(k, item.Key(), i, encode(item), nil)
		}
	}
	kept := 0
	for i := range rows.Len() {
		if gone[rows.Index(i).Interface().(Item).Key()] {
			continue
		}
		rows.Index(kept).Set(rows.Index(i))
		kept++
	}
	rows.SetLen(kept)
	delete(t.places, k.Name)
}

func (t *tx) holdsAny(k *Kind, gone map[string]bool) bool {
	for i := range k.Len(t.plan) {
		if gone[k.At(t.plan, i).Key()] {
			return true
		}
	}
	return false
}

// removedTogether counts the changes at the end that removed rows of a table,
// the last row first, and that are still gone.
func (t *tx) removedTogether(k *Kind, changes []Change) int {
	n, last := 0, -1
	for _, c := range slices.Backward(changes) {
		if k.one || c.Kind != k.Name || c.Before == nil || c.After != nil || c.Index <= last || t.index(k, c.Key) >= 0 {
			break
		}
		n, last = n+1, c.Index
	}
	return n
}

// putBack gives rows that were removed together their places again, in one
// pass.
func (t *tx) putBack(k *Kind, changes []Change) error {
	rows := t.own(k)
	all := reflect.MakeSlice(rows.Type(), 0, rows.Len()+len(changes))
	next := 0
	for _, c := range slices.Backward(changes) {
		row, err := decodeRow(k, c.Before)
		if err != nil {
			return err
		}
		for next < rows.Len() && all.Len() < c.Index {
			all = reflect.Append(all, rows.Index(next))
			next++
		}
		t.note(k, c.Key, all.Len(), nil, encode(row.Interface()))
		all = reflect.Append(all, row)
	}
	rows.Set(reflect.AppendSlice(all, rows.Slice(next, rows.Len())))
	delete(t.places, k.Name)
	return nil
}

func (e Move) apply(t *tx) error {
	k, err := kindFor(e.Kind)
	if err != nil {
		return err
	}
	from, to := t.index(k, e.Key), k.Len(t.plan)
	if from < 0 || k.one {
		return &Gone{e.Kind, e.Key}
	}
	if e.Before != "" {
		if to = t.index(k, e.Before); to < 0 {
			return &Gone{e.Kind, e.Before}
		}
	}
	if to > from { // the row's own place closes up
		to--
	}
	t.tangled = t.tangled || len(t.changes) > 0
	t.move(k, e.Key, to)
	if t.summary.ID == "" {
		t.say("plan.summary.move", map[string]any{"table": e.Kind, "name": Name(t.plan, k, k.Find(t.plan, e.Key)), "n": to + 1})
	}
	return nil
}

// move puts a row at a place of its table, or as near as there is one, and
// notes where it was. A row that is moved together with other changes leaves
// the table's order to more than the changes.
func (t *tx) move(k *Kind, key string, to int) {
	from := t.index(k, key)
	if to = max(0, min(to, k.Len(t.plan)-1)); from < 0 || from == to {
		return
	}
	rows := t.own(k)
	row := reflect.New(k.typ).Elem()
	row.Set(rows.Index(from))
	if from < to {
		reflect.Copy(rows.Slice(from, to), rows.Slice(from+1, to+1))
	} else {
		reflect.Copy(rows.Slice(to+1, from+1), rows.Slice(to, from))
	}
	rows.Index(to).Set(row)
	delete(t.places, k.Name)
	text := encode(row.Interface())
	t.note(k, key, to, text, text)
	c := &t.changes[t.touched[k.Name+"/"+key]]
	t.tangled = t.tangled || c.From != nil
	c.Index, c.From = to, &from
}
