package web

import (
	"bytes"
	"context"
	"strings"

	"github.com/a-h/templ"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/figure"
	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/matrix"
	"deckplan/internal/ownership"
	"deckplan/internal/plan"
	"deckplan/internal/strategy"
	"deckplan/internal/verdict"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// draft begins a record about a topic's subject: context, options and the
// verdict's figures as they are now, with the snapshot that is kept with it.
func (s *Server) draft(v *ui.View, topic, subject string) (decision.Record, *decision.Snapshot) {
	a := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc)
	d := &drafting{v: v, snapshot: &decision.Snapshot{Plan: v.Plan.ID, Revision: v.Plan.Revision, Taken: v.Now}}
	d.record = decision.Record{Topic: decision.Plan, Status: decision.Proposed, Context: v.Plan.Doc.About.Purpose}
	switch decision.Topic(topic) {
	case decision.Layout:
		d.layouts(a.Layouts, subject)
	case decision.Ownership:
		d.pipelines(a.Pipelines, subject)
	case decision.Matrix:
		d.matrices(a.Matrices, subject)
	case decision.Strategy:
		d.strategy(subject)
	case decision.Image:
		d.about(decision.Image, "", v.Plan.Name)
		d.verdict("", a.Images.Verdict)
	default:
		d.plan(a)
	}
	d.justify()
	if d.record.Context == "" {
		d.record.Context = strings.Join(d.record.Drivers, " ")
	}
	return d.record, d.snapshot
}

// drafting is a record and its snapshot in the making.
type drafting struct {
	v        *ui.View
	record   decision.Record
	snapshot *decision.Snapshot
}

// justify gives the chosen option's figures as the reason to begin with.
func (d *drafting) justify() {
	for _, o := range d.record.Options {
		if o.Name != d.record.Chosen || len(o.Arguments) == 0 {
			continue
		}
		figures := make([]string, len(o.Arguments))
		for i, a := range o.Arguments {
			figures[i] = a.Text
		}
		d.record.Justification = d.v.T("decision.page.because", "revision", d.v.Plan.Revision, "figures", strings.Join(figures, "; "))
	}
}

// about says what the record is about, and calls it so.
func (d *drafting) about(topic decision.Topic, subject, name string) {
	d.record.Topic, d.record.Subject = topic, subject
	d.record.Title = d.v.T("decision.page.title."+string(topic), "name", name)
}

// verdict keeps a verdict's figures and findings, and lets the graver ones
// drive the decision.
func (d *drafting) verdict(of string, v verdict.Verdict) {
	d.snapshot.Metrics = append(d.snapshot.Metrics, decision.Metrics(of, v.Metrics, d.v.Plan.Currency)...)
	if of != "" {
		return
	}
	d.snapshot.Findings = append(d.snapshot.Findings, decision.Findings(v.Findings, d.v.Plan.Currency)...)
	for _, f := range v.Findings {
		if f.Severity <= verdict.Warning && len(d.record.Drivers) < 12 {
			d.record.Drivers = append(d.record.Drivers, d.v.Word(f.ID, f.Args))
		}
	}
}

// option adds an option with the figures that speak of it.
func (d *drafting) option(name string, metrics []verdict.Metric, ids ...string) {
	o := decision.Option{Name: name}
	for _, m := range metrics {
		for _, id := range ids {
			if m.ID == id {
				o.Arguments = append(o.Arguments, decision.Argument{Side: decision.Neutral,
					Text: d.v.T("metric."+id) + ": " + d.v.Figure(m.Value, m.Unit)})
			}
		}
	}
	d.record.Options = append(d.record.Options, o)
}

// picture keeps a figure in both languages, with colours of its own.
func (d *drafting) picture(id, title string, draw func(lang.Lang) templ.Component) {
	p := decision.Picture{ID: id}
	for _, l := range lang.All {
		var b bytes.Buffer
		if err := draw(l).Render(context.Background(), &b); err != nil {
			return // a buffer does not fail; a figure that cannot be drawn is left out
		}
		text := l.T(title, nil)
		if l == lang.Korean {
			p.Title.Ko, p.SVG.Ko = text, b.String()
		} else {
			p.Title.En, p.SVG.En = text, b.String()
		}
	}
	d.snapshot.Figures = append(d.snapshot.Figures, p)
}

// words is a language's T with the plan's currency.
func (d *drafting) words(l lang.Lang) func(string, map[string]any) string {
	other := *d.v
	other.Lang = l
	return other.Word
}

func (d *drafting) layouts(all []layout.Analysis, subject string) {
	at := choose(all, subject)
	if at >= len(all) {
		d.plan(nil)
		return
	}
	a := &all[at]
	name := page.LayoutName(d.v, a.Arrangement)
	d.about(decision.Layout, a.Arrangement.ID, name)
	d.record.Chosen = name
	d.verdict("", a.Verdict)
	for i := range all {
		other := page.LayoutName(d.v, all[i].Arrangement)
		d.option(other, all[i].Verdict.Metrics, "layout.radius", "layout.cost", "layout.blocked_hours", "layout.upgrades")
		if i != at {
			d.verdict(other, all[i].Verdict)
		}
	}
	d.picture("deck", "layouts.deck", func(l lang.Lang) templ.Component {
		return figure.DeckPlan(figure.DeckPlanProps{ID: "deck-" + string(l), Name: name, Analysis: a, Palette: figure.File, Words: d.words(l)})
	})
}

