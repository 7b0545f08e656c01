package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// described is a registered operation with what its documentation adds.
type described struct {
	op
	operation *huma.Operation
	example   example
}

func (a *API) described(o op) *described {
	item := a.huma.OpenAPI().Paths[o.path]
	d := &described{op: o, example: examples[o.id]}
	d.operation = map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete}[o.method]
	slices.SortStableFunc(d.kinds, func(a, b kind) int { return a.status - b.status })
	d.kinds = slices.Compact(d.kinds)
	return d
}

// schemaName names the types of the document: of edits and of what a record
// keeps apart from others of the same name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for _, one := range editTypes {
		if one == t {
			return name + "Edit"
		}
	}
	if t.PkgPath() == reflect.TypeFor[decision.Metric]().PkgPath() && (name == "Metric" || name == "Finding" || name == "Text") {
		return "Snapshot" + name
	}
	return name
}

// addPlanSchema puts the schema of the document, which is published and
// enforced elsewhere, among the others, with what a plan may be made of.
func addPlanSchema(r huma.Registry) {
	text := strings.ReplaceAll(string(plan.JSONSchema()), `"#/$defs/`, `"#/components/schemas/Plan/$defs/`)
	var document map[string]any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		panic(err) // the schema is made of types that are fixed at build time
	}
	delete(document, "$id")
	delete(document, "$schema")
	r.Map()["Plan"] = &huma.Schema{Extensions: document}
	r.Map()["NewPlan"] = &huma.Schema{OneOf: []*huma.Schema{named("Plan"), r.Schema(reflect.TypeFor[Beginning](), true, "")}}
	r.Schema(reflect.TypeFor[Patch](), true, "")
	var tables []any
	for _, k := range plan.Kinds() {
		tables = append(tables, k.Name)
	}
	for _, t := range editTypes {
		if table := r.SchemaFromRef(r.Schema(t, true, "").Ref).Properties["table"]; table != nil {
			table.Enum = tables
		}
	}
}

// describe adds to the document what the library cannot know: descriptions,
// bodies that handlers read themselves, and examples.
func (a *API) describe() {
	doc := a.huma.OpenAPI()
	for _, tag := range tags {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: tag, Description: lang.English.T("api.tag."+tag, nil)})
	}
	for _, d := range a.all {
		for _, p := range d.operation.Parameters {
			p.Description = lang.English.T(paramText(d.id, p.Name), nil)
		}
		d.describeBody()
		d.describeAnswer()
	}
	for name, s := range doc.Components.Schemas.Map() {
		if !slices.Contains(typedIn, name) {
			continue
		}
		for field, property := range s.Properties {
			text := lang.English.T(fieldText(name, field), nil)
			if property.Ref != "" { // what stands beside a reference is of no use to many readers
				continue
			}
			property.Description = text
		}
	}
}

func (d *described) describeBody() {
	body := d.operation.RequestBody
	if body == nil {
		return
	}
	if d.takes != "" {
		body.Content[jsonMedia] = &huma.MediaType{Schema: named(d.takes)}
		if d.also {
			body.Content[yamlMedia] = &huma.MediaType{Schema: named(d.takes)}
		}
		body.Required = true
	}
	if d.example.body != "" {
		body.Content[jsonMedia].Example = exampleOf(jsonMedia, d.example.body)
	}
}

func (d *described) describeAnswer() {
	answer := d.operation.Responses[strconv.Itoa(d.status)]
	media, text := d.answer()
	if content := answer.Content[media]; content != nil && text != "" {
		content.Example = exampleOf(media, text)
	}
	for status, r := range d.operation.Responses {
		if code, err := strconv.Atoi(status); err == nil && code >= 400 {
			r.Description = problemsOf(d.kinds, code)
		}
	}
	if d.takesTag() {
		d.operation.Responses["304"] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
	}
}

// takesTag tells whether the operation can answer that nothing has changed.
func (d *described) takesTag() bool {
	return slices.ContainsFunc(d.operation.Parameters, func(p *huma.Param) bool { return p.Name == "If-None-Match" })
}

func problemsOf(all []kind, status int) string {
	var out []string
	for _, k := range all {
		if k.status == status {
			out = append(out, lang.English.T("api.error."+k.name, nil))
		}
	}
	if len(out) == 0 {
		return http.StatusText(status)
	}
	return strings.Join(out, " ")
}

func exampleOf(media, text string) any {
	if media != jsonMedia {
		return text
	}
	return json.RawMessage(text)
}

// tags are the groups of operations, in the order of the documentation.
var tags = []string{"plans", "history", "verdicts", "decisions", "live", "reports"}

// typedIn are the schemas of what is sent.
var typedIn = []string{"Beginning", "Patch", "SetEdit", "AddEdit", "PutEdit", "RemoveEdit", "DuplicateEdit", "MoveEdit", "BatchEdit", "Undoing",
	"NewScenario", "NewDecision", "NewStep", "Option", "Argument", "Assumption"}

// opText is the message that an operation is called by.
func opText(id string) string { return "api.op." + strings.ReplaceAll(id, "-", "_") }

// paramText is the message of a parameter: of the operation where it has one.
func paramText(operation, name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if id := "api.param." + strings.ReplaceAll(operation, "-", "_") + "." + name; lang.English.Has(id) {
		return id
	}
	return "api.param." + name
}

// fieldText is the message of a field of a body.
func fieldText(schema, name string) string {
	if id := "api.field." + schema + "." + name; lang.English.Has(id) {
		return id
	}
	return "api.field." + name
}

// document sends the OpenAPI document.
func (a *API) document(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("ETag", `W/"`+a.stamp+`"`)
	h.Set("Cache-Control", revalidate)
	if matches(r.Header.Get("If-None-Match"), `W/"`+a.stamp+`"`, false) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(a.openapi) // who has gone needs no answer
}
