package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Verdict is what an analysis says of one subject.
type Verdict struct {
	Topic    appraise.Topic   `json:"topic" enum:"ownership,layout,matrix,strategy,image"`
	Subject  appraise.Subject `json:"subject"`
	Preset   bool             `json:"preset,omitempty"`
	Metrics  []Metric         `json:"metrics"`
	Findings []Finding        `json:"findings"`
}

// Metric is a figure, as it is and as it is written.
type Metric struct {
	ID     string       `json:"id"`
	Label  string       `json:"label"`
	Value  float64      `json:"value"`
	Unit   verdict.Unit `json:"unit"`
	Text   string       `json:"text"`
	Cause  string       `json:"cause,omitempty"`
	Inputs []Input      `json:"inputs,omitempty"`
}

// Input is a figure that another was computed from.
type Input struct {
	ID    string       `json:"id"`
	Label string       `json:"label"`
	Value float64      `json:"value"`
	Unit  verdict.Unit `json:"unit"`
	Text  string       `json:"text"`
}

// Finding is something that an analysis found.
type Finding struct {
	ID       string           `json:"id"`
	Severity string           `json:"severity" enum:"error,warning,note,good"`
	Text     string           `json:"text"`
	Why      string           `json:"why,omitempty"`
	Do       string           `json:"do,omitempty"`
	About    []verdict.Ref    `json:"about,omitempty"`
	Sources  []verdict.Source `json:"sources,omitempty"`
}

// FindingOf is a finding with what it is about.
type FindingOf struct {
	Topic   appraise.Topic   `json:"topic" enum:"ownership,layout,matrix,strategy,image"`
	Subject appraise.Subject `json:"subject"`
	Finding
}

func (a *API) verdictRoutes() {
	const one = "/api/v1/plans/{plan}"
	add(a, op{id: "list-verdicts", method: http.MethodGet, path: one + "/verdicts", tag: "verdicts"}, a.verdicts)
	add(a, op{id: "list-verdicts-of-topic", method: http.MethodGet, path: one + "/verdicts/{topic}", tag: "verdicts"}, a.verdictsOfTopic)
	add(a, op{id: "list-findings", method: http.MethodGet, path: one + "/findings", tag: "verdicts"}, a.findings)
}

// wording words what analyses say of one plan.
type wording struct {
	lang     lang.Lang
	currency string
}

func wordingOf(ctx context.Context, p *plan.Plan) wording {
	return wording{askingOf(ctx).lang, p.About.CurrencyOr()}
}

func (w wording) word(id string, args map[string]any) string {
	with := map[string]any{"currency": w.currency}
	maps.Copy(with, args)
	return w.lang.T(id, with)
}

func (w wording) maybe(id string, args map[string]any) string {
	if !w.lang.Has(id) {
		return ""
	}
	return w.word(id, args)
}

// label is what a figure or an assumption is called.
func (w wording) label(id string) string {
	for _, family := range []string{"metric.", "assumption."} {
		if w.lang.Has(family + id) {
			return w.lang.T(family+id, nil)
		}
	}
	return id
}

func (w wording) metric(m verdict.Metric) Metric {
	out := Metric{ID: m.ID, Label: w.label(m.ID), Value: m.Value, Unit: m.Unit, Text: decision.Value(w.lang, m.Value, m.Unit, w.currency), Cause: m.Cause}
	for _, in := range m.Inputs {
		out.Inputs = append(out.Inputs, Input{in.ID, w.label(in.ID), in.Value, in.Unit, decision.Value(w.lang, in.Value, in.Unit, w.currency)})
	}
	return out
}

func (w wording) finding(f verdict.Finding) Finding {
	return Finding{f.ID, f.Severity.String(), w.word(f.ID, f.Args), w.maybe(f.ID+".why", f.Args), w.maybe(f.ID+".do", f.Args), f.About, f.Sources}
}

// subject is something that an analysis judged; its verdict is worked out when
// it is asked for.
type subject struct {
	topic   appraise.Topic
	about   appraise.Subject
	preset  bool
	verdict func() verdict.Verdict
}

