package plan

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	schemakind "github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// check tests every row an edit touched: against the schema, and that what it
// names exists.
func (t *tx) check() error {
	problems := t.overfull()
	for _, c := range t.changes {
		if c.After == nil || len(problems) >= maxProblems {
			continue
		}
		k := KindOf(c.Kind)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.After))
		if err != nil {
			return err
		}
		problems = append(problems, schemaProblems(compiled().rows[k.Name], v, k.Name)...)
		item := t.find(k, c.Key)
		if item == nil {
			continue
		}
		for _, f := range k.Fields {
			for _, key := range k.Refs(item, f) {
				if t.index(KindOf(f.Ref), key) < 0 {
					problems = append(problems, missing(k.Name+"."+f.Name, f.Ref, key))
				}
			}
		}
	}
	return refuse(append(problems, t.unfit()...))
}

// overfull tells of tables that have grown beyond what a document may hold.
func (t *tx) overfull() (problems []Problem) {
	for name := range t.owned {
		k := KindOf(name)
		if n := k.Len(t.plan); n > k.Most() && n > k.Len(t.before) {
			problems = append(problems, Problem{Path: name, ID: "plan.problem.full", Args: map[string]any{"table": name, "n": n, "max": k.Most()}})
		}
	}
	return problems
}

func missing(path, table, key string) Problem {
	return Problem{Path: path, ID: "plan.problem.missing", Args: map[string]any{"table": table, "key": key}}
}

// Check tests a whole document beyond its schema: that no two rows of a table
// have the same key, and that every row named exists.
func Check(p *Plan) error {
	var problems []Problem
	keys := map[string]map[string]bool{}
	for _, k := range kinds {
		seen := make(map[string]bool, k.Len(p))
		for i := range k.Len(p) {
			key := k.At(p, i).Key()
			if seen[key] && key != "" {
				problems = append(problems, Problem{Path: path(k, i, ""), ID: "plan.problem.twice",
					Args: map[string]any{"table": k.Name, "key": key}})
			}
			seen[key] = true
		}
		keys[k.Name] = seen
	}
	for _, k := range kinds {
		for _, f := range k.Fields {
			if f.Ref == "" {
				continue
			}
			for i := range k.Len(p) {
				for _, key := range k.Refs(k.At(p, i), f) {
					if !keys[f.Ref][key] && len(problems) < maxProblems {
						problems = append(problems, missing(path(k, i, f.Name), f.Ref, key))
					}
				}
			}
		}
	}
	return refuse(append(problems, unfit(p)...))
}

func path(k *Kind, i int, field string) string {
	p := k.Name
	if !k.one {
		p += "[" + strconv.Itoa(i) + "]"
	}
	if field != "" {
		p += "." + field
	}
	return p
}

// schemaProblems words a schema's complaints as problems, each at its path
// below prefix.
func schemaProblems(s *jsonschema.Schema, v any, prefix string) []Problem {
	var ve *jsonschema.ValidationError
	if !errors.As(s.Validate(v), &ve) {
		return nil
	}
	var out []Problem
	collect(ve, prefix, &out)
	return out
}

// collect takes the leaves of the tree of complaints: the rest only says that
// something below is wrong.
func collect(ve *jsonschema.ValidationError, prefix string, out *[]Problem) {
	if len(*out) >= maxProblems {
		return
	}
	if len(ve.Causes) > 0 {
		for _, c := range ve.Causes {
			collect(c, prefix, out)
		}
		return
	}
	at := joinPath(prefix, ve.InstanceLocation)
	field := at[strings.LastIndexAny(at, ".]")+1:]
	add := func(path, id string, args map[string]any) {
		*out = append(*out, Problem{Path: path, ID: "plan.problem." + id, Args: args})
	}
	switch k := ve.ErrorKind.(type) {
	case *schemakind.Required:
		for _, m := range k.Missing {
			add(joinPath(at, []string{m}), "required", map[string]any{"field": m})
		}
	case *schemakind.AdditionalProperties:
		for _, m := range k.Properties {
			add(joinPath(at, []string{m}), "unknown_field", map[string]any{"field": m})
		}
	case *schemakind.Type:
		add(at, "wrong_type", map[string]any{"field": field, "got": k.Got, "want": strings.Join(k.Want, ", ")})
	case *schemakind.Enum:
		add(at, "choice", map[string]any{"field": field, "got": fmt.Sprint(k.Got), "want": joinAny(k.Want)})
	case *schemakind.MinLength:
		add(at, "empty", map[string]any{"field": field})
	case *schemakind.MaxLength:
		add(at, "long", map[string]any{"field": field, "got": k.Got, "max": k.Want})
	case *schemakind.MaxItems:
		add(at, "many", map[string]any{"field": field, "got": k.Got, "max": k.Want})
	case *schemakind.Minimum:
		f, _ := k.Want.Float64()
		add(at, "small", map[string]any{"field": field, "min": f})
	case *schemakind.Maximum:
		f, _ := k.Want.Float64()
		add(at, "large", map[string]any{"field": field, "max": f})
	case *schemakind.Pattern:
		add(at, "pattern", map[string]any{"field": field, "got": k.Got})
	default:
		add(at, "other", map[string]any{"field": field, "keyword": strings.Join(ve.ErrorKind.KeywordPath(), "/")})
	}
}

func joinAny(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

// joinPath writes an instance location as a person would: clusters[3].zone.
func joinPath(prefix string, tokens []string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for _, tok := range tokens {
		if _, err := strconv.Atoi(tok); err == nil {
			b.WriteString("[" + tok + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(tok)
	}
	return b.String()
}

// splitPath is the way back from joinPath.
func splitPath(path string) []string {
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	return slices.DeleteFunc(strings.Split(path, "."), func(s string) bool { return s == "" })
}
