package plan

import (
	"bytes"
	"encoding/json"
	"reflect"
	"sync"

	reflector "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaID names the schema inside itself; it is not fetched from anywhere.
const schemaID = "https://deckplan.invalid/schema/plan.json"

// JSONSchema is the JSON Schema (draft 2020-12) of the document, made from the
// types above. It is what files and edits are checked with, so what is
// published is what is enforced.
var JSONSchema = sync.OnceValue(func() []byte {
	r := reflector.Reflector{
		ExpandedStruct:             true,
		RequiredFromJSONSchemaTags: true,
		Mapper:                     mapType,
	}
	s := r.Reflect(&Plan{})
	s.ID = schemaID
	s.Title = "Deckplan plan"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // the types are fixed at build time
	}
	return append(b, '\n')
})

// mapType gives the schema of the types that reflection cannot see through.
func mapType(t reflect.Type) *reflector.Schema {
	if t == reflect.TypeFor[Credential]() {
		return &reflector.Schema{Type: "string", MaxLength: ptr(uint64(200)), MinLength: ptr(uint64(1)),
			Description: "A right as kind@scope, such as registry-push@harbor."}
	}
	if t.Kind() != reflect.String {
		return nil
	}
	c, ok := reflect.Zero(t).Interface().(choice)
	if !ok {
		return nil
	}
	s := &reflector.Schema{Type: "string"}
	for _, v := range c.Values() {
		s.Enum = append(s.Enum, v)
	}
	return s
}

func ptr[T any](v T) *T { return &v }

// schemas holds the compiled schema of the document and of each table's row.
type schemas struct {
	document *jsonschema.Schema
	rows     map[string]*jsonschema.Schema
}

var compiled = sync.OnceValue(func() schemas {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaID, doc); err != nil {
		panic(err)
	}
	s := schemas{document: c.MustCompile(schemaID), rows: map[string]*jsonschema.Schema{}}
	for _, k := range kinds {
		s.rows[k.Name] = c.MustCompile(schemaID + "#/$defs/" + k.typ.Name())
	}
	return s
})
