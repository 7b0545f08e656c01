package decision

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a record's texts, in characters, and of its lists, in entries.
const (
	MaxTitle   = 200
	MaxLine    = 2000
	MaxText    = 20000
	MaxPerson  = 120
	MaxEntries = 100
)

// Problem is one thing wrong with a record: the field's JSON path (its first
// word has the label decision.field.WORD) and a message id with arguments.
type Problem struct {
	Field string         `json:"field"`
	ID    string         `json:"id"`
	Args  map[string]any `json:"args,omitempty"`
}

// Validate tests what a record says; it is empty where all is well. What only
// acceptance needs is for Transition to ask.
func Validate(r Record) []Problem {
	v := validator{}
	v.text("title", r.Title, MaxTitle, true)
	v.text("context", r.Context, MaxText, true)
	v.text("justification", r.Justification, MaxText, false)
	v.text("confirmation", r.Confirmation, MaxText, false)
	v.text("moreInformation", r.More, MaxText, false)
	v.list("decisionMakers", r.DecisionMakers, MaxPerson)
	v.list("consulted", r.Consulted, MaxPerson)
	v.list("informed", r.Informed, MaxPerson)
	v.list("drivers", r.Drivers, MaxLine)
	v.arguments("consequences", r.Consequences)
	v.options(r)
	v.date("date", r.Date)
	v.date("reviewBy", r.ReviewBy)
	v.text("aftermath", r.Aftermath, MaxText, false)
	v.assumptions(r.Assumptions)
	if r.Status != "" && !r.Status.Known() {
		v.add("status", "decision.problem.unknown", map[string]any{"got": string(r.Status)})
	}
	if !slices.Contains(Topics, r.Topic) {
		v.add("topic", "decision.problem.unknown", map[string]any{"got": string(r.Topic)})
	}
	return v.problems
}

type validator struct{ problems []Problem }

func (v *validator) add(path, id string, args map[string]any) {
	if args == nil {
		args = map[string]any{}
	}
	field, _, _ := strings.Cut(path, "[")
	args["field"] = field
	v.problems = append(v.problems, Problem{path, id, args})
}

func (v *validator) text(path, s string, most int, required bool) {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		v.add(path, "decision.problem.bytes", nil)
	case required && strings.TrimSpace(s) == "":
		v.add(path, "decision.problem.required", nil)
	case n > most:
		v.add(path, "decision.problem.long", map[string]any{"got": n, "max": most})
	}
}

func (v *validator) date(path, s string) {
	if _, err := time.Parse(time.DateOnly, s); s != "" && err != nil {
		v.add(path, "decision.problem.date", map[string]any{"got": s})
	}
}

// assumptions tests that each says something and that what is to be computed
// can be.
func (v *validator) assumptions(all []Assumption) {
	if v.many("assumptions", len(all)) {
		return
	}
	for i, a := range all {
		at := "assumptions[" + strconv.Itoa(i) + "]"
		v.text(at, a.Text, MaxLine, true)
		if a.Check == "" {
			continue
		}
		if _, fault := CompileCheck(a.Check); fault != nil {
			args := map[string]any{"check": a.Check}
			maps.Copy(args, fault.Args)
			v.add(at, fault.ID, args)
		}
	}
}

func (v *validator) many(path string, n int) bool {
	if n > MaxEntries {
		v.add(path, "decision.problem.many", map[string]any{"got": n, "max": MaxEntries})
		return true
	}
	return false
}

func (v *validator) list(path string, entries []string, most int) {
	if v.many(path, len(entries)) {
		return
	}
	for i, s := range entries {
		v.text(path+"["+strconv.Itoa(i)+"]", s, most, true)
	}
}

func (v *validator) arguments(path string, arguments []Argument) {
	if v.many(path, len(arguments)) {
		return
	}
	for i, a := range arguments {
		at := path + "[" + strconv.Itoa(i) + "]"
		v.text(at, a.Text, MaxLine, true)
		if !slices.Contains(Sides, a.Side) {
			v.add(at, "decision.problem.unknown", map[string]any{"got": string(a.Side)})
		}
	}
}

func (v *validator) options(r Record) {
	if v.many("options", len(r.Options)) {
		return
	}
	seen := map[string]bool{}
	for i, o := range r.Options {
		at := "options[" + strconv.Itoa(i) + "]"
		v.text(at, o.Name, MaxTitle, true)
		v.text(at, o.Description, MaxText, false)
		v.arguments(at, o.Arguments)
		if seen[o.Name] {
			v.add(at, "decision.problem.twice", map[string]any{"name": o.Name})
		}
		seen[o.Name] = true
	}
	if r.Chosen != "" && !seen[r.Chosen] {
		v.add("chosen", "decision.problem.not_an_option", map[string]any{"name": r.Chosen})
	}
}
