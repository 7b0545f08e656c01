package sheet

import "deckplan/internal/plan"

// Mapping says what a grid's columns are.
type Mapping struct {
	Header  bool     // the first row names the columns
	Columns []string // the field of each column, or ID; empty: left out
}

// Map finds out what a grid's columns are. A first row of which at least half
// are names of fields, in either language, as in the document or as people's own
// sheets call them, is a header;
// without one the columns are the table's own, in its order.
func Map(g Grid, k *plan.Kind, w Words) Mapping {
	named := byHeader(g, k, w)
	found, filled := 0, 0
	for i, name := range named.Columns {
		if name != "" {
			found++
		}
		if trim(g.Cell(0, i)) != "" {
			filled++
		}
	}
	if found > 0 && found*2 >= filled {
		return named
	}
	return InOrder(g, k)
}

// InOrder takes the columns in the table's order.
func InOrder(g Grid, k *plan.Kind) Mapping {
	m := Mapping{Columns: make([]string, g.Width())}
	for i := range m.Columns {
		if i < len(k.Fields) {
			m.Columns[i] = k.Fields[i].Name
		}
	}
	return m
}

// ByHeader takes the first row as names of the columns.
func ByHeader(g Grid, k *plan.Kind, w Words) Mapping { return byHeader(g, k, w) }

func byHeader(g Grid, k *plan.Kind, w Words) Mapping {
	m := Mapping{Header: true, Columns: make([]string, g.Width())}
	known, like := map[string]string{}, map[string]string{}
	offer := func(text, name string) {
		if f := fold(text); f != "" && known[f] == "" {
			known[f] = name
		}
		if l := loose(text); l != "" && like[l] == "" {
			like[l] = name
		}
	}
	for _, name := range Columns(k) {
		offer(name, name)
	}
	for i, text := range Headers(k, w) {
		offer(text, Columns(k)[i])
	}
	for _, f := range k.Fields {
		for _, text := range w.Texts("field." + k.Name + "." + f.Name) {
			offer(text, f.Name)
		}
	}
	for _, f := range k.Fields {
		for _, text := range synonyms[f.Name] {
			if like[text] == "" {
				like[text] = f.Name
			}
		}
	}
	taken := map[string]bool{}
	take := func(name func(heading string) string) {
		for i := range m.Columns {
			if n := name(g.Cell(0, i)); m.Columns[i] == "" && !taken[n] {
				m.Columns[i] = n
				taken[n] = n != ""
			}
		}
	}
	take(func(heading string) string { return known[fold(heading)] })
	take(func(heading string) string { return like[loose(heading)] })
	return m
}
