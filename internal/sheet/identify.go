package sheet

import (
	"strings"

	"deckplan/internal/plan"
)

// natural names the fields that tell a table's rows apart for people, where
// that is not the name (and the row it is part of).
var natural = map[string][]string{
	"links":      {"from", "to"},
	"strategies": {"service", "environment"},
	"candidates": {"matrix", "tool", "name"},
}

func naturalOf(k *plan.Kind) []string {
	if fields, ok := natural[k.Name]; ok {
		return fields
	}
	if !k.HasName() {
		return nil
	}
	if owner, ok := k.Owner(); ok && owner.Required {
		return []string{owner.Name, "name"}
	}
	return []string{"name"}
}

// identity is what two rows have in common that people take for the same; it
// is empty where nothing tells.
func identity(k *plan.Kind, value func(plan.Field) rawJSON) string {
	var parts []string
	some := false
	for _, name := range naturalOf(k) {
		f, _ := k.Field(name)
		v := fold(strings.Trim(string(value(f)), `"`))
		some = some || v != "" && v != "null"
		parts = append(parts, v)
	}
	if !some {
		return ""
	}
	return strings.Join(parts, "\x00")
}

// identify says of every row which of the plan's it is, or gives it a key, and
// lets other rows of the grid name it.
func (c *check) identify(rows []reading) {
	existing := map[string][]string{}
	items := map[string]plan.Item{}
	for i := range c.kind.Len(c.doc) {
		item := c.kind.At(c.doc, i)
		items[item.Key()] = item
		if id := identity(c.kind, func(f plan.Field) rawJSON { return c.kind.JSON(item, f) }); id != "" {
			existing[id] = append(existing[id], item.Key())
		}
	}
	seen := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		c.key(r, existing, items)
		if r.item != nil && c.chosen.Existing == Skip {
			r.What, r.Cells, r.Problem = Skipped, nil, nil
		}
		if r.Key == "" || r.What == Skipped {
			continue
		}
		if seen[r.Key] {
			c.wrong(r, c.keyField(), problem(c.kind, c.keyField(), "sheet.problem.twice", map[string]any{"key": clip(c.called(r))}))
			continue
		}
		seen[r.Key] = true
		if r.item == nil {
			if n, used := c.selfNames(); used {
				n.add(r.Key, c.called(r))
			}
		}
	}
}

// key finds a row's key: its identifier or what it joins, else that of the
// plan's row that is called the same, else a new one.
func (c *check) key(r *reading, existing map[string][]string, items map[string]plan.Item) {
	found := func(key string) { r.Key, r.item = key, items[key] }
	switch {
	case c.kind.Single():
		found("about")
		return
	case !ownID(c.kind):
		item, _ := c.kind.With(nil, "", r.values)
		if found(item.Key()); r.item != nil && c.chosen.Existing == Add {
			c.wrong(r, c.keyField(), problem(c.kind, c.keyField(), "plan.problem.duplicate", map[string]any{"name": clip(c.called(r))}))
		}
		return
	case c.chosen.Existing == Add:
		r.Key = c.chosen.NewID()
		return
	}
	if column, mapped := c.column[ID]; mapped {
		if id := trim(c.grid.Cell(r.Index, column)); id != "" {
			found(id)
			return
		}
	}
	id := identity(c.kind, func(f plan.Field) rawJSON { return r.values[f.Name] })
	switch keys := existing[id]; {
	case id == "" || len(keys) == 0:
		r.Key = c.chosen.NewID()
		if id != "" {
			existing[id] = []string{r.Key} // a second row called so is the same row
		}
	case len(keys) == 1:
		found(keys[0])
	default:
		c.wrong(r, c.keyField(), problem(c.kind, c.keyField(), "sheet.problem.which", map[string]any{"key": clip(c.called(r)), "n": len(keys)}))
	}
}

// keyField is the column to show what is wrong with a row's identity.
func (c *check) keyField() string {
	for _, name := range append([]string{"name", ID}, naturalOf(c.kind)...) {
		if _, mapped := c.column[name]; mapped {
			return name
		}
	}
	for _, f := range c.kind.Fields {
		if _, mapped := c.column[f.Name]; mapped {
			return f.Name
		}
	}
	return ID
}

// called is what the grid calls a row.
func (c *check) called(r *reading) string {
	if column, mapped := c.column["name"]; mapped {
		return trim(c.grid.Cell(r.Index, column))
	}
	return trim(c.grid.Cell(r.Index, c.column[c.keyField()]))
}

// selfNames are the table's own rows by name, where its rows can name others.
func (c *check) selfNames() (*names, bool) {
	for _, f := range c.kind.Fields {
		if f.Ref == c.kind.Name {
			return c.names(c.kind.Name), true
		}
	}
	return nil, false
}
