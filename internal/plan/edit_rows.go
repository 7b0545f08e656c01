package plan

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
)

func (e Remove) apply(t *tx) error {
	k, err := kindFor(e.Kind)
	if err != nil {
		return err
	}
	var name string
	for _, key := range e.Keys {
		item := t.find(k, key)
		if item == nil || k.one {
			return &Gone{e.Kind, key}
		}
		if len(e.Keys) == 1 {
			name = Name(t.plan, k, item)
		}
	}
	t.removeAll(k, e.Keys)
	if others := len(t.changes) - len(e.Keys); others > 0 && len(e.Keys) == 1 {
		t.say("plan.summary.remove_with", map[string]any{"table": e.Kind, "name": name, "n": others})
	} else if len(e.Keys) == 1 {
		t.say("plan.summary.remove", map[string]any{"table": e.Kind, "name": name})
	} else {
		t.say("plan.summary.remove_many", map[string]any{"table": e.Kind, "n": len(e.Keys)})
	}
	return nil
}

// removeAll removes rows, what is part of them, and every mention of them.
func (t *tx) removeAll(k *Kind, keys []string) {
	gone := make(map[string]bool, len(keys))
	for _, key := range keys {
		gone[key] = true
	}
	t.takeAll(k, gone)
	for _, other := range kinds {
		for _, f := range other.Fields {
			if f.Ref == k.Name {
				t.forget(other, f, gone)
			}
		}
	}
}

// forget clears a field where it names a row that is gone, or removes the row
// where the field names its owner.
func (t *tx) forget(k *Kind, f Field, gone map[string]bool) {
	var parts []string
	for i := range k.Len(t.plan) {
		item := k.At(t.plan, i)
		names := k.Refs(item, f)
		if !slices.ContainsFunc(names, func(n string) bool { return gone[n] }) {
			continue
		}
		if f.Owner {
			parts = append(parts, item.Key())
			continue
		}
		row := reflect.New(k.typ).Elem()
		row.Set(reflect.ValueOf(item))
		field := row.FieldByIndex(f.index)
		if f.Type == RefOne {
			field.SetString("")
		} else {
			kept := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return gone[n] })
			field.Set(reflect.ValueOf(kept))
		}
		t.put(k, row, -1)
	}
	if len(parts) > 0 {
		t.removeAll(k, parts)
	}
}

func (e Duplicate) apply(t *tx) error {
	k, err := kindFor(e.Kind)
	if err != nil {
		return err
	}
	item := k.Find(t.plan, e.Key)
	if item == nil {
		return &Gone{e.Kind, e.Key}
	}
	if !k.HasID() {
		return invalid(k.Name, "plan.problem.no_copy", map[string]any{"table": k.Name})
	}
	all, renamed := e.gather(t.plan, k, item)
	for i, c := range all {
		row, index := copyRow(c, renamed), -1
		if i == 0 {
			index = k.Index(t.plan, e.Key) + 1
			if f, ok := k.Field("name"); ok && e.Name != "" {
				row.FieldByIndex(f.index).SetString(e.Name)
			}
		}
		t.put(c.kind, row, index)
	}
	t.say("plan.summary.duplicate", map[string]any{"table": e.Kind, "name": Name(t.plan, k, item)})
	return nil
}

// copying is a row to be copied.
type copying struct {
	kind *Kind
	item Item
}

// partsOf names, for the tables whose rows own others, the tables of those
// parts, owners before parts. What merely names a cluster or a zone is no part
// of it and is not copied with it.
var partsOf = map[string][]string{
	"pipelines": {"stages"},
	"layouts":   {"instances", "placements"},
	"matrices":  {"criteria", "candidates", "scores", "judgements", "comparisons"},
}

