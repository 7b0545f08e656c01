// Package sheet carries a plan's tables to and from spreadsheets: it reads
// what a clipboard or a CSV file holds into a grid (Read), says which column
// is which field (Map), checks every cell against the plan and makes one edit
// of it all (Check), and writes a table as CSV that reads back without loss
// (Write). It is pure; what is wrong is a plan.Problem, worded where it is
// shown.
package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"deckplan/internal/plan"
)

const (
	MaxBytes   = 8 << 20 // of a text or file
	MaxRows    = 20_000  // with the header
	MaxColumns = 200
)

// ID is the column that holds rows' own identifiers.
const ID = "id"

// Words are what the people who fill tables in call things.
type Words struct {
	// Texts gives a message in every language, the reader's first.
	Texts func(id string) []string
	// Tools are the names of the catalogue's tools by their identifiers.
	Tools map[string]string
}

// label is what the reader calls a field.
func (w Words) label(k *plan.Kind, field string) string {
	return w.Texts("field." + k.Name + "." + field)[0]
}

// Columns are the names a column of a table can have: the identifier, where
// rows carry one that is no field, and the fields.
func Columns(k *plan.Kind) []string {
	var out []string
	if ownID(k) {
		out = append(out, ID)
	}
	for _, f := range k.Fields {
		out = append(out, f.Name)
	}
	return out
}

// ownID tells whether rows carry an identifier that is no field.
func ownID(k *plan.Kind) bool {
	_, typed := k.Field(ID)
	return k.HasID() && !typed
}

// Headers are the columns as the reader calls them; where two would be called
// the same, as the document does.
func Headers(k *plan.Kind, w Words) []string {
	columns := Columns(k)
	out := make([]string, len(columns))
	times := map[string]int{ID: 1}
	for i, name := range columns {
		if out[i] = name; name == ID && ownID(k) {
			continue
		}
		out[i] = w.label(k, name)
		times[fold(out[i])]++
	}
	for i, name := range columns {
		if times[fold(out[i])] > 1 {
			out[i] = name
		}
	}
	return out
}

// fold makes texts alike that people take for the same: letter case, spaces,
// and Korean as composed or decomposed syllables.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFC.String(s)), unicode.IsSpace), " ")
}

func trim(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

func problem(k *plan.Kind, field, id string, args map[string]any) *plan.Problem {
	if args == nil {
		args = map[string]any{}
	}
	path := k.Name
	if field != "" {
		path += "." + field
	}
	return &plan.Problem{Path: path, ID: id, Args: args}
}

func clip(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
