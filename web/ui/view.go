// Package ui holds the components that every page is made of: the shell, the
// editable table, fields, findings and figures. It knows no topic.
package ui

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/review"
	"deckplan/internal/verdict"
)

// View is what every page needs to know of its request.
type View struct {
	Lang    lang.Lang
	Theme   string // light, dark or empty for the system's
	Author  string // the reader's chosen name
	Path    string // of the page, with its query
	Title   string
	Crumb   string
	Now     time.Time
	Plan    *PlanView // nil outside a plan
	Current string    // the rail's entry
	Record  string    // address of "Record decision", empty where there is none
	Topic   string    // of decisions that the page's findings lead to, empty for none
	Subject string    // key of what the page shows
	Done    *Done
	Failed  *Failed
	Asset   func(name string) string
	Demo    bool   // the page says that this is a demo
	Live    string // stamp of the live table before anything of the page was read from it
}

// PlanView is the plan around a page.
type PlanView struct {
	ID       string
	Name     string
	Scenario string
	Family   []plan.Head // the plan's scenarios, itself included
	Here     []Person    // others who have the plan open
	Revision int64
	SavedAt  time.Time
	SavedBy  string
	Undo     int64 // revision that Undo takes back, 0 for none
	Redo     int64
	Bad      map[string]int // errors by rail entry
	Doubt    map[string]int // warnings by rail entry
	Currency string
	Doc      *plan.Plan
	Standing review.Standing // of the plan's decisions
}

// Title is the plan's name with its scenario.
func (p *PlanView) Title() string { return plan.Head{Name: p.Name, Scenario: p.Scenario}.Title() }

// Person is somebody who has the plan open.
type Person struct {
	Name    string `json:"name"`
	Initial string `json:"initial"`
	Where   string `json:"where"` // what they look at, in the reader's language
}

// Done says what the last edit did.
type Done struct {
	Text     string
	Revision int64 // to undo, 0 for none
}

// Failed is a form that was refused: what was typed, and why.
type Failed struct {
	Form     string // names the form, such as clusters/c1/zone
	Values   url.Values
	Problems []string
	Conflict *Conflict
}

// Conflict shows both values of a field that somebody changed meanwhile.
type Conflict struct {
	At           string // table/key/field
	Row, Field   string // worded
	Theirs, Mine string // worded
	Now, Value   string // JSON
	Undo         bool   // mine is what an undo would put back
}

// T words a message; arguments follow as name, value pairs.
func (v *View) T(id string, pairs ...any) string {
	if len(pairs) == 0 {
		return v.Lang.T(id, nil)
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return v.Lang.T(id, args)
}

// Word is T for arguments that come as a map, as findings and figures have them.
func (v *View) Word(id string, args map[string]any) string {
	if v.Plan != nil && args["currency"] == nil {
		with := make(map[string]any, len(args)+1)
		for k, a := range args {
			with[k] = a
		}
		with["currency"] = v.Plan.Currency
		args = with
	}
	return v.Lang.T(id, args)
}

// Maybe is Word, or nothing where there is no such message.
func (v *View) Maybe(id string, args map[string]any) string {
	if !v.Lang.Has(id) {
		return ""
	}
	return v.Word(id, args)
}

// URL is an address inside the plan.
func (v *View) URL(parts ...string) string {
	s := "/plans/" + url.PathEscape(v.Plan.ID)
	for _, p := range parts {
		s += "/" + url.PathEscape(p)
	}
	return s
}

// Link is an address inside the plan that asks for something: name, value pairs.
func (v *View) Link(page string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return v.URL(strings.Split(page, "/")...) + "?" + q.Encode()
}

// page is the page's address within its plan, without what is asked of it.
func (v *View) page() string {
	path, _, _ := strings.Cut(v.Path, "?")
	for _, entry := range []string{"facts", "ownership", "layouts", "roadmap", "drift", "matrix", "strategies", "images", "history", "decisions", "report"} {
		if rest, ok := strings.CutPrefix(path, v.URL(entry)); ok && (entry == "facts" || rest == "") {
			return strings.TrimPrefix(path, v.URL())
		}
	}
	return ""
}

// About says what decisions of the page are about: "Record decision" and the
// page's findings lead to them.
func (v *View) About(topic, subject string) {
	v.Topic, v.Subject = topic, subject
	v.Record = v.Link("decisions/new", "topic", topic)
	if subject != "" {
		v.Record = v.Link("decisions/new", "topic", topic, "subject", subject)
	}
}

// Figure writes a figure in its unit.
func (v *View) Figure(x float64, unit verdict.Unit) string {
	currency := ""
	if v.Plan != nil {
		currency = v.Plan.Currency
	}
	return v.Lang.Figure(x, string(unit), currency)
}

// Problems gives what was wrong with a form, none if it was another.
func (v *View) Problems(form string) []string {
	if v.Failed == nil || v.Failed.Form != form {
		return nil
	}
	return v.Failed.Problems
}

// Typed gives what was typed into a refused form's field, else the value.
func (v *View) Typed(form, name, value string) string {
	if v.Failed != nil && v.Failed.Form == form && v.Failed.Values.Has(name) {
		return v.Failed.Values.Get(name)
	}
	return value
}

func itoa[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }
