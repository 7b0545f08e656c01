package survey

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"

	"deckplan/internal/plan"
)

// column is a text field of a table that a reading can tell.
type column[T any] struct {
	name  string
	owned bool // the reading knows better than the plan: a difference is shown
	fixed bool // part of what the row is; set when it is added, never compared
	at    func(*T) *string
	same  func(have, seen string) bool // nil: equal
}

// pass is one way to find a wanted row among the plan's: both give a text, and
// equal texts match. Nothing matches the empty text.
type pass[T any] struct {
	by   string // last part of the reason's id
	row  func(*T) string
	want func(i int) string
}

// wanted is a row as the reading would have it, without its key.
type wanted[T any] struct {
	ident string // what it is where it was read
	row   T
	why   Reason
	own   bool // worth adding although nothing names it
}

// table is how one of the plan's tables is compared.
type table[T plan.Item] struct {
	kind    string
	rows    []T
	key     func(*T) *string // nil where the key is made of what the row joins
	columns []column[T]
	passes  []pass[T]
}

// keyOf makes the key of a new row: stable, and free in the plan.
func keyOf(kind, ident string, taken func(string) bool) string {
	for n := 0; ; n++ {
		text := kind + "\x00" + ident
		if n > 0 {
			text += "\x00" + strconv.Itoa(n)
		}
		sum := sha256.Sum256([]byte(text))
		key := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
		if !taken(key) {
			return key
		}
	}
}

// KeyFor makes the key of a row that is added of what runs, as a later reading
// would find it again.
func KeyFor(kind, ident string, taken func(string) bool) string { return keyOf(kind, ident, taken) }

func free(string) bool { return false }

// merge matches what is wanted with the plan's rows, notes what is to be
// added, filled in or different, and gives the key of each wanted row. A row
// of the plan that nothing wanted is offered for removal where gone says so.
func merge[T plan.Item](b *builder, t table[T], all []wanted[T], gone func(*T) *Reason) []string {
	k := plan.KindOf(t.kind)
	fields := make([]plan.Field, len(t.columns))
	for i, c := range t.columns {
		fields[i], _ = k.Field(c.name)
	}
	last := t.kind == "applications" || t.kind == "placements" // nothing names these
	rows := b.in[t.kind]
	at, by, matched := matchRows(t, all, rows)
	keys := make([]string, len(all))
	for i := range all {
		w := &all[i]
		if at[i] >= 0 {
			row := t.rows[at[i]]
			keys[i] = row.Key()
			b.again = b.again || t.key != nil && keys[i] == keyOf(t.kind, w.ident, free)
			compareRow(b, t, fields, row, &w.row, by[i])
			continue
		}
		if t.key != nil {
			key := keyOf(t.kind, w.ident, func(s string) bool { _, in := rows[s]; return in || b.fresh[t.kind][s] })
			*t.key(&w.row) = key
		}
		keys[i] = w.row.Key()
		b.fresh[t.kind][keys[i]] = true
		cells := func() []Change { return cells(b, t, fields, &w.row) }
		row := Row{Action: Add, Kind: t.kind, Key: keys[i], Name: titleOf(k, w.row, cells), Why: w.why, own: w.own, cells: cells,
			refs: refsOf(t, fields, &w.row, false), needs: refsOf(t, fields, &w.row, true), item: func(have func(kind, key string) bool) plan.Item { return known(t, fields, w.row, have) }}
		if !last {
			b.name(t.kind, keys[i], row.Name)
		}
		b.add(row)
	}
	for i := range t.rows {
		if matched[i] || gone == nil {
			continue
		}
		if why := gone(&t.rows[i]); why != nil {
			b.add(Row{Action: Gone, Kind: t.kind, Key: t.rows[i].Key(), Name: b.nameOf(t.kind, t.rows[i].Key()), Why: *why})
		}
	}
	return keys
}

// matchRows goes through the passes; each row is matched at most once, and the
// first of several that are alike is taken.
func matchRows[T plan.Item](t table[T], all []wanted[T], rows map[string]int) (at []int, by []string, matched []bool) {
	at, by, matched = make([]int, len(all)), make([]string, len(all)), make([]bool, len(t.rows))
	for i := range at {
		at[i] = -1
	}
	if len(t.rows) == 0 {
		return at, by, matched
	}
	for _, p := range t.passes {
		if p.row == nil { // by key: the row that an earlier reading added
			for i := range all {
				if at[i] >= 0 {
					continue
				}
				key := keyOf(t.kind, all[i].ident, free)
				if r, ok := rows[key]; ok && !matched[r] {
					at[i], by[i], matched[r] = r, p.by, true
				}
			}
			continue
		}
		open := map[string]int{}
		for r := len(t.rows) - 1; r >= 0; r-- {
			if s := p.row(&t.rows[r]); s != "" && !matched[r] {
				open[s] = r
			}
		}
		for i := range all {
			if at[i] >= 0 {
				continue
			}
			if r, ok := open[p.want(i)]; ok && !matched[r] {
				at[i], by[i], matched[r] = r, p.by, true
			}
		}
	}
	return at, by, matched
}

// compareRow notes the fields of a row that are empty or say something else.
func compareRow[T plan.Item](b *builder, t table[T], fields []plan.Field, row T, seen *T, by string) {
	why := Reason{ID: "survey.by." + by}
	fills := Row{Action: Fill, Kind: t.kind, Key: row.Key(), Name: b.nameOf(t.kind, row.Key()), Why: why}
	differs := false
	for i, c := range t.columns {
		now, is := *c.at(&row), *c.at(seen)
		if c.fixed || is == "" || now == is || c.same != nil && c.same(now, is) {
			continue
		}
		f := &fields[i]
		change := Change{Field: c.name, Before: b.shown(f, now), After: b.shown(f, is), was: now, now: is, ref: f.Ref, words: f.Words}
		switch {
		case now == "":
			fills.Changes = append(fills.Changes, change)
		case c.owned:
			differs = true
			b.add(Row{Action: Differ, Kind: t.kind, Key: row.Key(), Name: fills.Name, Why: why, Changes: []Change{change}})
		}
	}
	switch {
	case len(fills.Changes) > 0:
		b.add(fills)
	case !differs:
		fills.Action = Keep
		b.add(fills)
	}
}

// cells are a new row's fields, to be shown.
func cells[T plan.Item](b *builder, t table[T], fields []plan.Field, row *T) (out []Change) {
	for i, c := range t.columns {
		if v := *c.at(row); v != "" {
			out = append(out, Change{Field: c.name, After: b.shown(&fields[i], v), now: v, ref: fields[i].Ref, words: fields[i].Words})
		}
	}
	return out
}

// refsOf gives the rows that a new row names, or of them those that it cannot
// be without.
func refsOf[T plan.Item](t table[T], fields []plan.Field, row *T, fixed bool) (out []ref) {
	for i, c := range t.columns {
		if v := *c.at(row); v != "" && fields[i].Ref != "" && (c.fixed || !fixed) {
			out = append(out, ref{fields[i].Ref, v})
		}
	}
	return out
}

// known is a new row that names only what there is.
func known[T plan.Item](t table[T], fields []plan.Field, row T, have func(kind, key string) bool) plan.Item {
	for i, c := range t.columns {
		if v := c.at(&row); fields[i].Ref != "" && *v != "" && !have(fields[i].Ref, *v) {
			*v = ""
		}
	}
	return row
}

// titleOf is what a new row is called: its name, else what it joins.
func titleOf(k *plan.Kind, item plan.Item, cells func() []Change) string {
	if f, ok := k.Field("name"); ok {
		s, _ := k.Get(item, f).(string)
		return s
	}
	var parts []string
	for _, c := range cells() {
		if c.ref != "" && c.ref != "layouts" {
			parts = append(parts, c.After)
		}
	}
	return strings.Join(parts, " → ")
}
