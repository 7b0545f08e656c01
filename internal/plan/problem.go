package plan

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with a document or an edit: a message id (the
// sentence says what is wrong and what would mend it) with arguments.
type Problem struct {
	Path string         `json:"path,omitempty"` // such as clusters[3].zone
	Line int            `json:"line,omitempty"` // of the file, from 1; 0 outside files
	ID   string         `json:"id"`
	Args map[string]any `json:"args,omitempty"`
}

// Invalid is an error of one or more problems.
type Invalid struct{ Problems []Problem }

// Error lists the problems by id; pages and commands word them instead.
func (e *Invalid) Error() string {
	var b strings.Builder
	b.WriteString("plan: invalid:")
	for _, p := range e.Problems {
		fmt.Fprintf(&b, " %s:%d %s %v;", p.Path, p.Line, p.ID, p.Args)
	}
	return b.String()
}

func invalid(path, id string, args map[string]any) error {
	return &Invalid{[]Problem{{Path: path, ID: id, Args: args}}}
}

// Gone is an edit whose target is no longer in the plan.
type Gone struct{ Kind, Key string }

func (e *Gone) Error() string { return "plan: gone: " + e.Kind + " " + e.Key }

// Conflict is a field that somebody else changed after the form was drawn.
type Conflict struct {
	Kind, Key, Field string
	Was, Now, Mine   string // JSON values
}

func (e *Conflict) Error() string {
	return "plan: conflict: " + e.Kind + " " + e.Key + " " + e.Field
}
