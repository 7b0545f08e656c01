package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/catalog"
	"deckplan/internal/compare"
	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
	"deckplan/internal/verdict"
	"deckplan/web/ui"
)

// form is a posted form on its way to an edit.
type form struct {
	values url.Values
	doc    *plan.Plan
	lang   lang.Lang
	author string
	plan   string                  // its id
	today  string                  // the date
	back   string                  // page to show afterwards
	cells  map[string]*sheet.Cells // by table
}

// posted reads a form and the newest revision of its plan.
func (s *Server) posted(r *http.Request) (plan.Head, *form, error) {
	if err := r.ParseForm(); err != nil {
		return plan.Head{}, nil, errForm
	}
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	return head, &form{values: r.PostForm, doc: doc, lang: language(r), author: author(r), plan: head.ID, today: s.Now().Format(time.DateOnly)}, err
}

// operation makes an edit of a form.
type operation func(*form) (plan.Edit, error)

func (s *Server) operations() map[string]operation {
	return map[string]operation{
		"set": setField, "add": addRow, "remove": removeRows, "duplicate": duplicateRow,
		"adopt": adoptLayout, "place": placeCluster, "assume": assume,
		"matrix": newMatrix, "score": scoreCandidate, "judge": judgePair, "strategy": chooseStrategy,
		"variant": adoptVariant, "template": startTemplate, "up": moveRow, "down": moveRow,
		"setmany": setMany, "duplicatemany": duplicateMany, "removemany": removeMany,
		"match": matchLive, "gates": switchGates, "fact": ownFact, "migrate": migrate,
	}
}

// edit carries out a form's operation on the plan's newest revision, and draws
// the page the form was on again.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) error {
	_, f, err := s.posted(r)
	if err != nil {
		return err
	}
	spellOut(f.values)
	op, ok := s.ops[f.values.Get("op")]
	if !ok {
		return errForm
	}
	f.back = backTo(r, planURL(f.plan))
	e, err := op(f)
	if err != nil {
		return s.refuse(w, r, f.back, f, err)
	}
	rev, err := s.Plans.Edit(r.Context(), f.plan, f.author, e)
	if err != nil {
		return s.refuse(w, r, backTo(r, f.back), f, err)
	}
	return s.answer(w, r, f.back, &outcome{done: s.edited(f.lang, rev)})
}

// spellOut gives the small form of a table's cell, whose one hidden input is
// called was:TABLE/KEY/FIELD, what other forms send: op, at and was.
func spellOut(form url.Values) {
	for name, values := range form {
		if at, ok := strings.CutPrefix(name, "was:"); ok && !form.Has("op") && len(values) > 0 {
			form.Set("op", "set")
			form.Set("at", at)
			form.Set("was", values[0])
			return
		}
	}
}

// undo takes a revision back.
func (s *Server) undo(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	number, err := strconv.ParseInt(r.PostForm.Get("revision"), 10, 64)
	if err != nil {
		return errForm
	}
	back := backTo(r, planURL(planOf(r)))
	f := &form{values: r.PostForm, lang: language(r)}
	if _, f.doc, err = s.Plans.Plan(r.Context(), planOf(r)); err != nil {
		return err
	}
	rev, err := s.Plans.Undo(r.Context(), planOf(r), author(r), number)
	if err != nil {
		return s.refuse(w, r, back, f, err)
	}
	return s.answer(w, r, back, &outcome{done: &ui.Done{Text: f.lang.T(rev.Summary.ID, rev.Summary.Args)}})
}

// refuse draws the form's page again with what was typed and what is wrong.
// Failures that are not about the form are passed on.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, back string, f *form, err error) error {
	c := classify(err)
	if c.status >= 500 || c.status == http.StatusNotFound || c.status == http.StatusRequestEntityTooLarge {
		return err
	}
	failed := &ui.Failed{Form: f.values.Get("at"), Values: f.values}
	if op := f.values.Get("op"); op != "set" {
		failed.Form = op + "/" + f.values.Get("at")
	}
	var invalid *plan.Invalid
	var conflict *plan.Conflict
	switch {
	case errors.As(err, &invalid):
		for _, p := range invalid.Problems {
			failed.Problems = append(failed.Problems, problemText(f.lang, p))
		}
	case errors.As(err, &conflict):
		failed.Problems = []string{f.lang.T("error.conflict.do", nil)}
		failed.Conflict = f.conflict(conflict)
	default:
		failed.Problems = []string{f.lang.T("error."+c.name, nil) + " " + f.lang.T("error."+c.name+".do", nil)}
	}
	return s.answer(w, r, back, &outcome{status: c.status, failed: failed})
}

