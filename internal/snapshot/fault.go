package snapshot

import (
	"fmt"
	"strings"
)

// Fault is why a file, or what was typed with it, is not taken: a message id
// with its arguments and, as far as they are known, the place in the file.
type Fault struct {
	ID    string
	Args  map[string]any
	Item  int    // counted from 1 over the whole file
	Name  string // of that item
	Line  int
	Field string // of the form: file, name or captured
}

// Error gives the id and the place, for a log.
func (f *Fault) Error() string {
	return fmt.Sprintf("%s (item %d %s, line %d)", f.ID, f.Item, f.Name, f.Line)
}

// Text words the fault with its place; t words a message.
func (f *Fault) Text(t func(id string, args map[string]any) string) string {
	var out []string
	if f.Item > 0 {
		out = append(out, t("snapshot.at.item", map[string]any{"n": f.Item}))
	}
	if f.Line > 0 {
		out = append(out, t("snapshot.at.line", map[string]any{"n": f.Line}))
	}
	if f.Name != "" {
		out = append(out, f.Name)
	}
	text := t(f.ID, f.Args)
	if len(out) > 0 {
		text = strings.Join(out, ", ") + ": " + text
	}
	return text
}

func fault(id string, pairs ...any) *Fault {
	f := &Fault{ID: "snapshot.fault." + id, Field: "file"}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Args == nil {
			f.Args = map[string]any{}
		}
		f.Args[pairs[i].(string)] = pairs[i+1]
	}
	return f
}

func (f *Fault) at(item, line int, name string) *Fault {
	f.Item, f.Line, f.Name = item, line, name
	return f
}
