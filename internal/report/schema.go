package report

import (
	"encoding/json"
	"path"
	"reflect"
	"strings"
	"sync"

	reflector "github.com/invopop/jsonschema"

	"deckplan/internal/plan"
)

// schemaID names the schema inside itself; it is not fetched from anywhere.
const schemaID = "https://deckplan.invalid/schema/report.json"

// JSONSchema is the JSON Schema (draft 2020-12) of WriteJSON's reports, made
// from the types that write them. It holds the schema of plans.
var JSONSchema = sync.OnceValue(func() []byte {
	var document struct {
		ID string `json:"$id"`
	}
	if err := json.Unmarshal(plan.JSONSchema(), &document); err != nil {
		panic(err) // made at build time, as all below
	}
	r := reflector.Reflector{ExpandedStruct: true, Namer: typeName, Mapper: func(t reflect.Type) *reflector.Schema {
		if t == reflect.TypeFor[planDocument]() {
			return &reflector.Schema{Ref: document.ID}
		}
		return nil
	}}
	s := r.Reflect(&jsonReport{})
	s.ID = schemaID
	s.Title = "Deckplan report"
	s.Definitions["PlanDocument"] = &reflector.Schema{}
	if err := json.Unmarshal(plan.JSONSchema(), s.Definitions["PlanDocument"]); err != nil {
		panic(err)
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(b, '\n')
})

// typeName tells apart types that are called the same in their packages:
// Finding is a report's own, DecisionFinding that of package decision.
func typeName(t reflect.Type) string {
	switch t.PkgPath() {
	case "": // lists and the like have no name
		return t.Name()
	case reflect.TypeFor[jsonReport]().PkgPath():
		return strings.TrimPrefix(t.Name(), "json")
	}
	room := path.Base(t.PkgPath())
	return strings.ToUpper(room[:1]) + room[1:] + t.Name()
}