// gather lists a row and its parts, and gives each with an identifier a new one.
func (e Duplicate) gather(p *Plan, k *Kind, item Item) ([]copying, map[string]string) {
	all := []copying{{k, item}}
	renamed := map[string]string{k.Name + "/" + item.Key(): e.NewID()}
	for _, name := range partsOf[k.Name] {
		part := KindOf(name)
		for i := range part.Len(p) {
			row := part.At(p, i)
			if !slices.ContainsFunc(part.Fields, func(f Field) bool {
				refs := part.Refs(row, f)
				return f.Owner && len(refs) == 1 && renamed[f.Ref+"/"+refs[0]] != ""
			}) {
				continue
			}
			all = append(all, copying{part, row})
			if part.HasID() {
				renamed[name+"/"+row.Key()] = e.NewID()
			}
		}
	}
	return all, renamed
}

// copyRow gives a copy of a row in which every copied identifier is the new one.
func copyRow(c copying, renamed map[string]string) reflect.Value {
	row := reflect.New(c.kind.typ).Elem()
	row.Set(reflect.ValueOf(c.item))
	if c.kind.HasID() {
		row.FieldByName("ID").SetString(renamed[c.kind.Name+"/"+c.item.Key()])
	}
	for _, f := range c.kind.Fields {
		field := row.FieldByIndex(f.index)
		switch f.Type {
		case RefOne:
			if to, ok := renamed[f.Ref+"/"+field.String()]; ok {
				field.SetString(to)
			}
		case RefMany:
			keys := slices.Clone(field.Interface().([]string))
			for i, key := range keys {
				if to, ok := renamed[f.Ref+"/"+key]; ok {
					keys[i] = to
				}
			}
			field.Set(reflect.ValueOf(keys))
		}
	}
	return row
}

func (e Revert) apply(t *tx) error {
	t.say(e.Summary.ID, e.Summary.Args)
	for i := len(e.Changes) - 1; i >= 0; i-- {
		c := e.Changes[i]
		k, err := kindFor(c.Kind)
		if err != nil {
			return err
		}
		if c.Before == nil { // added, with its neighbours: one pass
			keys := []string{}
			j := i
			for ; j >= 0 && e.Changes[j].Kind == c.Kind && e.Changes[j].Before == nil; j-- {
				if t.index(k, e.Changes[j].Key) >= 0 {
					keys = append(keys, e.Changes[j].Key)
				}
			}
			if len(keys) > 0 {
				t.removeAll(k, keys)
			}
			i = j + 1
			continue
		}
		if n := t.removedTogether(k, e.Changes[:i+1]); n > 1 {
			if err := t.putBack(k, e.Changes[i+1-n:i+1]); err != nil {
				return err
			}
			i -= n - 1
			continue
		}
		if err := t.revert(k, c); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) revert(k *Kind, c Change) error {
	item := t.find(k, c.Key)
	switch {
	case c.Before == nil: // it was added
		if item != nil {
			t.removeAll(k, []string{c.Key})
		}
		return nil
	case c.After == nil: // it was removed
		if item != nil {
			return nil
		}
		row, err := decodeRow(k, c.Before)
		if err != nil {
			return err
		}
		t.put(k, row, c.Index)
		return nil
	case item == nil:
		return &Gone{c.Kind, c.Key}
	}
	if c.From != nil {
		t.move(k, c.Key, *c.From)
		item = t.find(k, c.Key)
	}
	return t.revertFields(k, c, item)
}

// revertFields gives back the fields that a change set.
func (t *tx) revertFields(k *Kind, c Change, item Item) error {
	before, err := decodeRow(k, c.Before)
	if err != nil {
		return err
	}
	after, err := decodeRow(k, c.After)
	if err != nil {
		return err
	}
	row := reflect.New(k.typ).Elem()
	row.Set(reflect.ValueOf(item))
	for _, f := range k.Fields {
		was := k.JSON(before.Interface().(Item), f)
		set := k.JSON(after.Interface().(Item), f)
		if bytes.Equal(was, set) {
			continue
		}
		if err := setField(k, row, f, FieldValue{Name: f.Name, Was: set, Now: was}, c.Key); err != nil {
			return err
		}
	}
	t.put(k, row, -1)
	return nil
}

// Rows gives rows as JSON, for edits that carry whole rows.
func Rows[T Item](items ...T) []Item {
	out := make([]Item, len(items))
	for i, it := range items {
		out[i] = it
	}
	return out
}

// Raw gives a value as JSON.
func Raw(v any) json.RawMessage { return encode(v) }
