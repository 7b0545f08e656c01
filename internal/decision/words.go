package decision

import (
	"strings"

	"deckplan/internal/lang"
	"deckplan/internal/verdict"
)

// Label is what a figure is called: its name and its thing's.
func (f Figure) Label(l lang.Lang) string {
	label := l.T(f.Term().Label, nil)
	name := f.Name
	if f.Kind == "layout" && l.Has("layout.preset."+name) {
		name = l.T("layout.preset."+name, nil)
	}
	if name == "" {
		return label
	}
	return l.T("review.figure", map[string]any{"figure": label, "name": name})
}

// Text is a figure's value as it is read; currency is the plan's.
func (f Figure) Text(l lang.Lang, currency string) string {
	switch v := f.Value.(type) {
	case float64:
		return Value(l, v, f.Term().Unit, currency)
	case bool:
		if v {
			return l.T("review.yes", nil)
		}
		return l.T("review.no", nil)
	case string:
		if f.Field == "strategy" && l.Has("choice.rollout."+v) {
			return l.T("choice.rollout."+v, nil)
		}
		if v == "" {
			return "—"
		}
		return v
	}
	return "—"
}

// What says what the check looks at: which figures moved from what to what, or
// what they are, or why they are not known.
func (c CheckState) What(l lang.Lang, currency string) string {
	var parts []string
	if c.Missing != "" {
		parts = append(parts, l.T(c.Missing, c.Args))
	}
	moved := c.Moved()
	for _, m := range moved {
		parts = append(parts, l.T("review.moved", map[string]any{"figure": m[1].Label(l), "was": m[0].Text(l, currency), "now": m[1].Text(l, currency)}))
	}
	for _, f := range c.Now {
		if len(moved) == 0 {
			parts = append(parts, l.T("review.is", map[string]any{"figure": f.Label(l), "now": f.Text(l, currency)}))
		}
	}
	return strings.Join(parts, "; ")
}

// Reason is What with when it came to be so, and by whose edit.
func (c CheckState) Reason(l lang.Lang, currency string) string {
	text := c.What(l, currency)
	switch {
	case c.Revision > 0 && c.Author != "":
		return l.T("review.by_edit", map[string]any{"what": text, "revision": c.Revision, "who": c.Author, "time": c.Since.UnixMilli()})
	case c.Revision > 0:
		return l.T("review.by_somebody", map[string]any{"what": text, "revision": c.Revision, "time": c.Since.UnixMilli()})
	case c.Live:
		return l.T("review.by_live", map[string]any{"what": text, "time": c.Since.UnixMilli()})
	}
	return l.T("review.since", map[string]any{"what": text, "time": c.Since.UnixMilli()})
}

// Reasons are the sentences that say why the decision needs a review; none
// where it does not. assumptions are the record's.
func (s State) Reasons(l lang.Lang, currency string, assumptions []Assumption) (out []string) {
	if !s.Stands {
		return nil
	}
	if s.Due != "" {
		out = append(out, l.T("review.due", map[string]any{"date": s.Due}))
	}
	for _, c := range s.Checks {
		if !c.Asks() {
			continue
		}
		text := c.Check
		for _, a := range assumptions {
			if a.Check == c.Check {
				text = a.Text
			}
		}
		out = append(out, l.T("review.broken", map[string]any{"assumption": strings.TrimRight(text, ". "), "reason": c.Reason(l, currency)}))
	}
	return out
}

// UnitWord says in what unit checks give a term's numbers.
func (t Term) UnitWord() string {
	switch {
	case t.Type == Word:
		return "text"
	case t.Type == Truth:
		return "truth"
	case t.Unit == verdict.Percent:
		return "fraction"
	}
	return string(t.Unit)
}
