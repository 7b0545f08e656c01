package sheet

import "deckplan/internal/plan"

// maxMissing bounds the missing names that are listed of a table.
const maxMissing = 500

// names finds rows of one table by key or by name.
type names struct {
	keys   map[string]bool
	exact  map[string][]string // name → keys
	folded map[string][]string
}

func newNames(doc *plan.Plan, k *plan.Kind) *names {
	n := k.Len(doc)
	out := &names{make(map[string]bool, n), make(map[string][]string, n), make(map[string][]string, n)}
	for i := range n {
		item := k.At(doc, i)
		out.add(item.Key(), plan.Name(doc, k, item))
	}
	return out
}

func (n *names) add(key, name string) {
	if key == "" {
		return
	}
	n.keys[key] = true
	if f := fold(name); f != "" {
		n.exact[name] = append(n.exact[name], key)
		n.folded[f] = append(n.folded[f], key)
	}
}

// find gives the rows a text can mean: the one with that key, else those with
// that name, else those with a name that looks the same.
func (n *names) find(text string) []string {
	if n.keys[text] {
		return []string{text}
	}
	if keys := n.exact[text]; len(keys) > 0 {
		return keys
	}
	return n.folded[fold(text)]
}

func (c *Cells) names(table string) *names {
	n := c.tables[table]
	if n == nil {
		n = newNames(c.doc, plan.KindOf(table))
		c.tables[table] = n
	}
	return n
}

// ref finds the row a text names.
func (c *Cells) ref(f plan.Field, text string) (string, *plan.Problem) {
	if text == "" {
		return "", nil
	}
	n := c.names(f.Ref)
	switch keys := n.find(text); len(keys) {
	case 1:
		return keys[0], nil
	case 0:
	default:
		return "", problem(c.kind, f.Name, "sheet.problem.ambiguous", map[string]any{"key": clip(text), "table": f.Ref, "n": len(keys), "id": keys[0]})
	}
	if c.absent != nil {
		if key, p := c.absent(f, text); key != "" || p != nil {
			return key, p
		}
	}
	return "", problem(c.kind, f.Name, "plan.problem.missing", map[string]any{"table": f.Ref, "key": clip(text)})
}

// makes has a row made that a cell names, where that was chosen.
func (c *check) makes(f plan.Field, text string) (string, *plan.Problem) {
	if !Creatable(f.Ref) || f.Ref == c.kind.Name {
		return "", nil
	}
	c.miss(f.Ref, text)
	if !c.chosen.Create[f.Ref] {
		return "", nil
	}
	return c.create(f, text)
}

// miss lists a name that no row of a table has, once.
func (c *check) miss(table, text string) {
	seen := c.missing[table]
	if seen == nil {
		seen = map[string]bool{}
		c.missing[table] = seen
	}
	if f := fold(text); !seen[f] && len(seen) < maxMissing {
		seen[f] = true
		c.out.Missing[table] = append(c.out.Missing[table], text)
	}
}

func (c *check) create(f plan.Field, text string) (string, *plan.Problem) {
	k := plan.KindOf(f.Ref)
	item, problems := k.With(nil, c.chosen.NewID(), map[string]rawJSON{"name": plan.Raw(text)})
	if len(problems) > 0 {
		p := problems[0]
		return "", &p
	}
	c.names(f.Ref).add(item.Key(), text)
	c.created[f.Ref] = append(c.created[f.Ref], item)
	return item.Key(), nil
}

// Creatable tells whether a row of a table can be made of its name alone.
func Creatable(table string) bool {
	k := plan.KindOf(table)
	if k == nil || !k.HasID() || k.Single() {
		return false
	}
	named := false
	for _, f := range k.Fields {
		if f.Required && f.Name != "name" {
			return false
		}
		named = named || f.Name == "name" && f.Required
	}
	return named
}
