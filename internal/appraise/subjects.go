package appraise

import "deckplan/internal/verdict"

// Verdict is an analysis' answer with what it is about.
type Verdict struct {
	Topic   Topic
	Subject Subject
	Preset  bool // a layout that the plan does not hold
	verdict.Verdict
}

// Verdicts lists every verdict: the plan's own as they count for Findings, of
// services those that the plan chose a strategy for; then those of the presets.
func (a Appraisal) Verdicts() []Verdict {
	var out []Verdict
	a.each(func(t Topic, s Subject, v verdict.Verdict) { out = append(out, Verdict{t, s, false, v}) })
	for i := range a.Strategies.Briefs {
		if b := &a.Strategies.Briefs[i]; len(b.Choices) > 0 {
			out = append(out, Verdict{Strategy, Subject{b.Key, b.Name}, false, a.Strategies.Verdict(b)})
		}
	}
	for i := range a.Layouts {
		if l := &a.Layouts[i]; l.Arrangement.Preset != "" {
			out = append(out, Verdict{Layout, Subject{l.Arrangement.ID, l.Arrangement.ID}, true, l.Verdict})
		}
	}
	return out
}
