package report

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/catalog"
	"deckplan/internal/compare"
	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// jsonVersion is the number of the format; it grows when a field changes its
// meaning or goes.
const jsonVersion = 1

// The report as JSON. Texts are worded in its language; whatever they are made
// of stands beside them.
type (
	jsonReport struct {
		Schema         int              `json:"schema" jsonschema:"minimum=1,maximum=1" jsonschema_description:"Number of this format."`
		Kind           string           `json:"kind" jsonschema:"enum=plan,enum=comparison,enum=decisions"`
		Title          string           `json:"title"`
		Classification string           `json:"classification,omitempty"`
		Language       string           `json:"language" jsonschema:"enum=en,enum=ko"`
		Generated      time.Time        `json:"generated"`
		Plan           jsonPlan         `json:"plan"`
		Catalogue      jsonCatalogue    `json:"catalogue" jsonschema_description:"Edition of the facts that the analyses rest on."`
		OwnAssumptions []jsonAssumption `json:"ownAssumptions" jsonschema_description:"What the plan sets in place of the catalogue's values, or beside them."`
		Sections       []string         `json:"sections" jsonschema_description:"Chapters of the report, in their order."`
		Unresolved     jsonCounts       `json:"unresolved" jsonschema_description:"How many errors and warnings there are, whether listed or not."`

		Document    *planDocument    `json:"document,omitempty" jsonschema_description:"The plan itself; chapter plan."`
		Verdicts    []jsonVerdict    `json:"verdicts,omitempty" jsonschema_description:"What the analyses say; chapters ownership, layouts, matrices, strategies and images."`
		Roadmap     []jsonFinding    `json:"roadmap,omitempty" jsonschema_description:"What is found of the roadmap; chapter roadmap."`
		Assumptions []jsonAssumption `json:"assumptions,omitempty" jsonschema_description:"Every value that figures rest on; chapter assumptions."`
		Decisions   []jsonDecision   `json:"decisions,omitempty" jsonschema_description:"Chapter decisions."`
		Findings    []jsonFinding    `json:"findings,omitempty" jsonschema_description:"Every error and warning, the gravest first; chapters summary and findings."`
		Comparison  *jsonComparison  `json:"comparison,omitempty"`
	}
	jsonPlan struct {
		Name     string `json:"name"`
		Scenario string `json:"scenario,omitempty"`
		Revision int    `json:"revision,omitempty" jsonschema_description:"Missing where the plan is a file."`
		Currency string `json:"currency"`
	}
	jsonCatalogue struct {
		Version string `json:"version"`
		AsOf    string `json:"asOf"`
		Hash    string `json:"hash"`
	}
	jsonDecision struct {
		decision.Decision
		NeedsReview bool     `json:"needsReview" jsonschema_description:"It is accepted, and something that it rests on no longer holds on this revision."`
		RestsOn     []string `json:"restsOn,omitempty" jsonschema_description:"Its assumptions, and how they stand."`
	}
	jsonCounts struct {
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
	}
	jsonAssumption struct {
		ID      string           `json:"id"`
		Label   string           `json:"label"`
		Value   float64          `json:"value"`
		Unit    string           `json:"unit,omitempty"`
		Text    string           `json:"text"`
		Own     bool             `json:"own"`
		Usual   *float64         `json:"usual,omitempty" jsonschema_description:"The catalogue's value."`
		Note    string           `json:"note,omitempty"`
		Sources []verdict.Source `json:"sources,omitempty"`
	}
	jsonVerdict struct {
		Topic    string        `json:"topic" jsonschema:"enum=ownership,enum=layout,enum=matrix,enum=strategy,enum=image"`
		Subject  jsonSubject   `json:"subject"`
		Preset   bool          `json:"preset,omitempty" jsonschema_description:"A layout that the plan does not hold."`
		Metrics  []jsonMetric  `json:"metrics,omitempty"`
		Findings []jsonFinding `json:"findings,omitempty"`
	}
	jsonSubject struct {
		Key  string `json:"key,omitempty"`
		Name string `json:"name"`
	}
	jsonMetric struct {
		ID     string          `json:"id"`
		Label  string          `json:"label"`
		Value  float64         `json:"value"`
		Unit   string          `json:"unit"`
		Text   string          `json:"text"`
		Cause  string          `json:"cause,omitempty"`
		Inputs []verdict.Input `json:"inputs,omitempty"`
	}
	jsonFinding struct {
		Topic    string           `json:"topic,omitempty"`
		Subject  *jsonSubject     `json:"subject,omitempty"`
		ID       string           `json:"id"`
		Severity string           `json:"severity" jsonschema:"enum=error,enum=warning,enum=note,enum=good"`
		Text     string           `json:"text"`
		Why      string           `json:"why,omitempty"`
		Do       string           `json:"do,omitempty"`
		Args     map[string]any   `json:"args,omitempty"`
		About    []verdict.Ref    `json:"about,omitempty"`
		Sources  []verdict.Source `json:"sources,omitempty"`
	}
	jsonComparison struct {
		Plan       jsonPlan      `json:"plan" jsonschema_description:"The other plan."`
		Unresolved jsonCounts    `json:"unresolved"`
		Figures    []jsonFigure  `json:"figures,omitempty" jsonschema_description:"Those that differ; chapter figures."`
		Gone       []jsonFinding `json:"gone,omitempty" jsonschema_description:"Findings that only the first plan has; chapter changes."`
		Fresh      []jsonFinding `json:"fresh,omitempty" jsonschema_description:"Findings that only the other plan has."`
		Both       []jsonFinding `json:"both,omitempty" jsonschema_description:"Unresolved findings of both, as the other has them."`
		Rows       []jsonRow     `json:"rows,omitempty" jsonschema_description:"Chapter rows."`
	}
	jsonFigure struct {
		Topic   string      `json:"topic"`
		Subject jsonSubject `json:"subject"`
		Preset  bool        `json:"preset,omitempty"`
		ID      string      `json:"id"`
		Label   string      `json:"label"`
		Unit    string      `json:"unit"`
		Was     *float64    `json:"was,omitempty" jsonschema_description:"Missing where the first plan has no such figure."`
		Now     *float64    `json:"now,omitempty"`
	}
	jsonRow struct {
		Kind   string          `json:"kind"`
		Key    string          `json:"key"`
		Name   string          `json:"name"`
		What   string          `json:"what" jsonschema:"enum=added,enum=removed,enum=changed,enum=moved"`
		Fields []jsonRowsField `json:"fields,omitempty"`
	}
	jsonRowsField struct {
		Name  string `json:"name"`
		Label string `json:"label"`
		Was   string `json:"was,omitempty"`
		Now   string `json:"now,omitempty"`
	}
)