// problemText words a problem, with the field called as the forms call it.
func problemText(l lang.Lang, p plan.Problem) string {
	args := map[string]any{}
	for k, v := range p.Args {
		args[k] = v
	}
	if label := "field." + p.Path; l.Has(label) && args["field"] != nil && p.ID != "plan.problem.type" {
		args["field"] = l.T(label, nil)
	}
	return l.T(p.ID, args)
}

func (f *form) conflict(c *plan.Conflict) *ui.Conflict {
	out := &ui.Conflict{At: c.Kind + "/" + c.Key + "/" + c.Field, Undo: f.values.Has("revision"), Row: plan.NameOf(f.doc, c.Kind, c.Key), Field: f.lang.T("field."+c.Kind+"."+c.Field, nil), Now: c.Now, Value: c.Mine}
	k := plan.KindOf(c.Kind)
	field, _ := k.Field(c.Field)
	out.Theirs = compare.Value(f.lang, field, json.RawMessage(c.Now), f.doc)
	out.Mine = compare.Value(f.lang, field, json.RawMessage(c.Mine), f.doc)
	return out
}

// target splits "table/key/field"; a key may hold slashes itself.
func (f *form) target(withField bool) (k *plan.Kind, key, field string, err error) {
	name, rest, _ := strings.Cut(f.values.Get("at"), "/")
	k = plan.KindOf(name)
	if k == nil {
		return nil, "", "", errForm
	}
	if !withField {
		return k, rest, "", nil
	}
	i := strings.LastIndex(rest, "/")
	if i < 0 {
		return nil, "", "", errForm
	}
	return k, rest[:i], rest[i+1:], nil
}

func setField(f *form) (plan.Edit, error) {
	k, key, name, err := f.target(true)
	if err != nil {
		return nil, err
	}
	field, ok := k.Field(name)
	if !ok {
		return nil, errForm
	}
	now := json.RawMessage(f.values.Get("json"))
	if len(now) == 0 {
		if now, err = f.parse(k, field, "value"); err != nil {
			return nil, err
		}
	}
	if !json.Valid(now) {
		return nil, errForm
	}
	fv := plan.FieldValue{Name: name, Now: now}
	if was := f.values.Get("was"); was != "" && json.Valid([]byte(was)) {
		fv.Was = json.RawMessage(was)
	}
	return plan.Set{Kind: k.Name, Key: key, Fields: []plan.FieldValue{fv}}, nil
}

func addRow(f *form) (plan.Edit, error) {
	k, _, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	row := map[string]any{}
	if k.HasID() && k.Name != "assumptions" {
		row["id"] = plan.NewID()
	}
	var problems []plan.Problem
	for _, field := range k.Fields {
		if !f.values.Has(field.Name) {
			continue
		}
		value, err := f.parse(k, field, field.Name)
		var bad *plan.Invalid
		if errors.As(err, &bad) {
			problems = append(problems, bad.Problems...)
			continue
		}
		if string(value) == `""` || string(value) == "0" && !field.Required {
			continue
		}
		nest(row, field.Name, value)
	}
	if len(problems) > 0 {
		return nil, &plan.Invalid{Problems: problems}
	}
	return plan.Add{Kind: k.Name, Item: plan.Raw(row)}, nil
}

// nest sets a value at a dotted name.
func nest(row map[string]any, name string, value any) {
	first, rest, deeper := strings.Cut(name, ".")
	if !deeper {
		row[first] = value
		return
	}
	inner, ok := row[first].(map[string]any)
	if !ok {
		inner = map[string]any{}
		row[first] = inner
	}
	nest(inner, rest, value)
}

func removeRows(f *form) (plan.Edit, error) {
	k, key, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	return plan.Remove{Kind: k.Name, Keys: []string{key}}, nil
}

