package journey

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

// evil is what looks like markup, code or a template; no column is too short
// for it.
var evil = []string{`"><img src=x onerror=alert(1)>`, `"><script>alert(2)</script>`, `{{7*7}}${7*7}<b>'`, `javascript:alert(3)//`}

// defile types markup into every text of the first rows of every table.
func defile(t *testing.T, base, address string) (typed int) {
	t.Helper()
	doc, err := plan.DecodeYAML(strings.NewReader(get(t, base+address+"/plan.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	edit := func(form url.Values) {
		t.Helper()
		status, body := send(t, base, address+"/edit", address, "en", form)
		if status == http.StatusSeeOther {
			typed++
		} else if status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d\n%s", form, status, body)
		}
	}
	for _, k := range plan.Kinds() {
		if k.Len(doc) == 0 && k.Name != "assumptions" {
			edit(newRow(doc, k))
		}
		for row := range min(k.Len(doc), len(evil)) {
			for i, f := range slices.Backward(k.Fields) { // what a row is called by comes first, and goes last
				if slices.Contains([]plan.FieldType{plan.Text, plan.Long, plan.Texts, plan.Tool}, f.Type) {
					edit(url.Values{"op": {"set"}, "at": {k.Name + "/" + k.At(doc, row).Key() + "/" + f.Name}, "value": {evil[(row+i)%len(evil)]}})
				}
			}
		}
	}
	text := strings.Join(evil, "\n")
	if status, body := send(t, base, address+"/decisions", address, "en", url.Values{"topic": {"layout"}, "subject": {"ours"}, "title": {evil[0]}, "context": {text},
		"option": {evil[1], evil[3]}, "arguments": {text, text}, "chosen": {"0"}, "justification": {text}}); status != http.StatusSeeOther {
		t.Errorf("a decision: %d\n%s", status, body)
	}
	return typed
}

// newRow fills what a row of a table must have.
func newRow(doc *plan.Plan, k *plan.Kind) url.Values {
	form := url.Values{"op": {"add"}, "at": {k.Name}}
	for _, f := range k.Fields {
		switch {
		case !f.Required:
		case f.Ref != "":
			form.Set(f.Name, plan.KindOf(f.Ref).At(doc, 0).Key())
		case len(f.Values) > 0:
			form.Set(f.Name, f.Values[0])
		default:
			form.Set(f.Name, evil[0])
		}
	}
	return form
}

// What people type is text, whatever it looks like: on every page, in the
// report and in every picture; and no page lacks a message or brings about an
// error.
func TestMarkup_IsText(t *testing.T) {
	t.Parallel()
	base := serve(t)
	address := furnish(t, base, "en")
	if n := defile(t, base, address); n < 150 {
		t.Errorf("only %d texts were typed", n)
	}
	p := visit(t, base, "")
	paths := []string{address + "/decisions/3", address + "/facts/teams?q=img"}
	for _, one := range pages {
		if !one.isOfArgo() {
			paths = append(paths, one.at(address))
		}
	}
	for _, k := range plan.Kinds() {
		paths = append(paths, address+"/facts/"+k.Name)
	}
	for _, tab := range []string{"/ownership", "/layouts", "/matrix"} {
		for _, a := range elements(parse(t, get(t, base+address+tab)), "a") {
			if href := attribute(a, "href"); strings.HasPrefix(href, address+tab+"?") {
				paths = append(paths, href)
			}
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	for _, path := range paths {
		p.open(path)
		p.must(path+" has nothing of it but text", `!document.querySelector("img[src=x], body script:not([src])") && ![...document.querySelectorAll("*")].some(e => [...e.attributes].some(a => /^on/i.test(a.name) || /^(href|src|action|formaction|data)$/i.test(a.name) && /^\s*javascript:/i.test(a.value)))`)
		p.must(path+" lacks no message", "!document.documentElement.outerHTML.includes('‹')")
		for _, f := range p.wrong() {
			t.Errorf("%s: %s", path, f)
		}
	}
	if len(paths) < 55 {
		t.Errorf("only %d pages were seen", len(paths))
	}
	p.open(address + "/facts/teams")
	p.must("a name is shown as it was typed", is(value(id("i-teams/storefront/name")), evil[0]))

	report := get(t, base+address+"/report.html")
	harmless(t, "the report", report)
	for _, text := range evil {
		if !strings.Contains(words(parse(t, report)), text) {
			t.Errorf("the report does not tell %s", text)
		}
	}
	pictures := 0
	for _, img := range elements(parse(t, get(t, base+address+"/decisions/3")), "img") {
		data, isSVG := strings.CutPrefix(attribute(img, "src"), "data:image/svg+xml;base64,")
		svg, err := base64.StdEncoding.DecodeString(data)
		if !isSVG || err != nil {
			continue
		}
		pictures++
		harmless(t, "a kept picture", string(svg))
		for dec := xml.NewDecoder(strings.NewReader(string(svg))); err == nil; {
			_, err = dec.Token()
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("a kept picture is not XML: %v", err)
		}
	}
	if pictures == 0 {
		t.Error("the decision kept no picture")
	}
}

// harmless tells that a document runs nothing and loads nothing by itself.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	for _, e := range elements(parse(t, text), "") {
		if e.Data == "script" || e.Data == "iframe" || e.Data == "object" || e.Data == "foreignObject" {
			t.Errorf("%s holds %s", what, e.Data)
		}
		for _, a := range e.Attr {
			loads := a.Key == "src" || a.Key == "href" || a.Key == "xlink:href"
			if strings.HasPrefix(a.Key, "on") || loads && strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:") || a.Key == "src" && a.Val == "x" {
				t.Errorf("%s: <%s %s=%q>", what, e.Data, a.Key, a.Val)
			}
		}
	}
}
