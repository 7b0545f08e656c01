package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"

	"deckplan/web/ui"
)

// docs shows the documentation: what the OpenAPI document says, in the
// reader's language.
func (a *API) docs(w http.ResponseWriter, r *http.Request) {
	err := a.Page(w, r, "api.title", func(v *ui.View) templ.Component {
		return docsPage(v, a.groups(), a.huma.OpenAPI().Components.Schemas.Map(), "http://"+r.Host)
	})
	if err != nil {
		a.Log.Error("the API's page failed", "error", err)
		a.refuse(w, r, classify(err))
	}
}

// group is the operations of one tag.
type group struct {
	tag string
	all []*described
}

func (a *API) groups() (out []group) {
	for _, tag := range tags {
		g := group{tag: tag}
		for _, d := range a.all {
			if d.tag == tag {
				g.all = append(g.all, d)
			}
		}
		out = append(out, g)
	}
	return out
}

// line is a parameter or a field as the page shows it.
type line struct {
	name, text string // text is a message
	in         string
	required   bool
	schema     *huma.Schema
}

// parameters are an operation's own: those of the path, then of the query, then
// headers.
func (d *described) parameters() (out []line) {
	for _, in := range []string{"path", "query", "header"} {
		for _, p := range d.operation.Parameters {
			if p.In == in {
				out = append(out, line{p.Name, paramText(d.id, p.Name), in, p.Required, p.Schema})
			}
		}
	}
	return out
}

// shape is a schema of a body with its fields.
type shape struct {
	name  string
	lines []line
}

// shapes are the schemas that an operation's body is made of, but for the
// plan's own, which is published elsewhere.
func (d *described) shapes(schemas map[string]*huma.Schema) (out []shape) {
	body := d.operation.RequestBody
	if body == nil {
		return nil
	}
	seen := map[string]bool{"Plan": true}
	var visit func(s *huma.Schema)
	visit = func(s *huma.Schema) {
		if s == nil {
			return
		}
		if name := refName(s); name != "" {
			if !seen[name] {
				seen[name] = true
				if len(schemas[name].Properties) > 0 {
					out = append(out, shape{name, fields(name, schemas[name])})
				}
				visit(schemas[name])
			}
			return
		}
		visit(s.Items)
		for _, one := range s.OneOf {
			visit(one)
		}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			visit(s.Properties[name])
		}
	}
	visit(body.Content[jsonMedia].Schema)
	return out
}

func fields(name string, s *huma.Schema) (out []line) {
	for field, property := range s.Properties {
		out = append(out, line{field, fieldText(name, field), "", slices.Contains(s.Required, field), property})
	}
	slices.SortFunc(out, func(a, b line) int {
		rank := func(l line) int {
			switch {
			case l.name == "op":
				return 0
			case l.name == "table":
				return 1
			case l.required:
				return 2
			}
			return 3
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.name, b.name))
	})
	return out
}

func refName(s *huma.Schema) string { return strings.TrimPrefix(s.Ref, "#/components/schemas/") }

// mostChoices bounds the values of a field that the page lists.
const mostChoices = 16

// typeText is what a field may hold, in the reader's language.
func typeText(v *ui.View, s *huma.Schema) string {
	var out []string
	switch {
	case s == nil:
		return v.T("api.page.any")
	case s.Ref != "":
		return refName(s)
	case len(s.Enum) > 0 && len(s.Enum) <= mostChoices:
		for _, e := range s.Enum {
			out = append(out, fmt.Sprint(e))
		}
		return strings.Join(out, " | ")
	case s.Type == huma.TypeArray:
		out = append(out, v.T("api.page.list", "of", typeText(v, s.Items)))
	case s.Type == "":
		return v.T("api.page.any")
	default:
		out = append(out, s.Type)
	}
	if s.Minimum != nil && *s.Minimum != 0 {
		out = append(out, v.T("api.page.from", "min", *s.Minimum))
	}
	if s.Maximum != nil {
		out = append(out, v.T("api.page.upto", "max", *s.Maximum))
	}
	if s.MaxLength != nil {
		out = append(out, v.T("api.page.chars", "max", *s.MaxLength))
	}
	if s.Default != nil {
		out = append(out, v.T("api.page.usual", "value", s.Default))
	}
	return strings.Join(out, ", ")
}

// medias are the types of a body, the usual one first.
func medias(content map[string]*huma.MediaType) string {
	names := slices.SortedFunc(maps.Keys(content), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return strings.Join(names, ", ")
}

// curl is the call of an operation's example in a shell.
func (d *described) curl() string {
	var b strings.Builder
	b.WriteString("curl -s")
	if d.method != http.MethodGet && (d.method != http.MethodPost || d.example.body == "") {
		b.WriteString(" -X " + d.method)
	}
	b.WriteString(" \"$DECKPLAN" + d.example.path + "\"")
	for i := 0; i+1 < len(d.example.headers); i += 2 {
		b.WriteString(" \\\n  -H '" + d.example.headers[i] + ": " + d.example.headers[i+1] + "'")
	}
	if d.example.body != "" {
		b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d '" + strings.ReplaceAll(d.example.body, "'", `'\''`) + "'")
	}
	if d.id == "get-report" {
		b.WriteString(" -o report.html")
	}
	return b.String()
}

// beginRead and beginWrite are the first calls somebody makes.
const (
	beginRead  = "curl -s $DECKPLAN/api/v1/plans\ncurl -s -D head.txt -H 'Accept: application/yaml' $DECKPLAN/api/v1/plans/PLAN -o plan.yaml"
	beginWrite = "curl -s -X PUT $DECKPLAN/api/v1/plans/PLAN \\\n  -H 'Content-Type: application/yaml' -H 'If-Match: \"31\"' -H 'Deckplan-Author: Jimin' \\\n  --data-binary @plan.yaml"
)
