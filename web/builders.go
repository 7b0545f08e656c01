package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"deckplan/internal/builder"
	"deckplan/internal/catalog"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/web/page"
)

// builders compares ways to build container images, and checks what builds on a
// daemon.
func (s *Server) builders(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "matrix")
	if err != nil {
		return err
	}
	doc := v.Plan.Doc
	p := page.BuildersProps{All: s.appraise.of(v.Plan.ID, v.Plan.Revision, doc).Matrices, Survey: builder.Check(doc), Planned: map[string]bool{}}
	subject := ""
	for _, m := range doc.Matrices {
		if m.Purpose == plan.CompareBuilders {
			p.Matrices = append(p.Matrices, m)
		}
	}
	months := plan.Matrix{}.FactAge()
	if len(p.Matrices) > 0 {
		subject, months = p.Matrices[0].ID, p.Matrices[0].FactAge()
	}
	v.About("matrix", subject)
	v.Title = v.T("builders.title")
	for _, m := range p.Survey.Migrations {
		p.Planned[m.Stage.Key] = slices.ContainsFunc(doc.Steps, func(st plan.Step) bool { return st.Name == stepName(v.T, m) })
	}
	p.Facts = page.FactsProps{ID: "builder-facts", Title: v.T("builders.compare"), What: v.T("builders.compare.what"), Months: months, Today: s.Now(), Page: 1, Pages: 1}
	for _, b := range p.Survey.Builders {
		t, _ := catalog.ToolByID(b.Tool)
		p.Facts.Rows = append(p.Facts.Rows, page.FactsOf{Key: b.ID, Name: b.Name, Tool: b.ID, Home: t.Homepage, Turned: b.Turned, Fork: b.Turned != nil && !b.Ended(), Facts: b.Facts()})
	}
	return s.render(w, r, page.Builders(v, p))
}

func stepName(t func(id string, pairs ...any) string, m builder.Migration) string {
	return clip(t("builders.step.name", "stage", m.Stage.Name, "pipeline", m.Pipeline.Name), 200)
}

// migrate puts the move of a stage off its daemon on the roadmap.
func migrate(f *form) (plan.Edit, error) {
	words := func(id string, pairs ...any) string {
		args := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			args[pairs[i].(string)] = pairs[i+1]
		}
		return f.lang.T(id, args)
	}
	for _, m := range builder.Check(f.doc).Migrations {
		if m.Stage.Key != f.values.Get("at") {
			continue
		}
		step := plan.Step{ID: plan.NewID(), Name: stepName(words, m), Risk: words("builders.step.risk"),
			WayBack: words("builders.step.way_back", "tool", m.Tool.Name), Checklist: words("builders.step.checklist")}
		if st, ok := plan.KindOf("stages").Find(f.doc, m.Stage.Key).(plan.Stage); ok && len(st.Accountable) > 0 {
			step.Team = st.Accountable[0]
		}
		return plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "steps", Items: plan.Rows(step)}},
			Summary: plan.Summary{ID: "plan.summary.migrate", Args: map[string]any{"name": step.Name}}}, nil
	}
	return nil, &plan.Gone{Kind: "stages", Key: f.values.Get("at")}
}

// ownFact puts a team's own fact about a tool in place of the catalogue's.
func ownFact(f *form) (plan.Edit, error) {
	text := func(name string) string { return strings.TrimSpace(f.values.Get(name)) }
	name, value, ok := strings.Cut(text("fact"), "=")
	if !ok || plan.FactWords(plan.FactName(name)) == nil {
		return nil, errForm
	}
	fact := plan.ToolFact{Tool: text("tool"), Fact: plan.FactName(name), Value: value, Note: strings.ReplaceAll(text("note"), "\r\n", "\n"),
		Source: text("source"), Date: text("date")}
	called := fact.Tool
	if t, ok := catalog.ToolByID(fact.Tool); ok {
		called = t.Name
	}
	return plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "toolFacts", Items: plan.Rows(fact)}},
		Summary: plan.Summary{ID: "plan.summary.fact", Args: map[string]any{"name": clip(called, 120), "fact": name}}}, nil
}

// switchGates puts exactly the gates chosen in force.
func switchGates(f *form) (plan.Edit, error) {
	k, key, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	m, ok := k.Find(f.doc, key).(plan.Matrix)
	if !ok {
		return nil, &plan.Gone{Kind: "matrices", Key: key}
	}
	var on []plan.Gate
	for _, g := range f.values["gate"] {
		on = append(on, plan.Gate(g))
	}
	gates, lifted := matrix.Switch(f.doc, m, on)
	field := func(name, was string, now []plan.Gate) plan.FieldValue {
		fv := plan.FieldValue{Name: name, Now: plan.Raw(append([]plan.Gate{}, now...))}
		if was = f.values.Get(was); json.Valid([]byte(was)) {
			fv.Was = []byte(was)
		}
		return fv
	}
	return plan.Batch{Edits: []plan.Edit{plan.Set{Kind: "matrices", Key: key, Fields: []plan.FieldValue{field("gates", "was", gates), field("lifted", "lifted", lifted)}}},
		Summary: plan.Summary{ID: "plan.summary.gates", Args: map[string]any{"name": m.Name}}}, nil
}
