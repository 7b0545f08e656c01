package page

import (
	"net/url"
	"strconv"
	"strings"

	"deckplan/internal/figure"
	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/roadmap"
	"deckplan/internal/verdict"
	"deckplan/web/ui"
)

// RoadmapProps is what the roadmap page shows.
type RoadmapProps struct {
	From, To   []EndGroup // to choose from
	Start, End End
	AtOnce     int
	Way        *roadmap.Roadmap // nil where there is nothing to plan a way between
	Steps      []roadmap.Step   // of this page
	First      int              // position of the first of them
	Page       int
	Pages      int
	Replaces   int // adopted steps that adopting again replaces

	Own      *ui.TableView
	OwnPage  int
	OwnPages int
	Done     int
	Findings []verdict.Finding
}

// EndGroup is a group of layouts to begin or end at.
type EndGroup struct {
	Label string
	Ends  []End
}

// End is a layout to begin or end at.
type End struct {
	Value, Name string
	Layout      layout.Arrangement
	Revision    int64 // of the other plan that it is of
}

// address is the page's own, with another page of a list.
func (p *RoadmapProps) address(v *ui.View, list string, n int) string {
	q := url.Values{"from": {p.Start.Value}, "to": {p.End.Value}, "size": {strconv.Itoa(p.AtOnce)}}
	if p.Way == nil {
		q = url.Values{}
	}
	if n > 1 {
		q.Set(list, strconv.Itoa(n))
	}
	return v.URL("roadmap") + "?" + q.Encode()
}

// Words are a proposed step's sentences.
type Words struct {
	Name, Risk, Back string
	Checks           []CheckWords
}

// CheckWords is a line of a checklist; without sources it is our own procedure.
type CheckWords struct {
	Text    string
	Sources []verdict.Source
}

// WordsOf words a proposed step.
func WordsOf(l lang.Lang, s roadmap.Step) Words {
	id := s.ID()
	w := Words{Name: l.T(id, s.Args), Risk: l.T(id+".risk", s.Args), Back: l.T(id+".back", s.Args)}
	for _, c := range s.Checks {
		w.Checks = append(w.Checks, CheckWords{l.T("roadmap.check."+c.ID, s.Args), c.Sources})
	}
	return w
}

// Checklist gives the checklist as lines of text, each with its source.
func (w Words) Checklist(l lang.Lang) []string {
	out := make([]string, len(w.Checks))
	for i, c := range w.Checks {
		source := l.T("roadmap.own_procedure", nil)
		if len(c.Sources) > 0 {
			titles := make([]string, len(c.Sources))
			for n, s := range c.Sources {
				titles[n] = s.Title
			}
			source = strings.Join(titles, "; ")
		}
		out[i] = "☐ " + c.Text + " (" + source + ")"
	}
	return out
}

// phase names the stretch of the way that a step belongs to.
func phase(v *ui.View, s roadmap.Step) string {
	switch s.Kind {
	case plan.InstallStep, plan.PrepareStep:
		return v.T("roadmap.phase.ready")
	case plan.AdjustStep:
		return v.T("roadmap.phase.adjust")
	case plan.MoveStep:
		if envs := v.Plan.Doc.Environments; s.Environment() < len(envs) {
			return envs[s.Environment()].Name
		}
		return v.T("roadmap.phase.other")
	}
	return v.T("roadmap.phase.clean")
}

func wayProps(v *ui.View, w *roadmap.Roadmap) figure.WayProps {
	p := figure.WayProps{ID: "way", Start: w.Start.Value, Limit: v.Plan.Doc.About.Rules.MaxRadius / 100, Palette: figure.Page, Words: v.Word}
	for _, s := range w.Steps {
		p.Steps = append(p.Steps, figure.WayStep{Name: v.Lang.T(s.ID(), s.Args), Radius: s.Radius.Value, Moves: s.Kind == plan.MoveStep, Phase: phase(v, s)})
	}
	return p
}

// numbers writes positions as people count.
func numbers(positions []int) string {
	words := make([]string, len(positions))
	for i, n := range positions {
		words[i] = strconv.Itoa(n + 1)
	}
	return strings.Join(words, ", ")
}

// someNames writes at most eight names and counts the rest.
func someNames(names []string) string {
	shown := names[:min(8, len(names))]
	s := strings.Join(shown, ", ")
	if rest := len(names) - len(shown); rest > 0 {
		s += " +" + strconv.Itoa(rest)
	}
	return s
}