func (d *drafting) pipelines(all []ownership.Analysis, subject string) {
	for i := range all {
		a := &all[i]
		if a.Pipeline.ID != subject {
			continue
		}
		d.about(decision.Ownership, subject, a.Pipeline.Name)
		d.verdict("", a.Verdict)
		d.record.Chosen = a.Pipeline.Name
		figures := []string{"ownership.handoffs", "ownership.lead", "ownership.waiting", "ownership.keys"}
		d.option(a.Pipeline.Name, a.Verdict.Metrics, figures...)
		for _, x := range a.Compare(d.v.Lang.T).Variants {
			if len(x.Changes) > 0 {
				name := d.v.T("ownership.form." + string(x.Form))
				d.option(name, x.Analysis.Verdict.Metrics, figures...)
				d.verdict(name, verdict.Verdict{Metrics: x.Analysis.Verdict.Metrics})
			}
		}
		d.picture("lanes", "decision.page.lanes", func(l lang.Lang) templ.Component {
			return figure.Swimlane(figure.SwimlaneProps{ID: "lanes-" + string(l), Name: a.Pipeline.Name, Analysis: a, Palette: figure.File, Words: d.words(l)})
		})
		return
	}
	d.plan(nil)
}

func (d *drafting) matrices(all []matrix.Analysis, subject string) {
	for i := range all {
		a := &all[i]
		if a.Matrix.ID != subject {
			continue
		}
		d.about(decision.Matrix, subject, a.Matrix.Name)
		d.verdict("", a.Verdict)
		for _, r := range a.Rows {
			d.candidate(a, r)
		}
		if w, ok := a.Winner(); ok {
			d.record.Chosen = w.Name
		}
		d.picture("ranking", "matrix.page.ranking", func(l lang.Lang) templ.Component {
			return figure.Ranking(figure.RankingProps{ID: "ranking-" + string(l), Name: a.Matrix.Name, Analysis: a, Palette: figure.File, Words: d.words(l)})
		})
		return
	}
	d.plan(nil)
}

// candidate makes an option of a matrix's row: its score, or the gates that
// knocked it out.
func (d *drafting) candidate(a *matrix.Analysis, r matrix.Row) {
	o := decision.Option{Name: r.Name}
	if r.State == matrix.Ranked {
		o.Arguments = []decision.Argument{{Side: decision.Neutral, Text: d.v.T("matrix.page.score") + ": " + d.v.Lang.Number(r.Total)}}
	}
	for _, out := range r.Outcomes {
		if out.Result != matrix.Passes {
			o.Arguments = append(o.Arguments, decision.Argument{Side: decision.Bad,
				Text: strings.TrimSpace(d.v.T("matrix.page.gate."+string(out.Result), "gate", d.v.T("choice.gate."+string(out.Gate))))})
		}
	}
	d.record.Options = append(d.record.Options, o)
}

// strategy is about how one service is rolled out.
func (d *drafting) strategy(subject string) {
	a, ok := strategy.Analyse(d.v.Plan.Doc, subject)
	if !ok {
		return
	}
	d.about(decision.Strategy, subject, a.Name)
	chosen := a.Recommended
	if len(a.Choices) > 0 {
		chosen = a.Choices[0].Choice
	}
	name := func(r plan.Rollout) string { return d.v.T("choice.rollout." + string(r)) }
	d.record.Chosen = name(chosen)
	d.verdict("", verdict.Verdict{Metrics: a.Option(chosen).Metrics, Findings: a.Findings})
	for i := range a.Options {
		o := &a.Options[i]
		d.option(name(o.Rollout), o.Metrics, "strategy.downtime", "strategy.extra", "strategy.bad", "strategy.rollback")
		if o.Fit == strategy.Impossible {
			last := &d.record.Options[len(d.record.Options)-1]
			last.Arguments = []decision.Argument{{Side: decision.Bad, Text: d.v.Word(o.Reasons[0].ID, o.Reasons[0].Args)}}
		}
		if o.Rollout != chosen {
			d.verdict(name(o.Rollout), verdict.Verdict{Metrics: o.Metrics})
		}
	}
	if len(a.Choices) > 0 && a.Choices[0].Reason != "" {
		d.record.Context = a.Choices[0].Reason
	}
	d.picture("release", "strategies.release", func(l lang.Lang) templ.Component {
		return figure.Release(figure.ReleaseProps{ID: "release-" + string(l), Name: a.Name, Analysis: a, Palette: figure.File, Words: d.words(l)})
	})
	d.picture("bad", "strategies.run.bad", func(l lang.Lang) templ.Component {
		return figure.Release(figure.ReleaseProps{ID: "bad-" + string(l), Name: a.Name, Analysis: a, Bad: true, Palette: figure.File, Words: d.words(l)})
	})
}

// plan is for a decision about no single subject.
func (d *drafting) plan(a *appraise.Appraisal) {
	if a == nil {
		return
	}
	for _, f := range a.Findings() {
		d.snapshot.Findings = append(d.snapshot.Findings, decision.Findings([]verdict.Finding{f.Finding}, d.v.Plan.Currency)...)
		if len(d.snapshot.Findings) >= 200 {
			return
		}
	}
}