// planDocument is a plan as its own codec writes it.
type planDocument struct{ *plan.Plan }

// MarshalJSON writes the plan.
func (p planDocument) MarshalJSON() ([]byte, error) { return plan.EncodeJSON(p.Plan) }

// WriteJSON writes the report as JSON, as JSONSchema describes it. The logo and
// the pictures that are drawn anew are left out; decisions keep theirs.
func WriteJSON(w io.Writer, in Input) error {
	d, err := begin(in)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(d.json()); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func (d *doc) json() *jsonReport {
	v := catalog.Version()
	all := d.jsonAssumptions()
	out := &jsonReport{Schema: jsonVersion, Kind: "plan", Title: d.title(), Classification: d.classification(), Language: string(d.Lang), Generated: d.Generated,
		Plan: planOf(d.Plan, d.Revision), Catalogue: jsonCatalogue{v.String(), v.AsOf, v.Hash}, OwnAssumptions: []jsonAssumption{}, Sections: d.sections, Unresolved: counted(d.grave)}
	switch {
	case d.Other != nil:
		out.Kind, out.Comparison = "comparison", d.jsonComparison()
	case d.Only != nil:
		out.Kind = "decisions"
	}
	for _, a := range all {
		if a.Own {
			out.OwnAssumptions = append(out.OwnAssumptions, a)
		}
	}
	if d.has("plan") {
		out.Document = &planDocument{d.Plan}
	}
	out.Verdicts = d.jsonVerdicts()
	if d.has("roadmap") {
		for _, f := range withSteps(d.Plan, nil, verdict.Good) {
			out.Roadmap = append(out.Roadmap, d.jsonFinding(f.Finding))
		}
	}
	if d.has("assumptions") {
		out.Assumptions = all
	}
	if d.has("decisions") {
		for _, x := range d.Decisions {
			out.Decisions = append(out.Decisions, jsonDecision{x, d.stands(x.Record).Needs(), d.restsOn(x.Record)})
		}
	}
	if d.has("summary") || d.has("findings") {
		out.Findings = d.jsonFindings(d.grave)
	}
	return out
}

func planOf(p *plan.Plan, revision int) jsonPlan {
	return jsonPlan{p.About.Name, p.About.Scenario, revision, p.About.CurrencyOr()}
}

func counted(list []appraise.Finding) (c jsonCounts) {
	for _, f := range list {
		if f.Severity == verdict.Error {
			c.Errors++
		} else {
			c.Warnings++
		}
	}
	return c
}

func (d *doc) jsonAssumptions() (out []jsonAssumption) {
	for _, a := range d.assumptions() {
		j := jsonAssumption{ID: a.id, Label: a.name, Value: a.number, Unit: string(a.unit), Text: a.value, Own: a.own, Note: a.note, Sources: a.sources}
		if !a.withoutSource {
			j.Usual = &a.usualNumber
		}
		out = append(out, j)
	}
	return out
}

// chapterOf is the chapter that shows a topic.
var chapterOf = map[appraise.Topic]string{appraise.Ownership: "ownership", appraise.Layout: "layouts", appraise.Matrix: "matrices", appraise.Strategy: "strategies", appraise.Image: "images"}

// jsonVerdicts are the verdicts of the chosen chapters. Services count that the
// plan chose a strategy for, or that something is found of.
func (d *doc) jsonVerdicts() (out []jsonVerdict) {
	add := func(v appraise.Verdict) {
		if !d.has(chapterOf[v.Topic]) {
			return
		}
		j := jsonVerdict{Topic: string(v.Topic), Subject: jsonSubject{v.Subject.Key, v.Subject.Name}, Preset: v.Preset}
		if v.Preset {
			j.Subject.Name = d.t("layout.preset." + v.Subject.Key)
		}
		for _, m := range v.Metrics {
			j.Metrics = append(j.Metrics, jsonMetric{m.ID, d.t("metric." + m.ID), m.Value, string(m.Unit), d.value(m.Value, m.Unit), m.Cause, m.Inputs})
		}
		for _, f := range v.Findings {
			j.Findings = append(j.Findings, d.jsonFinding(f))
		}
		out = append(out, j)
	}
	for _, v := range d.Appraisal.Verdicts() {
		add(v)
	}
	s := &d.Appraisal.Strategies
	for i := range s.Briefs {
		if b := &s.Briefs[i]; len(b.Choices) == 0 && b.Found() > 0 && d.has("strategies") {
			add(appraise.Verdict{Topic: appraise.Strategy, Subject: appraise.Subject{Key: b.Key, Name: b.Name}, Verdict: verdict.Verdict{Findings: s.Findings(b)}})
		}
	}
	return out
}

func (d *doc) jsonFinding(f verdict.Finding) jsonFinding {
	j := jsonFinding{ID: f.ID, Severity: f.Severity.String(), Text: d.word(f.ID, f.Args), Why: d.maybe(f.ID+".why", f.Args), Do: d.maybe(f.ID+".do", f.Args), About: f.About, Sources: f.Sources}
	if len(f.Args) > 0 {
		j.Args = maps.Clone(map[string]any(f.Args))
	}
	return j
}

func (d *doc) jsonFindings(list []appraise.Finding) []jsonFinding {
	out := make([]jsonFinding, len(list))
	for i, f := range list {
		out[i] = d.jsonFinding(f.Finding)
		out[i].Topic, out[i].Subject = string(f.Topic), &jsonSubject{f.Subject.Key, f.Subject.Name}
	}
	return out
}

func (d *doc) jsonComparison() *jsonComparison {
	out := &jsonComparison{Plan: planOf(d.Other.Plan, d.Other.Revision), Unresolved: counted(unresolved(d.Other.Plan, d.Other.Appraisal))}
	if d.has("figures") {
		out.Figures = d.jsonFigures()
	}
	if d.has("changes") {
		gone, fresh, both := d.changes()
		out.Gone, out.Fresh, out.Both = d.jsonFindings(gone), d.jsonFindings(fresh), d.jsonFindings(both)
	}
	if d.has("rows") {
		for _, r := range compare.Rows(d.Lang, plan.Diff(d.Plan, d.Other.Plan), d.Plan, d.Other.Plan) {
			j := jsonRow{Kind: r.Kind.Name, Key: r.Key, Name: r.Name, What: string(r.What)}
			for _, f := range r.Fields {
				j.Fields = append(j.Fields, jsonRowsField{f.Name, d.t("field." + r.Kind.Name + "." + f.Name), f.Was, f.Now})
			}
			out.Rows = append(out.Rows, j)
		}
	}
	return out
}

func (d *doc) jsonFigures() (out []jsonFigure) {
	for _, s := range compare.Verdicts(d.Appraisal, d.Other.Appraisal) {
		for _, f := range s.Figures {
			if !f.Differs() || s.Preset && (!f.InA || !f.InB) {
				continue
			}
			j := jsonFigure{Topic: string(s.Topic), Subject: jsonSubject{s.Key, s.Name}, Preset: s.Preset, ID: f.ID, Label: d.t("metric." + f.ID), Unit: string(f.Unit)}
			if s.Preset {
				j.Subject.Name = d.t("layout.preset." + s.Key)
			}
			if f.InA {
				j.Was = &f.A
			}
			if f.InB {
				j.Now = &f.B
			}
			out = append(out, j)
		}
	}
	return out
}