// subjects are all that was judged: what the plan holds, every service, and the
// layouts that are only presets.
func subjects(a *appraise.Appraisal, l lang.Lang, name string) []subject {
	out := make([]subject, 0, len(a.Pipelines)+len(a.Layouts)+len(a.Matrices)+len(a.Strategies.Briefs)+1)
	say := func(v verdict.Verdict) func() verdict.Verdict { return func() verdict.Verdict { return v } }
	for i := range a.Pipelines {
		x := &a.Pipelines[i]
		out = append(out, subject{appraise.Ownership, appraise.Subject{Key: x.Pipeline.ID, Name: x.Pipeline.Name}, false, say(x.Verdict)})
	}
	for _, preset := range []bool{false, true} {
		for i := range a.Layouts {
			x := &a.Layouts[i]
			if (x.Arrangement.Preset != "") != preset {
				continue
			}
			s := appraise.Subject{Key: x.Arrangement.ID, Name: x.Arrangement.Name}
			if preset {
				s.Name = l.T("layout.preset."+string(x.Arrangement.Preset), nil)
			}
			out = append(out, subject{appraise.Layout, s, preset, say(x.Verdict)})
		}
	}
	for i := range a.Matrices {
		x := &a.Matrices[i]
		out = append(out, subject{appraise.Matrix, appraise.Subject{Key: x.Matrix.ID, Name: x.Matrix.Name}, false, say(x.Verdict)})
	}
	for i := range a.Strategies.Briefs {
		b := &a.Strategies.Briefs[i]
		out = append(out, subject{appraise.Strategy, appraise.Subject{Key: b.Key, Name: b.Name}, false, func() verdict.Verdict { return a.Strategies.Verdict(b) }})
	}
	return append(out, subject{appraise.Image, appraise.Subject{Name: name}, false, say(a.Images.Verdict)})
}

// ByTopic narrows verdicts down.
type ByTopic struct {
	Subject string `query:"subject" maxLength:"200"`
}

func (a *API) verdicts(ctx context.Context, in *struct {
	OfPlan
	Paged
	Known
	ByTopic
}) (*Answer[List[Verdict]], error) {
	return a.judged(ctx, in.Plan, "", in.Subject, in.Paged, in.Known)
}

func (a *API) verdictsOfTopic(ctx context.Context, in *struct {
	OfPlan
	Paged
	Known
	ByTopic
	Topic string `path:"topic" enum:"ownership,layout,matrix,strategy,image"`
}) (*Answer[List[Verdict]], error) {
	return a.judged(ctx, in.Plan, in.Topic, in.Subject, in.Paged, in.Known)
}

func (a *API) judged(ctx context.Context, id, topic, key string, p Paged, known Known) (*Answer[List[Verdict]], error) {
	h, doc, err := a.Plans.Plan(ctx, id)
	if err != nil {
		return nil, err
	}
	w := wordingOf(ctx, doc)
	return tagged(known, a.ofRevision(ctx, h.Revision), func() List[Verdict] {
		all := slices.DeleteFunc(subjects(a.Appraise(h.ID, h.Revision, doc), w.lang, h.Name), func(s subject) bool {
			return topic != "" && string(s.topic) != topic || key != "" && s.about.Key != key
		})
		return page(ctx, all, p, func(s subject) Verdict {
			v := s.verdict()
			out := Verdict{Topic: s.topic, Subject: s.about, Preset: s.preset, Metrics: []Metric{}, Findings: []Finding{}}
			for _, m := range v.Metrics {
				out.Metrics = append(out.Metrics, w.metric(m))
			}
			for _, f := range v.Findings {
				out.Findings = append(out.Findings, w.finding(f))
			}
			return out
		})
	}), nil
}

// findings lists every finding once, the gravest first.
func (a *API) findings(ctx context.Context, in *struct {
	OfPlan
	Paged
	Known
	Severity []string `query:"severity" enum:"error,warning,note,good"`
	Topic    []string `query:"topic" enum:"ownership,layout,matrix,strategy,image"`
	ID       string   `query:"id" maxLength:"100"`
}) (*Answer[List[FindingOf]], error) {
	h, doc, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	w := wordingOf(ctx, doc)
	return tagged(in.Known, a.ofRevision(ctx, h.Revision), func() List[FindingOf] {
		var all []*appraise.Finding
		found := a.Findings(h.ID, h.Revision, doc)
		for i := range found {
			f := &found[i]
			if (len(in.Severity) == 0 || slices.Contains(in.Severity, f.Severity.String())) &&
				(len(in.Topic) == 0 || slices.Contains(in.Topic, string(f.Topic))) && strings.HasPrefix(f.ID, in.ID) {
				all = append(all, f)
			}
		}
		return page(ctx, all, in.Paged, func(f *appraise.Finding) FindingOf { return FindingOf{f.Topic, f.Subject, w.finding(f.Finding)} })
	}), nil
}
