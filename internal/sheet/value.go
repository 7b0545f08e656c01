package sheet

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/plan"
)

// Number reads a number as people write it: grouped, or with a decimal comma
// where that is the only one. Nothing is 0.
func Number(text string) (float64, bool) {
	t := strings.ReplaceAll(strings.TrimSpace(text), " ", "")
	if strings.Count(t, ",") == 1 && !strings.Contains(t, ".") && len(t)-strings.Index(t, ",") != 4 {
		t = strings.Replace(t, ",", ".", 1)
	}
	t = strings.ReplaceAll(t, ",", "")
	if t == "" {
		return 0, true
	}
	v, err := strconv.ParseFloat(t, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// flags are the words for yes and no that spreadsheets and people use.
var flags = map[string]bool{
	"": false, "false": false, "no": false, "n": false, "0": false, "x": false, "-": false, "off": false, "아니요": false, "아니오": false, "거짓": false, "없음": false,
	"true": true, "yes": true, "y": true, "1": true, "o": true, "✓": true, "✔": true, "v": true, "on": true, "예": true, "네": true, "참": true, "있음": true,
}

var date = regexp.MustCompile(`^(\d{4})[-./년]\s*(\d{1,2})[-./월]\s*(\d{1,2})[.일]?$`)

// Cells reads texts as people write them, in a cell or in a form, as values of
// a table's fields.
type Cells struct {
	doc     *plan.Plan
	kind    *plan.Kind
	words   Words
	choices map[string]map[string]string
	tools   map[string]string
	tables  map[string]*names
	// absent is asked for the key of a row that a text names and a table lacks;
	// nil where there is none.
	absent func(f plan.Field, text string) (string, *plan.Problem)
}

// NewCells reads values of a table of a plan.
func NewCells(doc *plan.Plan, k *plan.Kind, w Words) *Cells {
	return &Cells{doc: doc, kind: k, words: w, choices: map[string]map[string]string{}, tables: map[string]*names{}}
}

// Value reads a text as the JSON value of a field.
func (c *Cells) Value(f plan.Field, text string) (json.RawMessage, *plan.Problem) {
	text = trim(text)
	if text == "" && f.Required {
		return nil, problem(c.kind, f.Name, "plan.problem.empty", map[string]any{"field": f.Name})
	}
	switch f.Type {
	case plan.Flag:
		v, ok := flags[fold(text)]
		if !ok {
			return nil, problem(c.kind, f.Name, "sheet.problem.flag", map[string]any{"got": clip(text)})
		}
		return plan.Raw(v), nil
	case plan.Number, plan.Integer:
		return c.number(f, text)
	case plan.Choice:
		v, p := c.choice(f, text)
		return plan.Raw(v), p
	case plan.RefOne:
		v, p := c.ref(f, text)
		return plan.Raw(v), p
	case plan.Choices:
		return c.each(f, text, c.choice)
	case plan.RefMany:
		return c.each(f, text, c.ref)
	case plan.Texts:
		return plan.Raw(split(text)), nil
	case plan.Tool:
		return plan.Raw(c.tool(text)), nil
	}
	if m := date.FindStringSubmatch(text); m != nil && f.Name == "date" {
		text = m[1] + "-" + ("0" + m[2])[len(m[2])-1:] + "-" + ("0" + m[3])[len(m[3])-1:]
	}
	return plan.Raw(text), nil
}

func (c *Cells) number(f plan.Field, text string) (json.RawMessage, *plan.Problem) {
	v, ok := Number(text)
	switch {
	case !ok:
		return nil, problem(c.kind, f.Name, "plan.problem.number", map[string]any{"got": clip(text)})
	case f.Type == plan.Number:
		return plan.Raw(v), nil
	case v != math.Trunc(v) || math.Abs(v) > 1<<53:
		return nil, problem(c.kind, f.Name, "plan.problem.integer", map[string]any{"got": clip(text)})
	}
	return plan.Raw(int64(v)), nil
}

func (c *Cells) each(f plan.Field, text string, one func(plan.Field, string) (string, *plan.Problem)) (json.RawMessage, *plan.Problem) {
	out, words := []string{}, split(text)
	if most := limits()[c.kind.Name+"."+f.Name]; len(words) > most { // before anything is looked up
		return nil, problem(c.kind, f.Name, "plan.problem.many", map[string]any{"field": f.Name, "got": len(words), "max": most})
	}
	for _, word := range words {
		v, p := one(f, word)
		if p != nil {
			return nil, p
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return plan.Raw(out), nil
}

// choice takes a value, or what it is called in any language.
func (c *Cells) choice(f plan.Field, text string) (string, *plan.Problem) {
	if text == "" {
		return "", nil
	}
	known := c.choices[f.Words]
	if known == nil {
		known = map[string]string{}
		for _, v := range f.Values {
			known[fold(v)] = v
		}
		for _, v := range f.Values {
			for _, label := range c.words.Texts(f.Words + v) {
				if known[fold(label)] == "" {
					known[fold(label)] = v
				}
			}
		}
		c.choices[f.Words] = known
	}
	if v := known[fold(text)]; v != "" {
		return v, nil
	}
	labels := make([]string, len(f.Values))
	for i, v := range f.Values {
		labels[i] = c.words.Texts(f.Words + v)[0]
	}
	return "", problem(c.kind, f.Name, "plan.problem.choice", map[string]any{"field": f.Name, "got": clip(text), "want": strings.Join(labels, ", ")})
}

// tool takes a tool's identifier or its name; any other word is kept.
func (c *Cells) tool(text string) string {
	if _, ok := c.words.Tools[text]; ok || text == "" {
		return text
	}
	if c.tools == nil {
		c.tools = map[string]string{}
		for id, name := range c.words.Tools {
			c.tools[fold(name)] = id
		}
	}
	if id := c.tools[fold(text)]; id != "" {
		return id
	}
	return text
}

// Ticked writes what was ticked in a form, or typed, as one text for Value.
func Ticked(values []string) string {
	list := slices.DeleteFunc(slices.Clone(values), func(s string) bool { return trim(s) == "" })
	if len(list) == 1 {
		return list[0]
	}
	return join(list)
}

// join writes a list into one cell, separated by commas; where that would not
// be read alike, as a JSON list.
func join(list []string) string {
	if len(list) == 0 {
		return ""
	}
	text := strings.Join(list, ", ")
	if slices.Equal(split(text), list) {
		return text
	}
	return string(plan.Raw(list))
}

func split(text string) []string {
	if strings.HasPrefix(text, "[") {
		var list []string
		if json.Unmarshal([]byte(text), &list) == nil && list != nil {
			return list
		}
	}
	out := []string{}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