func duplicateRow(f *form) (plan.Edit, error) {
	k, key, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	name := ""
	if k.HasName() {
		name = clip(f.lang.T("ui.copy_of", map[string]any{"name": plan.NameOf(f.doc, k.Name, key)}), 120)
	}
	e := plan.Duplicate{Kind: k.Name, Key: key, Name: name, NewID: plan.NewID}
	if shown, ok := pageOf[k.Name]; ok && !strings.Contains(f.back, "/facts/") {
		id := plan.NewID() // the row's own is asked for first
		e.NewID = func() string { now := id; id = plan.NewID(); return now }
		f.show(shown, id)
	}
	return e, nil
}

// pageOf names the page, and its query, that shows one row of a table.
var pageOf = map[string][2]string{"layouts": {"layouts", "layout"}, "matrices": {"matrix", "matrix"}, "pipelines": {"ownership", "ownership"}}

// show leads to a row's own page after the edit.
func (f *form) show(where [2]string, key string) {
	f.back = planURL(f.plan, where[0]) + "?" + where[1] + "=" + url.QueryEscape(key)
}

// adoptLayout keeps a preset as a layout of the plan, to be edited by hand.
func adoptLayout(f *form) (plan.Edit, error) {
	for _, a := range layout.Presets(f.doc) {
		if string(a.Preset) != f.values.Get("preset") {
			continue
		}
		l, instances, placements := layout.Adopt(a, plan.NewID)
		l.Name = f.lang.T("ui.copy_of", map[string]any{"name": f.lang.T("layout.preset."+a.ID, nil)})
		f.show(pageOf["layouts"], l.ID)
		return adoption(l, instances, placements), nil
	}
	return nil, errForm
}

// adoption adds a layout with all that belongs to it.
func adoption(l plan.Layout, instances []plan.Instance, placements []plan.Placement) plan.Edit {
	return plan.Batch{
		Edits: []plan.Edit{plan.Put{Kind: "layouts", Items: plan.Rows(l)},
			plan.Put{Kind: "instances", Items: plan.Rows(instances...)},
			plan.Put{Kind: "placements", Items: plan.Rows(placements...)}},
		Summary: plan.Summary{ID: "plan.summary.adopt", Args: map[string]any{"name": l.Name}},
	}
}

// placeCluster moves a cluster (or a slice of it) to an instance, or to none.
func placeCluster(f *form) (plan.Edit, error) {
	p := plan.Placement{Layout: f.values.Get("layout"), Cluster: f.values.Get("cluster"),
		Slice: f.values.Get("slice"), Instance: f.values.Get("instance")}
	args := map[string]any{"name": plan.NameOf(f.doc, "clusters", p.Cluster), "to": plan.NameOf(f.doc, "instances", p.Instance)}
	if p.Instance == "" {
		return plan.Batch{Edits: []plan.Edit{plan.Remove{Kind: "placements", Keys: []string{p.Key()}}},
			Summary: plan.Summary{ID: "plan.summary.unplace", Args: args}}, nil
	}
	if !slices.ContainsFunc(f.doc.Instances, func(i plan.Instance) bool { return i.ID == p.Instance && i.Layout == p.Layout }) {
		return nil, &plan.Gone{Kind: "instances", Key: p.Instance}
	}
	return plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "placements", Items: plan.Rows(p)}},
		Summary: plan.Summary{ID: "plan.summary.place", Args: args}}, nil
}

// assume overrides a figure of the catalogue, or gives it back.
func assume(f *form) (plan.Edit, error) {
	id, text := f.values.Get("id"), ""
	if all := f.values["value"]; len(all) > 0 {
		text = strings.TrimSpace(all[len(all)-1]) // the button that gives it back comes after the field
	}
	parameter, ok := catalog.FindParameter(id)
	if !ok {
		return nil, errForm
	}
	args := map[string]any{"name": f.lang.T("assumption."+id, nil)}
	if text == "" {
		return plan.Batch{Edits: []plan.Edit{plan.Remove{Kind: "assumptions", Keys: []string{id}}},
			Summary: plan.Summary{ID: "plan.summary.unassume", Args: args}}, nil
	}
	value, err := number(strings.TrimSuffix(text, "%"), "assumptions.value")
	if err != nil {
		return nil, err
	}
	if parameter.Unit == verdict.Percent {
		if value > 100 {
			return nil, problem("assumptions.value", "plan.problem.large", map[string]any{"field": "value", "max": 100})
		}
		value /= 100
	}
	return plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "assumptions", Items: plan.Rows(plan.Assumption{ID: id, Value: value})}},
		Summary: plan.Summary{ID: "plan.summary.assume", Args: args}}, nil
}
