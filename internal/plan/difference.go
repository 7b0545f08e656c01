package plan

import (
	"bytes"
	"reflect"
)

// Diff gives the changes that lead from one document to another. Rows are the
// same when their keys are; that a row stands elsewhere is no difference.
func Diff(from, to *Plan) []Change {
	var out []Change
	for _, k := range kinds {
		out = append(out, k.diff(from, to)...)
	}
	return out
}

func (k *Kind) diff(from, to *Plan) (out []Change) {
	if k.Len(from) > 0 && k.Len(from) == k.Len(to) && !k.one && k.rows(from).Pointer() == k.rows(to).Pointer() {
		return nil // tables that no edit has touched are shared
	}
	before := make(map[string]int, k.Len(from))
	for i := range k.Len(from) {
		before[k.At(from, i).Key()] = i
	}
	there := make(map[string]bool, k.Len(to))
	for i := range k.Len(to) {
		there[k.At(to, i).Key()] = true
	}
	for i := k.Len(from) - 1; i >= 0; i-- {
		row := k.value(from, i).Interface()
		if key := row.(Item).Key(); !there[key] {
			out = append(out, Change{Kind: k.Name, Key: key, Index: i, Before: encode(row)})
		}
	}
	for i := range k.Len(to) {
		row := k.value(to, i).Interface()
		key := row.(Item).Key()
		at, was := before[key]
		if !was {
			out = append(out, Change{Kind: k.Name, Key: key, Index: i, After: encode(row)})
			continue
		}
		delete(before, key)
		if old := k.value(from, at).Interface(); !reflect.DeepEqual(old, row) {
			c := Change{Kind: k.Name, Key: key, Index: i, Before: encode(old), After: encode(row)}
			if !bytes.Equal(c.Before, c.After) { // an empty list is as good as none
				out = append(out, c)
			}
		}
	}
	return out
}

// Replay carries changes out again on the plan they were made on.
func Replay(p *Plan, changes []Change) (*Plan, error) {
	next := *p
	t := newTx(&next)
	if err := t.replay(changes); err != nil {
		return nil, err
	}
	return t.plan, nil
}

// Restore makes the document what it was, in rows and in their order.
type Restore struct {
	To      *Plan
	Summary Summary
}

func (e Restore) apply(t *tx) error {
	t.say(e.Summary.ID, e.Summary.Args)
	if err := t.replay(Diff(t.plan, e.To)); err != nil {
		return err
	}
	for _, k := range kinds {
		if k.one || k.Len(t.plan) == 0 {
			continue
		}
		t.reorder(k, e.To)
		t.own(k).Set(reflect.AppendSlice(reflect.Zero(k.rows(e.To).Type()), k.rows(e.To)))
	}
	t.places, t.tangled = map[string]*places{}, true
	return nil
}

// mostMoves bounds the rows of a table whose moves Restore notes.
const mostMoves = 200

// reorder moves the rows of a table to where another document has them, so that
// Undo of it moves them back; of very many the first.
func (t *tx) reorder(k *Kind, to *Plan) {
	if k.Len(t.plan) != k.Len(to) {
		return
	}
	moved := 0
	for i := 0; i < k.Len(to) && moved < mostMoves; i++ {
		if key := k.At(to, i).Key(); k.At(t.plan, i).Key() != key {
			t.move(k, key, i)
			moved++
		}
	}
}

func (t *tx) replay(changes []Change) error {
	for i := 0; i < len(changes); i++ {
		c := changes[i]
		k, err := kindFor(c.Kind)
		if err != nil {
			return err
		}
		if c.After == nil {
			gone := map[string]bool{c.Key: true}
			for ; i+1 < len(changes) && changes[i+1].Kind == c.Kind && changes[i+1].After == nil; i++ {
				gone[changes[i+1].Key] = true
			}
			t.takeAll(k, gone)
			continue
		}
		row, err := decodeRow(k, c.After)
		if err != nil {
			return err
		}
		t.put(k, row, c.Index)
		if c.From != nil {
			t.move(k, c.Key, c.Index)
		}
	}
	return nil
}

// Fields gives the names of the fields in which a change's rows differ, in the
// table's order; every field that holds something where the row is new or gone.
func (c Change) Fields() ([]FieldValue, error) {
	k, err := kindFor(c.Kind)
	if err != nil {
		return nil, err
	}
	var rows [2]Item
	for i, raw := range [][]byte{c.Before, c.After} {
		if raw == nil {
			rows[i] = reflect.Zero(k.typ).Interface().(Item)
			continue
		}
		row, err := decodeRow(k, raw)
		if err != nil {
			return nil, err
		}
		rows[i] = row.Interface().(Item)
	}
	var out []FieldValue
	for _, f := range k.Fields {
		v := FieldValue{Name: f.Name, Was: k.JSON(rows[0], f), Now: k.JSON(rows[1], f)}
		if !reflect.DeepEqual(k.Get(rows[0], f), k.Get(rows[1], f)) {
			out = append(out, v)
		}
	}
	return out, nil
}

// Row gives the change's row, as it is after it, or was where it is gone.
func (c Change) Row() (Item, error) {
	k, err := kindFor(c.Kind)
	if err != nil {
		return nil, err
	}
	raw := c.After
	if raw == nil {
		raw = c.Before
	}
	row, err := decodeRow(k, raw)
	if err != nil {
		return nil, err
	}
	return row.Interface().(Item), nil
}
