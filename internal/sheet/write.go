package sheet

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"deckplan/internal/plan"
)

// Write writes rows of a table as CSV in UTF-8 with a byte order mark, so that
// Excel knows the encoding. The first row names the columns as the reader does,
// or, plain, as the document does; so do choices and what rows name. A cell
// that a spreadsheet would compute is written after an apostrophe. Read, Map
// and Check understand all of it.
func Write(out io.Writer, doc *plan.Plan, k *plan.Kind, rows []plan.Item, w Words, plain bool) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	c := &check{Cells: NewCells(doc, k, w)}
	csv := csv.NewWriter(out)
	columns := Columns(k)
	header := Headers(k, w)
	if plain {
		header = columns
	}
	if err := csv.Write(header); err != nil {
		return err
	}
	for _, item := range rows {
		var cells []string
		if ownID(k) {
			cells = append(cells, Guard(item.Key()))
		}
		for _, f := range k.Fields {
			text := c.text(item, f)
			if plain && (f.Type == plan.Choice || f.Type == plan.Choices || f.Type == plan.Tool) {
				text = join(plan.Words(item, f))
			}
			cells = append(cells, Guard(text))
		}
		if len(cells) == 1 && cells[0] == "" {
			cells = append(cells, "")
		}
		if err := csv.Write(cells); err != nil {
			return err
		}
	}
	csv.Flush()
	return csv.Error()
}

// text writes a field as the reader would, so that value reads it alike.
func (c *check) text(item plan.Item, f plan.Field) string {
	switch x := c.kind.Get(item, f).(type) {
	case bool:
		return strconv.FormatBool(x)
	case float64:
		if x == 0 && !f.Required {
			return ""
		}
		return strconv.FormatFloat(x, 'f', -1, 64)
	case int:
		if x == 0 && !f.Required {
			return ""
		}
		return strconv.Itoa(x)
	}
	list := slices.Clone(plan.Words(item, f))
	for i, v := range list {
		switch f.Type {
		case plan.Choice, plan.Choices:
			list[i] = c.label(f, v)
		case plan.RefOne, plan.RefMany:
			list[i] = c.nameOf(f, v)
		case plan.Tool:
			if name := c.words.Tools[v]; name != "" {
				list[i] = name
			}
		}
	}
	switch f.Type {
	case plan.Choices, plan.RefMany, plan.Texts:
		return join(list)
	}
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (c *check) label(f plan.Field, value string) string {
	if !slices.Contains(f.Values, value) {
		return value
	}
	label := c.words.Texts(f.Words + value)[0]
	for _, other := range f.Values {
		if other != value && slices.ContainsFunc(append(c.words.Texts(f.Words+other), other), func(s string) bool { return fold(s) == fold(label) }) {
			return value
		}
	}
	return label
}

// nameOf is what a row is called where that leads back to it, else its key.
func (c *check) nameOf(f plan.Field, key string) string {
	k := plan.KindOf(f.Ref)
	if c.calls == nil {
		c.calls = map[string]map[string]string{}
	}
	known := c.calls[f.Ref]
	if known == nil {
		known = make(map[string]string, k.Len(c.doc))
		for i := range k.Len(c.doc) {
			item := k.At(c.doc, i)
			known[item.Key()] = plan.Name(c.doc, k, item)
		}
		c.calls[f.Ref] = known
	}
	name := known[key]
	if found := c.names(f.Ref).find(name); name == "" || trim(name) != name || len(found) != 1 || found[0] != key {
		return key
	}
	if f.Type == plan.RefMany && len(split(name)) != 1 {
		return key
	}
	return name
}
