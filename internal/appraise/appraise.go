// Package appraise runs every analysis on a plan, for pages, the command line
// and the report alike.
package appraise

import (
	"cmp"
	"slices"

	"deckplan/internal/image"
	"deckplan/internal/layout"
	"deckplan/internal/matrix"
	"deckplan/internal/ownership"
	"deckplan/internal/plan"
	"deckplan/internal/strategy"
	"deckplan/internal/verdict"
)

// Topic is an analysis. Its words are decision's topics of the same name.
type Topic string

const (
	Ownership Topic = "ownership"
	Layout    Topic = "layout"
	Matrix    Topic = "matrix"
	Strategy  Topic = "strategy"
	Image     Topic = "image"
)

// Page is the name of the page that shows the topic.
func (t Topic) Page() string {
	switch t {
	case Layout:
		return "layouts"
	case Strategy:
		return "strategies"
	case Image:
		return "images"
	}
	return string(t)
}

// Query is what the page's address calls the subject.
func (t Topic) Query() string {
	if t == Strategy {
		return "service"
	}
	return string(t)
}

// Table is the table of the plan that the topic's subjects are rows of.
func (t Topic) Table() string {
	switch t {
	case Ownership:
		return "pipelines"
	case Layout:
		return "layouts"
	case Matrix:
		return "matrices"
	case Strategy:
		return "services"
	}
	return "about"
}

// Topics are all topics, in the order of the pages.
var Topics = []Topic{Ownership, Layout, Matrix, Strategy, Image}

// Appraisal is all that the analyses say of one plan.
type Appraisal struct {
	// Layouts are the presets and then the stored ones, each in their order.
	Layouts    []layout.Analysis
	Pipelines  []ownership.Analysis // in the plan's order
	Matrices   []matrix.Analysis    // in the plan's order
	Strategies strategy.Survey
	Images     image.Analysis
	name       string // of the plan, which the images are those of
}

// Subject names what an analysis is about.
type Subject struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Run analyses a plan. It is pure, as the analyses are.
func Run(p *plan.Plan) Appraisal {
	var a Appraisal
	ix := layout.NewIndex(p)
	for _, preset := range ix.Presets() {
		a.Layouts = append(a.Layouts, ix.Analyse(preset))
	}
	for _, l := range p.Layouts {
		if arrangement, ok := ix.Resolve(l.ID); ok {
			a.Layouts = append(a.Layouts, ix.Analyse(arrangement))
		}
	}
	a.Pipelines = ownership.AnalyseAll(p)
	for _, m := range p.Matrices {
		a.Matrices = append(a.Matrices, matrix.Analyse(p, m.ID))
	}
	a.Strategies = strategy.NewSurvey(p)
	a.Images, a.name = image.Analyse(p), p.About.Name
	return a
}

// Stored gives the layouts that the plan holds, without the presets.
func (a Appraisal) Stored() []layout.Analysis {
	return slices.DeleteFunc(slices.Clone(a.Layouts), func(l layout.Analysis) bool { return l.Arrangement.Preset != "" })
}

// Finding is a finding with what it is about.
type Finding struct {
	Topic   Topic   `json:"topic"`
	Subject Subject `json:"subject"`
	verdict.Finding
}

// Findings lists every finding once, the gravest first and in the order of
// topics and subjects among equals. Layouts that are only presets are left
// out: what they lack is for nobody to mend.
func (a Appraisal) Findings() []Finding { return a.Grave(verdict.Good) }

// Grave lists the findings of a severity or graver, as Findings does.
func (a Appraisal) Grave(limit verdict.Severity) []Finding {
	var out []Finding
	a.each(func(t Topic, s Subject, v verdict.Verdict) {
		for _, f := range v.Findings {
			if f.Severity <= limit {
				out = append(out, Finding{t, s, f})
			}
		}
	})
	for i := range a.Strategies.Briefs {
		if b := &a.Strategies.Briefs[i]; b.Found() > 0 && b.Worst() <= limit {
			for _, f := range a.Strategies.Findings(b) {
				if f.Severity <= limit {
					out = append(out, Finding{Strategy, Subject{b.Key, b.Name}, f})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Finding) int { return cmp.Compare(x.Severity, y.Severity) })
	return out
}

// each visits the verdicts that count as the plan's own, but those of services:
// there are too many to be worded at every count.
func (a Appraisal) each(visit func(Topic, Subject, verdict.Verdict)) {
	for i := range a.Pipelines {
		x := &a.Pipelines[i]
		visit(Ownership, Subject{x.Pipeline.ID, x.Pipeline.Name}, x.Verdict)
	}
	for i := range a.Layouts {
		if l := &a.Layouts[i]; l.Arrangement.Preset == "" {
			visit(Layout, Subject{l.Arrangement.ID, l.Arrangement.Name}, l.Verdict)
		}
	}
	for i := range a.Matrices {
		x := &a.Matrices[i]
		visit(Matrix, Subject{x.Matrix.ID, x.Matrix.Name}, x.Verdict)
	}
	visit(Image, Subject{Name: a.name}, a.Images.Verdict)
}

// Count is the number of findings that ask for something.
type Count struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
}

// Counts gives errors and warnings by topic, every topic included.
func (a Appraisal) Counts() map[Topic]Count {
	out := map[Topic]Count{}
	for _, t := range Topics {
		out[t] = Count{}
	}
	a.each(func(t Topic, _ Subject, v verdict.Verdict) {
		worst := v.Worst()
		c := out[t]
		c.Errors += worst[verdict.Error]
		c.Warnings += worst[verdict.Warning]
		out[t] = c
	})
	c := out[Strategy]
	for i := range a.Strategies.Briefs {
		b := &a.Strategies.Briefs[i]
		c.Errors += b.Counts[verdict.Error]
		c.Warnings += b.Counts[verdict.Warning]
	}
	out[Strategy] = c
	return out
}

// Errors tells how many findings are errors.
func (a Appraisal) Errors() (n int) {
	for _, c := range a.Counts() {
		n += c.Errors
	}
	return n
}
