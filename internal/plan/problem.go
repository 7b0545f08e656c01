package plan

import (
	"fmt"
	"strings"
	"unicode/utf8"
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

// What is told of one document is bounded: so many problems, and so many
// characters of what stands in it.
const (
	maxProblems = 100
	maxQuoted   = 200
)

// refuse is an *Invalid of the problems, or nil where there are none.
func refuse(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	problems = problems[:min(len(problems), maxProblems)]
	for i, p := range problems {
		problems[i].Path = quote(p.Path)
		for name, arg := range p.Args {
			if s, ok := arg.(string); ok {
				p.Args[name] = quote(s)
			}
		}
	}
	return &Invalid{problems}
}

// quote shortens a text that stands in a document.
func quote(s string) string {
	if utf8.RuneCountInString(s) <= maxQuoted {
		return s
	}
	return string([]rune(s)[:maxQuoted]) + "…"
}

func invalid(path, id string, args map[string]any) error {
	return refuse([]Problem{{Path: path, ID: id, Args: args}})
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
